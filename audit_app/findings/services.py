"""The verbs on findings: raising, wording, issuing, withdrawing. The owner's answer has its verbs in
``answers.py``, verification and effectiveness in ``checks.py``, actions in ``action_services.py``;
``add_action`` is named here too, because other domains say ``findings.services.add_action``.

Every verb runs in a savepoint: when a rule refuses, the record is exactly as it was before.
"""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.checklists.models import ChecklistItem
from audit_app.core.clock import now, today
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import deadlines, extensions
from audit_app.findings.action_services import add_action as add_action
from audit_app.findings.guards import SHUT
from audit_app.findings.models import (
    SERIES,
    UNDER_WAY,
    ActionState,
    Finding,
    FindingState,
    Grade,
    Origin,
)
from audit_app.findings.steps import not_past, said, short, step
from audit_app.findings.workflow import FINDING
from audit_app.notifications.services import queue
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

# --- raising and wording ------------------------------------------------------------------------------------


def check_may_raise(audit: Audit | None, by: Person) -> None:
    """Whether findings can be raised on an audit by this person; raises :class:`Refused` with what to do.

    Anybody with the right may raise one that belongs to no audit.
    """
    if not by.may(Permission.FINDING_RAISE):
        raise Refused(_l("Your role does not raise findings. Tell an auditor what you saw."))
    if audit is None:
        return
    if audit.state in SHUT:
        raise Refused(
            _l(
                "%(code)s is closed and takes no new findings. Raise it without an audit, or ask the "
                "audit programme "
                "manager for a follow-up audit.",
                code=audit.code,
            ),
            "audit_id",
        )
    if not by.may(Permission.AUDIT_PLAN) and all(person.id != by.id for person in audit.auditors):
        raise Refused(
            _l(
                "You are not in the audit team of %(code)s. Ask its lead auditor to add you, or to raise it.",
                code=audit.code,
            ),
            "audit_id",
        )


def raise_finding(
    *,
    grade: Grade,
    title: str,
    requirement: str,
    objective_evidence: str,
    nonconformity: str,
    location: str,
    clause: str,
    process: Process | None,
    department: Department | None,
    owner: Person | None,
    audit: Audit | None = None,
    item: ChecklistItem | None = None,
    origin: Origin = Origin.INTERNAL_AUDIT,
    recommendation: str = "",
    raised_on: date | None = None,
    thread: str | None = None,
    by: Person,
) -> Finding:
    """Write up a finding as a draft; its code is given now and never changes.

    What is left empty follows from what is known: the department and owner of the process, the audit of the
    checklist item, a title from the first sentence. Raises :class:`Refused`.
    """
    audit = audit or (item.checklist.audit if item is not None else None)
    own = origin is Origin.SELF_REPORTED and audit is None and by.may(Permission.FINDING_ANSWER)
    if not own:
        check_may_raise(audit, by)
    words = said(nonconformity or objective_evidence, _l("Say what you found."), "nonconformity")
    day = raised_on or today()
    if day > today():
        raise Refused(_l("A finding cannot be raised in the future."), "raised_on")
    department = department or (process.department if process is not None else None)
    with db.session.begin_nested(), db.session.no_autoflush:
        finding = Finding(
            code=next_code(SERIES[grade] + "-{year}-{number:03d}", day.year),
            grade=grade,
            state=FindingState.DRAFT,
            title=title.strip() or short(words),
            requirement=requirement.strip(),
            objective_evidence=objective_evidence.strip(),
            nonconformity=nonconformity.strip(),
            location=location.strip(),
            recommendation=recommendation.strip(),
            clause=clause.strip(),
            origin=origin,
            audit=audit,
            item=item,
            process=process,
            department=department,
            owner=owner or (process.owner if process is not None else None),
            raised_by=by,
            raised_on=day,
            thread=thread,
            reopened=0,
        )
        with trail.act("finding.raise", finding, by=by):
            db.session.add(finding)
    return finding


def may_edit(finding: Finding, person: Person) -> bool:
    """A draft: who raised it, or who may issue it. Later, until the actions are done: who may issue."""
    if finding.state is FindingState.DRAFT and finding.raised_by_id == person.id:
        return person.may(Permission.FINDING_RAISE)
    early = finding.state is FindingState.DRAFT or finding.state in UNDER_WAY
    return early and person.may(Permission.FINDING_ISSUE)


EDITABLE = frozenset(
    {
        "title", "requirement", "objective_evidence", "nonconformity", "location", "recommendation", "clause",
        "process", "department", "owner", "origin",
    }
)  # fmt: skip


def edit(finding: Finding, *, by: Person, **facts: Any) -> Finding:
    """Change the wording, the area or the owner. Facts are those in ``EDITABLE``. Raises :class:`Refused`."""
    unknown = set(facts) - EDITABLE
    if unknown:
        raise TypeError(f"Not a fact of a finding that can be edited: {', '.join(sorted(unknown))}")
    if not may_edit(finding, by):
        raise Refused(
            _l(
                "This finding cannot be changed any more, or not by you. Ask a lead auditor, or add "
                "what is new below."
            )
        )
    issued = finding.state is not FindingState.DRAFT
    parts = ("requirement", "objective_evidence", "nonconformity", "location", "clause")
    for name in parts:
        if issued and getattr(finding, name) and name in facts and not str(facts[name]).strip():
            raise Refused(
                _l("An issued finding keeps every part of its statement. Put this one back in."), name
            )
    if issued and "owner" in facts and facts["owner"] is None and finding.owner is not None:
        raise Refused(_l("An issued finding keeps an owner. Choose one."), "owner_id")
    before = finding.owner_id
    with db.session.begin_nested(), trail.act("finding.edit", finding, by=by):
        for name, value in facts.items():
            setattr(
                finding,
                name,
                value.strip() if isinstance(value, str) and not isinstance(value, Origin) else value,
            )
        if not finding.title:
            finding.title = short(finding.nonconformity or finding.objective_evidence or finding.code)
    if issued and finding.owner_id != before:
        queue("finding.issued", to=finding.owner, subject=finding)
    return finding


def regrade(finding: Finding, *, grade: Grade, reason: str, by: Person) -> Finding:
    """Change the grade within its series (major ↔ minor), with a reason.

    The code names the series and never changes, so a grade of another series is refused. A major
    nonconformity is decided by somebody who did not raise the finding (R5), unless it is still a draft and
    will be issued by another.
    """
    words = said(reason, _l("Say why the grade changes."))
    draft_of_mine = finding.state is FindingState.DRAFT and finding.raised_by_id == by.id
    if finding.settled or not (by.may(Permission.FINDING_APPROVE) or draft_of_mine):
        raise Refused(
            _l(
                "The grade is changed by a lead auditor or the programme manager, before the "
                "finding is closed."
            )
        )
    if SERIES[grade] != SERIES[finding.grade]:
        raise Refused(
            _l(
                "%(code)s keeps its number, so it cannot become “%(grade)s”. Withdraw it and "
                "raise a new finding.",
                code=finding.code,
                grade=grade.label,
            ),
            "grade",
        )
    if grade is Grade.MAJOR and finding.state is not FindingState.DRAFT and finding.raised_by_id == by.id:
        raise Refused(_l("Somebody who did not raise this finding must decide that it is major."), "grade")
    with db.session.begin_nested(), trail.act("finding.regrade", finding, by=by, reason=words):
        finding.grade = grade
    return finding


# --- the life of a finding ----------------------------------------------------------------------------------


def issue(finding: Finding, *, due_on: date | None = None, by: Person) -> Finding:
    """Issue a draft: its deadlines start (domain defaults from ``policy.py`` unless ``due_on`` is given)."""
    not_past(due_on)
    with step(FINDING, "issue", finding, by=by):
        deadlines.start(finding, due_on)
        finding.issued_by, finding.issued_at = by, now()
    queue("finding.issued", to=finding.owner, subject=finding)
    return finding


def withdraw(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The finding does not hold: it keeps its number and its story, and its open actions end with it."""
    words = said(reason, _l("Say why the finding is withdrawn."))
    was_issued = finding.state is not FindingState.DRAFT
    with step(FINDING, "withdraw", finding, by=by, reason=words):
        finding.withdrawn_reason = words
        extensions.lapse(finding, by=by)
    end_actions(finding, words, by)
    if was_issued:
        queue("finding.withdrawn", to=finding.owner, subject=finding)
    return finding


def end_actions(finding: Finding, words: str, by: Person) -> None:
    """The open actions of a finding that does not hold end with it."""
    for action in finding.actions:
        if action.state is ActionState.OPEN:
            with trail.act("action.cancel", action, by=by, reason=words):
                action.state, action.cancel_reason = ActionState.CANCELLED, words
                extensions.lapse(action, by=by)
