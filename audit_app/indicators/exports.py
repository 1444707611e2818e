"""Indicators as sheets with native charts, and what is said of them in words."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.queries import organisation
from audit_app.core.clock import now, zone
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.exports.values import Tone, listed
from audit_app.indicators.behaviour import FIRM, MINIMUM, Kind, Rule
from audit_app.indicators.board import Point, Standing, status, target_words
from audit_app.indicators.charting import chart, unit
from audit_app.indicators.models import Import, Indicator, Source
from audit_app.indicators.periods import Month

TONES = {"success": "good", "danger": "bad", "warning": "warn", "info": "info"}


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


def register(rows: Iterable[Standing]) -> Sheet:
    """The register with the last value of each indicator."""
    columns = (
        Column(_("Code")),
        Column(_("Indicator"), width=34),
        Column(_("Formula"), width=50),
        Column(_("Unit")),
        Column(_("Better")),
        Column(_("How often measured")),
        Column(_("Target")),
        Column(_("Clause")),
        Column(_("Process"), width=24),
        Column(_("Service management objective"), width=30),
        Column(_("Service"), width=24),
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
        each.frequency.label,
        row.target,
        each.clause,
        each.process.name if each.process else "",
        f"{each.objective.code} {each.objective.name}" if each.objective else "",
        each.service.name if each.service else "",
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
    notes = tuple(filter(None, (indicator.note, *redefined(indicator), limits_words(standing), *told)))
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
        Column(_("Agreed minutes"), "number", decimals=1),
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


def redefined(indicator: Indicator) -> list[str]:
    """A sentence for each redefinition: until when which formula held."""
    return [
        _(
            "Up to %(month)s it was measured otherwise: %(formula)s (%(unit)s). The values before and after "
            "are not compared.",
            month=each.until.previous(),
            formula=each.formula or "–",
            unit=unit(each),
        )
        for each in indicator.earlier
    ]


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
