"""Reading reports: who may see which, and what is frozen."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings.models import Finding
from audit_app.findings.visibility import AUDITORS, SEES_DRAFTS
from audit_app.programme import queries as programme
from audit_app.programme.models import EXTERNAL, Audit, TeamMember
from audit_app.reports.models import (
    AuditReport,
    FrozenReport,
    FrozenReportFile,
    ReportState,
    report_recipient,
)


def visible_to(person: Person) -> Select[Audit]:
    """Our own audits whose report a person may read.

    While it is a draft: the auditors of the team, and who sees findings before they are issued. Once issued:
    also the observers and experts of the team, who sees all audits, the auditees, and whom the distribution
    list names.
    """
    query = programme.visible_to(person).where(Audit.kind.not_in(EXTERNAL))
    if not person.may(Permission.FINDING_SEE):
        return query.where(false())
    if person.sees_all and person.role_set & SEES_DRAFTS:
        return query
    issued = exists().where(FrozenReport.audit_id == Audit.id)
    seated = or_(Audit.lead_id == person.id, Audit.members.any(TeamMember.person_id == person.id))
    if not person.role_set & AUDITORS:  # a report in the making tells of findings that are drafts themselves
        seated = and_(seated, issued)
    if person.sees_all:
        return query.where(or_(seated, issued))
    named = exists().where(
        AuditReport.audit_id == Audit.id,
        report_recipient.c.report_id == AuditReport.id,
        report_recipient.c.person_id == person.id,
    )
    told = or_(Audit.auditees.any(Person.id == person.id), named)
    return query.where(or_(seated, and_(issued, told)))


def get_audit(audit_id: int, *, to: Person) -> Audit:
    """An audit whose report the person may read, with what the report tells. Raises :class:`NotVisible`."""
    query = (
        visible_to(to)
        .where(Audit.id == audit_id)
        .options(
            joinedload(Audit.programme),
            joinedload(Audit.lead).joinedload(Person.department),
            selectinload(Audit.processes).joinedload(Process.department),
            selectinload(Audit.departments),
            selectinload(Audit.sites),
            selectinload(Audit.auditees).joinedload(Person.department),
            selectinload(Audit.members).joinedload(TeamMember.person).joinedload(Person.department),
            selectinload(Audit.findings).options(
                joinedload(Finding.process),
                joinedload(Finding.department),
                joinedload(Finding.owner),
                joinedload(Finding.raised_by),
            ),
        )
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotVisible
    return found


def report_of(audit: Audit) -> AuditReport:
    """The report of an audit; a new one, not yet kept, when nobody has written anything."""
    query = select(AuditReport).where(AuditReport.audit_id == audit.id)
    query = query.options(selectinload(AuditReport.recipients).joinedload(Person.department))
    found = db.session.scalar(query)
    if found is not None:
        return found
    fresh = AuditReport(
        state=ReportState.DRAFT, obstacles="", not_covered="", follow_up="", others="", grades=[], version=1
    )
    fresh.audit = audit
    return fresh


def proposed_recipients(audit: Audit) -> list[Person]:
    """Whom a distribution list usually names: auditees, owners and heads of what was audited, the manager
    of the
    programme, top management."""
    heads = select(Department.head_id).where(Department.id.in_([each.id for each in audit.departments]))
    owners = select(Process.owner_id).where(Process.id.in_([each.id for each in audit.processes]))
    query = select(Person).where(Person.active, or_(Person.id.in_(heads), Person.id.in_(owners)))
    top = Person.roles.any(name=Role.TOP_MANAGEMENT.value)
    named = [*db.session.scalars(query), *db.session.scalars(select(Person).where(Person.active, top))]
    manager = [audit.programme.manager] if audit.programme.manager else []
    return list(dict.fromkeys([*audit.auditees, *manager, *named]))


def issued(audit: Audit) -> list[FrozenReport]:
    """The report of an audit as issued and its supplements, in order; empty before."""
    query = select(FrozenReport).where(FrozenReport.audit_id == audit.id).order_by(FrozenReport.number)
    return list(
        db.session.scalars(query.options(joinedload(FrozenReport.frozen_by), joinedload(FrozenReport.audit)))
    )


def frozen(audit: Audit, number: int) -> FrozenReport:
    """The report (0) or a supplement as issued. Raises :class:`NotVisible`."""
    found = db.session.get(FrozenReport, (audit.id, number))
    if found is None:
        raise NotVisible
    return found


def frozen_file(audit: Audit, number: int, language: str, kind: str) -> FrozenReportFile | None:
    """One kept file; None when it was never issued."""
    return db.session.get(FrozenReportFile, (audit.id, number, language, kind))


def hashes(audit: Audit) -> Sequence[Any]:
    """Number, language, format, size and SHA-256 of the kept files, without reading them."""
    columns = (
        FrozenReportFile.number,
        FrozenReportFile.language,
        FrozenReportFile.format,
        FrozenReportFile.sha256,
        func.length(FrozenReportFile.content).label("size"),
    )
    query = select(*columns).where(FrozenReportFile.audit_id == audit.id)
    return db.session.execute(query.order_by(*columns[:3])).all()
