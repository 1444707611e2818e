"""Months and spans of time: what a KPI is measured over.

A month is a calendar fact; it becomes a span of real minutes only in a time zone, so that daylight saving is
counted as it happens and a local month boundary is not taken for the one in UTC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self

from babel.dates import format_skeleton
from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused

_WRITTEN = re.compile(r"\s*([0-9]{4})-(0[1-9]|1[0-2])\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time from ``start`` up to, and not including, ``end``; both aware."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def minutes(self) -> float:
        """Length in real minutes; 0 when the end is not after the start."""
        return max(self.end.astimezone(UTC) - self.start.astimezone(UTC), timedelta()) / timedelta(minutes=1)

    def within(self, other: "Span") -> "Span":
        """The part of this span inside the other; a span of 0 minutes when they do not meet."""
        start = max(self.start, other.start)
        return Span(start, max(start, min(self.end, other.end)))


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month. Sorts by time; ``str()`` gives "2026-03"."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9998):
            raise ValueError(f"There is no month {self.year}-{self.month}.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-03". Raises Refused for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None or found[1] in ("0000", "9999"):
            raise Refused(_l("“%(text)s” is not a month. Write it as 2026-03.", text=text))
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month a day (or a local moment) lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> date:
        """First day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Last day."""
        return self.next().first - timedelta(days=1)

    def plus(self, months: int) -> "Month":
        """The month so many later (or, with a negative number, earlier)."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    def next(self) -> "Month":
        """The month after."""
        return self.plus(1)

    def previous(self) -> "Month":
        """The month before."""
        return self.plus(-1)

    def same_month_last_year(self) -> "Month":
        """Twelve months earlier."""
        return self.plus(-12)

    def span(self, zone: tzinfo = UTC) -> Span:
        """The month as a span of time, as the calendar on the wall of that zone has it; ends given in UTC."""
        return span_of(self, self, zone)

    def minutes(self, zone: tzinfo = UTC) -> float:
        """Real minutes of the month: 40,320 to 44,640, an hour more or less where the clocks change."""
        return self.span(zone).minutes

    def label(self, locale: str = "en") -> str:
        """Month and year in words: "March 2026", "2026年3月"."""
        return str(format_skeleton("yMMMM", self.first, locale=locale))


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both included; none if the last is before the first."""
    while first <= last:
        yield first
        first = first.next()


def span_of(first: Month, last: Month, zone: tzinfo = UTC) -> Span:
    """One span over several months (a quarter, a year), both ends included."""
    start, end = first.first, last.next().first
    return Span(
        datetime(start.year, start.month, 1, tzinfo=zone).astimezone(UTC),
        datetime(end.year, end.month, 1, tzinfo=zone).astimezone(UTC),
    )
