"""A Document into the bytes of a PDF: A4, one embedded font, the same bytes for the same value."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

from .document import Document, Text
from .pdf_flow import Builder, Gap
from .pdf_fonts import REGULAR, lacking, load, missing
from .pdf_page import FRAME, PagedCanvas, watermark
from .pdf_styles import PAGE
from .values import is_chinese, plain, speaking


def render(paper: Document) -> bytes:
    """The finished PDF. Any text is accepted; rendering twice gives equal bytes."""
    load()
    with speaking(paper.language):
        return _render(_explained(paper))


NAMED = 12
"""Characters that the note names before it says how many more there are."""


def _explained(paper: Document) -> Document:
    """The paper, with a note at its end when a character is told by its number: what that means."""
    found = sorted({char for text in _texts(paper) for char in lacking(text)})
    if not found:
        return paper
    named = " ".join(missing(char) for char in found[:NAMED])
    if (rest := len(found) - NAMED) > 0:
        named = _("%(words)s, +%(count)s more", words=named, count=rest)
    words = _(
        "Some characters are not in the font of this paper. Their Unicode number stands in their place: "
        "%(numbers)s. The screen shows the characters themselves.",
        numbers=named,
    )
    return replace(paper, blocks=(*paper.blocks, Text(words, "note")))


def _texts(value: Any) -> Iterator[str]:
    """Every text typed by people, however deep."""
    if isinstance(value, str):
        if not value.isascii():
            yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))


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
