"""Two tablets audit the same checklist without a network, one is restarted, the server is restored from an earlier backup
meanwhile; both come back, and everything is there with its author and its times."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from audit_app.checklists import chain, queries, rulings
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.evidence import services as files
from audit_app.programme.models import AuditState
from tests.browser.tablet import (
    HERE,
    OFFLINE,
    SAVED,
    address,
    answer,
    audit,
    enter_pin,
    open_fieldwork,
    ready,
    take_offline,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["audit"]


def copy(source: str | Path, target: str | Path) -> None:
    """One database file over another, through SQLite itself: the server keeps running."""
    db.session.rollback()
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def photo() -> dict[str, Any]:
    """A picture as a camera makes it."""
    out = io.BytesIO()
    Image.effect_noise((1200, 900), 60).convert("RGB").save(out, "JPEG")
    return {"name": "rack.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def note(page: Page, words: str) -> None:
    page.locator("#fw-note").fill(words)


def home_again(page: Page) -> None:
    """Back in the network; done when nothing waits any more."""
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")


@pytest.mark.edge_case(5, 8, 15, 23)
def test_two_tablets_offline_one_restart_one_restore_nothing_is_lost(
    people, page_for, audit, browsers, tmp_path
):
    browsers.expected = OFFLINE
    leo, ana = page_for(people.lead, "tablet"), page_for(people.auditor, "tablet-landscape")
    for page in (leo, ana):
        open_fieldwork(page, audit)
        take_offline(page)
    live, saved = db.engine.url.database, tmp_path / "backup.db"
    copy(live, saved)
    note(leo, "Sent before the backup was put back.")
    answer(leo, "conform", SAVED)
    for page in (leo, ana):
        page.context.set_offline(True)

    note(ana, "Three of twelve tickets have no priority.")
    answer(ana, "minor", HERE)
    ana.locator("#fw-attach").set_input_files(photo())
    expect(ana.locator("#fw-badge-words")).to_contain_text("Photos waiting: 1")
    ana.locator("#fw-unanswered").click()
    note(ana, "Reviewed each Monday, minutes seen.")
    answer(ana, "good_practice", HERE)

    leo.locator("#fw-unanswered").click()
    note(leo, "Minutes of four weeks seen.")
    answer(leo, "conform", HERE)
    context = leo.context
    leo.close()
    leo = context.new_page()
    leo.goto(address(audit))
    enter_pin(leo)
    ready(leo)
    expect(leo.locator("#fw-badge-words")).to_contain_text("Answers waiting: 2")

    copy(saved, live)
    db.session.expire_all()
    assert queries.heads(audit) == {}
    db.session.rollback()
    home_again(leo)
    home_again(ana)

    everything_is_there(audit, people)
    settle(leo, audit, people)
    report_and_receipt(leo, audit)
    closed(page_for(people.manager, "desk"), audit)


def everything_is_there(audit: Any, people: Any) -> None:
    """Every answer and photo with its author and both times; the collisions stand side by side."""
    db.session.rollback()
    db.session.expire_all()
    heads = queries.heads(audit)
    said = {(row.author_id, row.value.value, row.note) for rows in heads.values() for row in rows}
    assert said == {
        (people.lead.id, "conform", "Sent before the backup was put back."),
        (people.lead.id, "conform", "Minutes of four weeks seen."),
        (people.auditor.id, "minor", "Three of twelve tickets have no priority."),
        (people.auditor.id, "good_practice", "Reviewed each Monday, minutes seen."),
    }
    assert all(
        row.client_time and row.received_at >= row.client_time for rows in heads.values() for row in rows
    )
    assert all(len(rows) == 2 for rows in heads.values())
    first = queries.items_of(audit)[0]
    (picture,) = evidence.of(first)
    assert files.path_of(picture.sha256).stat().st_size == picture.size
    assert rulings.missing_files(audit) == {}
    assert chain.verify() == []
    db.session.rollback()


def settle(page: Page, audit: Any, people: Any) -> None:
    """The lead sees both answers and settles each question by a third."""
    open_fieldwork(page, audit)
    for item in [each.id for each in queries.items_of(audit)]:
        db.session.rollback()
        page.goto(f"{address(audit)}#item-{item}")
        ready(page)
        expect(page.locator("#fw-conflict")).to_be_visible()
        expect(page.locator("#fw-versions")).to_contain_text(people.auditor.name)
        db.session.rollback()
        note(page, "Settled by both on the spot.")
        answer(page, "minor")
        expect(page.locator("#fw-conflict")).to_be_hidden()


def report_and_receipt(page: Page, audit: Any) -> None:
    """The audit is reported, and the receipt says that all of it is here."""
    number = audit.id
    db.session.rollback()
    page.goto(f"/audits/{number}/report/words")
    for name, words in (
        ("conclusion", "It conforms but for priorities."),
        ("obstacles", "No."),
        ("not_covered", "No."),
    ):
        page.locator(f"[name={name}]").fill(words)
    page.locator("main form button[type=submit]").click()
    page.goto(f"/audits/{number}/report/step/issue")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Frozen. SHA-256")
    page.goto(f"/audits/{number}/receipt")
    expect(page.locator("main")).to_contain_text("nothing is known to be missing")
    expect(page.locator("main")).to_contain_text("1 files are on the server")
    db.session.expire_all()
    assert db.session.get(type(audit), number).state is AuditState.REPORTED


def closed(page: Page, audit: Any) -> None:
    """The programme manager closes it from its page; the receipt stays what it was."""
    number = audit.id
    db.session.rollback()
    page.goto(f"/programme/audits/{number}")
    page.get_by_role("link", name="Close the audit").or_(
        page.get_by_role("button", name="Close the audit")
    ).first.click()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Closed")
    page.goto(f"/audits/{number}/receipt")
    expect(page.locator("main")).to_contain_text("nothing is known to be missing")
    db.session.expire_all()
    assert db.session.get(type(audit), number).state is AuditState.CLOSED
