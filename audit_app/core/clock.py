"""The one place that knows the time, so that tests can freeze it and time zones are decided once.

The database holds UTC. ``today()`` is the calendar day in the organisation's time zone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_zone: tzinfo = UTC
_moved: ContextVar[datetime | None] = ContextVar("moved_clock", default=None)


def use_zone(name: str) -> None:
    """Set the organisation's time zone, e.g. ``Asia/Shanghai``. Raises ``ValueError`` for an unknown name."""
    global _zone
    try:
        _zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"Unknown time zone {name!r}: use a name such as Asia/Shanghai or UTC.") from error


def zone() -> tzinfo:
    """The organisation's time zone."""
    return _zone


def now() -> datetime:
    """The present moment, aware, in UTC, to the millisecond (what both databases keep exactly)."""
    moment = _moved.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, the clock stands at an aware moment, for this context alone. The demo's past is built with it.

    Raises ``ValueError`` for a moment without a time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("The clock is moved to an aware moment only.")
    token = _moved.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)


def today() -> date:
    """The calendar day in the organisation's time zone."""
    return now().astimezone(_zone).date()


def local(moment: datetime) -> datetime:
    """A stored moment as the organisation's clocks show it."""
    return moment.astimezone(_zone)
