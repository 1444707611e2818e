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
