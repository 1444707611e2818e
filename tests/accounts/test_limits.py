"""Sign-in tells nothing of who exists, and lets nobody try for long."""

import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from audit_app.accounts import limits, passwords, services
from audit_app.accounts.limits import Counted, SignInTries
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.databases import both_databases
from tests.people import PASSWORD

FREE = limits.LIMITS[Counted.ACCOUNT].free
NOBODY, WRONG = "nobody@example.org", "not this one"


def sign_in(client, email, password=WRONG, address="192.0.2.7"):
    return client.post(
        "/login", data={"email": email, "password": password}, environ_overrides={"REMOTE_ADDR": address}
    )


def notice(reply, parsed):
    return "".join(parsed(reply).find(".//*[@role='alert']").itertext()).strip()


@contextmanager
def counting(monkeypatch):
    """Counts hash verifications; the real ones are made."""
    made, real = [], passwords.verify_and_update_password
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "verify_and_update_password", lambda *given: made.append(1) or real(*given))
        yield made


@pytest.fixture
def closed(people):
    services.deactivate(people.owner2, by=people.admin)
    db.session.commit()
    return people.owner2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_unknown_wrong_and_closed_get_one_reply_for_one_verification(
    app, people, closed, parsed, monkeypatch, language
):
    told = set()
    for email, password in [
        (NOBODY, PASSWORD),
        ("owner@example.org", "not this one"),
        (closed.email, PASSWORD),
        (closed.email, "not this one"),
        ("owner@example.org", "x" * 10_000),
        ("owner@example.org", "\0"),
    ]:
        with counting(monkeypatch) as made:
            client = app.test_client()
            client.get(f"/login?lang={language}")
            reply = sign_in(client, email, password)
        assert len(made) == 1
        told.add((reply.status_code, notice(reply, parsed)))
    assert len(told) == 1
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told.pop()[1]) == (language == "zh")


def test_a_script_is_told_no_more(app, people, closed):
    told = {
        app.test_client()
        .post("/login", json={"email": email, "password": "not this one"})
        .get_data(as_text=True)
        for email in (NOBODY, "owner@example.org", closed.email)
    }
    assert len(told) == 1


@both_databases
@pytest.mark.parametrize("email", ["owner@example.org", NOBODY])
def test_an_account_pauses_whether_it_exists_or_not(app, people, parsed, monkeypatch, email):
    client = app.test_client()
    before = {notice(sign_in(client, email), parsed) for _each in range(FREE)}
    with counting(monkeypatch) as made:
        reply = sign_in(client, f" {email.upper()} ", PASSWORD, "198.51.100.9")
    assert made == []
    assert reply.status_code == 422
    assert notice(reply, parsed) not in before
    lines = db.session.scalars(select(TrailEntry).where(TrailEntry.action == "sign_in.paused")).all()
    assert len(lines) == 1
    assert lines[0].subject_type == ("person" if email != NOBODY else "system")
    assert lines[0].facts["details"] == {"counted": "account", "address": "192.0.2.7"}


def test_after_the_pause_one_more_try_is_free_and_the_next_pause_is_twice_as_long(app, people):
    client = app.test_client()
    for _each in range(FREE):
        sign_in(client, "owner@example.org")
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        sign_in(client, "owner@example.org")
        row = db.session.scalars(select(SignInTries).where(SignInTries.counted == Counted.ACCOUNT)).one()
        assert row.paused_until == now() + timedelta(minutes=2)
    with time_machine.travel(row.paused_until + timedelta(seconds=1)):
        assert sign_in(client, "owner@example.org", PASSWORD).status_code == 302
    db.session.refresh(row)
    assert (row.tries, row.paused_until) == (0, None)


def test_no_pause_is_longer_than_a_quarter_of_an_hour():
    assert limits.LIMITS[Counted.ACCOUNT].pause(10**6) == timedelta(minutes=15)


def test_an_address_pauses_after_tries_at_many_accounts_and_one_good_account_does_not_help(app, people):
    free, client = limits.LIMITS[Counted.ADDRESS].free, app.test_client()
    for number in range(free - 1):
        sign_in(client, f"guess{number}@example.org", address="2001:db8::1")
    other = app.test_client()
    assert sign_in(other, "owner@example.org", PASSWORD, "2001:db8::2").status_code == 302  # the same /64
    sign_in(client, "one-more@example.org", address="2001:db8::3")
    assert sign_in(app.test_client(), "owner2@example.org", PASSWORD, "2001:db8::4").status_code == 422
    assert sign_in(app.test_client(), "owner2@example.org", PASSWORD, "2001:db8:0:1::4").status_code == 302


def test_a_new_password_from_an_administrator_ends_the_pause(app, people):
    client = app.test_client()
    for _each in range(FREE):
        sign_in(client, "owner@example.org")
    services.set_password(people.owner, "zebra lamp otter", by=people.admin)
    db.session.commit()
    assert sign_in(client, "owner@example.org", "zebra lamp otter").status_code == 302


def test_the_old_password_is_not_guessed_in_an_open_session_either(people, client_for):
    client = client_for(people.owner)
    facts = {"new_password": "zebra lamp otter", "new_password_confirm": "zebra lamp otter"}
    for number in range(FREE):
        client.post("/change", data={"password": f"guess {number}", **facts})
    client.post("/change", data={"password": PASSWORD, **facts})
    db.session.expire_all()
    assert passwords.right(people.owner, PASSWORD)


def test_what_was_typed_is_kept_as_a_keyed_hash_only(app, people):
    sign_in(app.test_client(), "my-secret-typed-here@example.org")
    rows = db.session.scalars(select(SignInTries)).all()
    assert {len(row.key) for row in rows} == {64}


def test_counts_of_long_ago_are_thrown_away(app, people):
    sign_in(app.test_client(), NOBODY)
    with time_machine.travel(now() + timedelta(hours=25)):
        sign_in(app.test_client(), "owner@example.org")
    assert len(db.session.scalars(select(SignInTries)).all()) == 2


@both_databases
def test_of_many_tries_at_the_same_moment_only_the_free_ones_reach_the_password(app, people, monkeypatch):
    start = threading.Barrier(12)

    def attempt():
        client = FlaskClient(app, app.response_class)  # nothing shared with the test
        start.wait()
        sign_in(client, "owner@example.org")

    with counting(monkeypatch) as made:
        threads = [threading.Thread(target=attempt) for _each in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(made) == FREE
