"""Which days are worked: weekends, public holidays, and the working days that China swaps with them (调休).

The one place that knows. Which country counts is chosen by the organisation (:func:`ask`); until it is, the
setting counts (:func:`use_country`), and without a country every day from Monday to Friday. The State
Council announces holidays and swaps of a year in the autumn before. Until they are known here
(:func:`announced`), only the holidays of a fixed date are left out, and pages say so.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import chinese_calendar

SATURDAY = 5
NONE, CHINA = "", "CN"
KNOWN = frozenset({NONE, CHINA})
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the statutory holidays of China that do not follow the moon (as of 2025)."""
_country = NONE


def _nothing_chosen() -> str | None:
    return None


_chosen: Callable[[], str | None] = _nothing_chosen


def use_country(code: str) -> None:
    """Set whose holidays count until the organisation chooses: ``CN``, or empty for none.

    Raises ``ValueError`` for another.
    """
    global _country
    wanted = code.strip().upper()
    if wanted not in KNOWN:
        raise ValueError(f"No public holidays are known for {code!r}: use CN, or leave it empty.")
    _country = wanted


def ask(chosen: Callable[[], str | None]) -> None:
    """Set where the choice is read: a country, empty for none, None while the organisation has made none."""
    global _chosen
    _chosen = chosen


def by_setting() -> str:
    """The country that counts while the organisation has chosen none."""
    return _country


def country() -> str:
    """The country whose holidays count now; empty for none."""
    chosen = _chosen()
    return _country if chosen is None else chosen


def announced(year: int) -> bool:
    """Whether holidays and swapped days of a year are known; without a country there is nothing to know."""
    return country() == NONE or _known(date(year, 7, 1))


def published_until(of: str | None = None) -> date | None:
    """The last day whose holidays and swaps are published; None without a country. Later days are
    provisional."""
    if (country() if of is None else of) == NONE:
        return None
    return date(max(chinese_calendar.constants.holidays).year, 12, 31)


def swapped(year: int) -> list[date]:
    """The weekend days of a year that are worked in exchange for others; none for a year not announced."""
    first = date(year, 1, 1)
    return [day for day in working_days(first, date(year, 12, 31)) if day.weekday() >= SATURDAY]


def is_working(day: date, of: str | None = None) -> bool:
    """Whether a day is worked, in the calendar that counts now or in that of a country. A day swapped to a
    weekend is."""
    if (country() if of is None else of) == NONE:
        return day.weekday() < SATURDAY
    if _known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED


def public_holiday(day: date, of: str) -> bool:
    """Whether a day is a public holiday of a country, or taken off for one; a weekend alone is none."""
    if of == NONE:
        return False
    if _known(day):
        off, name = chinese_calendar.get_holiday_detail(day)
        return bool(off and name)
    return (day.month, day.day) in FIXED


def working_days(first: date, last: date) -> Iterator[date]:
    """The working days from the first to the last day, both counted."""
    counted = country()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if is_working(day, counted):
            yield day


def _known(day: date) -> bool:
    try:
        chinese_calendar.is_holiday(day)
    except NotImplementedError:
        return False
    return True
