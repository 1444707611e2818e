"""Response and resolution in time: by the agreed clock, to the last resolution, judged by what held when opened."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.indicators.logs import TicketReading
from audit_app.indicators.periods import Span
from audit_app.indicators.profiles import LogProfile, get_profile
from audit_app.indicators.service_hours import Hours, week_of
from audit_app.indicators.sla import Target, Terms
from audit_app.indicators.sla_tickets import Case, Tally, tallies
from tests.indicators.test_sla import slow_open

OFFICE = Hours("Asia/Shanghai", week_of([[(480, 1200)]] * 5 + [[], []]))
KNOWN = datetime(2026, 4, 1, tzinfo=UTC)
FRIDAY_19 = datetime(2026, 3, 6, 11, tzinfo=UTC)  # 19:00 in Shanghai, an hour before closing


def terms(since=date(2026, 1, 1), hours=OFFICE, **targets):
    return Terms(
        since, hours, Decimal(99), targets or {"P1": Target(15, 240, in_service=False), "P2": Target(60, 480)}
    )


def case(priority="P2", opened=FRIDAY_19, responded=None, resolved=None, closed=None, known=KNOWN):
    def after(minutes):
        return None if minutes is None else opened + timedelta(minutes=minutes)

    return Case(priority, opened, after(responded), after(resolved), after(closed), known)


def test_minutes_of_service_hours_stand_still_over_the_weekend():
    over = 2 * 24 * 60 + 12 * 60  # from Friday 20:00 to Monday 8:00
    (p2,) = tallies([case(responded=60 + over, resolved=60 + over + 420)], [terms()])
    assert (p2.response, p2.resolution) == (Tally(met=1), Tally(met=1))
    (p2,) = tallies([case(responded=61 + over, resolved=60 + over + 421)], [terms()])
    assert (p2.response, p2.resolution) == (Tally(late=1), Tally(late=1))


def test_a_priority_of_the_calendar_clock_runs_on_over_the_weekend():
    (p1,) = tallies([case("p1 ", responded=16, resolved=240)], [terms()])
    assert (p1.response, p1.resolution) == (Tally(late=1), Tally(met=1))


def test_an_open_ticket_is_late_once_its_time_has_run_out_and_not_judged_before():
    soon = FRIDAY_19 + timedelta(minutes=30)
    rows = [case(responded=5), case(responded=5, known=soon), case(responded=None, known=soon)]
    (p2,) = tallies(rows, [terms()])
    assert p2.resolution == Tally(late=1, open=2)
    assert p2.response == Tally(met=2, open=1)
    assert p2.resolution.percent == 0


def test_a_log_that_tells_no_response_is_not_taken_for_one_that_kept_it_or_missed_it():
    (p2,) = tallies([case(resolved=10), case()], [terms()])
    assert p2.response == Tally(untold=2)
    assert p2.response.percent is None
    rows = [case(responded=5, resolved=10), case(resolved=10)]
    assert tallies(rows, [terms()])[0].response == Tally(met=1, untold=1)


def test_where_no_resolution_is_told_the_closing_counts():
    assert tallies([case(closed=30)], [terms()])[0].resolution == Tally(met=1)


def test_a_ticket_is_judged_by_what_held_when_it_was_opened():
    agreed = [
        terms(P2=Target(None, 60, in_service=False)),
        terms(since=date(2026, 3, 7), P2=Target(None, 30, in_service=False)),
    ]
    late_in_the_zone = datetime(2026, 3, 6, 17, tzinfo=UTC)  # the 7th in Shanghai
    rows = [case(resolved=45), case(resolved=45, opened=late_in_the_zone)]
    (p2,) = tallies(rows, agreed)
    assert p2.resolution == Tally(met=1, late=1)
    assert [each.resolution for each in p2.targets] == [60, 30]


def test_without_a_target_for_it_a_priority_is_not_judged():
    assert tallies([case("P5", resolved=1)], [terms()]) == []
    assert tallies([case(resolved=1)], [terms(since=date(2027, 1, 1))]) == []
    assert tallies([case(resolved=1)], []) == []


def test_a_ticket_that_was_opened_again_counts_to_its_last_resolution():
    header = ["number", "opened_at", "resolved_at", "closed_at", "incident_state", "priority", "category",
              "reopen_count", "made_sla"]  # fmt: skip
    reading = TicketReading(get_profile("servicenow", LogProfile), header)
    reading.feed(
        [
            ["INC1", "6/3/2026 11:00", "6/3/2026 11:20", "?", "Resolved", "2 - High", "Mail", "0", "true"],
            ["INC1", "6/3/2026 11:00", "?", "?", "Active", "2 - High", "Mail", "1", "true"],
            [
                "INC1",
                "6/3/2026 11:00",
                "9/3/2026 09:00",
                "10/3/2026 01:00",
                "Closed",
                "2 - High",
                "Mail",
                "1",
                "true",
            ],
        ]
    )
    (ticket,) = reading.finish().tickets
    assert ticket.reopened
    seen = Case(
        ticket.priority, ticket.opened_at, ticket.responded_at, ticket.resolved_at, ticket.closed_at, KNOWN
    )
    (p2,) = tallies([seen], [terms(P2=Target(None, 480))])
    # 60 minutes on Friday, 540 on Monday (8 to 17 in Shanghai): late, though the first resolution was in time.
    assert p2.resolution == Tally(late=1)


MINUTES = st.integers(0, 4 * 24 * 60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(MINUTES, MINUTES), min_size=1, max_size=5), st.integers(1, 900))
def test_tickets_in_time_equal_counting_minute_by_minute(pairs, limit):
    rows = [case(opened=FRIDAY_19 + timedelta(minutes=a), resolved=b) for a, b in pairs]
    (p2,) = tallies(rows, [terms(P2=Target(None, limit))])
    taken = [len(slow_open(OFFICE, Span(each.opened_at, each.resolved_at))) for each in rows]
    assert p2.resolution == Tally(met=sum(t <= limit for t in taken), late=sum(t > limit for t in taken))
