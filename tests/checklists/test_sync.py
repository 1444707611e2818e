"""The door: each status, and what stays in the database after it."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit_app.checklists import protocol, queries, rulings, sync
from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.programme.models import AuditState, TeamMember, TeamRole
from tests.checklists import factory
from tests.databases import both_databases


def status(reply, given):
    return reply.results[given["id"]].status


@pytest.fixture
def made(people):
    return factory.checklist(people)


@both_databases
def test_an_answer_is_accepted_and_is_the_head(people):
    made = factory.checklist(people)
    given = factory.revision(made.items[0], people.lead)
    reply = factory.send(people.lead, given)
    assert status(reply, given) == "accepted"
    assert reply.server_seq == 1
    assert [h.note for h in queries.heads(made.audit)[made.items[0].id]] == ["Seen: three records."]
    assert sync.verify() == []


@pytest.mark.edge_case(1, 26)
def test_a_resent_answer_is_a_duplicate_with_its_first_number(made, people):
    given = factory.revision(made.items[0], people.lead)
    first = factory.send(people.lead, given).results[given["id"]]
    again = factory.send(people.lead, given, given).results[given["id"]]
    assert (again.status, again.server_seq) == ("duplicate", first.server_seq)
    assert db.session.query(AnswerRevision).count() == 1


@pytest.mark.edge_case(4)
def test_one_id_with_two_bodies_is_told_and_both_are_kept(made, people):
    given = factory.revision(made.items[0], people.lead)
    factory.send(people.lead, given)
    other = {**given, "note": "Other words"}
    assert status(factory.send(people.lead, other), other) == "id_reuse"
    assert db.session.query(AnswerRevision).count() == 2
    assert [h.note for h in queries.heads(made.audit)[made.items[0].id]] == ["Seen: three records."]


@pytest.mark.parametrize("state", [AuditState.REPORTED, AuditState.CLOSED, AuditState.CANCELLED])
@pytest.mark.edge_case(12)
def test_answers_to_a_closed_audit_are_held_and_do_not_count(made, people, state):
    made.audit.state = state
    given = factory.revision(made.items[0], people.lead)
    assert status(factory.send(people.lead, given), given) == "held:closed"
    assert queries.heads(made.audit) == {}
    assert [row.id for row in rulings.waiting(made.audit)] == [given["id"]]


def test_answers_of_who_is_not_in_the_team_are_held(made, people):
    given = factory.revision(made.items[0], people.auditor2)
    assert status(factory.send(people.auditor2, given), given) == "held:not_assigned"


def test_an_observer_answers_nothing(made, people):
    made.audit.members.append(TeamMember(person=people.auditor2, role=TeamRole.OBSERVER))
    given = factory.revision(made.items[0], people.auditor2)
    assert status(factory.send(people.auditor2, given), given) == "held:not_assigned"
    assert not sync.may_answer(made.audit, people.auditor2)


@pytest.mark.edge_case(14)
def test_an_unknown_template_version_is_held(made, people):
    given = factory.revision(made.items[0], people.lead, template_version=99)
    assert status(factory.send(people.lead, given), given) == "held:template"


@pytest.mark.edge_case(9)
def test_an_answer_of_another_person_is_refused_and_not_kept(made, people):
    given = factory.revision(made.items[0], people.auditor)
    assert status(factory.send(people.lead, given), given) == "wrong_user"
    assert db.session.query(AnswerRevision).count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", "maybe"), ("value", 1), ("note", None), ("note", "x" * 20_001), ("note", "a\x00b"), ("base", "x"),
        ("base", ["not-an-id"]), ("audit", 0), ("item", "1"), ("client_time", "yesterday"),
        ("client_time", "2026-03-10T09:30:00"), ("tz_offset", 5000), ("device_seq", 0), ("device_seq", True),
        ("author", None), ("template_version", -1), ("attachment_ids", ["x"]), ("flagged", "yes"), ("extra", 1),
    ],
)  # fmt: skip
@pytest.mark.edge_case(2, 3)
def test_a_malformed_field_is_named_and_takes_no_other_with_it(made, people, field, value):
    bad = {**factory.revision(made.items[0], people.lead), field: value}
    good = factory.revision(made.items[1], people.lead, device_seq=2)
    reply = factory.send(people.lead, bad, good)
    assert status(reply, bad) == f"invalid:{field}"
    assert status(reply, good) == "accepted"


@pytest.mark.parametrize("raw", [None, 7, "x", [], {}, {"id": 3}, {"id": str(uuid.uuid4())}])
def test_rubbish_gets_a_status_of_its_own(made, people, raw):
    reply = factory.send(people.lead, raw)
    assert [result.status.partition(":")[0] for result in reply.results.values()] == ["invalid"]


@pytest.mark.parametrize("note", ["", "  \n"])
def test_not_applicable_needs_its_reason(made, people, note):
    given = factory.revision(made.items[0], people.lead, value="not_applicable", note=note)
    assert status(factory.send(people.lead, given), given) == "invalid:note"


def test_an_item_of_an_audit_one_may_not_see_does_not_exist(made, people):
    stranger = factory.audit(people, code="IA-9", auditees=[])
    stranger.auditees, stranger.lead, stranger.members = [], None, []
    given = factory.revision(made.items[0], people.owner2)
    assert status(factory.send(people.owner2, given), given) == "invalid:item"


def test_an_item_must_belong_to_the_audit_named(made, people):
    other = factory.audit(people, code="IA-2")
    given = factory.revision(made.items[0], people.lead, audit=other.id)
    assert status(factory.send(people.lead, given), given) == "invalid:item"


@pytest.mark.edge_case(5)
def test_two_answers_that_did_not_see_each_other_are_a_conflict_until_a_third_names_both(made, people):
    item = made.items[0]
    first = factory.answer(item, people.lead, value="conform")
    second = factory.answer(item, people.auditor, value="minor")
    work = queries.fieldwork(made.audit, to=people.lead)
    assert [h.id for h in work.answer(item.id).heads] == [first, second]
    assert (work.answered, work.conflicts[0].item.id, work.answer(item.id).value) == (0, item.id, None)
    third = factory.answer(item, people.lead, value="minor", base=[first, second])
    work = queries.fieldwork(made.audit, to=people.lead)
    assert [h.id for h in work.answer(item.id).heads] == [third]
    assert work.conflicts == []


def test_a_held_answer_takes_nothing_off_the_top(made, people):
    item = made.items[0]
    first = factory.answer(item, people.lead)
    given = factory.revision(item, people.auditor2, base=[first], value="major")
    factory.send(people.auditor2, given)
    assert [h.id for h in queries.heads(made.audit)[item.id]] == [first]


def test_a_base_of_another_item_is_refused(made, people):
    first = factory.answer(made.items[0], people.lead)
    given = factory.revision(made.items[1], people.lead, base=[first])
    assert status(factory.send(people.lead, given), given) == "invalid:base"


def test_a_circle_of_bases_is_refused_so_that_a_head_is_always_left(made, people):
    a, b, c = (factory.revision(made.items[0], people.lead, device_seq=n) for n in (1, 2, 3))
    a["base"], b["base"], c["base"] = [c["id"]], [a["id"]], [b["id"]]
    reply = factory.send(people.lead, a, b, c)
    assert [status(reply, each) for each in (a, b, c)] == ["accepted", "accepted", "invalid:base"]
    assert [h.id for h in queries.heads(made.audit)[made.items[0].id]] == [b["id"]]


@pytest.mark.edge_case(7)
def test_a_wrong_clock_is_noticed_and_the_answer_counts(made, people):
    given = factory.revision(made.items[0], people.lead, clock_offset_ms=56 * 365 * 86_400_000)
    result = factory.send(people.lead, given).results[given["id"]]
    assert (result.status, result.warnings) == ("accepted", ("clock_suspect",))


@pytest.mark.edge_case(17)
def test_a_cloned_device_is_noticed(made, people):
    factory.answer(made.items[0], people.lead)
    given = factory.revision(made.items[1], people.lead)
    assert factory.send(people.lead, given).results[given["id"]].warnings == ("device_forked",)


@pytest.mark.edge_case(15)
def test_what_a_device_saw_last_is_compared(made, people):
    reply = factory.send(people.lead, factory.revision(made.items[0], people.lead))
    assert factory.send(people.lead, last_seq=reply.server_seq, last_hash=reply.row_hash).chain_ok
    assert not factory.send(people.lead, last_seq=reply.server_seq, last_hash="f" * 64).chain_ok
    assert not factory.send(people.lead, last_seq=99, last_hash=reply.row_hash).chain_ok


@both_databases
@pytest.mark.parametrize("verb", ["UPDATE answer_revision SET note = 'x'", "DELETE FROM answer_revision"])
def test_the_database_itself_refuses_to_change_an_answer(people, verb):
    made = factory.checklist(people)
    factory.answer(made.items[0], people.lead)
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(verb))
    db.session.rollback()


def test_tampering_behind_the_back_of_the_database_is_found(made, people):
    factory.answer(made.items[0], people.lead)
    factory.answer(made.items[1], people.lead, device_seq=2)
    db.session.commit()
    db.session.execute(text("DROP TRIGGER answer_revision_no_update"))
    db.session.execute(text("UPDATE answer_revision SET note = 'nicer' WHERE server_seq = 1"))
    db.session.expire_all()
    assert sync.verify() == ["answers: revision 1 is broken (the 0 before it are whole)"]


@pytest.mark.parametrize(
    "data", [None, [], {}, {"protocol": "1"}, {"protocol": 1, "device_id": "x", "items": []},
             {"protocol": 1, "device_id": factory.DEVICE, "items": [1] * 201}],
)  # fmt: skip
def test_an_envelope_that_is_none_is_refused_as_a_whole(data):
    with pytest.raises(protocol.Unreadable):
        protocol.read_batch(data)
