"""What a cell of a grid or a fact becomes: pieces of known width that break into lines and draw themselves.

A `Line` is the smallest thing that can stand on a page; a cell is a list of them, so that a cell of any
length can break over pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from reportlab.lib.colors import Color

from audit_app.core.rounding import half_up

from .pdf_fonts import BOLD, drawable, width
from .pdf_styles import ACCENT, FAINT, INK, MUTED, WHITE, Type, tone_colours
from .pdf_text import lines_of, widest_unit
from .values import Badge, Check, Link, Pen, Strong, Tone, plain, tone_of, yes_or_no

INDENT = 1.15
"""Room of a mark before its word, in sizes of the letters."""


@dataclass(slots=True)
class Line:
    """One line of a cell. `mark` stands before it: badge:tone, check, empty, dot: or text:1."""

    text: str
    font: str
    size: float
    height: float
    colour: Color
    mark: str = ""
    indent: float = 0
    url: str = ""

    def draw(self, canvas: Any, x: float, top: float, room: float, align: str) -> None:
        """Draw with the upper edge of the line at `top` and its box `room` wide from `x`."""
        used = self.indent + (width(self.text, self.font, self.size) if align != "left" or self.url else 0)
        if align == "right":
            x += room - used
        elif align == "centre":
            x += (room - used) / 2
        base = top - self.height / 2 - self.size * 0.36
        if self.mark:
            _mark(canvas, self.mark, x, base, self.size)
        if self.text:
            canvas.setFillColor(self.colour)
            canvas.setFont(self.font, self.size)
            canvas.drawString(x + self.indent, base, self.text)
        if self.url:
            link(canvas, self.url, (x, base - 2, x + used, base + self.size))


PEN_HIGH = 18.0
"""Points in height for what a pen drew in a cell."""


@dataclass(slots=True)
class Drawn(Line):
    """A line on which somebody signed."""

    pen: Pen | None = None
    wide: float = 0

    def draw(self, canvas: Any, x: float, top: float, room: float, align: str) -> None:
        """Draw the strokes with the upper edge of the line at `top`."""
        if self.pen is not None:
            ink(canvas, self.pen.strokes, self.pen.size, (x, top - self.height), (self.wide, self.height))


def ink(
    canvas: Any,
    strokes: Sequence[Any],
    size: tuple[float, float],
    at: tuple[float, float],
    room: tuple[float, float],
) -> None:
    """The strokes of a pen as vectors, their lower left corner `at` a point, as large as `room` lets."""
    (width, height), (x, line) = size, at
    scale = min(room[0] / width, room[1] / height)
    path = canvas.beginPath()
    for first, *others in strokes:
        path.moveTo(x + first[0] * scale, line + (height - first[1]) * scale)
        for point in others or [(first[0] + 0.5, first[1])]:
            path.lineTo(x + point[0] * scale, line + (height - point[1]) * scale)
    canvas.saveState()
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.9)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def link(canvas: Any, url: str, box: tuple[float, float, float, float]) -> None:
    """Make `box` lead to a web or mail address or to an anchor ("#name") of this document."""
    if url.startswith("#") and url[1:] in canvas.anchors:
        canvas.linkRect("", canvas.anchors[url[1:]], box, relative=1, thickness=0)
    elif url.startswith(("https://", "http://", "mailto:")):
        canvas.linkURL(url, box, relative=1, thickness=0)


def _mark(canvas: Any, mark: str, x: float, base: float, size: float) -> None:
    kind, _colon, tone = mark.partition(":")
    if kind == "badge":
        shape(canvas, tone, x + size * 0.42, base + size * 0.36, size * 0.36)
    elif kind == "dot":
        canvas.setFillColor(ACCENT)
        canvas.circle(x + size * 0.5, base + size * 0.36, size * 0.16, stroke=0, fill=1)
    elif kind == "text":
        canvas.setFillColor(ACCENT)
        canvas.setFont(BOLD, size)
        canvas.drawString(x, base, tone)
    else:
        box(canvas, kind == "check", x, base - size * 0.08, size * 0.88)


def shape(canvas: Any, tone: str, x: float, y: float, r: float) -> None:
    """The shape of a tone, so that it can be told without colour: ● ▲ ■ ◆ ○."""
    colour = tone_colours(tone)[0]
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(r * 0.35)
    tone = tone_of(tone)
    if tone in ("good", "neutral"):
        canvas.circle(x, y, r * (1 if tone == "good" else 0.8), stroke=tone == "neutral", fill=tone == "good")
        return
    corners = {
        "warn": ((0, 1.1), (1.15, -0.9), (-1.15, -0.9)),
        "bad": ((-0.95, 0.95), (0.95, 0.95), (0.95, -0.95), (-0.95, -0.95)),
        "info": ((0, 1.2), (1.2, 0), (0, -1.2), (-1.2, 0)),
    }[tone]
    path = canvas.beginPath()
    path.moveTo(x + corners[0][0] * r, y + corners[0][1] * r)
    for right, up in corners[1:]:
        path.lineTo(x + right * r, y + up * r)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def box(canvas: Any, done: bool, x: float, y: float, side: float) -> None:
    """A tick box: empty, or filled with a tick; a shape, so it never depends on a font."""
    canvas.setLineWidth(side * 0.09)
    canvas.setStrokeColor(ACCENT if done else FAINT)
    canvas.setFillColor(ACCENT if done else WHITE)
    canvas.roundRect(x, y, side, side, side * 0.16, stroke=1, fill=1)
    if done:
        canvas.setStrokeColor(WHITE)
        canvas.setLineWidth(side * 0.15)
        path = canvas.beginPath()
        path.moveTo(x + side * 0.22, y + side * 0.5)
        path.lineTo(x + side * 0.42, y + side * 0.28)
        path.lineTo(x + side * 0.79, y + side * 0.74)
        canvas.drawPath(path, stroke=1, fill=0)


class Words:
    """Makes cells into lines, with dates in one time zone and numbers with the digits of their column."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone

    def text(self, value: object, decimals: int | None = None) -> str:
        """A value in words: 1,234.5 · 2026-03-05 · 2026-03-05 14:30 · yes and no."""
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, bool):
            return yes_or_no(value)
        if isinstance(value, int) and decimals is None:
            return f"{value:,}"
        if isinstance(value, int | float | Decimal):
            return number(value, 1 if decimals is None else decimals)
        if isinstance(value, datetime):
            return (value.astimezone(self.zone) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M")
        return value.isoformat() if isinstance(value, date) else plain(value)

    def lines(self, cell: object, kind: Type, room: float, decimals: int | None = None) -> list[Line]:
        """All lines of one cell, broken to `room` points."""
        if isinstance(cell, tuple):
            return [line for part in cell for line in self.lines(part, kind, room, decimals)]
        if isinstance(cell, Badge | Tone):
            words = cell.text if isinstance(cell, Badge) else cell.value
            tone = tone_of(cell.tone)
            strong = tone_colours(tone)[0]
            return self._marked(self.text(words, decimals), kind, room, f"badge:{tone}", BOLD, strong)
        if isinstance(cell, Check):
            mark = "check" if cell.done else "empty"
            return self._marked(plain(cell.text), kind, room, mark, kind.font, INK)
        if isinstance(cell, Pen):
            found = lines_of(plain(cell.text), kind.size - 1, room, kind.font)
            told = [Line(text, kind.font, kind.size - 1, kind.leading - 1, MUTED) for text in found]
            return [Drawn("", kind.font, kind.size, PEN_HIGH, INK, pen=cell, wide=room), *told]
        font, colour, url = kind.font, kind.colour, ""
        if isinstance(cell, Link):
            url, colour = cell.url, ACCENT if cell.url else colour
            cell = cell.text
        elif isinstance(cell, Strong):
            cell, font = cell.text, BOLD
        found = lines_of(self.text(cell, decimals), kind.size, room, font)
        return [Line(text, font, kind.size, kind.leading, colour, url=url) for text in found]

    def least(self, cell: object, kind: Type, decimals: int | None = None) -> float:
        """The width in points below which a word, a number or a code of this cell would be torn."""
        if isinstance(cell, tuple):
            return max((self.least(part, kind, decimals) for part in cell), default=0.0)
        font, indent = kind.font, 0.0
        if isinstance(cell, Pen):
            return 60.0
        if isinstance(cell, Badge | Tone):
            cell = cell.text if isinstance(cell, Badge) else cell.value
            font, indent = BOLD, kind.size * INDENT
        elif isinstance(cell, Link | Strong):
            font, cell = BOLD if isinstance(cell, Strong) else font, cell.text
        return widest_unit(self.text(cell, decimals), kind.size, font) + indent

    @staticmethod
    def _marked(text: str, kind: Type, room: float, mark: str, font: str, colour: Color) -> list[Line]:
        indent = kind.size * INDENT
        found = lines_of(text, kind.size, room - indent, font)
        return [
            Line(words, font, kind.size, kind.leading, colour, mark if index == 0 else "", indent)
            for index, words in enumerate(found)
        ]


def number(value: int | float | Decimal, decimals: int) -> str:
    """A number with a comma each thousand and a true minus sign; what is no number (NaN) is a dash."""
    if value != value or value in (float("inf"), float("-inf")):
        return "–"
    text = f"{half_up(value, decimals):,.{decimals}f}"
    if text.startswith("-"):
        return "−" + text[1:] if text.strip("-0.,") else text[1:]
    return text


def draw_text(canvas: Any, text: str, kind: Type, x: float, base: float) -> None:
    """One drawable line at its base line."""
    canvas.setFillColor(kind.colour)
    canvas.setFont(kind.font, kind.size)
    canvas.drawString(x, base, drawable(text, kind.font))
