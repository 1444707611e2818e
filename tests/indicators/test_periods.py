"""Months and spans."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.core.errors import Refused
from audit_app.indicators.periods import Month, Span, months, span_of

MONTHS = st.builds(Month, st.integers(1000, 3000), st.integers(1, 12))


def test_a_month_is_read_and_written_the_same_way() -> None:
    assert str(Month.parse(" 2026-03 ")) == "2026-03"
    assert Month.of(date(2026, 3, 31)) == Month(2026, 3)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026/03", "03-2026", "", "2026-3", "0000-01"])
def test_what_is_not_a_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refused, match="2026-03"):
        Month.parse(text)


def test_a_month_outside_the_calendar_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="2026-13"):
        Month(2026, 13)


def test_first_and_last_day_know_leap_years() -> None:
    assert (Month(2024, 2).first, Month(2024, 2).last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert Month(2023, 2).last == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("month", "minutes"), [("2026-02", 40_320), ("2026-04", 43_200), ("2026-05", 44_640)]
)
def test_a_month_has_its_real_minutes(month: str, minutes: int) -> None:
    assert Month.parse(month).minutes() == minutes


def test_the_months_in_which_clocks_change_are_an_hour_shorter_and_longer() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert Month(2026, 3).minutes(berlin) == 44_640 - 60
    assert Month(2026, 10).minutes(berlin) == 44_640 + 60


def test_a_month_in_shanghai_begins_eight_hours_earlier_in_utc() -> None:
    assert Month(2026, 3).span(ZoneInfo("Asia/Shanghai")).start == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_a_month_is_said_in_the_readers_language() -> None:
    assert Month(2026, 3).label() == "March 2026"
    assert Month(2026, 3).label("zh_Hans_CN") == "2026年3月"


def test_a_range_holds_both_ends_and_is_empty_backwards() -> None:
    found = list(months(Month(2025, 11), Month(2026, 2)))
    assert [str(month) for month in found] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert list(months(Month(2026, 2), Month(2026, 1))) == []


def test_a_span_of_months_is_as_long_as_the_months_together() -> None:
    quarter = span_of(Month(2026, 1), Month(2026, 3))
    assert quarter.minutes == sum(month.minutes() for month in months(Month(2026, 1), Month(2026, 3)))


def test_spans_that_do_not_meet_have_nothing_in_common() -> None:
    assert Month(2026, 1).span().within(Month(2026, 3).span()).minutes == 0
    assert Month(2026, 3).span().within(Month(2026, 1).span()).minutes == 0
    assert Span(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)).minutes == 0


@given(MONTHS)
def test_each_month_ends_where_the_next_begins_and_only_there(month: Month) -> None:
    assert month.next().previous() == month
    assert month.span().end == month.next().span().start
    assert month.span().end not in month.span()
    assert month.span().start in month.span()
    assert month.same_month_last_year().plus(12) == month
    assert month.previous() < month < month.next()
