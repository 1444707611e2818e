"""Indicators as charts: months, target in steps, natural limits; a line for each definition."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart, Limits, Series
from audit_app.indicators import trend
from audit_app.indicators.board import Point, Standing, Told, better, goal_of
from audit_app.indicators.goals import NO_GOAL
from audit_app.indicators.models import Direction, Indicator
from audit_app.indicators.periods import Month
from audit_app.indicators.reading import PERCENT


def chart(standing: Standing, points: Sequence[Point]) -> Chart:
    """The months of an indicator with its target line and natural limits; signals and worsening runs ringed.

    ``points`` are the months shown; the limits come from all months that ``standing`` looks back.
    """
    indicator, told = standing.indicator, standing.told
    drawn = [point if _on_scale(indicator, point, told) else Point(point.month) for point in points]
    targets = tuple(
        _number(goal_of(indicator, point).target) if _on_scale(indicator, point, told) else None
        for point in points
    )
    return Chart(
        "line",
        f"{indicator.code} {indicator.name}",
        tuple(str(point.month) for point in points),
        (*_lines(standing, drawn), *_band(standing, points)),
        unit=unit(told),
        target=targets if any(target is not None for target in targets) else None,
        limits=_limits(points, standing),
        signals=_ringed(points, standing),
        decimals=told.decimals,
        source=source_words(points),
        cases=tuple(_cases(point) for point in drawn),
        higher_is_better={Direction.HIGHER: True, Direction.LOWER: False}.get(told.direction),
    )


def _on_scale(indicator: Indicator, point: Point, told: Told) -> bool:
    """Whether a month can stand on the same axis: hours and percent cannot."""
    return indicator.told_in(point.month).unit == told.unit


def _lines(standing: Standing, points: Sequence[Point]) -> list[Series]:
    """A line for each definition, the present one first: old and new never make one line."""
    indicator, name = standing.indicator, standing.indicator.name
    told: dict[Month | None, list[float | None]] = {standing.since: []}
    first = {point.month: indicator.defined_since(point.month) for point in points}
    for since in reversed(list(dict.fromkeys(first.values()))):
        told[since] = [_number(p.value) if first[p.month] == since else None for p in points]
    made = []
    for since, values in told.items():
        until = next((each.until for each in indicator.earlier if since is None or each.until > since), None)
        if since == standing.since:
            words = _("from %(month)s", month=since) if since else name
            made.append(Series(words, tuple(values) or (None,) * len(points)))
        elif until is not None and any(value is not None for value in values):
            words = _("up to %(month)s", month=until.previous())
            made.append(Series(words, tuple(values), "neutral"))
    return made


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _limits(points: Sequence[Point], standing: Standing) -> Limits | None:
    """Limits month by month; those that cannot be reached (below 0, above 100 %) are not drawn."""
    known = [p.value for p in points if p.value is not None and standing.alike(p.month)]
    floor = 0.0 if known and min(known) >= 0 else None
    roof = 100.0 if standing.told.unit == PERCENT and known and max(known) <= 100 else None
    lines = list(map(standing.limits_of, points))
    if not any(lines):
        return None
    lower, centre, upper = zip(*(each or (None, None, None) for each in lines), strict=True)
    return Limits(
        tuple(None if each is None or (floor is not None and each <= floor) else each for each in lower),
        centre,
        tuple(None if each is None or (roof is not None and each >= roof) else each for each in upper),
    )


def _band(standing: Standing, points: Sequence[Point]) -> tuple[Series, ...]:
    if standing.told.direction is not Direction.BAND:
        return ()
    goals = [standing.told.goal(p.month) if standing.alike(p.month) else NO_GOAL for p in points]
    ends = (
        (_("Lower end of the band"), tuple(_number(goal.low) for goal in goals)),
        (_("Upper end of the band"), tuple(_number(goal.high) for goal in goals)),
    )
    return tuple(
        Series(name, values, "neutral", stepped=True)
        for name, values in ends
        if any(value is not None for value in values)
    )


def _ringed(points: Sequence[Point], standing: Standing) -> tuple[int, ...]:
    """Months with a signal, and those that end three worsening steps in a row."""
    goals = [standing.indicator.goal(point.month) for point in points]
    values = [_number(point.value) if standing.alike(point.month) else None for point in points]
    found = {point.month for point, _signal in standing.signals}
    return tuple(
        place
        for place, point in enumerate(points)
        if point.month in found
        or trend.is_run(
            values[: place + 1],
            better(standing.told),
            _number(goals[place].low),
            _number(goals[place].high),
        )
    )


def _cases(point: Point) -> int | tuple[int, int] | None:
    if point.denominator is None:
        return None
    return int(point.denominator)


def source_words(points: Sequence[Point]) -> str:
    """Where the figures of a chart come from."""
    found = dict.fromkeys(
        point.source for point in points if point.source is not None and point.value is not None
    )
    return ", ".join(str(source.label) for source in found)


def unit(indicator: Told) -> str:
    """The unit in words."""
    words = {
        "n": _("number"),
        "min": _("minutes"),
        "h": _("hours"),
        "score": _("score"),
        "currency": _("money"),
        "n/person/day": _("number per person and day"),
    }
    return words.get(indicator.unit, indicator.unit)


def page_option(made: Chart) -> dict[str, Any]:
    """The chart for a page: the target is a line of its own, so the legend must name it."""
    made_option = option(made)
    if made.target is not None:
        made_option["legend"]["show"] = True
    return made_option
