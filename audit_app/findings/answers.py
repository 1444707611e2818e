"""The owner's answer, step by step: accept or dispute, correct the case, find the cause, plan, carry out.

Every verb runs in a savepoint: when a rule refuses, the record is exactly as it was before.
"""

from datetime import date

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import deadlines, extensions, policy
from audit_app.findings.action_services import add_action
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.deadline_models import Term
from audit_app.findings.models import ActionKind, Finding, FindingState
from audit_app.findings.services import end_actions
from audit_app.findings.steps import said, step
from audit_app.findings.workflow import FINDING
from audit_app.notifications.services import queue

# --- accepted or disputed -----------------------------------------------------------------------------------


def accept(
    finding: Finding, *, correction: str = "", correction_done_on: date | str | None = None, by: Person
) -> Finding:
    """The owner accepts the finding. With a correction and its day, that step is taken at once.

    A correction without a day is kept as what is under way; the finding then waits for it.
    """
    with db.session.begin_nested():
        with step(FINDING, "accept", finding, by=by):
            finding.accepted_at = now()
            finding.correction = correction.strip() or finding.correction
        if correction.strip() and isinstance(correction_done_on, date):
            return correct(finding, correction=correction, correction_done_on=correction_done_on, by=by)
    queue("finding.accepted", to=finding.raised_by, subject=finding)
    return finding


def dispute(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The owner says what in the finding is not right; somebody else decides."""
    words = said(reason, _l("Say what in the finding is not right."))
    with step(FINDING, "dispute", finding, by=by, reason=words):
        finding.dispute_reason, finding.disputed_at = words, now()
        finding.dispute_answer, finding.dispute_decided_by, finding.dispute_decided_at = "", None, None
    for person in {finding.raised_by, finding.issued_by} - {None}:
        queue("finding.disputed", to=person, subject=finding)
    return finding


def uphold(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The dispute is decided: the finding stands and counts as accepted from today."""
    words = said(reason, _l("Say why you decide so."))
    with step(FINDING, "uphold", finding, by=by, reason=words):
        _decide(finding, words, by)
        finding.accepted_at = now()
    queue("finding.upheld", to=finding.owner, subject=finding)
    return finding


def concede(finding: Finding, *, reason: str, by: Person) -> Finding:
    """The dispute is decided: the finding does not hold and is withdrawn."""
    words = said(reason, _l("Say why you decide so."))
    with step(FINDING, "concede", finding, by=by, reason=words):
        _decide(finding, words, by)
        finding.withdrawn_reason = words
        extensions.lapse(finding, by=by)
    end_actions(finding, words, by)
    queue("finding.withdrawn", to=finding.owner, subject=finding)
    return finding


def _decide(finding: Finding, words: str, by: Person) -> None:
    finding.dispute_answer = words
    finding.dispute_decided_by, finding.dispute_decided_at = by, now()


# --- correction, cause, plan --------------------------------------------------------------------------------


def correct(
    finding: Finding, *, correction: str, correction_done_on: date | str | None, by: Person
) -> Finding:
    """The case itself is repaired: what was done, and on which day (10.1.1 a)."""
    with step(FINDING, "correct", finding, by=by):
        finding.correction = correction.strip()
        finding.correction_done_on = correction_done_on if isinstance(correction_done_on, date) else None
        extensions.lapse(finding, {Term.CORRECTION}, by=by)
    queue("finding.corrected", to=finding.raised_by, subject=finding)
    return finding


def analyse(
    finding: Finding,
    *,
    cause: str,
    similar_cases: str,
    cause_category: CauseCategory | None = None,
    by: Person,
) -> Finding:
    """State the cause, of what kind it is, and the search for similar cases (10.1.1 b)."""
    with step(FINDING, "analyse", finding, by=by):
        _state_cause(finding, cause, similar_cases, cause_category)
    return finding


def restate(
    finding: Finding,
    *,
    cause: str,
    similar_cases: str,
    cause_category: CauseCategory | None = None,
    by: Person,
) -> Finding:
    """Word the cause anew before the plan is proposed, or after it came back."""
    with step(FINDING, "restate", finding, by=by):
        _state_cause(finding, cause, similar_cases, cause_category)
    return finding


def _state_cause(finding: Finding, cause: str, similar: str, category: CauseCategory | None) -> None:
    finding.cause, finding.similar_cases = cause.strip(), similar.strip()
    finding.cause_category, finding.analysed_at = category, now()


def propose(
    finding: Finding,
    *,
    action_title: str = "",
    action_owner: Person | str | None = None,
    action_due_on: date | str | None = None,
    effectiveness_criterion: str = "",
    effectiveness_due_on: date | str | None = None,
    by: Person,
) -> Finding:
    """Propose the plan, adding a corrective action typed with it; refused together, kept together.

    Criterion and day of the check may be proposed with it; they are settled when the plan is approved.
    """
    with db.session.begin_nested():
        if action_title.strip():
            _add_typed(finding, action_title, action_owner, action_due_on, by)
        with step(FINDING, "propose", finding, by=by):
            finding.proposed_at, finding.sent_back_reason = now(), ""
            if effectiveness_criterion.strip():
                finding.effectiveness_criterion = effectiveness_criterion.strip()
            if isinstance(effectiveness_due_on, date):
                finding.effectiveness_due_on = effectiveness_due_on
    queue("finding.proposed", to=finding.issued_by or finding.raised_by, subject=finding)
    return finding


def _add_typed(
    finding: Finding, title: str, owner: Person | str | None, due_on: date | str | None, by: Person
) -> None:
    if not isinstance(due_on, date):
        raise Refused(_l("Say until when the corrective action will be done."), "action_due_on")
    if not isinstance(owner, Person):
        raise Refused(_l("Name who does the corrective action."), "action_owner_id")
    add_action(title=title, owner=owner, due_on=due_on, kind=ActionKind.CORRECTIVE, finding=finding, by=by)


def approve_plan(
    finding: Finding, *, effectiveness_criterion: str, effectiveness_due_on: date | str | None, by: Person
) -> Finding:
    """Somebody else than the owner approves cause and plan, and settles by what and when effectiveness is
    checked (10.1.1 d; R9)."""
    with step(FINDING, "approve_plan", finding, by=by):
        finding.effectiveness_criterion = effectiveness_criterion.strip()
        finding.effectiveness_due_on = (
            effectiveness_due_on if isinstance(effectiveness_due_on, date) else None
        )
        finding.planned_by, finding.planned_at = by, now()
        deadlines.keep_first(finding, Term.EFFECTIVENESS, finding.effectiveness_due_on)
        extensions.lapse(finding, {Term.RESPONSE}, by=by)
    queue("finding.planned", to=finding.owner, subject=finding)
    return finding


def return_plan(finding: Finding, *, reason: str, by: Person) -> Finding:
    """Cause or plan does not convince: back to the owner with the reason."""
    words = said(reason, _l("Say what is missing, so that the owner knows what to do."))
    with step(FINDING, "return_plan", finding, by=by, reason=words):
        finding.proposed_at, finding.sent_back_reason = None, words
    queue("finding.plan_returned", to=finding.owner, subject=finding)
    return finding


# --- carrying out -------------------------------------------------------------------------------------------


def start(finding: Finding, *, by: Person) -> Finding:
    """The owner begins with the actions."""
    with step(FINDING, "start", finding, by=by):
        finding.started_at = now()
    return finding


def report_done(finding: Finding, *, by: Person) -> Finding:
    """All actions are done and evidence is attached: ask for verification."""
    if finding.state is FindingState.PLANNED:
        with db.session.begin_nested():
            start(finding, by=by)
            return report_done(finding, by=by)
    with step(FINDING, "report", finding, by=by):
        finding.implemented_at, finding.implemented_by = now(), by
        finding.sent_back_reason = ""
        deadlines.keep_first(finding, Term.VERIFICATION, policy.verify_by(finding))
        extensions.lapse(finding, extensions.OWNERS, by=by)
    queue("finding.implemented", to=finding.raised_by, subject=finding)
    return finding
