"""The one font family that PDFs embed: loaded with the first page drawn, kept for the life of the process."""

from functools import cache
from pathlib import Path
from threading import Lock

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}
REPLACEMENT = "□"
"""Drawn for each character the font does not have, so that it is seen that something stood there."""

# Joiners and selectors have no width of their own; an emoji family would otherwise print as a row of boxes.
INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
                           *range(0xFE00, 0xFE10), 0xAD, 0xFEFF, *range(0xE0020, 0xE0080)])  # fmt: skip
# A tick must not become an empty box: that would say the opposite.
_STAND_INS = str.maketrans(
    dict.fromkeys("✓✔✅", "√")
    | dict.fromkeys("✗✘❌", "×")
    | {"☑": "[√]", "☐": "[ ]", "☒": "[×]", "⚠": "▲", "\t": "    "}
)
_FOLDER = Path(__file__).resolve().parent / "fonts"
_LOCK = Lock()


@cache
def _loaded() -> dict[str, TTFont]:
    fonts = {name: TTFont(name, str(_FOLDER / file)) for name, file in FILES.items()}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    return fonts


def load() -> dict[str, TTFont]:
    """Register the fonts with ReportLab, once; safe to call from several threads."""
    with _LOCK:
        return _loaded()


@cache
def _widths(font: str) -> dict[int, float]:
    """Width of every character the font has, in thousandths of the size; dict subclasses would be slower."""
    face = load()[font].face
    return {code: face.charWidths.get(code, face.defaultWidth) for code in face.charToGlyph}


def drawable(text: str, font: str = REGULAR) -> str:
    """`text` with what the font lacks made visible as □; joiners vanish, tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    known = _widths(font)
    text = text.translate(INVISIBLE).translate(_STAND_INS)
    return "".join([char if ord(char) in known and char >= " " else REPLACEMENT for char in text])


def width(text: str, font: str, size: float) -> float:
    """Width of already drawable text, in points."""
    known = _widths(font)
    return sum([known.get(ord(char), 1000.0) for char in text]) * size / 1000.0
