"""The life of a finding and of an action (clause 10.1) as two tables, read top to bottom.

A nonconformity walks the whole way; observations, opportunities and good practices are closed with a note.
Correction (the case repaired) and corrective action (the cause removed) are separate steps. The rules
stand in ``guards.py`` and ``action_guards.py``; whose turn it is, in ``turns.py``.
"""

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.workflow import Guard, Offer, Step, Workflow
from audit_app.findings.action_guards import (
    did_not_do_it,
    extension_wanted,
    finding_still_open,
    handed_on,
    hands_on,
    may_ask,
    may_decide,
    not_the_last_corrective,
    own_action,
)
from audit_app.findings.guards import (
    action_is_not_correction,
    actions_done,
    answers_for,
    cause_found,
    cause_sorted,
    check_after_actions,
    check_day_come,
    correction_dated,
    corrective_action_planned,
    criterion_set,
    dispute_answered,
    disputed_why,
    effectiveness_recorded,
    full_path,
    has_clause,
    has_correction,
    has_evidence,
    independent_verifier,
    light_path,
    may_withdraw,
    not_own_finding,
    owner_ready,
    real_record,
    second_person,
    similar_looked_for,
    statement_complete,
)
from audit_app.findings.models import Action, ActionState, Finding, FindingState

F, A = FindingState, ActionState

FINDING = Workflow(
    "finding",
    (
        Step(
            "issue", _l("Issue"), (F.DRAFT,), F.ISSUED, P.FINDING_ISSUE,
            (statement_complete, has_clause, owner_ready, second_person),
        ),
        Step("accept", _l("Accept"), (F.ISSUED,), F.ACCEPTED, P.FINDING_ANSWER, (full_path, answers_for)),
        Step("dispute", _l("Dispute"), (F.ISSUED,), F.DISPUTED, P.FINDING_ANSWER,
             (full_path, answers_for, disputed_why), "warning"),
        Step("uphold", _l("Decide: it stands"), (F.DISPUTED,), F.ACCEPTED, P.FINDING_WITHDRAW,
             (full_path, not_own_finding, dispute_answered)),
        Step("concede", _l("Decide: withdraw it"), (F.DISPUTED,), F.WITHDRAWN, P.FINDING_WITHDRAW,
             (full_path, not_own_finding, dispute_answered), "warning"),
        Step("correct", _l("Report the correction"), (F.ACCEPTED,), F.CORRECTED, P.FINDING_ANSWER,
             (full_path, answers_for, has_correction, correction_dated)),
        Step("analyse", _l("State the cause"), (F.CORRECTED,), F.ANALYSED, P.FINDING_ANSWER,
             (full_path, answers_for, cause_found, cause_sorted, similar_looked_for)),
        Step(
            "propose", _l("Propose the plan"), (F.ANALYSED,), F.PROPOSED, P.FINDING_ANSWER,
            (full_path, answers_for, cause_found, corrective_action_planned, action_is_not_correction),
        ),
        Step("restate", _l("Word the cause anew"), (F.ANALYSED,), F.ANALYSED, P.FINDING_ANSWER,
             (full_path, answers_for, cause_found, cause_sorted, similar_looked_for)),
        Step(
            "approve_plan", _l("Approve the plan"), (F.PROPOSED,), F.PLANNED, P.FINDING_APPROVE,
            (full_path, not_own_finding, cause_found, corrective_action_planned, criterion_set,
             check_after_actions), "success",
        ),
        Step("return_plan", _l("Return the plan"), (F.PROPOSED,), F.ANALYSED, P.FINDING_APPROVE,
             (full_path, not_own_finding), "warning"),
        Step("start", _l("Start the actions"), (F.PLANNED,), F.IN_PROGRESS, P.FINDING_ANSWER,
             (full_path, answers_for)),
        Step("report", _l("Report actions done"), (F.PLANNED, F.IN_PROGRESS), F.IMPLEMENTED, P.FINDING_ANSWER,
             (full_path, answers_for, actions_done, has_evidence)),
        Step("verify", _l("Verify"), (F.IMPLEMENTED,), F.VERIFIED, P.FINDING_VERIFY,
             (full_path, independent_verifier, actions_done, has_evidence), "success"),
        Step("send_back", _l("Send back"), (F.IMPLEMENTED,), F.IN_PROGRESS, P.FINDING_VERIFY,
             (full_path, independent_verifier), "warning"),
        Step("call_check", _l("Check of effectiveness comes due"), (F.VERIFIED,), F.EFFECTIVENESS_DUE, "",
             (full_path, check_day_come), system=True),
        Step(
            "close", _l("Effective: close"), (F.VERIFIED, F.EFFECTIVENESS_DUE), F.CLOSED, P.FINDING_CLOSE,
            (full_path, independent_verifier, check_day_come, cause_found, effectiveness_recorded,
             real_record),
            "success",
        ),
        Step("fail_check", _l("Not effective: reopen"), (F.VERIFIED, F.EFFECTIVENESS_DUE), F.ACCEPTED,
             P.FINDING_CLOSE, (full_path, independent_verifier), "warning"),
        Step("settle", _l("Close with a note"), (F.ISSUED,), F.CLOSED, P.FINDING_CLOSE,
             (light_path, actions_done, effectiveness_recorded), "success"),
        Step("reopen", _l("It came back: reopen"), (F.CLOSED,), F.ACCEPTED, P.FINDING_CLOSE,
             (full_path, not_own_finding), "warning"),
        Step("resume", _l("Reopen"), (F.CLOSED,), F.ISSUED, P.FINDING_CLOSE, (light_path,), "warning"),
        Step(
            "withdraw", _l("Withdraw"),
            (F.DRAFT, F.ISSUED, F.ACCEPTED, F.CORRECTED, F.ANALYSED, F.PROPOSED, F.PLANNED, F.IN_PROGRESS),
            F.WITHDRAWN, P.FINDING_RAISE, (may_withdraw,), "danger",
        ),
    ),
)  # fmt: skip

ACTION = Workflow(
    "action",
    (
        Step("grant", _l("Grant more time"), (A.OPEN,), A.OPEN, P.FINDING_APPROVE,
             (extension_wanted, may_decide)),
        Step("decline", _l("Keep the date"), (A.OPEN,), A.OPEN, P.FINDING_APPROVE,
             (extension_wanted, may_decide)),
        Step("done", _l("Report done"), (A.OPEN,), A.DONE, P.ACTION_DO, (own_action, finding_still_open)),
        Step("extend", _l("Ask for more time"), (A.OPEN,), A.OPEN, P.ACTION_DO, (own_action, may_ask)),
        Step("delegate", _l("Hand it on"), (A.OPEN,), A.OPEN, P.ACTION_DO, (hands_on, finding_still_open)),
        Step("take_back", _l("Take it back"), (A.OPEN,), A.OPEN, P.ACTION_DO, (handed_on,)),
        Step("verify", _l("Verify"), (A.DONE,), A.VERIFIED, P.FINDING_VERIFY,
             (did_not_do_it, finding_still_open), "success"),
        Step("send_back", _l("Send back"), (A.DONE,), A.OPEN, P.FINDING_VERIFY,
             (did_not_do_it, finding_still_open), "warning"),
        Step("cancel", _l("Cancel the action"), (A.OPEN,), A.CANCELLED, P.FINDING_APPROVE,
             (finding_still_open, not_the_last_corrective), "danger"),
    ),
)  # fmt: skip

CONCERNS: frozenset[Guard] = frozenset(
    {
        full_path,
        light_path,
        answers_for,
        may_withdraw,
        own_action,
        extension_wanted,
        may_ask,
        hands_on,
        handed_on,
    }
)
"""Guards that say a step is not for this record or this person: such a step is not shown at all."""

SUPPLIED: frozenset[Guard] = frozenset(
    {has_correction, correction_dated, disputed_why, dispute_answered, cause_found, cause_sorted,
     similar_looked_for, corrective_action_planned, action_is_not_correction, criterion_set,
     check_after_actions, effectiveness_recorded, real_record}
)  # fmt: skip
"""Guards over facts that the form of the step itself asks for: they do not hide its button."""
BROUGHT: frozenset[tuple[str, Guard]] = frozenset({("report", has_evidence)})
"""The same for one step alone: evidence comes along with the report, never with a verification."""


def offers(table: Workflow, subject: Finding | Action, person: Person) -> list[Offer]:
    """The steps to show: those for this record and person, each with what must be there before its form
    opens."""
    shown = []
    for step in table.steps:
        if step.system or table.state(subject) not in step.frm or not person.may(step.needs):
            continue
        said = {guard: guard(subject, person) for guard in step.guards}
        if any(words is not None for guard, words in said.items() if guard in CONCERNS):
            continue
        missing = tuple(
            words
            for guard, words in said.items()
            if words is not None and guard not in SUPPLIED and (step.name, guard) not in BROUGHT
        )
        shown.append(Offer(step, missing))
    return shown
