"""Reads: what is seen by whom, sections, progress, and a number of queries that does not grow."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from audit_app.checklists import queries, services
from audit_app.checklists.models import Verdict
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.programme.models import AuditState
from tests.checklists import factory


@contextmanager
def counted():
    """Statements sent to the database inside the block."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def whole(people):
    """An audit with all 62 questions."""
    audit = factory.audit(people)
    services.add_checklist(audit, factory.shipped(), by=people.lead)
    db.session.commit()
    return audit


def test_drafts_are_hidden_from_those_who_do_not_edit(people):
    version = factory.draft(people)
    for person in (people.auditor, people.owner, people.reader, people.boss):
        with pytest.raises(NotVisible):
            queries.get_version(version.id, to=person)
    assert queries.get_version(version.id, to=people.manager) is version


def test_a_process_owner_sees_items_of_audits_of_their_own_only(people):
    item = factory.checklist(people).items[0]
    assert queries.get_item(item.id, to=people.owner) is item
    with pytest.raises(NotVisible):
        queries.get_item(item.id, to=people.owner2)


def test_the_sections_of_the_standard_are_its_chapters_and_the_parts_of_the_large_one(whole, people):
    work = queries.fieldwork(whole, to=people.lead)
    assert [section.key for section in work.sections] == [
        "4", "5", "6", "7", "8", "8.2", "8.3", "8.4", "8.5", "8.6", "8.7", "9", "10",
    ]  # fmt: skip
    assert sum(section.total for section in work.sections) == work.total == 62
    assert all(section.title for section in work.sections)


def test_progress_counts_each_verdict_once(people):
    made = factory.checklist(people, "A?", "B?", "C?", "D?")
    a, b, c, _d = made.items
    factory.answer(a, people.lead, value="conform", note="")
    factory.answer(b, people.lead, value="minor", device_seq=2)
    first = factory.answer(c, people.lead, value="ofi", device_seq=3)
    factory.answer(c, people.lead, value=None, base=[first], device_seq=4)
    work = queries.fieldwork(made.audit, to=people.lead)
    assert (work.answered, work.total) == (2, 4)
    assert work.counts[Verdict.CONFORM] == work.counts[Verdict.MINOR] == 1
    assert work.counts[Verdict.OPEN] == 2
    assert [answer.item for answer in work.bare] == [a]
    assert [answer.item for answer in work.unwritten] == [b]


def test_the_next_unanswered_question_goes_round_from_the_end(people):
    made = factory.checklist(people, "A?", "B?", "C?")
    factory.answer(made.items[1], people.lead)
    work = queries.fieldwork(made.audit, to=people.lead)
    a, _b, c = made.items
    assert work.next_unanswered(a.id).item is c
    assert work.next_unanswered(c.id).item is a
    assert work.next_unanswered().item is a


def test_the_answer_of_the_last_audit_stands_beside_the_question(people):
    version = factory.published(people)
    from audit_app.core.clock import today

    old = factory.audit(people, code="IA-0", starts_on=today().replace(year=today().year - 1))
    before = services.add_checklist(old, version, by=people.lead)
    factory.answer(before.items[0], people.lead, note="As it was", value="minor")
    old.state = AuditState.CLOSED
    made = services.add_checklist(factory.audit(people), version, by=people.lead)
    work = queries.fieldwork(made.audit, to=people.lead)
    assert {item: row.note for item, row in work.earlier.items()} == {made.items[0].id: "As it was"}


def test_changes_come_in_the_order_the_server_took_them(people):
    made = factory.checklist(people)
    ids = [factory.answer(item, people.lead, device_seq=n) for n, item in enumerate(made.items, start=1)]
    assert [row.id for row in queries.changes(made.audit, 0)] == ids
    assert [row.id for row in queries.changes(made.audit, 1)] == ids[1:]


def statements_of(act):
    db.session.expire_all()
    with counted() as seen:
        act()
    return len(seen)


def test_opening_62_questions_takes_as_many_queries_as_opening_two(whole, people):
    small = factory.checklist(people, code="IA-2").audit
    large = statements_of(lambda: queries.fieldwork(whole, to=people.lead))
    assert large == statements_of(lambda: queries.fieldwork(small, to=people.lead))
    for number, item in enumerate([i for i in whole.checklists[0].items if i.assessable], start=1):
        factory.answer(item, people.lead, device_seq=number)
    db.session.commit()
    answered = statements_of(lambda: queries.fieldwork(whole, to=people.lead))
    assert answered <= large + 1


def test_saving_one_answer_takes_the_same_queries_in_a_large_audit_as_in_a_small_one(whole, people):
    small = factory.checklist(people, code="IA-2")
    item = next(i for i in whole.checklists[0].items if i.assessable)
    given = factory.revision(item, people.lead)
    other = factory.revision(small.items[0], people.lead, device_seq=2)
    assert statements_of(lambda: factory.send(people.lead, given)) == statements_of(
        lambda: factory.send(people.lead, other)
    )


def test_the_search_finds_items_with_their_audit(people):
    made = factory.checklist(people)
    found = list(db.session.scalars(queries.visible_items(people.lead)))
    assert found == list(made.items)
    assert found[0].checklist.audit.code == "IA-1"
