"""The pack on paper and as a workbook, opened again: same numbers, same bytes, nothing silent."""

from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import event, text

from audit_app.core.db import db
from audit_app.reviews import exports, queries, services
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import FrozenFile
from audit_app.reviews.pack import digest, from_json
from tests.findings.factory import many
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def review(people):
    factory.measured(people)
    factory.audited(people)
    return factory.approved(people)


def words_of(content: bytes) -> str:
    """All the text of a PDF, without line breaks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def cells_of(content: bytes) -> list:
    book = load_workbook(BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_says_what_happened(review, language):
    said = words_of(exports.export(review, language)["pdf"])
    for figure in ("39.86", "76.70", "77.52", "99.410", "99.690"):
        assert figure in said
    missed = {"en": "missed in 2 of 5 months", "zh": "5 个月中有 2 个月未达标"}[language]
    assert missed.replace(" ", "") in said.replace(" ", "")
    assert ("no value for 2026-04" if language == "en" else "缺少数据的月份：2026-04") in (
        said if language == "en" else said.replace(" ", "")
    )


def test_the_workbook_holds_the_same_numbers_as_numbers(review):
    book = load_workbook(BytesIO(exports.export(review, "en")["xlsx"]))
    rows = [
        [cell.value for cell in row]
        for sheet in book
        if sheet.title.startswith("Input h")
        for row in sheet.iter_rows()
        if row[0].value == "SLA"
    ]
    values = [row[3] for row in rows if row[3] is not None]
    assert [round(value, 2) for value in values] == [39.86, 76.69, 77.52] or [
        f"{value:.2f}" for value in values
    ] == ["39.86", "76.70", "77.52"]
    assert {row[6] for row in rows if row[3] is not None} == {"Missed"}
    assert sum(len(sheet._charts) for sheet in book) >= 6
    assert book["Input h"]._charts


def test_every_input_has_its_sheet_and_the_cover_names_code_version_and_hash(review):
    book = load_workbook(BytesIO(exports.export(review, "en")["xlsx"]))
    for key in ("a", "b", "c1", "c2", "c3", "d", "e", "f", "g", "h", "i", "j", "k", "l"):
        assert f"Input {key}" in book.sheetnames
    cover = [cell.value for row in book["Cover"].iter_rows() for cell in row]
    assert {review.code, 1, queries.frozen_pack(review).sha256} <= set(cover)


def test_frozen_bytes_stay_and_can_be_made_again_from_the_json(review, people):
    pack = from_json(queries.frozen_pack(review).snapshot)
    first = {key: queries.frozen_file(review, *key).content for key in exports.render_all(pack)}
    assert exports.render_all(pack) == first
    factory.measure(factory.register()["REQ"], factory.PERIOD[0], 50)
    db.session.flush()
    with time_machine.travel("2027-03-01 02:00:00+00:00"):
        assert exports.export(review, "en") == {"pdf": first["en", "pdf"], "xlsx": first["en", "xlsx"]}
        assert exports.render_all(pack) == first


def test_a_frozen_pack_can_be_neither_changed_nor_deleted(review):
    db.session.commit()
    for statement in ("UPDATE frozen_pack SET sha256 = 'x'", "DELETE FROM frozen_file"):
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_verify_finds_what_was_tampered_with(review):
    assert services.verify() == []
    db.session.commit()
    db.session.execute(text("DROP TRIGGER frozen_pack_no_update"))
    db.session.execute(text("DROP TRIGGER frozen_file_no_update"))
    db.session.execute(text("UPDATE frozen_pack SET snapshot = replace(snapshot, 'tight', 'ample')"))
    db.session.execute(
        FrozenFile.__table__.update().where(FrozenFile.language == "en").values(content=b"%PDF-")
    )
    db.session.expire_all()
    assert len(services.verify()) == 3


def test_a_pack_over_all_indicators_and_two_years_is_short_and_its_picture_is_one_page(people):
    factory.measured_fully(24)
    factory.audited(people)
    draft = exports.export(factory.ready(people), "en")["pdf"]
    pages = [page.extract_text() for page in PdfReader(BytesIO(draft)).pages]
    assert len(pages) <= 28
    (picture,) = (number for number, text in enumerate(pages) if "The arrow tells" in text)
    assert "3 The picture on one page" in pages[picture]
    assert "4 Inputs a) to l)" in pages[picture + 1]


def test_what_is_pointed_out_leads_to_the_input_that_tells_more(people):
    factory.measured(people)
    said = words_of(exports.export(factory.ready(people), "en")["pdf"])
    assert "missed their target without a comment, action or decision:" in said
    assert "See input c2)." in said
    assert "Targets missed in the period" in said


def test_a_draft_is_marked_on_every_page_and_in_the_workbook(people):
    factory.measured(people)
    draft = exports.export(factory.preparing(people), "en")
    pages = [page.extract_text() for page in PdfReader(BytesIO(draft["pdf"])).pages]
    assert all("DRAFT" in page for page in pages)
    assert any("DRAFT" in str(cell.value) for cell in cells_of(draft["xlsx"]))


def test_text_that_looks_like_a_formula_stays_text(people):
    review = factory.preparing(people)
    services.write_input(review, "b", text="=1+1\n@SUM(A1)", by=people.manager)
    made = exports.export(review, "en")
    assert not any(cell.data_type == "f" for cell in cells_of(made["xlsx"]))
    assert "=1+1" in words_of(made["pdf"])


def test_no_section_is_empty_in_an_organisation_without_any_data(people):
    said = words_of(exports.export(factory.preparing(people), "en")["pdf"])
    assert said.count("No assessment is written yet.") == 14
    for sentence in (
        "No decision is asked for.",
        "There is no decision of an earlier review",
        "No audit was planned",
    ):
        assert sentence in said


def test_rows_left_out_on_paper_are_told_and_stand_in_the_workbook(people):
    many(people, 300, since=factory.PERIOD[0])
    pack = compile_pack(factory.preparing(people))
    tables = [block for one in pack.inputs for block in one.blocks if getattr(block, "limit", 0)]
    long = max(tables, key=lambda table: len(table.rows))
    assert len(long.rows) > long.limit > 0
    assert f"+{len(long.rows) - long.limit}" in words_of(exports.render(pack, "en", "pdf"))
    values = {cell.value for cell in cells_of(exports.render(pack, "en", "xlsx"))}
    assert {row[0] for row in long.rows} <= values


def counted(work) -> int:
    found = []
    engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: found.append(given[2]))
    work()
    return len(found)


def test_compiling_costs_the_same_queries_however_many_rows_there_are(people):
    factory.measured(people)
    factory.audited(people)
    review = factory.preparing(people)
    db.session.commit()
    few = counted(lambda: compile_pack(queries.get(review.id, to=people.manager)))
    many(people, 300, since=factory.PERIOD[0])
    db.session.commit()
    assert counted(lambda: compile_pack(queries.get(review.id, to=people.manager))) <= few * 2
    assert few < 80


def test_the_hash_of_the_pack_is_that_of_its_json(review):
    frozen = queries.frozen_pack(review)
    assert digest(frozen.snapshot) == frozen.sha256
    assert exports.pack_of(review)[1] == frozen.sha256
