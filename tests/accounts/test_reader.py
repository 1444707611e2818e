"""The signed-in person is read by one statement: whatever changes about them counts at the next request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g, session
from flask.testing import FlaskClient
from sqlalchemy import event, inspect

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission, Role, roles_named
from audit_app.accounts.reader import as_person
from audit_app.accounts.sign_in import ensure_roles
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.notifications.models import Notice
from tests import signed_in
from tests.people import People

ClientFor = Callable[[Person], FlaskClient]


def text(client: FlaskClient, url: str = "/") -> str:
    return client.get(url).get_data(as_text=True)


def test_a_new_name_shows_at_the_next_request(people: People, client_for: ClientFor):
    client = client_for(people.owner)
    assert people.owner.name in text(client)
    people.owner.name = "Renamed Person"
    assert "Renamed Person" in text(client)


def test_a_role_given_or_taken_counts_at_the_next_request(people: People, client_for: ClientFor):
    client = client_for(people.owner)
    assert client.get("/trail").status_code == 403
    people.owner.roles = [*people.owner.roles, ensure_roles()[Role.READ_ONLY]]
    assert client.get("/trail").status_code == 200
    people.owner.roles = []
    assert client.get("/trail").status_code == 403


def test_another_language_shows_at_the_next_request(people: People, client_for: ClientFor):
    client = client_for(people.owner)
    people.owner.language = "en"
    assert '<html lang="en">' in text(client)
    people.owner.language = "zh"
    assert '<html lang="zh-Hans">' in text(client)


@pytest.mark.parametrize("change", [{"active": False}, {"valid_until": -1}], ids=["closed", "run out"])
def test_a_closed_account_is_out_at_the_next_request(
    people: People, client_for: ClientFor, change: dict[str, Any]
):
    client = client_for(people.owner)
    assert client.get("/").status_code == 200
    if "active" in change:
        people.owner.active = False
    else:
        people.owner.valid_until = today() + timedelta(days=change["valid_until"])
    assert client.get("/").status_code == 302


def test_a_new_notice_is_counted_in_the_menu_at_once(people: People, client_for: ClientFor):
    client = client_for(people.owner)
    assert 'class="count"' not in text(client, "/organisation/profile")
    db.session.add(
        Notice(kind="finding.issued", person_id=people.owner.id, subject_kind="finding", subject_id="1",
               day=today(), facts={"code": "X", "title": "x", "due": "–"}, queued_at=now())
    )  # fmt: skip
    assert '<span class="count">1</span>' in text(client, "/organisation/profile")


def test_person_rights_and_notices_are_one_statement(app: Flask, people: People, client_for: ClientFor):
    client, sent = client_for(people.owner), []
    db.session.commit()
    event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    client.get("/organisation/profile")
    about_the_reader = [each for each in sent if "fs_uniquifier = " in each or "FROM notice" in each]
    assert len(about_the_reader) == 1


def test_the_row_becomes_an_ordinary_record(app: Flask, people: People):
    uniquifier, name, cookie = people.lead.fs_uniquifier, people.lead.name, signed_in.cookie(people.lead)
    db.session.commit()
    db.session.expunge_all()
    with app.test_request_context("/"):
        session.update(cookie)
        person = app.login_manager._user_callback(uniquifier)  # type: ignore[attr-defined]
        assert person.name == name
        assert person.role_set == {Role.LEAD_AUDITOR}
        assert inspect(person).persistent
        assert not db.session.dirty
        assert as_person(g.reader) is person
        person.job_title = "Auditor in chief"
        db.session.flush()
        assert person.version == g.reader.version + 1
        person.roles = []
        assert not person.may(Permission.AUDIT_SEE)
        db.session.rollback()
        assert person.may(Permission.AUDIT_SEE)


def test_roles_are_read_from_names_with_commas_between():
    assert roles_named("auditor,top_management") == {Role.AUDITOR, Role.TOP_MANAGEMENT}
    assert roles_named("") == frozenset()
