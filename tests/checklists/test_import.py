"""Foreign sheets: the real one goes in as it is; what is wrong is said in a sentence and loses nothing."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from audit_app.checklists import importing, services
from audit_app.core.errors import Refused

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
