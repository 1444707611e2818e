"""The figures of real logs, worked out independently beforehand, to the last digit shown."""

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from audit_app.indicators.availability import NO_TIME, by_service, uptime
from audit_app.indicators.logs import OutageLog, TicketLog, read_outages, read_tickets
from audit_app.indicators.measures import MEASURES
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.profiles import outage_profile, ticket_profile

DATA = Path(__file__).parents[1] / "data"
PRODUCTION = ("Backend Production", "SaaS Production", "Manage Production")


@pytest.fixture(scope="module")
def incidents() -> TicketLog:
    return read_tickets(DATA / "incident_event_log.csv.zip", ticket_profile("servicenow"))


@pytest.fixture(scope="module")
def outages() -> OutageLog:
    return read_outages(DATA / "outages.csv", outage_profile("statuspage"), leave_out=())


def test_the_log_has_its_known_size_and_nothing_odd(incidents: TicketLog) -> None:
    assert (incidents.rows, len(incidents.tickets), incidents.problems) == (141_712, 24_918, [])
    assert sum(ticket.resolved_at is None for ticket in incidents.tickets) == 1_556
    assert all(ticket.closed_at for ticket in incidents.tickets)
    assert Counter(t.priority for t in incidents.tickets) == {"P3": 23_466, "P4": 774, "P2": 408, "P1": 270}


@pytest.mark.parametrize(
    ("month", "opened", "sla", "mean", "median", "reopened"),
    [
        ("2016-03", 8_995, "39.86", "240.84", "71.18", "1.45"),
        ("2016-04", 7_934, "76.70", "146.01", "4.33", "0.87"),
        ("2016-05", 7_508, "77.52", "132.76", "2.90", "0.92"),
    ],
)
def test_the_months_of_the_incident_log_have_their_known_figures(
    incidents: TicketLog, month: str, opened: int, sla: str, mean: str, median: str, reopened: str
) -> None:
    period = Month.parse(month).span()
    keys = ("sla", "mttr_mean", "mttr_median", "reopen_rate")
    found = [MEASURES[key].compute(incidents.tickets, period).value for key in keys]
    assert MEASURES["opened"].compute(incidents.tickets, period).value == opened
    assert [f"{value:.2f}" for value in found if value is not None] == [sla, mean, median, reopened]


def test_once_all_is_closed_nothing_is_left_in_the_backlog(incidents: TicketLog) -> None:
    assert MEASURES["backlog"].compute(incidents.tickets, Month(2018, 1).span()).value == 0
    assert (MEASURES["backlog"].compute(incidents.tickets, Month(2016, 3).span()).value or 0) > 0


def test_deliberate_test_targets_are_left_out_by_the_profile() -> None:
    log = read_outages(DATA / "outages.csv", outage_profile("statuspage"))
    assert (log.rows, log.left_out, len(log.outages), log.problems) == (81, 4, 77, [])
    assert not {"Broken Site", "Test Broken Site", "TCP ping"} & {outage.service for outage in log.outages}


def test_the_production_services_missed_their_target_in_november(outages: OutageLog) -> None:
    found = by_service(outages.outages, Month(2025, 11).span(), dict.fromkeys(PRODUCTION))
    assert [f"{up.availability:.2f}" for up in found.values()] == ["99.32", "99.59", "99.53"]
    together = sum(found.values(), NO_TIME)
    assert together.down_minutes > together.allowed_minutes(99.9)


def test_the_backend_missed_it_in_december_and_january_too(outages: OutageLog) -> None:
    backend = [outage for outage in outages.outages if outage.service == "Backend Production"]
    january = Month(2026, 1).span()
    watched = Span(january.start, january.start + timedelta(minutes=37_388))
    assert f"{uptime(backend, Month(2025, 12).span()).availability:.2f}" == "99.41"
    assert f"{uptime(backend, january, watched).availability:.2f}" == "99.69"


def observed(rows: list[dict[str, str]], place: int) -> Span | None:
    """The time watched: the first month's is its end, the last one's its beginning; a lone partial month's is
    unknown.
    """
    month = Month.parse(rows[place]["month"]).span()
    watched = timedelta(minutes=int(rows[place]["minutes_observed"]))
    if watched == month.end - month.start:
        return month
    if len(rows) == 1:
        return None
    return Span(month.end - watched, month.end) if place == 0 else Span(month.start, month.start + watched)


def test_every_service_month_agrees_with_the_availability_worked_out_beforehand(outages: OutageLog) -> None:
    services: dict[str, list[dict[str, str]]] = {}
    with (DATA / "monthly_availability.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            services.setdefault(row["service"], []).append(row)
    compared, unknown, other_counts = 0, [], []
    for service, rows in services.items():
        mine = [outage for outage in outages.outages if outage.service == service]
        for place, row in enumerate(rows):
            window = observed(rows, place)
            if window is None:
                unknown.append((service, row["month"]))
                continue
            up = uptime(mine, Month.parse(row["month"]).span(), window)
            compared += 1
            # Whole months agree to the digits given. Of partial ones only whole minutes are known, so the
            # window, and with it the downtime at its edge, may be off by half a minute.
            whole = window.minutes == Month.parse(row["month"]).minutes()
            assert up.availability == pytest.approx(
                float(row["availability_pct"]), abs=0.0002 if whole else 0.0013
            )
            assert up.down_minutes == pytest.approx(float(row["minutes_down"]), abs=0.051 if whole else 0.51)
            if up.outages != int(row["outage_count"]):
                other_counts.append((service, row["month"]))
    assert compared == 146
    assert unknown == [
        ("Internet Archive", "2020-11"),
        ("IP address", "2020-11"),
        ("SaaS Development.", "2025-01"),
    ]
    # This service was watched from the second its first outage began, which in whole minutes is too early.
    assert other_counts == [("Test for HEAD", "2021-01")]
