"""Questions of every kind in an audit: what is answered, what is lacking, what is not asked, what it scores."""

from typing import Any

import pytest

from audit_app.accounts.models import ProcessClause
from audit_app.checklists import (
    copies,
    exports,
    queries,
    questions,
    record_parts,
    rulings,
    scores,
    services,
    shipping,
)
from audit_app.checklists.models import ChecklistItem, Need, ResponseKind, Verdict
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports import pdf, xlsx
from audit_app.planning import maps
from tests.checklists import factory
from tests.checklists.test_fields import OPTIONS

K, N = ResponseKind, Need


def kinds_of(people: Any, *kinds: tuple[ResponseKind, dict[str, Any]], **facts: Any) -> Any:
    """A published version with one question per kind; ``facts`` go to all of them."""
    version = factory.draft(people, *(f"Question {n}?" for n, _kind in enumerate(kinds)))
    for question, (kind, settings) in zip(version.questions, kinds, strict=True):
        shared = {"needs": N.NOTHING, "weight": 1, "topic": "", **facts}
        questions.set_response(question, kind, settings, by=people.lead, **shared)
    return version


def in_audit(people: Any, version: Any) -> list[ChecklistItem]:
    """The items of an audit's copy."""
    services.publish(version, by=people.lead)
    return services.add_checklist(factory.audit(people), version, by=people.lead).items


def answers(item: ChecklistItem, people: Any) -> Any:
    """The fieldwork of the audit of an item, read afresh."""
    db.session.expire_all()
    return queries.fieldwork(item.checklist.audit, to=people.lead)


@pytest.mark.parametrize(
    ("kind", "limits", "reply"),
    [(K.YES_NO, {}, "no"), (K.SCORE, {}, "3"), (K.NUMBER, {"high": "15"}, "12.5"),
     (K.DATE, {"within_days": 30}, "2026-03-01"), (K.CHOICE, {"options": OPTIONS}, "a"), (K.TEXT, {}, "Rack 7")],
)  # fmt: skip
def test_a_reply_comes_through_the_door_and_stands_on_record_and_paper(people, kind, limits, reply):
    (item,) = in_audit(people, kinds_of(people, (kind, limits)))
    factory.answer(item, people.lead, reply=reply, value="conform")
    work = answers(item, people)
    assert work.answers[0].reply == reply
    assert work.answers[0].answered
    assert work.answers[0].reply_words in str(exports.record_sheets(work)[0].rows)
    assert pdf.render(exports.record_document(work))


@pytest.mark.parametrize("reply", ["perhaps", "YES", "5"])
def test_a_reply_that_the_question_does_not_take_is_sent_back_and_kept_raw(people, reply):
    (item,) = in_audit(people, kinds_of(people, (K.YES_NO, {})))
    given = factory.revision(item, people.lead, reply=reply)
    assert factory.send(people.lead, given).results[given["id"]].status == "invalid:reply"
    assert rulings.quarantined(item.checklist.audit)[0].field == "reply"


def test_a_finding_starts_with_what_was_replied_and_noted(people, client_for):
    (item,) = in_audit(people, kinds_of(people, (K.NUMBER, {"high": "27", "unit": "°C"})))
    factory.answer(item, people.lead, reply="29.5", value="minor", note="Aisle 3, at noon.")
    page = client_for(people.lead).get(f"/findings/new?item_id={item.id}").get_data(as_text=True)
    assert "29.5 °C\r\n\r\nAisle 3" in page or "29.5 °C\n\nAisle 3" in page


def test_an_old_tablet_without_replies_is_understood_and_its_answer_stays_incomplete(people):
    (item,) = in_audit(people, kinds_of(people, (K.YES_NO, {})))
    factory.answer(item, people.lead)
    work = answers(item, people)
    assert work.answers[0].lacking == ("reply",)
    assert (work.answered, work.incomplete) == (0, [work.answers[0]])
    assert rulings.standing(item.checklist.audit).incomplete == (item.clause,)


def test_a_verdict_against_what_the_answer_proposes_needs_the_reason(people):
    (item,) = in_audit(people, kinds_of(people, (K.YES_NO, {})))
    first = factory.answer(item, people.lead, reply="no", value="conform", note="")
    assert answers(item, people).answers[0].lacking == ("why",)
    factory.answer(
        item, people.lead, reply="no", value="conform", note="Waived by the CAB.", base=[first], device_seq=2
    )
    assert answers(item, people).answers[0].answered


@pytest.mark.parametrize("need", [N.NOTE, N.FILE, N.SAMPLE])
def test_required_evidence_keeps_an_answer_incomplete_until_it_is_there(people, need):
    (item,) = in_audit(people, kinds_of(people, (K.GRADE, {}), needs=need))
    first = factory.answer(item, people.lead, note="")
    assert answers(item, people).answers[0].lacking == (need.value,)
    given: dict[str, Any] = {
        N.NOTE: {"note": "Seen."},
        N.FILE: {"note": "", "attachment_ids": ["11111111-1111-4111-8111-111111111112"]},
        N.SAMPLE: {"note": "", "sample": {"population": 9, "size": 2, "method": "judgement"}},
    }[need]
    factory.answer(item, people.lead, base=[first], device_seq=2, **given)
    assert answers(item, people).answers[0].lacking == ()


def test_what_does_not_apply_lacks_nothing_and_a_photo_question_wants_a_photo(people):
    photo, grade = in_audit(people, kinds_of(people, (K.PHOTO, {}), (K.GRADE, {}), needs=N.SAMPLE))
    factory.answer(photo, people.lead)
    factory.answer(grade, people.lead, value="not_applicable", device_seq=2)
    work = answers(photo, people)
    assert [each.lacking for each in work.answers] == [("photo", "sample"), ()]


def with_condition(people: Any) -> list[ChecklistItem]:
    """Yes or no; the second question only after a no."""
    version = kinds_of(people, (K.YES_NO, {}), (K.GRADE, {}))
    first, second = version.questions
    questions.set_condition(second, first, ["no", "minor"], by=people.lead)
    return in_audit(people, version)


def test_a_question_that_no_answer_leads_to_is_not_asked_and_the_record_says_why(people):
    first, second = with_condition(people)
    factory.answer(first, people.lead, reply="yes", value="conform")
    work = answers(first, people)
    assert [each.item.id for each in work.answers] == [first.id]
    assert (work.answered, work.total) == (1, 1)
    assert rulings.standing(first.checklist.audit).unanswered == ()
    assert record_parts.skipped(work) == [("8.6.2", "asked only after 8.6.1: No, Minor NC")]
    assert "8.6.2" in str(record_parts.not_asked(work))
    assert second.id in work.not_asked


def test_it_is_asked_as_soon_as_the_answer_leads_to_it_and_what_was_answered_comes_back(people):
    first, second = with_condition(people)
    factory.answer(second, people.lead, note="Answered early, without a network.")
    assert answers(first, people).answers == (answers(first, people).answer(first.id),)
    factory.answer(first, people.lead, reply="no", value="minor", device_seq=2)
    work = answers(first, people)
    assert [each.verdict for each in work.answers] == [Verdict.MINOR, Verdict.CONFORM]


def test_scores_per_process_are_weighted_means_of_what_was_judged(people):
    version = kinds_of(people, (K.SCORE, {}), (K.SCORE, {}), (K.GRADE, {}), (K.GRADE, {}))
    for question, weight in zip(version.questions, (3, 1, 2, 10), strict=True):
        facts = {"needs": N.NOTHING, "topic": ""}
        questions.set_response(
            question, question.kind, question.settings, weight=weight, by=people.lead, **facts
        )
    items = in_audit(people, version)
    for item in items:
        item.process = people.inc
    for seq, (item, facts) in enumerate(zip(items, (
        {"reply": "4", "value": "conform"}, {"reply": "0", "value": "observation"}, {"value": "minor"},
        {"value": "not_applicable"},
    ), strict=True), start=1):  # fmt: skip
        factory.answer(item, people.lead, device_seq=seq, **facts)
    (row,) = scores.by_process(answers(items[0], people))
    assert (row.process.code, row.answered, row.questions) == ("INC", 4, 4)
    assert row.conformity == 3 / 6
    assert row.maturity == (3 * 4 + 1 * 0) / 4


def test_shares_are_shown_in_percent_on_the_page(people, client_for):
    first, second = in_audit(people, kinds_of(people, (K.GRADE, {}), (K.GRADE, {})))
    factory.answer(first, people.lead, note="")
    factory.answer(second, people.lead, device_seq=2)
    page = (
        client_for(people.lead).get(f"/audits/{first.checklist.audit_id}/checklists").get_data(as_text=True)
    )
    assert "Conform without evidence: 1 of 2 (50 %)" in " ".join(page.replace("</a>", "").split())
    assert "100 %" in page


def test_a_process_without_a_judged_question_has_no_score(people):
    items = in_audit(people, kinds_of(people, (K.GRADE, {})))
    (row,) = scores.by_process(answers(items[0], people))
    assert (row.conformity, row.maturity) == (None, None)
    assert record_parts.scores_of(answers(items[0], people)) == []


def test_what_a_score_is_stands_before_the_table_and_never_alone_on_a_page(people):
    first, _second = with_condition(people)
    factory.answer(first, people.lead, reply="yes", value="conform")
    kinds = [type(each).__name__ for each in record_parts.scores_of(answers(first, people))]
    assert kinds == ["Heading", "Text", "Grid"]


# --- several standards --------------------------------------------------------------------------------------
def two_standards(people: Any) -> tuple[Any, list[ChecklistItem], list[ChecklistItem]]:
    """An audit with ISO/IEC 20000-1 9.2 and ISO/IEC 27001 9.2."""
    audit = factory.audit(people)
    both = [
        services.add_checklist(audit, factory.shipped(key), by=people.lead, clauses=["9.2", "9.2.1"]).items
        for key in ("iso20000-1-2018", "iso27001-2022")
    ]
    return audit, *([each for each in items if each.assessable] for items in both)


def test_one_audit_over_two_standards_shares_evidence_but_not_verdicts(people):
    _audit, (sms, *_more), (isms, *_rest) = two_standards(people)
    assert sms.topic == isms.topic != ""
    factory.answer(sms, people.lead, sample={"population": 12, "size": 3, "method": "judgement"}, note="")
    factory.answer(isms, people.lead, note="", device_seq=2)
    work = answers(sms, people)
    other = work.answer(isms.id)
    assert sms.id in {each.item.id for each in other.sisters}
    assert not other.bare, "the sample was recorded once, for both"
    assert other.sample is None
    third = work.answer(_rest[0].id)
    assert third.value is None, "each standard keeps its own verdict"


def test_a_question_of_another_standard_belongs_to_its_own_process_not_to_that_of_the_equal_number(people):
    audit = factory.audit(people)
    db.session.add(ProcessClause(process_id=people.inc.id, clause="10.2"))  # improvement, in our own standard
    db.session.flush()
    db.session.expire_all()
    items = services.add_checklist(
        audit, factory.shipped("iso27001-2022"), by=people.lead, clauses=["10.2"]
    ).items
    assert [each.process for each in items if each.assessable] == [None]


def test_questions_of_one_checklist_are_no_sisters(people):
    _audit, sms, _isms = two_standards(people)
    work = answers(sms[0], people)
    mine = {each.id for each in sms}
    assert all(not mine & {each.item.id for each in work.answer(item.id).sisters} for item in sms)


# --- newer versions -----------------------------------------------------------------------------------------
def planned(people: Any) -> tuple[Any, Any, Any]:
    """A planned audit with version 1 of a checklist narrowed to 8.6.1, and the published version 2."""
    first = factory.published(people, "Is it recorded?", "Is it reviewed?")
    audit = factory.audit(people)
    checklist = services.add_checklist(audit, first, by=people.lead, clauses=["8.6.1"])
    draft = services.new_version(first.template, by=people.lead)
    questions.edit_question(draft.questions[0], prompt_en="Is each of them recorded?", by=people.lead)
    return audit, checklist, services.publish(draft, by=people.lead)


def test_a_planned_audit_is_offered_the_newer_version_and_takes_it_over_narrowed_as_it_was(people):
    audit, checklist, newer = planned(people)
    assert copies.offered(audit) == {checklist.id: newer}
    before = checklist.items[0].lineage
    copies.adopt(checklist, newer, by=people.lead)
    assert [each.prompt_en for each in checklist.items] == ["Is each of them recorded?"]
    assert checklist.items[0].lineage == before
    assert checklist.template_version is newer
    assert copies.offered(audit) == {}


def test_an_audit_with_answers_keeps_its_version(people):
    _audit, checklist, newer = planned(people)
    factory.answer(checklist.items[0], people.lead)
    with pytest.raises(Refused, match="keeps the version"):
        copies.adopt(checklist, newer, by=people.lead)
    assert checklist.items[0].prompt_en == "Is it recorded?"


def test_a_newer_file_of_a_shipped_checklist_becomes_its_next_version(people, monkeypatch):
    old = factory.shipped("fitsm-3.0")
    source = next(each for each in shipping.library.shipped() if each.key == "fitsm-3.0")
    newer = source.model_copy(update={"version": str(source.number + 1)})
    monkeypatch.setattr(shipping.library, "shipped", lambda: [newer])
    (made,) = services.load_shipped()
    db.session.refresh(old)
    assert (made.number, made.state.value, old.state.value) == (old.number + 1, "published", "retired")
    assert [each.lineage for each in made.questions] == [each.lineage for each in old.questions]
    assert services.load_shipped() == []


def test_the_workbook_of_the_record_is_written_with_all_sheets(people):
    first, _second = with_condition(people)
    factory.answer(first, people.lead, reply="yes", value="conform")
    sheets = exports.record_sheets(answers(first, people))
    assert xlsx.render(exports.workbook(sheets, "Record"))
    assert any("Score by process" in str(each.title) for each in sheets)


def test_what_is_not_asked_stays_out_of_the_coverage_map(people):
    first, second = with_condition(people)
    audit = first.checklist.audit
    assert queries.not_asked_in([audit.id]) == {second.id}
    factory.answer(first, people.lead, reply="yes", value="conform")
    assert [each.clause for each in maps.answers([audit.id])] == ["8.6.1"]
    factory.answer(first, people.lead, reply="no", value="minor", device_seq=2)
    assert queries.not_asked_in([audit.id]) == {second.id}, "two answers that differ lead nowhere yet"
