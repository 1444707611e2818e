"""Charts of no, one, two and 500 points: each renderer draws every point where it belongs, or says why it draws none."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from reportlab.graphics.shapes import Circle, Drawing, PolyLine, String

from audit_app.exports import xlsx
from audit_app.exports.chart_json import option
from audit_app.exports.chart_pdf import draw
from audit_app.exports.charts import Chart, Series
from audit_app.exports.sheet import Sheet, Workbook

COUNTS = pytest.mark.parametrize("points", [0, 1, 2, 500])
KINDS = pytest.mark.parametrize("kind", ["line", "bar", "stacked"])


def chart(points: int, kind: str = "line", gaps: bool = False) -> Chart:
    """So many months that go up and down; with ``gaps`` every value stands alone."""
    values = tuple(None if gaps and place % 2 else 50 + (place * 37) % 41 for place in range(points))
    labels = tuple(f"{1990 + place // 12}-{place % 12 + 1:02d}" for place in range(points))
    return Chart(kind, "Tickets", labels, (Series("Tickets", values),), unit="n")  # type: ignore[arg-type]


def shapes(drawing: Drawing) -> list[Any]:
    """Every shape of a drawing, groups opened."""
    found, waiting = [], list(drawing.contents)
    while waiting:
        each = waiting.pop(0)
        waiting = [*getattr(each, "contents", []), *waiting]
        found.append(each)
    return found


@COUNTS
def test_on_paper_every_point_stands_at_its_height_and_in_its_order(app: Any, points: int) -> None:
    made = chart(points)
    drawn = shapes(draw(made, 470, 130))
    if not points:
        assert [each.text for each in drawn if isinstance(each, String)] == ["No data for this period."]
        return
    lines = [each for each in drawn if isinstance(each, PolyLine) and len(each.points) == 2 * points]
    if points > 1:
        spots = list(zip(lines[0].points[::2], lines[0].points[1::2], strict=True))
    else:
        spots = [(each.cx, each.cy) for each in drawn if isinstance(each, Circle)][:1]
    values = made.series[0].values
    assert len(spots) == points
    assert [x for x, _y in spots] == sorted(x for x, _y in spots)
    assert all(0 <= x <= 470 and 0 <= y <= 130 for x, y in spots)
    low, high = values.index(min(values)), values.index(max(values))  # type: ignore[type-var]
    if low != high:
        scale = (spots[high][1] - spots[low][1]) / (values[high] - values[low])
        assert scale > 0
        assert all(
            abs(y - spots[low][1] - scale * (v - values[low])) < 0.01
            for (_x, y), v in zip(spots, values, strict=True)
        )


@COUNTS
@KINDS
def test_in_the_workbook_the_chart_is_drawn_over_exactly_its_rows(app: Any, points: int, kind: str) -> None:
    made = chart(points, kind)
    book = load_workbook(BytesIO(xlsx.render(Workbook((Sheet("One", charts=(made,)),)))))
    data = book[book.sheetnames[-1]]
    told = [data.cell(3 + row, 2).value for row in range(points + 1)]
    assert told == [*made.series[0].values, None]
    if not points:
        assert book["One"]._charts == []
        assert any(
            "No data for this period." in str(cell.value) for row in book["One"].iter_rows() for cell in row
        )
        return
    (native,) = book["One"]._charts
    assert native.series[0].val.numRef.f.endswith(f"$B$3:$B${points + 2}") or points == 1
    assert native.series[0].cat.numRef.f.endswith(f"$A$3:$A${points + 2}") or points == 1


@COUNTS
@KINDS
def test_on_a_page_every_value_is_in_the_picture_or_it_says_why_not(app: Any, points: int, kind: str) -> None:
    made = option(chart(points, kind))
    assert made["series"][0]["data"] == list(chart(points).series[0].values)
    assert made["xAxis"]["data"] == list(chart(points).labels)
    assert made["empty"] == ("" if points else "No data for this period.")


def test_a_value_between_two_gaps_is_seen_in_a_long_line_too(app: Any) -> None:
    line = option(chart(500, gaps=True))["series"][0]
    assert line["showSymbol"]
    assert line["showAllSymbol"] is True
    alone = [each for each in line["data"] if each is not None]
    assert len(alone) == 250
    assert all(each["symbolSize"] for each in alone)
    joined = option(chart(500))["series"][0]
    assert not joined["showSymbol"] or joined["symbolSize"] == 0
