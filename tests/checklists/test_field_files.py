"""Files from tablets, in pieces: where they were cut off, what is refused, whose they are, and what never comes."""

import hashlib
import io
import uuid

import pytest
from PIL import Image
from sqlalchemy import select

from audit_app.checklists import queries, rulings, uploads
from audit_app.checklists.field_models import Upload, UploadState
from audit_app.core.db import db
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from audit_app.programme.models import AuditState
from tests.checklists import factory, field
from tests.checklists.field import photo
from tests.databases import both_databases


@pytest.fixture
def made(people):
    return factory.checklist(people)


@both_databases
@pytest.mark.edge_case(21)
def test_a_photo_comes_in_pieces_and_goes_on_where_it_was_cut_off(people, client_for):
    made = factory.checklist(people)
    client, whole, key = client_for(people.auditor), photo(), str(uuid.uuid4())
    half = len(whole) // 2
    facts = {"audit": made.audit, "whole": whole, "id": key, "item": made.items[0].id}
    reply = field.put(client, whole[:half], **facts)
    assert (reply.status_code, reply.json) == (200, {"file": None, "next": half, "state": "partial"})
    behind = field.put(client, whole[half + 9 :], offset=half + 9, **facts)
    assert (behind.status_code, behind.json["next"]) == (409, half)
    assert client.get(f"/sync/attachments/{key}").json == {"state": "partial", "next": half, "reason": ""}
    done = field.put(client, whole[half:], offset=half, **facts)
    assert (done.status_code, done.json["file"]["id"]) == (201, key)
    again = field.put(client, whole[half:], offset=half, **facts)
    assert again.json["state"] == "stored"
    stored = db.session.scalars(select(Attachment)).one()
    assert db.session.get(Upload, key).sha256 == hashlib.sha256(whole).hexdigest() != stored.sha256
    shown = client.get(done.json["file"]["url"]).data
    assert evidence.path_of(stored.sha256).read_bytes() == shown
    with Image.open(io.BytesIO(whole)) as sent, Image.open(io.BytesIO(shown)) as kept:
        assert kept.size == sent.size


def test_a_photo_whose_server_died_after_the_last_piece_arrives_all_the_same(made, people, client_for):
    client, whole, key = client_for(people.auditor), photo(), str(uuid.uuid4())
    half = len(whole) // 2
    facts = {"audit": made.audit, "whole": whole, "id": key}
    field.put(client, whole[:half], **facts)
    uploads._write(uploads._partial(key), whole[half:], half)  # on disk; then the power went
    assert field.put(client, whole[half:], offset=half, **facts).status_code == 201


def test_a_photo_with_a_wrong_hash_starts_over_and_nothing_is_kept(made, people, client_for):
    whole = photo()
    reply = field.put(client_for(people.auditor), whole, audit=made.audit, sha256="0" * 64)
    assert (reply.status_code, reply.json) == (422, {"error": "checksum", "next": 0})
    assert db.session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [(b"<html><script>alert(1)</script></html>", "photo.jpg", "content"),
     (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "drawing.png", "content"),
     (b"\xff\xd8\xff\xe0 no picture at all", "photo.jpg", "content"), (b"\x00\x01\x02\x03", "blob", "content")],
)  # fmt: skip
@pytest.mark.edge_case(22)
def test_a_photo_that_is_none_is_refused_with_a_reason_and_the_answer_still_counts(
    made, people, client_for, content, name, reason
):
    key = str(uuid.uuid4())
    given = factory.revision(made.items[0], people.auditor, attachment_ids=[key])
    factory.send(people.auditor, given)
    reply = field.put(client_for(people.auditor), content, audit=made.audit, id=key, name=name)
    assert (reply.status_code, reply.json["error"], reply.json["reason"]) == (422, "refused", reason)
    assert reply.json["message"]
    assert db.session.get(Upload, key).state is UploadState.REFUSED
    assert list(rulings.missing_files(made.audit)) == [key]
    assert queries.heads(made.audit)[made.items[0].id]


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "..\\..\\x.jpg", "a/b/c.jpg", "x\u202egpj.exe.jpg"])
def test_a_name_with_path_characters_is_only_ever_a_name(made, people, client_for, name):
    reply = field.put(client_for(people.auditor), photo(), audit=made.audit, name=name)
    assert reply.status_code == 201
    shown = reply.json["file"]["name"]
    assert "/" not in shown
    assert "\\" not in shown
    assert ".." not in shown.strip(".")


@pytest.mark.parametrize(
    ("change", "field_name"),
    [({"sha256": "x"}, "sha256"), ({"offset": -1}, "offset"), ({"device": "x"}, "device"), ({"taken_at": "yesterday"}, "taken_at"),
     ({"item": 99999}, "item"), ({"audit_id": 99999}, "audit")],
)  # fmt: skip
def test_a_piece_that_says_nonsense_is_named(made, people, client_for, change, field_name):
    from urllib.parse import urlencode

    told = {
        "audit": made.audit.id,
        "offset": 0,
        "size": 3,
        "sha256": "a" * 64,
        "name": "a.txt",
        "device": factory.DEVICE,
    }
    told |= {"audit" if key == "audit_id" else key: value for key, value in change.items()}
    reply = client_for(people.auditor).put(f"/sync/attachments/{uuid.uuid4()}?{urlencode(told)}", data=b"abc")
    assert (reply.status_code, reply.json) == (422, {"error": "invalid", "field": field_name})


def test_the_id_of_a_file_is_never_a_path(made, people, client_for):
    client = client_for(people.auditor)
    for key in ("..%2f..%2fx", "nonsense", "11111111-1111-1111-1111-111111111111"):
        assert client.put(f"/sync/attachments/{key}?audit=1", data=b"x").status_code in (404, 405, 422)
        assert client.get(f"/sync/attachments/{key}").status_code in (200, 404)


def test_a_piece_of_more_than_a_megabyte_is_too_large(made, people, client_for):
    reply = field.put(client_for(people.auditor), b"x" * (1 << 20 | 1), audit=made.audit)
    assert reply.status_code == 413


def test_nobody_goes_on_with_the_file_of_another(made, people, client_for):
    whole, key = photo(), str(uuid.uuid4())
    field.put(client_for(people.auditor), whole[:100], whole=whole, audit=made.audit, id=key)
    reply = field.put(client_for(people.lead), whole[100:], whole=whole, offset=100, audit=made.audit, id=key)
    assert (reply.status_code, reply.json["reason"]) == (422, "wrong_user")
    assert client_for(people.lead).get(f"/sync/attachments/{key}").json["state"] == "unknown"


def test_a_photo_for_a_closed_audit_is_held_until_its_record_is_admitted(made, people, client_for):
    client, whole, key = client_for(people.auditor), photo(), str(uuid.uuid4())
    made.audit.state = AuditState.REPORTED
    given = factory.revision(made.items[0], people.auditor, attachment_ids=[key])
    factory.send(people.auditor, given)
    reply = field.put(client, whole, audit=made.audit, id=key, item=made.items[0].id)
    assert (reply.status_code, reply.json["state"]) == (201, "held")
    assert db.session.scalars(select(Attachment)).all() == []
    made.audit.state = AuditState.IN_PROGRESS
    rulings.admit(rulings.waiting(made.audit)[0], made.audit, reason="", by=people.lead)
    assert db.session.scalars(select(Attachment)).one().id == key
    assert rulings.missing_files(made.audit) == {}


@pytest.mark.edge_case(23)
def test_a_file_that_never_comes_is_waived_with_a_reason(made, people):
    key = str(uuid.uuid4())
    factory.send(people.auditor, factory.revision(made.items[0], people.auditor, attachment_ids=[key]))
    assert rulings.standing(made.audit).missing_files == 1
    rulings.waive(key, made.audit, reason="The tablet was destroyed", by=people.lead)
    assert rulings.standing(made.audit).missing_files == 0
    assert [each.reason for each in rulings.waivers(made.audit)] == ["The tablet was destroyed"]
