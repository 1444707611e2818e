"""The answers of many audits at once say the same as the fieldwork of each."""

import pytest
from sqlalchemy import event

from audit_app.checklists import queries, questions, services, tally
from audit_app.checklists.models import Need, ResponseKind, Verdict
from audit_app.core.db import db
from tests.checklists import factory, field
from tests.databases import both_databases
from tests.findings.factory import Upload, attach


def answered(people, title="First"):
    """An audit with an answer of every sort: with a note, a file, a sample, a note from the field, and bare."""
    made = factory.checklist(people, *(f"Question {n}?" for n in range(9)))
    items = made.items
    factory.answer(items[0], people.lead, note="")
    factory.answer(items[1], people.lead, device_seq=2)
    factory.answer(items[2], people.lead, note="", device_seq=3)
    factory.answer(items[3], people.lead, note="", device_seq=4)
    factory.answer(items[4], people.lead, value="minor", device_seq=5)
    factory.answer(items[5], people.lead, value="not_applicable", device_seq=6)
    first = factory.answer(items[6], people.lead, value="conform", note="", device_seq=7)
    factory.answer(items[6], people.lead, value="major", base=[first], device_seq=8)
    factory.answer(items[7], people.lead, value="conform", note="", device_seq=9)
    factory.answer(items[7], people.auditor, value="minor", note="", device_seq=10)
    attach(items[2], Upload(), by=people.lead)
    note = field.note(made.audit, people.lead, items=[items[3].id], device_seq=11)
    assert factory.send(people.lead, note).results[note["id"]].status == "accepted"
    db.session.flush()
    return made


def agree(audits, people):
    """Whether both ways of reading find the same questions judged, and the same of them bare."""
    found = tally.judged([audit.id for audit in audits])
    for audit in audits:
        work = queries.standing_of(audit)
        mine = [each for each in found if each.audit_id == audit.id]
        judged = [each for each in work.answers if each.value and each.value not in tally.BESIDE]
        assert {each.item_id: each.verdict for each in mine} == {each.item.id: each.value for each in judged}
        assert {each.item_id for each in mine if each.bare} == {each.item.id for each in work.bare}
    return found


@both_databases
def test_what_counts_as_judged_and_as_bare_is_what_the_fieldwork_shows(people):
    made = answered(people)
    db.session.expire_all()
    found = agree([made.audit], people)
    assert [each.bare for each in found] == [True, *[False] * 5]
    assert [each.conform for each in found] == [True, True, True, True, False, False]


def test_a_sister_with_evidence_speaks_for_both_and_a_score_is_a_level(people):
    first, second = factory.draft(people, "A?", "B?"), factory.draft(people, "C?", title="Other")
    for version in (first, second):
        for place, question in enumerate(version.questions):
            kind = ResponseKind.SCORE if place else ResponseKind.YES_NO
            facts = {"needs": Need.NOTHING, "weight": 1, "topic": "subject"}
            questions.set_response(question, kind, {}, by=people.lead, **facts)
        services.publish(version, by=people.lead)
    audit = factory.audit(people)
    one, other = (services.add_checklist(audit, each, by=people.lead) for each in (first, second))
    factory.answer(one.items[0], people.lead, note="", reply="yes")
    factory.answer(one.items[1], people.lead, note="", reply="3", device_seq=2)
    assert [each.bare for each in agree([audit], people)] == [True, True]
    factory.answer(other.items[0], people.lead, note="Seen.", reply="yes", device_seq=3)
    db.session.expire_all()
    found = agree([audit], people)
    assert [each.bare for each in found] == [False, False, False]
    assert sorted(each.level for each in found if each.level is not None) == [3]


def test_as_many_queries_for_one_audit_as_for_none_more(people):
    made = answered(people)

    def asked():
        sent = []
        event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
        tally.judged([made.audit.id])
        return len(sent)

    assert asked() <= 4
    assert tally.judged([]) == []


@pytest.mark.parametrize("verdict", [Verdict.OBSERVATION, Verdict.OFI, Verdict.GOOD_PRACTICE])
def test_only_nonconformities_speak_against_conformity(verdict):
    assert tally.Judged(1, 1, "8.1", verdict, 1, None, False).conform
