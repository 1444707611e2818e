"""Charts: one value, the same truth in each drawing; gaps are never bridged and labels never touch."""

import json
from itertools import pairwise
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.graphics.shapes import Drawing, PolyLine, String

from audit_app.exports import chart_json, chart_pdf
from audit_app.exports.chart_scale import heights, label_step, runs, ticks
from audit_app.exports.charts import Chart, Limits, Series
from audit_app.exports.pdf_fonts import BOLD, REGULAR, width
from tests.exports.samples import chart


def shapes(drawing: Drawing, kind: type) -> list:  # type: ignore[type-arg]  # shapes of any kind
    return [shape for shape in drawing.contents if isinstance(shape, kind)]


def test_a_series_must_have_one_value_per_label() -> None:
    with pytest.raises(ValueError, match="2 entries for 1 labels"):
        Chart("line", "T", ("a",), (Series("s", (1, 2)),))
    with pytest.raises(ValueError, match="signal"):
        Chart("line", "T", ("a",), (Series("s", (1,)),), signals=(1,))


def test_a_gap_ends_the_line() -> None:
    drawing = chart_pdf.draw(Chart("line", "T", tuple("abcde"), (Series("s", (1, 2, None, 4, 5)),)), 400, 150)
    assert [len(line.points) // 2 for line in shapes(drawing, PolyLine)] == [2, 2]
    assert runs((1, None, nan, 2)) == [[(0, 1.0)], [(3, 2.0)]]


def test_the_target_steps_where_it_changes() -> None:
    one = Chart("line", "T", tuple("abcd"), (Series("s", (1, None, 1, None)),), target=(2, 2, 3, 3))
    (target,) = shapes(chart_pdf.draw(one, 400, 150), PolyLine)
    assert len(target.points) // 2 == 4


@pytest.mark.parametrize("points", [1, 2, 24, 36, 500])
@pytest.mark.parametrize("wide", [190, 470])
def test_month_labels_do_not_touch(points: int, wide: float) -> None:
    drawing = chart_pdf.draw(chart(points), wide, 150)
    months = sorted(
        (s.x, width(s.text, REGULAR, s.fontSize)) for s in shapes(drawing, String) if "-" in s.text
    )
    assert months
    for (x, one), (following, other) in pairwise(months):
        assert x + one / 2 < following - other / 2


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=30),
    st.sampled_from(["line", "bar", "stacked"]),
)
def test_ticks_hold_every_value_and_are_few(values: list[float | None], kind: str) -> None:
    one = Chart(kind, "T", tuple(map(str, range(len(values)))), (Series("s", tuple(values)),), decimals=2)
    marks = ticks(one)
    assert 2 <= len(marks) <= 12
    assert marks == sorted(set(marks))
    hair = 1e-6 * (marks[-1] - marks[0])
    assert all(marks[0] - hair <= height <= marks[-1] + hair for height in heights(one))
    chart_pdf.draw(one, 300, 120)


def test_what_is_counted_has_no_halves_on_its_axis() -> None:
    for most in range(1, 60):
        marks = ticks(Chart("line", "T", ("a", "b"), (Series("s", (0, most)),), decimals=0))
        assert all(mark == int(mark) for mark in marks)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=6, max_size=24), st.integers(0, 100))
def test_the_latest_value_stands_clear_of_the_lines_where_there_is_room(
    values: list[int], target: int
) -> None:
    one = Chart(
        "line", "T", tuple(map(str, range(len(values)))), (Series("s", tuple(values)),), target=target
    )
    drawing = chart_pdf.draw(one, 300, 140)
    (label,) = (s for s in shapes(drawing, String) if s.fontName == BOLD and s.textAnchor == "middle")
    (line,) = [each for each in shapes(drawing, PolyLine) if each.strokeWidth == 1.4]
    end = line.points[-1]
    assert label.text == str(values[-1])
    assert not end - 1 < label.y + label.fontSize / 2 < end + 1


def test_a_label_goes_below_a_target_that_runs_just_above_the_value() -> None:
    one = Chart("line", "T", tuple("abcdef"), (Series("s", (90,) * 5 + (93,)),), target=95, decimals=0)
    drawing = chart_pdf.draw(one, 300, 140)
    (label,) = (s for s in shapes(drawing, String) if s.fontName == BOLD and s.textAnchor == "middle")
    target = next(each.points[1] for each in shapes(drawing, PolyLine) if each.strokeWidth == 1)
    assert not label.y - 1 < target < label.y + label.fontSize


def test_bars_always_stand_on_zero() -> None:
    assert ticks(Chart("bar", "T", ("a", "b"), (Series("s", (98, 99)),)))[0] == 0


def test_labels_are_left_out_in_steps_people_count_in() -> None:
    assert [label_step(35, slot) for slot in (60, 22, 12, 9, 4)] == [1, 2, 4, 6, 12]


def test_the_option_for_pages_is_plain_json_without_functions() -> None:
    option = chart_json.option(chart(24))
    text = json.dumps(option, allow_nan=False)
    assert "function" not in text
    assert option["tooltip"]["renderMode"] == "richText"
    assert option["series"][0]["connectNulls"] is False
    assert option["series"][0]["data"][3] is None
    assert {line["name"] for line in option["series"][0]["markLine"]["data"]} >= {"Target", "Mean"}
    assert option["series"][0]["markPoint"]["data"][0]["coord"] == [1, 91.0]


@pytest.mark.parametrize("target", [20, 99.9, 130])
def test_the_axis_on_a_page_reaches_a_target_that_no_value_comes_near(target: float) -> None:
    one = Chart("line", "T", ("a", "b"), (Series("s", (98.5, 99)),), target=target, decimals=1)
    axis = chart_json.option(one)["yAxis"]
    assert axis["min"] <= target <= axis["max"]
    assert axis["min"] <= 98.5
    assert axis["max"] >= 99


def test_a_chart_without_values_says_so_everywhere() -> None:
    empty = Chart("line", "T", ("a",), (Series("s", (None,)),), limits=Limits.level(None, 1, None, 1))
    assert chart_json.option(empty)["empty"] == "No data for this period."
    assert "No data" in shapes(chart_pdf.draw(empty, 300, 100), String)[0].text


def test_cases_are_counted_by_their_denominators() -> None:
    assert Chart("line", "T", ("a", "b"), (Series("s", (1, 2)),), cases=((3, 10), 5)).case_count == 15
    assert chart(0).case_count is None
