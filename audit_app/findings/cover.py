"""Who may act for the owner, and who therefore never verifies: delegates of an action, deputies of somebody
absent.

The owner stays responsible. A deputy's own deputy does not stand in as well: whoever takes over knows it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from audit_app.accounts.models import Person
from audit_app.core.clock import local, now, today
from audit_app.core.db import db
from audit_app.findings.cover_models import Absence, Delegation
from audit_app.findings.models import Action, Finding

# --- conditions ---------------------------------------------------------------------------------------------


def _holds(row: type[Absence] | type[Delegation], on: date) -> ColumnElement[bool]:
    return and_(row.ended_at.is_(None), row.from_on <= on, row.to_on >= on)


def covered_by(person: Person) -> Select[Any]:
    """Ids of the people for whom this person stands in today."""
    return select(Absence.person_id).where(Absence.deputy_id == person.id, _holds(Absence, today()))


def handed_to(person: Person, *, ahead: bool = False) -> Select[Any]:
    """Ids of the actions whose doing is this person's today; ``ahead``: also those that will be."""
    begun = [] if ahead else [Delegation.from_on <= today()]
    return select(Delegation.action_id).where(
        Delegation.delegate_id == person.id,
        Delegation.ended_at.is_(None),
        Delegation.to_on >= today(),
        *begun,
    )


def for_another(model: type[Action] | type[Finding], person: Person) -> ColumnElement[bool]:
    """Rows of other people that this person may act on today."""
    covered = model.owner_id.in_(covered_by(person))
    return or_(covered, Action.id.in_(handed_to(person))) if model is Action else covered


def in_hand(model: type[Action] | type[Finding], person: Person) -> ColumnElement[bool]:
    """Rows that are this person's to do today: owned, handed on to them, or covered."""
    return or_(model.owner_id == person.id, for_another(model, person))


# --- one record ---------------------------------------------------------------------------------------------


def standing(action: Action) -> Delegation | None:
    """The delegation that was not ended, whether it has begun, runs or has run out."""
    return next((each for each in action.delegations if each.ended_at is None), None)


def end_standing(action: Action, by: Person) -> None:
    """End the delegation that stands, if there is one; it stays on record."""
    given = standing(action)
    if given is not None:
        given.ended_by_id, given.ended_at = by.id, now()
        db.session.flush()
    action.delegate = None


def covers(person: Person, owner_id: int | None) -> bool:
    """Whether this person is the deputy of the owner today."""
    return owner_id is not None and owner_id != person.id and bool(
        db.session.scalar(covered_by(person).where(Absence.person_id == owner_id).limit(1))
    )  # fmt: skip


def acting_for(subject: Finding | Action, person: Person) -> Person | None:
    """The owner for whom this person acts today; None for the owner and for everybody else."""
    if subject.owner is None or subject.owner_id == person.id:
        return None
    if isinstance(subject, Action):
        given = standing(subject)
        if given is not None and given.delegate_id == person.id and given.from_on <= today() <= given.to_on:
            return subject.owner
    return subject.owner if covers(person, subject.owner_id) else None


def had_a_hand(person: Person, subject: Finding | Action) -> bool:
    """Whether the doing was ever this person's, or they stood in for owner or doer while it was open (R8)."""
    actions = [subject] if isinstance(subject, Action) else subject.actions
    since = subject.created_on if isinstance(subject, Action) else subject.raised_on
    numbers = [each.id for each in actions]
    given = select(Delegation.id).where(
        Delegation.action_id.in_(numbers), Delegation.delegate_id == person.id
    )
    if db.session.scalar(given.limit(1)) is not None:
        return True
    did = {subject.owner_id} | {number for each in actions for number in (each.owner_id, each.done_by_id)}
    if isinstance(subject, Finding):
        did.add(subject.implemented_by_id)
    stood_in = select(Absence).where(
        Absence.deputy_id == person.id, Absence.person_id.in_(did - {None}),
        Absence.from_on <= today(), Absence.to_on >= since,
    )  # fmt: skip
    return any(_began(each) for each in db.session.scalars(stood_in))


def _began(absence: Absence) -> bool:
    """An absence that was called off before its first day covered nothing."""
    return absence.ended_at is None or local(absence.ended_at).date() >= absence.from_on


# --- many records -------------------------------------------------------------------------------------------


def helpers_of(kind: str, owners: Mapping[int, int | None]) -> dict[int, set[int]]:
    """Who may act beside the owners today, by the id of the finding or action. Two queries at the most."""
    deputies: dict[int, set[int]] = {}
    absences = select(Absence.person_id, Absence.deputy_id).where(_holds(Absence, today()))
    for person, deputy in db.session.execute(absences):
        deputies.setdefault(person, set()).add(deputy)
    found = {number: set(deputies.get(owner or 0, ())) for number, owner in owners.items()}
    if kind == Action.__tablename__:
        given = select(Delegation.action_id, Delegation.delegate_id).where(_holds(Delegation, today()))
        for number, delegate in db.session.execute(given):
            if number in found:
                found[number].add(delegate)
    return found


def theirs(actions: Sequence[Action], person: Person) -> list[Action]:
    """Those of the actions that are this person's to do today: owned, handed on to them, or covered."""
    helpers = helpers_of(Action.__tablename__, {each.id: each.owner_id for each in actions})
    return [each for each in actions if each.owner_id == person.id or person.id in helpers[each.id]]


def beside(told: Sequence[tuple[Person, Any]]) -> list[tuple[int, Person]]:
    """Who hears of a duty beside its owner: (place in ``told``, person). Constant number of queries."""
    found: list[tuple[int, int]] = []
    for kind in (Finding.__tablename__, Action.__tablename__):
        places = {
            place: subject
            for place, (person, subject) in enumerate(told)
            if subject.__tablename__ == kind and subject.owner_id == person.id
        }
        if places:
            helpers = helpers_of(kind, {each.id: each.owner_id for each in places.values()})
            found += [(place, number) for place, each in places.items() for number in helpers[each.id]]
    people = _people({number for _place, number in found})
    return [(place, people[number]) for place, number in found if number in people]


def _people(numbers: Iterable[int]) -> dict[int, Person]:
    wanted = list(numbers)
    if not wanted:
        return {}
    return {each.id: each for each in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


def concerned(finding: Finding) -> set[int]:
    """Ids of those who see a finding because they act, will act or acted for somebody in it."""
    numbers = [each.id for each in finding.actions]
    given = select(Delegation.delegate_id).where(
        Delegation.action_id.in_(numbers), Delegation.ended_at.is_(None), Delegation.to_on >= today()
    )
    owners = {finding.owner_id} | {each.owner_id for each in finding.actions}
    deputies = select(Absence.deputy_id).where(
        Absence.person_id.in_(owners - {None}), _holds(Absence, today())
    )
    did = {each.done_by_id for each in finding.actions if each.done_by_id is not None}
    return did | set(db.session.scalars(given)) | set(db.session.scalars(deputies))
