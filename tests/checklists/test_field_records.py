"""Notes, findings and signatures through the one door, on both databases; what older rows hashed stays right."""

import json

import pytest
from sqlalchemy import select

from audit_app.checklists import queries, records, rulings, sync
from audit_app.checklists.models import AnswerRevision, RecordKind, RevisionStatus
from audit_app.core.db import db
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme.models import AuditState
from tests.checklists import factory, field
from tests.databases import both_databases


@pytest.fixture
def made(people):
    return factory.checklist(people)


def status(reply, given):
    return reply.results[given["id"]].status


@both_databases
def test_every_kind_of_record_is_accepted_and_hangs_in_one_chain(people):
    made = factory.checklist(people)
    given = [
        factory.revision(made.items[0], people.lead, sample={"population": 240, "size": 3, "method": "random",
                         "seed": "20000", "ids": ["INC1", "INC2", "INC3"], "exceptions": [["INC2", "no owner"]]}),
        field.note(made.audit, people.lead, items=[made.items[0].id], quote=True, speaker="Olga", device_seq=2),
        field.finding(made.items[0], people.lead, device_seq=3),
        field.signature(made.audit, people.lead, device_seq=4),
    ]  # fmt: skip
    reply = factory.send(people.lead, *given)
    assert [status(reply, each) for each in given] == ["accepted"] * 4
    db.session.commit()
    db.session.expire_all()
    assert sync.verify() == []
    kinds = [
        row.kind.value
        for row in db.session.scalars(select(AnswerRevision).order_by(AnswerRevision.server_seq))
    ]
    assert kinds == ["answer", "note", "finding", "signature"]
    assert queries.heads(made.audit)[made.items[0].id][0].sample["exceptions"] == [["INC2", "no owner"]]
    assert [row.payload["strokes"][0] for row in queries.threads(made.audit, RecordKind.SIGNATURE)] == [
        [[1, 2], [30.5, 40]]
    ]


def test_a_stored_record_reads_back_as_it_was_sent(made, people):
    given = [factory.revision(made.items[0], people.lead), field.note(made.audit, people.lead, device_seq=2)]
    factory.send(people.lead, *given)
    for each, row in zip(given, db.session.scalars(select(AnswerRevision)), strict=True):
        assert sync.record_of(row).model_dump() == records.read_record(each).model_dump()


def test_a_later_version_of_a_note_takes_the_place_of_the_first(made, people):
    first = field.note(made.audit, people.lead, "Two servers")
    later = {**first, **field.note(made.audit, people.lead, "Three servers", device_seq=2), "thread": first["thread"],
             "base": [first["id"]]}  # fmt: skip
    factory.send(people.lead, first, later)
    assert [row.note for row in queries.threads(made.audit, RecordKind.NOTE)] == ["Three servers"]


def test_a_note_names_only_questions_of_its_audit(made, people):
    given = field.note(made.audit, people.lead, items=[made.items[0].id, 9999])
    assert status(factory.send(people.lead, given), given) == "invalid:items"


def test_the_base_of_a_note_is_not_an_answer(made, people):
    answer = factory.answer(made.items[0], people.lead)
    given = field.note(made.audit, people.lead, base=[answer], device_seq=2)
    assert status(factory.send(people.lead, given), given) == "invalid:base"


def test_a_finding_from_the_field_becomes_a_draft_with_what_its_question_knows(made, people):
    given = field.finding(made.items[0], people.auditor, grade="major")
    assert status(factory.send(people.auditor, given), given) == "accepted"
    finding = db.session.scalars(select(Finding)).one()
    assert (finding.state, finding.grade, finding.clause) == (
        FindingState.DRAFT,
        Grade.MAJOR,
        made.items[0].clause,
    )
    assert (finding.item_id, finding.audit_id, finding.raised_by_id) == (
        made.items[0].id,
        made.audit.id,
        people.auditor.id,
    )
    assert finding.nonconformity == "Three incidents were not recorded"


def test_a_resent_finding_is_written_once_and_a_later_one_changes_the_draft(made, people):
    first = field.finding(made.items[0], people.auditor)
    factory.send(people.auditor, first)
    assert status(factory.send(people.auditor, first), first) == "duplicate"
    later = {**first, "id": field.note(made.audit, people.auditor)["id"], "base": [first["id"]], "device_seq": 2,
             "nonconformity": "Four incidents were not recorded", "grade": "major"}  # fmt: skip
    assert status(factory.send(people.auditor, later), later) == "accepted"
    finding = db.session.scalars(select(Finding)).one()
    assert (finding.nonconformity, finding.grade) == ("Four incidents were not recorded", Grade.MAJOR)


def test_a_finding_that_was_issued_meanwhile_is_not_changed_behind_its_back(made, people):
    first = field.finding(made.items[0], people.auditor)
    factory.send(people.auditor, first)
    db.session.scalars(select(Finding)).one().state = FindingState.ISSUED
    later = {**first, "id": field.note(made.audit, people.auditor)["id"], "base": [first["id"]], "device_seq": 2,
             "nonconformity": "Other words"}  # fmt: skip
    assert status(factory.send(people.auditor, later), later) == "held:issued"
    assert db.session.scalars(select(Finding)).one().nonconformity == "Three incidents were not recorded"


def test_a_finding_whose_audit_is_closed_is_held_and_nothing_is_written(made, people):
    made.audit.state = AuditState.CLOSED
    given = field.finding(made.items[0], people.auditor)
    assert status(factory.send(people.auditor, given), given) == "held:closed"
    assert db.session.scalars(select(Finding)).all() == []


@pytest.mark.parametrize(
    ("change", "field_name"),
    [({"kind": "poem"}, "kind"), ({"kind": ["note"]}, "kind"), ({"thread": "x"}, "thread"), ({"text": "a\x00b"}, "text"),
     ({"text": "\ud800"}, "text"), ({"items": "1"}, "items"), ({"value": "conform"}, "value")],
)  # fmt: skip
@pytest.mark.edge_case(3)
def test_a_malformed_note_is_named_and_kept_raw_once(made, people, change, field_name):
    from audit_app.checklists.field_models import QuarantinedItem

    given = {**field.note(made.audit, people.lead), **change}
    for _turn in range(2):
        assert factory.send(people.lead, given).results[given["id"]].status == f"invalid:{field_name}"
    kept = db.session.scalars(select(QuarantinedItem)).all()
    assert [(each.field, each.audit_id) for each in kept] == [(field_name, made.audit.id)]
    assert json.loads(kept[0].raw) == given


@pytest.mark.parametrize("strokes", [[], [[]], [[[1]]], [[[1, float("nan")]]], [[[1, 99999]]]])
def test_strokes_are_points_on_the_paper(made, people, strokes):
    given = field.signature(made.audit, people.lead, strokes=strokes)
    assert status(factory.send(people.lead, given), given) == "invalid:strokes"


def test_rows_of_older_versions_hash_as_before(made, people):
    """The columns that came with protocol 2 are silent in an answer of protocol 1."""
    factory.answer(made.items[0], people.lead)
    row = db.session.scalars(select(AnswerRevision)).one()
    assert (row.kind, row.thread, row.payload, row.status) == (
        RecordKind.ANSWER,
        None,
        None,
        RevisionStatus.ACCEPTED,
    )
    from audit_app.checklists.chain import LATER

    columns = {column.key for column in AnswerRevision.__table__.columns}
    assert set(LATER) < columns
    first_version = columns - set(LATER) - {"row_hash"}
    import hashlib

    from audit_app.trail.services import canonical, plain

    body = {key: plain(getattr(row, key)) for key in first_version}
    assert hashlib.sha256(canonical(body).encode()).hexdigest() == row.row_hash


def test_a_held_record_that_is_resent_is_still_held_and_a_used_id_is_told_again(people):
    made = factory.checklist(people)
    made.audit.state = AuditState.REPORTED
    held = factory.revision(made.items[0], people.lead)
    factory.send(people.lead, held)
    assert factory.send(people.lead, held).results[held["id"]].status == "duplicate:closed"
    other = {**held, "note": "Other words"}
    assert factory.send(people.lead, other).results[held["id"]].status == "id_reuse"
    assert factory.send(people.lead, other).results[held["id"]].status == "id_reuse"
    made.audit.state = AuditState.IN_PROGRESS
    rulings.admit(rulings.waiting(made.audit)[0], made.audit, reason="Seen", by=people.lead)
    assert factory.send(people.lead, held).results[held["id"]].status == "duplicate"
