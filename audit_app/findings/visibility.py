"""Which findings and actions a person may see: every query starts here."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.db import db
from audit_app.findings import cover
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
    """Owner or their deputy, owner of the process, member or head of the department, part in an action."""
    processes = select(Process.id).where(Process.owner_id == person.id)
    headed = select(Department.id).where(Department.head_id == person.id)
    promised = select(Action.finding_id).where(has_part(person), Action.finding_id.is_not(None))
    conditions: list[ColumnElement[bool]] = [
        Finding.owner_id == person.id,
        Finding.owner_id.in_(cover.covered_by(person)),
        Finding.process_id.in_(processes),
        Finding.department_id.in_(headed),
        Finding.id.in_(promised),
    ]
    if person.department_id is not None and not person.role_set & AUDITORS:
        conditions.append(Finding.department_id == person.department_id)
    return conditions


def has_part(person: Person) -> ColumnElement[bool]:
    """Actions that a person owns, did, has in hand or will have, or covers for somebody absent."""
    return or_(
        Action.owner_id == person.id,
        Action.done_by_id == person.id,
        Action.id.in_(cover.handed_to(person, ahead=True)),
        Action.owner_id.in_(cover.covered_by(person)),
    )


def readers(finding: Finding, people: Iterable[Person]) -> list[Person]:
    """Those of these people who may see one finding: the question of :func:`seen_by`, asked for all at once.

    Four queries; ``people`` carry their roles.
    """
    team = set(
        db.session.scalars(select(TeamMember.person_id).where(TeamMember.audit_id == finding.audit_id))
    )
    if finding.audit is not None and finding.audit.lead_id is not None:
        team.add(finding.audit.lead_id)
    concerned = concerned_with(finding)
    return [each for each in people if _reads(each, finding, team, concerned)]


def _reads(person: Person, finding: Finding, team: set[int], concerned: set[int | None]) -> bool:
    if not person.may(Permission.FINDING_SEE):
        return False
    draft = finding.state is FindingState.DRAFT
    if person.sees_all:
        return not draft or bool(person.role_set & SEES_DRAFTS)
    audits = bool(person.role_set & AUDITORS)
    if person.id == finding.raised_by_id:
        return True
    if audits and (person.id in team or person.id in (finding.verified_by_id, finding.owner_id)):
        return True
    at_home = (
        not audits and person.department_id is not None and person.department_id == finding.department_id
    )
    return not draft and (person.id in concerned or at_home)


def concerned_with(finding: Finding) -> set[int | None]:
    """Ids of the people of :func:`_concerned` for one finding, but for those who only work in its area."""
    process, department = finding.process, finding.department
    return {
        finding.owner_id,
        process.owner_id if process is not None else None,
        department.head_id if department is not None else None,
        *(action.owner_id for action in finding.actions),
        *cover.concerned(finding),
    }


def visible_to(person: Person) -> Select[Finding]:
    """The findings a person may see."""
    return select(Finding).where(seen_by(person))


def visible_actions(person: Person) -> Select[Action]:
    """The actions a person may see: own ones, those of visible findings, those of reviews for who sees
    reviews."""
    all_findings = person.sees_all and bool(person.role_set & SEES_DRAFTS)
    if all_findings and person.may(Permission.REVIEW_SEE):
        return select(Action)  # each is of a finding or of a review (CHECK one_source)
    conditions: list[ColumnElement[bool]] = [has_part(person)]
    if all_findings:
        conditions.append(Action.finding_id.is_not(None))
    else:
        conditions.append(Action.finding_id.in_(select(Finding.id).where(seen_by(person))))
    if person.may(Permission.REVIEW_SEE):
        conditions.append(Action.review_id.is_not(None))
    return select(Action).where(or_(*conditions))
