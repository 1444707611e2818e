"""Values corrected after their month was closed (7.5.3): what readers of earlier packs saw otherwise."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.core import clock
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.indicators.correction_models import CorrectionDecision, Outcome, ValueCorrection
from audit_app.indicators.models import Measurement
from audit_app.reviews.pack import (
    Block,
    Column,
    Figure,
    Many,
    Month,
    Name,
    Remark,
    Said,
    Table,
    Toned,
    Value,
    said,
)
from audit_app.reviews.series import measured

ROWS = 12
"""Corrections on paper; the workbook holds all."""


def read(date_from: date, date_to: date) -> list[ValueCorrection]:
    """Corrections of months of a period that were approved or wait, and those of earlier months that were
    approved in it; those that wait first, then the newest. Three queries.
    """
    in_period = Measurement.period.between(date_from.replace(day=1), date_to)
    begin, end = (
        datetime.combine(day, at, tzinfo=clock.zone())
        for day, at in ((date_from, time.min), (date_to, time.max))
    )
    approved = CorrectionDecision.outcome == Outcome.APPROVED
    earlier = and_(Measurement.period < date_from, approved, CorrectionDecision.at.between(begin, end))
    query = (
        select(ValueCorrection)
        .join(ValueCorrection.measurement)
        .outerjoin(ValueCorrection.decision)
        .where(or_(and_(in_period, or_(approved, CorrectionDecision.id.is_(None))), earlier))
        .options(
            joinedload(ValueCorrection.measurement).joinedload(Measurement.indicator),
            joinedload(ValueCorrection.imported),
            joinedload(ValueCorrection.by),
            selectinload(ValueCorrection.decision).joinedload(CorrectionDecision.by),
        )
        .order_by(CorrectionDecision.id.is_not(None), ValueCorrection.id.desc())
    )
    return list(db.session.scalars(query).unique())


def waiting(found: list[ValueCorrection]) -> list[ValueCorrection]:
    """Those that nobody decided yet: the value shown is the one before."""
    return [each for each in found if each.state is Outcome.WAITING]


def warnings(found: list[ValueCorrection]) -> list[Said]:
    """What the pack points out: how many values are others than before, and how many may still become so."""
    wait = len(waiting(found))
    counted = (("warn.corrected", len(found) - wait), ("warn.correction_waits", wait))
    return [said(key, count=count, input="c2") for key, count in counted if count]


def blocks(found: list[ValueCorrection]) -> tuple[Block, ...]:
    """Input c2: each with both values, who proposed and who approved it, and why. Nothing without any."""
    if not found:
        return ()
    wait = len(waiting(found))
    told = said("correction.summary", approved=len(found) - wait, waiting=wait)
    columns = (
        Column(said("col.indicator"), width=24),
        Column(said("col.month"), "month", 9),
        Column(said("col.was"), "figure", 11),
        Column(said("col.becomes"), "figure", 11),
        Column(said("col.proposed_by"), width=16),
        Column(said("col.approved_by"), width=16),
        Column(said("col.reason"), width=30),
    )
    rows = tuple(map(_row, found))
    return (Remark(told, "warn"), Table(said("table.corrections"), columns, rows, limit=ROWS))


def figures(each: ValueCorrection) -> tuple[Figure, Figure]:
    """The value before and the one proposed, as the month was measured."""
    told = each.indicator.told_in(each.month)
    was, becomes = (measured(value, told.unit, told.decimals) for value in (each.was_value, each.value))
    return was, becomes


def _row(each: ValueCorrection) -> tuple[Value, ...]:
    indicator, month = each.indicator, each.month
    decision: Any = each.decision
    name = said("plot.indicator", code=indicator.code, name=Name(indicator.name_en, indicator.name_zh))
    was, becomes = figures(each)
    return (
        name,
        Month(month.first),
        was,
        becomes,
        _who(each.by, each.at),
        Toned(said("value.waits"), "warn") if decision is None else _who(decision.by, decision.at),
        each.title,
    )


def _who(person: Any, at: datetime) -> Value:
    day = local(at).date()
    return day if person is None else Many((person.name, day))
