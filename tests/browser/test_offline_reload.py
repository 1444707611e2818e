"""A tablet without a network: the page comes back, the answers come back, and everything arrives later."""

import json

import pytest
from playwright.sync_api import expect

from audit_app.checklists.devices import get as device_of
from audit_app.checklists.devices import revoke
from audit_app.checklists.models import AnswerRevision, RevisionStatus
from audit_app.core.db import db
from tests.browser.tablet import (
    HERE,
    OFFLINE,
    SAVED,
    address,
    answer,
    audit,
    connect_again,
    cut_off,
    doors,
    enter_pin,
    open_fieldwork,
    ready,
    stored,
    take_offline,
)

pytestmark = pytest.mark.browser
__all__ = ["audit"]


def test_an_audit_taken_offline_opens_without_a_network_only_with_its_pin_and_sends_later(
    people, page_for, audit, browsers
):
    """Offline reload, tab closed and reopened, wrong PIN; edge cases 8 and 20 stay away."""
    browsers.expected = OFFLINE
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    take_offline(page)
    context = page.context
    context.set_offline(True)
    answer(page, "major", HERE)
    expect(page.locator("#fw-bar")).to_contain_text(
        "No connection"
    )  # what is on its way while a page closes gets through
    page.close()
    page = context.new_page()
    page.goto(address(audit))
    assert "IA-1" not in page.locator("body").inner_text()
    enter_pin(page, "111111")
    expect(page.locator("#fw-pin-wrong")).to_be_visible()
    enter_pin(page)
    ready(page)
    expect(page.locator("#fw-audit")).to_have_text("IA-1 Incidents")
    expect(page.locator("#fw-count")).to_have_text("1 / 2")
    page.locator("#fw-unanswered").click()
    page.locator("#fw-note").fill("Two of three records lack the date.")
    answer(page, "minor", HERE)
    assert stored(audit, people.lead) == []
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("major", ""), ("minor", "Two of three records lack the date.")]


def test_what_lies_on_the_device_cannot_be_read_there(people, page_for, audit, browsers):
    """The store holds no word in clear; the export file is readable, on purpose (edge case 19)."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    cut_off(page, browsers)
    page.locator("#fw-note").fill("Whispered in confidence")
    answer(page, "ofi", HERE)
    rows = page.evaluate(
        """async (name) => {
          const asked = indexedDB.open(name);
          await new Promise((done) => { asked.onsuccess = done; });
          const rows = asked.result.transaction("records").objectStore("records").getAll();
          await new Promise((done) => { rows.onsuccess = done; });
          return rows.result.map((row) => ({ ...row, body: new TextDecoder("latin1").decode(row.body) }));
        }""",
        f"fieldwork-{people.lead.id}",
    )
    db.session.rollback()
    assert {row["state"] for row in rows} == {"waiting"}
    assert "confidence" not in json.dumps(rows)
    page.locator("#fw-badge").click()
    with page.expect_download() as download:
        page.locator("#fw-export").click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert (saved["format"], saved["version"], saved["person"]["name"]) == ("fieldwork-unsent", 1, "Leo Lead")
    assert {item["note"] for item in saved["items"]} == {"Whispered in confidence"}


def test_two_tabs_write_and_one_sends(people, page_for, audit, browsers):
    """Edge case 17: one device number for both tabs, each used once."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    other = page.context.new_page()
    open_fieldwork(other, audit)
    answer(other, "minor")
    expect(page.locator("#fw-count")).to_have_text("1 / 2")
    page.locator("#fw-unanswered").click()
    answer(page, "conform")
    db.session.rollback()
    rows = db.session.query(AnswerRevision).order_by(AnswerRevision.device_seq).all()
    assert [row.device_seq for row in rows] == [1, 2]
    assert len({row.device_id for row in rows}) == 1


def test_old_answers_of_earlier_versions_move_into_the_store(people, page_for, audit):
    page = page_for(people.lead, "tablet")
    item = next(each for each in audit.checklists[0].items if each.assessable)
    revision = {
        "id": "0d0f4a32-3f52-4f55-8f0e-4f8ee8a2b6b1", "audit": audit.id, "item": item.id, "base": [],
        "value": "minor", "note": "From before", "flagged": False, "author": people.lead.id, "device_seq": 4,
        "client_time": "2026-03-10T01:30:00.000Z", "tz_offset": 480, "clock_offset_ms": 0,
        "template_version": item.checklist.version_id, "attachment_ids": [],
    }  # fmt: skip
    person = people.lead.id
    db.session.rollback()
    page.evaluate(
        """([person, revision]) => {
          localStorage.setItem(`answers:${person}:${revision.id}`, JSON.stringify({ revision }));
          localStorage.setItem(`device:${person}`, JSON.stringify({ id: "7b1c9c1e-2d50-4d7e-9a54-3c2c9f3d5a10", seq: 4 }));
        }""",
        [person, revision],
    )
    open_fieldwork(page, audit)
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("minor", "From before")]
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^(answers|device):/.test(key))") == []


def test_a_tablet_that_was_shut_out_hands_its_work_to_the_lead_auditor(people, page_for, audit, browsers):
    """Edge cases 11 and 28: no sync any more, but the ticket delivers what waited."""
    browsers.expected = (*OFFLINE, "status of 403")
    page = page_for(people.auditor, "tablet")
    open_fieldwork(page, audit)
    take_offline(page)
    cut_off(page, browsers)
    answer(page, "major", HERE)
    device = page.evaluate("document.cookie").split("=")[1]
    revoke(device_of(device, to=people.admin), reason="Left on the train", by=people.admin)
    db.session.commit()
    connect_again(page)
    expect(page.locator("#fw-bar")).to_contain_text("Handed to the lead auditor")
    held = db.session.query(AnswerRevision).one()
    assert (held.status, held.held_reason, held.author_id) == (
        RevisionStatus.HELD,
        "revoked",
        people.auditor.id,
    )


def test_a_captive_portal_and_a_busy_server_are_no_answer(people, page_for, audit, browsers):
    """Edge cases 25 and 27: HTML with status 200 acknowledges nothing; 503 is waited for."""
    browsers.expected = (*OFFLINE, "status of 503")
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    doors(page, lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Welcome</h1>"))
    answer(page, "conform", HERE)
    expect(page.locator("#fw-bar")).to_contain_text("No connection")
    page.unroute_all()
    doors(page, lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, body=""))
    page.locator("#fw-badge").click()
    page.locator("#fw-send").click()
    expect(page.locator("#fw-bar")).to_contain_text("The server did not take it")
    expect(page.locator("#fw-receipt")).to_contain_text("Answers waiting: 1")
    page.unroute_all()
    expect(page.locator("#fw-receipt")).to_contain_text("answers 1, photos 0", timeout=30_000)
    assert stored(audit, people.lead) == [("conform", "")]
