"""The dossier: what is in it, in which order, through whose rights, and what is said of what is missing."""

import hashlib
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.dossiers import making, progress
from audit_app.dossiers.items import KINDS, Doc
from audit_app.findings import services as findings
from audit_app.findings.models import Grade, Origin
from audit_app.programme import services as programme
from audit_app.reports import exports, services
from tests.findings import factory as findings_factory
from tests.house.more_world import review
from tests.programme import factory as programme_factory
from tests.reports import factory


def made(to, audit=None, language="en", tick=lambda *_said: None):
    out = BytesIO()
    if audit is None:
        making.of_year(today().year, language, out, tick, to=to)
    else:
        making.of_audit(audit.id, language, out, tick, to=to)
    return ZipFile(out)


def index_of(archive):
    name = next(each for each in archive.namelist() if each.startswith("00 ") and each.endswith(".xlsx"))
    book = load_workbook(BytesIO(archive.read(name)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    head = next(place for place, row in enumerate(rows) if "SHA-256" in row)
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :] if row[0]], book


@pytest.fixture
def year(people):
    """An audit with everything, reported; and a review that followed it."""
    audit = factory.audited(people, "conform", "minor")
    factory.found(people, audit)
    factory.issued(people, audit)
    audit.ends_on = audit.starts_on  # a day as short as the test's: its report and the review follow at once
    held = review(people, "approved", "Review of the year")
    db.session.commit()
    return audit, held


def test_a_year_holds_every_document_in_the_order_auditors_ask(people, year):
    audit, held = year
    archive = made(people.reader)
    numbers = [int(name[:2]) for name in archive.namelist() if not name.startswith("00")]
    assert set(numbers) == {1, 2, 3, *range(5, 15)}
    rows, _book = index_of(archive)
    assert [row["No."] for row in rows] == sorted(row["No."] for row in rows)
    assert {row["Of"] for row in rows} == {audit.programme.code, audit.code, held.code}


def test_what_is_missing_is_named_with_its_reason(people, year):
    rows, _book = index_of(made(people.reader))
    missing = {row["No."]: row["Why not"] for row in rows if row["There"] == "no"}
    assert set(missing) == {4}
    assert "No attendance" in missing[4]
    assert {row["No."] for row in rows} == set(range(1, len(KINDS) + 1))


def test_the_index_gives_the_hash_of_each_file_as_it_lies_in_the_zip(people, year):
    archive = made(people.reader)
    rows, _book = index_of(archive)
    listed = {row["File"]: row["SHA-256"] for row in rows if row["File"]}
    there = {name for name in archive.namelist() if not name.startswith("00")}
    assert set(listed) == there
    for name, sha256 in listed.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
    assert archive.testzip() is None


def test_the_issued_report_lies_in_it_as_it_was_kept(people, year):
    from audit_app.reports import queries

    audit, _held = year
    archive = made(people.reader, language="zh")
    kept = queries.frozen_file(audit, 0, "zh", "pdf").content
    assert [name for name in archive.namelist() if archive.read(name) == kept] == [
        f"08 内部审核报告/{audit.code}-R.pdf"
    ]


def test_names_are_chinese_in_the_chinese_file_and_english_in_the_english_one(people, year):
    chinese = made(people.reader, language="zh").namelist()
    english = made(people.reader).namelist()
    assert all(re.search("[\u4e00-\u9fff]", name) for name in chinese)
    assert not any(re.search("[\u4e00-\u9fff]", name) for name in english)
    assert len(chinese) == len(english)


def test_the_file_of_one_audit_holds_the_review_that_followed(people, year):
    audit, held = year
    rows, _book = index_of(made(people.reader, audit))
    assert {row["Of"] for row in rows} >= {audit.code, held.code}


def test_an_audit_without_a_review_says_that_none_was_planned(people):
    audit = factory.audited(people)
    rows, _book = index_of(made(people.manager, audit))
    assert {row["No."] for row in rows if "review" in (row["Why not"] or "")} == {10, 11, 12, 13, 14}


def test_a_draft_report_is_missing_and_not_shown(people):
    audit = factory.audited(people, "conform")
    rows, _book = index_of(made(people.lead, audit))
    assert {row["No."]: row["Why not"] for row in rows}[8] == "The report of the audit is not issued yet."


def test_papers_of_a_certification_body_and_of_a_cancelled_audit_are_explained(people):
    audit = factory.programme.plan_audit(people, kind="surveillance", body="East Lake")
    gone = programme.cancel(factory.programme.plan_audit(people), "The tool is replaced.", by=people.manager)
    rows, _book = index_of(made(people.manager))
    why = {(row["No."], row["Of"]): row["Why not"] for row in rows}
    assert "East Lake" in why[3, audit.code]
    assert "The tool is replaced." in why[8, gone.code]


def test_a_supplement_lies_beside_its_report(people, year):
    audit, _held = year
    services.supplement(audit, "Typing error.", "Read 12.", exports.render_all, by=people.lead)
    names = made(people.reader, audit).namelist()
    assert f"08 Internal audit report/{audit.code}-R-S1.pdf" in names
    assert f"08 Internal audit report/{audit.code}-R.pdf" in names


def test_rows_are_those_that_the_person_may_see(people, year):
    audit, _held = year
    rows, _book = index_of(made(people.owner2))
    assert audit.code not in {row["Of"] for row in rows}
    with pytest.raises(NotVisible):
        made(people.owner2, audit)


def test_it_is_told_how_far_the_file_is(people, year):
    told = []
    made(people.reader, tick=lambda *said: told.append(said))
    audit, held = year
    assert told == [(0, 2, audit.code), (1, 2, held.code), (2, 2, "")]


def test_progress_is_read_whole_and_old_rests_are_thrown_away(tmp_path):
    import os

    assert progress.read(tmp_path, "t")["state"] == "waiting"
    progress.clean(tmp_path)
    folder = progress.folder(tmp_path)
    progress.tell(tmp_path, "t", 1, 3, "SMS-IA-2026-01")
    assert progress.read(tmp_path, "t") == {
        "done": 1,
        "whole": 3,
        "now": "SMS-IA-2026-01",
        "state": "running",
    }
    os.utime(folder / "t.json", (0, 0))
    progress.clean(tmp_path)
    assert list(folder.iterdir()) == []


def test_a_document_without_files_says_why():
    assert Doc("plan", "IA-1", "–", reason="None.").files == {}
    assert Doc("plan", "IA-1", "IA-1-P").number == 3


def test_the_reader_gets_page_and_file_and_sees_how_far_it_is(people, year, client_for):
    audit, _held = year
    client = client_for(people.reader)
    page = client.get(f"/dossiers/year/{today().year}").get_data(as_text=True)
    token = re.search(r"token=([0-9a-f-]{36})", page).group(1)
    assert f"/dossiers/progress/{token}" in page
    assert "being made" in client.get(f"/dossiers/progress/{token}").get_data(as_text=True)
    reply = client.get(f"/dossiers/year/{today().year}.zip?lang=zh&token={token}")
    assert reply.status_code == 200
    assert int(reply.headers["Content-Length"]) == len(reply.data)
    assert "filename*=UTF-8''" in reply.headers["Content-Disposition"]
    assert ZipFile(BytesIO(reply.data)).testzip() is None
    assert "is made" in client.get(f"/dossiers/progress/{token}").get_data(as_text=True)
    assert client.get(f"/dossiers/audit/{audit.id}").status_code == 200
    assert client.get(f"/dossiers/audit/{audit.id}.zip?token=../../x").status_code == 200
    assert client_for(people.owner2).get(f"/dossiers/audit/{audit.id}.zip").status_code == 404
    assert client.get("/dossiers/year/1999.zip").status_code == 404


def test_a_file_that_fails_is_told_to_the_page_that_waits(people, year, client_for, app):
    token = "11111111-1111-4111-8111-111111111111"
    db.session.execute(db.text("DROP TABLE review_participant"))
    db.session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert (
        client_for(people.reader).get(f"/dossiers/year/{today().year}.zip?token={token}").status_code == 500
    )
    assert "could not be made" in client_for(people.reader).get(f"/dossiers/progress/{token}").get_data(
        as_text=True
    )


def test_withdrawn_findings_keep_their_paper(people):
    audit = factory.audited(people)
    found = factory.found(people, audit, Grade.MINOR)
    findings.withdraw(found, reason="A misunderstanding.", by=people.lead)
    names = made(people.manager, audit).namelist()
    assert f"06 Nonconformity report/{found.code}.pdf" in names


def test_a_number_without_a_report_is_explained(people, year):
    audit, _held = year
    outside = findings_factory.at(people, "issued", origin=Origin.COMPLAINT, audit=None)
    draft = findings_factory.at(people, "draft", audit=audit)
    rows, _book = index_of(made(people.manager))
    why = {row["Of"]: row["Why not"] for row in rows if row["There"] == "no"}
    assert "Customer complaint" in why[outside.code]
    assert "not been issued" in why[draft.code]
    rows, _book = index_of(made(people.reader))
    told = {row["Of"]: row["Why not"] for row in rows if row["There"] == "no"}
    assert outside.code in told


def test_an_audit_that_has_not_begun_says_so_in_every_place(people):
    ahead = programme_factory.plan_audit(people)
    db.session.commit()
    rows, _book = index_of(made(people.manager, ahead))
    why = {row["No."]: row["Why not"] for row in rows if row["There"] == "no" and row["Of"] == ahead.code}
    assert all("has not begun" in why[number] for number in (6, 7, 8, 9))
