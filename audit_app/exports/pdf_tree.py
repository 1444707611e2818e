"""Trees and fishbones on paper: boxes and lines as vectors, text as text, readable without colour."""

from typing import Any

from reportlab.platypus import Flowable

from .document import Fishbone, Tree
from .pdf_fonts import BOLD, REGULAR, width
from .pdf_lines import Flow
from .pdf_styles import HAIR, INK, MUTED, TEXT_HEIGHT, WASH, WHITE
from .tree_layout import Picture, fishbone, rows

FRAMES = {
    "plain": (WHITE, HAIR, 0.7),
    "root": (WASH, INK, 1.5),
    "head": (WASH, INK, 1.2),
    "name": (WASH, MUTED, 0.6),
}
"""Ground, edge and thickness of each look: the root is told by a strong frame, bold letters and its word."""


def tree_flows(tree: Tree, wide: float) -> list[Flowable]:
    """A flowable per node, so that a page may end between any two."""
    made = [Drawn(each, wide) for each in rows(tree, wide)]
    if made:
        made[-1].after = 10
    return [*made]


class Drawn(Flow):
    """A picture of lines, boxes and words; one taller than a page is scaled down to it."""

    def __init__(self, picture: Picture, wide: float) -> None:
        super().__init__(0, 0)
        self.picture, self.wide = picture, wide
        self.scale = min(1.0, (TEXT_HEIGHT - 60) / max(picture.high, 1.0))

    def wrap(self, _wide: float, _high: float) -> tuple[float, float]:
        """Width and height in points."""
        return self.wide, self.picture.high * self.scale

    def draw(self) -> None:
        """Lines first, so that boxes cover their ends; then boxes, then words."""
        canvas: Any = self.canv
        high = self.picture.high
        canvas.saveState()
        canvas.scale(self.scale, self.scale)
        canvas.setStrokeColor(MUTED)
        for line in self.picture.strokes:
            canvas.setLineWidth(line.thick)
            canvas.line(line.x1, high - line.y1, line.x2, high - line.y2)
        for box in self.picture.boxes:
            ground, edge, thick = FRAMES[box.look]
            canvas.setFillColor(ground)
            canvas.setStrokeColor(edge)
            canvas.setLineWidth(thick)
            canvas.roundRect(box.x, high - box.y - box.high, box.wide, box.high, 3, stroke=1, fill=1)
        for words in self.picture.words:
            canvas.setFillColor(MUTED if words.muted else INK)
            font = BOLD if words.strong else REGULAR
            canvas.setFont(font, words.size)
            left = words.x - (width(words.text, font, words.size) / 2 if words.middle else 0)
            canvas.drawString(left, high - words.y, words.text)
        canvas.restoreState()


class Fish(Drawn):
    """A fishbone on one page."""

    def __init__(self, fish: Fishbone, wide: float) -> None:
        super().__init__(fishbone(fish, wide), wide)
        self.before, self.after = 4, 10
