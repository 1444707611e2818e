"""The chapter of the indicators: each month the owners enter their values, and the two logs are read in."""

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from audit_app.accounts.models import Person
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.demo import outages, tickets
from audit_app.demo.story import Story, texts
from audit_app.exports.values import listed
from audit_app.indicators import queries, sources
from audit_app.indicators import services as indicators
from audit_app.indicators.board import Point, Status, status
from audit_app.indicators.log_import import find_profile
from audit_app.indicators.models import Indicator, ValueKind
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.indicators.objective_standing import Reading, standings
from audit_app.indicators.periods import Month
from audit_app.indicators.profiles import OutageProfile
from audit_app.indicators.reports import Report

MONTHS = 24
CALM = 3
"""The last months follow their course without chance, so that the trends a reader sees are those meant."""
ENTERED, LATEST = 4, 6
"""Values are entered on the fourth of the next month; after the sixth the month is there for certain."""
QUARTER = timedelta(days=92)
SOURCES = {
    sources.TICKETS: {"en": "Monthly export of the service desk", "zh": "服务台月度导出"},
    sources.OUTAGES: {"en": "Log of the monitoring", "zh": "监控中断日志"},
}
"""Under which names the two logs are remembered."""
BEHIND = {"en": "Behind: {names}.", "zh": "落后的目标：{names}。"}


def first_month(today: date) -> Month:
    """The first of the 24 months that end with the last one whose values are in."""
    return Month.of(today - timedelta(days=LATEST)).plus(-MONTHS)


def tell(story: Story) -> None:
    """Put the monthly routine of two years on the list."""
    first = first_month(story.today)
    for place in range(MONTHS):
        month = first.plus(place)
        day = story.offset(month.next().first) + ENTERED - 1
        story.plan(day, 9, partial(_read_tickets, story, first, place))
        story.plan(day, 9.25, partial(_read_outages, story, first, month))
        story.plan(day, 10, partial(_enter, story, month, place))


def _read_tickets(story: Story, first: Month, place: int) -> None:
    """The month's tickets, and those of the month before that were still open at the last export."""
    month = first.plus(place)
    rows = tickets.tickets(month, place)
    if place:
        rows = [
            each
            for each in tickets.tickets(month.previous(), place - 1)
            if each.resolved > month.span().start
        ] + rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tickets-{month}.csv"
        tickets.write(path, rows, clock.now(), story.language)
        report = indicators.import_tickets(path, "generic", by=story.people["tang"])
        _remembered(story, path, sources.TICKETS, {"profile": "generic"}, report, story.people["tang"])


def _read_outages(story: Story, first: Month, month: Month) -> None:
    """The outage log up to this month, as the monitor exports it: always from its beginning."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"outages-{month}.csv"
        outages.write(path, outages.moved(story, first, month))
        # Months are those of the organisation's clock, as the agreements on its services have them.
        by_clock = find_profile("outages", OutageProfile).model_copy(update={"timezone": str(clock.zone())})
        report = indicators.import_outages(
            path, by=story.people["gao"], observed=outages.watched(story, first, month), profile=by_clock
        )
        reading = {"profile": "outages", "zone": str(clock.zone())}
        _remembered(story, path, sources.OUTAGES, reading, report, story.people["gao"])


def _remembered(
    story: Story, path: Path, kind: str, reading: dict[str, str], report: Report, by: Person
) -> None:
    """The first file of a kind is remembered as its source, the later ones come from it."""
    source = sources.match(path.name, kind)
    if source is None:
        headings = sources.headings_of(path, kind, reading)
        source = sources.remember(SOURCES[kind][story.language], path.name, kind, reading, headings, by=by)
    sources.used(source, report)


def _enter(story: Story, month: Month, place: int) -> None:
    """The values that people count themselves, each by the owner of the indicator."""
    for code, shape in texts("figures").items():
        indicator = queries.by_code(code)
        assert indicator is not None
        gap = place in shape.get("missing", ()) or place < shape.get("since", 0)
        if gap or not indicator.is_due(month):
            continue
        if "counted" in shape:
            numbers, words = counted(story)
            indicators.enter_measurement(
                indicator, month, **numbers, comment=words, by=_owner(story, indicator)
            )
            continue
        numbers = _numbers(story, indicator, shape, place)
        silent = shape.get("missed") if _missed(indicator, month, numbers) else None
        comment = shape.get("comments", {}).get(MONTHS - place, silent)
        indicators.enter_measurement(
            indicator, month, **numbers,
            comment=story.said(comment) if comment else "", by=_owner(story, indicator),
        )  # fmt: skip


def _owner(story: Story, indicator: Indicator) -> Person:
    return indicator.owner or story.people["lin"]


def _numbers(story: Story, indicator: Indicator, shape: dict[str, Any], place: int) -> dict[str, Any]:
    """Numerator and denominator that fit together, along the course the file gives, with a little chance."""
    calm = place >= MONTHS - CALM
    noise = story.rng.gauss(0, shape.get("noise", 0))
    wanted = tickets.course(tuple(shape["course"]), place) + (0 if calm else noise)
    if indicator.value_kind is ValueKind.COUNT:
        return {"value": max(0, round(wanted))}
    if "top" in shape:
        top = story.rng.randrange(*shape["top"])
        return {"numerator": top, "denominator": Decimal(str(round(top / wanted, 1)))}
    low, high = shape["base"]
    base = (low + high) // 2 if calm else story.rng.randrange(low, high + 1)
    if indicator.value_kind is ValueKind.MEAN:
        return {"numerator": Decimal(str(round(wanted * base, 1))), "denominator": base}
    share = wanted / 100
    return {"numerator": min(base, round(base * share)), "denominator": base}


def _missed(indicator: Indicator, month: Month, numbers: dict[str, Any]) -> bool:
    """Whether what is about to be entered misses its target, so that a word on it is due."""
    value = Decimal(numbers.get("value", 0))
    if "denominator" in numbers:
        factor = 100 if indicator.value_kind is ValueKind.RATIO else 1
        value = Decimal(numbers["numerator"]) / Decimal(numbers["denominator"]) * factor
    return status(indicator, Point(month, value)) is Status.MISSED


def counted(story: Story) -> tuple[dict[str, Any], str]:
    """Objectives achieved or on target, of those in force or closed in the last quarter, as somebody counts
    them in the register; and which are behind.
    """
    since = clock.today() - QUARTER
    found = [
        each
        for each in standings(db.session.query(Objective).order_by(Objective.code))
        if each.objective.closed_on is None or each.objective.closed_on >= since
    ]
    good = [
        each
        for each in found
        if each.objective.state is ObjectiveState.ACHIEVED
        or (each.objective.in_force and each.reading is Reading.ON_TARGET)
    ]
    behind = listed([each.objective.code for each in found if each not in good])
    words = BEHIND[story.language].format(names=behind) if behind else ""
    return {"numerator": len(good), "denominator": len(found)}, words
