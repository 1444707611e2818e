"""The signature in a PDF: sound for two independent readers, and no byte can change unnoticed."""

import asyncio
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit_app.exports import pades, pdf
from audit_app.exports.document import Document, Heading, Text

AT = datetime(2026, 6, 12, 3, 4, 5, tzinfo=UTC)
NAME = "海港云服务有限公司管理评审"


@pytest.fixture(scope="module")
def key(tmp_path_factory) -> pades.Key:
    path = tmp_path_factory.mktemp("key") / "own.p12"
    path.write_bytes(pades.make_key(NAME, "海港云服务有限公司", "open sesame", begins=AT - timedelta(days=9)))
    return pades.open_key(path, "open sesame")


@pytest.fixture(scope="module")
def paper() -> bytes:
    return pdf.render(Document("MR-2026-01", (Heading("1 决定"), Text("To be signed."))))


@pytest.fixture(scope="module")
def sealed(key, paper) -> bytes:
    return pades.sign(paper, key, at=AT, name=NAME, reason="MR-2026-01: Approved as chair, 陈国平")


def test_the_signature_is_sound_names_its_owner_and_the_moment(sealed, key):
    seal = pades.check(sealed)
    assert seal is not None
    assert seal.sound
    assert seal.certificate == key.certificate
    assert (seal.certificate.name, seal.at) == (NAME, AT)


def test_another_reader_finds_it_valid_too_and_over_the_whole_file(sealed, tmp_path):
    file = tmp_path / "signed.pdf"
    file.write_bytes(sealed)
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid." in said
    assert "ETSI.CAdES.detached" in said
    assert "Total document signed" in said
    assert NAME in said


def test_what_was_signed_stands_first_unchanged(sealed, paper):
    assert sealed.startswith(paper)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_changed_byte_is_found_wherever_it_is(sealed, paper, share):
    place = int(len(paper) * share)
    changed = bytearray(sealed)
    changed[place] ^= 1
    seal = pades.check(bytes(changed))
    assert seal is None or not seal.sound


def test_what_is_added_behind_is_found(sealed):
    seal = pades.check(sealed + b"\n%more")
    assert seal is not None
    assert (seal.intact, seal.whole, seal.sound) == (True, False, False)


@pytest.mark.parametrize("odd", [b"", b"junk", b"%PDF-1.7\n%%EOF", b"PK\x03\x04"])
def test_what_is_no_signed_pdf_says_so_without_an_error(odd):
    assert pades.check(odd) is None


def test_an_unsigned_pdf_and_half_a_signed_one_have_no_signature(paper, sealed):
    assert pades.check(paper) is None
    half = pades.check(sealed[: len(sealed) // 2])
    assert half is None or not half.sound


@pytest.mark.parametrize(("days", "why"), [(-30, "early"), (4000, "expired")])
def test_a_certificate_signs_in_its_own_life_only(key, paper, days, why):
    with pytest.raises(pades.KeyTrouble) as trouble:
        pades.sign(paper, key, at=AT + timedelta(days=days), name=NAME, reason="")
    assert trouble.value.why == why


def test_a_key_that_cannot_be_opened_says_why(tmp_path: Path):
    path = tmp_path / "key.p12"
    for content, passphrase, why in (
        (None, "x", "missing"),
        (b"junk", "x", "broken"),
        (pades.make_key("A", "", "right", begins=AT), "wrong", "passphrase"),
    ):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(pades.KeyTrouble) as trouble:
            pades.open_key(path, passphrase)
        assert trouble.value.why == why


def test_a_time_stamp_authority_that_does_not_answer_is_told_and_nobody_else_is_asked(key, paper):
    with pytest.raises(pades.KeyTrouble) as trouble:
        pades.sign(paper, key, at=AT, name=NAME, reason="", stamp_url="http://127.0.0.1:9/tsa")
    assert trouble.value.why == "stamp"


def test_it_signs_and_checks_also_where_an_event_loop_turns_already(key, paper):
    async def within() -> pades.Seal | None:
        return pades.check(pades.sign(paper, key, at=AT, name=NAME, reason="MR-2026-01"))

    # In a thread of its own: a browser under test leaves a loop turning in the first one.
    with ThreadPoolExecutor(1) as thread:
        seal = thread.submit(lambda: asyncio.run(within())).result()
    assert seal is not None
    assert seal.sound
