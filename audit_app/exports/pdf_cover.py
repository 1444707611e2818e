"""The first page: who, what, for when; facts in its lower half, the confidentiality line at its foot."""

from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from .document import Cover, Document
from .pdf_cells import Words
from .pdf_fonts import BOLD, drawable
from .pdf_grid import Table
from .pdf_lines import Flow
from .pdf_styles import (
    ACCENT,
    BOTTOM,
    HAIR,
    INK,
    MUTED,
    NOTE,
    PAGE,
    SUBTITLE,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TITLE,
    TOP,
)
from .pdf_text import clipped, lines_of
from .values import plain

FACTS_TOP = 128 * mm
"""Upper edge of the facts above the foot of the page."""


class CoverPage(Flow):
    """The whole first page; `facts` is a table low enough to fit (see `room_for_facts`)."""

    def __init__(self, cover: Cover, paper: Document, facts: Table | None, words: Words) -> None:
        super().__init__()
        self.cover, self.paper, self.facts, self.words = cover, paper, facts, words

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """The whole frame."""
        return TEXT_WIDTH, TEXT_HEIGHT - 1

    def draw(self) -> None:
        """From top to bottom: organisation, title, subtitle, facts, notice."""
        canvas: Any = self.canv
        canvas.marks.append(("cover",))
        top = PAGE[1] - TOP - BOTTOM
        self._organisation(canvas, top)
        self._title(canvas, top - 62 * mm)
        if self.facts:
            high = self.facts.wrap(0, 0)[1]
            self.facts.drawOn(canvas, 0, FACTS_TOP - BOTTOM - high)
        self._foot(canvas)

    def _organisation(self, canvas: Any, top: float) -> None:
        canvas.setFillColor(ACCENT)
        canvas.rect(0, top - 4, 26 * mm, 3.2, stroke=0, fill=1)
        _write(
            canvas,
            clipped(plain(self.paper.organisation), 11, TEXT_WIDTH * 0.66, BOLD),
            0,
            top - 24,
            11,
            BOLD,
            INK,
        )
        code = clipped(plain(self.paper.code), 10, TEXT_WIDTH * 0.3)
        canvas.setFont(NOTE.font, 10)
        canvas.setFillColor(MUTED)
        canvas.drawRightString(TEXT_WIDTH, top - 24, code)

    def _title(self, canvas: Any, y: float) -> None:
        cover = self.cover
        if plain(cover.kicker):
            _write(canvas, clipped(plain(cover.kicker), 11, TEXT_WIDTH, BOLD), 0, y + 34, 11, BOLD, ACCENT)
        size = next((size for size in (30, 26, 22, 18, 15) if len(_title_lines(cover, size)) <= 3), 15)
        lines = _title_lines(cover, size)
        if len(lines) > 6:
            lines = (*lines[:5], clipped(lines[5] + "……", size, TEXT_WIDTH - size * 2, BOLD))
        for line in lines:
            _write(canvas, line, 0, y - size * 0.2, size, BOLD, TITLE.colour)
            y -= size * 1.3
        y -= SUBTITLE.before
        for line in lines_of(plain(cover.subtitle), SUBTITLE.size, TEXT_WIDTH)[:4]:
            _write(canvas, line, 0, y, SUBTITLE.size, SUBTITLE.font, SUBTITLE.colour)
            y -= SUBTITLE.leading

    def _foot(self, canvas: Any) -> None:
        notice = lines_of(plain(self.cover.notice), NOTE.size, TEXT_WIDTH)[:4]
        y = (len(notice) - 1) * NOTE.leading
        if not notice[0]:
            return
        canvas.setStrokeColor(HAIR)
        canvas.setLineWidth(0.6)
        canvas.line(0, y + 18, TEXT_WIDTH, y + 18)
        for line in notice:
            _write(canvas, line, 0, y, NOTE.size, NOTE.font, NOTE.colour)
            y -= NOTE.leading


def room_for_facts() -> float:
    """Height in points that the facts on a cover may take."""
    return float(FACTS_TOP - BOTTOM - 70)


def _title_lines(cover: Cover, size: float) -> tuple[str, ...]:
    return lines_of(plain(cover.title), size, TEXT_WIDTH, BOLD)


def _write(canvas: Any, text: str, x: float, y: float, size: float, font: str, colour: Color) -> None:
    canvas.setFillColor(colour)
    canvas.setFont(font, size)
    canvas.drawString(x, y, drawable(text, font))
