"""The doors around the records: hello, take, presence, files in pieces, deposit, and what each refuses."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from audit_app.checklists import chain, devices, queries, rulings, sync
from audit_app.checklists.field_models import (
    DepositTicket,
    DurableMark,
    FieldDevice,
)
from audit_app.checklists.models import AnswerRevision
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import AuditState
from tests.checklists import factory, field
from tests.checklists.field import batch, take
from tests.databases import both_databases


@pytest.fixture
def made(people):
    return factory.checklist(people)


# --- hello and take -----------------------------------------------------------------------------------------
@pytest.mark.edge_case(18)
def test_hello_tells_how_far_the_server_has_this_tablet_and_that_three_are_missing(made, people, client_for):
    given = [factory.revision(made.items[0], people.lead, device_seq=number) for number in (1, 2, 3, 7)]
    factory.send(people.lead, *given)
    said = client_for(people.lead).get(f"/sync/hello?device={factory.DEVICE}").json
    assert (said["seen"], said["highest"]) == ({factory.DEVICE: 3}, {factory.DEVICE: 7})
    assert (said["protocol"], said["min_protocol"], said["durable_seq"]) == (3, 1, 0)


def test_the_key_of_the_store_belongs_to_one_person_on_one_tablet(made, people, client_for):
    other = str(uuid.uuid4())
    ask = lambda who, device: client_for(who).get(f"/sync/hello?device={device}").json["store_key"]  # noqa: E731
    keys = [ask(people.lead, factory.DEVICE), ask(people.auditor, factory.DEVICE), ask(people.lead, other)]
    assert len(set(keys)) == 3
    assert keys[0] == ask(people.lead, factory.DEVICE)
    assert all(len(key) == 43 for key in keys)


def test_an_audit_is_taken_offline_with_a_ticket_and_everything_the_screen_holds(made, people, client_for):
    reply = take(client_for(people.auditor), made)
    assert reply.status_code == 200
    assert [item["prompt"] for item in reply.json["bundle"]["items"]] == [
        "Is it recorded?",
        "Is it reviewed?",
    ]
    ticket = db.session.scalars(select(DepositTicket)).one()
    assert ticket.token_sha256 == hashlib.sha256(reply.json["ticket"].encode()).hexdigest()
    device = db.session.get(FieldDevice, factory.DEVICE)
    assert (device.person_id, device.name) == (people.auditor.id, "iPad 3")


def test_only_the_team_takes_an_audit_offline(made, people, client_for):
    assert take(client_for(people.auditor2), made).status_code in (403, 404)
    assert db.session.scalars(select(DepositTicket)).all() == []


def test_a_store_of_somebody_else_is_not_taken_over(made, people, client_for):
    take(client_for(people.auditor), made)
    reply = take(client_for(people.lead), made)
    assert reply.status_code == 422
    assert "belongs to somebody else" in reply.json["message"]


@pytest.mark.edge_case(8)
def test_the_doors_answer_in_json_even_to_who_does_not_ask_for_it(made, client_for):
    nobody = client_for.app.test_client()
    for reply in (nobody.get("/sync/hello"), nobody.get(f"/sync/changes?audit={made.audit.id}"),
                  nobody.post("/sync", data=b"x"), nobody.put("/sync/attachments/x", data=b"x")):  # fmt: skip
        assert (reply.status_code, reply.json["error"]) == (401, "signed_out")


# --- shut out, deposit --------------------------------------------------------------------------------------
def test_a_tablet_that_was_shut_out_hands_in_by_ticket_and_the_lead_admits(made, people, client_for):
    client = client_for(people.auditor)
    ticket = take(client, made).json["ticket"]
    devices.revoke(db.session.get(FieldDevice, factory.DEVICE), reason="Lost on the train", by=people.admin)
    db.session.commit()
    given = factory.revision(made.items[0], people.auditor)
    refused = client.post("/sync", json=batch(given))
    assert (refused.status_code, refused.json["error"]) == (403, "device_revoked")
    assert client.get(f"/sync/hello?device={factory.DEVICE}").json["store_key"] is None
    nobody = client_for.app.test_client()
    reply = nobody.post("/sync/deposit", json=batch(given), headers={"Authorization": f"Bearer {ticket}"})
    assert reply.json["results"][given["id"]] == {"status": "held", "reason": "revoked", "server_seq": 1}
    assert queries.heads(made.audit) == {}
    row = rulings.waiting(made.audit)[0]
    rulings.admit(row, made.audit, reason="He was there", by=people.lead)
    head = queries.heads(made.audit)[made.items[0].id][0]
    assert (head.author_id, head.ruled_by_id, head.ruling) == (
        people.auditor.id,
        people.lead.id,
        "He was there",
    )
    assert head.client_time == row.client_time
    assert rulings.waiting(made.audit) == []
    assert sync.verify() == []


@pytest.mark.edge_case(11)
def test_a_person_who_left_hands_in_by_ticket_but_reads_nothing(made, people, client_for):
    ticket = take(client_for(people.auditor), made).json["ticket"]
    people.auditor.active = False
    db.session.commit()
    given = factory.revision(made.items[0], people.auditor)
    nobody = client_for.app.test_client()
    headers = {"Authorization": f"Bearer {ticket}", "Accept": "application/json"}
    assert (
        nobody.post("/sync/deposit", json=batch(given), headers=headers).json["results"][given["id"]][
            "reason"
        ]
        == "revoked"
    )
    assert nobody.get(f"/sync/changes?audit={made.audit.id}&after=0", headers=headers).status_code == 401
    assert nobody.post("/sync", json=batch(given), headers=headers).status_code == 401


@pytest.mark.parametrize("word", ["", "Bearer ", "Bearer wrong", "Basic abc"])
def test_a_deposit_without_a_good_ticket_is_refused(made, people, client_for, word):
    nobody = client_for.app.test_client()
    reply = nobody.post("/sync/deposit", json=batch(), headers={"Authorization": word})
    assert (reply.status_code, reply.json["error"]) == (401, "ticket")


def test_a_ticket_that_has_ended_opens_nothing(made, people, client_for):
    ticket = take(client_for(people.auditor), made).json["ticket"]
    nobody, headers = client_for.app.test_client(), {"Authorization": f"Bearer {ticket}"}
    assert nobody.post("/sync/deposit", json=batch(), headers=headers).status_code == 200
    db.session.scalars(select(DepositTicket)).one().expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    reply = nobody.post("/sync/deposit", json=batch(), headers=headers)
    assert (reply.status_code, reply.json["error"]) == (401, "ticket")


def test_a_ticket_is_for_one_audit_one_tablet_and_one_person(made, people, client_for):
    other = factory.audit(people, code="IA-2")
    ticket = take(client_for(people.auditor), made).json["ticket"]
    nobody, headers = client_for.app.test_client(), {"Authorization": f"Bearer {ticket}"}
    elsewhere = field.note(other, people.auditor)
    foreign = factory.revision(made.items[0], people.lead)
    results = nobody.post("/sync/deposit", json=batch(elsewhere, foreign), headers=headers).json["results"]
    assert results[elsewhere["id"]] == {"status": "invalid", "reason": "audit"}
    assert results[foreign["id"]] == {"status": "wrong_user"}
    assert (
        nobody.post("/sync/deposit", json=batch(device=str(uuid.uuid4())), headers=headers).status_code == 401
    )


# --- rulings ------------------------------------------------------------------------------------------------
def held_row(made, people):
    made.audit.state = AuditState.REPORTED
    given = factory.revision(made.items[0], people.auditor)
    factory.send(people.auditor, given)
    return rulings.waiting(made.audit)[0]


@pytest.mark.edge_case(12)
def test_what_came_after_the_report_is_filed_as_late_evidence(made, people):
    row = held_row(made, people)
    with pytest.raises(Refused, match="Reopen it first"):
        rulings.admit(row, made.audit, reason="", by=people.lead)
    with pytest.raises(Refused, match="Write the reason"):
        rulings.file_late(row, made.audit, reason=" ", by=people.lead)
    with pytest.raises(Refused, match="lead auditor"):
        rulings.file_late(row, made.audit, reason="Late", by=people.auditor)
    rulings.file_late(row, made.audit, reason="The tablet came back a day late", by=people.lead)
    assert (queries.heads(made.audit), rulings.waiting(made.audit)) == ({}, [])
    assert [each.ruling for each in rulings.decided(made.audit)] == ["The tablet came back a day late"]
    assert sync.verify() == []


def test_a_rejected_record_stays_readable_and_resending_it_changes_nothing(made, people):
    made.audit.state = AuditState.REPORTED
    given = factory.revision(made.items[0], people.auditor)
    factory.send(people.auditor, given)
    rulings.reject(rulings.waiting(made.audit)[0], made.audit, reason="Not the subject", by=people.lead)
    again = factory.send(people.auditor, given).results[given["id"]]
    assert (again.status, again.server_seq) == ("duplicate:closed", 1)
    assert queries.heads(made.audit) == {}
    assert [row.status.value for row in db.session.query(AnswerRevision)] == ["held", "rejected"]


# --- presence -----------------------------------------------------------------------------------------------
def test_two_auditors_see_each_other_and_on_which_question(made, people, client_for):
    told = {
        "audit": made.audit.id,
        "device_id": factory.DEVICE,
        "item": made.items[1].id,
        "waiting": 2,
        "photos": 1,
    }
    assert client_for(people.auditor).post("/sync/presence", json=told).json == {"others": []}
    said = client_for(people.lead).post("/sync/presence", json={**told, "item": None}).json["others"]
    assert [(each["name"], each["item"]) for each in said] == [(people.auditor.name, made.items[1].id)]


# --- what a batch may not do --------------------------------------------------------------------------------
def test_truncated_json_and_two_megabytes_have_their_status(made, people, client_for):
    client = client_for(people.auditor)
    reply = client.post("/sync", data=b'{"protocol": 2, "items": [', content_type="application/json")
    assert (reply.status_code, reply.json["error"]) == (422, "invalid")
    reply = client.post("/sync", data=b"[" + b" " * 2_000_000 + b"]", content_type="application/json")
    assert (reply.status_code, reply.json["error"]) == (413, "too_large")


def test_a_client_time_in_the_far_future_counts_and_is_remarked(made, people):
    given = factory.revision(
        made.items[0], people.auditor, client_time="2199-01-01T00:00:00+08:00", clock_offset_ms=-(10**12)
    )
    result = factory.send(people.auditor, given).results[given["id"]]
    assert (result.status, result.warnings) == ("accepted", ("clock_suspect",))


def test_ten_thousand_replays_leave_one_record(made, people):
    given = factory.revision(made.items[0], people.auditor)
    for _turn in range(50):
        reply = factory.send(people.auditor, *[given] * 200)
        assert reply.results[given["id"]].status in ("accepted", "duplicate")
    assert db.session.query(AnswerRevision).count() == 1


@pytest.mark.edge_case(13)
def test_work_done_before_the_assignment_moved_is_held_for_the_lead(made, people, client_for):
    take(client_for(people.auditor), made)
    made.audit.members.clear()
    db.session.commit()
    given = factory.revision(made.items[0], people.auditor)
    reply = client_for(people.auditor).post("/sync", json=batch(given))
    assert reply.json["results"][given["id"]]["reason"] == "not_assigned"
    assert [row.id for row in rulings.waiting(made.audit)] == [given["id"]]


def test_a_restored_server_is_noticed_once_with_what_is_offered_again(made, people, client_for):
    client = client_for(people.auditor)
    take(client, made)
    given = factory.revision(made.items[0], people.auditor)
    reply = client.post("/sync", json=batch(given, last_seq=41, last_hash="f" * 64, outbox_count=1))
    assert reply.json["chain_ok"] is False
    again = [factory.revision(made.items[0], people.auditor, device_seq=n) for n in (2, 3)]
    client.post(
        "/sync", json=batch(*again, last_seq=reply.json["server_seq"], last_hash=reply.json["row_hash"])
    )
    device = db.session.get(FieldDevice, factory.DEVICE)
    assert device.chain_broken_at is not None
    assert device.offered_again == 2


@both_databases
@pytest.mark.edge_case(16)
def test_the_watermark_is_what_a_backup_holds_and_falls_back_after_a_restore(people):
    made = factory.checklist(people)
    for number in (1, 2):
        factory.send(people.auditor, factory.revision(made.items[0], people.auditor, device_seq=number))
    assert devices.durable_seq() == 0
    devices.mark_durable(*chain.last_row())
    assert devices.durable_seq() == 2
    db.session.add(DurableMark(seq=9, row_hash="f" * 64, at=now()))  # of records that a restore took away
    db.session.flush()
    assert devices.durable_seq() == 2
    with pytest.raises(Refused, match="Nothing was marked"):
        devices.mark_durable(9, "f" * 64)


def test_the_command_marks_what_the_copy_of_a_database_holds(made, people, settings, tmp_path):
    import sqlite3
    from contextlib import closing

    factory.send(people.auditor, factory.revision(made.items[0], people.auditor))
    db.session.commit()
    copy, place = tmp_path / "copy.db", settings.database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    from audit_app.backup.cli import _last_of

    assert _last_of(copy) == chain.last_row()


@pytest.mark.edge_case(27)
def test_a_server_that_is_busy_says_when_to_come_again_and_keeps_nothing_half(
    made, people, client_for, settings
):
    import sqlite3
    from contextlib import closing

    client, given = client_for(people.auditor), factory.revision(made.items[0], people.auditor)
    db.session.commit()
    db.session.remove()
    impatient = lambda connection, _record: connection.execute("PRAGMA busy_timeout=50")  # noqa: E731
    event.listen(db.engine, "connect", impatient)
    db.engine.dispose()
    with closing(
        sqlite3.connect(settings.database.removeprefix("sqlite:///"), isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        reply = client.post("/sync", json=batch(given))
        other.execute("ROLLBACK")
    assert (reply.status_code, reply.headers["Retry-After"], reply.json["error"]) == (503, "5", "busy")
    assert client.post("/sync", json=batch(given)).json["results"][given["id"]]["status"] == "accepted"
