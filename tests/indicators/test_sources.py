"""Sources that are remembered, and the folder from which their files are picked up."""

import fcntl
import os
from io import BytesIO

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy import text as sql

from audit_app.core.clock import now
from audit_app.core.db import WRITE_LOCK, db
from audit_app.core.errors import NotVisible, Refused
from audit_app.indicators import catalogue, entry, outages, pickup, queries, services, sources, tickets
from audit_app.indicators.models import Import, TicketRow
from audit_app.indicators.periods import Month
from audit_app.indicators.source_models import DataSource, Picked, PickedFile
from audit_app.notifications.models import Notice
from audit_app.trail.models import TrailEntry
from tests.databases import both_databases

HEAD = "number,opened,resolved,sla_met\n"
JANUARY = HEAD + "T1,2026-01-05,2026-01-06,no\nT2,2026-01-07,2026-01-08,yes\n"
FEBRUARY = HEAD + "T3,2026-02-05,2026-02-06,yes\n"
CORRECTED = HEAD + "T1,2026-01-05,2026-01-06,yes\nT2,2026-01-07,2026-01-08,yes\n"


@pytest.fixture
def register(people):
    services.load_register(by=None)
    db.session.commit()
    return people


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "in"
    made.mkdir()
    return made


def lay(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def remembered(people, name="Help desk", pattern="tickets-2026-01.csv", kind="tickets", **reading):
    made = sources.remember(
        name,
        pattern,
        kind,
        reading or {"profile": "generic"},
        ["number", "opened", "resolved", "sla_met"],
        by=people.manager,
    )
    db.session.commit()
    return made


def value(code, month):
    stored = entry.at(queries.by_code(code), Month.parse(month))
    return stored.value if stored is not None else None


def upload(client, kind, text, name, **more):
    reply = client.post(
        f"/indicators/import/{kind}",
        data={"file": (BytesIO(text.encode()), name), **more},
        content_type="multipart/form-data",
    )
    assert reply.status_code == 303, reply.text
    return reply.location


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("tickets-2026-10.csv", "tickets-*.csv"),
        ("工单 2026年10月.xlsx", "工单 *年*月.xlsx"),
        ("export.csv", "export.csv"),
        ("a[1]*.csv", "a?*??.csv"),
    ],
)
def test_what_counts_on_in_a_name_becomes_a_star(name, pattern):
    assert sources.pattern_of(name) == pattern


def test_a_log_is_matched_once_and_the_next_one_is_read_without_a_question(register, client_for, parsed):
    client = client_for(register.manager)
    text = "Nr;Start;Ende\nA;05.01.2026;06.01.2026\n"
    own = "kind: tickets\nname: ours\ntitle: {en: Ours}\ndates: ['%d.%m.%Y']\ncolumns: {number: Nr, opened: Start, resolved: Ende}\n"
    look = upload(
        client,
        "tickets",
        text,
        "desk-01.csv",
        profile_file=(BytesIO(own.encode()), "ours.yaml"),
        zone="Asia/Shanghai",
    )
    page = client.get(look)
    parsed(page)
    assert "desk-*.csv" in page.text
    assert client.post(look, data={"remember": "yes", "source_name": "Desk"}).status_code == 303
    made = db.session.scalars(select(DataSource)).one()
    assert (made.name, made.pattern, made.headings) == ("Desk", "desk-*.csv", ["Nr", "Start", "Ende"])
    assert (made.reading["zone"], made.owner_id) == ("Asia/Shanghai", register.manager.id)
    look = upload(client, "tickets", text.replace("A;", "B;"), "desk-02.csv")
    page = client.get(look)
    parsed(page)
    assert "Read as “Desk” is remembered" in page.text
    assert client.post(look).status_code == 303
    assert db.session.query(TicketRow).count() == 2


def test_headings_that_changed_are_named(register, client_for, parsed):
    remembered(register)
    client = client_for(register.manager)
    look = upload(
        client, "tickets", "number,opened,solved\nT9,2026-01-05,2026-01-06\n", "tickets-2026-02.csv"
    )
    page = client.get(look)
    parsed(page)
    assert "Columns that are gone: resolved, sla_met. Columns that are new: solved." in page.text


def test_columns_of_values_chosen_by_hand_are_remembered_by_their_headings(register, client_for):
    client = client_for(register.manager)
    look = upload(client, "values", "when,what,how much\n2026-01,TRN,90\n", "kpi-1.csv")
    chosen = {"indicator": "B", "month": "A", "value": "C", "remember": "yes", "source_name": "KPI"}
    assert client.post(look, data=chosen).status_code == 303
    look = upload(client, "values", "what,remark,when,how much\nTRN,x,2026-02,91\n", "kpi-2.csv")
    assert "91.0" in client.get(look).text
    assert client.post(look).status_code == 303
    assert value("TRN", "2026-02") == 91


def test_a_name_of_another_kind_is_refused_and_nothing_is_imported(register, client_for):
    remembered(register, "KPI", "kpi.csv", "values")
    client = client_for(register.manager)
    look = upload(client, "tickets", JANUARY, "x.csv")
    reply = client.post(look, data={"remember": "yes", "source_name": "KPI"})
    assert reply.status_code == 422
    assert "another kind" in reply.text
    assert db.session.query(Import).count() == 0


@both_databases
def test_files_of_the_folder_are_taken_moved_and_told(app, register, folder):
    remembered(register)
    lay(folder, "tickets-2026-01.csv", JANUARY)
    lay(folder, "strange.csv", "a,b\n1,2\n")
    lay(folder, "tickets-2026-03.csv.part", JANUARY)
    os.symlink("/etc/passwd", folder / "tickets-2026-09.csv")
    rows = pickup.run(folder, quiet=0)
    assert [(each.filename, each.state) for each in rows] == [
        ("strange.csv", Picked.FAILED),
        ("tickets-2026-01.csv", Picked.IMPORTED),
    ]
    assert value("SLA", "2026-01") == 50
    assert (folder / "done" / "tickets-2026-01.csv").read_text() == JANUARY
    assert "Rows read: 2" in (folder / "done" / "tickets-2026-01.csv.report.txt").read_text()
    assert "No source is remembered" in (folder / "failed" / "strange.csv.report.txt").read_text()
    assert (folder / "tickets-2026-09.csv").is_symlink()
    assert pickup.run(folder, quiet=0) == []


def saves_meanwhile(monkeypatch, module, url):
    """Each comparison is accompanied by somebody else's save that waits for nothing; how often that went well."""
    real, saved = module._plan, []

    def plan(*given):
        made = real(*given)
        other = create_engine(url, connect_args={"timeout": 0.1} if url.startswith("sqlite") else {})
        with other.begin() as connection:
            if connection.dialect.name == "postgresql":
                assert connection.scalar(sql("SELECT pg_try_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            connection.execute(sql("UPDATE person SET name = name"))
        other.dispose()
        saved.append(True)
        return made

    monkeypatch.setattr(module, "_plan", plan)
    return saved


@both_databases
@pytest.mark.parametrize("kind", ["tickets", "outages"])
def test_nobody_waits_while_files_of_the_folder_are_read_and_compared(
    app, register, folder, monkeypatch, kind
):
    module, content = tickets, JANUARY
    if kind == "outages":
        module, content = outages, "service,start,end\nMail,2026-01-05 10:00,2026-01-05 11:00\n"
        headings = ["service", "start", "end"]
        sources.remember("Out", "out-2026-01.csv", kind, {"profile": kind}, headings, by=register.manager)
        db.session.commit()
    else:
        remembered(register, pattern="out-2026-01.csv")
    saved = saves_meanwhile(monkeypatch, module, app.config["SETTINGS"].database)
    lay(folder, "out-2026-01.csv", content)
    (row,) = pickup.run(folder, quiet=0)
    assert (row.state, len(saved)) == (Picked.IMPORTED, 2), row.words
    assert value(*{"tickets": ("SLA", "2026-01"), "outages": ("DWN", "2026-01")}[kind]) in (50, 60)


@both_databases
@pytest.mark.parametrize("between", ["file", "catalogue"])
def test_outages_compared_without_the_lock_are_compared_anew_when_something_came_between(
    app, register, tmp_path, monkeypatch, between
):
    path, done, real = tmp_path / "a.csv", [], outages.serialize_writes
    path.write_text("service,start,end\nMail,2026-01-05 10:00,2026-01-05 11:00\n")

    def just_before():
        if not done:
            done.append(True)
            if between == "file":
                other = tmp_path / "b.csv"
                other.write_text("service,start,end\nMail,2026-01-06 10:00,2026-01-06 10:30\n")
                outages.import_outages(other, by=None)
            else:
                facts = {"code": "MAIL", "name_en": "Mail", "name_zh": "邮件"}
                catalogue.add_service(**facts, aliases=["Mail"], by=None)
            db.session.commit()
        real()

    planned, plan = [], outages._plan
    monkeypatch.setattr(outages, "serialize_writes", just_before)
    monkeypatch.setattr(outages, "_plan", lambda *given: planned.append(True) or plan(*given))
    outages.import_outages(path, by=None, apart=True)
    db.session.commit()
    assert len(planned) == {"file": 3, "catalogue": 2}[between]
    assert value("DWN", "2026-01") == {"file": 90, "catalogue": 60}[between]


def test_a_file_still_being_written_waits_for_the_next_run(register, folder):
    remembered(register)
    lay(folder, "tickets-2026-01.csv", JANUARY)
    assert pickup.run(folder) == []


def test_the_same_file_again_does_nothing(register, folder):
    remembered(register)
    for name in ("tickets-2026-01.csv", "tickets-2026-02.csv"):
        lay(folder, name, JANUARY)
    assert [each.state for each in pickup.run(folder, quiet=0)] == [Picked.IMPORTED, Picked.KNOWN]
    assert db.session.query(Import).count() == 1


@both_databases
def test_a_file_that_would_change_what_people_saw_waits(app, register, folder, client_for):
    source = remembered(register)
    lay(folder, "tickets-2026-01.csv", JANUARY)
    pickup.run(folder, quiet=0)
    lay(folder, "tickets-2026-01.csv", CORRECTED)
    lay(folder, "tickets-2026-02.csv", FEBRUARY)
    waits, taken = pickup.run(folder, quiet=0)
    assert (waits.state, taken.state) == (Picked.WAITING, Picked.IMPORTED)
    assert "2026-01 SLA 50.00 % → 100.00 %" in waits.words
    assert value("SLA", "2026-01") == 50
    (notice,) = db.session.scalars(select(Notice).where(Notice.kind == "source.waiting"))
    assert (notice.person_id, notice.subject_id) == (register.manager.id, str(source.id))
    app.config["SETTINGS"] = app.config["SETTINGS"].__class__(
        **{**vars(app.config["SETTINGS"]), "pickup_dir": str(folder)}
    )
    client = client_for(register.manager)
    page = client.get("/indicators/sources")
    assert "Waits for a person" in page.text
    reply = client.post(f"/indicators/sources/waiting/{waits.id}")
    assert reply.status_code == 303
    assert "100.00 %" in client.get(reply.location).text
    assert client.post(reply.location).status_code == 303
    assert value("SLA", "2026-01") == 100
    db.session.refresh(waits)
    assert (waits.state, waits.imported.filename) == (Picked.IMPORTED, "tickets-2026-01.csv")
    assert (folder / waits.kept_as).read_text() == CORRECTED
    assert list((folder / "waiting").iterdir()) == []
    assert "Waits for a person" not in client.get("/indicators/sources").text


def waiting(app, register, folder):
    """A file of the folder that would change a value, waiting for a person; its row."""
    remembered(register)
    for text in (JANUARY, CORRECTED):
        lay(folder, "tickets-2026-01.csv", text)
        (row,) = pickup.run(folder, quiet=0)
    facts = {**vars(app.config["SETTINGS"]), "pickup_dir": str(folder)}
    app.config["SETTINGS"] = app.config["SETTINGS"].__class__(**facts)
    return row


def test_a_waiting_file_that_is_refused_waits_no_more_and_changes_nothing(app, register, folder, client_for):
    row, client = waiting(app, register, folder), client_for(register.manager)
    look = client.post(f"/indicators/sources/waiting/{row.id}").location
    assert "Do not take it in" in client.get(look).text
    assert client.post(f"{look}/drop").location == "/indicators/sources"
    db.session.refresh(row)
    assert (row.state, "Mia Manager" in row.words) == (Picked.REFUSED, True)
    assert (folder / row.kept_as).read_text() == CORRECTED
    assert value("SLA", "2026-01") == 50
    assert "source.refuse_file" in db.session.scalars(select(TrailEntry.action)).all()


def test_a_waiting_file_is_decided_once(app, register, folder, client_for):
    row, client = waiting(app, register, folder), client_for(register.manager)
    looks = [client.post(f"/indicators/sources/waiting/{row.id}").location for _each in range(2)]
    client.post(f"{looks[0]}/drop")
    reply = client.post(looks[1])
    assert (reply.status_code, "Somebody decided on this file" in reply.text) == (422, True)
    assert value("SLA", "2026-01") == 50


@both_databases
def test_a_file_that_breaks_the_reading_does_not_stop_the_later_ones(register, folder, caplog):
    broken = remembered(register, "Broken", "a-broken.csv", zone="Asia/Shanghai", profile="generic")
    broken.reading = {"profile": "generic", "zone": 5}  # nothing a person can choose: a fault of ours
    remembered(register)
    lay(folder, "a-broken.csv", JANUARY)
    lay(folder, "tickets-2026-01.csv", JANUARY)
    failed, taken = pickup.run(folder, quiet=0)
    assert (failed.state, taken.state) == (Picked.FAILED, Picked.IMPORTED)
    assert "An unexpected fault" in failed.words
    assert "could not be picked up" in caplog.text
    assert (folder / "failed" / "a-broken.csv").is_file()
    assert db.session.scalars(select(Notice.kind)).all() == ["source.failed"]


def test_a_waiting_file_outside_its_folder_is_not_opened(register, folder):
    lay(folder.parent, "secret.csv", JANUARY)
    row = PickedFile(run_at=now(), filename="x.csv", state=Picked.WAITING, kept_as="waiting/../../secret.csv")
    db.session.add(row)
    db.session.flush()
    with pytest.raises(NotVisible):
        pickup.waiting_file(row.id, folder)


def test_headings_that_changed_fail_in_the_folder_and_the_owner_hears(register, folder):
    remembered(register)
    lay(folder, "tickets-2026-02.csv", "number,opened,solved\nT9,2026-01-05,2026-01-06\n")
    (row,) = pickup.run(folder, quiet=0)
    assert row.state is Picked.FAILED
    assert "resolved, sla_met" in row.words
    assert db.session.query(TicketRow).count() == 0
    assert db.session.scalars(select(Notice.kind)).all() == ["source.failed"]


def test_two_runs_do_not_meet(register, folder):
    with (folder / ".pick-up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="Another run"):
            pickup.run(folder, quiet=0)


def test_a_month_without_its_file_is_told_once(register, folder):
    source = remembered(register)
    source.due_day, source.used_at = 1, None
    db.session.commit()
    pickup.run(folder)
    pickup.run(folder)
    assert db.session.scalars(select(Notice.kind)).all() == ["source.missing"]


def test_a_source_is_edited_on_its_page(register, client_for, parsed):
    source = remembered(register)
    client = client_for(register.manager)
    page = client.get(f"/indicators/sources/{source.id}")
    parsed(page)
    facts = {
        "name": "Desk",
        "pattern": "desk-*.csv",
        "owner_id": register.owner.id,
        "due_day": "5",
        "active": "y",
    }
    reply = client.post(f"/indicators/sources/{source.id}", data={**facts, "version": source.version})
    assert reply.status_code == 303, reply.text
    db.session.expire_all()
    assert (source.name, source.due_day, source.owner_id) == ("Desk", 5, register.owner.id)
    assert client_for(register.auditor).get("/indicators/sources").status_code == 403
