"""The life of a finding and of an action (clause 10.1) as two tables.

A nonconformity walks the whole way; observations, opportunities and good practices are closed with a note.
Rules marked R4, R5, R7, R8 are those of the procedure: no evidence, no issue (R4); a major is issued by a
second person (R5); a corrective action is not the correction in other words (R7); nobody verifies what they
did themselves (R8).
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.accounts.tenure import months
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.workflow import Guard, Offer, Step, Workflow
from audit_app.evidence.models import Attachment
from audit_app.findings import extensions
from audit_app.findings.models import Action, ActionKind, ActionState, Finding, FindingState, Grade
from audit_app.programme.independence import lately, worked_there
from audit_app.programme.models import AuditState

F, A = FindingState, ActionState
REMOVES_CAUSE = frozenset({ActionKind.CORRECTIVE})
SHUT = frozenset({AuditState.CLOSED, AuditState.CANCELLED})
"""Audits that take no new findings."""


def attached(finding: Finding) -> int:
    """How many files hang on the finding or on its actions."""
    mine = and_(Attachment.kind == Finding.__tablename__, Attachment.subject_id == str(finding.id))
    numbers = [str(action.id) for action in finding.actions]
    theirs = and_(Attachment.kind == Action.__tablename__, Attachment.subject_id.in_(numbers))
    return db.session.scalar(select(func.count()).select_from(Attachment).where(or_(mine, theirs))) or 0


def live(finding: Finding) -> list[Action]:
    """The actions that were not cancelled."""
    return [action for action in finding.actions if action.state is not A.CANCELLED]


def belongs_to(person: Person, finding: Finding) -> bool:
    """Whether the person answers for, works in or heads the process or department concerned."""
    department, process = finding.department, finding.process
    if process is not None and process.owner_id == person.id:
        return True
    return (department is not None and person.id == department.head_id) or (
        finding.department_id is not None and person.department_id == finding.department_id
    )


# --- guards that decide whether a step is for this finding and this person at all ---------------------------


def full_path(finding: Finding, _person: Person) -> Any:
    """Only a nonconformity goes through cause, actions and verification."""
    return (
        None
        if finding.is_nonconformity
        else _l("This grade needs no cause and no verification: close it with a note.")
    )


def light_path(finding: Finding, _person: Person) -> Any:
    """Observations, opportunities and good practices are closed with a note."""
    return _l("A nonconformity is closed after verification only.") if finding.is_nonconformity else None


def answers_for(finding: Finding, person: Person) -> Any:
    """The owner answers; an audit programme manager may write it down for them."""
    if person.id == finding.owner_id or person.may(P.FINDING_APPROVE):
        return None
    return _l(
        "Only the owner of the finding answers it. Ask the audit programme manager to change the owner."
    )


def may_withdraw(finding: Finding, person: Person) -> Any:
    """Whoever raised a draft may drop it; an issued finding is withdrawn by lead auditor or manager."""
    if person.may(P.FINDING_WITHDRAW) or (finding.state is F.DRAFT and finding.raised_by_id == person.id):
        return None
    return _l("Only a lead auditor or the audit programme manager withdraws a finding.")


# --- guards that say what is missing ------------------------------------------------------------------------


def statement_complete(finding: Finding, _person: Person) -> Any:
    """R4 and the four-part statement: requirement, evidence, nonconformity, location."""
    if not finding.objective_evidence:
        return _l("Write down the objective evidence: a finding without evidence cannot be issued.")
    if finding.is_nonconformity and not (finding.requirement and finding.nonconformity and finding.location):
        return _l(
            "Fill in all four parts of the statement: requirement, evidence, nonconformity and location."
        )
    return None


def has_clause(finding: Finding, _person: Person) -> Any:
    """Every finding names the clause it was found against."""
    return None if finding.clause else _l("Name the clause of the standard.")


def owner_ready(finding: Finding, _person: Person) -> Any:
    """Somebody active, and allowed to answer, owns it. A good practice needs no owner."""
    owner = finding.owner
    if finding.grade is Grade.GOOD_PRACTICE and owner is None:
        return None
    if owner is None:
        return _l("Name the owner who has to answer the finding.")
    if not owner.active:
        return _l("%(name)s is no longer active. Choose another owner.", name=owner.name)
    if finding.is_nonconformity and not owner.may(P.FINDING_ANSWER):
        return _l("%(name)s has no role that answers findings. Choose a process owner.", name=owner.name)
    return None


def second_person(finding: Finding, person: Person) -> Any:
    """R5: a major nonconformity is issued by somebody other than the one who raised it."""
    if finding.grade is Grade.MAJOR and person.id == finding.raised_by_id:
        return _l(
            "A major nonconformity needs a second pair of eyes: somebody who did not raise it must issue it."
        )
    return None


def has_correction(finding: Finding, _person: Person) -> Any:
    """The case itself is repaired first."""
    return None if finding.correction else _l("Say how the case itself is corrected.")


def cause_found(finding: Finding, _person: Person) -> Any:
    """R7: the cause comes before the plan."""
    return None if finding.cause else _l("Write down the cause: why could this happen?")


def similar_looked_for(finding: Finding, _person: Person) -> Any:
    """10.1.1 b) 3): do similar nonconformities exist elsewhere?"""
    return None if finding.similar_cases else _l("Say where you looked for similar cases and what you found.")


def corrective_action_planned(finding: Finding, _person: Person) -> Any:
    """At least one corrective action with owner and date; after a reopening, a new one."""
    planned = [action for action in live(finding) if action.kind in REMOVES_CAUSE]
    if finding.reopened and planned and all(action.state is A.VERIFIED for action in planned):
        return _l("The earlier corrective actions did not work. Plan a new one.")
    return None if planned else _l("Plan at least one corrective action with an owner and a due date.")


def action_is_not_correction(finding: Finding, _person: Person) -> Any:
    """R7: repairing the case again does not remove its cause."""
    said = _squeezed(finding.correction)
    if said and any(_squeezed(each.title) == said for each in live(finding) if each.kind in REMOVES_CAUSE):
        return _l(
            "A corrective action repeats the correction. Say what removes the cause, so that it cannot recur."
        )
    return None


def actions_done(finding: Finding, _person: Person) -> Any:
    """Nothing promised is still open."""
    left = [action.code for action in live(finding) if action.state is A.OPEN]
    return _l("Still open: %(codes)s. Report each as done first.", codes=", ".join(left)) if left else None


def has_evidence(finding: Finding, _person: Person) -> Any:
    """10.1.2: results are shown, not told."""
    if attached(finding):
        return None
    return _l("Attach evidence to the finding or to one of its actions: a record, a photo, a document.")


def independent_verifier(finding: Finding, person: Person) -> Any:
    """R8: not the owner, not who carried it out, not from the process or department concerned."""
    did = {finding.owner_id, finding.implemented_by_id}
    did |= {number for action in live(finding) for number in (action.owner_id, action.done_by_id)}
    if person.id in did:
        return _l("You took part in the actions. Somebody else must verify them.")
    return outside(finding, person)


def outside(finding: Finding, person: Person) -> Any:
    """R8: not from the process or department concerned, nor from there lately (as for auditing, 9.2.2 b)."""
    if belongs_to(person, finding) or person.id == finding.owner_id:
        return _l("You belong to the process or department concerned. Somebody independent must verify.")
    places = [place for place in (finding.process, finding.department) if place is not None]
    for former in lately(person, today(), months()):
        if former.ended_on and any(worked_there(former, place) for place in places):
            return _l(
                "You worked in “%(place)s” until %(day)s. Somebody independent must verify.",
                place=former.place.name,
                day=SaidDay(former.ended_on),
            )
    return None


def not_own_finding(finding: Finding, person: Person) -> Any:
    """Nobody closes the finding they had to answer."""
    return _l("You own this finding. Somebody else must close it.") if person.id == finding.owner_id else None


def effectiveness_recorded(finding: Finding, _person: Person) -> Any:
    """10.1.1 d): the effectiveness of the actions is reviewed."""
    return (
        None
        if finding.effectiveness_note
        else _l("Say how you saw that the cause is gone and it did not recur.")
    )


def _squeezed(text: str) -> str:
    """Letters and digits only, in one case, so that punctuation does not hide a repetition."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


FINDING = Workflow(
    "finding",
    (
        Step(
            "issue", _l("Issue"), (F.DRAFT,), F.ISSUED, P.FINDING_ISSUE,
            (statement_complete, has_clause, owner_ready, second_person),
        ),
        Step("accept", _l("Accept and correct"), (F.ISSUED,), F.ACCEPTED, P.FINDING_ANSWER,
             (full_path, answers_for, has_correction)),
        Step(
            "plan", _l("State cause and plan"), (F.ACCEPTED,), F.PLANNED, P.FINDING_ANSWER,
            (full_path, answers_for, cause_found, similar_looked_for, corrective_action_planned,
             action_is_not_correction),
        ),
        Step("report", _l("Report actions done"), (F.PLANNED,), F.IMPLEMENTED, P.FINDING_ANSWER,
             (full_path, answers_for, actions_done, has_evidence)),
        Step("verify", _l("Verify"), (F.IMPLEMENTED,), F.VERIFIED, P.FINDING_VERIFY,
             (full_path, independent_verifier, actions_done, has_evidence), "success"),
        Step("send_back", _l("Send back"), (F.IMPLEMENTED,), F.PLANNED, P.FINDING_VERIFY,
             (full_path, independent_verifier), "warning"),
        Step("close", _l("Close as effective"), (F.VERIFIED,), F.CLOSED, P.FINDING_CLOSE,
             (full_path, not_own_finding, cause_found, effectiveness_recorded), "success"),
        Step("settle", _l("Close with a note"), (F.ISSUED,), F.CLOSED, P.FINDING_CLOSE,
             (light_path, actions_done, effectiveness_recorded), "success"),
        Step("reopen", _l("Reopen: not effective"), (F.VERIFIED, F.CLOSED), F.ACCEPTED, P.FINDING_CLOSE,
             (full_path, not_own_finding), "warning"),
        Step("resume", _l("Reopen"), (F.CLOSED,), F.ISSUED, P.FINDING_CLOSE, (light_path,), "warning"),
        Step("withdraw", _l("Withdraw"), (F.DRAFT, F.ISSUED, F.ACCEPTED, F.PLANNED), F.WITHDRAWN,
             P.FINDING_RAISE, (may_withdraw,), "danger"),
    ),
)  # fmt: skip


# --- actions ------------------------------------------------------------------------------------------------


def own_action(action: Action, person: Person) -> Any:
    """The owner acts; an audit programme manager or lead auditor may write it down for them."""
    if person.id == action.owner_id or person.may(P.FINDING_APPROVE):
        return None
    return _l("Only the owner of the action does this.")


def did_not_do_it(action: Action, person: Person) -> Any:
    """R8 for a single action."""
    if person.id in (action.owner_id, action.done_by_id):
        return _l("You carried this action out. Somebody else must verify it.")
    return outside(action.finding, person) if action.finding is not None else None


def may_cancel(action: Action, person: Person) -> Any:
    """An action is given up by those who agreed to it: programme manager or lead auditor."""
    if person.may(P.FINDING_APPROVE):
        return None
    return _l("Only a lead auditor or the audit programme manager cancels an action.")


def finding_still_open(action: Action, _person: Person) -> Any:
    """What a settled finding rests on does not change any more."""
    if action.finding is not None and action.finding.settled:
        return _l("The finding is closed. Reopen it first.")
    return None


def extension_wanted(action: Action, _person: Person) -> Any:
    """There is something to decide."""
    return None if extensions.waiting(action) else _l("Nobody asked for more time.")


def may_decide(action: Action, person: Person) -> Any:
    """R6: more time is granted by somebody who neither needs it nor asked for it."""
    request = extensions.waiting(action)
    return extensions.why_not_decide(request, person) if request is not None else None


def may_ask(action: Action, person: Person) -> Any:
    """More time is asked for by the owner, while the date matters, one request at a time."""
    return extensions.why_not_ask(action, person)


def not_the_last_corrective(action: Action, _person: Person) -> Any:
    """An agreed plan keeps at least one corrective action."""
    finding = action.finding
    if finding is None or action.kind not in REMOVES_CAUSE or finding.state not in (F.PLANNED, F.IMPLEMENTED):
        return None
    others = [each for each in live(finding) if each.kind in REMOVES_CAUSE and each is not action]
    return (
        None
        if others
        else _l("This is the only corrective action of the plan. Add another one before you cancel it.")
    )


ACTION = Workflow(
    "action",
    (
        Step("grant", _l("Grant more time"), (A.OPEN,), A.OPEN, P.FINDING_APPROVE,
             (extension_wanted, may_decide)),
        Step("decline", _l("Keep the date"), (A.OPEN,), A.OPEN, P.FINDING_APPROVE,
             (extension_wanted, may_decide)),
        Step("done", _l("Report done"), (A.OPEN,), A.DONE, P.ACTION_DO, (own_action, finding_still_open)),
        Step("extend", _l("Ask for more time"), (A.OPEN,), A.OPEN, P.ACTION_DO, (own_action, may_ask)),
        Step("verify", _l("Verify"), (A.DONE,), A.VERIFIED, P.FINDING_VERIFY,
             (did_not_do_it, finding_still_open), "success"),
        Step("send_back", _l("Send back"), (A.DONE,), A.OPEN, P.FINDING_VERIFY,
             (did_not_do_it, finding_still_open), "warning"),
        Step("cancel", _l("Cancel the action"), (A.OPEN,), A.CANCELLED, P.FINDING_APPROVE,
             (finding_still_open, not_the_last_corrective), "danger"),
    ),
)  # fmt: skip

CONCERNS: frozenset[Guard] = frozenset(
    {full_path, light_path, answers_for, may_withdraw, own_action, extension_wanted, may_ask}
)
"""Guards that say a step is not for this record or this person: such a step is not shown at all."""

SUPPLIED: frozenset[Guard] = frozenset(
    {has_correction, cause_found, similar_looked_for, corrective_action_planned, action_is_not_correction,
     effectiveness_recorded}
)  # fmt: skip
"""Guards over facts that the form of the step itself asks for: they do not hide its button."""


def offers(table: Workflow, subject: Finding | Action, person: Person) -> list[Offer]:
    """The steps to show: those for this record and person, each with what must be there before its form
    opens."""
    shown = []
    for step in table.steps:
        if table.state(subject) not in step.frm or not person.may(step.needs):
            continue
        said = {guard: guard(subject, person) for guard in step.guards}
        if any(words is not None for guard, words in said.items() if guard in CONCERNS):
            continue
        missing = tuple(words for guard, words in said.items() if words is not None and guard not in SUPPLIED)
        shown.append(Offer(step, missing))
    return shown


def step_of(table: Workflow, name: str) -> Step | None:
    """A step by its name, None for a name the table does not know."""
    return table.by_name.get(name)


NEXT: dict[FindingState, Any] = {
    F.DRAFT: _l("A lead auditor or the programme manager reads it through and issues it."),
    F.ISSUED: _l("The owner accepts the finding and corrects the case."),
    F.ACCEPTED: _l("The owner finds the cause, looks for similar cases and plans corrective action."),
    F.PLANNED: _l("The owner carries out the actions, attaches evidence and reports them done."),
    F.IMPLEMENTED: _l("An auditor who is independent of the area verifies the evidence."),
    F.VERIFIED: _l("Lead auditor or programme manager checks whether the cause is gone, then closes it."),
    F.CLOSED: _l("Nothing more to do: the finding is closed."),
    F.WITHDRAWN: _l("Nothing more to do: the finding was withdrawn."),
}
OWNERS_TURN = frozenset({F.ISSUED, F.ACCEPTED, F.PLANNED})
"""States in which the owner acts next."""


def what_next(finding: Finding) -> Any:
    """One sentence: what happens next."""
    if finding.state is F.ISSUED and not finding.is_nonconformity:
        return _l("Worth knowing for the area: it is closed with a note of what became of it.")
    return NEXT[finding.state]


def whose_turn(finding: Finding) -> Any:
    """Name of the owner, or the role, that takes the next step; None when nobody has to."""
    if finding.settled:
        return None
    if finding.state in OWNERS_TURN and finding.is_nonconformity:
        return finding.owner.name if finding.owner is not None else None
    if finding.state is F.IMPLEMENTED:
        return _l("an independent auditor")
    return _l("lead auditor or programme manager")


def states_of(
    table: Workflow,
) -> Sequence[tuple[str, FindingState | ActionState, FindingState | ActionState]]:
    """Every (step, from, to) of a table, for tests and for the help page."""
    return [(step.name, frm, step.to) for step in table.steps for frm in step.frm]  # type: ignore[misc]  # Enum above
