"""Reading the certificate, its audits, its gaps. Every list and every ``get`` starts at ``visible_to``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification.milestones import Held
from audit_app.certification.models import OPEN, Certificate, GapPlan, Rule, Scheme
from audit_app.checklists.models import Checklist, ChecklistItem, TemplateVersion
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings.models import CHECKED, SETTLED, Finding, FindingState, Grade
from audit_app.findings.visibility import visible_to as visible_findings
from audit_app.programme.models import EXTERNAL, Audit, AuditKind, AuditState
from audit_app.programme.queries import visible_to as visible_audits
from audit_app.reviews.models import Review, ReviewState

DONE = (AuditState.REPORTED, AuditState.CLOSED)
MET = (ReviewState.HELD, ReviewState.APPROVED)


@dataclass(frozen=True)
class OpenFinding:
    """A finding of the body that is not settled, and the audit it comes from."""

    id: int
    grade: Grade
    state: FindingState
    body_due_on: date | None
    kind: AuditKind
    audit_ends_on: date

    @property
    def answered(self) -> bool:
        """Whether the actions are done: the body has, or can be given, its answer."""
        return self.state is FindingState.IMPLEMENTED or self.state in CHECKED


def visible_to(person: Person) -> Select[Certificate]:
    """Who sees the programme sees where the organisation stands; what is linked keeps its own rights."""
    query = select(Certificate)
    return query if person.may(Permission.PROGRAMME_SEE) else query.where(false())


def get(certificate_id: int, *, to: Person) -> Certificate:
    """One certificate with its rules. Raises :class:`NotVisible`."""
    return _seen(visible_to(to).where(Certificate.id == certificate_id))


def current(to: Person) -> Certificate | None:
    """The cycle that is running, else the newest one; None before the first."""
    running = Certificate.state.in_(OPEN)
    query = _whole(visible_to(to)).order_by(running.desc(), Certificate.id.desc()).limit(1)
    return db.session.scalars(query).first()


def running() -> Certificate | None:
    """The cycle that is running (no person's view: for rules and notices)."""
    query = _whole(select(Certificate)).where(Certificate.state.in_(OPEN)).order_by(Certificate.id.desc())
    return db.session.scalars(query.limit(1)).first()


def cycles(to: Person) -> list[Certificate]:
    """All cycles, the newest first."""
    return list(db.session.scalars(visible_to(to).order_by(Certificate.id.desc())))


def _whole(query: Select[Certificate]) -> Select[Certificate]:
    return query.options(joinedload(Certificate.scheme).selectinload(Scheme.rules))


def _seen(query: Select[Certificate]) -> Certificate:
    found = db.session.scalars(_whole(query)).first()
    if found is None:
        raise NotVisible
    return found


def schemes() -> list[Scheme]:
    """All sets of rules, by title."""
    return list(db.session.scalars(select(Scheme).options(selectinload(Scheme.rules)).order_by(Scheme.title)))


def get_rule(rule_id: int, *, to: Person) -> Rule:
    """One rule with its scheme. Raises :class:`NotVisible`."""
    query = select(Rule).where(Rule.id == rule_id).options(joinedload(Rule.scheme))
    found = db.session.scalars(query).first() if to.may(Permission.PROGRAMME_SEE) else None
    if found is None:
        raise NotVisible
    return found


# --- what the cycle is computed from ------------------------------------------------------------------------


def held(kinds: Sequence[AuditKind]) -> list[Held]:
    """Audits of some kinds as far as the cycle cares, cancelled ones left out. One query, plain columns."""
    columns = (
        Audit.id,
        Audit.code,
        Audit.kind,
        Audit.starts_on,
        Audit.ends_on,
        Audit.state,
        Audit.reported_at,
    )
    query = select(*columns).where(Audit.kind.in_(kinds), Audit.state != AuditState.CANCELLED)
    found = db.session.execute(query.order_by(Audit.starts_on, Audit.id))
    return [
        Held(row.id, row.code, row.kind, row.starts_on, row.ends_on, row.state in DONE, _day(row.reported_at))
        for row in found
    ]


def _day(moment: Any) -> date | None:
    return local(moment).date() if moment is not None else None


def reviews_met() -> list[tuple[int, str, date]]:
    """Id, code and day of the management reviews whose meeting is recorded, by day."""
    query = select(Review.id, Review.code, Review.meets_on).where(Review.state.in_(MET))
    return [(row.id, row.code, row.meets_on) for row in db.session.execute(query.order_by(Review.meets_on))]


def seen_audits(to: Person) -> set[int]:
    """Ids of the audits a person may open: the others are named by their day alone."""
    return set(db.session.scalars(visible_audits(to).with_only_columns(Audit.id)))


def external_findings(to: Person) -> list[Finding]:
    """Visible findings of the certification body's audits, the open and most urgent first."""
    query = (
        visible_findings(to)
        .join(Audit, Finding.audit_id == Audit.id)
        .where(Audit.kind.in_(EXTERNAL), Finding.state != FindingState.WITHDRAWN)
        .options(joinedload(Finding.audit), joinedload(Finding.owner))
        .order_by(Audit.starts_on.desc(), Finding.id)
    )
    return sorted(db.session.scalars(query), key=lambda each: (each.settled, each.body_due_on or date.max))


def open_of_body() -> list[OpenFinding]:
    """Findings of the body that are not settled, as far as the checks care. One query, plain columns."""
    query = (
        select(Finding.id, Finding.grade, Finding.state, Finding.body_due_on, Audit.kind, Audit.ends_on)
        .join(Audit, Finding.audit_id == Audit.id)
        .where(Audit.kind.in_(EXTERNAL), Finding.state.not_in(SETTLED))
        .order_by(Finding.id)
    )
    return [OpenFinding(*row) for row in db.session.execute(query)]


def get_external(finding_id: int, *, to: Person) -> Finding:
    """One visible finding of an external audit. Raises :class:`NotVisible`."""
    query = visible_findings(to).join(Audit, Finding.audit_id == Audit.id)
    found = db.session.scalars(query.where(Finding.id == finding_id, Audit.kind.in_(EXTERNAL))).first()
    if found is None:
        raise NotVisible
    return found


# --- gaps ---------------------------------------------------------------------------------------------------


def gap_audit(certificate: Certificate, *, to: Person) -> Audit | None:
    """The gap audit of a cycle: the last one before its decision, as far as the person may see it."""
    query = visible_audits(to).where(Audit.kind == AuditKind.GAP, Audit.state != AuditState.CANCELLED)
    if certificate.decided_on is not None:
        query = query.where(Audit.starts_on <= certificate.decided_on)
    return db.session.scalars(query.order_by(Audit.starts_on.desc(), Audit.id.desc()).limit(1)).first()


def gap_findings(audit: Audit, *, to: Person) -> list[Finding]:
    """Findings of the gap audit with their actions and owners."""
    query = visible_findings(to).where(
        Finding.audit_id == audit.id, Finding.state.not_in((FindingState.WITHDRAWN, FindingState.DRAFT))
    )
    asked = joinedload(Finding.item).options(_standard())
    query = query.options(joinedload(Finding.owner), selectinload(Finding.actions), asked)
    return list(db.session.scalars(query.order_by(Finding.id)))


def _standard() -> Any:
    """Loads with a question the standard that its checklist asks about."""
    versions = joinedload(ChecklistItem.checklist).joinedload(Checklist.template_version)
    return versions.joinedload(TemplateVersion.template)


def gap_items(numbers: Sequence[int]) -> dict[int, ChecklistItem]:
    """Questions by id."""
    query = select(ChecklistItem).where(ChecklistItem.id.in_(numbers)).options(_standard())
    return {item.id: item for item in db.session.scalars(query)}


def gap_plans() -> dict[tuple[str, int], GapPlan]:
    """All plan rows by what they are for: ("finding", id) or ("item", id)."""
    found = db.session.scalars(select(GapPlan).options(joinedload(GapPlan.owner)))
    return {
        ("finding", row.finding_id) if row.finding_id else ("item", row.item_id or 0): row for row in found
    }
