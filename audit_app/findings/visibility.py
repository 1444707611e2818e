"""Which findings and actions a person may see: every query starts here."""

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.findings.models import Action, Finding, FindingState
from audit_app.programme.models import Audit, TeamMember

SEES_DRAFTS = frozenset(
    {Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER, Role.LEAD_AUDITOR, Role.AUDITOR, Role.TOP_MANAGEMENT}
)
AUDITORS = frozenset({Role.LEAD_AUDITOR, Role.AUDITOR})


def seen_by(person: Person) -> ColumnElement[bool]:
    """The condition on ``Finding`` rows that a person may see (see the table of rights in docs)."""
    if not person.may(Permission.FINDING_SEE):
        return false()
    issued = Finding.state != FindingState.DRAFT
    if person.sees_all:
        return true() if person.role_set & SEES_DRAFTS else issued
    at_work = [Finding.raised_by_id == person.id]
    if person.role_set & AUDITORS:
        led = select(Audit.id).where(Audit.lead_id == person.id)
        team = select(TeamMember.audit_id).where(TeamMember.person_id == person.id)
        at_work += [
            Finding.audit_id.in_(led),
            Finding.audit_id.in_(team),
            Finding.verified_by_id == person.id,
            Finding.owner_id == person.id,
        ]
    return or_(*at_work, issued & or_(*_concerned(person)))


def _concerned(person: Person) -> list[ColumnElement[bool]]:
    """Owner, owner of the process, member or head of the department, owner of an action."""
    processes = select(Process.id).where(Process.owner_id == person.id)
    headed = select(Department.id).where(Department.head_id == person.id)
    promised = select(Action.finding_id).where(Action.owner_id == person.id, Action.finding_id.is_not(None))
    conditions: list[ColumnElement[bool]] = [
        Finding.owner_id == person.id,
        Finding.process_id.in_(processes),
        Finding.department_id.in_(headed),
        Finding.id.in_(promised),
    ]
    if person.department_id is not None and not person.role_set & AUDITORS:
        conditions.append(Finding.department_id == person.department_id)
    return conditions


def visible_to(person: Person) -> Select[Finding]:
    """The findings a person may see."""
    return select(Finding).where(seen_by(person))


def visible_actions(person: Person) -> Select[Action]:
    """The actions a person may see: own ones, those of visible findings, those of reviews for who sees
    reviews."""
    all_findings = person.sees_all and bool(person.role_set & SEES_DRAFTS)
    if all_findings and person.may(Permission.REVIEW_SEE):
        return select(Action)  # each is of a finding or of a review (CHECK one_source)
    conditions: list[ColumnElement[bool]] = [Action.owner_id == person.id]
    if all_findings:
        conditions.append(Action.finding_id.is_not(None))
    else:
        conditions.append(Action.finding_id.in_(select(Finding.id).where(seen_by(person))))
    if person.may(Permission.REVIEW_SEE):
        conditions.append(Action.review_id.is_not(None))
    return select(Action).where(or_(*conditions))
