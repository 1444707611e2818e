"""Values, logs and tables into the database: the figures known beforehand, and what is refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused
from audit_app.indicators import entry, queries, services
from audit_app.indicators.board import Status, status
from audit_app.indicators.goals import BEGINNING
from audit_app.indicators.models import (
    Direction,
    Import,
    Indicator,
    Measurement,
    OutageRow,
    ServiceWatch,
    TicketRow,
)
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import IndicatorTarget
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(upper=st.integers(0, 10**6), lower=st.integers(0, 10**6))
def test_a_ratio_is_its_numerator_over_its_denominator_and_no_data_without_one(register, upper, lower):
    if lower and upper > lower:
        with pytest.raises(Refused):
            services.enter_measurement(one("TRN"), JANUARY, numerator=upper, denominator=lower, by=None)
        return
    stored = services.enter_measurement(one("TRN"), JANUARY, numerator=upper, denominator=lower, by=None)
    assert (stored.numerator, stored.denominator) == (upper, lower)
    if lower == 0:
        assert stored.value is None
    else:
        assert float(stored.value) == pytest.approx(100 * upper / lower, abs=1e-9)


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("TRN", {"value": 101}),
        ("TRN", {"value": -1}),
        ("TRN", {}),
        ("TRN", {"numerator": 3}),
        ("TRN", {"value": "NaN"}),
        ("TRN", {"numerator": 3, "denominator": -4}),
        ("TRN", {"value": 80, "numerator": 9, "denominator": 10}),
        ("CMP", {"value": -1}),
        ("CMP", {"value": 10**20}),
        ("AUD", {"value": 90}),
    ],
)
def test_what_cannot_be_is_refused(register, code, facts):
    with pytest.raises(Refused):
        services.enter_measurement(one(code), JANUARY, **facts, by=None)
    assert entry.at(one(code), JANUARY) is None


def test_the_future_is_refused(register):
    with pytest.raises(Refused, match="not begun"):
        services.enter_measurement(one("CMP"), Month.of(today()).next(), value=1, by=None)


def test_values_come_from_the_owner_of_the_indicator_or_of_its_process(register):
    csr, cmp_ = one("CSR"), one("CMP")
    csr.owner = cmp_.owner = None
    csr.process, cmp_.process = register.chg, None
    db.session.flush()
    for person, indicator in ((register.owner, csr), (register.owner2, cmp_), (register.owner, cmp_)):
        with pytest.raises(Refused, match="entered by its owner") as refused:
            services.enter_measurement(indicator, JANUARY, value=90, by=person)
        assert refused.value.field == "value"
    assert entry.at(csr, JANUARY) is entry.at(cmp_, JANUARY) is None
    services.enter_measurement(csr, JANUARY, value=90, by=register.owner2)
    cmp_.owner = register.owner
    db.session.flush()
    services.enter_measurement(cmp_, JANUARY, value=3, by=register.owner)
    for indicator in (csr, cmp_):
        services.enter_measurement(indicator, JANUARY, value=4, by=register.manager)


def test_who_may_not_enter_values_does_not_become_able_by_owning(register):
    one("CSR").owner = register.auditor
    assert not entry.may_enter(one("CSR"), register.auditor)
    with pytest.raises(Refused, match="entered by its owner"):
        services.enter_measurement(one("CSR"), JANUARY, value=90, by=register.auditor)


def test_a_table_names_the_rows_of_other_peoples_indicators(register, tmp_path):
    one("CSR").owner, one("CMP").owner = register.owner, register.boss
    one("CMP").process = None
    path = table(tmp_path, "code,month,value\nCSR,2026-01,90\nCMP,2026-01,5\n")
    with pytest.raises(Refused, match=r"Row 3.*CMP is entered by its owner"):
        services.import_measurements(path, by=register.owner)
    services.import_measurements(path, by=register.owner, good_only=True)
    assert (value("CSR", "2026-01"), entry.at(one("CMP"), JANUARY)) == (90, None)


def test_the_downtime_of_a_month_is_limited_by_the_availability_target_that_held_in_it(register):
    services.import_outages(DATA / "outages.csv", profile="statuspage", target=99.9, by=register.manager)
    downtime, month = one("DWN"), Month.parse("2025-11")

    def limit():
        db.session.flush()
        (point,) = queries.series([downtime.id], month, month)[downtime.id]
        return point.allowed, status(downtime, point), float(point.extra["agreed_minutes"])

    allowed, stands, agreed = limit()
    assert float(allowed) == pytest.approx(agreed / 1000)
    assert stands is Status.MISSED
    later = services.set_target(one("AVL"), 90, month=month.next(), reason="新协议", by=register.manager)
    assert float(limit()[0]) == pytest.approx(agreed / 1000)
    services.set_target(one("AVL"), 90, month=month, reason="新协议", by=register.manager)
    services.take_target_back(later, "已含在上月", by=register.manager)
    allowed, stands, agreed = limit()
    assert float(allowed) == pytest.approx(agreed / 10)
    assert stands is Status.MET
    for each in one("AVL").targets:
        if each.stands:
            services.take_target_back(each, "没有约定", by=register.manager)
    allowed, stands, _agreed = limit()
    assert (allowed, stands) == (None, Status.NO_TARGET)


def test_two_people_saving_the_same_month_do_not_write_over_each_other(register):
    one("CMP").owner = register.owner2
    services.enter_measurement(one("CMP"), JANUARY, value=1, version=0, by=register.manager)
    with pytest.raises(Conflict):
        services.enter_measurement(one("CMP"), JANUARY, value=2, version=0, by=register.owner2)
    assert value("CMP", "2026-01") == 1
    services.enter_measurement(one("CMP"), JANUARY, value=2, version=1, by=register.owner2)
    changed = queries.history(one("CMP"))[0]
    assert changed.actor == "Otto Owner"
    assert ("1", "2") in [(before, after) for _label, before, after in changed.changes]


@pytest.mark.parametrize(
    "facts",
    [
        {"code": "SLA"},
        {"code": ""},
        {"name_en": ""},
        {"direction": "band"},
        {"direction": "band", "low": 5, "high": 5},
        {"target": 120},
        {"source": "tickets"},
        {"source": "tickets", "measure": "availability"},
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(register, facts):
    whole: dict[str, Any] = {
        "code": "NEW",
        "name_en": "New",
        "name_zh": "",
        "direction": "higher",
        "unit": "%",
    }
    with pytest.raises(Refused):
        services.add_indicator(**(whole | facts), by=register.manager)


# --- tables of values
# ----------------------------------------------------------------------------------------


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "values.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_table_is_read_in_its_own_encoding(register, tmp_path, encoding):
    path = table(
        tmp_path,
        "指标,月份,分子,分母,备注\n培训完成率,2026年1月,18,20,两人病假\nTRN,2026年2月,,,\n",
        encoding,
    )
    report = services.import_measurements(path, by=register.manager)
    stored = entry.at(one("TRN"), JANUARY)
    assert (stored.value, stored.numerator, stored.comment) == (90, 18, "两人病假")
    assert (report.taken, value("TRN", "2026-02")) == (1, None)


def test_dates_in_three_formats_are_the_months_they_mean(register, tmp_path):
    path = table(
        tmp_path, "code,month,value\nCMP,2026-01,1\nCMP,Feb 2026,2\nCMP,31/03/2026,3\nCMP,2026年4月,4\n"
    )
    services.import_measurements(path, by=None)
    assert [value("CMP", f"2026-0{n}") for n in (1, 2, 3, 4)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("CMP,2026-01,many", "Row 2, “value” (C)"),
        ("CMP,2026-13,3", "“month” (B)"),
        ("NOPE,2026-01,3", "NOPE"),
        ("TRN,2026-01,130", "between 0 and 100"),
        ("AUD,2026-01,90", "by the system"),
        ("CMP,2026-01,3\nCMP,2026-01,4", "row 2"),
        ("CMP,01/02/2026,3", "two ways"),
        ("CMP,2199-01,3", "not begun"),
    ],
)
def test_a_doubt_is_named_and_nothing_is_half_imported(register, tmp_path, rows, words):
    path = table(tmp_path, f"code,month,value\n{rows}\nSUP,2026-01,96\n")
    with pytest.raises(Refused, match="Nothing was imported") as refused:
        services.import_measurements(path, by=None)
    assert words in str(refused.value)
    assert db.session.query(Measurement).count() == db.session.query(Import).count() == 0


def test_importing_again_keeps_comments_and_counts_only_what_changed(register, tmp_path):
    services.enter_measurement(one("CMP"), JANUARY, value=1, comment="Storm.", by=register.manager)
    report = services.import_measurements(
        table(tmp_path, "code,2026-01,2026-02\nCMP,5,6\n"), by=register.manager
    )
    assert report.changed == 2
    assert entry.at(one("CMP"), JANUARY).comment == "Storm."


# --- reading
# -------------------------------------------------------------------------------------------------


def test_a_month_without_data_is_a_gap_and_never_zero(register):
    for month, number in ((1, 5), (3, 7)):
        services.enter_measurement(one("CMP"), Month(2026, month), value=number, by=None)
    points = queries.series([one("CMP").id], Month(2026, 1), Month(2026, 4))[one("CMP").id]
    assert [point.value for point in points] == [5, None, 7, None]
    rows = [row.plain() for row in queries.table() if row.indicator.code == "CMP"]
    assert [row["value"] for row in rows] == [5.0, None, 7.0]
    assert rows[1]["status"] == "no_data"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.decimals(0, 100, places=3), target=st.decimals(0, 100, places=3))
def test_a_value_meets_its_target_exactly_when_it_is_not_on_the_wrong_side(register, number, target):
    from audit_app.indicators.board import Point

    point = Point(JANUARY, number)

    def aimed(direction):
        row = IndicatorTarget(period=BEGINNING.first, target=target)
        return Indicator(direction=direction, measure="", targets=[row])

    higher, lower = aimed(Direction.HIGHER), aimed(Direction.LOWER)
    assert (status(higher, point) is Status.MET) == (number >= target)
    assert (status(lower, point) is Status.MET) == (number <= target)


def test_what_this_system_knows_itself_is_worked_out_live(register):
    assert queries.system_value(one("NCR"), JANUARY).percent is None
    assert queries.series([one("NCR").id], JANUARY, JANUARY)[one("NCR").id][0].value is None
    assert {row.indicator.code: row.status for row in queries.board()}["AUD"] is Status.NO_DATA
