"""Questions of every kind, answered on a tablet: the tablet judges, asks and counts as the server does."""

import itertools
import json
import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from audit_app.checklists import fields, payload, queries, questions, services
from audit_app.checklists.fieldwork import Answer
from audit_app.checklists.models import Need, ResponseKind, Verdict
from audit_app.core.db import db
from tests.browser.test_fieldwork import SAVED, open_fieldwork
from tests.browser.test_fieldwork_panels import until
from tests.checklists import factory
from tests.checklists.test_fields import CASES, DAY, OPTIONS, asked

pytestmark = pytest.mark.browser
K = ResponseKind


@pytest.fixture
def audit(people):
    """Yes or no; only after a no, why; a number with a photo; a score; a date; a choice; a photo."""
    version = factory.draft(people, "Is the room locked?", "Who has the key?", "How warm is it?", "How mature?",
                            "When was it tested?", "Which class?", "Show the rack")  # fmt: skip
    kinds: list[tuple[ResponseKind, dict[str, Any], Need]] = [
        (K.YES_NO, {}, Need.NOTHING), (K.TEXT, {}, Need.NOTHING), (K.NUMBER, {"high": "27", "unit": "°C"}, Need.FILE),
        (K.SCORE, {}, Need.NOTHING), (K.DATE, {"within_days": 365}, Need.NOTHING),
        (K.CHOICE, {"options": OPTIONS}, Need.NOTHING), (K.PHOTO, {}, Need.NOTHING),
    ]  # fmt: skip
    for row, (kind, settings, needs) in zip(version.questions, kinds, strict=True):
        questions.set_response(row, kind, settings, needs=needs, weight=1, topic="", by=people.lead)
    questions.set_condition(version.questions[1], version.questions[0], ["no"], by=people.lead)
    services.publish(version, by=people.lead)
    made = factory.audit(people)
    services.add_checklist(made, version, by=people.lead)
    db.session.commit()
    return made


def answered(audit, person):
    """{clause: (reply, verdict)} of what the database holds."""
    db.session.rollback()
    db.session.expire_all()
    work = queries.fieldwork(audit, to=person)
    found = {a.item.clause: (a.reply, a.verdict.value) for a in work.answers if a.heads}
    db.session.rollback()
    return found


def test_the_tablet_judges_a_reply_as_the_server_does(people, page_for, audit):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    judge = """async ([item, reply, begins]) => {
        const { judge, read } = await import('/static/fieldwork/replies.js');
        return [read(item, reply), judge(item, reply, begins)];
    }"""
    for kind, limits, reply, verdict in CASES:
        item = {"kind": kind, "settings": asked(kind, limits).settings}
        assert page.evaluate(judge, [item, reply, DAY.isoformat()]) == [reply, verdict], (kind, limits, reply)
    number = asked("number", {})
    for typed in ("007", "+3", "1.50", "-0", "-0.0", "12.000001", "0.1", "123456789012345"):
        read = page.evaluate(
            judge, [{"kind": "number", "settings": number.settings}, typed, DAY.isoformat()]
        )[0]
        assert read == fields.read(number, typed), typed


def test_the_tablet_hides_and_counts_what_the_server_hides_and_counts(app, people, page_for, audit):
    """Every combination of answers to the first two questions, asked on both sides."""
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    asks = """async ([items]) => {
        const [{ notAsked }, { lacking }] = await Promise.all([import('/static/fieldwork/conditions.js'), import('/static/fieldwork/lacking.js')]);
        for (const item of items) Object.assign(item, { kin: [], noted: () => false, begins: '2026-03-10' });
        return [[...notAsked(items)], items.map((item) => lacking(item))];
    }"""
    items = list(audit.checklists[0].items)
    for reply, value, note in itertools.product(
        ("", "yes", "no"), (None, "conform", "minor", "not_applicable"), ("", "Seen.")
    ):
        head = {
            "id": "h",
            "base": [],
            "value": value,
            "reply": reply,
            "note": note,
            "flagged": False,
            "sample": None,
            "attachment_ids": [],
        }
        work = queries.fieldwork(audit, to=people.lead)
        with app.test_request_context():
            told = [payload.of_answer(row, work, 0) for row in work.questions]
        told[0]["heads"] = [head]
        found = page.evaluate(asks, [json.loads(json.dumps(told))])
        revision = _Head(value, reply, note)
        row = Answer(items[0], (revision,))
        assert bool(found[0]) == (not ({reply, value} & {"no"})), (reply, value)
        assert found[1][0] == list(row.lacking), (reply, value, note)
    db.session.rollback()


class _Head:
    """What the rules read of a record."""

    def __init__(self, value: str | None, reply: str, note: str) -> None:
        self.value = Verdict(value) if value else None
        self.reply, self.note, self.flagged, self.sample, self.attachment_ids = reply, note, False, None, []


@pytest.mark.parametrize("viewport", ["tablet", "phone"])
def test_every_kind_is_answered_with_a_finger_and_kept(people, page_for, audit, viewport):
    page = page_for(people.lead, viewport)
    open_fieldwork(page, audit)
    expect(page.locator("#fw-count")).to_have_text("0 / 6")
    for button in page.locator(".fw-choice").all():
        assert button.bounding_box()["height"] >= 56
    page.locator(".fw-choice[value=yes]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    expect(page.locator(".fw-verdict[value=conform]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#fw-count")).to_have_text("1 / 6")
    page.locator(".fw-choice[value=no]").click()
    expect(page.locator("#fw-count")).to_have_text("1 / 7")
    page.locator("#fw-unanswered").click()
    expect(page.locator("#fw-prompt")).to_have_text("Who has the key?")
    page.locator("#fw-reply textarea").fill("The guard at the gate")
    page.locator(".fw-verdict[value=conform]").click()
    page.locator("#fw-unanswered").click()
    page.locator("#fw-reply input").fill("twenty")
    page.locator("#fw-reply input").blur()
    expect(page.locator(".fw-wrong")).to_be_visible()
    page.locator("#fw-reply input").fill("29,5")
    page.locator("#fw-reply input").blur()
    expect(page.locator(".fw-verdict[value=minor]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#fw-lacks")).to_contain_text("photo or a file")
    expect(page.locator("#fw-count")).to_have_text("2 / 7")
    page.locator("#fw-next").click()
    page.locator(".fw-choice[value='3']").click()
    page.locator("#fw-next").click()
    page.locator("#fw-reply input").fill("2020-01-01")
    page.locator("#fw-reply input").blur()
    page.locator("#fw-next").click()
    page.locator(".fw-choice[value=b]").click()
    expect(page.locator(".fw-verdict[value=major]")).to_have_attribute("aria-pressed", "true")
    page.locator("#fw-next").click()
    expect(page.locator(".fw-photo")).to_be_visible()
    expect(page.locator("#fw-badge-words")).to_have_text(re.compile("Nothing waits"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert answered(audit, people.lead) == {
        "8.6.1": ("no", "minor"), "8.6.2": ("The guard at the gate", "conform"), "8.6.3": ("29.5", "minor"),
        "8.6.4": ("3", "conform"), "8.6.5": ("2020-01-01", "minor"), "8.6.6": ("b", "major"),
    }  # fmt: skip
    assert date.fromisoformat("2020-01-01") < audit.starts_on


def test_a_reply_that_is_being_typed_survives_the_page(people, page_for, audit):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    address = f"/audits/{audit.id}/fieldwork#item-{audit.checklists[0].items[2].id}"
    db.session.rollback()  # an open transaction of the test would lock the server out of SQLite
    page.goto(address)
    expect(page.locator("#fw-prompt")).to_have_text("How warm is it?")
    page.locator("#fw-reply input").fill("24")
    page.wait_for_timeout(600)  # kept as half an answer; it becomes a record after two seconds
    page.reload()
    expect(page.locator("#fw[data-ready]")).to_be_visible()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert answered(audit, people.lead)["8.6.3"] == ("24", "conform")


def test_one_answer_serves_two_standards_and_its_evidence_counts_in_both(people, page_for):
    audit = factory.audit(people)
    for key in ("iso20000-1-2018", "iso27001-2022"):
        services.add_checklist(audit, factory.shipped(key), by=people.lead, clauses=["4.1"])
    db.session.commit()
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    page.locator("#fw-note").fill("Context register of March, version 4.")
    page.locator(".fw-verdict[value=conform]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    page.get_by_role("button", name="Same answer there").first.click()
    expect(page.locator("#fw-kin .badge").first).to_have_text("Conform")

    def told():
        db.session.expire_all()
        work = queries.fieldwork(audit, to=people.lead)
        return {
            answer.item.checklist_id: (answer.verdict.value, answer.note)
            for answer in work.answers
            if answer.heads
        }

    until(page, lambda: len(told()) == 2)
    assert set(told().values()) == {("conform", "Context register of March, version 4.")}
    db.session.rollback()
