"""Checking a file against the register: known to the byte, changed, unknown; nothing kept, nothing leaked."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.reviews import exports, queries, sealing, services
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def review(people):
    sealing.make_own("Harbour", "Harbour", begins=now() - timedelta(days=1))
    factory.measured(people)
    factory.audited(people)
    made = services.approve(
        factory.ready(people), exports.kept_files, asked_again=True, sealing=sealing.sealing(), by=people.boss
    )
    db.session.commit()
    return made


def ask(client, content=None, name="file.pdf", **data):
    if content is not None:
        data["file"] = (BytesIO(content), name)
    return client.post("/reviews/check", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_file_that_was_approved_is_known(client_for, people, parsed, review, kind):
    reply = ask(client_for(people.manager), exports.file_of(review, "zh", kind), f"x.{kind}")
    assert reply.status_code == 200
    parsed(reply)
    page = reply.get_data(as_text=True)
    for said in ("the file that was approved, unchanged", review.code, people.boss.name, "Approved as chair"):
        assert said in page
    assert ("intact, over the whole file" in page) == (kind == "pdf")


def test_a_changed_byte_is_told(client_for, people, review):
    content = bytearray(exports.file_of(review, "en", "pdf"))
    content[5000] ^= 1
    page = ask(client_for(people.manager), bytes(content)).get_data(as_text=True)
    assert "changed after it was signed" in page
    assert "unchanged" not in page


def test_what_comes_from_elsewhere_is_not_known(client_for, people, review):
    for content in (b"%PDF-1.4 junk", b"PK\x03\x04", b"\x00" * 99):
        page = ask(client_for(people.manager), content).get_data(as_text=True)
        assert "does not know the file" in page
        assert review.code not in page


def test_a_typed_hash_is_answered_for_whom_the_review_is_visible_only(client_for, people, review):
    sha256 = hashlib.sha256(exports.file_of(review, "en", "xlsx")).hexdigest()
    assert review.code in ask(client_for(people.manager), sha256=f" {sha256.upper()} ").get_data(as_text=True)
    hidden = ask(client_for(people.owner2), sha256=sha256)
    assert review.code not in hidden.get_data(as_text=True)
    frozen = queries.frozen_pack(review).sha256
    assert "frozen text" in ask(client_for(people.manager), sha256=frozen).get_data(as_text=True)


@pytest.mark.parametrize("typed", ["", "abc", "g" * 64, "0" * 63])
def test_neither_file_nor_hash_is_refused_in_words(client_for, people, typed):
    reply = ask(client_for(people.manager), sha256=typed)
    assert reply.status_code == 422
    assert "64 digits" in reply.get_data(as_text=True)


def test_nobody_checks_without_signing_in(app):
    assert app.test_client().get("/reviews/check").status_code == 302
