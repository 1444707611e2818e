"""Days off in China, swapped working days, and years that are not announced yet."""

from datetime import date

import pytest

from audit_app.core import workdays


@pytest.fixture(autouse=True)
def china():
    before = workdays.country()
    workdays.use_country("cn")
    yield
    workdays.use_country(before)


def test_a_public_holiday_is_not_worked_and_a_swapped_sunday_is():
    assert not workdays.is_working(date(2026, 10, 1))
    assert workdays.is_working(date(2026, 9, 20))
    assert not workdays.is_working(date(2026, 9, 13))


def test_the_working_days_around_the_national_day():
    assert [day.day for day in workdays.working_days(date(2026, 9, 30), date(2026, 10, 11))] == [30, 8, 9, 10]


def test_a_year_not_announced_leaves_out_only_the_holidays_of_a_fixed_date():
    assert workdays.announced(2026)
    assert not workdays.announced(2099)
    assert not workdays.is_working(date(2099, 10, 1))  # a Thursday
    assert workdays.is_working(date(2099, 10, 5))
    assert not workdays.is_working(date(2099, 10, 10))


def test_without_a_country_monday_to_friday_count_and_nothing_is_left_to_announce():
    workdays.use_country("")
    assert workdays.is_working(date(2026, 10, 1))
    assert not workdays.is_working(date(2026, 9, 20))
    assert workdays.announced(2099)


def test_a_country_that_is_not_known_is_refused_by_name():
    with pytest.raises(ValueError, match="'FR'"):
        workdays.use_country("FR")


SWAPS = {
    2024: ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"),
    2025: ("01-26", "02-08", "04-27", "09-28", "10-11"),
    2026: ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"),
}
"""Weekend days that the notices of the General Office of the State Council make working days."""
OFF = {
    2024: ("01-01", "02-12", "02-16", "04-04", "05-03", "06-10", "09-16", "10-07"),
    2025: ("01-01", "01-28", "02-04", "04-04", "05-05", "06-02", "10-08"),
    2026: ("01-02", "02-16", "02-23", "04-06", "05-05", "06-19", "09-25", "10-07"),
}
"""Weekdays that are off by the same notices, first and last of each."""


@pytest.mark.parametrize("year", SWAPS)
def test_the_swapped_days_are_those_of_the_official_notices(year):
    assert tuple(f"{day:%m-%d}" for day in workdays.swapped(year)) == SWAPS[year]
    assert not any(workdays.is_working(date.fromisoformat(f"{year}-{day}")) for day in OFF[year])


def test_what_is_published_ends_with_the_last_known_year():
    last = workdays.published_until()
    assert last is not None
    assert last >= date(2026, 12, 31)
    assert workdays.announced(last.year)
    assert not workdays.announced(last.year + 1)
    assert workdays.swapped(last.year + 1) == []
    workdays.use_country("")
    assert workdays.published_until() is None
    assert workdays.published_until(workdays.CHINA) == last
