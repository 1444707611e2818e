"""Indicators as charts, and as sheets with native charts."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from audit_app.accounts.queries import organisation
from audit_app.core.clock import now, zone
from audit_app.exports.chart_json import option
from audit_app.exports.charts import Chart, Limits, Series
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Tone
from audit_app.indicators import trend
from audit_app.indicators.board import Point, Standing, aim, better, status, target_words
from audit_app.indicators.models import Direction, Import, Indicator, Source
from audit_app.indicators.periods import Month

TONES = {"success": "good", "danger": "bad", "warning": "warn", "info": "info"}
ENOUGH = 8
"""Natural process limits need so many values before they mean anything."""


def chart(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """The months of an indicator with its target line, natural process limits, and worsening runs ringed."""
    values = tuple(None if point.value is None else float(point.value) for point in points)
    targets = tuple(_number(aim(indicator, point)) for point in points)
    known = [value for value in values if value is not None]
    found = trend.limits(values) if len(known) >= ENOUGH else None
    floor = 0.0 if known and min(known) >= 0 else None
    roof = 100.0 if indicator.unit == "%" and known and max(known) <= 100 else None
    return Chart(
        "line",
        f"{indicator.code} {indicator.name}",
        tuple(str(point.month) for point in points),
        (Series(indicator.name, values), *_band(indicator, len(points))),
        unit=unit(indicator),
        target=targets if any(target is not None for target in targets) else None,
        limits=_limits(found, floor, roof),
        signals=signals(indicator, values, found),
        decimals=indicator.decimals,
        source=source_words(points),
        cases=tuple(_cases(point) for point in points),
        higher_is_better={Direction.HIGHER: True, Direction.LOWER: False}.get(indicator.direction),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _limits(found: trend.Limits | None, floor: float | None, roof: float | None) -> Limits | None:
    """Limits that cannot be reached (below 0, above 100 %) are not drawn."""
    if found is None:
        return None
    lower = None if floor is not None and found.lower <= floor else found.lower
    upper = None if roof is not None and found.upper >= roof else found.upper
    return Limits(lower, found.centre, upper)


def _band(indicator: Indicator, length: int) -> tuple[Series, ...]:
    if indicator.direction is not Direction.BAND:
        return ()
    ends = ((_("Lower end of the band"), indicator.low), (_("Upper end of the band"), indicator.high))
    return tuple(Series(name, (float(end),) * length, "neutral") for name, end in ends if end is not None)


def signals(
    indicator: Indicator, values: Sequence[float | None], found: trend.Limits | None
) -> tuple[int, ...]:
    """Months outside the natural limits, and those that end three worsening steps in a row."""
    ends = (_number(indicator.low), _number(indicator.high))
    outside = {
        place
        for place, value in enumerate(values)
        if value is not None and found is not None and not found.lower <= value <= found.upper
    }
    runs = {
        place for place in range(len(values)) if trend.is_run(values[: place + 1], better(indicator), *ends)
    }
    return tuple(sorted(outside | runs))


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


def months_sheet(indicator: Indicator, points: Sequence[Point]) -> Sheet:
    """The months of one indicator with a native chart; a gap is an empty cell."""
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
    notes = (indicator.note,) if indicator.note else ()
    return Sheet(
        f"{indicator.code} {indicator.name}",
        _month_columns(indicator),
        rows,
        heading=f"{indicator.code} {indicator.name}",
        facts=facts,
        notes=notes,
        charts=(chart(indicator, points),),
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
            target_words(indicator),
        )
        for point in points
        for service, facts in sorted(point.services.items())
    ]
    return Sheet(_("%(code)s per service", code=indicator.code), columns, rows) if rows else None


def series_book(rows: Sequence[tuple[Indicator, Sequence[Point]]]) -> Workbook:
    """One sheet per indicator, each with its native chart."""
    sheets = []
    for indicator, points in rows:
        sheets.append(months_sheet(indicator, points))
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
