"""Service hours: when a service is owed, by the clock on the wall of its time zone (clause 8.3.3).

Hours are told as a week of windows, or as always. Their minutes are real ones: a day on which the clocks
change has 23 or 25 hours. A window opens when the wall first shows its beginning and closes when the wall
last shows its end; a time that the clocks skip counts as the moment they skip it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from audit_app.core import workdays
from audit_app.indicators.availability import MINUTE, merge
from audit_app.indicators.periods import Span

DAY = 24 * 60
"""Minutes on the wall of a day; the end of a window may be this, midnight."""
Week = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days from Monday, each with its windows as (first minute, minute after the last) of the day."""
NEVER: Week = ((),) * 7


@dataclass(frozen=True, slots=True)
class Hours:
    """When a service is owed. ``week`` None: always, holidays too. ``holidays``: the country whose public
    holidays are off; empty when the week holds on holidays as well.
    """

    zone: str
    week: Week | None = None
    holidays: str = ""

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        """The windows of a day in minutes of its wall clock.

        A public holiday has none. A weekend day that is worked in exchange for another (调休) has those of
        the first weekday that has any.
        """
        if self.week is None:
            return ((0, DAY),)
        if self.holidays:
            if workdays.public_holiday(day, self.holidays):
                return ()
            if day.weekday() >= workdays.SATURDAY and workdays.is_working(day, self.holidays):
                return next((each for each in self.week[: workdays.SATURDAY] if each), ())
        return self.week[day.weekday()]

    def within(self, period: Span) -> list[Span]:
        """The stretches of a period in which the service is owed, merged, in UTC."""
        if period.start >= period.end:
            return []
        if self.week is None:
            return [Span(period.start.astimezone(UTC), period.end.astimezone(UTC))]
        found = []
        for day in _days(period, self.zone):
            for first, last in self.on(day):
                opened, closed = moment(self.zone, day, first), moment(self.zone, day, last, last=True)
                found.append(Span(opened, closed).within(period) if opened < closed else Span(opened, opened))
        return merge(found)


def _days(period: Span, zone: str) -> Iterator[date]:
    place = ZoneInfo(zone)
    day, end = period.start.astimezone(place).date(), period.end.astimezone(place).date()
    while day <= end:
        yield day
        day += timedelta(days=1)


@lru_cache(maxsize=16_384)
def moment(zone: str, day: date, minute: int, *, last: bool = False) -> datetime:
    """When the wall of a zone shows a minute of a day, in UTC: the first time, or the last where clocks go
    back; where they skip it, the moment they skip.
    """
    place = ZoneInfo(zone)
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    early, late = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:  # usual, or shown twice
        return late if last else early
    # Skipped: read with the offset of before it lies after the change, and the other way round.
    low, high = late, early
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == before else (low, middle)
    return (high + timedelta(milliseconds=500)).replace(microsecond=0)


def midnight(zone: str, day: date) -> datetime:
    """When a day begins in a zone, in UTC."""
    return moment(zone, day, 0)


class Clock:
    """Counts the minutes of service between two moments; made once for many tickets."""

    def __init__(self, spans: Iterable[Span]) -> None:
        merged = merge(spans)
        self._starts = [span.start for span in merged]
        self._ends = [span.end for span in merged]
        self._before = [timedelta(), *accumulate(span.end - span.start for span in merged)]

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self._starts, at)
        if not place:
            return timedelta()
        return self._before[place - 1] + min(at, self._ends[place - 1]) - self._starts[place - 1]

    def minutes(self, start: datetime, end: datetime) -> float:
        """Minutes of service from one moment to another; 0 when the end is not after the start."""
        return max(self._until(end) - self._until(start), timedelta()) / MINUTE


def week_of(days: Sequence[Sequence[tuple[int, int]]]) -> Week:
    """Seven days of windows, in order. Raises ValueError for an end before its start, for windows
    that overlap, and for minutes outside the day.
    """
    if len(days) != 7:
        raise ValueError("A week has seven days.")
    found = tuple(tuple(sorted(day)) for day in days)
    for day in found:
        before = 0
        for first, last in day:
            if not before <= first < last <= DAY:
                raise ValueError("A window ends after it begins, within its day, and overlaps no other.")
            before = last
    return found
