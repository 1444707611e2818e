"""What the tests of the tablet share: an audit to work on, taking it offline, and doors that fail in known ways."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audit_app.checklists import queries, services
from audit_app.core.db import db
from tests.checklists import factory

SAVED = re.compile(r"^Saved \d")
"""Said only of what the server has acknowledged."""
HERE = "Saved on this device"
PIN = "246810"
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


@pytest.fixture
def audit(people: Any) -> Any:
    """An audit in progress with a small checklist."""
    made = factory.audit(people)
    services.add_checklist(
        made, factory.published(people, "Is it recorded?", "Is it reviewed?"), by=people.lead
    )
    db.session.commit()
    return made


def address(audit: Any) -> str:
    """Of the fieldwork screen; no transaction of the test stays open behind it."""
    found = f"/audits/{audit.id}/fieldwork"
    db.session.rollback()
    return found


def ready(page: Page) -> None:
    """Wait until the screen has opened its store."""
    expect(page.locator("#fw[data-ready]")).to_be_visible()


def open_fieldwork(page: Page, audit: Any) -> None:
    """Open the screen with a connection."""
    page.goto(address(audit))
    ready(page)


def answer(page: Page, verdict: str, said: Any = SAVED) -> None:
    """One tap, and what the screen says of it."""
    page.locator(f"[value={verdict}]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(said)


def stored(audit: Any, person: Any) -> list[tuple[str, str]]:
    """(verdict, note) of every answered question, as the database has it."""
    db.session.rollback()
    work = queries.fieldwork(audit, to=person)
    found = [(each.verdict.value, each.note) for each in work.answers if each.answered]
    db.session.rollback()
    return found


def take_offline(page: Page) -> None:
    """Through the panel, with a PIN; ends when every tick that is needed is drawn."""
    page.locator("#fw-badge").click()
    for field in ("#fw-take-pin-1", "#fw-take-pin-2"):
        page.locator(field).fill(PIN)
    page.locator("#fw-take-go").click()
    expect(page.locator("#fw-take-result")).to_contain_text("opens on this tablet")
    page.locator("#fw-sync [value=close]").click()


def enter_pin(page: Page, pin: str = PIN) -> None:
    """Into the window that asks for it."""
    page.locator("#fw-pin-typed").fill(pin)
    page.locator("#fw-pin [value=yes]").click()


def doors(page: Page, act: Any) -> None:
    """Answer everything that the page sends to the doors of the protocol."""
    page.route(re.compile("/sync(/|$|\\?)"), act)


def cut_off(page: Page, browsers: Any) -> None:
    """No way to the server for records and files, while pages still come: as behind a lift door."""
    browsers.expected = (*browsers.expected, *OFFLINE)
    doors(page, lambda route: route.abort("internetdisconnected"))


def connect_again(page: Page) -> None:
    """The way is open again, and the browser has noticed."""
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
