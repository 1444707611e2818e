"""Settings of single sign-on, and how claims are read."""

from pathlib import Path

import pytest
from flask import Flask

from audit_app import create_app
from audit_app.accounts import identities, provider
from audit_app.accounts.permissions import Role
from audit_app.config import Settings
from audit_app.web.access import PUBLIC
from tests.accounts.single_sign_on.lying_provider import SECRET, Lies, Lying
from tests.accounts.single_sign_on.steps import begun, given
from tests.people import People


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
    assert "sign_in.failed: provider: wrong" in text
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


def test_each_address_says_who_may_enter(app: Flask):
    marks = {name: view.access for name, view in app.view_functions.items() if name.startswith("provider.")}
    assert marks == {
        "provider.begin": PUBLIC,
        "provider.back": PUBLIC,
        "provider.finish": PUBLIC,
        "provider.leave": PUBLIC,
        "provider.unbind": ("people:manage",),
    }
