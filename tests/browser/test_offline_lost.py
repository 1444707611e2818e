"""What a tablet can lose without anybody doing wrong: its store, its leading page, its sign-in, its encryption."""

import pytest
from playwright.sync_api import expect

from audit_app.checklists.models import AnswerRevision, RevisionStatus
from audit_app.core.db import db
from tests.browser.tablet import HERE, OFFLINE, answer, audit, open_fieldwork, ready, stored, take_offline
from tests.live import ELSEWHERE

pytestmark = pytest.mark.browser
__all__ = ["audit"]


def test_a_store_that_was_thrown_away_is_missed_and_the_server_says_how_far_it_had_come(
    people, page_for, audit, browsers
):
    """Edge case 18: the cookie remembers the tablet, the server what came from it."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    answer(page, "conform")
    page.locator("#fw-unanswered").click()
    answer(page, "minor")
    page.goto("/")
    page.evaluate(
        """(name) => new Promise((done, wrong) => {
          const gone = indexedDB.deleteDatabase(name);
          gone.onsuccess = done;
          gone.onerror = gone.onblocked = wrong;
        })""",
        f"fieldwork-{people.lead.id}",
    )
    open_fieldwork(page, audit)
    expect(page.locator("#fw-bar")).to_contain_text("This tablet lost its store")
    expect(page.locator("#fw-bar")).to_contain_text("1–2")
    answer(page, "major")
    db.session.rollback()
    rows = db.session.query(AnswerRevision).order_by(AnswerRevision.server_seq).all()
    assert len({row.device_id for row in rows[:2]}) == 1
    assert rows[2].device_id != rows[0].device_id


def test_signing_out_with_nothing_waiting_takes_what_could_be_read_off_the_tablet(
    people, page_for, audit, browsers
):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    take_offline(page)
    answer(page, "ofi")
    page.goto("/")
    page.locator("details.menu summary").last.click()
    page.locator("[data-sign-out] button").click()
    expect(page.locator("form[name=login_user_form]")).to_be_visible()
    left = page.evaluate(
        """async (name) => {
          const asked = indexedDB.open(name);
          await new Promise((done) => { asked.onsuccess = done; });
          const tx = asked.result.transaction(["bundles", "changes", "halves", "records", "meta"]);
          const found = {};
          for (const each of tx.objectStoreNames) {
            const keys = tx.objectStore(each).getAllKeys();
            await new Promise((done) => { keys.onsuccess = done; });
            found[each] = keys.result.map(String);
          }
          const kept = tx.objectStore("meta").get("keys");
          await new Promise((done) => { kept.onsuccess = done; });
          found.pins = kept.result.filter((each) => each.pin).length;
          return found;
        }""",
        f"fieldwork-{people.lead.id}",
    )
    assert (left["bundles"], left["changes"], left["halves"], left["pins"]) == ([], [], [], 0)
    assert not [key for key in left["meta"] if key.startswith("ticket:")]
    assert len(left["records"]) == 1, "what was acknowledged stays, sealed, until a backup holds it"


def test_a_person_who_cannot_sign_in_hands_the_answers_over_without(people, page_for, audit, browsers):
    """Edge case 8: the ticket of "Take offline" delivers what waits; the lead auditor decides."""
    browsers.expected = ("status of 401", "status of 403", *OFFLINE)
    page = page_for(people.auditor, "tablet")
    open_fieldwork(page, audit)
    take_offline(page)
    page.context.clear_cookies(name="session")
    answer(page, "major", HERE)
    page.locator("#fw-bar").get_by_role("button", name="Hand over without signing in").click()
    expect(page.locator("#fw-bar")).to_contain_text("Handed to the lead auditor")
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")
    db.session.rollback()
    held = db.session.query(AnswerRevision).one()
    assert (held.status, held.held_reason, held.author_id) == (
        RevisionStatus.HELD,
        "signed_out",
        people.auditor.id,
    )


def test_a_leading_page_that_fell_asleep_is_relieved(people, page_for, audit, browsers):
    """Edge case 17: the lock lies with a page that does not answer; the page that is looked at takes it over."""
    page = page_for(people.lead, "tablet")
    sleeper = page.context.new_page()
    sleeper.goto("/")
    sleeper.evaluate(
        """(name) => new Promise((held) => {
          navigator.locks.request(name, () => new Promise(() => { held(); })).catch(() => {});
        })""",
        f"fieldwork-sync-{people.lead.id}",
    )
    page.bring_to_front()
    open_fieldwork(page, audit)
    answer(page, "good_practice")
    assert stored(audit, people.lead) == [("good_practice", "")]


def test_without_encryption_answers_are_sent_and_nothing_can_be_taken_offline(
    people, page_for, audit, browsers, live_server
):
    """Over plain http there is no Web Crypto, no service worker and no lock; the panel says so."""
    browsers.expected = ("Cross-Origin-Opener-Policy",)
    browsers.url = f"http://{ELSEWHERE}:{live_server.port}"
    page = page_for(people.lead, "tablet")
    assert page.evaluate("window.isSecureContext") is False
    open_fieldwork(page, audit)
    answer(page, "conform")
    page.locator("#fw-badge").click()
    expect(page.locator("#fw-take-insecure")).to_be_visible()
    expect(page.locator("#fw-take")).to_be_hidden()
    page.keyboard.press("Escape")
    page.goto("/")
    open_fieldwork(page, audit)
    ready(page)
    assert stored(audit, people.lead) == [("conform", "")]
