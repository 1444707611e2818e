"""Workbooks: text stays text, numbers and dates are real, every sheet is ready to print."""

import re
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from audit_app.exports import xlsx
from audit_app.exports.charts import Chart, Series
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Link, Tone
from audit_app.exports.xlsx_text import LONGEST, sheet_names
from tests.exports.samples import AT, book_of, chart

LEADS = ("", "=", "+", "-", "@", "\t", "\r", "'", "＝", "_x0041_", "#N/A")
KINDS = ("text", "int", "number", "percent", "date", "datetime", "duration_min")


def excel_reads(text: str) -> str:
    """What Excel shows for stored text: it decodes _xHHHH_, which openpyxl leaves alone."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def typed(text: str) -> str:
    """What we promise for a text: line ends as \\n, control characters as their pictures."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda found: chr(0x2400 + ord(found[0])), text)


writable = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"), max_size=60)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(LEADS), writable), min_size=1, max_size=6))
def test_any_text_comes_back_as_the_text_that_was_typed(parts: list[tuple[str, str]]) -> None:
    texts = [lead + rest for lead, rest in parts]
    tab = book_of(Sheet("S", (Column("T"),), [(text,) for text in texts])).active
    assert tab is not None
    for row, text in enumerate(texts, 2):
        cell = tab.cell(row, 1)
        assert excel_reads(str(cell.value or "")) == typed(text)
        assert cell.data_type in ("s", "inlineStr")


def test_text_that_looks_like_a_formula_is_quoted_for_the_one_who_edits_it() -> None:
    tab = book_of(Sheet("S", (Column("T"),), [("=1+1",), ("plain",)])).active
    assert tab is not None
    assert tab["A2"].quotePrefix
    assert not tab["A3"].quotePrefix
    packed = ZipFile(BytesIO(xlsx.render([Sheet("S", (Column("T"),), [("=1+1",)])])))
    assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_numbers_dates_and_durations_are_real() -> None:
    columns = tuple(Column(kind, kind) for kind in KINDS)
    row = ("x", 1234, Decimal("2.5"), 0.875, date(2026, 3, 5), datetime(2026, 3, 5, 20, 0, tzinfo=UTC), 95)
    book = Workbook((Sheet("S", columns, [row]),), created=AT, zone=ZoneInfo("Asia/Shanghai"))
    tab = load_workbook(BytesIO(xlsx.render(book))).active
    assert tab is not None
    values = [cell.value for cell in tab[2]]
    assert values[:4] == ["x", 1234, 2.5, 0.875]
    assert values[4] == datetime(2026, 3, 5)
    assert values[5] == datetime(2026, 3, 6, 4, 0)
    assert values[6].total_seconds() == 95 * 60
    assert tab["D2"].number_format == "0.0%"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 10**20, date(1000, 1, 1), True, None, Decimal("NaN")]
)
def test_values_excel_cannot_hold_become_words_not_errors(value: object) -> None:
    tab = book_of(Sheet("S", tuple(Column(kind, kind) for kind in KINDS), [(value,) * len(KINDS)])).active
    assert tab is not None
    expected = None if value is None else str
    assert all(cell.value is None if expected is None else isinstance(cell.value, str) for cell in tab[2])


def test_text_longer_than_a_cell_ends_with_a_sentence_that_counts_the_rest() -> None:
    tab = book_of(Sheet("S", (Column("T"),), [("😀" * 40_000,)])).active
    assert tab is not None
    text = str(tab["A2"].value)
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST
    assert text.count("😀") + int(re.findall(r"(\d+) more", text)[0]) == 40_000


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=50), max_size=8))
def test_sheet_names_are_legal_and_unique(titles: list[str]) -> None:
    names = sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_header_filter_print_setup_and_footer_are_set() -> None:
    sheet = Sheet("S & T", (Column("A"), Column("B")), [("x", 1), ("y", 2)], heading="H", notes=("why",))
    book = Workbook((sheet,), "Title", "R&D 1", "MR-1", "2.0", AT)
    tab = load_workbook(BytesIO(xlsx.render(book))).active
    assert tab is not None
    assert tab.freeze_panes == "A6"
    assert tab.auto_filter.ref == "A5:B7"
    assert tab.print_title_rows == "$5:$5"
    assert (tab.page_setup.paperSize, tab.page_setup.fitToWidth, tab.page_setup.fitToHeight) == (9, 1, 0)
    assert "&P" in tab.oddFooter.right.text
    assert "MR-1" in tab.oddFooter.left.text


def test_a_sheet_of_many_columns_is_printed_on_several_pages_side_by_side() -> None:
    sheet = Sheet("S", tuple(Column(f"C{number}", width=40) for number in range(16)), [("x",) * 16])
    tab = load_workbook(BytesIO(xlsx.render(Workbook((sheet,), "T")))).active
    assert tab is not None
    assert tab.page_setup.fitToWidth == 3
    assert "$A:$A" in str(tab.print_title_cols)


def test_what_stands_above_a_wide_table_is_not_cut_on_its_second_page() -> None:
    """Column A is printed on every page; text that began there was cut at its edge on all but the first."""
    columns = tuple(Column(f"C{number}", width=20) for number in range(20))
    sheet = Sheet("S", columns, [("x",) * 20], heading="A long heading", facts=(("Answered", "1 / 2"),),
                  notes=("A sentence about the licence of the questions. " * 4,))  # fmt: skip
    tab = book_of(sheet).active
    assert tab is not None
    above = [row for row in tab.iter_rows(max_row=tab.max_row - 2) if any(cell.value for cell in row)]
    assert [cell.coordinate for row in above for cell in row if cell.value] == ["B1", "B3", "C3", "B5"]
    assert [str(each) for each in tab.merged_cells.ranges] == ["B5:I5"]
    assert tab["A7"].value == "C0"


def test_a_width_that_was_told_cuts_neither_words_nor_the_title() -> None:
    sheet = Sheet("S", (Column("Number at the certification body", width=16), Column("n", "int", width=5)),
                  [("Information security management", 1), ("short", 2)])  # fmt: skip
    tab = book_of(sheet).active
    assert tab is not None
    assert tab["A2"].alignment.wrap_text
    assert tab.row_dimensions[1].height > 30
    assert tab.row_dimensions[2].height > 30


def test_chinese_counts_double_in_column_widths() -> None:
    tab = book_of(Sheet("S", (Column("a"), Column("b")), [("审核发现与纠正措施", "123456789")])).active
    assert tab is not None
    assert tab.column_dimensions["A"].width == 20
    assert tab.column_dimensions["B"].width == 11


def test_rows_with_wrapped_text_are_tall_enough() -> None:
    sheet = Sheet("S", (Column("a", width=20, wrap=True),), [("short",), ("审核发现" * 20,)])
    tab = book_of(sheet).active
    assert tab is not None
    assert tab.row_dimensions[2].height is None
    assert tab.row_dimensions[3].height > 100


def test_how_a_fact_is_set_does_not_leak_into_the_rows_below() -> None:
    sheet = Sheet("S", (Column("a"), Column("b", width=50)), [("x", "y")], facts=(("Period", "2026"),))
    tab = book_of(sheet).active
    assert tab is not None
    assert tab["B1"].alignment.horizontal == "left"
    assert tab["B4"].value == "y"
    assert tab["B4"].alignment.horizontal is None


def test_an_empty_sheet_says_so() -> None:
    tab = book_of(Sheet("S", (Column("a"),), empty="No complaint was received.")).active
    assert tab is not None
    assert tab["A2"].value == "No complaint was received."


def test_links_lead_to_addresses_and_to_sheets_whose_names_had_to_change() -> None:
    row = (
        Link("out", "https://example.org/1"),
        Link("in", sheet="Other/Sheet"),
        Link("bad", "javascript:alert(1)"),
    )
    book = book_of(Sheet("S", (Column("a"), Column("b"), Column("c")), [row]), Sheet("Other/Sheet"))
    tab = book["S"]
    assert tab["A2"].hyperlink.target == "https://example.org/1"
    assert tab["B2"].hyperlink.location == "'Other Sheet'!A1"
    assert tab["C2"].hyperlink is None


def test_a_toned_cell_keeps_its_value_and_gets_a_ground() -> None:
    tab = book_of(Sheet("S", (Column("a"),), [(Tone("Overdue", "danger"),)])).active
    assert tab is not None
    assert tab["A2"].value == "Overdue"
    assert tab["A2"].fill.fgColor.rgb == "FFF8DEDC"


def test_the_same_workbook_gives_the_same_bytes_at_another_time() -> None:
    book = Workbook((Sheet("S", (Column("a"),), [("x",)], charts=(chart(12),)),), created=AT)
    first = xlsx.render(book)
    time.sleep(2.1)  # Zip entries count in two seconds; a frozen clock would hide what the test is for.
    assert xlsx.render(book) == first


@pytest.mark.parametrize("points", [0, 1, 2, 500])
@pytest.mark.parametrize("kind", ["line", "bar", "stacked"])
def test_native_charts_keep_gaps_and_have_straight_lines_and_visible_axes(kind: str, points: int) -> None:
    packed = ZipFile(
        BytesIO(xlsx.render([Sheet("S", (Column("a"),), [("x",)], charts=(chart(points, kind),))]))
    )
    parts = [packed.read(name).decode() for name in packed.namelist() if "charts/chart" in name]
    assert len(parts) == (1 if points else 0)
    for part in parts:
        assert '<c:dispBlanksAs val="gap"' in part or '<dispBlanksAs val="gap"' in part
        assert 'smooth val="1"' not in part
        assert 'delete val="1"' not in part
        assert 'prstDash val="dash"' in part


def test_a_chart_with_a_gap_writes_an_empty_cell_not_zero() -> None:
    one = Chart("line", "T", ("a", "b", "c"), (Series("s", (1, None, 3)),))
    data = book_of(Sheet("S", (Column("a"),), [("x",)], charts=(one,)))["Chart data"]
    assert [data.cell(row, 2).value for row in (3, 4, 5)] == [1, None, 3]


def test_what_stands_above_a_table_leaves_room_to_scroll() -> None:
    short = book_of(Sheet("S", (Column("a"),), [("x",)], notes=("One sentence.",) * 4))["S"]
    long = book_of(Sheet("S", (Column("a"),), [("x",)], notes=("One sentence.",) * 40))["S"]
    assert short.freeze_panes == "A7"
    assert long.freeze_panes is None


def test_charts_without_a_table_stand_side_by_side_on_a_landscape_page_under_no_header() -> None:
    tab = book_of(Sheet("S", notes=("One sentence.",) * 20, charts=(chart(12),) * 6))["S"]
    assert tab.page_setup.orientation == "landscape"
    assert tab.print_title_rows is None
    places = [(one.anchor._from.col, one.anchor._from.row) for one in tab._charts]
    assert {column for column, _row in places} == {0, 2}
    breaks = [each.id for each in tab.row_breaks.brk]
    rows = sorted({row for _column, row in places})
    assert breaks == [rows[0] - 1, rows[2] - 1], "nothing fits below the sentences; then two rows to a page"


def test_no_page_of_the_chart_data_begins_inside_the_figures_of_a_chart() -> None:
    labels = tuple(f"2025-{month:02d}" for month in range(1, 25))
    charts = tuple(
        Chart("line", f"Chart {n}", labels, (Series("s", (1,) * 24),), source="x") for n in range(7)
    )
    made = load_workbook(BytesIO(xlsx.render([Sheet("A", charts=charts)])))
    data = made[made.sheetnames[-1]]
    titles = [cell.row for cell in data["A"] if str(cell.value).startswith("Chart ")]
    pages = [each.id + 1 for each in data.row_breaks.brk]
    assert pages == titles[2::2]  # two to a page
