"""Jinja filters: dates, counts and durations as people write them in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask import Flask
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from audit_app.core.clock import local, now, today
from audit_app.core.days import month as written_month
from audit_app.core.days import written
from audit_app.core.rounding import half_up

Number = int | float | Decimal


def day(value: date | None) -> str:
    """A date with its weekday when it is within a week of today; an empty dash for none."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = local(value).date()
    return written(value, weekday=abs((value - today()).days) <= 7)


def weekday(value: date) -> str:
    """A day on paper with its weekday; unlike :func:`day` the same whenever it is printed."""
    return f"{value.isoformat()} {format_date(value, 'EEEE', get_locale() or 'en')}"


def when(value: datetime | None) -> str:
    """A moment to the minute in the organisation's time zone."""
    return "–" if value is None else f"{day(local(value).date())} {local(value):%H:%M}"


def month(value: date | None) -> str:
    """A month, e.g. Mar 2026 or 2026年3月."""
    return "–" if value is None else written_month(value)


def number(value: Number | None, decimals: int = 0) -> str:
    """A number with a fixed count of decimals and thousands marks; "–" for no data."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(half_up(value, decimals), format=pattern)


def percent(value: Number | None, decimals: int = 1) -> str:
    """A percentage that is already in percent (99.9 → 99.9 %)."""
    return "–" if value is None else f"{number(value, decimals)} %"


def filesize(value: int) -> str:
    """Bytes in a unit that people read."""
    if value < 1024:
        return f"{value} B"
    if value < 1024 * 1024:
        return f"{number(value / 1024)} kB"
    return f"{number(value / 1024 / 1024, 1)} MB"


def duration_min(value: Number | None) -> str:
    """Minutes as hours and minutes."""
    if value is None:
        return "–"
    hours, minutes = divmod(round(value), 60)
    if not hours:
        return _("%(minutes)s min", minutes=minutes)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def ago(value: datetime | None) -> str:
    """How long ago, coarsely."""
    if value is None:
        return "–"
    seconds = (now() - value).total_seconds()
    if seconds < 90:
        return _("just now")
    if seconds < 3600:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", int(seconds // 60))
    if seconds < 86400:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", int(seconds // 3600))
    days = int(seconds // 86400)
    return ngettext("%(num)d day ago", "%(num)d days ago", days) if days < 31 else day(local(value).date())


def lateness(value: date | None) -> str:
    """ "3 days late", "due today", "in 5 days"."""
    if value is None:
        return ""
    days = (value - today()).days
    if days < 0:
        return ngettext("%(num)d day late", "%(num)d days late", -days)
    if days == 0:
        return _("due today")
    return ngettext("in %(num)d day", "in %(num)d days", days)


FILTERS: dict[str, Any] = {
    "day": day,
    "when": when,
    "month": month,
    "number": number,
    "percent": percent,
    "filesize": filesize,
    "duration_min": duration_min,
    "ago": ago,
    "lateness": lateness,
}


def init_app(app: Flask) -> None:
    """Register the filters and the global ``today()``."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(today=today, get_locale=get_locale)
