"""Nobody comes in by an answer that a provider never gave, gave to somebody else, or lied in."""

import time

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.accounts import provider
from audit_app.accounts.identities import SignInIdentity
from audit_app.core.db import db
from tests.accounts.single_sign_on.lying_provider import CLIENT, Lies, Lying
from tests.accounts.single_sign_on.steps import begun, come, given, said, who, words
from tests.people import PASSWORD, People

LYING = {
    "a nonce of another sign-in": (Lies(claims={"nonce": "of-another"}), "wrong"),
    "no nonce": (Lies(claims={"nonce": None}), "wrong"),
    "a token signed by another key": (Lies(signed_by="another key"), "wrong"),
    "a token that brings its own key": (Lies(signed_by="a key of its own"), "wrong"),
    "alg none": (Lies(signed_by="nobody"), "wrong"),
    "HMAC with the shared secret": (Lies(signed_by="the secret"), "wrong"),
    "HMAC with the public key": (Lies(signed_by="the public key"), "wrong"),
    "a token for somebody else": (Lies(claims={"aud": "other"}), "wrong"),
    "a token for somebody else, given to us": (Lies(claims={"aud": "other", "azp": CLIENT}), "wrong"),
    "a token for several, given to another": (Lies(claims={"aud": [CLIENT, "other"], "azp": "other"}), "wrong"),
    "no audience": (Lies(claims={"aud": None}), "wrong"),
    "a token of another issuer": (Lies(claims={"iss": "https://evil.example.org"}), "wrong"),
    "no issuer": (Lies(claims={"iss": None}), "wrong"),
    "no subject": (Lies(claims={"sub": None}), "wrong"),
    "a subject that is a number": (Lies(claims={"sub": 7}), "wrong"),
    "a subject without end": (Lies(claims={"sub": "x" * 256}), "wrong"),
    "no identity token": (Lies(no_id_token=True), "wrong"),
    "a token that ended": (Lies(claims={"exp": int(time.time()) - 3600}), "clock"),
    "a token without end": (Lies(claims={"exp": None}), "wrong"),
    "a token of tomorrow": (Lies(claims={"iat": int(time.time()) + 86_400}), "clock"),
    "userinfo of another": (Lies(claims={"email": None}, userinfo={"sub": "u-2"}), "wrong"),
    "a discovery document of another": (Lies(metadata={"issuer": "https://evil.example.org"}), "wrong"),
    "no key address": (Lies(metadata={"jwks_uri": None}), "wrong"),
    "keys in the open": (Lies(metadata={"jwks_uri": "http://192.0.2.1/keys"}), "wrong"),
    "secrets asked in the open": (Lies(metadata={"token_endpoint": "http://192.0.2.1/token"}), "wrong"),
    "a page instead of JSON": (Lies(raw={"/.well-known/openid-configuration": (200, "<html>")}), "wrong"),
    "tokens elsewhere": (Lies(raw={"/token": (307, "{}")}), "wrong"),
    "a list of tokens": (Lies(raw={"/token": (200, "[]")}), "wrong"),
    "keys that are none": (Lies(raw={"/keys": (200, '{"keys": [{"kty": "x"}]}')}), "wrong"),
    "our secret is wrong": (Lies(raw={"/token": (401, '{"error": "invalid_client"}')}), "wrong"),
    "broken at the discovery": (Lies(raw={"/.well-known/openid-configuration": (500, "")}), "away"),
    "broken at the token": (Lies(raw={"/token": (503, "")}), "away"),
    "broken at the keys": (Lies(raw={"/keys": (502, "")}), "away"),
}  # fmt: skip


@pytest.mark.parametrize("name", LYING)
def test_nobody_is_signed_in_by(app: Flask, people: People, at: Lying, parsed, name):
    at.lies, reason = LYING[name]
    client = app.test_client()
    reply = client.get("/login/provider")
    if reply.status_code == 303:
        told = given(at.agree(reply.location))
        reply = client.post("/login/provider/back", data={"state": told["state"], "code": told["code"]})
    assert said(reply, parsed) == words(reason)
    assert reply.status_code == {"wrong": 502, "clock": 502, "away": 503}[reason]
    assert who(client) is None
    assert db.session.scalars(select(SignInIdentity)).all() == []
    assert "/elsewhere" not in at.asked
    at.lies = Lies()
    assert come(client, at).status_code == 303  # and right afterwards all is well


@pytest.mark.parametrize("changed", [{"state": "guessed"}, {"state": ""}])
def test_an_answer_to_a_sign_in_that_was_not_begun_here_is_lost(
    app: Flask, people: People, at: Lying, parsed, changed
):
    client = app.test_client()
    reply = come(client, at, **changed)
    assert (reply.status_code, said(reply, parsed), who(client)) == (422, words("lost"), None)
    assert "/token" not in at.asked


def test_an_answer_given_to_one_browser_is_worth_nothing_in_another(app: Flask, people: People, at: Lying):
    answer = given(at.agree(begun(app.test_client())))
    victim = app.test_client()
    begun(victim)
    reply = victim.post("/login/provider/back", data={"state": answer["state"], "code": answer["code"]})
    assert (reply.status_code, who(victim)) == (422, None)
    assert "/token" not in at.asked


def test_a_code_is_worth_nothing_twice(app: Flask, people: People, at: Lying, parsed):
    client = app.test_client()
    answer = given(at.agree(begun(client)))
    with client.session_transaction() as session:
        before = dict(session)
    form = {"state": answer["state"], "code": answer["code"]}
    assert client.post("/login/provider/back", data=form).status_code == 303
    other = app.test_client()
    with other.session_transaction() as session:
        session.update(before)  # somebody kept the cookie of before as well
    reply = other.post("/login/provider/back", data=form)
    assert (reply.status_code, said(reply, parsed), who(other)) == (422, words("lost"), None)


def test_a_code_of_one_sign_in_does_not_fit_the_verifier_of_another(app: Flask, people: People, at: Lying):
    stolen = given(at.agree(begun(app.test_client())))
    client = app.test_client()
    own = given(at.agree(begun(client)))
    reply = client.post("/login/provider/back", data={"state": own["state"], "code": stolen["code"]})
    assert (reply.status_code, who(client)) == (422, None)


def test_an_answer_that_took_too_long_is_lost(app: Flask, people: People, at: Lying, monkeypatch):
    client = app.test_client()
    monkeypatch.setattr(provider.State, "expires_in", -1)
    assert come(client, at).status_code == 422


def test_an_answer_of_another_issuer_is_not_believed(app: Flask, people: People, at: Lying, parsed):
    client = app.test_client()
    reply = come(client, at, iss="https://evil.example.org")
    assert (reply.status_code, said(reply, parsed)) == (502, words("wrong"))
    assert come(client, at, iss=at.url).status_code == 303


@pytest.mark.parametrize(
    "target",
    ["https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "/\tx", "javascript:x"],
)
def test_nobody_is_led_elsewhere(app: Flask, people: People, at: Lying, target):
    client = app.test_client()
    reply = come(client, at, next_=target)
    assert reply.location == "/"
    assert client.get("/login/provider", query_string={"next": target}).location == "/"


def test_a_get_signs_nobody_in(app: Flask, people: People, at: Lying, parsed):
    client = app.test_client()
    page = client.get("/login/provider/back", query_string=given(at.agree(begun(client))))
    form = parsed(page).find(".//form")
    assert (form.get("action"), form.get("method")) == ("/login/provider/back", "post")
    assert who(client) is None
    assert "/token" not in at.asked


def test_the_form_needs_our_token(app: Flask, people: People, at: Lying):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert come(client, at).status_code == 400
    assert who(client) is None


@pytest.mark.parametrize(
    ("error", "reason", "status"),
    [
        ("access_denied", "stopped", 422),
        ("server_error", "away", 503),
        ("invalid_scope", "wrong", 502),
        ("<script>", "wrong", 502),
    ],
)
def test_what_the_provider_refuses_is_a_sentence(
    app: Flask, people: People, at: Lying, parsed, error, reason, status
):
    client = app.test_client()
    told = given(begun(client))
    reply = client.get("/login/provider/back", query_string={"state": told["state"], "error": error})
    assert (reply.status_code, said(reply, parsed)) == (status, words(reason))
    late = client.post("/login/provider/back", data={"state": told["state"], "code": "x"})
    assert (late.status_code, who(client)) == (422, None)


def test_a_provider_that_is_away_or_slow_costs_seconds_and_no_password_sign_in(
    app: Flask, people: People, at: Lying, parsed, monkeypatch
):
    monkeypatch.setattr(provider, "PATIENCE", 0.2)
    at.lies.wait = 1
    client = app.test_client()
    started = time.monotonic()
    reply = client.get("/login/provider")
    assert time.monotonic() - started < 0.9
    assert (reply.status_code, said(reply, parsed), reply.headers["Retry-After"]) == (
        503,
        words("away"),
        "60",
    )
    assert client.post("/login", data={"email": "owner@example.org", "password": PASSWORD}).status_code == 302


def test_many_begun_sign_ins_do_not_fill_the_cookie(app: Flask, people: People, at: Lying):
    client = app.test_client()
    addresses = [begun(client, "/findings/") for _each in range(12)]
    with client.session_transaction() as session:
        assert len([key for key in session if key.startswith("_state_")]) == provider.BEGUN
    told = given(at.agree(addresses[-1]))
    assert client.post("/login/provider/back", data=told).status_code == 303
