"""A second factor: codes of an app, recovery codes, and what asks for them."""

import re
import threading
import time
from urllib.parse import urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from audit_app.accounts import factors, limits, second_factor, services
from audit_app.accounts.factor_models import RecoveryCode, SecondFactor
from audit_app.accounts.limits import Counted
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.notifications.models import Notice
from tests.accounts.factors_helper import (
    PAGE,
    code_of,
    codes_in,
    hidden,
    is_in,
    key_of,
    lines,
    password_step,
    said,
    secret_in,
    set_up,
)
from tests.databases import both_databases
from tests.people import PASSWORD

FREE = limits.LIMITS[Counted.ACCOUNT].free


@pytest.fixture
def guarded(app, people):
    """The auditor with an app: (person, key of the app)."""
    secret = set_up(password_step(app, people.auditor))
    return people.auditor, secret


def test_after_the_password_the_code_is_asked_and_it_counts_once(app, guarded):
    person, secret = guarded
    client = password_step(app, person)
    assert client.reply.location.startswith("/tf-validate")
    assert not is_in(client)
    assert "not right" in said(client.post("/tf-validate", data={"code": code_of(secret, -1)})), (
        "used at set-up"
    )
    assert client.post("/tf-validate", data={"code": code_of(secret)}).location == "/"
    assert is_in(client)
    again = password_step(app, person)
    assert "not right" in said(again.post("/tf-validate", data={"code": code_of(secret)}))
    assert not is_in(again)
    (line,) = lines("person.sign_in")[-1:]
    assert line.facts["details"] == {"way": "app"}


@both_databases
def test_of_two_requests_with_one_code_one_comes_in(app, guarded):
    person, secret = guarded
    plain = [FlaskClient(app, app.response_class) for _each in range(4)]  # nothing shared with the test
    clients = [password_step(app, person, client) for client in plain]
    code, found = code_of(secret), []
    start = threading.Barrier(len(clients))

    def bring(client):
        start.wait()
        found.append(client.post("/tf-validate", data={"code": code}).status_code)

    threads = [threading.Thread(target=bring, args=(client,)) for client in clients]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [200, 200, 200, 302]


def test_a_code_of_another_minute_is_wrong(app, guarded):
    person, secret = guarded
    client = password_step(app, person)
    assert "not right" in said(client.post("/tf-validate", data={"code": code_of(secret, 3)}))
    assert "not right" in said(client.post("/tf-validate", data={"code": code_of(secret, -3)}))
    assert "not right" in said(client.post("/tf-validate", data={"code": "letters"}))
    assert client.post("/tf-validate", data={"code": ""}).status_code == 200
    assert not is_in(client)


def test_codes_are_tried_five_times_and_a_right_password_gives_no_more(app, guarded):
    person, secret = guarded
    for _each in range(FREE):
        client = password_step(app, person)
        assert client.reply.location.startswith("/tf-validate"), "the password is not what is paused"
        client.post("/tf-validate", data={"code": "000000"})
    client = password_step(app, person)
    assert "Too many wrong codes" in said(client.post("/tf-validate", data={"code": code_of(secret)}))
    assert "Too many wrong codes" in said(client.post("/mf-recovery", data={"code": "abcd-efgh-jkmn"}))
    assert not is_in(client)
    assert len(lines("sign_in.paused")) == 1


def test_the_password_step_tells_nothing_of_a_factor(app, people, guarded):
    person, _secret = guarded
    told = set()
    for email in (person.email, people.owner.email, "nobody@example.org"):
        client = app.test_client()
        reply = client.post("/login", data={"email": email, "password": "not this one"})
        told.add(
            (reply.status_code, said(reply).replace(email, ""), bool(reply.headers.getlist("Set-Cookie")))
        )
    assert len(told) == 1


def test_pages_between_password_and_code_are_closed_without_a_password(app, people, client_for):
    stranger = app.test_client()
    for path in ("/tf-validate", "/tf-select", "/mf-recovery", "/wan-signin"):
        assert stranger.get(path).location.startswith("/login"), path
    for path in ("/tf-validate", "/tf-select", "/mf-recovery"):
        assert stranger.post(path, data={"code": "123456"}).location.startswith("/login"), path
    inside = client_for(people.auditor)
    for path in ("/tf-validate", "/tf-select", "/mf-recovery", "/wan-signin"):
        assert inside.get(path).location == "/", path
    assert is_in(inside), "going back to such a page signs nobody out"
    for path in ("/tf-setup", "/tf-rescue", "/mf-recovery-codes", "/wan-delete"):
        assert inside.get(path).status_code == 404, path


def test_the_key_is_shown_as_a_picture_and_as_text_and_kept_encrypted(app, people, guarded):
    _person, secret = guarded
    kept = db.session.scalars(select(SecondFactor)).one()
    assert key_of(secret) not in kept.secret
    assert "enckey" in kept.secret
    page = password_step(app, people.owner).get(f"{PAGE}/app")
    key = key_of(secret_in(page))
    assert key in said(page).replace(" ", "").replace("-", "")
    html = page.get_data(as_text=True)
    assert re.search(r'<svg class="qr"[^>]*><path d="M', html)
    assert "data:" not in html
    assert key not in html, "the sealed state hides it"
    assert len(key) == 32, "160 random bits"


def test_a_wrong_first_code_keeps_the_picture(app, people):
    client = password_step(app, people.auditor)
    page = client.get(f"{PAGE}/app")
    reply = client.post(f"{PAGE}/app", data={"state": hidden(page, "state"), "code": "000000"})
    assert reply.status_code == 422
    assert secret_in(reply) == secret_in(page)
    assert "not right" in said(reply)
    assert factors.standing(people.auditor).app_since is None


def test_the_sealed_key_of_somebody_else_or_of_yesterday_is_not_taken(app, people):
    mine, other = password_step(app, people.auditor), password_step(app, people.owner)
    page = other.get(f"{PAGE}/app")
    sent = {"state": hidden(page, "state"), "code": code_of(secret_in(page))}
    assert mine.post(f"{PAGE}/app", data=sent).location == f"{PAGE}/app"
    assert mine.post(f"{PAGE}/app", data={**sent, "state": "x"}).location == f"{PAGE}/app"
    assert mine.post(f"{PAGE}/app", data={}).location == f"{PAGE}/app"
    assert factors.standing(people.auditor).app_since is None


def test_setting_up_ends_other_sessions_and_is_told(app, people):
    other, here = password_step(app, people.auditor), password_step(app, people.auditor)
    assert is_in(other)
    set_up(here)
    assert is_in(here)
    assert not is_in(other)
    assert [each.subject_id for each in lines("factor.app_set")] == [str(people.auditor.id)]
    notice = db.session.scalars(select(Notice).where(Notice.person_id == people.auditor.id)).one()
    assert notice.kind == "factor.set"
    assert here.get("/notices").status_code == 200


def test_a_change_asks_for_the_password_again(app, people, client_for):
    stale = client_for(people.auditor)  # nobody knows when its password was given
    for method, path in [
        ("GET", f"{PAGE}/app"), ("POST", f"{PAGE}/app/remove"), ("POST", f"{PAGE}/codes"),
        ("POST", f"{PAGE}/passkeys/1/remove"), ("GET", "/wan-register"),
    ]:  # fmt: skip
        reply = stale.open(path, method=method)
        assert (reply.status_code, reply.location.split("?")[0]) in {(303, "/verify"), (302, "/verify")}, path
    page = stale.get(f"/verify?next={PAGE}/app")
    assert "Your password once more" in said(page)
    assert "not your password" in said(stale.post(f"/verify?next={PAGE}/app", data={"password": "wrong"}))
    reply = stale.post(f"/verify?next={PAGE}/app", data={"password": PASSWORD})
    assert reply.location.endswith(f"{PAGE}/app")
    set_up(stale)
    with time_machine.travel(time.time() + 60 * second_factor.FRESH_MINUTES + 5):
        assert stale.get(f"{PAGE}/app").location.startswith("/verify")


def test_removing_the_app_lets_the_password_alone_in_again(app, people):
    client = password_step(app, people.auditor)
    set_up(client)
    codes = codes_in(client.post(f"{PAGE}/codes"))
    assert client.post(f"{PAGE}/app/remove").status_code == 303
    assert is_in(client)
    assert password_step(app, people.auditor).reply.location == "/"
    assert db.session.scalars(select(RecoveryCode)).all() == [], "codes stand in for a factor"
    assert len(codes) == second_factor.CODES
    assert client.post(f"{PAGE}/app/remove").status_code == 303, "a second click is told, not an error"


def test_recovery_codes_are_shown_once_kept_hashed_and_count_once(app, people):
    client = password_step(app, people.auditor)
    set_up(client)
    page = client.post(f"{PAGE}/codes")
    codes = codes_in(page)
    assert len(set(codes)) == second_factor.CODES
    assert not any(code in said(client.get(PAGE)) for code in codes)
    kept = db.session.scalars(select(RecoveryCode)).all()
    assert not any(code.replace("-", "") in f"{each.hashed}{each.salt}" for code in codes for each in kept)
    assert "10 codes are left" in said(client.get(PAGE))
    enter = password_step(app, people.auditor)
    assert enter.get("/mf-recovery").status_code == 200
    assert enter.post("/mf-recovery", data={"code": codes[3].upper().replace("-", " ")}).location == "/"
    assert is_in(enter)
    assert "9 codes are left" in said(enter.get(PAGE))
    again = password_step(app, people.auditor)
    assert "not right" in said(again.post("/mf-recovery", data={"code": codes[3]}))
    assert not is_in(again)
    assert len(lines("factor.code_used")) == 1
    assert lines("person.sign_in")[-1].facts["details"] == {"way": "recovery code"}
    client.post(f"{PAGE}/codes")
    late = password_step(app, people.auditor)
    assert "not right" in said(late.post("/mf-recovery", data={"code": codes[4]})), "a new set voids the old"


def test_without_a_factor_there_are_no_recovery_codes(app, people):
    client = password_step(app, people.auditor)
    client.post(f"{PAGE}/codes")
    assert db.session.scalars(select(RecoveryCode)).all() == []


def test_a_key_that_cannot_be_read_any_more_is_no_way_in_and_no_error(app, guarded):
    person, secret = guarded
    other = second_factor.AppCodes(second_factor.keys(Settings(factor_key="another one")), "x")
    second_factor.library()._totp_factory, own = other, second_factor.library()._totp_factory
    try:
        client = password_step(app, person)
        assert "not right" in said(client.post("/tf-validate", data={"code": "123456"}))
    finally:
        second_factor.library()._totp_factory = own
    assert client.post("/tf-validate", data={"code": code_of(secret)}).location == "/"


def test_the_former_secret_key_as_factor_key_keeps_the_apps():
    assert second_factor.keys(Settings(secret_key="old")) == second_factor.keys(
        Settings(secret_key="new", factor_key="old")
    )


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_stays_here(app, guarded, where):
    person, secret = guarded
    client, there = password_step(app, person), {"next": where}
    known = {"email": person.email, "password": PASSWORD}
    for reply in (
        client.post("/tf-validate", query_string=there, data={"code": code_of(secret), **there}),
        app.test_client().post("/login", query_string=there, data=known),
    ):
        assert not re.match(
            r"(\w+:)?//|/\\|javascript", (reply.location or "").removeprefix("http://localhost")
        )


def test_one_comes_back_where_one_wanted_to_go(app, guarded):
    person, secret = guarded
    client = app.test_client()
    data = {"email": person.email, "password": PASSWORD}
    reply = client.post("/login?next=/organisation/profile", data=data)
    reply = client.post(reply.location, data={"code": code_of(secret)})
    assert urlsplit(reply.location).path == "/organisation/profile"


def test_a_new_password_does_not_go_around_the_second_factor(app, people, guarded):
    person, _secret = guarded
    services.set_password(person, "another horse battery", by=people.admin)
    client = password_step(app, person, password="another horse battery")
    assert client.reply.location.startswith("/tf-validate")
    assert not is_in(client)
