"""Who comes in by a provider that keeps the protocol, as whom, and what is said to the others."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app import create_app
from audit_app.accounts import services
from audit_app.accounts.identities import SignInIdentity
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.accounts.single_sign_on import SECOND_FACTOR
from audit_app.config import Settings
from audit_app.core.db import db
from tests.accounts.single_sign_on.lying_provider import CLIENT, Lying
from tests.accounts.single_sign_on.steps import begun, come, given, lines, said, who, with_settings, words
from tests.people import PASSWORD, People

GROUPS = {
    "oidc_roles_claim": "realm_access.roles",
    "oidc_roles": "IT-Audit=auditor, lead_auditor; 管理层=top_management",
}


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
