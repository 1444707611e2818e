"""Objectives read: who sees which, and what their indicators say of them. Computed, never stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.core.labels import Label
from audit_app.indicators import queries
from audit_app.indicators.board import Standing, Status
from audit_app.indicators.models import Indicator
from audit_app.indicators.objective_models import Objective, ObjectiveState
from audit_app.trail.models import TrailEntry

HARD = "\N{NO-BREAK SPACE}"
OVERDUE = "overdue"
"""State by which the list is narrowed: in force past its day."""


class Reading(Label):
    """What the indicators of an objective say together."""

    MISSED = "missed", _l("Target missed"), "danger"
    ON_TARGET = "on_target", _l("On target"), "success"
    WAITING = "waiting", _l("Last value missing"), "warning"
    NO_VALUE = "no_value", _l("No value yet"), "warning"
    NO_TARGET = "no_target", _l("No target set"), "warning"
    UNMEASURED = "unmeasured", _l("Not measured"), "warning"


def judge(found: Iterable[tuple[Status, bool]]) -> Reading:
    """What several indicators say together: each with its last value's status, and whether that value is of
    the last period that ended. One missed target is enough; on target needs all of them.
    """
    rows = list(found)
    states = {state for state, _fresh in rows}
    if not rows:
        return Reading.UNMEASURED
    if Status.MISSED in states:
        return Reading.MISSED
    if states == {Status.NO_DATA}:
        return Reading.NO_VALUE
    if Status.NO_DATA in states or not all(fresh for _state, fresh in rows):
        return Reading.WAITING
    return Reading.NO_TARGET if states == {Status.NO_TARGET} else Reading.ON_TARGET


@dataclass(frozen=True)
class Aimed:
    """An objective with what its indicators in use say."""

    objective: Objective
    rows: tuple[Standing, ...]

    @property
    def reading(self) -> Reading:
        """All of them together."""
        return judge((row.status, row.months_behind == 0) for row in self.rows)


def visible_to(person: Person) -> Select[Any]:
    """The objectives this person may see: all or none, like the indicators that measure them."""
    query = select(Objective).options(
        joinedload(Objective.owner),
        joinedload(Objective.process),
        joinedload(Objective.department),
        joinedload(Objective.closed_by),
    )
    query = query.order_by(Objective.closed_on.is_not(None), Objective.due_on, Objective.code)
    return query if person.may(Permission.INDICATOR_SEE) else query.where(Objective.id < 0)


def get(objective_id: int, *, to: Person) -> Objective:
    """One objective. Raises :class:`NotVisible`."""
    found: Objective | None = db.session.scalar(visible_to(to).where(Objective.id == objective_id))
    if found is None:
        raise NotVisible
    return found


def listed(
    person: Person, *, q: str = "", state: str = "", owner: str = "", process: str = "", department: str = ""
) -> Select[Any]:
    """The objectives narrowed by words, state (or overdue), and the ids of owner, process and department."""
    query = visible_to(person)
    columns = (Objective.code, Objective.name_en, Objective.name_zh, Objective.measures)
    for word in q.split()[:6]:
        query = query.where(or_(*(each.icontains(word, autoescape=True) for each in columns)))
    if state in {each.value for each in ObjectiveState}:
        query = query.where(Objective.state == ObjectiveState(state))
    elif state == OVERDUE:
        query = query.where(Objective.state == ObjectiveState.IN_FORCE, Objective.due_on < today())
    for column, given in (
        (Objective.owner_id, owner),
        (Objective.process_id, process),
        (Objective.department_id, department),
    ):
        if given.isdecimal():
            query = query.where(column == int(given))
    return query


def standings(found: Iterable[Objective]) -> list[Aimed]:
    """Each objective with its indicators in use and their last values; a constant number of queries."""
    rows = list(found)
    own: dict[int, list[Indicator]] = {each.id: [] for each in rows}
    query = select(Indicator).where(Indicator.objective_id.in_(own), Indicator.active).order_by(Indicator.id)
    for one in db.session.scalars(query):
        own[one.objective_id or 0].append(one)
    board = queries.board(indicators=[one for each in own.values() for one in each])
    told = {each.indicator.id: each for each in board}
    return [Aimed(each, tuple(told[one.id] for one in own[each.id])) for each in rows]


def choices() -> list[tuple[int, str]]:
    """The objectives in force, for filters and forms."""
    query = select(Objective).where(Objective.state == ObjectiveState.IN_FORCE)
    return named(db.session.scalars(query.order_by(Objective.code)))


def named(found: Iterable[Objective]) -> list[tuple[int, str]]:
    """Objectives as choices: code and words."""
    return [(each.id, f"{each.code} {each.name}") for each in found]


def measured_words(objective: Objective) -> str:
    """What its indicators say now, in codes and figures: "MTTR 2026-03 3.2 h (≤ 4 h)"."""
    rows: Sequence[Standing] = standings([objective])[0].rows
    return ", ".join(
        f"{row.indicator.code} {row.last.month} {row.value} ({row.target})".replace(" ", HARD)
        for row in rows
        if row.last is not None
    )


def history(objective: Objective, limit: int = 12) -> list[TrailEntry]:
    """What happened to an objective, newest first."""
    query = select(TrailEntry).where(
        TrailEntry.subject_type == "objective", TrailEntry.subject_id == str(objective.id)
    )
    return list(db.session.scalars(query.order_by(TrailEntry.seq.desc()).limit(limit)))
