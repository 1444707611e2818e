"""What the lead auditor sees and decides of work that came from tablets; the receipt; lost tablets; files."""

import base64
import hashlib
import io
import json
import uuid

import pytest

from audit_app.checklists import devices, queries, receipt, rulings, sync
from audit_app.checklists.field_models import FieldDevice, Upload, UploadState
from audit_app.core.db import db
from audit_app.evidence.models import Attachment
from audit_app.programme.models import AuditState
from tests.checklists import factory, field
from tests.checklists.field import batch, photo, take
from tests.programme import factory as audits


@pytest.fixture
def made(people):
    return factory.checklist(people)


def held(made, people, **facts):
    made.audit.state = AuditState.REPORTED
    given = factory.revision(made.items[0], people.auditor, **facts)
    factory.send(people.auditor, given)
    made.audit.state = AuditState.IN_PROGRESS
    db.session.commit()
    return rulings.waiting(made.audit)[0]


@pytest.mark.parametrize(("verb", "counts"), [("admit", True), ("reject", False), ("file_late", False)])
def test_the_lead_decides_on_a_held_record_with_a_reason(made, people, client_for, verb, counts):
    row = held(made, people)
    client, url = client_for(people.lead), f"/audits/{made.audit.id}/tablets/{row.server_seq}/{verb}"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"reason": "Seen with my own eyes"}).status_code == 303
    assert bool(queries.heads(made.audit)) is counts
    page = client.get(f"/audits/{made.audit.id}/tablets").get_data(as_text=True)
    assert "Seen with my own eyes" in page
    assert client.get(url).status_code == 404


def test_rejecting_without_a_reason_is_refused_and_nothing_is_decided(made, people, client_for):
    row = held(made, people)
    reply = client_for(people.lead).post(
        f"/audits/{made.audit.id}/tablets/{row.server_seq}/reject", data={"reason": " "}
    )
    assert reply.status_code == 422
    assert "Write the reason" in reply.get_data(as_text=True)
    assert len(rulings.waiting(made.audit)) == 1


def test_an_auditor_reads_the_screen_but_decides_nothing(made, people, client_for):
    row = held(made, people)
    client = client_for(people.auditor)
    assert "by the lead auditor" in client.get(f"/audits/{made.audit.id}/tablets").get_data(as_text=True)
    assert client.post(f"/audits/{made.audit.id}/tablets/{row.server_seq}/admit", data={}).status_code == 403
    assert len(rulings.waiting(made.audit)) == 1


def test_a_note_that_is_a_script_is_shown_as_text_wherever_it_is_shown(made, people, client_for):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    held(made, people, note=evil)
    factory.send(people.lead, factory.revision(made.items[1], people.lead, note=evil))
    factory.send(
        people.auditor, factory.revision(made.items[1], people.auditor, note=evil + "!", device_seq=2)
    )
    factory.send(people.auditor, {"id": evil, "audit": made.audit.id, "note": evil})
    page = client_for(people.lead).get(f"/audits/{made.audit.id}/tablets").get_data(as_text=True)
    assert "Two people answered differently" in page
    assert "Quarantine" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert page.count("&lt;script&gt;") >= 3


def test_an_audit_is_not_reported_while_something_from_tablets_is_open(made, people):
    from audit_app.core.errors import Refused

    key = str(uuid.uuid4())
    for item in made.items:
        factory.send(people.lead, factory.revision(item, people.lead, attachment_ids=[key]))
    with pytest.raises(Refused, match="1 files have not arrived"):
        audits.report(people, made.audit, "It conforms.")
    rulings.waive(key, made.audit, reason="The tablet was destroyed", by=people.lead)
    conflicting = factory.revision(made.items[0], people.auditor, note="I saw it otherwise", device_seq=2)
    factory.send(people.auditor, conflicting)
    with pytest.raises(Refused, match="Two people answered differently"):
        audits.report(people, made.audit, "It conforms.")
    both = [row.id for row in queries.heads(made.audit)[made.items[0].id]]
    factory.send(
        people.lead,
        factory.revision(made.items[0], people.lead, base=both, device_seq=9, attachment_ids=[key]),
    )
    audits.report(people, made.audit, "It conforms.")
    assert made.audit.state is AuditState.REPORTED


def test_a_reported_audit_is_reopened_with_a_reason_for_a_tablet_that_came_late(made, people, client_for):
    for item in made.items:
        factory.send(people.lead, factory.revision(item, people.lead))
    audits.report(people, made.audit, "It conforms.")
    client, url = client_for(people.lead), f"/programme/audits/{made.audit.id}/step/reopen"
    assert client.post(url, data={"reason": ""}).status_code == 422
    assert client.post(url, data={"reason": "Ana's tablet came back"}).status_code == 303
    assert made.audit.state is AuditState.IN_PROGRESS
    assert "reopened the audit: Ana" in client.get(f"/programme/audits/{made.audit.id}").get_data(
        as_text=True
    ).replace("&#39;", "'")


# --- receipt ------------------------------------------------------------------------------------------------
def test_the_receipt_counts_what_came_from_which_tablet_and_says_who_is_not_back(made, people, client_for):
    client = client_for(people.auditor)
    take(client, made)
    given = [
        factory.revision(made.items[0], people.auditor),
        field.note(made.audit, people.auditor, device_seq=4),
    ]
    client.post("/sync", json=batch(*given, outbox_count=5))
    field.put(client, photo(), audit=made.audit, item=made.items[0].id)
    page = client_for(people.lead).get(f"/audits/{made.audit.id}/receipt").get_data(as_text=True)
    assert "1 tablet is not back" in page
    missing = [factory.revision(made.items[1], people.auditor, device_seq=n) for n in (2, 3)]
    client.post("/sync", json=batch(*missing, outbox_count=2))
    page = client_for(people.lead).get(f"/audits/{made.audit.id}/receipt").get_data(as_text=True)
    assert "not back" not in page
    assert "All 4 records and 1 files are on the server" in page


# --- lost tablets -------------------------------------------------------------------------------------------
@pytest.mark.edge_case(28)
def test_a_lost_tablet_is_shut_out_and_tells_what_to_audit_again(made, people, client_for):
    take(client_for(people.auditor), made)
    client_for(people.auditor).post("/sync", json=batch(factory.revision(made.items[0], people.auditor)))
    client = client_for(people.manager)
    page = client.get(f"/tablets/{factory.DEVICE}").get_data(as_text=True)
    assert "Is it reviewed?" in page
    assert "Is it recorded?" not in page
    assert (
        client.post(f"/tablets/{factory.DEVICE}/revoke", data={"reason": "Lost on the train"}).status_code
        == 303
    )
    assert db.session.get(FieldDevice, factory.DEVICE).revoke_reason == "Lost on the train"
    assert client.post(f"/tablets/{factory.DEVICE}/revoke", data={"reason": "Again"}).status_code == 422


def test_the_lead_sees_the_tablets_on_which_the_audit_was_taken_along(made, people, client_for):
    take(client_for(people.auditor), made)
    page = client_for(people.lead).get("/tablets").get_data(as_text=True)
    assert people.auditor.name in page
    assert client_for(people.lead).get(f"/tablets/{factory.DEVICE}").status_code == 200


def test_the_tablet_of_another_does_not_exist_for_an_auditor(made, people, client_for):
    take(client_for(people.auditor), made)
    client = client_for(people.auditor2)
    assert client.get(f"/tablets/{factory.DEVICE}").status_code == 404
    assert client.post(f"/tablets/{factory.DEVICE}/revoke", data={"reason": "x"}).status_code == 404
    assert not devices.revoked(factory.DEVICE)


# --- a saved file -------------------------------------------------------------------------------------------
def saved(made, people, *items, **facts):
    picture = photo()
    return {
        "format": "fieldwork-unsent", "version": 1, "audit": made.audit.id, "device_id": factory.DEVICE,
        "person": {"id": people.auditor.id, "name": people.auditor.name}, "made_at": "2026-03-10T09:30:00Z",
        "items": list(items),
        "attachments": [{"id": str(uuid.uuid4()), "name": "rack.jpg", "type": "image/jpeg",
                         "sha256": hashlib.sha256(picture).hexdigest(), "base64": base64.b64encode(picture).decode()}],
        **facts,
    }  # fmt: skip


def bring(client, made, content):
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    url = f"/audits/{made.audit.id}/tablets/import"
    return client.post(
        url, data={"file": (io.BytesIO(data), "unsent.json")}, content_type="multipart/form-data"
    )


def test_a_saved_file_is_held_record_by_record_and_bringing_it_twice_changes_nothing(
    made, people, client_for
):
    known = factory.revision(made.items[1], people.auditor, device_seq=2)
    factory.send(people.auditor, known)
    file = saved(made, people, known, {"id": "broken"})
    new = factory.revision(made.items[0], people.auditor, attachment_ids=[file["attachments"][0]["id"]])
    file["items"].append(new)
    client = client_for(people.lead)
    assert bring(client, made, file).status_code == 303
    page = client.get(f"/audits/{made.audit.id}/tablets").get_data(as_text=True)
    assert "1 records wait for your decision, 1 were here before, 1 could not be read" in page
    row = rulings.waiting(made.audit)[0]
    assert (row.id, row.author_id, row.held_reason) == (new["id"], people.auditor.id, "file")
    rulings.admit(row, made.audit, reason="", by=people.lead)
    assert db.session.query(Attachment).one().id == file["attachments"][0]["id"]
    db.session.commit()
    assert bring(client, made, file).status_code == 303
    assert rulings.waiting(made.audit) == []


def test_a_photo_of_which_a_part_was_sent_before_arrives_whole_from_the_file(made, people, client_for):
    file = saved(made, people)
    (picture,) = file["attachments"]
    whole, client = base64.b64decode(picture["base64"]), client_for(people.auditor)
    assert field.put(client, whole[:1000], whole=whole, audit=made.audit, id=picture["id"]).status_code == 200
    assert bring(client_for(people.lead), made, file).status_code == 303
    assert db.session.get(Upload, picture["id"]).state is UploadState.HELD


def test_a_photo_whose_hash_is_none_is_refused_and_the_rest_is_brought(made, people, client_for):
    file = saved(made, people, factory.revision(made.items[0], people.auditor))
    file["attachments"][0]["sha256"] = "x" * 500
    assert bring(client_for(people.lead), made, file).status_code == 303
    assert db.session.query(Upload).count() == 0
    assert len(rulings.waiting(made.audit)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": "other"}', b"\xff\xfe\x00", b"[" * 100_000]
)
def test_what_is_no_saved_file_is_refused_in_words(made, people, client_for, content):
    reply = bring(client_for(people.lead), made, content)
    assert reply.status_code == 422
    assert "not a file of unsent answers" in reply.get_data(as_text=True)


def test_the_file_of_another_audit_is_refused_in_words(made, people, client_for):
    reply = bring(client_for(people.lead), made, saved(made, people, audit=made.audit.id + 1))
    assert reply.status_code == 422
    assert "belongs to another audit" in reply.get_data(as_text=True)


def test_all_that_a_person_answered_in_browsers_is_one_line_of_the_receipt(made, people):
    for number, device in enumerate((factory.DEVICE, str(uuid.uuid4())), start=1):
        given = factory.revision(made.items[0], people.auditor, device_seq=number)
        sync.receive(factory.batch(given, device=device), by=people.auditor)
    lines = receipt.lines(made.audit)
    assert [(line.person.id, line.records, line.device) for line in lines] == [(people.auditor.id, 2, None)]
