"""Reading records of competence. Every list and every ``get`` starts at ``visible_to``."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission, Role
from audit_app.competence.models import SOON_DAYS, Competence, Skill
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible

AUDITING = frozenset({Role.LEAD_AUDITOR, Role.AUDITOR})


def sees_every_record(person: Person) -> bool:
    """Who sees all sees all; auditors too, because they form teams with each other."""
    return person.may(Permission.AUDIT_SEE) and (person.sees_all or bool(person.role_set & AUDITING))


def visible_to(person: Person) -> Select[Competence]:
    """The records a person may see: all, or only their own."""
    query = select(Competence).options(joinedload(Competence.person), joinedload(Competence.renewed_by))
    return query if sees_every_record(person) else query.where(Competence.person_id == person.id)


def get(competence_id: int, *, to: Person) -> Competence:
    """One record. Raises :class:`NotVisible`."""
    query = visible_to(to).options(joinedload(Competence.evaluated_by), joinedload(Competence.renews))
    found = db.session.scalar(query.where(Competence.id == competence_id))
    if found is None:
        raise NotVisible
    return found


def records(
    to: Person, *, q: str = "", skill: str = "", standing: str = "", person: str = ""
) -> Select[Competence]:
    """The register, narrowed by words, skill, standing (valid, soon, expired, withdrawn) and person."""
    query = visible_to(to).options(joinedload(Competence.evaluated_by))
    if q:
        columns = (Competence.standard, Competence.area, Competence.grounds, Competence.issuer)
        named = Competence.person.has(Person.name.icontains(q, autoescape=True))
        query = query.where(or_(named, *(each.icontains(q, autoescape=True) for each in columns)))
    if skill in {each.value for each in Skill}:
        query = query.where(Competence.skill == Skill(skill))
    if person.isdecimal():
        query = query.where(Competence.person_id == int(person))
    if standing == "withdrawn":
        query = query.where(Competence.withdrawn_on.is_not(None))
    elif standing in ("valid", "soon", "expired"):
        query = query.where(*_standing(standing, today()))
    return query.order_by(Competence.ends_on, Competence.id)


def _standing(standing: str, on: date) -> tuple[ColumnElement[bool], ...]:
    later = aliased(Competence)
    alive = and_(
        Competence.withdrawn_on.is_(None),
        ~select(later.id).where(later.renews_id == Competence.id).exists(),
    )
    if standing == "valid":
        ends = or_(Competence.ends_on.is_(None), Competence.ends_on >= on)
        return alive, Competence.awarded_on <= on, ends
    if standing == "soon":
        return alive, Competence.ends_on.between(on, on + timedelta(days=SOON_DAYS))
    return alive, Competence.ends_on < on


def of_people(people: Iterable[Person]) -> dict[int, list[Competence]]:
    """Every record of several people by person, in one query, withdrawn ones included."""
    ids = {each.id for each in people if each.id}
    found: dict[int, list[Competence]] = defaultdict(list)
    if ids:
        query = select(Competence).where(Competence.person_id.in_(ids)).order_by(Competence.id)
        for record in db.session.scalars(query.options(joinedload(Competence.renewed_by))):
            found[record.person_id].append(record)
    return found


def ending(on: date) -> Select[Competence]:
    """Records that end within the time of a reminder, or ended in it, and were not renewed or withdrawn."""
    later = aliased(Competence)
    span = (on - timedelta(days=SOON_DAYS), on + timedelta(days=SOON_DAYS))
    return (
        select(Competence)
        .where(
            Competence.ends_on.between(*span),
            Competence.withdrawn_on.is_(None),
            ~select(later.id).where(later.renews_id == Competence.id).exists(),
        )
        .options(joinedload(Competence.person).lazyload(Person.roles), joinedload(Competence.renewed_by))
        .order_by(Competence.ends_on, Competence.id)
    )


def auditors() -> list[Person]:
    """Everybody active whose roles let them audit, sorted by name."""
    return [
        each
        for each in accounts.active_people(Role.PROGRAMME_MANAGER, Role.LEAD_AUDITOR, Role.AUDITOR)
        if each.is_active
    ]
