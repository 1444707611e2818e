"""The page around the blocks: cover, contents, running header, footer with page n of m, outline, links.

Pages are kept until all are laid out and only then written, so that one pass knows every page number.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from .document import Document
from .pdf_fonts import BOLD, REGULAR, drawable, pieces, width
from .pdf_lines import Flow
from .pdf_styles import (
    ACCENT,
    BOTTOM,
    FAINT,
    HAIR,
    HEADINGS,
    INK,
    LEFT,
    MUTED,
    PAGE,
    RIGHT,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TOP,
    Type,
)  # fmt: skip
from .pdf_text import clipped, lines_of
from .values import plain

ENTRY = {
    1: Type(9.8, 21, font=BOLD),
    2: Type(9, 16.5, indent=12),
    3: Type(8.4, 14.5, colour=MUTED, indent=24),
}
CONTENTS_HEAD = 44.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line group of the contents: where it leads, its words, its level."""

    key: str
    lines: tuple[str, ...]
    level: int

    @property
    def height(self) -> float:
        """Height in points."""
        return len(self.lines) * ENTRY[self.level].leading


class ContentsPage(Flow):
    """A page of contents: takes its room now, is written when the page numbers are known."""

    def __init__(self, entries: list[Entry], titled: bool) -> None:
        super().__init__()
        self.entries, self.titled = entries, titled

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return TEXT_WIDTH, CONTENTS_HEAD * self.titled + sum(entry.height for entry in self.entries)

    def draw(self) -> None:
        """The title; the entries are left as a mark on the page."""
        canvas: Any = self.canv
        top = self.wrap(0, 0)[1]
        if self.titled:
            canvas.setFillColor(ACCENT)
            canvas.setFont(BOLD, HEADINGS[1].size)
            canvas.drawString(0, top - 22, _("Contents"))
        y = canvas.absolutePosition(0, top - CONTENTS_HEAD * self.titled)[1]
        canvas.marks.append(("contents", self.entries, y))


def contents_pages(heads: list[tuple[str, str, int]], depth: int) -> list[ContentsPage]:
    """The headings down to `depth`, on as many pages as they need; one page even when there are none."""
    pages: list[list[Entry]] = [[]]
    room = TEXT_HEIGHT - CONTENTS_HEAD
    for key, text, level in heads:
        if level > depth:
            continue
        kind = ENTRY[level]
        entry = Entry(key, lines_of(text, kind.size, TEXT_WIDTH - 50 - kind.indent, kind.font), level)
        if entry.height > room and pages[-1]:
            pages.append([])
            room = TEXT_HEIGHT
        pages[-1].append(entry)
        room -= entry.height
    return [ContentsPage(entries, number == 0) for number, entries in enumerate(pages)]


class PagedCanvas(Canvas):
    """A canvas that holds pages back until the last is drawn. `marks`: what flowables left on a page."""

    paper: Document
    anchors: dict[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.marks: list[tuple[Any, ...]] = []
        self._held: list[dict[str, Any]] = []
        super().__init__(*args, **kwargs)

    def showPage(self) -> None:
        """Keep the page and begin another."""
        self._held.append(dict(self.__dict__))
        self.marks = []
        start: Any = self
        start._startPage()

    def save(self) -> None:
        """Write all pages with their numbers, contents and outline."""
        pages = {mark[1]: number for number, held in enumerate(self._held, 1)
                 for mark in held["marks"] if mark[0] == "head"}  # fmt: skip
        level, total, links = -1, len(self._held), self._annotationCount
        for number, held in enumerate(self._held, 1):
            self.__dict__.update(held, _annotationCount=links)  # Links are counted through, not per page.
            for mark in held["marks"]:
                if mark[0] == "head":
                    level = self._bookmark(mark, level)
                elif mark[0] == "contents":
                    self._contents(mark[1], mark[2], pages)
            if not any(mark[0] == "cover" for mark in held["marks"]):
                _running(self, self.paper, number, total)
            super().showPage()
            links = self._annotationCount
        super().save()

    def drawString(self, x: float, y: float, text: str, *given: Any, **named: Any) -> None:
        """Draw drawable text in one go; marks of Latin script come from the small font that holds them."""
        state: Any = self
        parts = pieces(text, state._fontname)
        if len(parts) == 1 and parts[0][0] == state._fontname:
            super().drawString(x, y, text, *given, **named)
            return
        line = self.beginText(x, y)
        for name, part in parts:
            line.setFont(name, state._fontsize)
            line.textOut(part)
        self.drawText(line)

    def drawRightString(self, x: float, y: float, text: str, *given: Any, **named: Any) -> None:
        """The same, ending at `x`."""
        state: Any = self
        self.drawString(x - width(text, state._fontname, state._fontsize), y, text, *given, **named)

    def drawCentredString(self, x: float, y: float, text: str, *given: Any, **named: Any) -> None:
        """The same, around `x`."""
        state: Any = self
        self.drawString(x - width(text, state._fontname, state._fontsize) / 2, y, text, *given, **named)

    def _bookmark(self, mark: tuple[Any, ...], before: int) -> int:
        _head, key, text, level, y = mark
        depth = min(level - 1, before + 1)
        self.bookmarkPage(key, fit="XYZ", left=0, top=y + 12)
        self.addOutlineEntry(text, key, depth, closed=depth > 0)
        return int(depth)

    def _contents(self, entries: list[Entry], top: float, pages: dict[str, int]) -> None:
        for entry in entries:
            kind = ENTRY[entry.level]
            base = top - kind.leading * 0.7
            page = str(pages.get(entry.key, ""))
            for row, text in enumerate(entry.lines):
                self.setFillColor(kind.colour)
                self.setFont(kind.font, kind.size)
                self.drawString(LEFT + kind.indent, base - row * kind.leading, text)
            last = base - (len(entry.lines) - 1) * kind.leading
            self.drawRightString(PAGE[0] - RIGHT, last, page)
            start = LEFT + kind.indent + width(entry.lines[-1], kind.font, kind.size) + 6
            end = PAGE[0] - RIGHT - width(page, kind.font, kind.size) - 6
            if end > start:
                self.setStrokeColor(HAIR)
                self.setLineWidth(0.7)
                self.setDash(0.7, 2.6)
                self.line(start, last + 1, end, last + 1)
                self.setDash()
            self.linkRect("", entry.key, (LEFT, last - 4, PAGE[0] - RIGHT, top), thickness=0)
            top -= entry.height


def _running(canvas: Any, paper: Document, number: int, total: int) -> None:
    """Header: organisation, title and code. Footer: version and hash, page n of m."""
    right, size = PAGE[0] - RIGHT, 7.6
    y = PAGE[1] - 15 * mm
    title, told = plain(paper.title), plain(paper.code)
    told = "" if told in title else told  # A title that names its code needs it only once.
    code = clipped(" · ".join(filter(None, (title, told))), size, TEXT_WIDTH * 0.6)
    canvas.setFillColor(MUTED)
    canvas.setFont(BOLD, size)
    canvas.drawString(LEFT, y, clipped(plain(paper.organisation), size, TEXT_WIDTH * 0.38, BOLD))
    canvas.setFont(REGULAR, size)
    canvas.drawRightString(right, y, code)
    canvas.setStrokeColor(HAIR)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, y - 6, right, y - 6)
    foot = 12 * mm
    version = _("Version %(version)s", version=plain(paper.version)) if plain(paper.version) else ""
    mark = _("Hash %(hash)s", hash=paper.hash8[:8]) if paper.hash8 else ""
    left = " · ".join(part for part in (version, mark, plain(paper.watermark)) if part)
    canvas.drawString(LEFT, foot, clipped(left, size, TEXT_WIDTH * 0.7))
    canvas.setFillColor(INK)
    canvas.drawRightString(right, foot, drawable(_("Page %(page)d of %(total)d", page=number, total=total)))


def watermark(canvas: Any, paper: Document) -> None:
    """The word across the page, under everything else, pale enough to read through."""
    words = drawable(plain(paper.watermark), BOLD)
    if not words:
        return
    size = min(120.0, 560 / max(width(words, BOLD, 1), 0.1))
    canvas.saveState()
    canvas.setFillColor(FAINT, alpha=0.13)
    canvas.setFont(BOLD, size)
    canvas.translate(PAGE[0] / 2, PAGE[1] / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -size * 0.35, words)
    canvas.restoreState()


FRAME = (LEFT, BOTTOM, TEXT_WIDTH, PAGE[1] - TOP - BOTTOM)
