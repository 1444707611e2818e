"""Values, logs and tables into the database: the figures known beforehand, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import entry, queries, services
from audit_app.indicators.board import Status
from audit_app.indicators.models import (
    Import,
    Indicator,
    OutageRow,
    ServiceWatch,
    TicketRow,
)
from audit_app.indicators.periods import Month
from tests.databases import both_databases

DATA = Path(__file__).parents[1] / "data"
LOG, OUTAGES = DATA / "incident_event_log.csv.zip", DATA / "outages.csv"
JANUARY = Month(2026, 1)


@pytest.fixture
def register(people):
    services.load_register(by=None)
    db.session.commit()
    return people


def one(code: str) -> Indicator:
    found = queries.by_code(code)
    assert found is not None
    return found


def value(code: str, month: str) -> Decimal | None:
    stored = entry.at(one(code), Month.parse(month))
    return stored.value if stored is not None else None


def test_loading_the_register_again_adds_nothing_and_changes_nothing(register):
    services.set_target(one("SLA"), 97, by=register.manager)
    assert services.load_register(by=None) == []
    assert one("SLA").goal(JANUARY).target == 97
    assert one("MTTR").process is not None


@both_databases
@pytest.mark.slow
def test_the_ticket_log_gives_the_known_figures_and_nothing_twice(app, register):
    report = services.import_tickets(LOG, "servicenow", by=register.manager)
    db.session.commit()
    db.session.expire_all()
    for month, known in {
        "2016-03": ("8995", "39.86", "240.84", "71.18", "1.45"),
        "2016-04": ("7934", "76.70", "146.01", "4.33", "0.87"),
        "2016-05": ("7508", "77.52", "132.76", "2.90", "0.92"),
    }.items():
        found = [value(code, month) for code in ("TKT", "SLA", "MTTR", "MTRM", "ROP")]
        assert tuple(f"{each:.0f}" if n == 0 else f"{each:.2f}" for n, each in enumerate(found)) == known
    march = entry.at(one("SLA"), Month(2016, 3))
    assert (march.numerator, march.denominator) == (3585, 8995)
    assert entry.at(one("MTTA"), Month(2016, 3)) is None
    assert value("SLA", "2017-03") is None
    assert db.session.query(TicketRow).count() == 24_918
    made = db.session.query(Import).one()
    assert (made.rows, made.accepted, made.summary["problems"], len(made.sha256)) == (141_712, 24_918, 0, 64)
    lines = report.lines()
    assert "2016-03 SLA 39.86 % (3,585 / 8,995)" in lines
    assert "2016-03 MTTR 240.84 h (1,979,936.07 / 8,221)" in lines
    again = services.import_tickets(LOG, "servicenow", by=register.manager)
    assert again.changed == 0
    assert db.session.query(TicketRow).count() == 24_918


def test_a_newer_log_corrects_its_tickets_and_counts_those_of_other_files(register, tmp_path):
    head = "number,opened,resolved,sla_met\n"
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(head + "T1,2026-01-05,2026-01-06,no\nT2,2026-01-07,,no\n")
    second.write_text(head + "T2,2026-01-07,2026-01-08,yes\nT3,2026-02-01,2026-02-02,yes\n")
    services.import_tickets(first, "generic", by=None)
    assert (value("SLA", "2026-01"), value("BKL", "2026-01")) == (0, 1)
    services.import_tickets(second, "generic", by=None)
    assert (value("SLA", "2026-01"), value("BKL", "2026-01"), value("SLA", "2026-02")) == (50, 0, 100)


@both_databases
def test_the_outage_log_gives_the_known_availability_per_service(app, register):
    report = services.import_outages(
        OUTAGES, target=99.9, profile="statuspage", by=None, observed=DATA / "monthly_availability.csv"
    )
    db.session.commit()
    db.session.expire_all()
    services_of = {
        month: entry.at(one("AVL"), Month.parse(month)).extra["services"]
        for month in ("2025-11", "2025-12", "2026-01")
    }
    november = [
        services_of["2025-11"][f"{name} Production"]["availability"] for name in ("Backend", "SaaS", "Manage")
    ]
    assert [f"{each:.2f}" for each in november] == ["99.32", "99.59", "99.53"]
    backend = [services_of[month]["Backend Production"]["availability"] for month in ("2025-12", "2026-01")]
    assert [f"{each:.2f}" for each in backend] == ["99.41", "99.69"]
    assert one("AVL").goal(JANUARY).target == Decimal("99.9")
    assert any("2026-01 Backend Production: 99.69 % (below 99.9 %)" in line for line in report.lines())
    assert "Broken Site" not in {row.service for row in db.session.query(ServiceWatch)}
    assert value("AVL", "2024-06") is None
    count = db.session.query(OutageRow).count()
    services.import_outages(
        OUTAGES, profile="statuspage", by=None, observed=DATA / "monthly_availability.csv"
    )
    assert db.session.query(OutageRow).count() == count == 77
    missed = queries.missed(Month(2026, 1), Month(2026, 1))
    assert "Backend Production" in {name for miss in missed for name, _value, _down in miss.services}


def test_a_service_still_down_is_stored_and_services_left_out_no_longer_count(register, tmp_path):
    log = tmp_path / "o.csv"
    log.write_text("service,start,end\nMail,2026-01-31T12:00Z,\nLab,2026-01-05T00:00Z,2026-01-06T00:00Z\n")
    services.import_outages(log, by=None)
    assert db.session.query(OutageRow).filter_by(service="Mail").one().ended_at is None
    services.import_outages(log, by=None, leave_out=["lab"])
    assert {row.service for row in db.session.query(ServiceWatch)} == {"Mail"}
    assert value("DWN", "2026-01") == 720


def test_what_a_person_typed_is_not_wiped_out_by_a_log_without_data(register, tmp_path):
    services.enter_measurement(one("MTTA"), JANUARY, value=12, by=register.manager)
    log = tmp_path / "t.csv"
    log.write_text("number,opened,sla_met\nT1,2026-01-05,yes\n")
    services.import_tickets(log, "generic", by=None)
    assert value("MTTA", "2026-01") == 12
    assert value("SLA", "2026-01") == 100
    with pytest.raises(Refused, match="computed from a log"):
        services.enter_measurement(one("SLA"), JANUARY, value=90, by=register.manager)


# --- entering
# ------------------------------------------------------------------------------------------------

NUMBERS = st.decimals(0, 10**9, places=4, allow_nan=False, allow_infinity=False)


@both_databases
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=NUMBERS)
def test_what_is_entered_is_what_is_read(app, register, number):
    services.enter_measurement(one("CMP"), JANUARY, value=number, by=register.manager)
    db.session.flush()
    db.session.expire_all()
    assert value("CMP", "2026-01") == number
    assert queries.series([one("CMP").id], JANUARY, JANUARY)[one("CMP").id][0].value == number


def test_what_this_system_knows_itself_is_worked_out_live(register):
    assert queries.system_value(one("NCR"), JANUARY).percent is None
    assert queries.series([one("NCR").id], JANUARY, JANUARY)[one("NCR").id][0].value is None
    assert {row.indicator.code: row.status for row in queries.board()}["AUD"] is Status.NO_DATA
