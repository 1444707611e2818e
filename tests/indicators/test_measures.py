"""The registry of KPIs and its rules, on small invented rows."""

import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.indicators.logs import Outage, Ticket
from audit_app.indicators.measures import (
    MEASURES,
    OUTAGE_MEASURES,
    TICKET_MEASURES,
    Figure,
    Watched,
    percentile,
)
from audit_app.indicators.periods import Month

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def ticket(day: float, hours: float | None = None, **facts: object) -> Ticket:
    opened = FIRST + timedelta(days=day)
    end = None if hours is None else opened + timedelta(hours=hours)
    return Ticket("T", opened, resolved_at=end)._replace(**facts)


def figure(key: str, rows: object, month: Month = MARCH) -> Figure:
    return MEASURES[key].compute(rows, month.span())


@given(st.lists(st.floats(-1e6, 1e6), min_size=2), st.integers(1, 99))
def test_the_percentile_agrees_with_the_standard_library(values: list[float], percent: int) -> None:
    expected = statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
    assert percentile(values, percent) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_the_ends_and_the_middle_of_the_percentile_are_least_greatest_and_median(values: list[float]) -> None:
    assert (percentile(values, 0), percentile(values, 100)) == (min(values), max(values))
    assert percentile(values, 50) == pytest.approx(statistics.median(values))


@pytest.mark.parametrize(
    "key", sorted(set(TICKET_MEASURES) - {"opened", "resolved", "backlog", "backlog_old"})
)
def test_without_tickets_there_is_no_data_neither_nought_nor_a_hundred(key: str) -> None:
    assert figure(key, []).value is None
    assert figure(key, [ticket(40, 1, sla_met=True)]).value is None, "a ticket of another month"


@pytest.mark.parametrize("key", ["opened", "resolved", "backlog", "backlog_old"])
def test_counts_of_nothing_are_nought(key: str) -> None:
    assert figure(key, []).value == 0


@pytest.mark.parametrize("key", OUTAGE_MEASURES)
def test_without_a_watched_service_there_is_no_data(key: str) -> None:
    assert figure(key, Watched([], {})).value is None
    assert figure(key, Watched([], {"Mail": APRIL.span()})).value is None


def test_sla_attainment_leaves_out_tickets_whose_outcome_is_unknown() -> None:
    rows = [ticket(1, sla_met=True), ticket(2, sla_met=True), ticket(3, sla_met=False), ticket(4)]
    found = figure("sla", rows)
    assert (found.value, found.numerator, found.denominator) == (pytest.approx(200 / 3), 2, 3)


def test_resolve_times_are_those_of_the_month_of_opening_even_if_resolved_later() -> None:
    rows = [ticket(0, 1), ticket(1, 3), ticket(30, 48), ticket(2), ticket(31, 7)]
    assert figure("mttr_mean", rows) == Figure(52 / 3, 52, 3, {"clock": "calendar"})
    assert figure("mttr_median", rows).value == 3
    p90 = figure("mttr_p90", rows)
    assert p90.value == pytest.approx(39)
    assert (p90.numerator, p90.denominator) == (None, 3)
    assert "type 7" in p90.extra["method"]


def test_the_first_response_is_averaged_in_minutes_where_it_is_known() -> None:
    answered = ticket(1, responded_at=FIRST + timedelta(days=1, minutes=15))
    assert figure("mtta", [answered, ticket(2)]).value == 15


def test_the_reopen_rate_is_of_tickets_that_had_been_finished_once() -> None:
    closed = ticket(3, closed_at=FIRST + timedelta(days=9))
    found = figure(
        "reopen_rate",
        [ticket(1, 1), ticket(2, 1, reopened=True), closed, ticket(4, reopened=True), ticket(5)],
    )
    assert (found.value, found.numerator, found.denominator) == (50, 2, 4)


def test_the_backlog_holds_what_was_open_at_the_end_and_tells_the_old_ones() -> None:
    rows = [
        ticket(0.5),
        ticket(20),
        ticket(25, 24 * 10),
        ticket(25, 24),
        ticket(31),
        ticket(5, closed_at=MARCH.span().end),
    ]
    found = figure("backlog", rows)
    assert (found.value, found.extra) == (4, {"over_30_days": 1})
    assert figure("backlog_old", rows).value == 1
    assert figure("backlog", rows, MARCH.next()).value == 3


TICKETS = st.lists(
    st.builds(ticket, st.floats(-40, 80), st.none() | st.floats(0, 2000), reopened=st.booleans()), max_size=30
)


@given(TICKETS)
def test_backlog_is_the_backlog_before_and_opened_less_resolved(rows: list[Ticket]) -> None:
    before, opened = figure("backlog", rows).value, figure("opened", rows, APRIL).value
    resolved, now = figure("resolved", rows, APRIL).value, figure("backlog", rows, APRIL).value
    assert before is not None
    assert opened is not None
    assert resolved is not None
    assert now == before + opened - resolved


@given(TICKETS)
def test_shares_stay_between_nought_and_a_hundred(rows: list[Ticket]) -> None:
    for key, measure in TICKET_MEASURES.items():
        value = figure(key, rows).value
        assert value is None or value >= 0
        if measure.unit == "%" and value is not None:
            assert value <= 100


def test_availability_measures_add_minutes_of_all_services() -> None:
    down = Outage("Mail", FIRST, FIRST + timedelta(minutes=4464))
    care = Outage("Files", FIRST, FIRST + timedelta(minutes=60), planned=True)
    watched = Watched([down, care], {"Mail": None, "Files": None})
    found = figure("availability", watched)
    assert found.denominator == 2 * 44_640 - 60
    assert found.numerator == 2 * 44_640 - 60 - 4464
    assert found.value == pytest.approx(found.numerator / found.denominator * 100)
    assert found.extra == {"outages": 1, "planned_minutes": 60}
    assert figure("downtime", watched).value == 4464
    assert figure("outages", watched).value == 1
    assert figure("mtbf", watched).value == pytest.approx(found.numerator / 60)


def test_without_an_outage_there_is_no_time_between_failures() -> None:
    assert figure("mtbf", Watched([], {"Mail": None})).value is None
    assert figure("downtime", Watched([], {"Mail": None})).value == 0


def test_every_measure_says_what_it_is() -> None:
    assert list(MEASURES) == [measure.key for measure in MEASURES.values()]
    for measure in MEASURES.values():
        assert str(measure.label)
        assert measure.unit in {"%", "h", "min", "n"}
        assert measure.clause in {"8.3.3", "8.6.1", "8.7.1"}
        assert (measure.source == "tickets") == (measure.key in TICKET_MEASURES)
