"""What a workbook may hold: text that Excel reads back as typed, legal sheet names, times without zones."""

import re
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from unicodedata import east_asian_width

from flask_babel import gettext as _

from .values import Scalar, plain, yes_or_no

LONGEST = 32_767
"""Most characters a cell may hold, counted in UTF-16 units as Excel does."""

RISKY = tuple("=+-@\t\n|%＝＋－＠")
"""Leads that pressing Enter in the cell could turn into a formula: such cells get Excel's quote mark."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNWRITABLE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


OFTEN = 80
"""Letters up to which a text is expected to come again."""


def text_of(words: object) -> str:
    """Text for a cell. Line ends become \\n, control characters their pictures (␇); nothing else changes.

    `_x0041_` would be read by Excel as the letter A, so its first mark becomes `_x005F_` and it reads back as
    typed. Text over the limit of a cell ends with a sentence that says how much is missing.
    """
    if type(words) is str and len(words) < OFTEN:
        return _often(words)
    return _cut(_readable(plain(words)))


@lru_cache(maxsize=8192)
def _often(text: str) -> str:
    """A short text: names, states and units stand in thousands of cells."""
    return _readable(text)


def _readable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])), text)
    text = _UNWRITABLE.sub("\ufffd", text)
    return _LOOKS_ESCAPED.sub("_x005F_", text)


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _cut(text: str) -> str:
    if len(text) * 2 <= LONGEST or _units(text) <= LONGEST:
        return text
    keep = LONGEST - 200
    while _units(text[:keep]) > LONGEST - 200:
        keep -= _units(text[:keep]) - (LONGEST - 200)
    sentence = _("[Cut here: %(count)d more characters do not fit into a cell.]", count=len(text) - keep)
    return f"{text[:keep]} … {sentence}"


def value_of(value: Scalar, zone: tzinfo) -> str | int | float | date | datetime | None:
    """A value as a cell can hold it: a real number or date where Excel has one, else text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, datetime):
        value = (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None)
        return value if value.year > 1900 else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value if value.year > 1900 else value.isoformat()
    if isinstance(value, int):
        return value if abs(value) < 10**15 else str(value)
    if isinstance(value, float | Decimal):
        return float(value) if isfinite(value) else "–"
    return text_of(value)


def shown_width(text: str, most: int = 200) -> int:
    """How many digits wide the longest line of a text is, of `most` characters; Chinese ones count double."""
    lines = text.splitlines() or [""]
    return max(sum(2 if east_asian_width(char) in "WF" else 1 for char in line[:most]) for line in lines)


def sheet_names(titles: Iterable[object]) -> list[str]:
    """Legal names for tabs: 31 characters at most, none forbidden, unique whatever the case."""
    used: set[str] = {"history"}
    names = []
    for title in titles:
        base = _FORBIDDEN.sub(" ", plain(title)).strip().strip("'").strip() or "Sheet"
        name, number = _short(base, 31), 1
        while name.casefold() in used:
            number += 1
            tail = f" ({number})"
            name = _short(base, 31 - len(tail)) + tail
        used.add(name.casefold())
        names.append(name)
    return names


def _short(text: str, most: int) -> str:
    while _units(text) > most:
        text = text[:-1]
    return text.rstrip(" '")
