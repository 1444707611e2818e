"""Trees and fishbones as SVG for a page: made on the server, every word escaped, looks by class.

The colours stand as attributes for a drawing opened alone; the style sheet of a page overrides them.
"""

from markupsafe import Markup, escape

from .document import Fishbone, Tree
from .pdf_fonts import REAL
from .tree_layout import Picture, fishbone, rows

SLACK = 0.9
"""Part of a line that is filled: the reader's font may run wider than ours."""
SIZE = 14.0
TREE_WIDE, FISH_WIDE = 640.0, 1080.0
FONT = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif"
FRAMES = {
    "plain": ("#ffffff", "#d5dae1", 1.0),
    "root": ("#f4f6f9", "#1b2432", 2.4),
    "head": ("#f4f6f9", "#1b2432", 2.0),
    "name": ("#f4f6f9", "#5d6878", 1.0),
}
BOX = Markup(
    '<rect class="d-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="5" fill="{}" stroke="{}" '
    'stroke-width="{}"/>'
)
STROKE = Markup(
    '<line class="d-line" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="#5d6878" '
    'stroke-width="{:.1f}"/>'
)
WORDS = Markup(
    '<text class="d-{}" x="{:.1f}" y="{:.1f}" font-size="{:.1f}" font-weight="{}" fill="{}"{}>{}</text>'
)
FRAME = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" aria-label="{}" '
    'viewBox="-2 -2 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" font-family="{}">{}</svg>'
)


def svg(drawing: Tree | Fishbone, label: object) -> Markup:
    """The drawing as one <svg>; `label` is read to who does not see it."""
    if isinstance(drawing, Fishbone):
        pictures = [fishbone(drawing, FISH_WIDE, SIZE, SLACK)]
    else:
        pictures = rows(drawing, TREE_WIDE, SIZE, SLACK)
    wide = max([each.wide for each in pictures], default=0.0) + 4
    parts, y = [], 0.0
    for each in pictures:
        parts.append(_shapes(each, y))
        y += each.high
    return FRAME.format(escape(str(label)), wide, y + 4, wide, y + 4, FONT, Markup("").join(parts))


def _shapes(picture: Picture, down: float) -> Markup:
    found = [
        STROKE.format(each.x1, each.y1 + down, each.x2, each.y2 + down, each.thick)
        for each in picture.strokes
    ]
    found += [
        BOX.format(each.look, each.x, each.y + down, each.wide, each.high, *FRAMES[each.look])
        for each in picture.boxes
    ]
    for each in picture.words:
        text = "".join(REAL.get(ord(letter), letter) for letter in each.text)
        look, colour = ("muted", "#5d6878") if each.muted else ("ink", "#1b2432")
        middle = Markup(' text-anchor="middle"') if each.middle else ""
        found.append(
            WORDS.format(
                look, each.x, each.y + down, each.size, 700 if each.strong else 400, colour, middle, text
            )
        )
    return Markup("").join(found)
