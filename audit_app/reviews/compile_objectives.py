"""What the register of objectives says for input g: how each stands, or how it ended (6.2)."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.core.db import db
from audit_app.core.labels import Label
from audit_app.indicators.board import Status
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.indicators.objective_standing import Reading, judge
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Block, Column, Many, Name, Remark, Table, Toned, Value, said
from audit_app.reviews.series import Register, Series

TONES = {"success": "good", "danger": "bad", "warning": "warn", "info": "info"}
PAPER_ROWS = 25


def blocks(register: Register, review: Review) -> tuple[Block, ...]:
    """A sentence and a table of the objectives in force or closed in the period; nothing without any."""
    query = (
        select(Objective)
        .where(
            Objective.set_on <= review.period_to,
            or_(Objective.closed_on.is_(None), Objective.closed_on >= review.period_from),
        )
        .options(joinedload(Objective.owner), selectinload(Objective.indicators))
        .order_by(Objective.closed_on.is_not(None), Objective.due_on, Objective.code)
    )
    rows = list(db.session.scalars(query))
    if not rows:
        return ()
    told = [(each, register.of([one.code for one in each.indicators])) for each in rows]
    read = [_reading(register, series) for _each, series in told]
    columns = (
        Column(said("col.code"), width=14), Column(said("col.objective"), width=31),
        Column(said("col.owner"), width=10), Column(said("col.due"), "date", 11),
        Column(said("col.latest_of"), width=24), Column(said("col.state"), width=15),
        Column(said("col.result"), width=19),
    )  # fmt: skip
    cells = tuple(
        _row(each, series, reading, register)
        for (each, series), reading in zip(told, read, strict=True)
    )  # fmt: skip
    return (_summary(rows, read), Table(said("table.objectives"), columns, cells, limit=PAPER_ROWS))


def _summary(rows: Sequence[Objective], read: Sequence[Reading]) -> Remark:
    open_ = [reading for each, reading in zip(rows, read, strict=True) if each.in_force]
    states = [each.state for each in rows]
    missed = open_.count(Reading.MISSED) + states.count(ObjectiveState.MISSED)
    facts: dict[str, Value] = {
        "open": len(open_),
        "on": open_.count(Reading.ON_TARGET),
        "behind": open_.count(Reading.MISSED),
        "rest": sum(each not in (Reading.ON_TARGET, Reading.MISSED) for each in open_),
        "achieved": states.count(ObjectiveState.ACHIEVED),
        "failed": states.count(ObjectiveState.MISSED),
    }
    return Remark(said("objective.summary", **facts), "bad" if missed else "info")


def _reading(register: Register, series: Sequence[Series]) -> Reading:
    """What its indicators say together in the reviewed months."""
    return judge(_state(register, one) for one in series)


def _state(register: Register, one: Series) -> tuple[Status, bool]:
    """The last known month against its target, and whether it is the last one of the reviewed months."""
    known, due = register.known(one), one.of(register.period)
    if not known:
        return Status.NO_DATA, False
    last = known[-1]
    fresh = not due or last >= due[-1] or due[-1] in one.no_case
    if one.target_words(last) is None:
        return Status.NO_TARGET, fresh
    return (Status.MISSED if one.misses(one.points[last].value, last) else Status.MET), fresh


def _row(
    objective: Objective, series: Sequence[Series], reading: Reading, register: Register
) -> tuple[Value, ...]:
    due: Value = Toned(objective.due_on, "bad") if objective.overdue else objective.due_on
    figures = [_figure(register, one) for one in series]
    state: Label = reading if objective.in_force else objective.state
    key = "reading" if objective.in_force else "objective_state"
    return (
        objective.code,
        Name(objective.name_en, objective.name_zh),
        objective.owner.name,
        due,
        (Many(tuple(figures)) if figures else None) if objective.in_force else objective.closed_with or None,
        Toned(said(f"{key}.{state.value}"), TONES.get(state.tone, "neutral")),
        objective.result or None,
    )


def _figure(register: Register, one: Series) -> Value:
    known = register.known(one)
    if not known:
        return said("objective.silent", code=one.code)
    last = known[-1]
    value, aim = one.figure(one.value(last), last), one.target_words(last)
    if aim is None:
        return said("objective.no_target", code=one.code, value=value)
    return said("objective.figure", code=one.code, value=value, target=aim)
