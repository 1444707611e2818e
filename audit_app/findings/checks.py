"""What somebody else looks at: that the actions were done (verification), and that they helped
(effectiveness).

Each look is kept as a record of its own, passed or not. Every verb runs in a savepoint.
"""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import deadlines, extensions
from audit_app.findings.deadline_models import Term
from audit_app.findings.guards import LASTS, check_day_come, first_check
from audit_app.findings.models import ActionState, CheckKind, Finding, FindingCheck, FindingState, Proof
from audit_app.findings.steps import said, step
from audit_app.findings.workflow import FINDING
from audit_app.notifications.services import queue
from audit_app.trail import services as trail


def verify(finding: Finding, *, note: str, by: Person) -> Finding:
    """Somebody independent has seen the evidence; actions reported done count as verified with it.

    The day of the effectiveness check moves on when the actions came late: thirty days after them at the
    earliest (R9).
    """
    words = said(note, _l("Say what you looked at and what you saw."), "note")
    with step(FINDING, "verify", finding, by=by):
        finding.verified_by, finding.verified_at = by, now()
        finding.verification_note = words
        finding.effectiveness_due_on = first_check(finding) or today() + LASTS
        _keep(finding, CheckKind.VERIFICATION, True, words, by)
        extensions.lapse(finding, {Term.VERIFICATION}, by=by)
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
        _keep(finding, CheckKind.VERIFICATION, False, words, by)
        extensions.lapse(finding, {Term.VERIFICATION}, by=by)
    queue("finding.sent_back", to=finding.owner, subject=finding)
    return finding


def call_checks() -> list[Finding]:
    """Verified findings whose day has come wait for the check of effectiveness from now on.

    Taken by the daily command; a day missed is caught up, a second call does nothing.
    """
    query = select(Finding).where(
        Finding.state == FindingState.VERIFIED, Finding.effectiveness_due_on <= today()
    )
    called = []
    for finding in db.session.scalars(query.order_by(Finding.id)):
        if check_day_come(finding, None) is None:
            with step(FINDING, "call_check", finding, by=None):
                called.append(finding)
            for person in {finding.issued_by, finding.raised_by} - {None}:
                queue("finding.check_due", to=person, subject=finding)
    return called


def close(
    finding: Finding,
    *,
    effectiveness_note: str,
    shown_by: Proof | None = None,
    record: str = "",
    record_on: date | str | None = None,
    by: Person,
) -> Finding:
    """The cause is gone: which record since the actions shows it, and what it says; then close (10.1.1 d)."""
    with step(FINDING, "close", finding, by=by):
        finding.effectiveness_note = effectiveness_note.strip()
        finding.effectiveness_shown_by, finding.effectiveness_record = shown_by, record.strip()
        finding.effectiveness_record_on = record_on if isinstance(record_on, date) else None
        _shut(finding, by)
        _keep(finding, CheckKind.EFFECTIVENESS, True, effectiveness_note.strip(), by)
    queue("finding.closed", to=finding.owner, subject=finding)
    return finding


def settle(finding: Finding, *, effectiveness_note: str, by: Person) -> Finding:
    """A lighter finding ends with a note of what became of it."""
    with step(FINDING, "settle", finding, by=by):
        finding.effectiveness_note = effectiveness_note.strip()
        _shut(finding, by)
    queue("finding.closed", to=finding.owner, subject=finding)
    return finding


def fail_check(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The cause is still there: the finding is open again, and the failed check is counted."""
    words = said(reason, _l("Say what you saw: why did the actions not help?"))
    with step(FINDING, "fail_check", finding, by=by, reason=words):
        _keep(finding, CheckKind.EFFECTIVENESS, False, words, by)
        finding.effectiveness_failures += 1
        extensions.lapse(finding, by=by)
        _begin_again(finding, words)
    queue("finding.reopened", to=finding.owner, subject=finding)
    return finding


def reopen(finding: Finding, *, reason: str, by: Person) -> Finding:
    """It came back after it was closed: correction, cause and plan start again. Counted."""
    words = said(reason, _l("Say why the finding is opened again."))
    with step(FINDING, "reopen", finding, by=by, reason=words):
        _begin_again(finding, words)
    queue("finding.reopened", to=finding.owner, subject=finding)
    return finding


def resume(finding: Finding, *, reason: str, by: Person) -> Finding:
    """A lighter finding is open again."""
    words = said(reason, _l("Say why the finding is opened again."))
    with step(FINDING, "resume", finding, by=by, reason=words):
        finding.reopened += 1
        finding.reopen_reason, finding.effectiveness_note = words, ""
        finding.closed_by = finding.closed_at = finding.closed_on = None
    queue("finding.reopened", to=finding.owner, subject=finding)
    return finding


def _begin_again(finding: Finding, words: str) -> None:
    """What was said of cause and correction stays as a start; what was agreed, done and verified does not."""
    finding.reopened += 1
    finding.reopen_reason = words
    finding.correction_done_on = finding.analysed_at = finding.proposed_at = finding.started_at = None
    finding.planned_by = finding.planned_at = None
    finding.verified_by = finding.verified_at = finding.effectiveness_due_on = None
    finding.implemented_at = finding.implemented_by = None
    finding.closed_by = finding.closed_at = finding.closed_on = None
    finding.effectiveness_note = finding.effectiveness_record = ""
    finding.effectiveness_shown_by = finding.effectiveness_record_on = None
    deadlines.start(finding)


def _shut(finding: Finding, by: Person) -> None:
    finding.closed_by, finding.closed_at, finding.closed_on = by, now(), today()
    extensions.lapse(finding, by=by)


def _keep(finding: Finding, kind: CheckKind, passed: bool, note: str, by: Person) -> None:
    finding.checks.append(FindingCheck(kind=kind, passed=passed, by=by, at=now(), note=note))
