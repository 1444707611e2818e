"""The calendar day of a stored moment inside a query, in the organisation's time zone, on both databases."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, case, cast, func

from audit_app.core import clock
from audit_app.core.db import db

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
"""Moments before it count with the offset of that day."""
AHEAD = timedelta(days=400)
STEP = timedelta(days=14)
"""No zone changes its clocks twice within so short a time."""


@lru_cache(maxsize=8)
def offsets(zone: tzinfo, until: datetime) -> tuple[tuple[datetime, int], ...]:
    """(moment, minutes east of UTC from then on) of a zone since 2000, the newest first."""
    found = [(SINCE, _minutes(zone, SINCE))]
    moment = SINCE
    while moment < until:
        following = moment + STEP
        if _minutes(zone, following) != found[-1][1]:
            low, high = moment, following
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _minutes(zone, middle) == found[-1][1] else (low, middle)
            high = high.replace(second=0, microsecond=0)
            found.append((high, _minutes(zone, high)))
        moment = following
    return tuple(reversed(found))


def _minutes(zone: tzinfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else 0


def local_day(column: Any) -> Any:
    """SQL: the day of a moment as the organisation's clocks show it; NULL stays NULL."""
    zone = clock.zone()
    if db.session.get_bind().dialect.name != "sqlite":
        return cast(func.timezone(getattr(zone, "key", "UTC"), column), Date)
    until = (clock.now() + AHEAD).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    known = offsets(zone, until + AHEAD)
    days = [(since, func.date(column, f"{minutes:+d} minutes", type_=Date())) for since, minutes in known]
    *later, (_since, first) = days
    return case(*((column >= since, day) for since, day in later), else_=first) if later else first
