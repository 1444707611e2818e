"""The design of paper: sizes, spaces and colours. Change the look here and nowhere else.

One accent colour; the tones carry meaning and always come with a word and a shape. Sizes are points.
"""

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from .pdf_fonts import BOLD, REGULAR
from .values import tone_of

PAGE = A4
LEFT = RIGHT = 22 * mm
TOP, BOTTOM = 27 * mm, 23 * mm
TEXT_WIDTH = PAGE[0] - LEFT - RIGHT
TEXT_HEIGHT = PAGE[1] - TOP - BOTTOM

INK = HexColor("#1b2432")
MUTED = HexColor("#5d6878")
FAINT = HexColor("#8a94a3")
HAIR = HexColor("#d5dae1")
WASH = HexColor("#f4f6f9")
ACCENT = HexColor("#1b4694")
ACCENT_WASH = HexColor("#e9eff9")
WHITE = HexColor("#ffffff")

_TONES = {
    "good": ("#1d7a46", "#e6f3eb"),
    "warn": ("#a15c00", "#fbf0dd"),
    "bad": ("#b3261e", "#fae8e6"),
    "info": ("#1b4694", "#e9eff9"),
    "neutral": ("#5d6878", "#eef0f3"),
}


def tone_colours(tone: str) -> tuple[Color, Color]:
    """The strong and the pale colour of a tone; the strong one reads on both white and pale (4.5 : 1)."""
    strong, pale = _TONES[tone_of(tone)]
    return HexColor(strong), HexColor(pale)


@dataclass(frozen=True, slots=True)
class Type:
    """How a kind of text is set: font, size, distance of lines, colour, space before and after, indent."""

    size: float = 9.5
    leading: float = 14.5
    font: str = REGULAR
    colour: Color = INK
    before: float = 0
    after: float = 6
    indent: float = 0


BODY = Type()
LEAD = Type(11.5, 18, after=9, colour=INK)
NOTE = Type(8, 11.8, colour=MUTED, after=5)
QUOTE = Type(9.5, 14.5, colour=MUTED, indent=12, before=2, after=8)
CELL = Type(8.3, 11.8, after=0)
CELL_BOLD = Type(8.3, 11.8, font=BOLD, after=0)
COMPACT = Type(7.4, 10.2, after=0)
COMPACT_BOLD = Type(7.4, 10.2, font=BOLD, after=0)
DENSE = Type(6.3, 9, after=0)
DENSE_BOLD = Type(6.3, 9, font=BOLD, after=0)
HEAD_CELL = Type(7.8, 10.8, font=BOLD, colour=ACCENT, after=0)
FACT_NAME = Type(8.3, 12.6, colour=MUTED, after=0)
FACT_VALUE = Type(9.2, 12.6, after=0)
CAPTION = Type(7.8, 11, colour=MUTED, before=3, after=0)
TABLE_CAPTION = Type(8.6, 12, font=BOLD, before=2, after=4)
HEADINGS = {
    1: Type(18, 24, font=BOLD, colour=ACCENT, before=20, after=9),
    2: Type(12.5, 18, font=BOLD, before=14, after=5),
    3: Type(10, 15, font=BOLD, colour=ACCENT, before=9, after=3),
}
TITLE = Type(30, 39, font=BOLD, colour=INK, after=0)
SUBTITLE = Type(14, 21, colour=MUTED, before=8, after=0)
LETTER_TITLE = Type(19, 26, font=BOLD, colour=INK, after=0)
