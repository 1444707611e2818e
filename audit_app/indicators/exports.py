"""Indicators as charts, and as sheets with native charts."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.queries import organisation
from audit_app.core.clock import now, zone
from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart, Limits, Series
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Tone, listed
from audit_app.indicators import trend
from audit_app.indicators.behaviour import FIRM, MINIMUM, Kind, Rule
from audit_app.indicators.board import Point, Standing, better, goal_of, status, target_words
from audit_app.indicators.models import Direction, Import, Indicator, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.reading import PERCENT

TONES = {"success": "good", "danger": "bad", "warning": "warn", "info": "info"}


def chart(standing: Standing, points: Sequence[Point]) -> Chart:
    """The months of an indicator with its target line and natural limits; signals and worsening runs ringed.

    ``points`` are the months shown; the limits come from all months that ``standing`` looks back.
    """
    indicator = standing.indicator
    values = tuple(None if point.value is None else float(point.value) for point in points)
    targets = tuple(_number(goal_of(indicator, point).target) for point in points)
    return Chart(
        "line",
        f"{indicator.code} {indicator.name}",
        tuple(str(point.month) for point in points),
        (Series(indicator.name, values), *_band(indicator, points)),
        unit=unit(indicator),
        target=targets if any(target is not None for target in targets) else None,
        limits=_limits(points, standing),
        signals=_ringed(points, standing),
        decimals=indicator.decimals,
        source=source_words(points),
        cases=tuple(_cases(point) for point in points),
        higher_is_better={Direction.HIGHER: True, Direction.LOWER: False}.get(indicator.direction),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _limits(points: Sequence[Point], standing: Standing) -> Limits | None:
    """Limits month by month; those that cannot be reached (below 0, above 100 %) are not drawn."""
    known = [point.value for point in points if point.value is not None]
    floor = 0.0 if known and min(known) >= 0 else None
    roof = 100.0 if standing.indicator.unit == PERCENT and known and max(known) <= 100 else None
    lines = list(map(standing.limits_of, points))
    if not any(lines):
        return None
    lower, centre, upper = zip(*(each or (None, None, None) for each in lines), strict=True)
    return Limits(
        tuple(None if each is None or (floor is not None and each <= floor) else each for each in lower),
        centre,
        tuple(None if each is None or (roof is not None and each >= roof) else each for each in upper),
    )


def _band(indicator: Indicator, points: Sequence[Point]) -> tuple[Series, ...]:
    if indicator.direction is not Direction.BAND:
        return ()
    goals = [indicator.goal(point.month) for point in points]
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
    values = [None if point.value is None else float(point.value) for point in points]
    found = {point.month for point, _signal in standing.signals}
    return tuple(
        place
        for place, point in enumerate(points)
        if point.month in found
        or trend.is_run(
            values[: place + 1],
            better(standing.indicator),
            _number(goals[place].low),
            _number(goals[place].high),
        )
    )


SIGNALS = {
    (Rule.OUTSIDE, True): _l("above the upper natural limit"),
    (Rule.OUTSIDE, False): _l("below the lower natural limit"),
    (Rule.RUN, True): _l("eight or more months in a row above the mean"),
    (Rule.RUN, False): _l("eight or more months in a row below the mean"),
    (Rule.NEAR, True): _l("three of four months near the upper limit"),
    (Rule.NEAR, False): _l("three of four months near the lower limit"),
}


def signals(standing: Standing) -> list[tuple[Month, str]]:
    """Every month that is a signal, newest first, with all that makes it one."""
    found: dict[Month, list[str]] = {}
    for point, signal in standing.signals:
        found.setdefault(point.month, []).append(str(SIGNALS[signal.rule, signal.above]))
    return [(month, listed(reversed(words))) for month, words in found.items()]


def limits_words(standing: Standing) -> str:
    """Where the limits come from, or why there are none."""
    last = standing.behaviour.stretches[-1] if standing.last is not None else None
    if last is None:
        return ""
    words = {
        Kind.TOO_FEW_VALUES: _(
            "Too few values for natural limits: %(known)s of %(needed)s months.",
            known=last.known,
            needed=MINIMUM,
        ),
        Kind.TOO_FEW_CASES: _(
            "Too few cases in a month for limits: look at the cases, not at the percentage."
        ),
        Kind.XMR: _("Natural limits from the moving range of %(known)s months.", known=last.known),
        Kind.P: _("Limits of a p-chart: they are wider in months with fewer cases."),
        Kind.U: _("Limits of a u-chart: they are wider in months with fewer cases."),
    }[last.kind]
    if last.provisional:
        return f"{words} " + _("Provisional until there are %(firm)s.", firm=FIRM)
    return words


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


def unit(indicator: Indicator) -> str:
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


def register(rows: Iterable[Standing]) -> Sheet:
    """The register with the last value of each indicator."""
    columns = (
        Column(_("Code")),
        Column(_("Indicator"), width=34),
        Column(_("Formula"), width=50),
        Column(_("Unit")),
        Column(_("Better")),
        Column(_("Target")),
        Column(_("Clause")),
        Column(_("Source")),
        Column(_("Indicator owner")),
        Column(_("Last month")),
        Column(_("Value"), "number", decimals=3),
        Column(_("Numerator"), "number", decimals=2),
        Column(_("Denominator"), "number", decimals=2),
        Column(_("State")),
        Column(_("Movement")),
    )
    return Sheet(
        _("Indicators"), columns, [_register_row(row) for row in rows], empty=_("No indicator matches.")
    )


def _register_row(row: Standing) -> tuple[Any, ...]:
    each, last = row.indicator, row.last
    return (
        each.code,
        each.name,
        each.formula,
        unit(each),
        each.direction.label,
        row.target,
        each.clause,
        each.source.label,
        each.owner.name if each.owner else "",
        str(last.month) if last else "",
        last.value if last else None,
        last.numerator if last else None,
        last.denominator if last else None,
        Tone(row.status.label, TONES.get(row.status.tone, "neutral")),
        row.movement.label,
    )


def _month_columns(indicator: Indicator) -> tuple[Column, ...]:
    return (
        Column(_("Month")),
        Column(_("Value"), "number", decimals=indicator.decimals),
        Column(_("Target")),
        Column(_("State")),
        Column(indicator.numerator or _("Numerator"), "number", decimals=2, width=20),
        Column(indicator.denominator or _("Denominator"), "number", decimals=2, width=20),
        Column(_("Comment"), width=40),
        Column(_("Source")),
        Column(_("File")),
    )


def months_sheet(standing: Standing, points: Sequence[Point]) -> Sheet:
    """The months of one indicator with a native chart; a gap is an empty cell."""
    indicator = standing.indicator
    rows = [
        (
            str(point.month),
            point.value,
            target_words(indicator, point),
            Tone(status(indicator, point).label, TONES.get(status(indicator, point).tone, "neutral")),
            point.numerator,
            point.denominator,
            point.comment,
            point.source.label if point.source else "",
            point.filename,
        )
        for point in points
    ]
    facts = (
        (_("Formula"), indicator.formula),
        (_("Unit"), unit(indicator)),
        (_("Better"), indicator.direction.label),
        (_("Target"), target_words(indicator)),
        (_("Clause"), indicator.clause),
    )
    told = [f"{month}: {words}" for month, words in signals(standing)]
    notes = tuple(filter(None, (indicator.note, limits_words(standing), *told)))
    return Sheet(
        f"{indicator.code} {indicator.name}",
        _month_columns(indicator),
        rows,
        heading=f"{indicator.code} {indicator.name}",
        facts=facts,
        notes=notes,
        charts=(chart(standing, points),),
        empty=_("No data yet."),
    )


def services_sheet(indicator: Indicator, points: Sequence[Point]) -> Sheet | None:
    """Availability per service and month; None when no month tells it."""
    columns = (
        Column(_("Month")),
        Column(_("Service"), width=28),
        Column(_("Availability, %"), "number", decimals=3),
        Column(_("Minutes down"), "number", decimals=1),
        Column(_("Minutes watched"), "number", decimals=1),
        Column(_("Outages"), "int"),
        Column(_("Target")),
    )
    rows = [
        (
            str(point.month),
            service,
            facts["availability"],
            facts["down_minutes"],
            facts["agreed_minutes"],
            facts["outages"],
            target_words(indicator, point),
        )
        for point in points
        for service, facts in sorted(point.services.items())
    ]
    return Sheet(_("%(code)s per service", code=indicator.code), columns, rows) if rows else None


def series_book(rows: Sequence[tuple[Standing, Sequence[Point]]]) -> Workbook:
    """One sheet per indicator, each with its native chart."""
    sheets = []
    for standing, points in rows:
        indicator = standing.indicator
        sheets.append(months_sheet(standing, points))
        per_service = services_sheet(indicator, points) if indicator.source is Source.OUTAGES else None
        sheets += [per_service] if per_service is not None else []
    return book(*sheets, title=_("Indicators"))


def imported(rows: Iterable[Import]) -> Sheet:
    """The files that were read in."""
    columns = (
        Column(_("When"), "datetime"),
        Column(_("File"), width=34),
        Column(_("Kind")),
        Column(_("Profile")),
        Column(_("Rows"), "int"),
        Column(_("Taken"), "int"),
        Column(_("Problems"), "int"),
        Column(_("By")),
        Column(_("SHA-256"), width=66),
    )
    cells = [
        (
            each.at,
            each.filename,
            kind_label(each.kind),
            each.profile,
            each.rows,
            each.accepted,
            (each.summary or {}).get("problems", 0),
            each.by.name if each.by else _("command line"),
            each.sha256,
        )
        for each in rows
    ]
    return Sheet(_("Imports"), columns, cells, empty=_("Nothing was imported yet."))


def kind_label(kind: str) -> str:
    """The kind of an import in words."""
    words = {"values": _("Monthly values"), "tickets": _("Ticket log"), "outages": _("Outage log")}
    return words.get(kind, kind)


def book(*sheets: Sheet, title: str) -> Workbook:
    """Sheets as a workbook of the organisation, in the reader's language."""
    owner, locale = organisation(), get_locale()
    return Workbook(
        sheets,
        title=title,
        organisation=owner.name if owner else "",
        created=now(),
        zone=zone(),
        language=str(locale) if locale is not None else "en",
    )


def month_name(month: Month) -> str:
    """A month in the reader's words."""
    return month.label(str(get_locale() or "en"))


LONGEST_GAP = 3
"""A longer run of months without data is named as one span, and not row by row."""


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """The points in runs: months with data, and months without."""
    return [list(run) for _known, run in groupby(points, key=lambda point: point.value is not None)]


def gaps(points: Sequence[Point]) -> list[str]:
    """The months without data, neighbours as one span: 2026-01, 2026-03 – 2026-06."""
    found = [run for run in _runs(points) if run[0].value is None]
    return [str(run[0].month) if len(run) == 1 else f"{run[0].month} – {run[-1].month}" for run in found]


def without_long_gaps(points: Sequence[Point]) -> list[Point]:
    """The points for a table of months: runs without data only when they are short."""
    runs = _runs(points)
    return [point for run in runs if run[0].value is not None or len(run) <= LONGEST_GAP for point in run]
