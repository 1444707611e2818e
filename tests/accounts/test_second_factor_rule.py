"""Roles that must have a second factor, and who takes a lost one away."""

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from audit_app import cli
from audit_app.accounts import factors
from audit_app.accounts.permissions import Role
from audit_app.core.db import db
from audit_app.notifications.models import Notice
from tests.accounts.factors_helper import PAGE, code_of, is_in, lines, password_step, said, set_up


@pytest.fixture
def guarded(app, people):
    """The auditor with an app: (person, key of the app)."""
    secret = set_up(password_step(app, people.auditor))
    return people.auditor, secret


def demand(client, *roles):
    return client.post("/organisation/second-factor", data={"roles": [str(role) for role in roles]})


def test_who_must_have_one_is_led_to_it_before_anything_else(app, people, client_for):
    auditor, owner = client_for(people.auditor), client_for(people.owner)
    assert is_in(auditor)
    assert demand(client_for(people.admin), Role.AUDITOR).status_code == 303
    for path in ("/", "/organisation/profile", "/findings/", "/login"):
        assert auditor.get(path).location == PAGE, path
    assert auditor.post("/organisation/profile", data={"name": "X"}).location == PAGE
    page = auditor.get(PAGE)
    assert "must have a second factor" in said(page)
    assert auditor.post("/organisation/language", data={"language": "zh"}).status_code == 303
    assert "第二重验证" in said(auditor.get(PAGE))
    auditor.post("/organisation/language", data={"language": "en"})
    assert is_in(owner), "only the roles named"
    fresh = password_step(app, people.auditor)
    set_up(fresh)
    assert is_in(fresh)
    assert lines("organisation.second_factor")[-1].facts["changes"]["second_factor_roles"] == ["", "auditor"]
    assert auditor.post("/logout").status_code == 302


def test_a_tablet_is_told_as_if_signed_out_and_hands_in_by_ticket(app, people, client_for):
    tablet = client_for(people.auditor)
    demand(client_for(people.admin), Role.AUDITOR)
    for reply in (tablet.get("/sync/hello?device=x"), tablet.post("/sync", json={"items": []})):
        assert (reply.status_code, reply.json["error"]) == (401, "signed_out")
    reply = tablet.post("/sync/deposit", json={})
    assert (reply.status_code, reply.json["error"]) == (401, "ticket"), (
        "the door itself answers, not the gate"
    )


def test_the_page_of_the_rule_names_who_has_none(app, people, client_for):
    admin = client_for(people.admin)
    demand(admin, Role.AUDITOR, Role.PROCESS_OWNER)
    page = said(admin.get("/organisation/second-factor"))
    assert people.auditor.name in page
    assert people.manager.name not in page
    assert client_for(people.owner).post("/organisation/second-factor", data={}).status_code in (303, 403)


def test_an_administrator_resets_a_lost_factor(app, people, guarded, client_for):
    person, _secret = guarded
    inside = client_for(person)
    admin = client_for(people.admin)
    assert "Reset the second factor" in said(admin.get(f"/organisation/people/{person.id}"))
    assert client_for(people.owner).post(f"/organisation/people/{person.id}/factor").status_code == 403
    assert admin.post(f"/organisation/people/{person.id}/factor").status_code == 303
    assert not is_in(inside)
    assert password_step(app, person).reply.location == "/"
    (line,) = lines("factor.reset")
    assert (line.actor_id, line.subject_id) == (people.admin.id, str(person.id))
    kinds = set(db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)))
    assert "factor.reset" in kinds


def test_nobody_resets_their_own_where_no_password_is_asked(app, people, client_for):
    client = password_step(app, people.admin)
    set_up(client)
    client.post(f"/organisation/people/{people.admin.id}/factor")
    assert factors.standing(people.admin).any


def test_an_ended_account_does_not_come_in_by_the_second_step(app, people, guarded, client_for):
    person, secret = guarded
    client = password_step(app, person)
    client_for(people.admin).post(f"/organisation/people/{person.id}/access/end")
    client.post("/tf-validate", data={"code": code_of(secret)})
    assert not is_in(client)


def test_the_command_resets_what_no_administrator_can(tmp_path):
    def run(*words):
        return CliRunner().invoke(cli.main, [*words, "--data", str(tmp_path / "own")])

    def asked(statement):
        with closing(sqlite3.connect(tmp_path / "own/audit.db")) as connection, connection:
            return connection.execute(statement).fetchall()

    assert run("create-admin", "ada@example.org").exit_code == 0
    asked(
        "INSERT INTO second_factor (person_id, method, secret, set_at) VALUES (1, 'authenticator', '{}', '2026-12-01')"
    )
    before = asked("SELECT fs_uniquifier FROM person")
    done = run("reset-factor", "ADA@example.org")
    assert (done.exit_code, "by password alone" in done.output) == (0, True), done.output
    assert asked("SELECT * FROM second_factor") == []
    assert asked("SELECT fs_uniquifier FROM person") != before
    assert asked("SELECT actor_id FROM trail_entry WHERE action = 'factor.reset'") == [(None,)]
    assert "No second factor" in run("reset-factor", "ada@example.org").output
    assert run("reset-factor", "nobody@example.org").exit_code == 1
