"""The verbs on findings: the only code that changes their rows. Actions have theirs in
``action_services.py``; ``add_action`` is named here too, because other domains say
``findings.services.add_action``.

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
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import external, policy
from audit_app.findings.action_services import add_action as add_action
from audit_app.findings.models import (
    NONCONFORMITY,
    SERIES,
    ActionKind,
    ActionState,
    Finding,
    FindingState,
    Grade,
    Origin,
)
from audit_app.findings.steps import not_past, said, short, step
from audit_app.findings.workflow import FINDING, SHUT
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
    early = (FindingState.DRAFT, FindingState.ISSUED, FindingState.ACCEPTED, FindingState.PLANNED)
    return finding.state in early and person.may(Permission.FINDING_ISSUE)


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
        _start_deadlines(finding, due_on)
        finding.issued_by, finding.issued_at = by, now()
    queue("finding.issued", to=finding.owner, subject=finding)
    return finding


def _start_deadlines(finding: Finding, due_on: date | None) -> None:
    day = today()
    finding.due_on = external.within(finding, due_on or policy.proposed_due(finding.grade, day))
    finding.original_due_on = finding.original_due_on or finding.due_on
    finding.response_due_on = policy.RESPONSE.after(day) if finding.grade in NONCONFORMITY else None


def accept(
    finding: Finding, *, correction: str, correction_done_on: date | None = None, by: Person
) -> Finding:
    """The owner accepts the finding and says how the case itself was, or is being, corrected."""
    if correction_done_on is not None and correction_done_on > today():
        raise Refused(_l("The correction cannot have been done in the future."), "correction_done_on")
    with step(FINDING, "accept", finding, by=by):
        finding.correction = correction.strip()
        finding.correction_done_on = correction_done_on
        finding.accepted_at = now()
    queue("finding.accepted", to=finding.raised_by, subject=finding)
    return finding


def plan(finding: Finding, *, cause: str, similar_cases: str, by: Person) -> Finding:
    """State the cause and the search for similar cases; commit to the corrective actions planned."""
    with step(FINDING, "plan", finding, by=by):
        finding.cause = cause.strip()
        finding.similar_cases = similar_cases.strip()
        finding.planned_at = now()
    queue("finding.planned", to=finding.raised_by, subject=finding)
    return finding


def plan_with_action(
    finding: Finding,
    *,
    cause: str,
    similar_cases: str,
    action_title: str = "",
    action_owner: Person | None = None,
    action_due_on: date | str | None = None,
    by: Person,
) -> Finding:
    """Plan, adding a corrective action typed with it; refused together, kept together."""
    with db.session.begin_nested():
        if action_title.strip():
            if not isinstance(action_due_on, date):
                raise Refused(_l("Say until when the corrective action will be done."), "action_due_on")
            if action_owner is None:
                raise Refused(_l("Name who does the corrective action."), "action_owner_id")
            add_action(
                title=action_title,
                owner=action_owner,
                due_on=action_due_on,
                kind=ActionKind.CORRECTIVE,
                finding=finding,
                by=by,
            )
        return plan(finding, cause=cause, similar_cases=similar_cases, by=by)


def report_done(finding: Finding, *, by: Person) -> Finding:
    """All actions are done and evidence is attached: ask for verification."""
    with step(FINDING, "report", finding, by=by):
        finding.implemented_at, finding.implemented_by = now(), by
        finding.sent_back_reason = ""
    queue("finding.implemented", to=finding.raised_by, subject=finding)
    return finding


def verify(finding: Finding, *, note: str, by: Person) -> Finding:
    """Somebody independent has seen the evidence; actions reported done count as verified with it."""
    words = said(note, _l("Say what you looked at and what you saw."), "note")
    with step(FINDING, "verify", finding, by=by):
        finding.verified_by, finding.verified_at = by, now()
        finding.verification_note = words
        finding.effectiveness_due_on = policy.EFFECTIVENESS.after(today())
    for action in finding.actions:
        if action.state is ActionState.DONE:
            with trail.act("action.verify", action, by=by):
                action.state = ActionState.VERIFIED
                action.verified_by, action.verified_at, action.verification_note = by, now(), words
    queue("finding.verified", to=finding.owner, subject=finding)
    return finding


def send_back(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The evidence does not convince: back to the owner with the reason."""
    words = said(reason, _l("Say what is missing, so that the owner knows what to do."))
    with step(FINDING, "send_back", finding, by=by, reason=words):
        finding.implemented_at = finding.implemented_by = None
        finding.sent_back_reason = words
    queue("finding.sent_back", to=finding.owner, subject=finding)
    return finding


def close(finding: Finding, *, effectiveness_note: str, by: Person) -> Finding:
    """The cause is gone: record how that was seen, and close. A lighter finding is closed with the same
    note."""
    name = "close" if finding.is_nonconformity else "settle"
    with step(FINDING, name, finding, by=by):
        finding.effectiveness_note = effectiveness_note.strip()
        finding.closed_by, finding.closed_at, finding.closed_on = by, now(), today()
    queue("finding.closed", to=finding.owner, subject=finding)
    return finding


settle = close
"""Closing with a note goes through the same door; the grade decides which step it is."""


def reopen(finding: Finding, *, reason: str, by: Person) -> Finding:
    """It was not effective, or it came back: cause and plan start again, with new deadlines. Counted."""
    words = said(reason, _l("Say why the finding is opened again."))
    name = "reopen" if finding.is_nonconformity else "resume"
    with step(FINDING, name, finding, by=by, reason=words):
        finding.reopened += 1
        finding.reopen_reason = words
        finding.verified_by = finding.verified_at = finding.effectiveness_due_on = None
        finding.implemented_at = finding.implemented_by = finding.planned_at = None
        finding.closed_by = finding.closed_at = finding.closed_on = None
        finding.effectiveness_note = ""
        _start_deadlines(finding, None)
    queue("finding.reopened", to=finding.owner, subject=finding)
    return finding


resume = reopen
"""Reopening a lighter finding goes through the same door."""


def withdraw(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The finding does not hold: it keeps its number and its story, and its open actions end with it."""
    words = said(reason, _l("Say why the finding is withdrawn."))
    was_issued = finding.state is not FindingState.DRAFT
    with step(FINDING, "withdraw", finding, by=by, reason=words):
        finding.withdrawn_reason = words
    for action in finding.actions:
        if action.state is ActionState.OPEN:
            with trail.act("action.cancel", action, by=by, reason=words):
                action.state, action.cancel_reason = ActionState.CANCELLED, words
    if was_issued:
        queue("finding.withdrawn", to=finding.owner, subject=finding)
    return finding


def extend(finding: Finding, *, due_on: date, reason: str, by: Person) -> Finding:
    """Give the owner more time (R6): by somebody who may, with a reason; the first date is kept."""
    words = said(reason, _l("Say why more time is needed."))
    not_past(due_on)
    if not by.may(Permission.FINDING_APPROVE) or by.id == finding.owner_id:
        raise Refused(
            _l(
                "More time is granted by a lead auditor or the programme manager who does not "
                "own the finding."
            )
        )
    if finding.state not in (FindingState.ISSUED, FindingState.ACCEPTED, FindingState.PLANNED):
        raise Refused(_l("The due date matters only until the actions are done; it is not changed any more."))
    if finding.due_on is not None and due_on <= finding.due_on:
        raise Refused(_l("The new date must be later than %(due)s.", due=SaidDay(finding.due_on)), "due_on")
    external.check(finding, due_on)
    with db.session.begin_nested(), trail.act("finding.extend", finding, by=by, reason=words):
        finding.due_on = due_on
        finding.original_due_on = finding.original_due_on or due_on
        finding.next_due_on = policy.next_due(finding)
    queue("finding.extended", to=finding.owner, subject=finding)
    return finding
