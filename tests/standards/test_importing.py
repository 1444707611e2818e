"""Clause texts from a sheet: nothing is lost unsaid."""

from io import BytesIO

import openpyxl
import pytest
from flask import Flask

from audit_app.core.errors import Refused
from audit_app.standards import importing


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_headings_in_both_languages_are_recognised(app: Flask) -> None:
    with app.test_request_context():
        chinese = importing.preview("条款号,标题,条文\n8.6.1,事件,应当记录\n".encode("gb18030"), "x.csv")
        english = importing.preview(
            workbook(["Clause", "Title", "Requirement"], ["4.1", "C", "Words"]), "x.xlsx"
        )
    assert chinese.rows == [{"clause": "8.6.1", "title": "事件", "text": "应当记录"}]
    assert english.rows == [{"clause": "4.1", "title": "C", "text": "Words"}]


def test_every_row_is_taken_or_told_about(app: Flask) -> None:
    data = workbook(
        ["Clause", "Title", "Text"],
        ["4", "Heading", None],
        ["4.1", "One", "Words"],
        ["4.1", "One", "Words"],
        ["Clause 4.1.", "One", "Other words"],
        [None, "No number", "Words"],
        ["4.2", "Long", "x" * 20_001],
        ["c" * 41, "Long", "Words"],
        ["条款 4.3", "Three", "Third"],
    )
    with app.test_request_context():
        found = importing.preview(data, "x.xlsx")
        problems = [str(each) for each in found.problems]
        remarks = " ".join(str(each) for each in found.remarks)
    assert [(row["clause"], number) for row, number in zip(found.rows, found.numbers, strict=True)] == [
        ("4.1", 3), ("4.3", 9),
    ]  # fmt: skip
    assert "Row 2 (4) has no text" in remarks
    assert "Row 4 says the same as row 3" in remarks
    assert [text.split(",")[0] for text in problems] == ["Row 5", "Row 6", "Row 7", "Row 8"]
    assert "stands in row 3 already" in problems[0]
    assert "20000" in problems[2].replace(",", "")


def test_a_number_that_lost_its_zero_is_noticed(app: Flask) -> None:
    data = workbook(["Clause", "Text"], [8.1, "First"], [8.10, "Tenth"])
    with app.test_request_context():
        found = importing.preview(data, "x.xlsx")
        assert "8.10 typed as a number becomes 8.1" in str(found.problems[0])
    assert [row["text"] for row in found.rows] == ["First"]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"clause": "A"}, "Choose a column for: Clause text"),
        ({"clause": "Z", "text": "B"}, "no column"),
        ({}, "Choose"),
    ],
)
def test_a_mapping_that_does_not_fit_is_said_and_the_sheet_is_still_there(
    app: Flask, mapping: dict[str, str], words: str
) -> None:
    with app.test_request_context():
        found = importing.preview(workbook(["Clause", "Text"], ["4.1", "Words"]), "x.xlsx", mapping=mapping)
        assert words in str(found.refusal)
    assert found.table.columns
    assert found.rows == []


def test_texts_in_another_language_than_the_chosen_one_are_remarked_on(app: Flask) -> None:
    data = workbook(["Clause", "Text"], ["4.1", "Words"])
    with app.test_request_context():
        told = [str(each) for each in importing.preview(data, "x.xlsx", language="zh").remarks]
        assert importing.preview(data, "x.xlsx", language="en").remarks == []
    assert any("not in the language" in each for each in told)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"%PDF-1.7 not a sheet"])
def test_what_is_no_table_is_refused_in_words(app: Flask, data: bytes) -> None:
    with app.test_request_context(), pytest.raises(Refused):
        importing.preview(data, "x.xlsx")
