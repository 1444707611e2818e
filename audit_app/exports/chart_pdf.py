"""A Chart as a vector drawing for paper: told apart by dashes, markers and hatching, not colour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from flask_babel import gettext as _
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor

from .chart_scale import finite, label_step, runs, tick_decimals, ticks
from .charts import Chart, Number, Series
from .pdf_cells import number
from .pdf_fonts import BOLD, REGULAR, drawable, load, width
from .pdf_styles import ACCENT, FAINT, HAIR, INK, MUTED, WHITE, tone_colours
from .pdf_text import clipped, lines_of, widest_unit
from .values import plain

SIZE = 7.2
Anchor = Literal["start", "middle", "end"]
COLOURS = (ACCENT, HexColor("#b45f06"), HexColor("#0f766e"), HexColor("#7c3aed"), HexColor("#64748b"))
DASHES: tuple[Any, ...] = (None, (5, 2), (1.6, 1.6), (6, 2, 1.4, 2), (9, 3))
NARROW, SLIM = 340.0, 190.0
"""Points of width below which limits go without words, and below which the target shows its number only."""
TARGET_DASH = (4, 2.5)
LIMIT_DASH: Any = (1, 2)


@dataclass(slots=True)
class Plot:
    """The rectangle of the plot in points, and how indices and values map into it."""

    x: float
    y: float
    width: float
    height: float
    points: int
    low: float
    high: float
    inset: bool

    def across(self, index: float) -> float:
        """The middle of the slot of a point."""
        if self.inset or self.points == 1:
            return self.x + self.width * (index + 0.5) / self.points
        return self.x + 6 + (self.width - 12) * index / (self.points - 1)

    def up(self, value: float) -> float:
        """The height of a value."""
        return self.y + self.height * (value - self.low) / (self.high - self.low)

    @property
    def slot(self) -> float:
        """Room of one point, in points of length."""
        return self.width / max(self.points, 1)


def draw(chart: Chart, wide: float, high: float) -> Drawing:
    """The chart without title and source, as a drawing `wide` × `high` points."""
    load()
    drawing = Drawing(wide, high, initialFontName=REGULAR)
    if chart.is_empty or not chart.labels:
        return _nothing(drawing, wide, high)
    top = _legend(drawing, chart, wide, high)
    marks = ticks(chart, 5 if high > 90 else 3)
    edge = _edge_labels(chart, wide)
    left = max(width(_figure(mark, marks), REGULAR, SIZE) for mark in marks) + 8
    right = max([width(text, REGULAR, SIZE) + 8 for text, _value, _colour in edge], default=8.0)
    rows = _label_rows(chart, wide - left - right)
    bottom = 6 + SIZE * 1.35 * max(rows, 1)
    plot = Plot(left, bottom, wide - left - right, top - bottom, len(chart.labels), marks[0], marks[-1],
                chart.kind != "line")  # fmt: skip
    _axes(drawing, chart, plot, marks, rows)
    (_lines if chart.kind == "line" else _bars)(drawing, chart, plot)
    _target(drawing, chart, plot)
    _limits(drawing, chart, plot)
    _signals(drawing, chart, plot)
    _latest(drawing, chart, plot)
    _write_edge(drawing, edge, plot)
    return drawing


def _nothing(drawing: Drawing, wide: float, high: float) -> Drawing:
    look: dict[str, Any] = {"fillColor": None, "strokeColor": HAIR, "strokeDashArray": (3, 3)}
    drawing.add(Rect(0.5, 0.5, wide - 1, high - 1, **look))
    drawing.add(_text(wide / 2, high / 2 - 3, _("No data for this period."), MUTED, "middle", size=8.5))
    return drawing


def _text(x: float, y: float, words: str, colour: Color = MUTED, anchor: Anchor = "start",
          font: str = REGULAR, size: float = SIZE) -> String:  # fmt: skip
    return String(
        x, y, drawable(words, font), fontName=font, fontSize=size, fillColor=colour, textAnchor=anchor
    )


def _figure(mark: float, marks: list[float]) -> str:
    return number(mark, tick_decimals(marks))


def _colour(one: Series, index: int) -> Color:
    return tone_colours(one.tone)[0] if one.tone else COLOURS[index % len(COLOURS)]


def _axes(drawing: Drawing, chart: Chart, plot: Plot, marks: list[float], rows: int) -> None:
    for mark in marks:
        y = plot.up(mark)
        zero = mark == 0
        drawing.add(Line(plot.x, y, plot.x + plot.width, y, strokeColor=FAINT if zero else HAIR,
                         strokeWidth=0.8 if zero else 0.4))  # fmt: skip
        drawing.add(_text(plot.x - 5, y - SIZE * 0.35, _figure(mark, marks), anchor="end"))
    names = [plain(label) for label in chart.labels]
    if rows and chart.kind != "line" and len(names) <= 14:
        for index, name in enumerate(names):
            for row, part in enumerate(_wrapped(name, plot.slot - 4)):
                drawing.add(
                    _text(plot.across(index), plot.y - SIZE * 1.35 * (row + 1), part, anchor="middle")
                )
        return
    widest = max(width(drawable(name), REGULAR, SIZE) for name in names)
    every = label_step(min(widest, plot.width / 2), plot.slot)
    for index in range(0, len(names), every):
        name = clipped(names[index], SIZE, plot.width / 2)
        drawing.add(_text(plot.across(index), plot.y - SIZE * 1.35, name, anchor="middle"))


def _wrapped(name: str, room: float) -> list[str]:
    lines = lines_of(name, SIZE, room)
    return [lines[0]] if len(lines) == 1 else [lines[0], clipped(" ".join(lines[1:]), SIZE, room)]


def _label_rows(chart: Chart, wide: float) -> int:
    """Two rows under few bars with long names; none if a word would be torn: then some are left out."""
    if chart.kind == "line" or len(chart.labels) > 14:
        return 1
    room = wide / len(chart.labels) - 4
    if max(widest_unit(plain(label), SIZE) for label in chart.labels) > room:
        return 0
    return max(len(_wrapped(plain(label), room)) for label in chart.labels)


def _lines(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    for index, one in enumerate(chart.series):
        colour, dash = _colour(one, index), DASHES[index % len(DASHES)]
        if one.stepped:
            for flat in _steps(one.values, plot):
                drawing.add(PolyLine(flat, strokeColor=colour, strokeWidth=1, strokeDashArray=dash))
            continue
        stretches = runs(one.values)
        for run in stretches:
            spots = [(plot.across(i), plot.up(value)) for i, value in run]
            if len(spots) > 1:
                flat = [part for spot in spots for part in spot]
                drawing.add(PolyLine(flat, strokeColor=colour, strokeWidth=1.4, strokeDashArray=dash,
                                     strokeLineJoin=1, strokeLineCap=1 if dash is None else 0))  # fmt: skip
            if plot.points <= 60 or len(spots) == 1:
                for x, y in spots:
                    drawing.add(_marker(index, x, y, colour, 1.3 if plot.width < SLIM else 2.1))


def _latest(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    """The last value of a single line in figures, where it covers as little as can be."""
    stretches = runs(chart.series[0].values)
    if chart.kind != "line" or len(chart.series) > 1 or not stretches:
        return
    at, value = stretches[-1][-1]
    words = number(value, chart.decimals)
    half, high = width(words, BOLD, SIZE) / 2, SIZE * 0.75
    x = min(max(plot.across(at), plot.x + half), plot.x + plot.width - half)
    y = free_height(chart, plot, (x - half - 1, x + half + 1), plot.up(value))
    plate: dict[str, Any] = {"fillColor": WHITE, "fillOpacity": 0.85, "strokeColor": None}
    drawing.add(Rect(x - half - 1, y - 1.2, 2 * half + 2, high + 2.4, **plate))
    drawing.add(_text(x, y, words, _colour(chart.series[0], 0), "middle", BOLD))


def free_height(chart: Chart, plot: Plot, span: tuple[float, float], y: float) -> float:
    """The foot of a label over `span` near the height `y`: the nearest that no line runs through."""
    steps = [y + 5 + step for step in range(0, 40, 2)] + [y - 5 - SIZE - step for step in range(0, 40, 2)]
    roof = plot.y + plot.height + 6
    inside = [foot for foot in steps if plot.y + 1 <= foot and foot + SIZE <= roof] or steps[:1]
    busy = _heights_within(chart, plot, span)
    return min(
        inside, key=lambda foot: (sum(foot - 1.5 < each < foot + SIZE for each in busy), abs(foot - y))
    )


def _heights_within(chart: Chart, plot: Plot, span: tuple[float, float]) -> list[float]:
    """Heights at which the line, its target or its limits pass through a stretch of the plot."""
    spots = [(plot.across(i), plot.up(value)) for run in runs(chart.series[0].values) for i, value in run]
    found = [y for x, y in spots if span[0] <= x <= span[1]]
    for (x0, y0), (x1, y1) in pairwise(spots):
        if x1 > x0 and x1 >= span[0] and x0 <= span[1]:
            parts = (x0 + (x1 - x0) * part / 12 for part in range(13))
            found += [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in parts if span[0] <= x <= span[1]]
    targets = [(plot.across(i), plot.up(value)) for run in runs(chart.targets) for i, value in run]
    found += [y for x, y in targets if span[0] - plot.slot <= x <= span[1] + plot.slot]
    guides = [line for _name, line in chart.limits.lines] if chart.limits else []
    spots = [(plot.across(i), plot.up(value)) for line in guides for run in runs(line) for i, value in run]
    return found + [y for x, y in spots if span[0] - plot.slot <= x <= span[1] + plot.slot]


def _marker(index: int, x: float, y: float, colour: Color, r: float = 2.1) -> Circle | Polygon:
    """Each series has a marker of its own: disc, square, triangle, diamond, ring."""
    style: dict[str, Any] = {"fillColor": colour, "strokeColor": WHITE, "strokeWidth": 0.5}
    shapes: dict[int, list[float]] = {
        1: [x - r, y - r, x + r, y - r, x + r, y + r, x - r, y + r],
        2: [x - r * 1.2, y - r, x + r * 1.2, y - r, x, y + r * 1.3],
        3: [x, y - r * 1.4, x + r * 1.4, y, x, y + r * 1.4, x - r * 1.4, y],
    }
    kind = index % 5
    if kind in shapes:
        return Polygon(shapes[kind], **style)
    if kind == 4:
        style = {"fillColor": WHITE, "strokeColor": colour, "strokeWidth": 1}
    return Circle(x, y, r, **style)


def _bars(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    stacked = chart.kind == "stacked"
    band = min(plot.slot * 0.72, 46.0)
    thick = band if stacked else band / len(chart.series)
    for point in range(plot.points):
        ups = downs = 0.0
        for index, one in enumerate(chart.series):
            value = finite(one.values[point])
            if value is None:
                continue
            x = plot.across(point) - band / 2 + (0 if stacked else index * thick)
            base = 0.0 if not stacked else ups if value >= 0 else downs
            ends = sorted((plot.up(base), plot.up(base + value)))
            drawing.add(_bar(x, ends[0], thick, ends[1] - ends[0], _colour(one, index), index))
            ups, downs = (ups + value, downs) if value >= 0 else (ups, downs + value)
            if not stacked and thick > 9 and plot.points * len(chart.series) <= 28:
                words = number(value, chart.decimals)
                y = ends[1] + 2.5 if value >= 0 else ends[0] - SIZE - 1
                drawing.add(_text(x + thick / 2, y, words, INK, "middle", size=6.6))


def _bar(x: float, y: float, wide: float, high: float, colour: Color, index: int) -> Group:
    """One bar; the second series of bars is hatched across, the third upright, the fourth is hollow."""
    hollow = index % 4 == 3
    look: dict[str, Any] = {
        "fillColor": WHITE if hollow else colour,
        "strokeColor": colour,
        "strokeWidth": 0.6,
    }
    group = Group(Rect(x, y, wide, high, **look))
    if index % 4 == 1:
        for row in range(1, int(high // 3) + 1):
            group.add(Line(x, y + row * 3, x + wide, y + row * 3, strokeColor=WHITE, strokeWidth=0.7))
    elif index % 4 == 2:
        for column in range(1, int(wide // 3) + 1):
            group.add(Line(x + column * 3, y, x + column * 3, y + high, strokeColor=WHITE, strokeWidth=0.7))
    return group


def _target(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    """The target as a dashed line."""
    for flat in _steps(chart.targets, plot):
        drawing.add(PolyLine(flat, strokeColor=INK, strokeWidth=1, strokeDashArray=TARGET_DASH))


def _steps(values: tuple[Number, ...], plot: Plot) -> Iterator[list[float]]:
    """The corners of a line that steps where its value changes from one point to the next; gaps end it."""
    for run in runs(values):
        flat: list[float] = []
        for index, value in run:
            middle = plot.across(index)
            half = (plot.across(1) - plot.across(0)) / 2 if plot.points > 1 else plot.width / 2
            start, end = max(middle - half, plot.x), min(middle + half, plot.x + plot.width)
            if flat and flat[-1] == plot.up(value):
                flat[-2] = end
            else:
                flat += [start, plot.up(value), end, plot.up(value)]
        yield flat


def _limits(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    if chart.limits is None:
        return
    for values, dash in (
        (chart.limits.lower, LIMIT_DASH),
        (chart.limits.centre, None),
        (chart.limits.upper, LIMIT_DASH),
    ):
        for flat in _steps(values, plot):
            width = 0.5 if dash is None else 0.9
            drawing.add(PolyLine(flat, strokeColor=MUTED, strokeDashArray=dash, strokeWidth=width))


def _signals(drawing: Drawing, chart: Chart, plot: Plot) -> None:
    for index in chart.signals:
        value = finite(chart.series[0].values[index]) if chart.series else None
        if value is not None:
            radius, stroke = (2.8, 0.7) if plot.width < SLIM else (4.2, 1.1)
            drawing.add(Circle(plot.across(index), plot.up(value), radius, fillColor=None,
                               strokeColor=tone_colours("bad")[0], strokeWidth=stroke))  # fmt: skip


def _edge_labels(chart: Chart, wide: float) -> list[tuple[str, float, Color]]:
    """Words at the right end of the lines for target and limits; fewer where the chart is narrow."""
    found: list[tuple[str, float, Color]] = []
    last = [value for value in map(finite, chart.targets) if value is not None][-1:]
    if last:
        sign = {True: "≥ ", False: "≤ ", None: ""}[chart.higher_is_better]
        words = sign + number(last[0], _digits(last[0], chart.decimals))
        found.append((words if wide < SLIM else _("Target %(value)s", value=words), last[0], INK))
    if chart.limits and wide >= NARROW:
        digits = chart.decimals + 1
        for name, line in reversed(chart.limits.lines):
            if (known := finite(line[-1])) is not None:
                found.append((f"{name} {number(known, digits)}", known, MUTED))
    return found


def _digits(value: float, most: int) -> int:
    """The digits a target was set with: 98 stays 98 beside values with two digits."""
    return next((digits for digits in range(most) if round(value, digits) == round(value, most)), most)


def _write_edge(drawing: Drawing, edge: list[tuple[str, float, Color]], plot: Plot) -> None:
    below = plot.y + plot.height + 4
    for words, value, colour in sorted(edge, key=lambda one: -one[1]):
        y = min(plot.up(value) - SIZE * 0.35, below)
        font = BOLD if colour == INK else REGULAR
        drawing.add(_text(plot.x + plot.width + 5, y, words, colour, font=font, size=6.8))
        below = y - SIZE * 1.15


def _legend(drawing: Drawing, chart: Chart, wide: float, high: float) -> float:
    """Samples with names in as many rows as they need; returns the height left for the plot's upper edge."""
    entries: list[tuple[str, Callable[[float, float], list[Any]]]] = []
    if len(chart.series) > 1:
        entries = [(plain(one.name), _sample(chart, one, index)) for index, one in enumerate(chart.series)]
    if chart.signals and wide >= NARROW:
        bad = tone_colours("bad")[0]
        ring: Callable[[float, float], list[Any]] = lambda x, y: [  # noqa: E731  (a sample is one expression)
            Circle(x + 8, y + 2.4, 3.4, fillColor=None, strokeColor=bad, strokeWidth=1.2)
        ]
        entries.append((_("Signal"), ring))
    x, y = 0.0, high - SIZE
    for name, sample in entries:
        shown = clipped(name, SIZE, wide / 2)
        if x and x + 20 + width(shown, REGULAR, SIZE) > wide:
            x, y = 0.0, y - SIZE * 1.5
        for part in sample(x, y):
            drawing.add(part)
        drawing.add(_text(x + 20, y, shown, INK))
        x += 34 + width(shown, REGULAR, SIZE)
    return y - SIZE * (1.6 if chart.kind == "line" else 2.4) if entries else high - SIZE * 1.6


def _sample(chart: Chart, one: Series, index: int) -> Callable[[float, float], list[Any]]:
    colour = _colour(one, index)

    def parts(x: float, y: float) -> list[Any]:
        if chart.kind != "line":
            return [_bar(x + 3, y - 0.8, 11, 7, colour, index)]
        dash = DASHES[index % len(DASHES)]
        stroke = Line(x, y + 2.4, x + 16, y + 2.4, strokeColor=colour, strokeWidth=1.4, strokeDashArray=dash)
        return [stroke] if one.stepped else [stroke, _marker(index, x + 8, y + 2.4, colour)]

    return parts
