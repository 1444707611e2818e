"""A Chart as the option of an ECharts chart for a page: plain data without functions, styles or HTML.

Use it with the SVG renderer. Text takes the colour of the page (`currentColor` is not known to ECharts), so a
grey that reads on white and on black is used; the page may set its own.
"""

from typing import Any

from flask_babel import gettext as _

from .chart_scale import finite, runs, ticks
from .charts import Chart, Number
from .values import plain, tone_of

COLOURS = ("#3b6fc4", "#c97a1a", "#1f9388", "#8b5cf6", "#7a8799")
TONES = {"good": "#2c9a5b", "warn": "#c97a1a", "bad": "#d1493f", "info": "#3b6fc4", "neutral": "#7a8799"}
NEUTRAL, FAINT = "#7a8799", "rgba(128,138,152,0.28)"
DASHES: tuple[Any, ...] = ("solid", "dashed", "dotted", [8, 3, 2, 3], [12, 4])
SYMBOLS = ("circle", "rect", "triangle", "diamond", "emptyCircle")

MARKED = 60
"""Most points of a line whose every value has a mark."""


def option(chart: Chart) -> dict[str, Any]:
    """The option as a dict ready for JSON; `empty` holds a sentence when there is nothing to draw."""
    text = {"color": NEUTRAL}
    return {
        "empty": _("No data for this period.") if chart.is_empty else "",
        "animation": False,
        "aria": {"enabled": True, "label": {"description": describe(chart)}},
        "textStyle": text,
        "color": list(COLOURS),
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": True},
        "legend": {"show": len(chart.series) > 1, "top": 0, "left": 0, "textStyle": text},
        "tooltip": {"trigger": "axis", "renderMode": "richText", "confine": True},
        "xAxis": {
            "type": "category", "data": [plain(label) for label in chart.labels],
            "axisLabel": {**text, "hideOverlap": True}, "axisLine": {"lineStyle": text},
        },
        "yAxis": {
            **_reach(chart),
            "type": "value", "name": plain(chart.unit), "nameTextStyle": {**text, "align": "left"},
            "scale": chart.kind == "line", "axisLabel": text, "splitLine": {"lineStyle": {"color": FAINT}},
        },
        "series": [
            *(_series(chart, index) for index in range(len(chart.series))),
            *_moving_target(chart),
            *_moving_limits(chart),
        ],
    }  # fmt: skip


def _reach(chart: Chart) -> dict[str, Any]:
    """An axis that holds target and limits: ECharts looks at the values alone and leaves such lines out."""
    if chart.is_empty or not (chart.targets or chart.limits):
        return {}
    marks = ticks(chart)
    return {"min": marks[0], "max": marks[-1]}


def _series(chart: Chart, index: int) -> dict[str, Any]:
    one = chart.series[index]
    colour = TONES[tone_of(one.tone)] if one.tone else COLOURS[index % len(COLOURS)]
    made: dict[str, Any] = {
        "name": plain(one.name), "type": "line" if chart.kind == "line" else "bar",
        "data": [_rounded(value, chart.decimals) for value in map(finite, one.values)],
        "itemStyle": {"color": colour},
    }  # fmt: skip
    if chart.kind == "line":
        stroke = {"type": DASHES[index % len(DASHES)], "width": 2}
        made |= {"connectNulls": False, "showSymbol": len(chart.labels) <= MARKED, "lineStyle": stroke}
        made |= {"symbol": SYMBOLS[index % len(SYMBOLS)], "symbolSize": 6}
        alone = {run[0][0] for run in runs(one.values) if len(run) == 1}
        if (
            alone and len(chart.labels) > MARKED
        ):  # No line runs through them: without a mark they would not be seen.
            made |= {"showSymbol": True, "showAllSymbol": True, "symbolSize": 0}
            made["data"] = [
                {"value": value, "symbolSize": 6} if place in alone else value
                for place, value in enumerate(made["data"])
            ]
        made |= {"step": "middle", "symbol": "none"} if one.stepped else {}
    else:
        made |= {"barMaxWidth": 42, **({"stack": "all"} if chart.kind == "stacked" else {})}
        if index:
            hatch = {"symbol": "rect", "rotation": index * 0.8, "dashArrayX": [1, 0], "dashArrayY": [2, 4]}
            made["itemStyle"] |= {"decal": {**hatch, "color": "rgba(255,255,255,0.35)"}}
    if index == 0:
        made |= _marks(chart)
    return made


def _rounded(value: float | None, decimals: int) -> float | int | None:
    if value is None:
        return None
    return round(value) if decimals == 0 and value == round(value) else round(value, max(decimals, 1) + 1)


def _marks(chart: Chart) -> dict[str, Any]:
    """Lines for a fixed target and the limits, rings for signals."""
    lines = []
    if chart.target is not None and not isinstance(chart.target, tuple):
        lines.append(_line(_("Target"), chart.target, "dashed", 1.6))
    for name, values in chart.limits.lines if chart.limits else ():
        if _is_level(values) and values[0] is not None:
            lines.append(_line(name, values[0], "dotted", 1))
    rings = [
        {"name": _("Signal"), "coord": [index, value], "value": ""}
        for index in chart.signals
        if (value := finite(chart.series[0].values[index])) is not None
    ]
    ring = {"color": "transparent", "borderColor": TONES["bad"], "borderWidth": 2}
    return {
        "markLine": {"silent": True, "symbol": "none", "data": lines},
        "markPoint": {"symbol": "circle", "symbolSize": 14, "itemStyle": ring, "data": rings},
    }


def _is_level(values: tuple[Number, ...]) -> bool:
    """Whether a line is the same at every point, so that it can be drawn as a mark with its value."""
    return len(set(values)) == 1


def _moving_limits(chart: Chart) -> list[dict[str, Any]]:
    """Limits that change, as steps without symbols."""
    return [{
        "name": name, "type": "line", "step": "middle", "symbol": "none", "connectNulls": False,
        "data": [finite(value) for value in values], "silent": True,
        "lineStyle": {"type": "dotted", "width": 1, "color": NEUTRAL}, "itemStyle": {"color": NEUTRAL},
    } for name, values in (chart.limits.lines if chart.limits else ()) if not _is_level(values)]  # fmt: skip


def _line(name: str, value: float, dash: str, width: float) -> dict[str, Any]:
    label = {"formatter": "{b} {c}", "position": "insideEndTop", "color": NEUTRAL}
    return {
        "name": name,
        "yAxis": value,
        "label": label,
        "lineStyle": {"type": dash, "width": width, "color": NEUTRAL},
    }


def _moving_target(chart: Chart) -> list[dict[str, Any]]:
    if not isinstance(chart.target, tuple):
        return []
    return [{
        "name": _("Target"), "type": "line", "step": "middle", "symbol": "none", "connectNulls": False,
        "data": [finite(value) for value in chart.target],
        "lineStyle": {"type": "dashed", "width": 1.6, "color": NEUTRAL},
        "itemStyle": {"color": NEUTRAL},
    }]  # fmt: skip


def describe(chart: Chart) -> str:
    """The chart in one sentence, for people who do not see it."""
    title = plain(chart.title)
    known = [(plain(label), value) for label, value in zip(chart.labels, chart.series[0].values, strict=True)
             if value is not None] if chart.series else []  # fmt: skip
    if not known:
        return str(_("%(title)s: no data for this period.", title=title))
    (first, start), (last, end) = known[0], known[-1]
    figures = {"start": _rounded(start, chart.decimals), "end": _rounded(end, chart.decimals)}
    words = {"title": title, "first": first, "last": last}
    return str(_("%(title)s: from %(start)s (%(first)s) to %(end)s (%(last)s).", **words, **figures))
