"""The screens of clause texts."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.standards.models import ClauseText, ClauseTextSource
from tests.people import People

Clients = Callable[[Person], FlaskClient]
SHEET = "Clause,Title,Text\n4.1,Context,<b>Bold & brave</b>\n4.2,Parties,Second\n4.2,Parties,Changed\n"
TYPED = {
    "standard": "ISO/IEC 20000-1", "edition": "2018", "language": "en", "holder": "Quality office",
    "note": "No. L-1, <three> readers", "allowed": "y",
}  # fmt: skip


def upload(client: FlaskClient, sheet: str = SHEET, **typed: str) -> Any:
    file = (BytesIO(sheet.encode()), "standard.csv")
    return client.post("/standards/import", data={**TYPED, **typed, "file": file})


def test_a_sheet_comes_in_by_upload_look_and_confirmation(
    people: People, client_for: Clients, parsed: Any
) -> None:
    client = client_for(people.lead)
    first = upload(client)
    assert first.status_code == 303
    look = client.get(first.location)
    parsed(look)
    page = look.get_data(as_text=True)
    assert "1 row has a problem" in page
    assert "stands in row 3 already" in page
    assert "&lt;b&gt;Bold &amp; brave" in page
    assert db.session.scalars(select(ClauseTextSource)).all() == []
    values = dict(
        re.findall(r'<input type="hidden" name="(mapped|sheet|header|col_\w+)" value="([^"]*)"', page)
    )
    done = client.post(first.location, data=values)
    assert done.status_code == 303, done.get_data(as_text=True)
    source = db.session.scalars(select(ClauseTextSource)).one()
    assert (source.row_count, source.file_name, source.imported_by_id) == (2, "standard.csv", people.lead.id)
    shown = client.get(done.location)
    parsed(shown)
    assert "&lt;b&gt;Bold &amp; brave&lt;/b&gt;" in shown.get_data(as_text=True)
    assert "&lt;three&gt;" in shown.get_data(as_text=True)
    again = client.get(first.location)  # the upload is gone from the disk
    assert again.status_code == 303


@pytest.mark.parametrize("missing", ["standard", "edition", "holder", "note", "allowed"])
def test_without_the_licence_or_the_tick_the_form_comes_back_with_everything_typed(
    people: People, client_for: Clients, parsed: Any, missing: str
) -> None:
    reply = client_for(people.lead).post(
        "/standards/import",
        data={
            **{key: value for key, value in TYPED.items() if key != missing},
            "file": (BytesIO(b"a"), "x.csv"),
        },
    )
    assert reply.status_code == 422
    parsed(reply)
    kept = {"holder": "Quality office", "edition": "2018"}
    assert [value in reply.get_data(as_text=True) for key, value in kept.items() if key != missing].count(
        False
    ) == 0
    assert db.session.scalars(select(ClauseTextSource)).all() == []


def test_a_file_that_cannot_be_read_is_refused_on_the_form(people: People, client_for: Clients) -> None:
    reply = client_for(people.lead).post(
        "/standards/import", data={**TYPED, "file": (BytesIO(b"%PDF-1.7"), "x.pdf")}
    )
    assert reply.status_code == 422
    assert "Quality office" in reply.get_data(as_text=True)


def test_another_persons_upload_and_an_upload_of_something_else_cannot_be_opened(
    people: People, client_for: Clients
) -> None:
    token = upload(client_for(people.lead)).location.rsplit("/", 1)[1]
    other = client_for(people.manager)
    assert other.get(f"/standards/import/{token}").status_code == 303
    checklist = other.post(
        "/checklists/import", data={"file": (BytesIO(b"Clause,Question\n4.1,So?\n"), "q.csv")}
    )
    assert other.get(f"/standards/import/{checklist.location.rsplit('/', 1)[1]}").status_code == 303


def test_withdrawing_asks_why_and_deletes_the_text(people: People, client_for: Clients, parsed: Any) -> None:
    client = client_for(people.lead)
    first = upload(client)
    client.post(first.location, data={"mapped": "1", "col_clause": "A", "col_text": "C"})
    source = db.session.scalars(select(ClauseTextSource)).one()
    assert client.post(f"/standards/{source.id}/withdraw", data={"reason": " "}).status_code == 422
    assert (
        client.post(f"/standards/{source.id}/withdraw", data={"reason": "Licence ended"}).status_code == 303
    )
    assert db.session.scalars(select(ClauseText)).all() == []
    page = client.get(f"/standards/{source.id}")
    parsed(page)
    assert "Licence ended" in page.get_data(as_text=True)
    assert source.sha256 in page.get_data(as_text=True)


def test_somebody_from_outside_sees_the_record_and_not_the_text(people: People, client_for: Clients) -> None:
    client = client_for(people.lead)
    first = upload(client)
    client.post(first.location, data={"mapped": "1", "col_clause": "A", "col_text": "C"})
    source = db.session.scalars(select(ClauseTextSource)).one()
    page = client_for(people.reader).get(f"/standards/{source.id}").get_data(as_text=True)
    assert "licensed for our own auditors" in page
    assert source.sha256 in page
    assert "Bold" not in page
    assert client_for(people.reader).get("/standards/import").status_code == 403
    assert client_for(people.auditor).post(f"/standards/{source.id}/withdraw").status_code == 403


def test_the_crosswalk_can_be_read(people: People, client_for: Clients, parsed: Any) -> None:
    reply = client_for(people.reader).get("/standards/crosswalk")
    parsed(reply)
    assert "8.6.1, 8.6.2" in reply.get_data(as_text=True)
