"""A file read again: what it would change is told before, and is what it does change."""

from io import BytesIO

import pytest

from audit_app.core.db import db
from audit_app.indicators import entry, queries, services
from audit_app.indicators.models import Import, Measurement, OutageRow, TicketRow
from audit_app.indicators.periods import Month
from tests.databases import both_databases

HEAD = "number,opened,resolved,sla_met\n"
FIRST = HEAD + "T1,2026-01-05,2026-01-06,no\nT2,2026-01-07,2026-01-08,no\nT3,2026-01-09,2026-01-10,yes\n"
SECOND = HEAD + "T1,2026-01-05,2026-01-06,yes\nT3,2026-01-09,2026-01-10,yes\nT4,2026-01-09,2026-01-12,yes\n"
JANUARY = Month(2026, 1)


@pytest.fixture
def register(people):
    services.load_register(by=None)
    db.session.commit()
    return people


def value(code: str):
    stored = entry.at(queries.by_code(code), JANUARY)
    return stored.value if stored is not None else None


def saved(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def counts(report):
    return (report.delta.new, report.delta.changed, report.delta.same, report.delta.gone)


@both_databases
def test_the_preview_of_tickets_says_what_the_import_then_does(app, register, tmp_path):
    services.import_tickets(saved(tmp_path, "a.csv", FIRST), "generic", by=None)
    db.session.commit()
    second = saved(tmp_path, "b.csv", SECOND)
    told = services.preview_tickets(second, "generic", "a.csv")
    assert counts(told) == (1, 1, 1, 1)
    assert not db.session.new
    assert not db.session.dirty
    assert db.session.query(TicketRow).count() == 3
    sla = {each.indicator.code: each for each in told.corrections}["SLA"]
    assert (round(sla.old), sla.new) == (33, 75)
    done = services.import_tickets(second, "generic", by=None, filename="a.csv")
    assert value("SLA") == 75
    assert counts(done) == (1, 1, 1, 1)
    assert done.changed == len(told.changes)
    again = services.preview_tickets(second, "generic", "a.csv")
    assert counts(again) == (0, 0, 3, 1)
    assert again.changes == []


def test_tickets_that_are_no_longer_in_the_file_are_taken_out_when_that_is_asked_for(register, tmp_path):
    services.import_tickets(saved(tmp_path, "a.csv", FIRST), "generic", by=None)
    second = saved(tmp_path, "b.csv", SECOND)
    told = services.preview_tickets(second, "generic", "a.csv", take_out=True)
    assert {each.indicator.code: each.new for each in told.corrections}["SLA"] == 100
    services.import_tickets(second, "generic", by=None, filename="a.csv", take_out=True)
    assert value("SLA") == 100
    assert {row.number for row in db.session.query(TicketRow)} == {"T1", "T3", "T4"}


def test_a_log_of_another_tool_does_not_make_the_tickets_of_this_one_go(register, tmp_path):
    services.import_tickets(saved(tmp_path, "a.csv", FIRST), "generic", by=None)
    other = saved(
        tmp_path, "itop.csv", "Ref,Start date,Close date\nR-1,2026-01-01 08:00:00,2026-01-20 08:00:00\n"
    )
    assert counts(services.preview_tickets(other, "itop")) == (1, 0, 0, 0)
    later = saved(tmp_path, "february.csv", SECOND)
    assert counts(services.preview_tickets(later, "generic")) == (1, 1, 1, 0)


def test_a_ticket_whose_day_of_opening_was_corrected_leaves_its_old_month(register, tmp_path):
    services.import_tickets(saved(tmp_path, "a.csv", FIRST), "generic", by=None)
    moved = saved(tmp_path, "b.csv", HEAD + "T1,2026-02-05,2026-02-06,yes\n")
    told = services.preview_tickets(moved, "generic")
    assert ("TKT", "2026-01", 3, 2) in {
        (each.indicator.code, str(each.month), each.old, each.new) for each in told.corrections
    }
    services.import_tickets(moved, "generic", by=None)
    assert value("TKT") == 2


@both_databases
def test_outages_are_compared_too(app, register, tmp_path):
    head = "service,start,end\n"
    first = saved(
        tmp_path, "o.csv", head + "Mail,2026-01-02 00:00,2026-01-02 02:00\nMail,2026-01-05,2026-01-06\n"
    )
    services.import_outages(first, by=None)
    second = saved(
        tmp_path,
        "p.csv",
        head + "Mail,2026-01-02 00:00,2026-01-02 01:00\nMail,2026-01-07 00:00,2026-01-07 01:00\n",
    )
    told = services.preview_outages(second, profile="outages", take_out=True, filename="o.csv")
    assert counts(told) == (1, 1, 0, 1)
    down = {each.indicator.code: each for each in told.corrections}["DWN"]
    assert (down.old, down.new) == (1560, 120)
    assert db.session.query(OutageRow).count() == 2
    services.import_outages(second, by=None, take_out=True, filename="o.csv")
    assert value("DWN") == 120


def test_values_are_compared_and_those_gone_are_told(register, tmp_path):
    path = saved(tmp_path, "kpi.csv", "code,2026-01,2026-02\nTRN,90,91\nCSAT,80,81\n")
    services.import_measurements(path, by=register.manager)
    path.write_text("code,2026-01,2026-02\nTRN,90,95\nCSAT,82,\n")
    _reading, told = services.preview_measurements(path, by=register.manager)
    assert counts(told) == (0, 2, 1, 1)
    assert [str(each) for each in told.corrections] == [
        "2026-02 TRN 91.0 % → 95.0 %",
        "2026-01 CSAT 80.0 → 82.0",
    ]
    assert entry.at(queries.by_code("TRN"), Month(2026, 2)).value == 91


def test_the_page_shows_old_and_new_and_writes_nothing_before(register, client_for, parsed, tmp_path):
    services.import_tickets(saved(tmp_path, "a.csv", FIRST), "generic", by=None)
    db.session.commit()
    client = client_for(register.manager)
    reply = client.post(
        "/indicators/import/tickets",
        data={"file": (BytesIO(SECOND.encode()), "a.csv"), "profile": "generic"},
        content_type="multipart/form-data",
    )
    before = [(row.id, row.value) for row in db.session.query(Measurement).order_by(Measurement.id)]
    page = client.get(reply.location)
    parsed(page)
    assert "33.33 %" in page.text
    assert "75.00 %" in page.text
    assert "is kept and counts on" in page.text
    out = client.get(reply.location + "?gone=out")
    parsed(out)
    assert "is taken out when you confirm" in out.text
    assert [(row.id, row.value) for row in db.session.query(Measurement).order_by(Measurement.id)] == before
    assert db.session.query(Import).count() == 1
    assert client.post(reply.location, data={"gone": "out"}).status_code == 303
    assert value("SLA") == 100
