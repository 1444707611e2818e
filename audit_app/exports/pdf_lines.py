"""Flowables made of lines: paragraphs, lists, headings and boxed remarks; they break between lines."""

from typing import Any

from reportlab.lib.colors import Color
from reportlab.platypus import Flowable

from .pdf_cells import Line
from .pdf_styles import Type


class Flow(Flowable):
    """What all our flowables share: space around, and how much must fit for a heading to stay with them."""

    def __init__(self, before: float = 0, after: float = 0) -> None:
        super().__init__()
        self.before, self.after = before, after

    def getSpaceBefore(self) -> float:
        """Room above, in points; the page drops it at its top."""
        return self.before

    def getSpaceAfter(self) -> float:
        """Room below, in points."""
        return self.after

    @property
    def least(self) -> float:
        """The smallest part, in points, that may stand alone at the foot of a page."""
        return self.total

    @property
    def total(self) -> float:
        """The whole height in points, with the space around it."""
        return float(self.wrap(0, 0)[1]) + self.before + self.after


KEPT = 150.0
"""A box no taller than this, in points, stays on one page."""


POINT = 4
"""Lines of a point in a list that go to the next page with it."""


class Lines(Flow):
    """Lines one under another; with `ground` on a pale box with an edge of the strong colour.

    `titled`: how many of the first lines are a title, said again where a box goes on.
    """

    def __init__(
        self,
        lines: list[Line],
        width: float,
        kind: Type,
        indent: float = 0,
        ground: Color | None = None,
        edge: Color | None = None,
        titled: int = 0,
    ) -> None:
        super().__init__(kind.before, kind.after)
        self.lines, self.wide, self.kind, self.indent = lines, width, kind, indent
        self.ground, self.edge, self.titled = ground, edge, titled
        self.pad = 8.0 if ground else 0.0

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height: known since it was made."""
        return self.wide, sum([line.height for line in self.lines]) + 2 * self.pad

    @property
    def least(self) -> float:
        """Two lines: a single one is not left behind; all of a short box."""
        if self.ground is not None and self.total <= KEPT:
            return self.total
        return sum(line.height for line in self.lines[:2]) + 2 * self.pad + self.before

    def split(self, _wide: float, high: float) -> list[Flowable]:
        """Two parts, of which neither is a single line if that can be had; nothing if too little fits."""
        if self.ground is not None and self.total <= KEPT:
            return []
        room, fit = high - 2 * self.pad, 0
        while fit < len(self.lines) and self.lines[fit].height <= room:
            room -= self.lines[fit].height
            fit += 1
        if fit == len(self.lines) - 1 and fit > 2:
            fit -= 1
        fit = self._whole_points(fit)
        if fit == 0 or (fit <= self.titled + 1 and len(self.lines) > fit and high < 300):
            return []
        again = self.lines[: self.titled] if fit > self.titled else []
        upper, lower = self._part(self.lines[:fit]), self._part([*again, *self.lines[fit:]])
        lower.after = self.after
        return [upper, lower]

    def _whole_points(self, fit: int) -> int:
        """Of a list in a box, only as many lines as end a point; a point longer than some lines is torn."""
        start = fit
        while 0 < start < len(self.lines) and fit - start < POINT and not self.lines[start].mark:
            start -= 1
        listed = any(line.mark for line in self.lines[self.titled :])
        return start if listed and fit - start < POINT and start > self.titled else fit

    def _part(self, lines: list[Line]) -> "Lines":
        part = Lines(lines, self.wide, self.kind, self.indent, self.ground, self.edge, self.titled)
        part.before = part.after = 0
        return part

    def draw(self) -> None:
        """Draw the box, then each line from the top."""
        canvas: Any = self.canv
        high = self.wrap(0, 0)[1]
        if self.ground is not None:
            canvas.setFillColor(self.ground)
            canvas.rect(0, 0, self.wide, high, stroke=0, fill=1)
        if self.edge is not None:
            canvas.setFillColor(self.edge)
            canvas.rect(0, 0, 2.4, high, stroke=0, fill=1)
        top = high - self.pad
        for line in self.lines:
            line.draw(canvas, self.indent + self.pad * 1.3, top, self.wide - self.indent, "left")
            top -= line.height


class Head(Lines):
    """A heading: leaves a mark on its page from which contents, outline and links are made."""

    def __init__(self, lines: list[Line], width: float, kind: Type, mark: tuple[str, str, int]) -> None:
        super().__init__(lines, width, kind)
        self.mark = mark

    @property
    def least(self) -> float:
        """All of it; the builder adds what must follow."""
        return self.total

    def split(self, _wide: float, _high: float) -> list[Flowable]:
        """A heading is not torn; one longer than a page would be, as any text."""
        return super().split(_wide, _high) if self.total > 500 else []

    def draw(self) -> None:
        """Draw the heading and leave its mark (key, text, level) and height on the page."""
        canvas: Any = self.canv
        key, text, level = self.mark
        y = canvas.absolutePosition(0, self.wrap(0, 0)[1])[1]
        canvas.marks.append(("head", key, text, level, y))
        super().draw()
