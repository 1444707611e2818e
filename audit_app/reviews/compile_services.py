"""What was agreed for the services of the catalogue, and what they kept (input h).

Minutes are those of the reviewed months by the clock of each service, added up; what is agreed stands beside.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from audit_app.core.db import db
from audit_app.indicators import levels, service_tickets
from audit_app.indicators.availability import MINUTE
from audit_app.indicators.catalogue_models import Service
from audit_app.indicators.levels import Entry, Line
from audit_app.indicators.models import Import, Source
from audit_app.indicators.periods import Month as Calendar
from audit_app.indicators.periods import Span
from audit_app.indicators.sla import Level, Target, month_of
from audit_app.indicators.sla_tickets import Tally
from audit_app.reviews.compile_months import latest, month
from audit_app.reviews.pack import Block, Column, Figure, Many, Name, Remark, Said, Table, Toned, Value, said

NAMED = 12
"""Months of a year that a sentence names."""


def blocks(period: Sequence[Calendar]) -> tuple[Block, ...]:
    """Everything the catalogue says of the reviewed months; nothing while no service has an agreement."""
    found = [each for each in levels.entries() if each.terms]
    if not found or not period:
        return ()
    lines = levels.stored_lines([each.service for each in found])
    kept = [(line, [(each, line.time.month(each)) for each in period]) for line in lines]
    kept = [(line, rows) for line, rows in kept if any(level.up.agreed for _month, level in rows)]
    return (*_remarks(kept, period), *_availability(kept, period), *_tickets(found, period))


Kept = Sequence[tuple[Line, list[tuple[Calendar, Level]]]]


def _name(service: Service) -> Said:
    return said("plot.indicator", code=service.code, name=Name(service.name_en, service.name_zh))


def _span(entry: Entry, period: Sequence[Calendar]) -> Span:
    first, last = (month_of(entry.terms, each) for each in (period[0], period[-1]))
    return Span(first.start, last.end)


def _minutes(time: timedelta, decimals: int = 1) -> Figure:
    return Figure(Decimal(str(round(time / MINUTE, 4))), decimals)


def _percent(value: float | Decimal | None, decimals: int = 3) -> Figure:
    return Figure(None if value is None else Decimal(str(round(float(value), 6))), decimals, "%")


def _missed(rows: Iterable[tuple[Calendar, Level]]) -> list[Calendar]:
    return [each for each, level in rows if level.met is False]


def _remarks(kept: Kept, period: Sequence[Calendar]) -> list[Remark]:
    found: list[Remark] = []
    for line, rows in kept:
        missed = _missed(rows)
        judged = [each for each, level in rows if level.up.agreed]
        if missed:
            words = said(
                "sla.missed",
                service=_name(line.entry.service),
                count=len(missed),
                total=len(judged),
                months=latest([month(each) for each in missed], NAMED),
            )
            found.append(Remark(words, "bad"))
        span = _span(line.entry, period)
        late = sum((minutes for _window, minutes in line.time.refused(span)), timedelta())
        if late:
            words = said("sla.late", service=_name(line.entry.service), minutes=_minutes(late, 0))
            found.append(Remark(words, "warn"))
        claimed = line.time.claimed(span)
        if claimed:
            words = said("sla.claimed", service=_name(line.entry.service), minutes=_minutes(claimed))
            found.append(Remark(words, "warn"))
    if kept and not any(_missed(rows) for _line, rows in kept):
        found.insert(0, Remark(said("sla.all_kept", count=len(kept)), "good"))
    return found


def _availability(kept: Kept, period: Sequence[Calendar]) -> list[Table]:
    if not kept:
        return []
    columns = (
        Column(said("col.service"), width=16),
        Column(said("col.target"), width=9),
        Column(said("col.availability"), "number", 10, 3),
        Column(said("col.agreed"), "number", 11, 0),
        Column(said("col.maintained"), "number", 11, 0),
        Column(said("col.down"), "number", 11, 1),
        Column(said("col.allowed"), "number", 11, 1),
        Column(said("col.outages"), "int", 11),
        Column(said("col.longest"), "number", 11, 1),
        Column(said("col.missed"), width=11),
        Column(said("col.source"), width=20),
    )
    source = _source(Source.OUTAGES)
    rows = tuple(_row(line, told, period, source) for line, told in kept)
    return [Table(said("table.sla"), columns, rows)]


def _row(
    line: Line, rows: list[tuple[Calendar, Level]], period: Sequence[Calendar], source: Value
) -> tuple[Value, ...]:
    level = line.time.level(_span(line.entry, period))
    missed = _missed(rows)
    share = _percent(level.up.availability)
    return (
        _name(line.entry.service),
        Many(tuple(_percent(each, _digits(each)) for each in level.targets)),
        Toned(share, "bad") if missed else share,
        _minutes(level.up.agreed, 0),
        _minutes(level.up.planned, 0),
        _minutes(level.up.down),
        _minutes(level.allowed),
        level.up.outages,
        _minutes(level.longest),
        Toned(latest([month(each) for each in missed], NAMED), "bad")
        if missed
        else said("value.none_missed"),
        source,
    )


def _digits(target: Decimal) -> int:
    exponent = target.normalize().as_tuple().exponent
    return min(3, max(0, -exponent)) if isinstance(exponent, int) else 0


def _tickets(found: Sequence[Entry], period: Sequence[Calendar]) -> list[Table]:
    spans = {each.service.id: _span(each, period) for each in found}
    whole = Span(min(each.start for each in spans.values()), max(each.end for each in spans.values()))
    told, source = service_tickets.kept(found, whole), _source(Source.TICKETS)
    rows = [
        (
            _name(each.service),
            one.priority,
            _limits(one.targets, "response"),
            *_counts(one.response),
            _limits(one.targets, "resolution"),
            *_counts(one.resolution),
            source,
        )
        for each in found
        for one in told.get(each.service.id, ())
    ]
    if not rows:
        return []
    columns = (
        Column(said("col.service"), width=20),
        Column(said("col.priority"), width=7),
        Column(said("col.response"), width=14),
        Column(said("col.responded"), "number", 9, 1),
        Column(said("col.of_tickets"), width=12),
        Column(said("col.resolution"), width=14),
        Column(said("col.resolved"), "number", 9, 1),
        Column(said("col.of_tickets"), width=12),
        Column(said("col.source"), width=14),
    )
    return [Table(said("table.sla_tickets"), columns, tuple(rows))]


def _limits(targets: Sequence[Target], name: str) -> Value:
    found = [
        _limit(minutes, "sla.limit" if target.in_service else "sla.limit_calendar")
        for target in targets
        if (minutes := getattr(target, name))
    ]
    return Many(tuple(found)) if found else None


def _limit(minutes: int, key: str) -> Said:
    """Whole hours as hours: nobody thinks of two days as 2,880 minutes."""
    return said(key, minutes=minutes) if minutes % 60 else said(f"{key}_hours", hours=minutes // 60)


def _counts(tally: Tally) -> tuple[Value, Value]:
    if not tally.judged:
        return None, said("sla.untold") if tally.untold else None
    return _percent(tally.percent, 1), said("sla.of", met=tally.met, count=tally.judged)


def _source(kind: Source) -> Value:
    """The newest file of a kind: a log is always exported from its beginning, or month by month.

    The line under the table names the catalogue.
    """
    query = select(Import.filename).where(Import.kind == kind.value).order_by(Import.id.desc()).limit(1)
    return db.session.scalar(query)
