"""Passkeys in Chromium, with its stand-in for a finger: made, used to sign in, used as second factor, removed.

A browser takes no passkey at an address of numbers, so these tests ask the same server by its name, localhost.
"""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from audit_app.accounts import factors
from audit_app.accounts.factor_models import Passkey
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.live import Browsers
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
PAGE = "/organisation/profile/second-factor"


class Device:
    """A window at localhost whose device can be asked for a finger."""

    def __init__(self, browsers: Browsers, viewport: str = "desk", language: str = "en") -> None:
        browsers.url = browsers.url.replace("127.0.0.1", "localhost")
        self.page: Page = browsers.window(viewport, language)
        self.cdp = self.page.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        made = self.cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                         "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}},
        )  # fmt: skip
        self.id = made["authenticatorId"]

    def finger(self, right: bool) -> None:
        """From now on the finger is the right one, or not."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": right})

    def keys(self) -> int:
        return len(self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"])

    def give_password(self, email: str) -> None:
        db.session.commit()  # the test's own transaction ends: SQLite has one writer
        self.page.goto("/login")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form[name=login_user_form] button[type=submit]").click()

    def make(self, name: str) -> None:
        self.page.goto("/wan-register")
        self.page.locator("input[name=name]").fill(name)
        self.page.get_by_role("button", name="Make the passkey").click()

    def sign_out(self) -> None:
        self.page.context.clear_cookies()

    def inside(self) -> None:
        expect(self.page.locator("body.framed")).to_be_visible()


def trail_of(action):
    found = list(db.session.scalars(select(TrailEntry.facts).where(TrailEntry.action == action)))
    db.session.commit()
    return found


def test_a_passkey_is_made_opens_the_account_and_is_removed(browsers, people):
    browsers.expected = ("400 (BAD REQUEST)",)  # the name that is taken
    device = Device(browsers)
    email, page = people.auditor.email, device.page
    device.give_password(email)
    device.inside()
    device.make("Tablet of the office")
    expect(page.get_by_text("Tablet of the office", exact=True)).to_be_visible()
    expect(page.get_by_text("not used yet")).to_be_visible()
    assert device.keys() == 1

    device.make("Tablet of the office")
    expect(page.get_by_role("alert")).to_contain_text("of this name already")
    device.make("The same device")
    expect(page.get_by_role("alert")).to_contain_text("perhaps this device has one")

    device.sign_out()
    page.goto("/login?next=/organisation/profile")
    page.get_by_role("button", name="Sign in with a passkey").click()
    device.inside()
    page.goto(PAGE)
    expect(page.get_by_text("last used")).to_be_visible()
    (facts,) = [each for each in trail_of("person.sign_in") if each.get("details")]
    assert facts["details"] == {"way": "passkey"}

    page.get_by_role("button", name="Remove", exact=True).click()
    page.locator("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed")).to_be_visible()
    device.inside()
    device.sign_out()
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted")).to_be_visible()
    assert page.url.endswith("/login")
    assert [len(trail_of(f"factor.passkey_{each}")) for each in ("added", "removed")] == [1, 1]


def test_a_passkey_is_the_second_factor_after_the_password(browsers, people):
    device = Device(browsers, "tablet")
    email, page = people.auditor.email, device.page
    device.give_password(email)
    device.inside()
    device.make("Tablet")
    expect(page.get_by_text("Tablet", exact=True)).to_be_visible()
    device.sign_out()

    device.give_password(email)
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    device.finger(right=False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("was not used")
    device.finger(right=True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    device.inside()


def test_a_passkey_of_somebody_else_is_no_second_factor(browsers, people):
    device = Device(browsers)
    auditor, owner, page = people.auditor.email, people.owner.email, device.page
    for email in (auditor, owner):
        device.give_password(email)
        device.inside()
        device.make(f"Key of {email.split('@')[0]}")
        expect(page.get_by_text("not used yet")).to_be_visible()
        device.sign_out()
    kept = device.cdp.send("WebAuthn.getCredentials", {"authenticatorId": device.id})["credentials"]
    theirs = [each for each in kept if each["userName"] == owner]
    device.cdp.send("WebAuthn.removeCredential",
                    {"authenticatorId": device.id, "credentialId": theirs[0]["credentialId"]})  # fmt: skip
    device.give_password(owner)
    expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(PAGE)
    assert "/login" in page.url


def test_an_ended_account_is_not_opened_by_its_passkey(browsers, people):
    device = Device(browsers)
    email, page = people.auditor.email, device.page
    device.give_password(email)
    device.inside()
    device.make("Tablet")
    expect(page.get_by_text("not used yet")).to_be_visible()
    device.sign_out()
    people.auditor.active = False
    db.session.commit()
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted")).to_be_visible()
    page.goto(PAGE)
    assert "/login" in page.url


def test_what_a_browser_might_send_is_refused_with_one_sentence(app, people):
    person = people.auditor
    person.fs_webauthn_user_handle = "h" * 32
    person.webauthn.append(
        Passkey(
            name="x", credential_id=b"known-id-known-id", public_key=b"no key", sign_count=0, transports=[]
        )
    )
    db.session.commit()
    assert factors.standing(person).any
    told = set()
    for credential in (
        "",
        "{}",
        "[]",
        "null",
        '{"id": "x"}',
        *(_answer(each) for each in ("a25vd24taWQta25vd24taWQ", "YWJj")),
    ):
        client = app.test_client()
        state = client.post("/wan-signin", json={}).json["response"]["wan_state"]
        reply = client.post(f"/wan-signin/{state}", data={"credential": credential})
        assert reply.status_code == 302
        told.add((reply.location, str(client.get("/login").get_data(as_text=True).count("was not accepted"))))
        assert client.get(PAGE).location.startswith("/login")
    assert told == {("/login", "1")}
    assert app.test_client().post("/wan-signin/guessed", data={"credential": ""}).location == "/login"


def _answer(key_id):
    import json

    empty = {"clientDataJSON": "e30", "authenticatorData": "e30", "signature": "e30", "userHandle": ""}
    return json.dumps({"id": key_id, "rawId": key_id, "type": "public-key", "response": empty})


def test_who_asks_before_signing_in_is_told_no_keys_and_no_names(app, people):
    person = people.auditor
    person.webauthn.append(
        Passkey(name="x", credential_id=b"id", public_key=b"k", sign_count=0, transports=[])
    )
    db.session.commit()
    told = [
        app.test_client().post("/wan-signin", json={"identity": email}).json["response"]["credential_options"]
        for email in (person.email, people.owner.email, "nobody@example.org")
    ]
    for each in told:
        each.pop("challenge")
    assert told[0] == told[1] == told[2]
    assert told[0]["allowCredentials"] == []
    assert told[0]["userVerification"] == "required"
