"""A Document into the bytes of a PDF: A4, one embedded font, the same bytes for the same value."""

from io import BytesIO
from typing import Any

from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from .document import Document
from .pdf_flow import Builder, Gap
from .pdf_fonts import REGULAR, load
from .pdf_page import FRAME, PagedCanvas, watermark
from .pdf_styles import PAGE
from .values import is_chinese, plain, speaking


def render(paper: Document) -> bytes:
    """The finished PDF. Any text is accepted; rendering twice gives equal bytes."""
    load()
    with speaking(paper.language):
        return _render(paper)


def _render(paper: Document) -> bytes:
    target, builder = BytesIO(), Builder(paper)
    language = "zh-CN" if is_chinese(paper.language) else paper.language.replace("_", "-")
    template = BaseDocTemplate(
        target, pagesize=PAGE, invariant=1, title=plain(paper.title), pageCompression=1, lang=language,
        author=plain(paper.author or paper.organisation), subject=plain(paper.code),
        creator=plain(paper.organisation),
        initialFontName=REGULAR,
    )  # fmt: skip
    frame = Frame(*FRAME, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    template.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, _doc: watermark(canvas, paper))
    )

    def canvas(*args: Any, **kwargs: Any) -> PagedCanvas:
        """A canvas that knows the document it prints."""
        made = PagedCanvas(*args, **kwargs)
        made.paper, made.anchors = paper, builder.anchors
        return made

    template.build(builder.flows() or [Gap(1)], canvasmaker=canvas)
    return target.getvalue()
