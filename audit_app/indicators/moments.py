"""Reading moments out of text, fast: logs hold hundreds of thousands of them, and strptime is slow.

Inside a log moments are instants: whole microseconds since 1970 in UTC, which compare and subtract exactly.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from audit_app.indicators.problems import ProblemKind
from audit_app.indicators.recall import Recall

Reader = Callable[[str], datetime | None]
InstantReader = Callable[[str], int | None]
Cut = Callable[[str], tuple[str, str, str]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = 24 * 3600 * SECOND

# Directives that are plain numbers, so that a pattern of them needs no strptime: (name, digits).
_NUMBERS = {"d": "1,2", "m": "1,2", "Y": "4", "H": "1,2", "M": "1,2", "S": "1,2"}
_ORDER = "YmdHMS"
_PLAIN = [list(_ORDER[:length]) for length in (3, 5, 6)]  # a day, with minutes, with seconds
_CACHED = 16_384  # moments of a log repeat: opened and closed of the same minute, bulk closing runs
_DAYS = 100_000
"""So many days, and times of day, are remembered."""


def instant(moment: datetime) -> int:
    """Microseconds from 1970 to an aware moment."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(instant: int) -> datetime:
    """The moment again, in UTC."""
    return EPOCH + timedelta(0, 0, instant)


@lru_cache(maxsize=4_096)
def _day_text(day: int) -> str:
    return (EPOCH + timedelta(day)).date().isoformat()


@lru_cache(maxsize=_CACHED)
def _clock_text(since_midnight: int) -> str:
    return (EPOCH + timedelta(0, 0, since_midnight)).strftime(" %H:%M:%S.%f")


def sqlite_text(instant: int) -> str:
    """A moment as SQLite keeps it: in UTC, without its zone."""
    day, clock = divmod(instant, DAY)
    return _day_text(day) + _clock_text(clock)


def moment_reader(patterns: Sequence[str], zone: str, doubts: dict[str, ProblemKind] | None = None) -> Reader:
    """A function from text to an aware moment in UTC, or None when no pattern fits; see
    :func:`instant_reader`.
    """
    read = instant_reader(patterns, zone, doubts)

    def moment(text: str) -> datetime | None:
        found = read(text)
        return None if found is None else moment_of(found)

    return moment


def instant_reader(
    patterns: Sequence[str], zone: str, doubts: dict[str, ProblemKind] | None = None
) -> InstantReader:
    """A function from text to an instant, or None when no pattern fits.

    A pattern is "iso" or one of strptime; the first that fits counts. ``zone`` is where the clock of the log
    stood, for text that names no zone itself. In the hour that is repeated when clocks go back, the first of
    the two is meant; an hour that was skipped is read as if the clock had not been moved yet. ``doubts``
    learns of both kinds of text, without the blanks around it.
    """
    place = UTC if zone == "UTC" else ZoneInfo(zone)
    learn = {} if doubts is None else doubts
    readers = [_in_zone(pattern, place, learn) for pattern in patterns]

    def read(text: str) -> int | None:
        stripped = text.strip()
        for reader in readers:
            found = reader(stripped)
            if found is not None:
                return found
        return None

    return read


def _in_zone(pattern: str, place: Any, learn: dict[str, ProblemKind]) -> InstantReader:
    """One pattern. A day and a time of day that stand apart are each read once: the sum is the instant."""
    reader = _reader(pattern)

    def read(text: str) -> int | None:
        moment = reader(text)
        if moment is None:
            return None
        try:
            if moment.tzinfo:
                return instant(moment.astimezone(UTC))
            local = moment.replace(tzinfo=place)
            if place is not UTC and (kind := _doubt(local)) is not None:
                learn[text] = kind
            return instant(local.astimezone(UTC))
        except OverflowError:  # 0001-01-01 east of Greenwich
            return None

    slow: Recall[int | None] = Recall(read, _CACHED)
    halves = _halves(pattern)
    if halves is None:
        return slow.__getitem__
    cut, read_day, read_clock = halves
    days = Recall(lambda text: _midnight(read_day(text), place), _DAYS)
    clocks = Recall(lambda text: _since_midnight(read_clock(text)), _DAYS)

    def fast(text: str) -> int | None:
        head, _, tail = cut(text)
        day, clock = days[head], clocks[tail]
        return slow[text] if day is None or clock is None else day + clock

    return fast


def _midnight(day: date | None, place: Any) -> int | None:
    """The instant at which a day begins, if no clock is moved in it; None: each moment is read by itself."""
    if day is None:
        return None
    start = datetime(day.year, day.month, day.day, tzinfo=place)
    try:
        if place is not UTC:
            hours = [start + timedelta(hours=hour) for hour in range(25)]
            offsets = {each.replace(fold=fold).utcoffset() for each in hours for fold in (0, 1)}
            if len(offsets) != 1:
                return None
        return instant(start.astimezone(UTC))
    except OverflowError:
        return None


def _since_midnight(clock: datetime | time | None) -> int | None:
    if clock is None or clock.tzinfo is not None:
        return None
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * SECOND + clock.microsecond


def _at_gap(text: str) -> tuple[str, str, str]:
    return text.partition(" ")


def _at_t(text: str) -> tuple[str, str, str]:
    return text.partition("T" if "T" in text else " ")


def _halves(pattern: str) -> tuple[Cut, Callable[[str], date | None], Callable[[str], Any]] | None:
    """How a text is cut into day and time of day, and a reader of each; None for a pattern that has no such
    halves. What the halves do not understand is left to the reader of the whole.
    """
    if pattern == "iso":
        return _at_t, _iso_day, _iso_clock
    head, gap, tail = pattern.partition(" ")
    names = [re.findall("%(.)", half) for half in (head, tail)]
    if not gap or " " in tail or sorted(names[0], key=_ORDER.find) != _PLAIN[0]:
        return None
    if names[1] not in (["H", "M"], ["H", "M", "S"]):
        return None
    clock = _by_numbers(re.split("%.", f"%Y-%m-%d {tail}"), ["Y", "m", "d", *names[1]])
    return _at_gap, _reader(head), lambda text: clock(f"2000-01-01 {text}")


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _iso_clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text[:1].isdecimal() else None
    except ValueError:
        return None


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
