"""The record on paper and as a workbook; a template that comes back as it went."""

from io import BytesIO

import openpyxl
import pytest
from flask_babel import force_locale
from pypdf import PdfReader

from audit_app.checklists import exports, importing, queries
from audit_app.exports import pdf, xlsx
from tests.checklists import factory


@pytest.fixture
def work(people):
    made = factory.checklist(people, "Is it recorded?", "Is it reviewed?", "Is it closed?")
    factory.answer(made.items[0], people.lead, note="=1+1 is not a formula")
    factory.answer(made.items[1], people.lead, value="conform", note="Yes", device_seq=2)
    factory.answer(made.items[1], people.auditor, value="minor", note="No, two of three")
    return queries.fieldwork(made.audit, to=people.lead)


def test_the_workbook_holds_every_question_and_its_answer_as_text(app, work):
    with app.test_request_context():
        book = openpyxl.load_workbook(
            BytesIO(xlsx.render(exports.workbook(exports.record_sheets(work), "R")))
        )
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    texts = [str(cell.value) for cell in cells]
    assert {
        "Is it recorded?",
        "Is it reviewed?",
        "Is it closed?",
        "Conform",
        "Two answers",
        "Not yet",
    } <= set(texts)
    assert all(cell.data_type != "f" for cell in cells)
    assert any("Leo Lead (Conform): Yes" in text and "Ana Auditor (Minor NC): No" in text for text in texts)


@pytest.mark.parametrize(("language", "head"), [("en", "What to audit"), ("zh_Hans_CN", "审核要点")])
def test_the_paper_has_the_columns_that_auditors_know(app, work, language, head):
    with app.test_request_context(), force_locale(language):
        pages = PdfReader(BytesIO(pdf.render(exports.record_document(work)))).pages
    text = "".join(page.extract_text() for page in pages)
    assert head in text.replace("\n", "")
    assert "8.6.2" in text
    assert "two of three" in text


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_an_exported_template_comes_back_as_it_went(app, people, language):
    version = factory.shipped()
    with app.test_request_context(), force_locale(language):
        data = xlsx.render(exports.workbook([exports.template(version)], "T"))
        found = importing.preview(data, "t.xlsx")
        back = importing.questions(found.rows)
    assert found.problems == []
    asked = [q for q in version.questions if q.assessable]
    names = (
        "clause",
        "section",
        "title_en",
        "title_zh",
        "prompt_en",
        "prompt_zh",
        "evidence_en",
        "evidence_zh",
    )
    assert [[getattr(q, n) for n in names] for q in back] == [[getattr(q, n) for n in names] for q in asked]


@pytest.mark.parametrize("count", range(2, 26, 3))
def test_the_summary_stands_on_the_page_that_is_signed(app, people, count):
    made = factory.checklist(people, *(f"Is it recorded, question {each}?" for each in range(count)))
    work = queries.fieldwork(made.audit, to=people.lead)
    with app.test_request_context():
        pages = PdfReader(BytesIO(pdf.render(exports.record_document(work)))).pages
    assert "Summary" in next(text for page in pages if "Auditee" in (text := page.extract_text()))
