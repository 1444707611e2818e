"""Reading the improvement register. Every list and every ``get`` starts at ``visible_to``."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.improvements.models import (
    SETTLED,
    Better,
    Improvement,
    ImprovementSource,
    ImprovementState,
    TargetKind,
)

OPEN = "open"
"""Filter value beside the stored states: not settled."""
FILTERS = ("q", "state", "source", "kind", "owner", "process", "late", "mine", "outcome")
_C = Improvement.__table__.c
SORTS: dict[str, Any] = {
    "code": _C.id,
    "proposed": _C.proposed_on,
    "due": _C.due_on,
    "points": _C.benefit - _C.effort - _C.risk,
}
SEARCHED = (Improvement.code, Improvement.title, Improvement.description, Improvement.source_code)
WAITING = (ImprovementState.APPROVED, ImprovementState.IN_PROGRESS)


def visible_to(person: Person) -> Select[Improvement]:
    """The register is open to everybody who may see it at all: proposals are no secrets."""
    query = select(Improvement)
    return query if person.may(Permission.IMPROVEMENT_SEE) else query.where(Improvement.id < 0)


def get(improvement_id: int, *, to: Person) -> Improvement:
    """One improvement with what its page shows. Raises :class:`NotVisible`."""
    query = visible_to(to).where(Improvement.id == improvement_id)
    shown = (Improvement.process, Improvement.department, Improvement.owner, Improvement.proposed_by)
    found = db.session.scalar(query.options(*(joinedload(each) for each in shown)))
    if found is None:
        raise NotVisible
    return found


def listing(person: Person, given: Mapping[str, str], sort: str = "-code") -> Select[Improvement]:
    """The register as filtered and sorted; senseless filter values are left out."""
    query = visible_to(person).where(*_conditions(person, given))
    key = sort if sort.removeprefix("-") in SORTS else "-code"
    column = SORTS[key.removeprefix("-")]
    order = (column.desc() if key.startswith("-") else column.asc()).nulls_last()
    return query.order_by(order, Improvement.id.desc()).options(
        joinedload(Improvement.process).lazyload("*"),
        joinedload(Improvement.department),
        joinedload(Improvement.owner).lazyload(Person.roles),
        joinedload(Improvement.proposed_by).lazyload(Person.roles),
        joinedload(Improvement.decided_by).lazyload(Person.roles),
    )


def _conditions(person: Person, given: Mapping[str, str]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    state = given.get("state", "")
    if state == OPEN:
        found.append(Improvement.state.not_in(SETTLED))
    elif state in {each.value for each in ImprovementState}:
        found.append(Improvement.state == ImprovementState(state))
    if given.get("source") in {each.value for each in ImprovementSource}:
        found.append(Improvement.source == ImprovementSource(given["source"]))
    if given.get("kind") in {each.value for each in TargetKind}:
        found.append(Improvement.target_kind == TargetKind(given["kind"]))
    for key, column in (("owner", Improvement.owner_id), ("process", Improvement.process_id)):
        if given.get(key, "").isdecimal() and len(given[key]) < 10:
            found.append(column == int(given[key]))
    if given.get("late"):
        found += [Improvement.state.in_(WAITING), Improvement.due_on < today()]
    if given.get("mine"):
        found.append(or_(Improvement.owner_id == person.id, Improvement.proposed_by_id == person.id))
    if given.get("outcome") in ("reached", "not_reached"):
        found += [Improvement.measured.is_not(None), _reached().is_(given["outcome"] == "reached")]
    if given.get("q"):
        found.append(or_(*(column.icontains(given["q"], autoescape=True) for column in SEARCHED)))
    return found


def _reached() -> Any:
    higher = Improvement.measured >= Improvement.target
    return case(
        (Improvement.better == Better.HIGHER, higher), else_=Improvement.measured <= Improvement.target
    )


def promoted_from(source: ImprovementSource, number: int, *, to: Person) -> list[Improvement]:
    """What was proposed from a record already."""
    query = visible_to(to).where(Improvement.source == source, Improvement.source_id == number)
    return list(db.session.scalars(query.order_by(Improvement.id)))


def counts(person: Person) -> dict[str, int]:
    """How many entries are in each state, by its value; states without any are left out."""
    query = visible_to(person).with_only_columns(Improvement.state, func.count()).group_by(Improvement.state)
    return {row[0].value: row[1] for row in db.session.execute(query)}


def to_evaluate(_person: Person) -> Select[Any]:
    """Proposals that nobody has looked at."""
    return select(Improvement).where(Improvement.state == ImprovementState.PROPOSED)


def to_decide(person: Person) -> Select[Any]:
    """Evaluated proposals of others that wait for a decision, and measured ones that wait to be closed."""
    decide = (Improvement.state == ImprovementState.EVALUATED) & (Improvement.proposed_by_id != person.id)
    close = (Improvement.state == ImprovementState.MEASURED) & (Improvement.owner_id != person.id)
    return select(Improvement).where(or_(decide, close))


def to_do(person: Person) -> Select[Any]:
    """Improvements that I carry out and whose next step is mine."""
    mine = (*WAITING, ImprovementState.IMPLEMENTED)
    return select(Improvement).where(Improvement.owner_id == person.id, Improvement.state.in_(mine))
