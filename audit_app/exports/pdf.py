"""A Document into the bytes of a PDF. The drawing library is loaded by the first PDF, not the first page."""

from .document import Document


def render(paper: Document) -> bytes:
    """The finished PDF. Any text is accepted; rendering twice gives equal bytes."""
    from .pdf_build import render as build  # 0.3 s and 25 MB that a worker without exports never needs

    return build(paper)
