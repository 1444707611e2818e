"""Foreign sheets: the real one goes in as it is; what is wrong is said in a sentence and loses nothing."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from audit_app.checklists import exports, importing, questions, services
from audit_app.checklists.models import Need, ResponseKind
from audit_app.core.errors import Refused
from audit_app.exports import xlsx
from tests.checklists import factory
from tests.checklists.test_fields import OPTIONS

REAL = Path(__file__).parents[1] / "data" / "internal_audit_checklist.xlsx"


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_real_sheet_goes_in_without_editing_it(people):
    version = services.import_file(REAL, by=people.lead)
    assert [(q.clause, q.prompt_en) for q in version.questions][:2] == [
        ("5.2", "Is the Information Security Policy documented?"),
        ("A.8.1", "Are assets identified and inventoried?"),
    ]
    assert version.questions[0].title_en == "Information Security Policy"
    assert version.title_en == "internal audit checklist"
    services.publish(version, by=people.lead)


def test_columns_are_named_by_letter_or_heading(people):
    version = services.import_file(
        REAL, mapping={"prompt": "Checklist Item", "clause": "C"}, title="我的检查表", by=people.lead
    )
    assert version.questions[0].clause == "Information Security Policy"
    assert (version.title_zh, version.title_en) == ("我的检查表", "")


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"prompt": "Nowhere"}, "no column"),
        ({"wrong": "E"}, "no field"),
        ({"clause": "D"}, "Choose a column for"),
    ],
)
def test_a_wrong_mapping_is_said_and_the_sheet_is_still_there(app, mapping, words):
    with app.test_request_context():
        found = importing.preview(REAL.read_bytes(), "real.xlsx", mapping=mapping)
        assert words in str(found.refusal)
    assert found.table.columns


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "empty.csv"), (b"PK\x03\x04broken", "x.xlsx"), (b"%PDF-1.7 not a sheet", "x.xlsx"),
     (workbook(), "nothing.xlsx"), (b"\x89PNG\r\n\x1a\n\x00\x00", "x.csv"), (bytes(range(128, 256)) * 9, "x.csv")],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(app, data, name):
    with app.test_request_context(), pytest.raises(Refused) as refused:
        importing.preview(data, name)
    assert len(str(refused.value)) > 20


def test_more_than_five_thousand_rows_are_refused(app):
    data = "Clause,Question\n" + "\n".join(f"{n},Is it so {n}?" for n in range(5_002))
    with app.test_request_context():
        found = importing.preview(data.encode(), "long.csv")
        assert "more than 5000 rows" in str(found.refusal).replace(",", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_sheets_of_every_usual_encoding_are_read(app, encoding):
    data = "条款,审核要点,证据\n8.6.1,事件是否全部记录并分类?,事件记录\n8.6.2,请求是否按时完成?,请求清单\n".encode(
        encoding
    )
    with app.test_request_context():
        found = importing.preview(data, "检查表.csv")
    assert [row["prompt"] for row in found.rows] == ["事件是否全部记录并分类?", "请求是否按时完成?"]
    made = importing.questions(found.rows)
    assert (made[0].prompt_zh, made[0].prompt_en, made[0].evidence_zh) == (
        "事件是否全部记录并分类?",
        "",
        "事件记录",
    )


def test_doubles_are_told_by_row(app):
    data = workbook(
        ["Clause", "Question", "Evidence"], ["4.1", "A, is it?"], ["4.1", "A, is it?"], ["4.1", "B, is it?"],
        ["4.2", None, "Record"],
    )  # fmt: skip
    with app.test_request_context():
        found = importing.preview(data, "x.xlsx")
        remarks = [str(each) for each in found.remarks]
        problems = [str(each) for each in found.problems]
    assert any("Row 3 says the same as row 2" in each for each in remarks)
    assert any("Clause 4.1 stands in rows 2, 4" in each for each in remarks)
    assert len(problems) == 1
    assert "Row 5" in problems[0]


def test_a_text_that_is_too_long_is_a_problem_of_its_row(app):
    data = workbook(["Clause", "Question"], ["4.1", "x" * 6_000], ["4.2", "Short?"])
    with app.test_request_context():
        found = importing.preview(data, "x.xlsx")
        assert "5000" in str(found.problems[0]).replace(",", "")
    assert [row["prompt"] for row in found.rows] == ["Short?"]


# --- kinds of answers ---------------------------------------------------------------------------------------
def spelled_version(people):
    """A draft with every kind, a condition, needs and weights."""
    version = factory.draft(
        people, "Locked?", "Why?", "How warm?", "How mature?", "When?", "Which?", "Show it"
    )
    kinds = [
        ("yes_no", {"good": "no"}), ("text", {}), ("number", {"low": "18", "high": "27", "unit": "°C"}),
        ("score", {"target": 3, "below": "minor"}), ("date", {"within_days": 365}),
        ("choice", {"options": OPTIONS}), ("photo", {}),
    ]  # fmt: skip
    for weight, (row, (kind, limits)) in enumerate(zip(version.questions, kinds, strict=True)):
        facts = {"needs": Need.FILE if weight == 2 else Need.NOTHING, "weight": weight, "topic": ""}
        questions.set_response(row, ResponseKind(kind), limits, by=people.lead, **facts)
    questions.set_condition(version.questions[1], version.questions[0], ["no", "minor"], by=people.lead)
    return version


def told(version):
    """What a sheet has to carry, but for lineages, which are made anew."""
    clauses = {row.lineage: row.clause for row in version.questions}
    return [
        (row.clause, row.prompt_en, row.kind.value, row.needs.value, row.weight, clauses.get(row.asked_if, ""),
         row.asked_when, [(each["en"], each["zh"], each["verdict"]) for each in row.settings.get("options", ())]
         or row.settings)
        for row in version.questions
    ]  # fmt: skip


def test_what_is_exported_comes_back_by_the_import_with_kinds_needs_weights_and_conditions(app, people):
    version = spelled_version(people)
    with app.test_request_context():
        book = xlsx.render(exports.workbook([exports.template(version)], "Own"))
    found = importing.preview(book, "own.xlsx")
    assert (found.problems, found.refusal) == ([], None)
    back = services.import_template(found.rows, title="Again", by=people.lead)
    assert told(back) == told(version)


@pytest.mark.parametrize(
    ("cells", "words"),
    [("Locked?,maybe,,,", "no kind of answer"), ("Locked?,number; high=lots,,,", "Write a number"),
     ("Locked?,choice; One,,,", "two to twelve"), ("Locked?,number; high,,,", "name=value"),
     ("Locked?,,perhaps,,", "no kind of evidence"), ("Locked?,,,12,", "whole number from 0 to 10"),
     ("Locked?,,,,after lunch", "clause it depends on")],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_a_problem_of_its_row(app, cells, words):
    sheet = f"Question,How it is answered,Evidence required,Weight,Asked only after\n{cells}\n"
    found = importing.preview(sheet.encode(), "own.csv")
    assert [words in str(each) for each in found.problems] == [True]
    assert found.rows == []


def test_a_chinese_sheet_spells_its_kinds_in_chinese(app):
    sheet = "审核问题,作答方式,必备证据\n是否上锁？,是/否,照片\n温度多少？,数字；high=27；unit=°C,备注\n"
    found = importing.questions(importing.preview(sheet.encode(), "own.csv").rows)
    assert [(each.kind.value, each.needs.value) for each in found] == [("yes_no", "file"), ("number", "note")]
    assert found[1].settings["high"] == "27"


def test_a_condition_on_nothing_above_is_said_and_left_out(app):
    sheet = "Clause,Question,Asked only after\n1,First?,9 = no\n2,Second?,1 = minor\n"
    found = importing.preview(sheet.encode(), "own.csv")
    assert [str(each) for each in found.remarks if "condition" in str(each)] == [
        "Row 2: no row above fits the condition “9 = no”. It is imported without it."
    ]
    first, second = importing.questions(found.rows)
    assert (first.asked_if, second.asked_if, second.asked_when) == ("", first.lineage, ["minor"])
