"""Files are taken by content, named by hash, and seen only by those who see what they hang on."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from werkzeug.datastructures import FileStorage

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import queries, services, sniff
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from tests.databases import both_databases
from tests.evidence import made

PNG = made.picture()
"""A picture that drawing anew does not change."""


def file(content=PNG, name="photo.png"):
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def finding(app, people):
    made = findings.raise_finding(
        grade=Grade.OBSERVATION, title="Labels missing", requirement="", objective_evidence="Rack 4", nonconformity="",
        location="Room 1", clause="8.2.6", process=people.chg, department=people.dev, owner=people.owner2,
        by=people.manager,
    )  # fmt: skip
    db.session.commit()
    return made


@both_databases
def test_a_file_is_kept_under_its_hash_and_once_only(app, people, finding):
    first = services.attach(finding, file(), by=people.manager)
    again = services.attach(finding, file(name="same.png"), by=people.manager)
    assert first.sha256 == again.sha256
    assert services.path_of(first.sha256).read_bytes() == PNG
    assert [each.filename for each in queries.of(finding)] == ["photo.png", "same.png"]
    assert first.media_type == "image/png"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.png", "is empty"),
        (b"<html><script>alert(1)</script>", "photo.jpg", "cannot be attached"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "cannot be attached"),
        (b"MZ\x90\x00\x03" + b"\x00" * 60, "tool.exe", "cannot be attached"),
        (b"PK\x03\x04" + b"\x00" * 60, "files.zip", "cannot be attached"),
    ],
)
def test_what_is_not_evidence_is_refused_with_a_sentence_and_leaves_nothing(
    app, people, finding, content, name, words
):
    with pytest.raises(Refused, match=words):
        services.attach(finding, file(content, name), by=people.manager)
    db.session.rollback()
    assert queries.of(finding) == []
    folder = services.path_of("00").parent.parent
    assert not folder.exists() or list(folder.rglob("*")) == []


def test_a_file_over_the_limit_is_refused(app, people, finding, monkeypatch):
    monkeypatch.setattr(services, "LARGEST", 10)
    with pytest.raises(Refused, match="larger than"):
        services.attach(finding, file(), by=people.manager)


@given(st.text(max_size=80))
def test_a_name_never_carries_a_path(name):
    clean = services.clean_name(name)
    assert clean
    assert "/" not in clean
    assert "\\" not in clean
    assert clean not in {".", ".."}


@given(st.binary(max_size=300))
def test_any_bytes_are_either_known_or_refused(content):
    try:
        found = sniff.media_type(content, "x.bin")
    except Refused:
        return
    assert "html" not in found
    assert "svg" not in found


def test_a_file_is_seen_only_by_those_who_see_what_it_hangs_on(app, people, finding, client_for):
    attachment = services.attach(finding, file(), by=people.manager)
    db.session.commit()
    address = f"/evidence/{attachment.id}"
    assert client_for(people.manager).get(address).data == PNG
    assert client_for(people.owner).get(address).status_code == 404
    assert app.test_client().get(address).status_code == 302


def test_a_download_cannot_run_anything(app, people, finding, client_for):
    attachment = services.attach(finding, file(b"plain words", "note.txt"), by=people.manager)
    db.session.commit()
    reply = client_for(people.manager).get(f"/evidence/{attachment.id}")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_uploading_to_something_unseen_is_refused(app, people, finding, client_for):
    reply = client_for(people.owner).post(
        f"/evidence/finding/{finding.id}", data={"files": (io.BytesIO(PNG), "x.png")}
    )
    assert reply.status_code == 404
    assert queries.of(finding) == []


@both_databases
@pytest.mark.parametrize("statement", ["UPDATE attachment SET filename = 'x'", "DELETE FROM attachment"])
def test_the_database_refuses_to_change_an_attachment(app, people, finding, statement):
    services.attach(finding, file(), by=people.manager)
    db.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()


def locked_pdf():
    """A PDF that asks for a password."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.encrypt("secret")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def open_pdf():
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_a_file_locked_with_a_password_is_refused_with_a_sentence_and_leaves_nothing(people, finding):
    office = sniff.SIGNATURES[3][0] + b"\x00" * 3000 + "EncryptedPackage".encode("utf-16-le")
    for content, name in ((locked_pdf(), "minutes.pdf"), (office, "list.xlsx")):
        with pytest.raises(Refused, match="locked with a password") as refused:
            services.attach(finding, file(content, name), by=people.manager)
        assert refused.value.field == "files"
    assert queries.of(finding) == []
    assert [each for each in services.path_of("00").parent.parent.rglob("*") if each.is_file()] == []
    assert services.attach(finding, file(open_pdf(), "minutes.pdf"), by=people.manager).size


@pytest.mark.parametrize(
    ("name", "shown"),
    [("run.bat", "run.bat.txt"), ("page.html", "page.html.txt"), ("x.lnk", "x.lnk.txt"), ("notes", "notes.txt"),
     ("log.CSV", "log.CSV"), ("a.b.json", "a.b.json"), ("photo.jpg", "photo.jpg.txt")],
)  # fmt: skip
def test_a_file_is_downloaded_under_an_ending_that_fits_its_content(people, finding, client_for, name, shown):
    attachment = services.attach(finding, file(b"plain words", name), by=people.manager)
    db.session.commit()
    assert attachment.filename == shown
    reply = client_for(people.manager).get(f"/evidence/{attachment.id}")
    assert reply.headers["Content-Disposition"] == f"attachment; filename={shown}"
