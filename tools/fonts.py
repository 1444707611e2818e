"""Make the fonts that PDFs embed: static Noto Sans SC, cut down to the characters people here write.

    npm pack @expo-google-fonts/noto-sans-sc && tar xzf expo-google-fonts-noto-sans-sc-*.tgz
    python -m tools.fonts package

ReportLab takes static TrueType only. A second small font of each weight holds the marks that Chinese draws
in a full square and Latin script does not (``LATIN``), cut from the same outlines. The repertoire is GBK
with Latin, Greek, Cyrillic, punctuation and a few marks, and every ideograph of the package: rare ones stand
in names (䶮 lies in extension A, some beyond the first plane). Needs fontTools; run once and commit what it
writes.
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "audit_app" / "exports" / "fonts"
WEIGHTS = {
    "NotoSansSC-Regular.ttf": "400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": "700Bold/NotoSansSC_700Bold.ttf",
}
BLOCKS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x2460, 0x24FF), (0x25A0, 0x25FF), (0x2600, 0x26FF), (0x2700, 0x27BF), (0x3000, 0x303F),
    (0xFF00, 0xFFEF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF),
)  # fmt: skip


def repertoire() -> set[int]:
    """Code points kept: every character of GBK and the blocks above."""
    kept = {point for first, last in BLOCKS for point in range(first, last + 1)}
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            text = bytes((lead, trail)).decode("gbk", "ignore")
            if len(text) == 1:
                kept.add(ord(text))
    return kept


def cut(source: Path, target: Path) -> None:
    """Write `source` to `target` with the repertoire only, without hinting and tables PDFs do not use."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "STAT", "GSUB", "GPOS", "GDEF", "BASE", "DSIG", "meta"]
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=repertoire())
        cutter.subset(font)
        font.save(target)
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")


LATIN = "‘’“”…·"
"""Marks shared by Chinese and Latin script whose Chinese form fills a whole square."""
BEARING = 55
"""Room at each side of a Latin mark, in thousandths of the size."""


def narrow(source: Path, target: Path) -> None:
    """Write a font of the marks of ``LATIN`` alone, as wide as their ink; dots go down to the base line."""
    options = subset.Options()
    options.notdef_outline = True
    with TTFont(source, recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(mark) for mark in LATIN + "."])
        cutter.subset(font)
        names, glyphs, widths = font.getBestCmap(), font["glyf"], font["hmtx"]
        foot = glyphs[names[ord(".")]].yMin
        for mark in LATIN:
            name = names[ord(mark)]
            old = glyphs[name]
            down = old.yMin - foot if mark == "…" else 0
            pen = TTGlyphPen(font.getGlyphSet())
            font.getGlyphSet()[name].draw(TransformPen(pen, (1, 0, 0, 1, BEARING - old.xMin, -down)))
            widths[name] = (old.xMax - old.xMin + 2 * BEARING, BEARING)
            glyphs[name] = pen.glyph()
        for record in font["name"].names:  # A PDF tells embedded fonts apart by name.
            said = record.toUnicode().replace("SC-", "SC-Latin-").replace(" SC", " SC Latin")
            record.string = said.encode(record.getEncoding())
        font.save(target)
    print(f"{target.name}: {target.stat().st_size / 1e3:.1f} kB")


def main(package: Path) -> None:
    """Cut both weights of the unpacked npm package and copy its licence beside them."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, inside in WEIGHTS.items():
        cut(package / inside, TARGET / name)
        narrow(TARGET / name, TARGET / name.replace("SC-", "SC-Latin-"))
    shutil.copyfile(package / "LICENSE_FONT", TARGET / "OFL.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
