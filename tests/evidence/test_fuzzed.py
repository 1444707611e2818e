"""Uploads nobody would send by accident: never an error page, a path out of the folder, or a script that runs."""

import hashlib
import io
import random

import pytest
from PIL import Image
from pypdf import PdfWriter

from audit_app.checklists.models import ChecklistItem
from audit_app.core.db import db
from audit_app.evidence import queries, services, sniff
from audit_app.web import downloads
from tests.checklists import factory as checklists
from tests.checklists import field
from tests.evidence import made

TYPES = {
    "image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf", "application/x-ole-storage",
    "text/plain", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
PICTURES = ("image/jpeg", "image/png", "image/webp")
NAMES = [
    "photo.jpg", "../../../etc/passwd", "..\\..\\audit.db", "/etc/cron.d/x", "C:\\x.exe", "a\r\nSet-Cookie: a=b",
    "x\x00.jpg", "照片.png", "\u202egpj.exe", "a" * 600 + ".pdf", ".htaccess", "index.html", "x.svg", '"; a="b',
    "", " ", "....//....//x", "%2e%2e%2fx", "<script>alert(1)</script>.png", "con", "x.php;.jpg", "{{7*7}}",
]  # fmt: skip


def seeds():
    """Whole files of every kind that is taken, and of many that are not."""
    pdf = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(width=50, height=50)
    writer.write(pdf)
    gif = io.BytesIO()
    Image.new("P", (4, 4)).save(gif, "GIF")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + made.SECRET + b"</svg>"
    return [
        made.camera(), made.camera(kind="PNG"), made.camera(kind="WEBP"), made.picture(), made.moving(),
        made.moving("PNG"), pdf.getvalue(), made.office(), made.office("xl/workbook.xml"),
        made.office(word__deep=made.office("xl/workbook.xml")), made.archive({"../x": "y"}), svg,
        sniff.SIGNATURES[3][0] + b"\x00" * 900 + "WordDocument".encode("utf-16-le"), b"plain words\n" * 40,
        "只是文字\n".encode("gb18030") * 20, b"\x00\x00\x00\x18ftypheic" + b"\x00" * 200, gif.getvalue(),
        b"<!DOCTYPE html><html>" + made.SECRET, b"\xef\xbb\xbf <html>" + made.SECRET, b"MZ" + b"\x00" * 200,
        b"GIF89a/*" + made.picture() + b"*/=1;" + made.SECRET, b"%!PS-Adobe", b"\x7fELF" + b"\x00" * 99, b"\x00", b"",
    ]  # fmt: skip


def bent(content, chance):
    """The same file after an accident, or after somebody had an idea."""
    made_of = bytearray(content)
    for _time in range(chance.choice((0, 1, 1, 3, 12))):
        at = chance.randrange(len(made_of) + 1)
        match chance.randrange(7):
            case 0:
                made_of[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made_of[at : at + chance.randrange(1, 90)]
            case 2:
                made_of[at:at] = chance.randbytes(chance.randrange(1, 60))
            case 3:
                made_of[at:at] = made.SECRET
            case 4:
                made_of += chance.choice(seeds())
            case 5:
                made_of[at : at + 4] = chance.choice((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"))
            case _:
                made_of = made_of[: max(at, 1)]
    return bytes(made_of)


def send(client, item, content, name, chance):
    """By one of the three doors: the form, the script of a page, or a tablet."""
    match chance.randrange(3):
        case 0:
            data = {"files": (io.BytesIO(content), name), "next": name}
            return client.post(f"/evidence/checklist_item/{item.id}", data=data)
        case 1:
            data = {"files": (io.BytesIO(content), name)}
            headers = {"X-Requested-With": "fetch", "Accept": "application/json"}
            return client.post(f"/evidence/checklist_item/{item.id}", data=data, headers=headers)
        case _:
            told = {"audit": item.checklist.audit, "item": item.id, "name": name or "x"}
            return field.put(client, content, **told)


def holds_up(attachment, client):
    """What came through is named by its hash, of a kind on the list, and can do nothing in a browser."""
    reply = client.get(f"/evidence/{attachment.id}")
    stored = services.path_of(attachment.sha256).read_bytes()
    assert reply.status_code == 200
    assert reply.data == stored
    assert hashlib.sha256(stored).hexdigest() == attachment.sha256
    assert reply.mimetype in TYPES
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"] == downloads.SEALED
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert not any(each.startswith("a=b") for each in reply.headers.getlist("Set-Cookie"))
    assert all("\n" not in value and "\r" not in value for _name, value in reply.headers)
    assert not set("/\\\r\n\x00\u202e") & set(attachment.filename)
    assert attachment.filename.rsplit(".", 1)[-1].lower() in sniff.ENDINGS[reply.mimetype]
    if reply.mimetype in PICTURES:
        assert made.SECRET not in stored
        assert b"Maker" not in stored
        with Image.open(io.BytesIO(stored)) as picture:
            picture.load()
            assert getattr(picture, "n_frames", 1) == 1
    else:
        assert reply.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("number", [150, pytest.param(1500, marks=pytest.mark.long)])
def test_no_upload_brings_an_error_a_path_or_a_script(people, client_for, settings, number):
    chance, whole = random.Random(number), seeds()
    item = next(each for each in checklists.checklist(people).items if each.assessable)
    db.session.commit()
    item_id, client = item.id, client_for(people.auditor)
    before = {each for each in settings.data_dir.rglob("*") if "evidence" not in each.parts}
    statuses = set()
    for turn in range(number):
        item = db.session.get(ChecklistItem, item_id)
        content = bent(whole[turn % len(whole)], chance)
        reply = send(client, item, content, chance.choice(NAMES), chance)
        statuses.add(reply.status_code)
        assert reply.status_code in {201, 200, 303, 422}, (turn, reply.status_code)
    kept = queries.of(db.session.get(ChecklistItem, item_id))
    assert len(kept) > number / 12, "some of it is harmless and must come through"
    for attachment in kept:
        holds_up(attachment, client)
    names = {each.sha256 for each in kept}
    folder = services.path_of("00").parent.parent
    assert {
        each.name for each in folder.rglob("*") if each.is_file() and ".partial" not in each.parts
    } == names
    assert {each for each in settings.data_dir.rglob("*") if "evidence" not in each.parts} == before
    assert {303, 422, 201} <= statuses
