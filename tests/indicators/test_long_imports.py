"""Long logs are read and taken in outside of the request: progress, refusals, breaking off, rights, no lock held."""

import json
import threading
import time
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import create_engine, select, text

from audit_app.core.alone import alone
from audit_app.core.clock import now
from audit_app.core.db import WRITE_LOCK, db
from audit_app.indicators import entry, long_imports, queries, services, spill, tickets
from audit_app.indicators.models import Import, TicketRow
from audit_app.indicators.periods import Month
from audit_app.indicators.source_models import DataSource
from audit_app.web import holding, jobs, uploads
from tests.databases import both_databases

HEAD = "number,opened,resolved,sla_met\n"
JANUARY = HEAD + "T1,2026-01-05,2026-01-06,no\nT2,2026-01-07,2026-01-08,yes\n"
CORRECTED = HEAD + "T1,2026-01-05,2026-01-06,yes\n"


@pytest.fixture
def register(app, people, monkeypatch):
    """Every log is a long one here."""
    monkeypatch.setattr(long_imports, "LONG", 1)
    monkeypatch.setattr(spill, "IN_MEMORY", 1)
    services.load_register(by=None)
    db.session.commit()
    return people


def upload(client, content=JANUARY, name="tickets-2026-01.csv", kind="tickets"):
    reply = client.post(
        f"/indicators/import/{kind}",
        data={"file": (BytesIO(content.encode()), name)},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 303, reply.text
    return reply.location


def finished(person, address):
    """What became of the work behind a page, when it has ended."""
    number = person.id
    db.session.commit()  # SQLite has one writer: the test itself holds nobody up
    return jobs.wait(uploads.folder(), number, address.rsplit("/", 1)[-1])


def value(code, month):
    stored = entry.at(queries.by_code(code), Month.parse(month))
    return stored.value if stored is not None else None


@both_databases
def test_a_long_log_is_read_compared_confirmed_and_stored_outside_of_the_request(
    register, client_for, parsed
):
    client = client_for(register.manager)
    look = upload(client)
    job = finished(register.manager, look)
    assert (job.state, job.step, job.rows) == ("done", "look", 2)
    page = client.get(look)
    parsed(page)
    assert "50.00 %" in page.text
    assert "tickets: 2" in page.text
    assert db.session.query(Import).count() == 0
    reply = client.post(look, data={"remember": "yes", "source_name": "Desk"})
    assert (reply.status_code, reply.location) == (303, look)
    assert finished(register.manager, look).result["import"]
    reply = client.get(look)
    (made,) = db.session.scalars(select(Import))
    assert reply.location == f"/indicators/imports/{made.id}"
    assert (made.by_id, value("SLA", "2026-01")) == (register.manager.id, 50)
    (source,) = db.session.scalars(select(DataSource))
    assert (source.name, made.summary["source"]) == ("Desk", source.id)
    assert not list(uploads.folder().glob(f"held-{register.manager.id}-*-????"))


def test_the_comparison_speaks_the_language_of_who_reads_it(register, client_for):
    client = client_for(register.manager)
    look = upload(client)
    finished(register.manager, look)
    assert "tickets: 2" in client.get(look).text
    register.manager.language = "zh"
    assert "工单" in client.get(look).text


def test_rows_that_are_gone_go_where_that_was_chosen(register, client_for):
    client = client_for(register.manager)
    look = upload(
        client, HEAD + "T1,2026-01-05,2026-01-06,no\nT2,2026-01-06,2026-01-08,yes\nT3,2026-01-07,,\n"
    )
    finished(register.manager, look)
    client.post(look)
    finished(register.manager, look)
    look = upload(client, HEAD + "T1,2026-01-05,2026-01-06,no\nT3,2026-01-07,,\n")
    finished(register.manager, look)
    assert "is kept and counts on" in client.get(look).text
    assert client.post(f"{look}/again?gone=out").status_code == 303
    finished(register.manager, look)
    assert "is taken out when you confirm" in client.get(look).text
    client.post(look)
    assert finished(register.manager, look).result["import"]
    assert sorted(db.session.scalars(select(TicketRow.number))) == ["T1", "T3"]


def test_while_it_is_read_the_page_tells_how_far_it_is(register, client_for, parsed):
    client = client_for(register.manager)
    with jobs._turn:  # somebody else's file is being worked on
        look = upload(client)
        page = client.get(look)
        parsed(page)
        assert "Another file is being worked on" in page.text
        assert '<meta http-equiv="refresh"' in page.text
        assert "tickets-2026-01.csv" in client.get("/indicators/import/tickets").text
        piece = client.get(f"{look}/working")
        assert (piece.status_code, "hx-get" in piece.text) == (200, True)
        assert client.post(look).location == look  # it cannot be confirmed before it is read
    finished(register.manager, look)
    over = client.get(f"{look}/working")
    assert (over.status_code, over.headers["HX-Redirect"]) == (204, look)


def test_rows_and_bytes_are_told(register, client_for, parsed):
    client = client_for(register.manager)
    look = upload(client)
    finished(register.manager, look)
    place = holding.beside(uploads.folder(), register.manager.id, look.rsplit("/", 1)[-1], ".job")
    kept = json.loads(place.read_text())
    place.write_text(
        json.dumps({**kept, "state": "running", "rows": 12000, "share": 0.25, "size": 40_000_000})
    )
    with alone(place.with_suffix(".lock"), patience=5):
        page = client.get(look)
        parsed(page)
        assert "Rows read: 12,000" in page.text
        assert "about 10.0 of 40.0 MB" in page.text


@both_databases
def test_nobody_waits_while_a_log_is_read_and_compared(register, client_for, app, monkeypatch):
    """Somebody else saves in the middle of the comparison, from a connection of his own that waits for nothing."""
    reached, go_on, real = threading.Event(), threading.Event(), tickets._plan
    waited = []

    def slowly(*given):
        plan = real(*given)
        if threading.current_thread().name.startswith("upload"):
            reached.set()
            waited.append(go_on.wait(20))
        return plan

    monkeypatch.setattr(tickets, "_plan", slowly)
    client = client_for(register.manager)
    look = upload(client)
    for _step in ("look", "take"):
        assert reached.wait(20)
        url = app.config["SETTINGS"].database
        other = create_engine(url, connect_args={"timeout": 0.1} if url.startswith("sqlite") else {})
        with other.begin() as connection:
            if connection.dialect.name == "postgresql":
                assert connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            connection.execute(text("UPDATE person SET name = name"))
        other.dispose()
        go_on.set()
        job = finished(register.manager, look)
        assert job.state == "done"
        reached.clear(), go_on.clear()
        client.post(look)
    assert value("SLA", "2026-01") == 50


def test_an_import_that_came_between_is_seen(register, client_for, monkeypatch):
    """The comparison made without the lock is made anew when another file was taken in meanwhile."""
    client = client_for(register.manager)
    look = upload(client, CORRECTED + "T9,2026-01-09,2026-01-10,no\n")
    finished(register.manager, look)
    real, done = tickets.serialize_writes, []

    def just_before():
        if not done and threading.current_thread().name.startswith("upload"):
            done.append(True)
            (uploads.folder() / "between.csv").write_text(JANUARY)
            tickets.import_tickets(uploads.folder() / "between.csv", "generic", by=None)
            db.session.commit()
        real()

    monkeypatch.setattr(tickets, "serialize_writes", just_before)
    client.post(look)
    assert finished(register.manager, look).result["import"]
    assert value("SLA", "2026-01") == pytest.approx(
        Decimal(200) / 3, abs=Decimal("0.001")
    )  # T1 yes, T2 yes (between), T9 no


def test_what_cannot_be_read_says_why_in_both_languages(register, client_for, parsed):
    client = client_for(register.manager)
    look = upload(client, "a,b\n1,2\n")
    finished(register.manager, look)
    page = client.get(look)
    parsed(page)
    assert "The file has no column" in page.text
    register.manager.language = "zh"
    assert "The file has no column" not in client.get(look).text


def test_a_refusal_at_the_end_leaves_the_comparison_and_stores_nothing(register, client_for):
    db.session.add(
        DataSource(
            name="KPI",
            kind="values",
            pattern="x",
            made_at=now(),
        )
    )
    db.session.commit()
    client = client_for(register.manager)
    look = upload(client)
    finished(register.manager, look)
    client.post(look, data={"remember": "yes", "source_name": "KPI"})
    finished(register.manager, look)
    page = client.get(look)
    assert "another kind" in page.text
    assert "50.00 %" in page.text
    assert db.session.query(Import).count() == db.session.query(TicketRow).count() == 0
    client.post(look, data={"remember": "yes", "source_name": "Desk"})
    assert finished(register.manager, look).result["import"]


def test_a_fault_is_logged_told_and_can_be_begun_again(register, client_for, parsed, monkeypatch, caplog):
    client = client_for(register.manager)
    with monkeypatch.context() as broken:
        broken.setattr(tickets, "read_tickets", lambda *_given: 1 / 0)
        look = upload(client)
        assert finished(register.manager, look).state == "failed"
    assert "ZeroDivisionError" in caplog.text
    page = client.get(look)
    parsed(page)
    assert "unexpected fault" in page.text
    assert client.post(f"{look}/again").status_code == 303
    assert finished(register.manager, look).state == "done"
    assert "50.00 %" in client.get(look).text


@pytest.mark.parametrize("step", ["look", "take"])
def test_work_of_a_server_that_ended_says_so_and_can_be_begun_again(register, client_for, parsed, step):
    client = client_for(register.manager)
    look = upload(client)
    finished(register.manager, look)
    place = holding.beside(uploads.folder(), register.manager.id, look.rsplit("/", 1)[-1], ".job")
    kept = json.loads(place.read_text())
    place.write_text(json.dumps({**kept, "step": step, "state": "running"}))
    page = client.get(look)
    parsed(page)
    assert "stopped or started anew" in page.text
    assert "broke off" in client.get("/indicators/imports").text
    client.post(f"{look}/again")
    finished(register.manager, look)
    assert "50.00 %" in client.get(look).text


def test_work_that_ended_after_it_had_stored_everything_leads_to_its_import(register, client_for):
    client = client_for(register.manager)
    look = upload(client)
    finished(register.manager, look)
    client.post(look)
    finished(register.manager, look)
    place = holding.beside(uploads.folder(), register.manager.id, look.rsplit("/", 1)[-1], ".job")
    kept = json.loads(place.read_text())
    place.write_text(json.dumps({**kept, "state": "running", "result": {}}))
    (made,) = db.session.scalars(select(Import))
    assert client.get(look).location == f"/indicators/imports/{made.id}"


def test_only_who_began_it_and_still_may_sees_it(register, client_for):
    look = upload(client_for(register.manager))
    finished(register.manager, look)
    other = client_for(register.owner)
    for address in (look, f"{look}/working"):
        assert other.get(address).status_code == 404
    assert other.post(f"{look}/again").status_code == 404
    assert "tickets-2026-01.csv" not in other.get("/indicators/imports").text
    assert client_for(register.auditor).get(f"{look}/working").status_code == 403


def test_an_upload_given_up_is_gone_and_its_work_ends(register, client_for):
    client = client_for(register.manager)
    with jobs._turn:
        look = upload(client)
        assert client.post(f"{look}/drop").status_code == 303
    assert client.get(look).status_code == 404
    deadline = time.monotonic() + 10
    while (
        any(each.name.startswith("upload") for each in threading.enumerate()) and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    assert not list(uploads.folder().glob("held-*.job"))


def test_an_outage_log_goes_the_same_way(register, client_for):
    client = client_for(register.manager)
    look = upload(
        client, "service,start,end\nMail,2026-01-05 10:00,2026-01-05 11:00\n", "outages.csv", "outages"
    )
    assert finished(register.manager, look).state == "done"
    assert "outages: 1" in client.get(look).text
    client.post(look)
    assert finished(register.manager, look).result["import"]
    assert value("DWN", "2026-01") == 60


def test_a_short_log_stays_within_the_request(register, client_for, monkeypatch):
    monkeypatch.setattr(long_imports, "LONG", 1_000_000)
    client = client_for(register.manager)
    look = upload(client)
    assert finished(register.manager, look) is None
    assert client.post(look).location.startswith("/indicators/imports/")


@both_databases
def test_many_long_logs_in_one_transaction_are_all_stored(register, tmp_path):
    """SQLite takes ten files beside its own; the texts are cut to their columns either way."""
    path = tmp_path / "log.csv"
    for turn in range(12):
        path.write_text(f"number,opened,category\nA,2026-01-01,x{turn}\nT{turn},2026-01-02,{'y' * 200}\n")
        tickets.import_tickets(path, "generic", by=None)
    db.session.commit()
    stored = {row.number: row.category for row in db.session.scalars(select(TicketRow))}
    assert stored == {"A": "x11"} | {f"T{turn}": "y" * 100 for turn in range(12)}
