"""What the screen says when an answer does not simply count, and of the others who work on the same audit."""

import json

import pytest
from playwright.sync_api import expect

from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.programme.models import AuditState
from tests.browser.tablet import HERE, answer, audit, connect_again, doors, open_fieldwork, stored

pytestmark = pytest.mark.browser
__all__ = ["audit"]


def batches(route, reply):
    """Answer a batch with ``reply(ids)``, or let it through when that is None; everything else goes through."""
    if not route.request.url.endswith("/sync"):
        return route.continue_()
    said = reply([each["id"] for each in json.loads(route.request.post_data)["items"]])
    return route.continue_() if said is None else route.fulfill(status=said[0], json=said[1])


def test_an_answer_to_an_audit_that_was_reported_meanwhile_is_said_to_be_held(people, page_for, audit):
    """Edge case 12: it is kept for the lead auditor, and the person is told so beside the question."""
    page = page_for(people.auditor, "tablet")
    open_fieldwork(page, audit)
    audit.state = AuditState.REPORTED
    db.session.commit()
    page.locator("[value=minor]").click()
    expect(page.locator("#fw-say")).to_contain_text("The audit takes no answers any more")
    assert stored(audit, people.lead) == []
    assert db.session.query(AnswerRevision).one().held_reason == "closed"
    db.session.rollback()


def test_a_page_that_is_too_old_keeps_its_answers_and_says_what_to_do(people, page_for, audit, browsers):
    """Edge case 24: 426; after the update they go by themselves."""
    browsers.expected = ("426",)
    page = page_for(people.auditor, "tablet")
    open_fieldwork(page, audit)
    old = {"error": "protocol", "min_protocol": 3, "protocol": 3}
    doors(page, lambda route: batches(route, lambda _ids: (426, old)))
    answer(page, "minor", HERE)
    expect(page.locator("#fw-bar")).to_contain_text("This page is out of date")
    assert stored(audit, people.lead) == []
    connect_again(page)
    open_fieldwork(page, audit)
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")
    assert stored(audit, people.lead) == [("minor", "")]


def test_an_id_that_was_used_before_is_replaced_and_the_answer_arrives(people, page_for, audit):
    """Edge case 4: the same answer under a new id, without a word of the person."""
    page, first = page_for(people.auditor, "tablet"), []
    open_fieldwork(page, audit)

    def reused(ids):
        if first:
            return None
        first.extend(ids)
        fields = {"chain_ok": True, "server_seq": 0, "row_hash": "", "durable_seq": 0}
        results = {each: {"status": "id_reuse", "server_seq": 1} for each in ids}
        return 200, {**fields, "server_time": "2026-03-10T09:30:00.000+00:00", "results": results}

    doors(page, lambda route: batches(route, reused))
    page.locator("[value=ofi]").click()
    expect(page.locator("#fw-badge-words")).to_have_text("Nothing waits")
    assert stored(audit, people.lead) == [("ofi", "")]
    assert db.session.query(AnswerRevision).one().id not in first
    db.session.rollback()


def test_a_tablet_whose_clock_is_wrong_is_told_and_its_answer_counts(people, page_for, audit):
    """Edge case 7: both times are kept."""
    page = page_for(people.auditor, "tablet")
    page.add_init_script("const right = Date.now; Date.now = () => right() + 1_200_000;")
    open_fieldwork(page, audit)
    answer(page, "minor")
    expect(page.locator("#fw-bar")).to_contain_text("The clock of this tablet is wrong")
    assert stored(audit, people.lead) == [("minor", "")]


def test_two_auditors_see_each_other_and_each_others_answers_without_reloading(people, page_for, audit):
    """Presence, changes, and the conflict of edge case 5 as soon as both have answered."""
    name = people.lead.name
    leo, ana = page_for(people.lead, "tablet"), page_for(people.auditor, "tablet-landscape")
    with leo.expect_response(lambda reply: reply.url.endswith("/presence")):
        open_fieldwork(leo, audit)
    open_fieldwork(ana, audit)
    expect(ana.locator("#fw-others")).to_have_text(name)
    answer(leo, "minor")
    ana.evaluate("window.dispatchEvent(new Event('online'))")
    expect(ana.locator("[value=minor]")).to_have_attribute("aria-pressed", "true")
