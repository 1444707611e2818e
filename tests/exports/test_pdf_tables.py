"""Tables on paper: nothing stands alone at the head of a page, and no word or number is torn while it could fit."""

import pytest

from audit_app.exports import document as d
from tests.exports.samples import pdf_of

FILLED = 60
"""Rows enough to pass the foot of a page."""


def pages(*blocks: d.Block) -> list[list[str]]:
    """The lines of each page between header and footer."""
    return [page.extract_text().split("\n") for page in pdf_of(*blocks).pages]


def table(rows: int, **facts) -> d.Grid:
    return d.Grid(
        (d.GridColumn("Code"), d.GridColumn("Words")), tuple((f"R-{n}", "a") for n in range(rows)), **facts
    )


@pytest.mark.parametrize("rows", range(18, FILLED))
def test_a_source_and_a_total_always_have_two_rows_above_them_on_their_page(rows):
    told = pages(table(rows, total=("Total", str(rows))), d.Text("Source: the register", "note"))
    last = next(page for page in told if "Source: the register" in " ".join(page))
    assert sum(line.startswith("R-") for line in last) >= 2
    assert any(line.startswith("Total") for line in last)


@pytest.mark.parametrize("lines", range(20, 60))
def test_a_heading_takes_its_small_line_and_what_follows_along(lines):
    above = d.Text("\n".join(f"line {n}" for n in range(lines)))
    told = pages(
        above, d.Heading("Resources", 2), d.Text("Also answers: 7.1", "note"), d.Text("What was said.")
    )
    (page,) = [page for page in told if any("Resources" in line for line in page)]
    assert any("Also answers" in line for line in page)
    assert any("What was said." in line for line in page)


WIDE = ("Availability in percent", "Agreed minutes", "Agreed maintenance", "Minutes down", "Minutes allowed")


def test_many_columns_get_smaller_letters_before_a_word_or_a_number_is_torn():
    columns = (*(d.GridColumn(title, 1, "right", 0) for title in WIDE * 2), d.GridColumn("Source"))
    grid = d.Grid(columns, ((*(219_735,) * 10, "outages-2026-10.csv"),))
    words = " ".join(" ".join(page) for page in pages(grid)).split()
    assert words.count("219,735") == 10
    assert "outages-2026-10.csv" in words
    assert {"Availability", "maintenance", "minutes", "percent", "allowed"} <= set(words)


@pytest.mark.parametrize("rows", [6, 7, 8])
def test_one_row_is_never_left_out_for_a_line_that_says_so(rows):
    words = " ".join(" ".join(page) for page in pages(table(rows, limit=6)))
    shown = {6: 6, 7: 7, 8: 6}[rows]
    assert words.count("R-") == shown
    assert ("+2 more" in words) is (rows == 8)


@pytest.mark.parametrize("lines", range(20, 60))
def test_a_point_of_a_boxed_list_goes_whole_to_the_next_page(lines):
    long = "first " + "word " * 20 + "last."
    told = pages(
        d.Text("\n".join(f"line {n}" for n in range(lines))), d.Callout((long,) * 30, "bad", "Missed")
    )
    boxed = ["\n".join(page) for page in told if any("Missed" in line for line in page)]
    assert len(boxed) > 1
    assert all(page.count("first") == page.count("last.") for page in boxed)
