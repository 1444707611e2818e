"""Draw the icons of the installed application from the mark: ``python -m tools.app_icons``.

The PNG files are committed; this is only needed again when the mark changes (``static/img/mark.svg``).
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parents[1] / "audit_app" / "static" / "img"
GROUND, RING, TICK = "#2b5fb4", "#a9c7f5", "#ffffff"
FINE = 4
"""Drawn so many times larger, then reduced: smooth edges."""


def draw(size: int, *, maskable: bool) -> Image.Image:
    """The mark on a square of ``size`` pixels; a maskable one fills the square and keeps to its middle."""
    wide = size * FINE
    picture = Image.new("RGBA", (wide, wide), GROUND if maskable else (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    scale, edge = (wide * 0.8 / 32, wide * 0.1) if maskable else (wide / 32, 0.0)

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * scale, edge + y * scale

    if not maskable:
        pen.rounded_rectangle((0, 0, wide - 1, wide - 1), 9 * scale, fill=GROUND)
    half = 1.2
    pen.arc((*at(6.5 - half, 6.5 - half), *at(25.5 + half, 25.5 + half)), 0, 270, RING, round(2.4 * scale))
    for x, y in ((16, 6.5), (25.5, 16)):
        pen.ellipse((*at(x - half, y - half), *at(x + half, y + half)), fill=RING)
    corners = [at(11.5, 16.2), at(14.9, 19.6), at(23.9, 10)]
    pen.line(corners, TICK, round(2.8 * scale), joint="curve")
    for x, y in ((11.5, 16.2), (14.9, 19.6), (23.9, 10)):
        pen.ellipse((*at(x - 1.4, y - 1.4), *at(x + 1.4, y + 1.4)), fill=TICK)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def main() -> int:
    """Write the three files."""
    for name, size, maskable in (("192", 192, False), ("512", 512, False), ("maskable-512", 512, True)):
        draw(size, maskable=maskable).save(FOLDER / f"app-{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
