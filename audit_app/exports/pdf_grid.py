"""Tables that break anywhere: between rows with the header repeated, and inside a row that is too tall.

ReportLab's own Table is not used: it takes seconds for a thousand rows and refuses a cell taller than a page.
"""

from dataclasses import dataclass
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable

from .pdf_cells import Line
from .pdf_lines import Flow
from .pdf_styles import ACCENT, ACCENT_WASH, HAIR, WASH

TALL = 160.0
"""A row taller than this may be broken at the foot of a page; a lower one moves to the next."""

SHORT = 130.0
"""A table no taller than this stays on one page with the heading above it."""


@dataclass(slots=True)
class Row:
    """Lines of each cell. `span` lets the first cell use the whole width; `strong` marks a total, `below`
    what is said under the table: both stay with the row above them.
    """

    cells: list[list[Line]]
    height: float
    span: bool = False
    strong: bool = False
    below: bool = False

    @property
    def plain(self) -> bool:
        """Neither a total nor said under the table. Two such rows at least begin another page, where a table
        has them, so that no total, source or single row stands there alone.
        """
        return not (self.strong or self.below)


@dataclass(slots=True)
class Look:
    """Columns of a table: where each begins, its width and alignment; padding; whether lines are drawn."""

    widths: list[float]
    aligns: list[str]
    pad: float = 4.0
    side: float = 5.0
    rules: bool = True
    ground: bool = False

    def row(self, cells: list[list[Line]], span: bool = False, strong: bool = False) -> Row:
        """A row as tall as its tallest cell."""
        tallest = max([sum([line.height for line in cell]) for cell in cells], default=0.0)
        return Row(cells, tallest + 2 * self.pad, span, strong)


def fitted(widths: list[float], needs: list[float]) -> list[float]:
    """The widths, with room moved to columns that need more from those that can spare it; the sum stays."""
    lacking = sum(max(0.0, need - wide) for wide, need in zip(widths, needs, strict=True))
    spare = sum(max(0.0, wide - need) for wide, need in zip(widths, needs, strict=True))
    if not lacking or not spare:
        return widths
    given, taken = min(1.0, spare / lacking), min(1.0, lacking / spare)
    return [
        wide + (need - wide) * (given if need > wide else taken)
        for wide, need in zip(widths, needs, strict=True)
    ]


class Table(Flow):
    """A header and rows; each part that `split` makes shares the rows of the whole."""

    def __init__(self, look: Look, rows: list[Row], header: Row | None = None, before: float = 2,
                 after: float = 10) -> None:  # fmt: skip
        super().__init__(before, after)
        self.look, self.rows, self.header = look, rows, header
        self.head_height = header.height if header else 0.0

    def say_below(self, lines: list[Line], after: float) -> None:
        """Lines under the last row, without a rule, such as the source; never alone on the next page."""
        row = self.look.row([lines], span=True)
        row.height += self.look.pad
        row.below = True
        self.rows.append(row)
        self.after = after

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return sum(self.look.widths), self.head_height + sum([row.height for row in self.rows])

    @property
    def least(self) -> float:
        """All of a short table; else the header with the first row, or as much as a broken row keeps."""
        if self.total <= SHORT:
            return self.total
        first = self.rows[0].height if self.rows else 0.0
        return self.head_height + min(first, TALL) + self.before

    def split(self, _wide: float, high: float) -> list[Flowable]:
        """The rows that fit, and the others under a header of their own."""
        room, fit = high - self.head_height, 0
        while fit < len(self.rows) and self.rows[fit].height <= room:
            room -= self.rows[fit].height
            fit += 1
        fitting, rest = self.rows[:fit], self.rows[fit:]
        if rest and rest[0].height > TALL and room > TALL * 0.5:
            upper, lower = self._tear(rest[0], room)
            if upper:
                fitting, rest = [*fitting, upper], [lower, *rest[1:]]
        while rest and len(fitting) > (rows := sum(row.plain for row in rest)) + 1 and rows < 2:
            fitting, rest = fitting[:-1], [fitting[-1], *rest]
        if not fitting or not rest:
            return []
        first = Table(self.look, fitting, self.header, 0, 0)
        # What was moved along would fit below the first part again: it begins the next page.
        left = high - first.total + 1
        return [first, CondPageBreak(left), Table(self.look, rest, self.header, 0, self.after)]

    def _tear(self, row: Row, room: float) -> tuple[Row | None, Row]:
        """A row cut at the last line of each cell that fits into `room`."""
        upper: list[list[Line]] = []
        lower: list[list[Line]] = []
        for cell in row.cells:
            left, fit = room - 2 * self.look.pad, 0
            while fit < len(cell) and cell[fit].height <= left:
                left -= cell[fit].height
                fit += 1
            upper.append(cell[:fit])
            lower.append(cell[fit:])
        if not any(upper) or not any(lower):
            return None, row
        return (self.look.row(upper, row.span, row.strong), self.look.row(lower, row.span, row.strong))

    def draw(self) -> None:
        """Draw header, rows and the hairlines between them."""
        canvas: Any = self.canv
        wide, top = self.wrap(0, 0)
        if self.look.ground:
            canvas.setFillColor(WASH)
            canvas.rect(0, 0, wide, top, stroke=0, fill=1)
        if self.header:
            canvas.setFillColor(ACCENT_WASH)
            canvas.rect(0, top - self.head_height, wide, self.head_height, stroke=0, fill=1)
            self._cells(canvas, self.header, top, wide)
            top -= self.head_height
            self._rule(canvas, top, wide, True)
        for row in self.rows:
            if row.strong:
                self._rule(canvas, top, wide, True)
            self._cells(canvas, row, top - (self.look.pad if row.below else 0), wide)
            top -= row.height
            if self.look.rules and not row.below:
                self._rule(canvas, top, wide, False)

    def _rule(self, canvas: Any, y: float, wide: float, strong: bool) -> None:
        canvas.setStrokeColor(ACCENT if strong else HAIR)
        canvas.setLineWidth(0.8 if strong else 0.5)
        canvas.line(0, y, wide, y)

    def _cells(self, canvas: Any, row: Row, top: float, wide: float) -> None:
        look, x = self.look, 0.0
        if row.span:
            side = 0.0 if row.below else look.side
            self._cell(canvas, row.cells[0], side, top - look.pad, wide - 2 * side, "left")
            return
        for cell, width, align in zip(row.cells, look.widths, look.aligns, strict=True):
            self._cell(canvas, cell, x + look.side, top - look.pad, width - 2 * look.side, align)
            x += width

    @staticmethod
    def _cell(canvas: Any, cell: list[Line], x: float, top: float, room: float, align: str) -> None:
        for line in cell:
            line.draw(canvas, x, top, room, align)
            top -= line.height
