"""Traffic lights on paper: a large shape and its word, the subject with its reasons, an arrow with its."""

from typing import Any

from reportlab.platypus import Flowable

from .document import BoardRow
from .pdf_cells import Line, Words, shape
from .pdf_fonts import BOLD
from .pdf_lines import Flow
from .pdf_styles import HAIR, INK, MUTED, Type, tone_colours
from .values import plain, tone_of

LIGHT, MOVES = 74.0, 86.0
"""Width in points of the column of lights and of that of movements."""
PAD = 6.5
SUBJECT = Type(10.2, 14, font=BOLD)
REASON = Type(8.4, 11.6)
WORD = Type(8.4, 11.6)
ARROWS = {"up": (-0.55, 0.8, "good"), "down": (0.55, -0.8, "bad"), "level": (0.0, 0.0, "neutral")}
"""Per movement: where the arrow starts and ends, in its own half height, and its tone."""


class BoardLines(Flow):
    """One band per light; breaks between bands only."""

    def __init__(self, rows: tuple[BoardRow, ...], width: float, words: Words) -> None:
        super().__init__(2, 8)
        self.rows, self.wide, self.words = rows, width, words
        room = width - LIGHT - MOVES - 8
        self.bands = [self._band(row, room) for row in rows]

    def _band(self, row: BoardRow, room: float) -> tuple[list[Line], list[Line], float]:
        """Lines of the middle column and of the right one, and the height of the band."""
        middle = self.words.lines(row.subject, SUBJECT, room)
        for reason in row.reasons:
            middle += self.words.lines(reason, REASON, room)
        right = self.words.lines(row.moves, WORD, MOVES - 20)
        for line in right:
            line.indent = 20.0
        if row.more is not None:
            right += self.words.lines(row.more, WORD, MOVES)
        tallest = max(sum(line.height for line in lines) for lines in (middle, right))
        return middle, right, max(tallest, 26.0) + 2 * PAD

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return self.wide, sum(high for _middle, _right, high in self.bands)

    @property
    def least(self) -> float:
        """The first band."""
        return self.bands[0][2] + self.before

    def split(self, _wide: float, high: float) -> list[Flowable]:
        """The bands that fit, and the others."""
        fit, room = 0, high
        while fit < len(self.bands) and self.bands[fit][2] <= room:
            room -= self.bands[fit][2]
            fit += 1
        if fit in (0, len(self.bands)):
            return []
        return [BoardLines(part, self.wide, self.words) for part in (self.rows[:fit], self.rows[fit:])]

    def draw(self) -> None:
        """Band by band from the top, a hairline under each."""
        canvas: Any = self.canv
        top = self.wrap(0, 0)[1]
        for row, (middle, right, high) in zip(self.rows, self.bands, strict=True):
            self._light(canvas, row, top - PAD)
            self._column(canvas, middle, LIGHT, top - PAD, self.wide - LIGHT - MOVES)
            self._column(canvas, right, self.wide - MOVES, top - PAD, MOVES)
            if row.movement in ARROWS:
                arrow(canvas, row.movement, self.wide - MOVES + 7, top - PAD - 6.4)
            top -= high
            canvas.setStrokeColor(HAIR)
            canvas.setLineWidth(0.5)
            canvas.line(0, top, self.wide, top)

    @staticmethod
    def _light(canvas: Any, row: BoardRow, top: float) -> None:
        tone = tone_of(row.light.tone)
        shape(canvas, tone, 14, top - 13, 10)
        word = Line(plain(row.light.text), BOLD, 10.2, 14, tone_colours(tone)[0])
        word.draw(canvas, 32, top - 6, LIGHT - 32, "left")

    @staticmethod
    def _column(canvas: Any, lines: list[Line], x: float, top: float, room: float) -> None:
        for line in lines:
            line.draw(canvas, x, top, room, "left")
            top -= line.height


def arrow(canvas: Any, movement: str, x: float, y: float, r: float = 5.2) -> None:
    """An arrow through (x, y): rising for better, falling for worse, level for no clear trend."""
    start, end, tone = ARROWS[movement]
    colour = tone_colours(tone)[0] if tone != "neutral" else MUTED
    canvas.setStrokeColor(colour if colour else INK)
    canvas.setLineWidth(1.7)
    canvas.setLineCap(1)
    canvas.line(x - r, y + start * r, x + r, y + end * r)
    path = canvas.beginPath()
    for back, off in (
        ((-0.95, 0.15), (-0.15, 0.95))
        if movement == "up"
        else (((-0.95, -0.15), (-0.15, -0.95)) if movement == "down" else ((-0.75, 0.65), (-0.75, -0.65)))
    ):
        path.moveTo(x + r, y + end * r)
        path.lineTo(x + r + back * r, y + end * r - off * r)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.setLineCap(0)
