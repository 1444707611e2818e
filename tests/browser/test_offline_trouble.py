"""What goes wrong on a tablet, one story each: full, dead, cloned, shared, cut off, turned, restored."""

import os
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from tests.browser.tablet import (
    HERE,
    OFFLINE,
    SAVED,
    answer,
    audit,
    connect_again,
    cut_off,
    doors,
    open_fieldwork,
    ready,
    stored,
)
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
__all__ = ["audit"]


def picture(name="IMG_7.png", size=1_300_000):
    """A file of which nothing can be made smaller: it goes in three pieces."""
    return {"name": name, "mimeType": "text/plain", "buffer": os.urandom(size // 2).hex().encode()}


def first_of(audit):
    return next(item for item in audit.checklists[0].items if item.assessable)


def test_a_store_that_cannot_be_opened_never_gets_a_green_tick(people, page_for, audit, browsers):
    """Edge case 20: NOT saved across the page, answers in memory, a file to save them to."""
    page = page_for(people.lead, "tablet")
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('gone', 'UnknownError'); };"
    )
    open_fieldwork(page, audit)
    expect(page.locator("#fw-bar [role=alert]")).to_contain_text("NOT saved")
    cut_off(page, browsers)
    answer(page, "minor", "NOT saved")
    with page.expect_download() as download:
        page.locator("#fw-bar").get_by_role("button", name="Save unsent answers").click()
    assert "minor" in download.value.path().read_text(encoding="utf-8")
    connect_again(page)
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")
    assert stored(audit, people.lead) == [("minor", "")]


def test_a_full_device_refuses_photos_first_and_then_says_so_of_answers(people, page_for, audit, browsers):
    """Edge case 19: 20 MB stay free for words; when even they fail, the bar says NOT saved."""
    page = page_for(people.lead, "tablet")
    page.add_init_script("StorageManager.prototype.estimate = async () => ({ quota: 30e6, usage: 10e6 });")
    open_fieldwork(page, audit)
    cut_off(page, browsers)
    page.locator("#fw-attach").set_input_files(picture())
    expect(page.locator(".fw-failed")).to_contain_text("there is no room for it on this device")
    answer(page, "minor", HERE)
    page.evaluate(
        "void (IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); })"
    )
    answer(page, "major", "NOT saved")
    expect(page.locator("#fw-bar [role=alert]")).to_contain_text("no room left")


def test_a_photo_cut_off_in_the_middle_goes_on_after_a_reload(people, page_for, audit, browsers):
    """Edge cases 21 and 23: the answer is there before its photo; the second visit sends the rest, not all."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    browsers.expected = OFFLINE
    puts = []

    def second_piece_fails(route):
        if route.request.method != "PUT":
            return route.continue_()
        puts.append(route.request.url)
        return route.continue_() if len(puts) == 1 else route.abort("internetdisconnected")

    doors(page, second_piece_fails)
    page.locator("#fw-attach").set_input_files(picture("log.txt"))
    expect(page.locator(".fw-sending")).to_contain_text("Sending log.txt: 40 %")
    page.unroute_all()
    doors(page, lambda route: (puts.append(route.request.url), route.continue_())[1])
    open_fieldwork(page, audit)
    expect(page.locator("#fw-thumbs a")).to_have_text("log.txt")
    assert "offset=0&" not in "".join(f"{url}&" for url in puts[1:])
    row = db.session.query(AnswerRevision).one()
    assert row.attachment_ids == [file.id for file in evidence.of(first_of(audit))]


def test_turning_the_tablet_and_leaving_the_page_keep_the_typed_words(people, page_for, audit, browsers):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    page.locator("#fw-note").press_sequentially("Half a sen", delay=20)
    page.set_viewport_size({"width": 1194, "height": 834})
    expect(page.locator("#fw-note")).to_have_value("Half a sen")
    page.wait_for_timeout(500)
    open_fieldwork(page, audit)
    expect(page.locator("#fw-note")).to_have_value("Half a sen")


def test_another_person_sees_that_answers_wait_and_never_their_content(people, page_for, audit, browsers):
    """Edge case 9: signing out asks, the queue stays sealed, and its author sends it later."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    cut_off(page, browsers)
    page.locator("#fw-note").fill("Sealed words")
    answer(page, "major", HERE)
    page.goto("/")
    page.locator("details.menu summary").last.click()
    page.locator("[data-sign-out] button").click()
    expect(page.locator("#ask-words")).to_contain_text("have not been sent")
    page.locator("#ask [value=yes]").click()
    expect(page.locator("form[name=login_user_form]")).to_be_visible()
    page.unroute_all()
    browsers.sign_in("auditor@example.org", PASSWORD, page=page)
    open_fieldwork(page, audit)
    expect(page.locator("#fw-bar")).to_contain_text("The answers of Leo Lead wait on this device")
    assert "Sealed words" not in page.content()
    page.context.clear_cookies(name="session")
    browsers.sign_in("lead@example.org", PASSWORD, page=page)
    open_fieldwork(page, audit)
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("major", "Sealed words")]
    assert {row.author_id for row in db.session.query(AnswerRevision)} == {people.lead.id}


def test_a_page_whose_session_became_another_persons_sends_nothing(people, page_for, audit, browsers):
    """Edge cases 8 to 10: signed out and in again as somebody else in a second tab; nothing is attributed wrongly."""
    browsers.expected = ("401", "403", "status of 400")
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    page.context.clear_cookies(name="session")
    answer(page, "conform", HERE)
    expect(page.locator(".fw-bar-link")).to_have_text("Sign in to send what waits (1)")
    other = page.context.new_page()
    browsers.sign_in("auditor@example.org", PASSWORD, page=other)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#fw-bar")).to_contain_text("Somebody else is signed in now")
    db.session.rollback()
    assert db.session.query(AnswerRevision).count() == 0


def test_a_copy_of_a_tablet_becomes_a_device_of_its_own(people, page_for, audit, browsers):
    """Edge case 17: the same number from two copies is accepted, and the second copy takes a new name."""
    page = page_for(people.lead, "tablet")
    name = f"fieldwork-{people.lead.id}"
    open_fieldwork(page, audit)
    answer(page, "minor")
    page.evaluate(
        """async (name) => {
          const asked = indexedDB.open(name);
          await new Promise((done) => { asked.onsuccess = done; });
          const meta = asked.result.transaction("meta", "readwrite").objectStore("meta");
          const device = meta.get("device");
          await new Promise((done) => { device.onsuccess = done; });
          const put = meta.put({ ...device.result, seq: 0 }, "device");
          await new Promise((done) => { put.onsuccess = done; });
        }""",
        name,
    )
    answer(page, "major")
    page.locator("#fw-unanswered").click()
    answer(page, "ofi")
    db.session.rollback()
    rows = db.session.query(AnswerRevision).order_by(AnswerRevision.server_seq).all()
    assert [row.device_seq for row in rows] == [1, 1, 1]
    assert rows[0].device_id == rows[1].device_id != rows[2].device_id


def test_a_server_restored_from_a_backup_gets_everything_again(people, page_for, audit, browsers, tmp_path):
    """Edge cases 15 and 16: chain_ok false, what was acknowledged is offered again, nothing is lost."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    live, saved = db.engine.url.database, tmp_path / "backup.db"
    copy(live, saved)
    answer(page, "minor")
    page.locator("#fw-unanswered").click()
    answer(page, "ofi")
    copy(saved, live)
    assert stored(audit, people.lead) == []
    open_fieldwork(page, audit)
    expect(page.locator("#fw-bar")).to_contain_text("offered again (records: 2)")
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")
    assert sorted(stored(audit, people.lead)) == [("minor", ""), ("ofi", "")]


def copy(source, target):
    """One database file over another, through SQLite itself: the server keeps running."""
    db.session.rollback()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def test_an_update_waits_until_nobody_writes(people, page_for, audit, browsers, live_server):
    """A newer version of the page is offered only with no open editor, and comes by one tap."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    ready(page)
    extensions = live_server.app.extensions
    extensions["fieldwork_worker"] = extensions["fieldwork_worker"].replace('VERSION = "', 'VERSION = "new')
    page.locator("#fw-note").click()
    page.evaluate(
        "navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => true)"
    )
    page.wait_for_timeout(1500)
    expect(page.locator("#fw-bar")).to_be_hidden()
    page.locator("#fw-note").blur()
    # The tap tells the new worker to take over; the page loads again only when it has, so the test waits for that load.
    with page.expect_event("load"):
        page.get_by_role("button", name="Update now").click()
    ready(page)
    expect(page.locator("#fw-bar")).to_be_hidden()
    assert page.evaluate("caches.keys().then((names) => names.some((name) => name.startsWith('shell-new')))")
