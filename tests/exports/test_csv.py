"""CSV: no field can run, and every text can be had back."""

import csv as standard
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.exports import csv
from audit_app.exports.sheet import Column, Sheet

LEADS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", " =", "\u3000="]


@pytest.mark.parametrize("lead", LEADS)
def test_a_text_that_could_run_gets_an_apostrophe(lead: str) -> None:
    assert csv.guarded(lead + "cmd|' /C calc'!A0").startswith("'")


@given(st.sampled_from(["", "'", *LEADS]), st.text())
def test_the_guard_can_be_undone(lead: str, rest: str) -> None:
    assert csv.unguarded(csv.guarded(lead + rest)) == lead + rest


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=1, max_size=4))
def test_rows_come_back_from_the_file(texts: list[str]) -> None:
    data = csv.render(Sheet("S", tuple(Column("c") for _text in texts), [tuple(texts)]))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(standard.reader(StringIO(data.decode("utf-8-sig"), newline="")))
    assert [csv.unguarded(field) for field in rows[1]] == texts


def test_numbers_and_dates_are_bare() -> None:
    row = (-5, 1.5, date(2026, 3, 5), datetime(2026, 3, 5, 8, 0, tzinfo=UTC), True, None)
    data = csv.render(Sheet("S", tuple(Column("c") for _value in row), [row]))
    assert data.decode("utf-8-sig").splitlines()[1] == "-5,1.5,2026-03-05,2026-03-05T08:00:00+00:00,Yes,"
