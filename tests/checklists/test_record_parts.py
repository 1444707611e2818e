"""Samples, notes and signatures: how they count, and where they are shown and printed."""

from io import BytesIO

import openpyxl
import pytest
from flask_babel import force_locale
from pypdf import PdfReader

from audit_app.checklists import exports, payload, queries
from audit_app.checklists.models import RecordKind
from audit_app.core.db import db
from audit_app.exports import pdf, xlsx
from tests.checklists import factory, field

SAMPLE = {
    "population": 412, "size": 3, "method": "random", "seed": "IA-1/8.6.1", "ids": ["INC7", "INC9", "INC12"],
    "exceptions": [["INC9", "no date"]],
}  # fmt: skip


@pytest.fixture
def items(people):
    return list(factory.checklist(people, "Recorded?", "Reviewed?", "Closed?", "Counted?").items)


def read(item, people):
    db.session.expire_all()
    return queries.fieldwork(item.checklist.audit, to=people.lead)


def take(people, *records):
    reply = factory.send(people.lead, *records)
    assert {each.status for each in reply.results.values()} == {"accepted"}


def test_a_file_a_word_a_sample_or_a_note_each_carry_a_conform_and_the_rest_is_counted(people, items):
    factory.answer(items[0], people.lead, note="", sample=SAMPLE)
    factory.answer(items[1], people.lead, note="", device_seq=2)
    factory.answer(items[2], people.lead, note=" ", device_seq=3)
    factory.answer(items[3], people.lead, note="Seen", device_seq=4)
    take(people, field.note(items[0].checklist.audit, people.lead, items=[items[1].id], device_seq=5))
    work = read(items[0], people)
    assert [answer.item.id for answer in work.bare] == [items[2].id]
    assert work.bare_share == 0.25
    assert work.answers[0].sample == SAMPLE


def test_two_people_who_agree_but_sampled_differently_are_a_conflict(people, items):
    factory.answer(items[0], people.lead, sample=SAMPLE)
    factory.answer(items[0], people.auditor, sample={**SAMPLE, "ids": ["INC1"], "size": 1, "exceptions": []})
    assert read(items[0], people).answers[0].conflict


def test_what_two_people_wrote_apart_on_one_note_is_joined_and_nothing_is_dropped(people, items):
    audit = items[0].checklist.audit
    first = field.note(audit, people.lead, "Racks", quote=True, speaker="Olga")
    take(people, first)
    more = {"thread": first["thread"], "base": [first["id"]]}
    take(
        people, field.note(audit, people.lead, "Racks unlabelled", items=[items[0].id], device_seq=2, **more)
    )
    given = field.note(audit, people.auditor, "Racks open", items=[items[1].id], **more)
    assert factory.send(people.auditor, given).results[given["id"]].status == "accepted"
    work = read(items[0], people)
    (note,) = work.notes
    assert note.text == "Racks unlabelled\n\nRacks open"
    assert set(note.items) == {items[0].id, items[1].id}
    assert work.answers[0].notes == work.answers[1].notes == (note,)
    assert note.author == "Leo Lead, Ana Auditor"


def test_a_note_thrown_away_is_gone_and_comes_back_when_taken_back(people, items):
    audit = items[0].checklist.audit
    first = field.note(audit, people.lead, "Wrong room")
    gone = field.note(audit, people.lead, "Wrong room", thread=first["thread"], base=[first["id"]], gone=True)
    take(people, first, {**gone, "device_seq": 2})
    assert read(items[0], people).notes == ()
    back = field.note(audit, people.lead, "Wrong room", thread=first["thread"], base=[gone["id"]])
    take(people, {**back, "device_seq": 3})
    assert [note.said for note in read(items[0], people).loose_notes] == ["Wrong room"]


def test_the_tablet_is_told_which_question_a_finding_of_the_field_belongs_to(app, people, items):
    take(people, field.finding(items[1], people.lead))
    (row,) = queries.threads(items[1].checklist.audit, RecordKind.FINDING)
    with app.test_request_context():
        told = payload.of_revision(row)
    assert (told["item"], told["grade"]) == (items[1].id, "minor")


@pytest.fixture
def full(people, items):
    """An answer with a sample, an assigned and a loose note, two signatures."""
    audit = items[0].checklist.audit
    factory.answer(items[0], people.lead, note="", sample=SAMPLE)
    factory.answer(items[1], people.lead, note="", device_seq=2)
    take(
        people,
        field.note(audit, people.lead, "We never test it", quote=True, speaker="Olga Owner",
                   items=[items[0].id], device_seq=3),
        field.note(audit, people.lead, "Look at the racks again", device_seq=4),
        field.signature(audit, people.lead, device_seq=5),
        field.signature(audit, people.lead, meeting="closing", party="auditor", name="Leo Lead", device_seq=6),
    )  # fmt: skip
    db.session.commit()
    return read(items[0], people)


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_the_paper_prints_sample_notes_and_signatures(app, full, language):
    with app.test_request_context(), force_locale(language):
        reader = PdfReader(BytesIO(pdf.render(exports.record_document(full))))
    text = "".join(page.extract_text() for page in reader.pages)
    for words in ("INC9: no date", "IA-1/8.6.1", "Olga Owner: “We never test it”", "Look at the racks again"):
        assert words in text
    assert text.count("Olga Owner") >= 2
    assert "2026-03-10" in text
    assert "1 / 2 (50 %)" in text


def test_a_signature_is_printed_as_strokes_and_not_as_a_picture(app, full):
    with app.test_request_context():
        reader = PdfReader(BytesIO(pdf.render(exports.record_document(full))))
    assert [image for page in reader.pages for image in page.images] == []
    drawn = b"".join(page.get_contents().get_data() for page in reader.pages)
    assert drawn.count(b"1 J") == 2  # round caps: only the pen draws with them


def test_the_workbook_holds_every_id_the_notes_and_who_signed(app, full):
    with app.test_request_context(), force_locale("en"):
        book = openpyxl.load_workbook(
            BytesIO(xlsx.render(exports.workbook(exports.record_sheets(full), "R")))
        )
    assert book.sheetnames == ["Checklist record", "Counts", "Score by process", "Notes", "Signatures"]
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {
        "INC7, INC9, INC12", "INC9: no date", "conform without evidence", "We never test it", "Opening meeting"
    } <= cells  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_show_them_and_lead_to_the_rows_without_evidence(
    full, people, client_for, parsed, language
):
    people.lead.language = language
    items, audit = [answer.item.id for answer in full.answers], full.audit.id
    db.session.commit()
    client = client_for(people.lead)
    page = parsed(client.get(f"/audits/{audit}/checklists"))
    assert "Look at the racks again" in "".join(page.itertext())
    assert len(page.findall(".//{*}polyline")) == 4
    assert len(page.findall(".//a[@href='#bare']")) == 1
    assert len(page.findall(".//*[@id='bare']//li")) == 1
    of_item = "".join(parsed(client.get(f"/checklist-items/{items[0]}")).itertext())
    assert "INC9: no date" in of_item
    assert "Olga Owner: “We never test it”" in of_item
