"""The one place that knows the time, so that tests can freeze it and time zones are decided once.

The database holds UTC. ``today()`` is the calendar day in the organisation's time zone.
"""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_zone: tzinfo = UTC


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
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today() -> date:
    """The calendar day in the organisation's time zone."""
    return now().astimezone(_zone).date()


def local(moment: datetime) -> datetime:
    """A stored moment as the organisation's clocks show it."""
    return moment.astimezone(_zone)
