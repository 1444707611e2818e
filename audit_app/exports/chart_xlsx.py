"""A Chart as a native chart of a workbook, over figures written beside it; gaps stay gaps."""

from collections.abc import Callable
from math import ceil
from typing import Any

from flask_babel import gettext as _
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties

from .chart_scale import finite
from .charts import Chart, Number
from .values import plain, tone_of
from .xlsx_text import shown_width

COLOURS = ("1B4694", "B45F06", "0F766E", "7C3AED", "64748B")
TONES = {"good": "1D7A46", "warn": "A15C00", "bad": "B3261E", "info": "1B4694", "neutral": "64748B"}
DASHES: tuple[Any, ...] = ("solid", "dash", "sysDot", "dashDot", "lgDash")
MARKERS: tuple[Any, ...] = ("circle", "square", "triangle", "diamond", "x")
WIDTH, HEIGHT = 15.6, 8.0
"""Size of a chart in centimetres."""

Write = Callable[..., Any]


def native(write: Write, data: Any, at: int, chart: Chart) -> tuple[int, LineChart | BarChart | None]:
    """Write the figures from row `at` of `data`; gives the next free row and the chart (or None)."""
    title = " ".join(
        filter(None, (plain(chart.title), f"({plain(chart.unit)})" if plain(chart.unit) else ""))
    )
    write(data, at, 1, title, bold=True)
    columns = [(plain(one.name), one.values) for one in chart.series] + _guides(chart)
    for index, (name, _values) in enumerate(columns, 2):
        write(data, at + 1, index, name, bold=True, rule=True, align="right", wrap=True)
    data.row_dimensions[at + 1].height = 15 * max(
        [ceil(shown_width(name) / 10) for name, _values in columns], default=1
    )
    form = "#,##0" + ("." + "0" * chart.decimals if chart.decimals else "")
    for row, label in enumerate(chart.labels):
        write(data, at + 2 + row, 1, label)
        for index, (_name, values) in enumerate(columns, 2):
            write(data, at + 2 + row, index, finite(values[row]), form=form)
    last = at + 1 + len(chart.labels)
    if plain(chart.source):
        write(data, last + 1, 1, _("Source: %(source)s", source=plain(chart.source)))
    drawn = None if chart.is_empty else _drawn(chart, data, at + 1, last, title, form)
    return last + 4, drawn


def _guides(chart: Chart) -> list[tuple[str, tuple[Number, ...]]]:
    """Target and limits as series of their own: that is the only line a native chart knows."""
    found: list[tuple[str, tuple[Number, ...]]] = []
    if chart.targets:
        found.append((_("Target"), chart.targets))
    return found + list(chart.limits.lines if chart.limits else ())


def _drawn(chart: Chart, data: Any, head: int, last: int, title: str, form: str) -> LineChart | BarChart:
    own = len(chart.series)
    guides = len(_guides(chart))
    labels = Reference(data, min_col=1, min_row=head + 1, max_row=last)
    main: LineChart | BarChart = LineChart() if chart.kind == "line" else BarChart()
    if isinstance(main, BarChart) and chart.kind == "stacked":
        main.grouping, main.overlap = "stacked", 100
    main.add_data(
        Reference(data, min_col=2, max_col=1 + own, min_row=head, max_row=last), titles_from_data=True
    )
    main.set_categories(labels)
    for index, series in enumerate(main.series):
        _own_look(chart, index, series)
    if guides:
        lines = LineChart()
        lines.add_data(Reference(data, min_col=2 + own, max_col=1 + own + guides, min_row=head, max_row=last),
                       titles_from_data=True)  # fmt: skip
        lines.set_categories(labels)
        for index, series in enumerate(lines.series):
            _guide_look(series, index == 0 and bool(chart.targets))
        if isinstance(main, LineChart):
            main.series += lines.series
        else:
            main += lines
    _axes(main, title, form)
    return main


def _own_look(chart: Chart, index: int, series: Any) -> None:
    tone = chart.series[index].tone
    colour = TONES[tone_of(tone)] if tone else COLOURS[index % len(COLOURS)]
    if chart.kind != "line":
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
        return
    series.smooth = False
    series.graphicalProperties = GraphicalProperties(
        ln=LineProperties(solidFill=colour, w=22_000, prstDash=DASHES[index % len(DASHES)])
    )
    series.marker = Marker("none" if chart.series[index].stepped else MARKERS[index % len(MARKERS)], size=5)
    series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)


def _guide_look(series: Any, target: bool) -> None:
    series.smooth = False
    series.marker = Marker("none")
    line = LineProperties(solidFill="1B2432" if target else "8A94A3", w=16_000 if target else 10_000,
                          prstDash="dash" if target else "sysDot")  # fmt: skip
    series.graphicalProperties = GraphicalProperties(ln=line)


def _axes(chart: Any, title: str, form: str) -> None:
    chart.title, chart.width, chart.height = title, WIDTH, HEIGHT
    chart.title.overlay = False
    look = CharacterProperties(sz=1100, b=True)
    for paragraph in chart.title.tx.rich.p:
        paragraph.pPr = ParagraphProperties(defRPr=look)
    chart.layout = Layout(ManualLayout(x=0.06, y=0.16, w=0.9, h=0.58, xMode="edge", yMode="edge"))
    chart.legend.position = "b"
    chart.display_blanks = "gap"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = form
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D5DAE1", w=6_000))
