"""Signing a pack: the password once more, few tries, bound to the hash, and a signature in the PDF."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports import pades
from audit_app.reviews import exports, queries, sealing, services, signing
from audit_app.reviews.models import FrozenFile, Review, ReviewState
from audit_app.reviews.pack import from_json
from audit_app.reviews.sign_models import Meaning, ReviewSignature
from tests.people import PASSWORD
from tests.reviews import factory


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(factory.TODAY, tick=True) as moved:
        yield moved


@pytest.fixture
def ready(people) -> Review:
    factory.measured(people)
    factory.audited(people)
    made = factory.ready(people)
    db.session.commit()
    return made


@pytest.fixture
def key(people):
    return sealing.make_own("海港云服务管理评审", "海港云服务", begins=now() - timedelta(days=3))


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def post(client, review, password=PASSWORD):
    return client.post(f"/reviews/{review.id}/step/approve", data={"password": password})


def test_approval_asks_for_the_password_and_keeps_a_signature_over_the_json(client_for, people, ready):
    assert post(client_for(people.boss), ready).status_code == 302
    (one,) = signing.signatures(ready)
    frozen = queries.frozen_pack(ready)
    assert (one.name, one.meaning, one.asked_again) == (people.boss.name, Meaning.CHAIR, True)
    assert one.sha256 == frozen.sha256
    assert one.signed_at == ready.approved_at
    assert from_json(frozen.snapshot).conclusion.meaning == "chair"


def test_a_wrong_password_signs_nothing_and_the_try_stays_in_the_trail(client_for, people, ready, parsed):
    reply = post(client_for(people.boss), ready, "not the password")
    assert reply.status_code == 422
    parsed(reply)
    assert "tries left: 4" in reply.get_data(as_text=True)
    assert db.session.get(Review, ready.id).state is ReviewState.HELD
    assert signing.signatures(ready) == []
    said = db.session.scalar(text("SELECT count(*) FROM trail_entry WHERE action = 'person.confirm_wrong'"))
    assert said == 1


def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(
    client_for, people, ready, clock
):
    client = client_for(people.boss)
    for _try in range(5):
        assert post(client, ready, "wrong").status_code == 422
    reply = post(client, ready)
    assert reply.status_code == 422
    assert "Too many wrong passwords" in reply.get_data(as_text=True)
    clock.shift(timedelta(minutes=16))
    assert post(client, ready).status_code == 302


def test_without_a_password_nothing_is_signed(client_for, people, ready):
    assert post(client_for(people.boss), ready, "").status_code == 422
    assert signing.signatures(ready) == []


def test_who_prepared_and_who_took_part_sign_once_each_and_nobody_else(client_for, people, ready):
    post(client_for(people.boss), ready)
    url = f"/reviews/{ready.id}/sign"
    client = client_for(people.manager)
    assert client.get(url).status_code == 200
    assert client.post(url, data={"password": "wrong"}).status_code == 422
    assert client.post(url, data={"password": PASSWORD}).status_code == 302
    assert client.post(url, data={"password": PASSWORD}).status_code == 403
    assert [one.meaning for one in signing.signatures(ready)] == [Meaning.CHAIR, Meaning.PREPARED]
    with pytest.raises(Refused):
        signing.cosign(ready, asked_again=True, by=people.lead)


def test_nothing_is_signed_before_approval(client_for, people, ready):
    assert client_for(people.manager).get(f"/reviews/{ready.id}/sign").status_code == 403


def test_the_page_shows_who_signed_what(client_for, people, ready, parsed):
    post(client_for(people.boss), ready)
    reply = client_for(people.manager).get(f"/reviews/{ready.id}")
    parsed(reply)
    page = reply.get_data(as_text=True)
    for said in ("Approved as chair", "sign-in repeated", queries.frozen_pack(ready).sha256, "Sign the pack"):
        assert said in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_with_a_key_both_pdfs_carry_a_sound_signature_that_is_told_on_paper(
    client_for, people, ready, key, language
):
    post(client_for(people.boss), ready)
    made = exports.export(ready, language)
    seal = pades.check(made["pdf"])
    assert seal is not None
    assert seal.sound
    assert seal.at == ready.approved_at.replace(microsecond=0)
    said = words_of(made["pdf"]).replace(" ", "")
    assert seal.certificate.name in said
    assert ("Approvedaschair" if language == "en" else "以主持人身份批准") in said
    cells = {
        cell.value for row in load_workbook(BytesIO(made["xlsx"])).worksheets[0].iter_rows() for cell in row
    }
    assert seal.certificate.fingerprint in cells
    assert services.verify() == []


def test_without_a_key_page_and_paper_say_that_the_file_is_unsigned(client_for, people, ready):
    client = client_for(people.boss)
    assert "no key is configured" in client.get(f"/reviews/{ready.id}/step/approve").get_data(as_text=True)
    post(client, ready)
    made = exports.export(ready, "en")["pdf"]
    assert pades.check(made) is None
    assert "carries no digital signature" in words_of(made)
    assert "no key was configured on approval" in client.get(f"/reviews/{ready.id}").get_data(as_text=True)


def test_a_key_that_cannot_be_used_stops_the_approval_with_a_reason(client_for, people, ready, key):
    key.write_bytes(b"junk")
    client = client_for(people.boss)
    assert "cannot be used" in client.get(f"/reviews/{ready.id}/step/approve").get_data(as_text=True)
    reply = post(client, ready)
    assert reply.status_code == 422
    assert "no PKCS#12 file" in reply.get_data(as_text=True)
    assert db.session.get(Review, ready.id).state is ReviewState.HELD


def test_a_later_download_has_the_hash_that_was_kept(client_for, people, ready, key, clock):
    post(client_for(people.boss), ready)
    first = exports.export(ready, "zh")["pdf"]
    clock.shift(timedelta(days=400))
    key.unlink()
    reply = client_for(people.boss).get(f"/reviews/{ready.id}/pack.pdf?lang=zh")
    assert reply.get_data() == first


def test_a_signature_can_be_neither_changed_nor_moved_to_another_text(people, ready):
    services.approve(ready, exports.kept_files, by=people.boss)
    db.session.commit()
    for statement in ("UPDATE review_signature SET name = 'x'", "DELETE FROM review_signature"):
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
    drop = (
        "DROP TRIGGER review_signature_no_update"
        if db.engine.dialect.name == "sqlite"
        else "DROP TRIGGER review_signature_append_only ON review_signature"
    )
    db.session.execute(text(drop))
    db.session.execute(ReviewSignature.__table__.update().values(sha256="0" * 64))
    assert any("signature of" in line for line in services.verify())


def test_verify_finds_a_pdf_whose_signature_was_taken_away(client_for, people, ready, key):
    post(client_for(people.boss), ready)
    assert services.verify() == []
    bare = exports.render(exports.pack_of(ready)[0], "zh", "pdf")
    drop = (
        "DROP TRIGGER frozen_file_no_update"
        if db.engine.dialect.name == "sqlite"
        else "DROP TRIGGER frozen_file_append_only ON frozen_file"
    )
    db.session.execute(text(drop))
    table = FrozenFile.__table__
    changed = table.update().where(table.c.language == "zh", table.c.format == "pdf")
    db.session.execute(changed.values(content=bare, sha256=hashlib.sha256(bare).hexdigest()))
    assert [line for line in services.verify() if "is not sound" in line]


def test_the_approval_of_a_review_still_being_prepared_says_that_it_is_too_early(people, client_for):
    made = factory.preparing(people)
    db.session.commit()
    page = client_for(people.boss).get(f"/reviews/{made.id}/step/approve").get_data(as_text=True)
    assert "is not possible while the state is “Being prepared”" in page
