"""Availability arithmetic."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.indicators.availability import (
    NO_TIME,
    Uptime,
    allowed_downtime,
    by_service,
    length,
    merge,
    subtract,
    uptime,
)
from audit_app.indicators.logs import Outage
from audit_app.indicators.periods import Month, Span, months, span_of

ZERO = datetime(2026, 3, 1, tzinfo=UTC)
MARCH, APRIL = Month(2026, 3).span(), Month(2026, 4).span()
REACH = 120  # minutes the invented outages lie in


def minute(number: int) -> datetime:
    return ZERO + timedelta(minutes=number)


def span(start: int, end: int) -> Span:
    return Span(minute(start), minute(end))


def outage(start: int, end: int | None, *, planned: bool = False, service: str = "Mail") -> Outage:
    return Outage(service, minute(start), None if end is None else minute(end), planned)


PLACES = st.integers(0, REACH)
SPANS = st.builds(lambda a, b: span(min(a, b), max(a, b)), PLACES, PLACES)
OUTAGES = st.lists(
    st.builds(
        lambda a, b, still, planned: outage(min(a, b), None if still else max(a, b), planned=planned),
        PLACES,
        PLACES,
        st.sampled_from([False] * 9 + [True]),
        st.booleans(),
    ),
    max_size=12,
)


def minutes_in(spans: list[Span]) -> set[int]:
    return {n for n in range(REACH) for s in spans if s.start <= minute(n) < s.end}


@given(st.lists(SPANS, max_size=15))
def test_merging_overlaps_equals_counting_every_minute(spans: list[Span]) -> None:
    merged = merge(spans)
    assert length(merged) / timedelta(minutes=1) == len(minutes_in(spans))
    assert minutes_in(merged) == minutes_in(spans)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(SPANS, st.lists(SPANS, max_size=8))
def test_subtracting_equals_counting_every_minute(whole: Span, holes: list[Span]) -> None:
    assert minutes_in(subtract(whole, merge(holes))) == minutes_in([whole]) - minutes_in(holes)


@given(OUTAGES, SPANS, SPANS)
def test_uptime_equals_counting_every_minute(outages: list[Outage], period: Span, observed: Span) -> None:
    last = observed.end
    told = [Span(o.started_at, max(o.started_at, o.ended_at or last)) for o in outages]
    planned = minutes_in([s for s, o in zip(told, outages, strict=True) if o.planned])
    broken = minutes_in([s for s, o in zip(told, outages, strict=True) if not o.planned])
    window = minutes_in([period]) & minutes_in([observed])
    up = uptime(outages, period, observed)
    assert up.agreed_minutes == len(window - planned)
    assert up.down_minutes == len((window - planned) & broken)
    assert up.planned / timedelta(minutes=1) == len(window & planned)
    assert up.availability is None or 0 <= up.availability <= 100
    assert (up.availability is None) == (len(window - planned) == 0)


@given(OUTAGES, st.lists(PLACES, max_size=5))
def test_minutes_and_outages_of_the_parts_add_up_to_the_whole(outages: list[Outage], cuts: list[int]) -> None:
    whole = span(0, REACH)
    edges = sorted({0, REACH, *cuts})
    parts = [uptime(outages, span(a, b), whole) for a, b in itertools.pairwise(edges)]
    assert sum(parts, NO_TIME) == uptime(outages, whole, whole)


def test_an_outage_over_a_months_end_gives_each_month_its_minutes_and_counts_where_it_began() -> None:
    start, end = APRIL.start - timedelta(minutes=30), APRIL.start + timedelta(minutes=15)
    rows = [Outage("Mail", start, end)]
    march, april = uptime(rows, MARCH), uptime(rows, APRIL)
    assert (march.down_minutes, march.outages) == (30, 1)
    assert (april.down_minutes, april.outages) == (15, 0)
    assert march.mtbf_hours == (44_640 - 30) / 60
    assert april.mtbf_hours is None


def test_planned_maintenance_leaves_both_agreed_time_and_downtime() -> None:
    up = uptime([outage(0, 60, planned=True), outage(30, 90)], span(0, 100))
    assert (up.agreed_minutes, up.down_minutes, up.outages) == (40, 30, 1)
    assert up.availability == 25


def test_an_outage_hidden_wholly_by_maintenance_is_none() -> None:
    up = uptime([outage(0, 60, planned=True), outage(10, 20)], span(0, 100))
    assert (up.down_minutes, up.outages, up.availability) == (0, 0, 100)


def test_an_outage_cut_in_two_by_maintenance_is_one_outage() -> None:
    up = uptime([outage(20, 40, planned=True), outage(10, 50)], span(0, 100))
    assert (up.down_minutes, up.outages) == (20, 1)


def test_overlapping_reports_of_one_service_are_one_outage() -> None:
    up = uptime([outage(10, 30), outage(20, 40), outage(40, 45)], span(0, 100))
    assert (up.down_minutes, up.outages) == (35, 1)


def test_an_outage_without_end_lasts_as_long_as_the_watching() -> None:
    assert uptime([outage(90, None)], span(0, 100)).down_minutes == 10
    assert uptime([outage(90, None)], span(0, 200), span(0, 95)).down_minutes == 5
    assert uptime([outage(90, None)], span(100, 200), span(0, 150)).availability == 0


def test_only_the_time_watched_counts() -> None:
    up = uptime([outage(10, 20), outage(60, 70)], MARCH, span(50, 150))
    assert (up.agreed_minutes, up.down_minutes, up.outages, up.availability) == (100, 10, 1, 90)


def test_a_month_nobody_watched_has_no_availability_rather_than_a_perfect_one() -> None:
    up = uptime([outage(10, 20)], MARCH, APRIL)
    assert up == NO_TIME
    assert up.availability is None


def test_percentages_are_not_averaged_minutes_are_added() -> None:
    short = Uptime(agreed=timedelta(minutes=100), down=timedelta(minutes=50), outages=1)
    long = Uptime(agreed=timedelta(minutes=900))
    assert (short + long).availability == 95


def test_services_without_outages_have_their_agreed_time_too() -> None:
    rows = [outage(0, 50), outage(0, 50, service="Unknown")]
    found = by_service(rows, span(0, 100), {"Mail": None, "Files": None, "New": span(60, 100)})
    assert [(name, up.availability) for name, up in found.items()] == [
        ("Mail", 50),
        ("Files", 100),
        ("New", 100),
    ]
    assert sum(found.values(), NO_TIME).agreed_minutes == 240


@pytest.mark.parametrize(
    ("target", "month", "minutes"),
    [(99, "2026-02", 403.2), (99.5, "2026-04", 216), (99.9, "2026-04", 43.2), (99.9, "2026-05", 44.64)],
)
def test_a_target_leaves_the_downtime_of_the_real_month(target: float, month: str, minutes: float) -> None:
    up = uptime([], Month.parse(month).span())
    assert up.allowed_minutes(target) == pytest.approx(minutes)


def test_three_nines_leave_eight_and_three_quarter_hours_a_year() -> None:
    year = span_of(Month(2026, 1), Month(2026, 12))
    assert allowed_downtime(year.minutes, 99.9) / 60 == pytest.approx(8.76)
    by_month = sum((uptime([], month.span()) for month in months(Month(2026, 1), Month(2026, 12))), NO_TIME)
    assert by_month.allowed_minutes(99.9) / 60 == pytest.approx(8.76)
