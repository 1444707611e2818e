"""Which days are worked: weekends, public holidays, and the working days that China swaps with them (调休).

The one place that knows. The country is set once, like the time zone; without one every day from Monday to
Friday counts. The State Council announces holidays and swaps of a year in the autumn before. Until they are
known here (:func:`announced`), only the holidays of a fixed date are left out, and pages say so.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5
NONE, CHINA = "", "CN"
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the statutory holidays of China that do not follow the moon (as of 2025)."""
_country = NONE


def use_country(code: str) -> None:
    """Set the country whose holidays count: ``CN``, or empty for none. Raises ``ValueError`` for another."""
    global _country
    wanted = code.strip().upper()
    if wanted not in (NONE, CHINA):
        raise ValueError(f"No public holidays are known for {code!r}: use CN, or leave it empty.")
    _country = wanted


def country() -> str:
    """The country whose holidays count; empty for none."""
    return _country


def announced(year: int) -> bool:
    """Whether holidays and swapped days of a year are known; without a country there is nothing to know."""
    return _country == NONE or _known(date(year, 7, 1))


def is_working(day: date) -> bool:
    """Whether a day is worked. A day swapped to a weekend is."""
    if _country == NONE:
        return day.weekday() < SATURDAY
    if _known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED


def working_days(first: date, last: date) -> Iterator[date]:
    """The working days from the first to the last day, both counted."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if is_working(day):
            yield day


def _known(day: date) -> bool:
    try:
        chinese_calendar.is_holiday(day)
    except NotImplementedError:
        return False
    return True
