"""Where the boxes and lines of a Tree or a Fishbone stand: one layout for paper and for the page.

All measures are points from the upper left corner, y down. Text is already broken into lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from .document import Bone, Fishbone, Rib, Tree, TreeNode
from .pdf_fonts import BOLD, REGULAR, load, width
from .pdf_text import lines_of
from .values import plain

STEP, GUIDE = 17.0, 7.0
"""How far a node is set in under its reason's effect, and where within that the joining line runs."""
PAD, GAP = 6.0, 6.0
LEAD = 1.42
"""Distance of lines over the size of letters."""
SHOWN, LINES = 6, 5
"""Ribs drawn on a bone, and lines of each: the outline holds all of them whole."""
LEAN = 20.0
"""How far a bone leans from its name to the spine."""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text: its baseline's left end, size, whether strong or muted."""

    x: float
    y: float
    text: str
    size: float
    strong: bool = False
    muted: bool = False
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A frame; `look` is plain, root, head or name."""

    x: float
    y: float
    wide: float
    high: float
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line; `thick` in points."""

    x1: float
    y1: float
    x2: float
    y2: float
    thick: float = 0.8


@dataclass(slots=True)
class Picture:
    """A drawing of a size, ready to be put on paper or a page."""

    wide: float
    high: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


# --- the outline --------------------------------------------------------------------------------------------


def rows(tree: Tree, wide: float, size: float = 9.0, slack: float = 1.0) -> list[Picture]:
    """One picture per node, in the order of reading; set one under another they join.

    `slack` is the part of a box that text may fill where another font than ours may be drawn.
    """
    load()
    return [_row(node, kept, wide, size, slack) for top in tree.nodes for node, kept in _outline(top, ())]


def _outline(node: TreeNode, kept: tuple[bool, ...]) -> Iterator[tuple[TreeNode, tuple[bool, ...]]]:
    """Each node with, per level above it, whether the line there goes on to a later sister."""
    yield node, kept
    for place, each in enumerate(node.nodes):
        yield from _outline(each, (*kept, place < len(node.nodes) - 1))


def _row(node: TreeNode, kept: tuple[bool, ...], wide: float, size: float, slack: float) -> Picture:
    made, left = Picture(wide), STEP * len(kept)
    inner = wide - left
    room, small = (inner - 2 * PAD - 2) * slack, size * 0.84
    parts: list[tuple[str, float, bool, bool]] = []
    label = " · ".join(each for each in (plain(node.label), plain(node.mark) if node.marked else "") if each)
    if label:
        parts += [(line, small, node.marked, not node.marked) for line in lines_of(label, small, room, BOLD)]
    font = BOLD if node.marked else REGULAR
    parts += [(line, size, node.marked, False) for line in lines_of(plain(node.text), size, room, font)]
    if plain(node.note):
        parts += [(line, small, False, True) for line in lines_of(plain(node.note), small, room)]
    y = GAP + PAD
    for text, letters, strong, muted in parts:
        y += letters * LEAD
        made.words.append(Words(left + PAD + 2, y - letters * 0.42, text, letters, strong, muted))
    made.high = y + PAD
    made.boxes.append(Box(left, GAP, inner, made.high - GAP, "root" if node.marked else "plain"))
    for level, goes_on in enumerate(kept):
        x = STEP * level + GUIDE
        own = level == len(kept) - 1
        bend = GAP + PAD + size * 0.7
        if own or goes_on:
            made.strokes.append(Stroke(x, 0, x, made.high if goes_on else bend))
        if own:
            made.strokes.append(Stroke(x, bend, left, bend))
    return made


# --- the fishbone -------------------------------------------------------------------------------------------


def fishbone(fish: Fishbone, wide: float, size: float = 7.4, slack: float = 1.0) -> Picture:
    """Half of the bones above the spine, half below; the head at the right."""
    load()
    made = Picture(wide)
    head = max(wide * 0.2, 84.0)
    half = (len(fish.bones) + 1) // 2
    column = (wide - head - 10) / max(half, 1)
    upper, lower = fish.bones[:half], fish.bones[half:]
    tall = [max([_height(each, column, size, slack) for each in side] or [0.0]) for side in (upper, lower)]
    lines = lines_of(plain(fish.head), size * 1.06, (head - 2 * PAD) * slack, BOLD)[:14]
    block = len(lines) * size * 1.06 * LEAD + 2 * PAD
    above, below = max(tall[0], block / 2), max(tall[1], block / 2)
    spine = above
    made.high = above + below
    made.strokes.append(Stroke(0, spine, wide - head, spine, 2.0))
    made.boxes.append(Box(wide - head, spine - block / 2, head, block, "head"))
    y = spine - block / 2 + PAD
    for line in lines:
        y += size * 1.06 * LEAD
        made.words.append(Words(wide - head + PAD, y - size * 0.44, line, size * 1.06, True))
    for side, bones in ((-1, upper), (1, lower)):
        for place, each in enumerate(bones):
            _bone(
                made, each, (place * column, spine, column, tall[0 if side < 0 else 1]), side, (size, slack)
            )
    return made


def _ribs(bone: Bone, column: float, size: float, slack: float) -> list[tuple[Rib, tuple[str, ...]]]:
    room = (column - LEAN - 12) * slack
    found = []
    for rib in bone.ribs[:SHOWN]:
        text, mark = plain(rib.text), plain(rib.mark) if rib.marked else ""
        if mark:
            text = _("%(mark)s: %(text)s", mark=mark, text=text)
        lines = lines_of(text, size, room, BOLD if rib.marked else REGULAR)
        if len(lines) > LINES:
            lines = (*lines[: LINES - 1], lines[LINES - 1].rstrip("，,。.；; ")[:-1] + "…")
        found.append((rib, lines))
    rest = len(bone.ribs) - len(found)
    if rest > 0:
        found.append((Rib(""), lines_of(_("+%(count)d more", count=rest), size, room)))
    return found


def _height(bone: Bone, column: float, size: float, slack: float) -> float:
    ribs = sum(len(lines) * size * LEAD + 7 for _rib, lines in _ribs(bone, column, size, slack))
    return _name_high(bone, column, size, slack) + max(ribs, 34.0) + 12


def _name_high(bone: Bone, column: float, size: float, slack: float) -> float:
    return len(lines_of(plain(bone.name), size, (column - 18) * slack, BOLD)) * size * LEAD + 8


def _bone(
    made: Picture, bone: Bone, place: tuple[float, float, float, float], side: int, look: tuple[float, float]
) -> None:
    """One bone: `place` is left edge, height of the spine, width of its column and length of the bone."""
    (left, spine, column, tall), (size, slack) = place, look
    name = lines_of(plain(bone.name), size, (column - 18) * slack, BOLD)
    high = _name_high(bone, column, size, slack)
    room = max(width(line, BOLD, size) for line in name) / slack + 12
    foot, top = left + column - 4, left + column - 4 - LEAN
    box_y = spine - tall if side < 0 else spine + tall - high
    box_x = max(min(top - room / 2, left + column - room - 2), left)
    made.boxes.append(Box(box_x, box_y, room, high, "name"))
    for index, line in enumerate(name):
        y = box_y + 4 + (index + 1) * size * LEAD - size * 0.42
        made.words.append(Words(box_x + room / 2, y, line, size, True, middle=True))
    end = spine + side * (tall - high)
    made.strokes.append(Stroke(top, end, foot, spine, 1.4))
    y = spine - tall + high + 3 if side < 0 else spine + 6
    for rib, lines in _ribs(bone, column, size, slack):
        for line in lines:
            y += size * LEAD
            made.words.append(Words(left + 2, y - size * 0.42, line, size, rib.marked, not plain(rib.text)))
        y += 1.5
        meets = foot + (top - foot) * (spine - y) / ((spine - end) or 1)
        made.strokes.append(Stroke(left + 2, y, meets, y, 1.4 if rib.marked else 0.6))
        y += 5.5
