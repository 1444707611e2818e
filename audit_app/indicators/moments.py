"""Reading moments out of text, fast: logs hold hundreds of thousands of them, and strptime is slow."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from audit_app.indicators.problems import ProblemKind

Reader = Callable[[str], datetime | None]

# Directives that are plain numbers, so that a pattern of them needs no strptime: (name, digits).
_NUMBERS = {"d": "1,2", "m": "1,2", "Y": "4", "H": "1,2", "M": "1,2", "S": "1,2"}
_ORDER = "YmdHMS"
_PLAIN = [list(_ORDER[:length]) for length in (3, 5, 6)]  # a day, with minutes, with seconds
_CACHED = 65_536  # moments of a log repeat: opened and closed of the same minute, bulk closing runs


def moment_reader(patterns: Sequence[str], zone: str, doubts: dict[str, ProblemKind] | None = None) -> Reader:
    """A function from text to an aware moment in UTC, or None when no pattern fits.

    A pattern is "iso" or one of strptime; the first that fits counts. ``zone`` is where the clock of the log
    stood, for text that names no zone itself. In the hour that is repeated when clocks go back, the first of
    the two is meant; an hour that was skipped is read as if the clock had not been moved yet. ``doubts``
    learns of both kinds of text.
    """
    readers = [_reader(pattern) for pattern in patterns]
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    learn = {} if doubts is None else doubts

    @lru_cache(maxsize=_CACHED)
    def read(text: str) -> datetime | None:
        stripped = text.strip()
        for reader in readers:
            moment = reader(stripped)
            if moment is not None:
                try:
                    if moment.tzinfo:
                        return moment.astimezone(UTC)
                    local = moment.replace(tzinfo=place)
                    if place is not UTC and (kind := _doubt(local)) is not None:
                        learn[text] = kind
                    return local.astimezone(UTC)
                except OverflowError:  # 0001-01-01 east of Greenwich
                    return None
        return None

    return read


def _doubt(local: datetime) -> ProblemKind | None:
    """Whether the clock on the wall showed a moment twice or never; None for nearly all."""
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before == after or before is None or after is None:
        return None
    return ProblemKind.TWICE if before > after else ProblemKind.SKIPPED


def _reader(pattern: str) -> Reader:
    if pattern == "iso":
        return _iso
    parts = re.split(r"%(.)", pattern)
    names = parts[1::2]
    if sorted(names, key=_ORDER.find) in _PLAIN:
        return _by_numbers(parts[0::2], names)
    return lambda text: _strptime(text, pattern)


def _by_numbers(literals: list[str], names: list[str]) -> Reader:
    pieces = [re.escape(literals[0])]
    for name, literal in zip(names, literals[1:], strict=True):
        pieces.append(f"([0-9]{{{_NUMBERS[name]}}}){re.escape(literal)}")
    match = re.compile("".join(pieces)).fullmatch
    order = [names.index(name) + 1 for name in _ORDER if name in names]

    def read(text: str) -> datetime | None:
        found = match(text)
        if found is None:
            return None
        year, month, day, hour, minute, second = [*map(int, found.group(*order)), 0, 0, 0][:6]
        try:
            return datetime(year, month, day, hour, minute, second)
        except ValueError:
            return None

    return read


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_CHINESE = {"上午": "AM", "下午": "PM", "十一月": "Nov", "十二月": "Dec"} | dict(
    zip(
        [f"{digit}月" for digit in "一二三四五六七八九十"],
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct".split(),
        strict=True,
    )
)
"""Names of months and halves of the day in Chinese exports; the longer names first (十一月 ends in 一月)."""


def _strptime(text: str, pattern: str) -> datetime | None:
    if not text.isascii():
        for name, plain in _CHINESE.items():
            text = text.replace(name, plain)
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None
