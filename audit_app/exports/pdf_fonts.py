"""The one font family that PDFs embed: loaded with the first page drawn, kept for the life of the process."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from threading import Lock

from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
LATIN = {REGULAR: "NotoSansSC-Latin", BOLD: "NotoSansSC-Latin-Bold"}
"""The small font that holds the Latin form of the marks of `MARKS`, by the font it belongs to."""
FILES = {
    REGULAR: "NotoSansSC-Regular.ttf",
    BOLD: "NotoSansSC-Bold.ttf",
    LATIN[REGULAR]: "NotoSansSC-Latin-Regular.ttf",
    LATIN[BOLD]: "NotoSansSC-Latin-Bold.ttf",
}
MARKS = "‘’“”…·"
"""Drawn in a full square between Chinese characters, as wide as their ink in Latin script."""
HELD = {ord(mark): 0xE000 + place for place, mark in enumerate(MARKS)}
REAL = {held: chr(mark) for mark, held in HELD.items()}
"""Inside drawable text the Latin form is held as a private character; this is what it stands for."""


def missing(char: str) -> str:
    """What is drawn for a character the font does not have: its number in Unicode, by which it can be found.

    An empty box would not tell a rare character of a name from an emoji, nor one name from another.
    """
    return f"[U+{ord(char):04X}]"


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


_BEYOND = re.compile(r"> <([0-9A-F]{5,6})>")
_cmap = ttfonts.makeToUnicodeCMap


def _readable(fontname: str, subset: list[int]) -> str:
    """What readers copy from the page; ReportLab writes it wrongly for characters beyond the first plane."""
    return _BEYOND.sub(
        lambda found: f"> <{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>",
        str(_cmap(fontname, subset)),
    )


@cache
def _loaded() -> dict[str, TTFont]:
    ttfonts.makeToUnicodeCMap = _readable
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
    face, latin = load()[font].face, load()[LATIN[font]].face
    found = {code: face.charWidths.get(code, face.defaultWidth) for code in face.charToGlyph}
    return found | {held: latin.charWidths[mark] for mark, held in HELD.items()}


def drawable(text: str, font: str = REGULAR) -> str:
    """`text` with what the font lacks told by its number; joiners vanish, tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    known = _widths(font)
    text = _readied(text)
    text = "".join([char if ord(char) in known and char >= " " else missing(char) for char in text])
    return _latin(text) if _MARKED.search(text) else text


def lacking(text: str, font: str = REGULAR) -> set[str]:
    """The characters of `text` that are drawn as their number, since the font does not have them."""
    if text.isascii():
        return set()
    known = _widths(font)
    return {char for char in _readied(text) if ord(char) not in known and char > " "}


def _readied(text: str) -> str:
    """`text` as it is looked up: letters joined with their accents, as some keyboards do not send them."""
    if _ACCENTED.search(text):
        text = _ACCENTED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return text.translate(INVISIBLE).translate(_STAND_INS)


_ACCENTED = re.compile("[^\u0300-\u036f][\u0300-\u036f]+")
_MARKED = re.compile(f"[{MARKS}]")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U000323af]")
_ASIDE = f" \xa0{MARKS}"
_CLOSING = {"”": "“", "’": "‘"}


def _latin(text: str) -> str:
    """`text` with the marks that belong to Latin script in their Latin form.

    A mark belongs to the script of its neighbours; a pair of quotes is drawn alike, and as Chinese as soon as
    one neighbour of the pair is. An apostrophe has a letter on each side and no partner.
    """
    if not _WIDE.search(text):
        return text.translate(HELD)
    chinese = {place: _beside(text, place) for place, char in enumerate(text) if char in MARKS}
    waiting: list[int] = []
    for place in chinese:
        if text[place] in "“‘":
            waiting.append(place)
        elif (begun := _CLOSING.get(text[place])) and waiting and text[waiting[-1]] == begun:
            partner = waiting.pop()
            chinese[place] = chinese[partner] = chinese[place] or chinese[partner]
    return "".join(
        [
            chr(HELD[ord(char)]) if place in chinese and not chinese[place] else char
            for place, char in enumerate(text)
        ]
    )


def _beside(text: str, place: int) -> bool:
    """Whether the next character at either side, spaces and other marks aside, is a Chinese one."""
    before, after = text[:place].rstrip(_ASIDE)[-1:], text[place + 1 :].lstrip(_ASIDE)[:1]
    return bool(_WIDE.match(before) or _WIDE.match(after))


_ALL = "".join(map(chr, REAL))
_PARTS = re.compile(f"[{_ALL}]+|[^{_ALL}]+")


def pieces(text: str, font: str) -> list[tuple[str, str]]:
    """Drawable text as (font, characters) to be drawn one after the other."""
    return [
        (LATIN[font], part.translate(REAL)) if ord(part[0]) in REAL else (font, part)
        for part in _PARTS.findall(text)
    ]


def width(text: str, font: str, size: float) -> float:
    """Width of already drawable text, in points."""
    known = _widths(font)
    return sum([known.get(ord(char), 1000.0) for char in text]) * size / 1000.0
