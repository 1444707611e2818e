"""Single sign-on against a provider that keeps the protocol and lies where a test asks it to."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app import create_app
from audit_app.accounts import identities, provider, services
from audit_app.accounts.identities import SignInIdentity
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.accounts.single_sign_on import SECOND_FACTOR, SENTENCES
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.accounts.lying_provider import CLIENT, SECRET, Lies, Lying, lying
from tests.people import PASSWORD, People

GROUPS = {
    "oidc_roles_claim": "realm_access.roles",
    "oidc_roles": "IT-Audit=auditor, lead_auditor; 管理层=top_management",
}


@pytest.fixture(scope="module")
def served() -> Iterator[Lying]:
    with lying() as made:
        yield made


@pytest.fixture
def at(served: Lying) -> Lying:
    """The provider, telling the truth about Olga Owner."""
    served.lies, served.asked, served.codes = Lies(), [], {}
    served.person = {"sub": "u-1", "email": "owner@example.org", "email_verified": True, "name": "Olga O."}
    return served


@pytest.fixture
def extra() -> dict[str, object]:
    """Settings of one test, see :func:`with_settings`."""
    return {}


@pytest.fixture
def settings(settings: Settings, at: Lying, extra: dict[str, object]) -> Settings:
    settings.base_url = "http://localhost"
    settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret = at.url, CLIENT, SECRET
    settings.oidc_name_en, settings.oidc_name_zh = "Harbour ID", "海港统一认证"
    for name, value in extra.items():
        setattr(settings, name, value)
    return settings


def with_settings(**values):
    return pytest.mark.parametrize("extra", [values], ids=["set"])


def begun(client, next_: str = "") -> str:
    """Press the button; the provider's address."""
    reply = client.get("/login/provider", query_string={"next": next_} if next_ else {})
    assert reply.status_code == 303, reply.text
    return reply.location


def given(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come(client, at: Lying, next_: str = "", **changed: str):
    """The whole way; the last reply."""
    answer = at.agree(begun(client, next_), **changed)
    page = client.get("/login/provider/back", query_string=given(answer))
    if page.status_code != 200:
        return page
    told = given(answer)
    return client.post("/login/provider/back", data={"state": told["state"], "code": told["code"]})


def said(reply, parsed) -> str:
    return "".join(parsed(reply).find(".//*[@role='alert']").itertext()).strip()


def words(reason: str, name: str = "Harbour ID") -> str:
    return str(SENTENCES[reason]) % {"name": name}


def who(client) -> str | None:
    with client.session_transaction() as session:
        return session.get("_user_id")


def lines(action: str) -> list[TrailEntry]:
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.action == action)))


def test_without_settings_there_is_no_button_and_no_address(
    settings: Settings, people: People, tmp_path: Path
):
    plain = Settings(
        data_dir=tmp_path / "plain", database_url=settings.database_url, secret_key="x" * 40, testing=True
    )
    client = create_app(plain).test_client()
    assert "/login/provider" not in client.get("/login").text
    for method, path in [("get", ""), ("get", "/back"), ("post", "/back"), ("get", "/leave")]:
        assert getattr(client, method)(f"/login/provider{path}").status_code in (404, 400), path
    assert client.get("/login/provider").status_code == 404


def test_the_first_sign_in_binds_by_the_confirmed_address_and_the_trail_says_so(
    app: Flask, people: People, at: Lying
):
    client = app.test_client()
    reply = come(client, at, next_="/findings/?q=a")
    assert (reply.status_code, reply.location) == (303, "/findings/?q=a")
    assert who(client) == people.owner.fs_uniquifier
    assert client.get("/organisation/").status_code == 200
    bound = db.session.scalars(select(SignInIdentity)).one()
    assert (bound.person_id, bound.issuer, bound.subject) == (people.owner.id, at.url, "u-1")
    [line] = lines("person.bind")
    assert line.facts["details"] == {"issuer": at.url, "known_as": "u-1", "way": "address"}
    [line] = lines("person.sign_in")
    assert (line.actor_id, line.facts["details"]) == (people.owner.id, {"way": "provider"})
    assert people.owner.last_seen_at is not None


def test_what_is_asked_of_the_provider_has_state_nonce_and_a_challenge(app: Flask, people: People):
    first, second = given(begun(app.test_client())), given(begun(app.test_client()))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["scope"] == "openid profile email"
    assert first["redirect_uri"] == "http://localhost/login/provider/back"
    assert "client_secret" not in first
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 20
        assert first[name] != second[name]


def test_afterwards_issuer_and_subject_count_and_the_address_does_not(app: Flask, people: People, at: Lying):
    come(app.test_client(), at)
    at.person |= {"email": "new-name@example.org", "email_verified": False}
    client = app.test_client()
    come(client, at)
    assert who(client) == people.owner.fs_uniquifier
    assert people.owner.email == "owner@example.org"
    assert len(lines("person.bind")) == 1


def test_a_newcomer_with_an_address_that_was_somebody_elses_does_not_get_the_account(
    app: Flask, people: People, at: Lying, parsed
):
    come(app.test_client(), at)
    at.person["sub"] = "u-2"
    client = app.test_client()
    reply = come(client, at)
    assert (reply.status_code, said(reply, parsed), who(client)) == (422, words("taken"), None)


@pytest.mark.parametrize("told", [False, None, "false", 1, "yes"])
def test_an_address_that_is_not_confirmed_binds_nothing(app: Flask, people: People, at: Lying, parsed, told):
    at.person["email_verified"] = told
    client = app.test_client()
    reply = come(client, at)
    assert (reply.status_code, said(reply, parsed), who(client)) == (422, words("unconfirmed"), None)
    assert db.session.scalars(select(SignInIdentity)).all() == []


@with_settings(oidc_trust_addresses=True)
def test_addresses_of_which_nothing_is_said_count_only_by_setting_and_a_no_stays_a_no(
    app: Flask, people: People, at: Lying
):
    at.person["email_verified"] = False
    assert come(app.test_client(), at).status_code == 422
    del at.person["email_verified"]
    assert come(app.test_client(), at).status_code == 303


@with_settings(oidc_provision=True, oidc_default_role="read_only")
def test_a_letter_that_only_looks_like_ours_is_another_mailbox(app: Flask, people: People, at: Lying):
    services.add_person("kim@example.org", "Kim", {Role.AUDITOR}, password=PASSWORD, by=people.admin)
    at.person |= {"sub": "u-9", "email": "\u212aim@example.org"}  # Kelvin sign: “k” in lower case
    client = app.test_client()
    reply = come(client, at)
    assert (reply.status_code, who(client)) == (422, None)
    assert db.session.scalars(select(SignInIdentity)).all() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_somebody_unknown_is_told_what_to_do(app: Flask, people: People, at: Lying, parsed, language):
    at.person |= {"sub": "u-3", "email": "stranger@example.org"}
    client = app.test_client()
    client.get(f"/login?lang={language}")
    reply = come(client, at)
    assert reply.status_code == 422
    assert {"en": "Harbour ID knows you", "zh": "海港统一认证 认识您"}[language] in said(reply, parsed)
    assert db.session.scalars(select(Person).where(Person.email == "stranger@example.org")).all() == []


@with_settings(oidc_provision=True, **GROUPS)
def test_an_account_is_made_with_the_roles_of_the_groups(app: Flask, people: People, at: Lying, parsed):
    at.person = {
        "sub": "u-4", "email": "Xu.Li@Example.org", "email_verified": True, "name": "徐丽", "locale": "zh-CN",
        "realm_access": {"roles": ["IT-Audit", "管理层", "offline_access"]},
    }  # fmt: skip
    client = app.test_client()
    assert come(client, at).status_code == 303
    made = db.session.scalars(select(Person).where(Person.email == "xu.li@example.org")).one()
    assert (made.name, made.language) == ("徐丽", "zh")
    assert made.role_set == {Role.AUDITOR, Role.LEAD_AUDITOR, Role.TOP_MANAGEMENT}
    assert [line.facts["details"]["way"] for line in lines("person.bind")] == ["new"]
    assert client.get("/organisation/").status_code == 200

    at.person["realm_access"] = {"roles": ["管理层"]}
    again = app.test_client()
    come(again, at)
    assert made.role_set == {Role.TOP_MANAGEMENT}
    [line] = lines("person.roles")
    assert line.facts["details"]["roles"] == [
        ["auditor", "lead_auditor", "top_management"],
        ["top_management"],
    ]
    assert client.get("/organisation/").status_code == 302  # who came with the former roles signs in again
    assert again.get("/organisation/").status_code == 200

    at.person["realm_access"] = {"roles": ["offline_access"]}
    third = app.test_client()
    reply = come(third, at)
    assert (reply.status_code, said(reply, parsed), who(third)) == (422, words("no_role"), None)
    assert made.role_set == {Role.TOP_MANAGEMENT}


@with_settings(oidc_provision=True, oidc_default_role="read_only", **GROUPS)
def test_groups_may_be_told_by_userinfo_only_and_others_get_the_default_role(
    app: Flask, people: People, at: Lying
):
    at.person = {
        "sub": "u-5",
        "email": "u5@example.org",
        "email_verified": True,
        "realm_access": {"roles": ["IT-Audit"]},
    }
    at.lies.claims = {"realm_access": None, "email": None, "email_verified": None}
    come(app.test_client(), at)
    at.person = {"sub": "u-6", "email": "u6@example.org", "email_verified": True}
    come(app.test_client(), at)
    roles = {each.email: each.role_set for each in db.session.scalars(select(Person))}
    assert roles["u5@example.org"] == {Role.AUDITOR, Role.LEAD_AUDITOR}
    assert roles["u6@example.org"] == {Role.READ_ONLY}


@with_settings(**GROUPS)
def test_the_last_administrator_stays_one_whatever_the_groups_say(app: Flask, people: People, at: Lying):
    at.person |= {"email": "admin@example.org", "realm_access": {"roles": ["管理层"]}}
    come(app.test_client(), at)
    assert people.admin.role_set == {Role.ADMINISTRATOR, Role.TOP_MANAGEMENT}


def test_without_a_mapping_roles_are_given_here(app: Flask, people: People, at: Lying):
    come(app.test_client(), at)
    assert people.owner.role_set == {Role.PROCESS_OWNER}
    assert lines("person.roles") == []


@pytest.mark.parametrize("bound_before", [True, False])
def test_an_ended_account_stays_closed(app: Flask, people: People, at: Lying, parsed, bound_before):
    if bound_before:
        come(app.test_client(), at)
    services.deactivate(people.owner, by=people.admin)
    client = app.test_client()
    reply = come(client, at)
    assert (reply.status_code, said(reply, parsed), who(client)) == (422, words("closed"), None)
    assert not people.owner.active


def test_an_administrator_takes_an_account_off_and_the_next_address_binds_anew(
    app: Flask, people: People, at: Lying, client_for, parsed
):
    come(app.test_client(), at)
    at.person["sub"] = "u-1-new"
    client = client_for(people.admin)
    page = client.get(f"/organisation/people/{people.owner.id}")
    assert "u-1" in "".join(parsed(page).find(".//*[@id='provider']").itertext())
    door = f"/organisation/people/{people.owner.id}/provider"
    assert client_for(people.manager).post(door).status_code == 403
    assert client.post(door).status_code == 303
    assert len(lines("person.unbind")) == 1
    assert come(app.test_client(), at).status_code == 303
    assert db.session.scalars(select(SignInIdentity.subject)).all() == ["u-1-new"]


# --- the second factor ---


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd"]}, False),
        ({}, False),
        ({"acr": "mfa"}, True),
        ({"amr": "mfa"}, None),
    ],
)
def test_the_session_knows_whether_the_provider_asked_for_a_second_factor(
    app: Flask, people: People, at: Lying, told, counts
):
    at.lies.claims = told
    client = app.test_client()
    come(client, at)
    with client.session_transaction() as session:
        assert (SECOND_FACTOR in session) is bool(counts)
    client.post("/logout")
    client.post("/login", data={"email": "owner2@example.org", "password": PASSWORD})
    with client.session_transaction() as session:
        assert SECOND_FACTOR not in session
        assert session["_user_id"] == people.owner2.fs_uniquifier


# --- attacks ---

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


# --- who may still use a password ---


@with_settings(password_sign_in="administrators")
def test_passwords_may_be_for_administrators_only_and_the_refusal_tells_nothing(
    app: Flask, people: People, parsed
):
    client = app.test_client()
    page = client.get("/login").text
    assert "administrators: with a password" in page
    right = client.post("/login", data={"email": "owner@example.org", "password": PASSWORD})
    wrong = client.post("/login", data={"email": "owner@example.org", "password": "not this one"})
    assert said(right, parsed) == said(wrong, parsed)
    assert client.post("/login", data={"email": "admin@example.org", "password": PASSWORD}).status_code == 302


@with_settings(password_sign_in="administrators")
def test_a_right_password_that_is_not_asked_for_counts_as_a_wrong_one(app: Flask, people: People, parsed):
    client = app.test_client()
    for _try in range(6):
        reply = client.post("/login", data={"email": "owner@example.org", "password": PASSWORD})
    assert "Too many" in said(reply, parsed)


# --- leaving ---


@pytest.mark.parametrize("wanted", [True, False])
def test_signing_out_ends_our_session_and_leads_to_the_providers_by_setting(
    app: Flask, settings: Settings, people: People, at: Lying, parsed, wanted
):
    settings.oidc_logout = wanted
    client = app.test_client()
    come(client, at)
    assert client.post("/logout").status_code == 302
    assert who(client) is None
    link = parsed(client.get("/login")).find(".//a[@data-go-on]")
    assert (link is not None) is wanted
    assert "data-go-on" not in client.get("/login").text  # told once
    if wanted:
        address = client.get(link.get("href")).location
        assert address.startswith(at.url + "/leave?")
        assert given(address)["post_logout_redirect_uri"] == "http://localhost/login"
        assert given(address)["client_id"] == CLIENT


# --- settings ---


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"oidc_issuer": "http://id.example.org"}, "OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({"oidc_roles": "a=auditor"}, "OIDC_ROLES_CLAIM"),
        ({"oidc_roles_claim": "g", "oidc_roles": "a=chief"}, "chief"),
        ({"oidc_roles_claim": "g", "oidc_roles": "auditor"}, "group=role"),
        ({"oidc_provision": True}, "OIDC_PROVISION"),
        ({"oidc_default_role": "chief"}, "chief"),
        ({"password_sign_in": "nobody"}, "PASSWORD_SIGN_IN"),
    ],
)
def test_settings_that_cannot_be_stop_the_start(settings: Settings, values, part):
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(ValueError, match=part):
        create_app(settings)


def test_the_secret_may_lie_in_a_file(settings: Settings, tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    settings.oidc_client_secret, settings.oidc_client_secret_file = "", str(file)
    assert provider.Provider(settings).client.client_secret == "from the file"


def test_the_secret_and_the_codes_never_enter_the_log(app: Flask, people: People, at: Lying, caplog):
    caplog.set_level("DEBUG", logger="audit_app")
    at.lies = Lies(claims={"aud": "other"})
    client = app.test_client()
    answer = given(at.agree(begun(client)))
    client.post("/login/provider/back", data=answer)
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("audit_app"))
    assert "refused: wrong" in text
    for secret in (SECRET, answer["code"], answer["state"], "owner@example.org", "u-1"):
        assert secret not in text


def test_groups_are_read_wherever_they_stand():
    assert provider.groups({"groups": ["a", "b"]}, "groups") == {"a", "b"}
    assert provider.groups({"groups": "a"}, "groups") == {"a"}
    assert provider.groups({"https://x.org/roles": ["a"]}, "https://x.org/roles") == {"a"}
    assert provider.groups({"a": {"b": ["c"]}}, "a.b") == {"c"}
    assert provider.groups({"a": 7}, "a.b") == frozenset()
    assert provider.groups({}, "") == frozenset()


def test_two_rules_of_one_group_are_read_as_written():
    rules = identities.Rules.of(
        Settings(oidc_roles_claim="g", oidc_roles=" A = auditor ;B;=lead_auditor"[:14])
    )
    assert rules.roles(frozenset({"A"})) == {Role.AUDITOR}
