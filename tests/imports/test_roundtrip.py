"""Any table of text that is written as delimited text or as a workbook reads back equal."""

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from audit_app.imports import open_table

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEADING = ["条款", "问题", "数值"]
# Control characters are not text; a lone return within a cell is rewritten by spreadsheets themselves.
ANY = st.characters(
    exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"], exclude_characters="\ufeff\ufffe"
)
TEXT = st.text(st.one_of(ANY, st.sampled_from(list("\n,;\t|\"' =+-@ab12"))), max_size=12)
GB = st.text(st.sampled_from(list("审核不符合纠正措施检查表abc12 ,;\t|\"'\n")), max_size=12)


def tables(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(cell, min_size=3, max_size=3)
    return st.lists(row, min_size=1, max_size=8)


def seen(data: bytes) -> list[tuple[int, list[str]]]:
    table = open_table(data, "t").set_header(1)
    rows = []
    for row in table.rows():
        cells = [row.cell(index) for index in range(3)]
        rows.append((row.number, [str(cell) if cell is not None else "" for cell in cells]))
    return rows


def expected(rows: list[list[str]]) -> list[tuple[int, list[str]]]:
    """Blank cells count as empty and empty rows are left out; row numbers stay those of the spreadsheet."""
    cleaned = [[cell if cell.strip() else "" for cell in row] for row in rows]
    return [(number, row) for number, row in enumerate(cleaned, start=2) if any(row)]


def written(rows: list[list[str]], delimiter: str, end: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [HEADING, *rows]
    )
    return buffer.getvalue()


@QUICK
@given(
    tables(TEXT),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_delimited_text_in_unicode_reads_back(
    rows: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    assert seen(written(rows, delimiter, end).encode(encoding)) == expected(rows)


@QUICK
@given(tables(GB), st.sampled_from(",;\t|"))
def test_delimited_text_in_gb18030_reads_back(rows: list[list[str]], delimiter: str) -> None:
    assert seen(written(rows, delimiter, "\r\n").encode("gb18030")) == expected(rows)


@settings(QUICK, max_examples=30)
@given(tables(TEXT))
def test_a_workbook_reads_back(rows: list[list[str]]) -> None:
    book = Workbook()
    for number, row in enumerate([HEADING, *rows], start=1):
        for column, text in enumerate(row, start=1):
            cell = book.worksheets[0].cell(number, column, text or None)
            if text:
                cell.data_type = "s"  # otherwise text that starts with “=” would be a formula
    buffer = io.BytesIO()
    book.save(buffer)
    assert seen(buffer.getvalue()) == expected(rows)
