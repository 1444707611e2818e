"""Breaking text into lines: words for Latin script, characters for Chinese, both in one line.

There is no markup anywhere, so there is nothing to escape: `<b>` and `&` are drawn as typed.
"""

import re
from functools import lru_cache

from .pdf_fonts import HELD, REGULAR, drawable, width

NO_START = frozenset("，：；！？。、．・‧）】》〉」』〕〗］｝’”…—～％‰℃°,.:;!?)]}%·" + "’”…·".translate(HELD))
"""Characters that may not begin a line."""

NO_END = frozenset("（【《〈「『〔〖［｛‘“([{￥＄£$¥" + "‘“".translate(HELD))
"""Characters that may not end a line."""

_WIDE = r"\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u3000-\u303f\U00020000-\U000323af"
# A unit: a run of spaces, one wide character, a code such as SMS-IA-2026-03, or a run of others, which may
# also break after - / _ , ; & = ?
_UNIT = re.compile(
    rf"[ ]+|[{_WIDE}]|[A-Z]{{2,}}(?:-[A-Z\d]+)+(?=$|[ ,;:.)\]{_WIDE}])[,;:.)\]]*"
    rf"|[^ {_WIDE}]+?[-/_,;&=?|–—](?=[^ \d\xa0{_WIDE}])|[^ {_WIDE}]+"
)


def _units(text: str) -> list[str]:
    """Pieces between which a line may break, with punctuation tied to its neighbour."""
    units: list[str] = []
    open_end = False
    for piece in _UNIT.findall(text):
        spaced = piece.isspace() or not units or units[-1].isspace()
        if not spaced and (piece[0] in NO_START or open_end):
            units[-1] += piece
        else:
            units.append(piece)
        open_end = piece[-1] in NO_END
    return units


def _chop(unit: str, font: str, size: float, room: float) -> list[str]:
    """A unit wider than a whole line, cut wherever it must be."""
    parts, current, used = [], "", 0.0
    for char in unit:
        step = width(char, font, size)
        if current and used + step > room:
            parts.append(current)
            current, used = "", 0.0
        current, used = current + char, used + step
    return [*parts, current]


def _break(text: str, font: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    current, used = "", 0.0
    for unit in _units(text):
        step = width(unit, font, size)
        if used + step <= room:
            current, used = current + unit, used + step
            continue
        if unit.isspace():
            continue
        if current.strip():
            lines.append(current.rstrip())
        *full, current = _chop(unit, font, size, room) if step > room else [unit]
        lines += full
        used = width(current, font, size)
    return [*lines, current.rstrip()]


@lru_cache(maxsize=8192)
def _cached(text: str, font: str, size: float, room: float) -> tuple[str, ...]:
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        shown = drawable(paragraph, font)
        lines += [shown] if width(shown, font, size) <= room else _break(shown, font, size, room)
    return tuple(lines)


def lines_of(text: str, size: float, room: float, font: str = REGULAR) -> tuple[str, ...]:
    """`text` as lines no wider than `room` points; its own line breaks are kept. Never no line at all."""
    room = max(room, size)
    if len(text) > 400:  # Long texts seldom come twice; keeping them would only fill the memory.
        return _cached.__wrapped__(text, font, size, room)
    return _cached(text, font, size, round(room, 2))


@lru_cache(maxsize=8192)
def widest_unit(text: str, size: float, font: str = REGULAR) -> float:
    """Width in points of the longest piece that would have to be torn in a narrower column."""
    return max((width(unit, font, size) for unit in _units(drawable(text, font))), default=0.0)


def clipped(text: str, size: float, room: float, font: str = REGULAR) -> str:
    """One line of `text` for headers and labels, with … where it had to be cut."""
    shown = drawable(" ".join(text.split()), font)
    if width(shown, font, size) <= room:
        return shown
    while shown and width(shown + "…", font, size) > room:
        shown = shown[:-1]
    return drawable(shown.rstrip() + "…", font)
