"""Times of an agenda: typed by the organisation's clocks, kept as moments."""

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l

from audit_app.core.clock import local, zone
from audit_app.core.days import SaidDay
from audit_app.core.errors import Refused
from audit_app.core.workdays import working_days


def moment(day: date, at: time, field: str | None = None) -> datetime:
    """The moment of a time on a day. Of an hour that the clocks show twice, the first is meant.

    Raises :class:`Refused` for a time that the clocks leave out (they are put forward over it).
    """
    wanted = datetime.combine(day, at)
    found = wanted.replace(tzinfo=zone()).astimezone(UTC)
    if local(found).replace(tzinfo=None) != wanted:
        words = _l(
            "On %(day)s there is no %(time)s: the clocks are put forward over it. Choose a time before or "
            "after.",
            day=SaidDay(day),
            time=f"{at:%H:%M}",
        )
        raise Refused(words, field=field)
    return found


def days_of(first: date, last: date) -> list[date]:
    """The working days of an audit; all its days when none of them is one."""
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return list(working_days(first, last)) or every


def minute_of_day(at: datetime) -> int:
    """Minutes since midnight by the organisation's clocks."""
    shown = local(at)
    return shown.hour * 60 + shown.minute


def clock_time(minutes: int) -> time:
    """The time so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)
