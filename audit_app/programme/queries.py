"""Reading programmes and audits. Every list and every ``get`` starts at ``visible_to``."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.programme.models import EXTERNAL, Audit, AuditKind, AuditState, Programme, TeamMember

SOON_DAYS = 7
"""An audit that starts within so many days is worth a reminder."""

NOT_BEGUN = (AuditState.PLANNED, AuditState.NOTIFIED)
NOT_REPORTED = (*NOT_BEGUN, AuditState.IN_PROGRESS)
AUDITING = frozenset({Role.LEAD_AUDITOR, Role.AUDITOR})


def sees_every_audit(person: Person) -> bool:
    """Who sees all sees all; auditors too, because they plan around each other."""
    return person.may(Permission.AUDIT_SEE) and (person.sees_all or bool(person.role_set & AUDITING))


def theirs(person: Person) -> Any:
    """SQL condition: the person is in the team or auditee, or answers for something in the scope."""
    led = select(Department.id).where(Department.head_id == person.id)
    departments = or_(Department.id == (person.department_id or 0), Department.id.in_(led))
    return or_(
        Audit.lead_id == person.id,
        Audit.members.any(TeamMember.person_id == person.id),
        Audit.auditees.any(Person.id == person.id),
        Audit.processes.any(or_(Process.owner_id == person.id, Process.department.has(departments))),
        Audit.departments.any(departments),
    )


def visible_to(person: Person) -> Select[Audit]:
    """The audits a person may see (a process owner: where they are auditee or something scoped is theirs)."""
    query = select(Audit)
    if sees_every_audit(person):
        return query
    return query.where(theirs(person) if person.may(Permission.AUDIT_SEE) else false())


def get(audit_id: int, *, to: Person) -> Audit:
    """One audit with scope and team. Raises :class:`NotVisible`."""
    query = visible_to(to).where(Audit.id == audit_id).options(
        joinedload(Audit.programme),
        joinedload(Audit.lead),
        selectinload(Audit.processes).joinedload(Process.department),
        selectinload(Audit.departments),
        selectinload(Audit.sites),
        selectinload(Audit.auditees),
        selectinload(Audit.members).joinedload(TeamMember.person),
    )  # fmt: skip
    return _seen(query)


def get_alone(audit_id: int, *, to: Person) -> Audit:
    """One audit in one query, for pages that do not show its scope and team. Raises :class:`NotVisible`."""
    return _seen(visible_to(to).where(Audit.id == audit_id))


def _seen(query: Select[Audit]) -> Audit:
    found = db.session.scalar(query)
    if found is None:
        raise NotVisible
    return found


def audits(
    to: Person,
    *,
    q: str = "",
    year: str = "",
    kind: str = "",
    state: str = "",
    process: str = "",
    department: str = "",
    person: str = "",
    late: str = "",
) -> Select[Audit]:
    """The list of audits, narrowed; sorted by first day. Two queries per page, whatever the number of
    rows."""
    query = visible_to(to).options(
        joinedload(Audit.lead), joinedload(Audit.programme), selectinload(Audit.processes)
    )
    if q:
        query = query.where(
            or_(
                *(
                    c.icontains(q, autoescape=True)
                    for c in (Audit.code, Audit.title, Audit.criteria, Audit.body)
                )
            )
        )
    if year.isdecimal():
        query = query.where(Audit.programme.has(Programme.year == int(year)))
    if kind in {each.value for each in AuditKind}:
        query = query.where(Audit.kind == AuditKind(kind))
    if state in {each.value for each in AuditState}:
        query = query.where(Audit.state == AuditState(state))
    if process.isdecimal():
        query = query.where(Audit.processes.any(Process.id == int(process)))
    if department.isdecimal():
        query = query.where(Audit.departments.any(Department.id == int(department)))
    if person.isdecimal():
        involved = Audit.members.any(TeamMember.person_id == int(person))
        query = query.where(
            or_(Audit.lead_id == int(person), involved, Audit.auditees.any(Person.id == int(person)))
        )
    if late:
        query = query.where(is_late(today()))
    return query.order_by(Audit.starts_on, Audit.id)


def is_late(on: date) -> Any:
    """SQL condition: should have begun, or should have been reported, before a day."""
    return or_(
        and_(Audit.state.in_(NOT_BEGUN), Audit.starts_on < on),
        and_(Audit.state.in_(NOT_REPORTED), Audit.ends_on < on),
    )


def late(to: Person, on: date) -> list[Audit]:
    """Visible audits that should have begun or been reported before a day, the oldest first."""
    query = visible_to(to).where(is_late(on)).options(joinedload(Audit.lead), joinedload(Audit.programme))
    return list(db.session.scalars(query.order_by(Audit.starts_on, Audit.id)))


def involving(person: Person, *, open_only: bool = True) -> list[Audit]:
    """Audits in which the person leads, audits, observes or answers, by first day."""
    query = select(Audit).where(
        or_(
            Audit.lead_id == person.id,
            Audit.members.any(TeamMember.person_id == person.id),
            Audit.auditees.any(Person.id == person.id),
        )
    )
    if open_only:
        query = query.where(Audit.state.in_((*NOT_REPORTED, AuditState.REPORTED)))
    return list(db.session.scalars(query.options(joinedload(Audit.lead)).order_by(Audit.starts_on, Audit.id)))


def due(on: date) -> list[tuple[str, Person, Audit]]:
    """Reminders of a day: (kind of notice, person, audit) for audits that start soon, should have begun
    or reported."""
    query = select(Audit).where(
        or_(
            is_late(on),
            and_(Audit.state.in_(NOT_BEGUN), Audit.starts_on.between(on, on + timedelta(days=SOON_DAYS))),
        )
    )
    found: list[tuple[str, Person, Audit]] = []
    loaded = (
        joinedload(Audit.lead),
        selectinload(Audit.auditees),
        selectinload(Audit.members).joinedload(TeamMember.person),
    )
    for audit in db.session.scalars(query.options(*loaded).order_by(Audit.id)):
        if audit.ends_on < on:
            found += [("audit.report_due", person, audit) for person in ([audit.lead] if audit.lead else [])]
        elif audit.starts_on < on:
            found += [("audit.start_due", person, audit) for person in ([audit.lead] if audit.lead else [])]
        else:
            found += [("audit.soon", person, audit) for person in people_of(audit)]
    return found


def people_of(audit: Audit) -> list[Person]:
    """Everybody named on an audit, each once: lead, team with observers, auditees."""
    named = (
        ([audit.lead] if audit.lead else [])
        + [member.person for member in audit.members]
        + list(audit.auditees)
    )
    return list(dict.fromkeys(named))


def search(text: str, *, to: Person, limit: int = 10) -> list[Audit]:
    """Visible audits whose code, title, criteria or body holds the words, the newest first."""
    if not text.strip():
        return []
    query = audits(to, q=text.strip()).order_by(None).order_by(Audit.starts_on.desc(), Audit.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def programmes(to: Person) -> list[Programme]:
    """Every programme, the newest first; nothing for those who may not see it."""
    if not to.may(Permission.PROGRAMME_SEE):
        return []
    return list(db.session.scalars(select(Programme).order_by(Programme.year.desc())))


def programme_of(year: int, *, to: Person) -> Programme:
    """The programme of a year. Raises :class:`NotVisible`."""
    query = select(Programme).where(Programme.year == year)
    query = query.options(joinedload(Programme.manager), joinedload(Programme.approved_by))
    found = db.session.scalar(query) if to.may(Permission.PROGRAMME_SEE) else None
    if found is None:
        raise NotVisible
    return found


def open_programmes() -> list[Programme]:
    """Programmes in which audits can still be planned, the newest first."""
    query = select(Programme).where(Programme.state != "closed").order_by(Programme.year.desc())
    return list(db.session.scalars(query))


def of_year(programme: Programme, *, to: Person) -> list[Audit]:
    """The audits of a programme that a person may see, with what the year page shows, by first day."""
    query = visible_to(to).where(Audit.programme_id == programme.id).options(
        joinedload(Audit.lead), selectinload(Audit.processes), selectinload(Audit.departments)
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Audit.starts_on, Audit.id)))


def findings_of(audit: Audit, *, to: Person) -> Sequence[Any]:
    """The findings of an audit that its page shows to a person; drafts only to those who audit.

    A cautious part of what the findings' own list shows: here no row is loaded beyond the audit's findings.
    """
    inside = to.id in {person.id for person in audit.auditors}
    drafts = inside or Role.PROGRAMME_MANAGER in to.role_set
    led = set(db.session.scalars(select(Department.id).where(Department.head_id == to.id)))
    owned = set(db.session.scalars(select(Process.id).where(Process.owner_id == to.id)))
    departments = led | ({to.department_id} if to.department_id else set())
    return [
        finding
        for finding in audit.findings
        if (drafts or finding.state != "draft" or finding.raised_by_id == to.id)
        and (
            inside
            or to.sees_all
            or to.id in (finding.owner_id, finding.raised_by_id, finding.verified_by_id)
            or finding.process_id in owned
            or finding.department_id in departments
        )
    ]


def is_external(kind: AuditKind) -> bool:
    """Whether a certification body conducts audits of this kind."""
    return kind in EXTERNAL


def by_number(audit_id: int) -> Audit | None:
    """An audit for a notice that is on its way to somebody named on it."""
    return db.session.get(Audit, audit_id)
