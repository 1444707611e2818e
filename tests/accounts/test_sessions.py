"""Sessions are rows: they are listed, ended by hand, by what changes, and by time; a copied cookie ends with its row."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from audit_app import create_app
from audit_app.accounts import agents, services, sessions
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.accounts.session_models import SignInSession, Why
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests import signed_in
from tests.databases import both_databases
from tests.people import PASSWORD, People

ClientFor = Callable[[Person], FlaskClient]
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
NEW = "three wet horses sing"


def sign_in(
    app: Flask, person: Person, *, stays: bool = False, client: Any = None, agent: str = IPAD
) -> FlaskClient:
    """A browser that signs in by the form."""
    client = client or app.test_client()
    data = {"email": person.email, "password": PASSWORD} | ({"remember": "y"} if stays else {})
    reply = client.post(
        "/login", data=data, headers={"User-Agent": agent}, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert reply.status_code == 302
    return client


def copied(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser into which the cookie was copied."""
    other = app.test_client()
    other.set_cookie("session", client.get_cookie("session").value)  # type: ignore[union-attr]
    return other


def rows(person: Person) -> list[SignInSession]:
    query = select(SignInSession).where(SignInSession.person_id == person.id)
    return list(db.session.scalars(query.order_by(SignInSession.id)))


def is_in(client: FlaskClient) -> bool:
    return client.get("/organisation/profile").status_code == 200


def actions() -> list[str]:
    return list(db.session.scalars(select(TrailEntry.action).order_by(TrailEntry.seq)))


@both_databases
def test_signing_in_begins_a_row_whose_secret_only_the_browser_has(app: Flask, people: People):
    client = sign_in(app, people.owner)
    (row,) = rows(people.owner)
    assert (row.device, row.address, row.stays, row.ended_at) == ("Safari · iPad", "192.0.2.7", False, None)
    with client.session_transaction() as session:
        secret = session[sessions.SECRET]
    assert row.secret_sha256 == sessions.hashed(secret) != secret
    assert len(secret) >= 43  # 256 bits
    assert is_in(client)


def test_a_cookie_without_its_row_or_with_the_secret_of_somebody_else_opens_nothing(
    app: Flask, people: People
):
    client = sign_in(app, people.owner)
    other = signed_in.cookie(people.lead)
    for change in (
        {sessions.SECRET: None},
        {sessions.SECRET: "x"},
        {sessions.SECRET: 7},
        {sessions.SECRET: other[sessions.SECRET]},
    ):
        thief = copied(app, client)
        with thief.session_transaction() as session:
            session.update(change)
        assert not is_in(thief), change
    assert is_in(client)


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, people: People):
    client = sign_in(app, people.owner)
    thief = copied(app, client)
    assert is_in(thief)
    assert client.post("/logout").status_code == 302
    assert not is_in(thief)
    assert not is_in(client)
    assert rows(people.owner)[0].why is Why.SIGNED_OUT
    assert actions()[-1] == "person.sign_out"


def test_signing_in_renews_the_session_and_ends_the_one_before(app: Flask, people: People):
    client = sign_in(app, people.owner)
    thief = copied(app, client)
    with client.session_transaction() as session:
        session.pop("_user_id")  # as a browser that only lost who it is
    sign_in(app, people.owner, client=client)
    first, second = rows(people.owner)
    assert (first.why, second.ended_at) == (Why.RENEWED, None)
    assert first.secret_sha256 != second.secret_sha256
    assert is_in(client)
    assert not is_in(thief)


def test_stay_signed_in_makes_the_cookie_last_as_long_as_the_session_and_sets_no_other(
    app: Flask, people: People
):
    client = app.test_client()
    data = {"email": people.owner.email, "password": PASSWORD, "remember": "y"}
    reply = client.post("/login", data=data)
    names = [each.partition("=")[0] for each in reply.headers.getlist("Set-Cookie")]
    assert names == ["session"]
    (row,) = rows(people.owner)
    assert row.stays
    assert row.ends_at - row.begun_at == timedelta(days=30)
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert cookie.expires is not None
    assert abs(cookie.expires - row.ends_at) < timedelta(seconds=2)
    with time_machine.travel(row.ends_at - timedelta(minutes=1)):
        assert is_in(client)
    with time_machine.travel(row.ends_at + timedelta(minutes=1)):
        assert not is_in(copied(app, client))


def test_without_it_the_cookie_goes_with_the_browser_and_the_session_ends_unused(app: Flask, people: People):
    client = sign_in(app, people.owner)
    assert client.get_cookie("session").expires is None  # type: ignore[union-attr]
    (row,) = rows(people.owner)
    with time_machine.travel(row.begun_at + timedelta(hours=11, minutes=59)):
        assert is_in(client)
    with time_machine.travel(row.begun_at + timedelta(hours=23, minutes=55)):
        assert is_in(client)  # it was used in between
        assert sessions.open_of(people.owner)
    with time_machine.travel(row.begun_at + timedelta(hours=24, minutes=1)):
        assert not is_in(client)  # however much it is used
        assert not sessions.open_of(people.owner)


def test_an_unused_session_ends_after_the_hours_of_the_settings(app: Flask, people: People):
    client = sign_in(app, people.owner)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=12, minutes=1)):
        assert not is_in(client)


def test_flask_logins_own_cookie_of_before_opens_nothing(app: Flask, people: People):
    from flask_login.utils import encode_cookie

    client = app.test_client()
    client.set_cookie("remember_token", encode_cookie(people.owner.fs_uniquifier))
    assert not is_in(client)


def test_no_token_in_a_header_or_an_address_opens_anything(app: Flask, people: People):
    client = app.test_client()
    data = {"email": people.owner.email, "password": PASSWORD}
    reply = client.post("/login?include_auth_token", json=data)
    token = ((reply.json or {}).get("response", {}).get("user", {})).get("authentication_token", "")
    with app.test_request_context("/"):
        token = token or people.owner.get_auth_token()
    stranger = app.test_client()
    assert stranger.get("/organisation/profile", headers={"Authentication-Token": token}).status_code == 302
    assert stranger.get(f"/organisation/profile?auth_token={token}").status_code == 302


@both_databases
def test_a_new_password_ends_all_other_sessions_and_renews_this_one(app: Flask, people: People):
    here, there = sign_in(app, people.owner, stays=True), sign_in(app, people.owner)
    thief = copied(app, here)
    reply = here.post(
        "/change", data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    )
    assert reply.status_code == 302
    assert (is_in(here), is_in(there), is_in(thief)) == (True, False, False)
    first, second, third = rows(people.owner)
    assert (first.why, second.why, third.why) == (Why.RENEWED, Why.PASSWORD, None)
    assert third.stays


@pytest.mark.parametrize("verb", ["roles", "deactivate", "password", "valid_until"])
def test_what_changes_rights_ends_every_session(app: Flask, people: People, verb: str):
    first, second = sign_in(app, people.owner), sign_in(app, people.owner, stays=True)
    p = people.owner
    facts: dict[str, Any] = {
        "email": p.email,
        "name": p.name,
        "department": p.department,
        "language": p.language,
        "by": people.admin,
    }
    if verb == "roles":
        services.edit_person(p, roles=[Role.AUDITOR], **facts)
    elif verb == "valid_until":
        services.edit_person(p, roles=p.role_set, valid_until=today() + timedelta(days=9), **facts)
    elif verb == "deactivate":
        services.deactivate(p, by=people.admin)
    else:
        services.set_password(p, NEW, by=people.admin)
    db.session.commit()
    assert not is_in(first)
    assert not is_in(second)
    assert {row.why for row in rows(p)} == {Why.PASSWORD if verb == "password" else Why.RIGHTS}


def test_the_day_after_which_access_ends_is_the_last_one(app: Flask, people: People):
    people.owner.valid_until = today()
    db.session.commit()
    client = sign_in(app, people.owner, stays=True)
    assert is_in(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert not is_in(client)
        reply = app.test_client().post("/login", data={"email": people.owner.email, "password": PASSWORD})
        assert "The e-mail address or the password is not right." in reply.text


def test_one_sees_ones_sessions_and_ends_one_or_all_others(app: Flask, people: People, parsed: Any):
    people.owner.language = "en"
    here, pad, desk = (
        sign_in(app, people.owner, agent=agent) for agent in (IPAD, "Firefox/140.0 (Windows NT 10.0)", "?")
    )
    page = here.get("/devices")
    parsed(page)
    for words in ("Safari · iPad", "Firefox · Windows", "Unknown browser", "192.0.2.7", "this device"):
        assert words in page.text, words
    second, third = rows(people.owner)[1:]
    assert here.post(f"/devices/{second.id}/end").status_code == 303
    assert (is_in(here), is_in(pad), is_in(desk)) == (True, False, True)
    assert here.post(f"/devices/{second.id}/end").status_code == 404
    assert here.post("/devices/end").status_code == 303
    assert (is_in(here), is_in(desk)) == (True, False)
    assert rows(people.owner)[2].why is Why.BY_HAND
    assert {"person.end_session", "person.end_sessions"} <= set(actions())
    assert rows(people.owner)[2].ended_by_id == people.owner.id
    assert third.id not in {row.id for row in sessions.open_of(people.owner)}


def test_nobody_ends_the_session_of_somebody_else(app: Flask, people: People, client_for: ClientFor):
    client = sign_in(app, people.owner)
    (row,) = rows(people.owner)
    for person in (people.lead, people.manager, people.boss):
        assert client_for(person).post(f"/devices/{row.id}/end").status_code == 404
        assert client_for(person).get(f"/people/{people.owner.id}/devices").status_code == 403
        assert client_for(person).post(f"/people/{people.owner.id}/devices/{row.id}/end").status_code == 403
    assert is_in(client)


def test_an_administrator_sees_and_ends_the_sessions_of_a_person(
    app: Flask, people: People, client_for: ClientFor, parsed: Any
):
    admin, first, second = client_for(people.admin), sign_in(app, people.owner), sign_in(app, people.owner)
    address = f"/people/{people.owner.id}/devices"
    page = admin.get(address)
    parsed(page)
    assert page.text.count("Safari · iPad") == 2
    assert admin.post(f"{address}/{rows(people.owner)[0].id}/end").status_code == 303
    assert (is_in(first), is_in(second)) == (False, True)
    assert admin.post(f"{address}/end").status_code == 303
    assert not is_in(second)
    assert is_in(admin)
    assert rows(people.owner)[1].ended_by_id == people.admin.id
    other = rows(people.admin)[0]
    assert admin.post(f"{address}/{other.id}/end").status_code == 404  # not this person's


@both_databases
def test_a_session_in_use_is_written_down_every_few_minutes_and_not_oftener(app: Flask, people: People):
    client = sign_in(app, people.owner)
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))

    def writes(minutes: int) -> int:
        sent.clear()
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            assert is_in(client)
        return len([each for each in sent if each.startswith("UPDATE sign_in_session")])

    begun = rows(people.owner)[0].begun_at
    db.session.rollback()
    assert [writes(minutes) for minutes in (1, 4, 6, 8, 10, 12)] == [0, 0, 1, 0, 0, 1]
    assert rows(people.owner)[0].seen_at == begun + timedelta(minutes=12)


def test_a_page_does_not_wait_for_somebody_who_writes(app: Flask, people: People):
    client = sign_in(app, people.owner)
    begun = rows(people.owner)[0].begun_at
    db.session.rollback()
    with db.engine.connect() as writer:
        writer.execute(text("UPDATE person SET job_title = 'x'"))  # holds the one lock of SQLite
        with time_machine.travel(begun + timedelta(minutes=9)):
            before = datetime.now(UTC)
            assert contents_of(client) == 200
            assert datetime.now(UTC) - before < timedelta(seconds=5)
        writer.rollback()
    assert rows(people.owner)[0].seen_at == begun


def contents_of(client: FlaskClient) -> int:
    """A page asked for beside a transaction of the test, which the client would otherwise commit."""
    import contextvars

    reply = contextvars.Context().run(FlaskClient.open, client, "/organisation/profile", buffered=True)
    return int(reply.status_code)


@both_databases
def test_what_ended_long_ago_is_forgotten_and_nothing_else(app: Flask, people: People):
    sign_in(app, people.owner)
    ended = signed_in.cookie(
        people.owner, begun_at=now(), ended_at=now() - timedelta(days=91), why=Why.SIGNED_OUT
    )
    signed_in.cookie(people.owner, ends_at=now() - timedelta(days=91))
    kept = signed_in.cookie(people.owner, ended_at=now() - timedelta(days=89), why=Why.SIGNED_OUT)
    db.session.commit()
    assert sessions.forget_old() == 2
    left = {row.secret_sha256 for row in rows(people.owner)}
    assert sessions.hashed(kept[sessions.SECRET]) in left
    assert sessions.hashed(ended[sessions.SECRET]) not in left
    assert len(left) == 2


@pytest.mark.parametrize(
    ("said", "short"),
    [
        (IPAD, "Safari · iPad"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari · Mac"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116 Mobile Safari/537.36 XWEB MicroMessenger/8.0.49", "WeChat · Android"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116 Mobile Safari/537.36 wxwork/4.1 MicroMessenger/7.0", "WeCom · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8", ""),
        ("<script>alert(1)</script>", ""),
    ],
)  # fmt: skip
def test_browser_and_system_in_a_few_letters(said: str, short: str):
    assert agents.short(said) == short


def test_the_cookie_is_bound_to_this_host_when_it_stays_too(settings: Any, people: People):
    settings.secure_cookies = True
    other = create_app(settings)
    other.config["WTF_CSRF_ENABLED"] = False
    data = {"email": people.owner.email, "password": PASSWORD, "remember": "y"}
    db.session.commit()
    reply = other.test_client().post("/login", data=data, base_url="https://localhost")
    (cookie,) = reply.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Expires=" in cookie
    with other.app_context():
        db.engine.dispose()
