"""Reading people and organisation. The directory is open to everybody signed in; the list of people is
not."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import (
    Bilingual,
    Department,
    Organisation,
    Person,
    Process,
    ProcessClause,
    RoleRow,
    Site,
)
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.clock import today
from audit_app.core.db import Base, db
from audit_app.core.errors import NotVisible

Row = TypeVar("Row", bound=Base)


def organisation() -> Organisation | None:
    """The one organisation, or None before it is set up."""
    return db.session.get(Organisation, 1)


def visible_to(person: Person) -> Select[Person]:
    """People whose record this person may open: all for those who manage people, else only their own."""
    query = select(Person).options(joinedload(Person.department)).order_by(Person.sort_key, Person.id)
    return query if person.may(Permission.PEOPLE_MANAGE) else query.where(Person.id == person.id)


def get(person_id: int, *, to: Person) -> Person:
    """One person's record. Raises :class:`NotVisible`."""
    found = db.session.scalar(visible_to(to).where(Person.id == person_id))
    if found is None:
        raise NotVisible
    return found


def people(
    to: Person, *, q: str = "", role: str = "", department: str = "", active: str = ""
) -> Select[Person]:
    """The list of people, narrowed by words, role, department id and "yes"/"no" for active."""
    query = visible_to(to)
    if q:
        query = query.where(
            or_(
                Person.name.icontains(q, autoescape=True),
                Person.email.icontains(q, autoescape=True),
                Person.job_title.icontains(q, autoescape=True),
            )
        )
    if role:
        query = query.where(Person.roles.any(RoleRow.name == role))
    if department.isdecimal():
        query = query.where(Person.department_id == int(department))
    if active in {"yes", "no"}:
        query = query.where(Person.active.is_(active == "yes"))
    return query


def active_people(*roles: Role) -> list[Person]:
    """Everybody active who holds one of the roles (any role when none is named), sorted by name."""
    query = select(Person).where(Person.active).order_by(Person.sort_key, Person.id)
    if roles:
        query = query.where(Person.roles.any(RoleRow.name.in_([role.value for role in roles])))
    return list(db.session.scalars(query))


def people_with(permission: Permission) -> list[Person]:
    """Everybody active whose roles grant a permission, sorted by name."""
    return [person for person in active_people() if person.may(permission)]


def administrators() -> list[Person]:
    """Administrators who can sign in today."""
    return [
        person
        for person in active_people(Role.ADMINISTRATOR)
        if person.valid_until is None or person.valid_until >= today()
    ]


def sites(*, all_: bool = False) -> list[Site]:
    """Sites by code; the ones in use unless all are asked for."""
    return list(db.session.scalars(_used(select(Site), Site.active, all_).order_by(Site.code)))


def departments(*, all_: bool = False) -> list[Department]:
    """Departments by code, with site and head."""
    query = select(Department).options(joinedload(Department.site), joinedload(Department.head))
    return list(db.session.scalars(_used(query, Department.active, all_).order_by(Department.code)))


def processes(*, all_: bool = False) -> list[Process]:
    """Processes by code, with owner, department and clauses."""
    query = select(Process).options(joinedload(Process.owner), joinedload(Process.department))
    return list(db.session.scalars(_used(query, Process.active, all_).order_by(Process.code)))


def process_scopes() -> list[Process]:
    """The processes in use by code, with their clauses alone: what coverage is counted from."""
    return list(db.session.scalars(select(Process).where(Process.active).order_by(Process.code)))


def _used(query: Select[Any], active: Any, all_: bool) -> Select[Any]:
    return query if all_ else query.where(active)


def narrowed(query: Select[Any], model: type[Bilingual], q: str) -> Select[Any]:
    """A list of sites, departments or processes narrowed to those whose code or name holds the words."""
    if not q:
        return query
    found = [column.icontains(q, autoescape=True) for column in (model.name_en, model.name_zh)]
    return query.where(or_(model.code.icontains(q, autoescape=True), *found))  # type: ignore[attr-defined]  # all three have one


def one(model: type[Row], row_id: int) -> Row:
    """A site, department or process by id. Raises :class:`NotVisible`."""
    found = db.session.get(model, row_id)
    if found is None:
        raise NotVisible
    return found


def by_ids(model: type[Row], ids: Iterable[int] | None) -> list[Row]:
    """Rows of a model by their ids, in one query; unknown ids are left out."""
    wanted = list(ids or ())
    if not wanted:
        return []
    column = model.__mapper__.primary_key[0]
    return list(db.session.scalars(select(model).where(column.in_(wanted)).order_by(column)))


def processes_owned(person: Person) -> list[Process]:
    """The processes a person owns."""
    return list(
        db.session.scalars(select(Process).where(Process.owner_id == person.id).order_by(Process.code))
    )


def departments_led(person: Person) -> list[Department]:
    """The departments a person heads."""
    return list(
        db.session.scalars(
            select(Department).where(Department.head_id == person.id).order_by(Department.code)
        )
    )


def process_of_clause(clause: str) -> Process | None:
    """The process in use that answers for a clause, or None."""
    query = (
        select(Process)
        .join(ProcessClause)
        .where(ProcessClause.clause == clause, Process.active)
        .order_by(Process.code)
        .options(selectinload(Process.owner))
    )
    return db.session.scalars(query).first()


def search(text: str, *, to: Person, limit: int = 10) -> Sequence[Person | Process | Department]:
    """People (for those who manage them), processes and departments whose name holds the words."""
    if not text.strip():
        return []
    found: list[Any] = []
    if to.may(Permission.PEOPLE_MANAGE):
        found += db.session.scalars(people(to, q=text).limit(limit))
    for model in (Process, Department):
        found += db.session.scalars(narrowed(select(model), model, text).order_by(model.code).limit(limit))
    return found[:limit]
