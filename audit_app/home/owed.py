"""What findings and actions ask of a person: the queries and tasks behind the piles of :mod:`work`."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, or_, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core.clock import today
from audit_app.findings import cover
from audit_app.findings.models import (
    CHECKED,
    OWNERS_TURN,
    SETTLED,
    Action,
    ActionState,
    Finding,
    FindingState,
)
from audit_app.programme.models import Audit, TeamMember


@dataclass(frozen=True)
class Task:
    """One thing to do: what, why, by when, and where a click leads."""

    code: str
    title: str
    due: date | None
    endpoint: str
    id: int
    note: Any = ""
    key: str = "id"
    """Name of the parameter in the address."""

    @property
    def late(self) -> bool:
        """Past its day."""
        return self.due is not None and self.due < today()


def in_team(person: Person) -> ColumnElement[bool]:
    """Audits the person leads or takes part in."""
    member = exists().where(TeamMember.audit_id == Audit.id, TeamMember.person_id == person.id)
    return or_(Audit.lead_id == person.id, member)


def finding_task(finding: Finding) -> Task:
    return Task(
        finding.code, finding.title, finding.next_due_on, "findings.show", finding.id, finding.grade.label
    )


def finding_back_task(finding: Finding) -> Task:
    return Task(
        finding.code,
        finding.title,
        finding.next_due_on,
        "findings.show",
        finding.id,
        finding.sent_back_reason,
    )


def action_task(action: Action) -> Task:
    return Task(
        action.code, action.title, action.due_on, "findings.action", action.id, action.sent_back_reason or ""
    )


def for_task(subject: Finding | Action) -> Task:
    """Somebody else's duty that is in my hands meanwhile: the note says whose."""
    task = action_task(subject) if isinstance(subject, Action) else finding_task(subject)
    owner = subject.owner
    return replace(task, note=_l("For %(name)s", name=owner.name) if owner is not None else "")


def covered_actions(person: Person) -> Select[Any]:
    """Open actions of other people that are handed on to me, or whose owner I stand in for."""
    return select(Action).where(cover.for_another(Action, person), Action.state == ActionState.OPEN)


def covered_findings(person: Person) -> Select[Any]:
    """Findings that wait for an owner for whom I stand in."""
    return select(Finding).where(cover.for_another(Finding, person), Finding.state.in_(OWNERS_TURN))


def sent_back(person: Person) -> Select[Any]:
    """Actions of mine that came back with a reason."""
    return select(Action).where(
        Action.owner_id == person.id, Action.state == ActionState.OPEN, Action.sent_back_reason != ""
    )


def my_actions(person: Person) -> Select[Any]:
    """Actions I promised and have not reported done."""
    return select(Action).where(
        Action.owner_id == person.id, Action.state == ActionState.OPEN, Action.sent_back_reason == ""
    )


def to_answer(person: Person) -> Select[Any]:
    """Findings whose owner I am and whose next step is mine."""
    return select(Finding).where(
        Finding.owner_id == person.id, Finding.state.in_(OWNERS_TURN), Finding.sent_back_reason == ""
    )


def findings_back(person: Person) -> Select[Any]:
    """Findings of mine whose plan or evidence came back with a reason."""
    return select(Finding).where(
        Finding.owner_id == person.id, Finding.state.in_(OWNERS_TURN), Finding.sent_back_reason != ""
    )


def disputes(person: Person) -> Select[Any]:
    """Disputed findings that wait for a decision of the lead auditor or the programme manager."""
    return _ours(person, select(Finding).where(Finding.state == FindingState.DISPUTED))


def plans_proposed(person: Person) -> Select[Any]:
    """Plans of findings that wait for approval by somebody else than their owner."""
    query = select(Finding).where(Finding.state == FindingState.PROPOSED, Finding.owner_id != person.id)
    return _ours(person, query)


def _ours(person: Person, query: Select[Any]) -> Select[Any]:
    """Everybody's for the programme manager, those of the audits they lead for a lead auditor."""
    if Role.PROGRAMME_MANAGER in person.role_set:
        return query
    return query.join(Audit, Finding.audit_id == Audit.id).where(Audit.lead_id == person.id)


def to_verify(person: Person) -> Select[Any]:
    """Findings reported done that somebody else than their owner has to verify."""
    query = select(Finding).where(Finding.state == FindingState.IMPLEMENTED, Finding.owner_id != person.id)
    if Role.PROGRAMME_MANAGER in person.role_set:
        return query
    return query.join(Audit, Finding.audit_id == Audit.id).where(in_team(person))


def to_issue(person: Person) -> Select[Any]:
    """Drafts that wait for the lead auditor or the programme manager."""
    return _ours(person, select(Finding).where(Finding.state == FindingState.DRAFT))


def to_close(person: Person) -> Select[Any]:
    """Verified findings whose effectiveness check has come due."""
    query = select(Finding).where(
        Finding.state.in_(CHECKED),
        or_(
            Finding.effectiveness_due_on.is_(None),
            Finding.effectiveness_due_on <= today() + timedelta(days=14),
        ),
    )
    return _ours(person, query)


def late_findings(_person: Person) -> Select[Any]:
    """Everybody's findings past their date."""
    return select(Finding).where(Finding.state.not_in(SETTLED | CHECKED), Finding.next_due_on < today())
