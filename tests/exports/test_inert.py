"""Any text goes into a workbook and a CSV file and comes back: nothing in it calculates, nothing of it is lost."""

import csv as reader
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from audit_app.exports import csv, xlsx
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.xlsx_text import LONGEST, RISKY

LEADS = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet takes for the beginning of a formula; the full-width ones in some East Asian set-ups."""
ANY = st.text(st.characters(), max_size=60)  # lone surrogates and control characters, too
LED = st.builds(lambda lead, rest: lead + rest, st.sampled_from(LEADS), ANY)
TEXTS = st.lists(ANY | LED | st.just("_x0041_") | LED.map(lambda text: " " + text), min_size=1, max_size=30)
CONTROLS = {0x2400 + code: code for code in range(32)}


def sheet(texts: list[str]) -> Sheet:
    return Sheet("Texts", (Column("No.", "int"), Column("Text")), tuple(enumerate(texts)))


def told(text: str) -> str:
    """A text as a workbook holds it: one kind of line end, pictures of control characters, no half of a letter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda found: chr(0x2400 + ord(found[0])), text)
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_workbook_gives_every_text_back_and_calculates_nothing(texts: list[str]):
    cells = [
        row[1]
        for row in load_workbook(io.BytesIO(xlsx.render(Workbook((sheet(texts),))))).active.iter_rows(
            min_row=2
        )
    ]
    for text, cell in zip(texts, cells, strict=True):
        found = re.sub(
            r"_x005[Ff]_(?=x[0-9A-Fa-f]{4}_)", "_", cell.value or ""
        )  # Excel reads it so, openpyxl leaves it
        assert found == told(text)
        assert cell.data_type != "f"
        assert cell.quotePrefix or not found.startswith(RISKY)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_csv_file_gives_every_text_back_and_calculates_nothing(texts: list[str]):
    sent = csv.render(sheet(texts)).decode("utf-8-sig")
    rows = list(reader.reader(io.StringIO(sent, newline="")))[1:]
    for text, (_number, field) in zip(texts, rows, strict=True):
        assert csv.unguarded(field) == text.encode("utf-8", "replace").decode()
        assert not field.lstrip(" \u3000\xa0").startswith(tuple(LEADS))


def test_a_text_that_no_cell_can_hold_is_cut_with_a_sentence_and_whole_in_csv():
    text = "=" + "好" * LONGEST + "end"
    cell = load_workbook(io.BytesIO(xlsx.render(Workbook((sheet([text]),))))).active["B2"]
    assert len(cell.value) <= LONGEST
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert "Cut here" in cell.value
    rows = list(reader.reader(io.StringIO(csv.render(sheet([text])).decode("utf-8-sig"), newline="")))
    assert csv.unguarded(rows[1][1]) == text
