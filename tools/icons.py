"""Build the one SVG sprite of the product from a folder of Tabler outline icons.

Run after adding a name to ``ICONS``::

    python -m tools.icons <folder of unpacked @tabler/icons>/icons/outline

The sprite is committed, so nobody needs the icon package to run the product. Each symbol is named
``tabler-<name>`` and is drawn by the ``icon`` macro in ``templates/_macros/icon.html``.
"""

import argparse
import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parents[1] / "audit_app" / "static" / "vendor" / "icons.svg"

ICONS = """
    activity adjustments alert-circle alert-octagon alert-triangle archive arrow-back-up arrow-down
    arrow-left arrow-narrow-right arrow-right arrow-up arrows-sort award ban bell book books
    brand-speedtest building bulb calendar calendar-due calendar-event calendar-off camera certificate
    chart-bar chart-line check checkbox checklist checks chevron-down chevron-left chevron-right
    chevron-up circle-check circle-dashed circle-minus circle-x clipboard-check clipboard-data
    clipboard-list clock clock-exclamation cloud-check cloud-off cloud-upload copy database-export
    device-floppy device-tablet dots dots-vertical download edit external-link eye file file-certificate
    file-description file-spreadsheet file-text file-type-pdf filter flag gavel help history home
    hourglass id inbox info-circle key language layout-dashboard link list-check list-details list-search
    lock login logout mail map-pin menu-2 message microphone minus moon notes paperclip pencil phone photo
    player-play plus presentation printer question-mark refresh report-analytics report-search route scale
    search send settings shield-check signature sitemap sort-ascending sort-descending sparkles stack-2
    star sun sun-moon table target target-arrow template thumb-up tool trash trending-down trending-up
    upload user user-check user-circle user-plus users users-group versions wifi wifi-off writing x
    zoom-check
""".split()

_SHAPES = re.compile(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*/>", re.S)


def symbol(name: str, svg: str) -> str:
    """Return the ``<symbol>`` of one icon: its shapes without the invisible bounding square.

    Raises ``ValueError`` when the file holds no shape that the sprite could carry.
    """
    shapes = [re.sub(r"\s+", " ", shape).replace(" />", "/>") for shape in _SHAPES.findall(svg)]
    shapes = [shape for shape in shapes if 'd="M0 0h24v24H0z"' not in shape]
    if not shapes:
        raise ValueError(f"icon {name} holds no shapes")
    return f'<symbol id="tabler-{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>'


def sprite(folder: Path) -> str:
    """Return the sprite of all ``ICONS`` in ``folder``; raises ``FileNotFoundError`` for an unknown name."""
    symbols = [symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in sorted(set(ICONS))]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the icons/outline folder of the unpacked icon package")
    SPRITE.write_text(sprite(parser.parse_args().folder), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
