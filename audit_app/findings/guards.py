"""What must be there before a step of a finding: each guard is one rule, and says what is missing.

Rules marked R are those of the procedure: no evidence, no issue (R4); a major is issued by a second person
(R5); the cause comes before the plan, and a corrective action is not the correction in other words (R7);
nobody verifies what they did themselves (R8); effectiveness shows thirty days after the actions at the
earliest (R9).
"""

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.accounts.tenure import months
from audit_app.core.clock import local, today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.evidence.models import Attachment
from audit_app.findings import cover
from audit_app.findings.models import (
    Action,
    ActionKind,
    ActionState,
    Finding,
    FindingState,
    Grade,
    Proof,
)
from audit_app.findings.policy import SOONEST_CHECK
from audit_app.programme.independence import lately, worked_there
from audit_app.programme.models import AuditState

F, A = FindingState, ActionState
LASTS = timedelta(days=SOONEST_CHECK)
"""Days after the actions before anybody can say that they helped (R9)."""
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
    """The owner answers, or who stands in for them; an audit programme manager may write it down."""
    if person.id == finding.owner_id or person.may(P.FINDING_APPROVE):
        return None
    if cover.covers(person, finding.owner_id):
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
    """The case itself is repaired first (10.1.1 a)."""
    return None if finding.correction else _l("Say how the case itself was corrected.")


def correction_dated(finding: Finding, _person: Person) -> Any:
    """A correction is a fact with a day, not a promise, and follows what was found."""
    done = finding.correction_done_on
    if done is None:
        return _l("Say on which day the case was corrected.")
    if done > today():
        return _l("The correction cannot have been done in the future.")
    return None


def disputed_why(finding: Finding, _person: Person) -> Any:
    """Whoever disputes a finding says what is wrong with it."""
    return None if finding.dispute_reason else _l("Say what in the finding is not right.")


def dispute_answered(finding: Finding, _person: Person) -> Any:
    """Whoever decides a dispute says why."""
    return None if finding.dispute_answer else _l("Say why you decide so.")


def cause_found(finding: Finding, _person: Person) -> Any:
    """R7: the cause comes before the plan."""
    return None if finding.cause else _l("Write down the cause: why could this happen?")


def cause_sorted(finding: Finding, _person: Person) -> Any:
    """A category of the cause, so that causes can be counted."""
    return None if finding.cause_category else _l("Say of what kind the cause is.")


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


def criterion_set(finding: Finding, _person: Person) -> Any:
    """What will show that it worked is said before the work, not after."""
    return (
        None
        if finding.effectiveness_criterion
        else _l("Say by what it will be seen that the cause is gone: a record, a sample, a figure.")
    )


def check_after_actions(finding: Finding, _person: Person) -> Any:
    """R9: the check of effectiveness lies thirty days or more after the last planned action."""
    wanted, last = finding.effectiveness_due_on, max((each.due_on for each in live(finding)), default=None)
    if wanted is None:
        return _l("Say on which day effectiveness is checked.")
    if last is not None and wanted < last + LASTS:
        return _l(
            "Effectiveness shows %(days)s days after the last action at the earliest: %(day)s or later.",
            days=LASTS.days,
            day=SaidDay(last + LASTS),
        )
    return None


def check_day_come(finding: Finding, _person: Person | None) -> Any:
    """R9: not before the day agreed with the plan, and not within thirty days of the actions."""
    first = first_check(finding)
    if first is not None and today() < first:
        return _l("Effectiveness is checked on %(day)s: it cannot be seen earlier.", day=SaidDay(first))
    return None


def first_check(finding: Finding) -> date | None:
    """The first day on which effectiveness may be judged: as agreed, and thirty days after the actions."""
    days = [finding.effectiveness_due_on]
    if finding.implemented_at is not None:
        days.append(local(finding.implemented_at).date() + LASTS)
    return max((each for each in days if each is not None), default=None)


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
    if cover.had_a_hand(person, finding):
        return _l("You stood in for the owner, or an action was handed on to you. Somebody else must verify.")
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
    if person.id == finding.owner_id:
        return _l("You own this finding. Somebody else must close it.")
    if cover.covers(person, finding.owner_id):
        return _l("You stand in for the owner of this finding. Somebody else must decide.")
    return None


def effectiveness_recorded(finding: Finding, _person: Person) -> Any:
    """10.1.1 d): the effectiveness of the actions is reviewed."""
    return (
        None
        if finding.effectiveness_note
        else _l("Say how you saw that the cause is gone and it did not recur.")
    )


def real_record(finding: Finding, _person: Person) -> Any:
    """What was seen is a record from after the actions; a changed template alone shows no effect (10.1.1 d).

    The case of the EA's questions and answers on ISO/IEC 17021-1: closed on a changed template, contested,
    because the requirement had not been met by then.
    """
    if finding.effectiveness_shown_by is None:
        return _l("Say what shows the effect.")
    if finding.effectiveness_shown_by is Proof.DOCUMENT:
        return _l(
            "A changed template or document shows the intention, not the effect. "
            "Wait for the next real record, and name it."
        )
    if not finding.effectiveness_record or finding.effectiveness_record_on is None:
        return _l("Name the record that you looked at, and its date.")
    if finding.effectiveness_record_on > today():
        return _l("The record cannot be of a day still to come.")
    done = finding.implemented_at
    if done is not None and finding.effectiveness_record_on < local(done).date():
        return _l(
            "The record is older than the actions (%(day)s). Look at one made since.",
            day=SaidDay(local(done).date()),
        )
    return None


def _squeezed(text: str) -> str:
    """Letters and digits only, in one case, so that punctuation does not hide a repetition."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
