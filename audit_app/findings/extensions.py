"""More time (R6): the owner asks with a reason, another person decides, the first date stays, all is counted.

Time is never simply given: a lead auditor or programme manager who writes a request down for the owner has
asked, and somebody else decides.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings import cover, deadlines, external, policy
from audit_app.findings.deadline_models import Extension, ExtensionState, Term
from audit_app.findings.models import Action, ActionState, Finding, FindingState
from audit_app.findings.steps import not_past, said
from audit_app.findings.visibility import visible_actions, visible_to
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

OWNERS = frozenset({Term.RESPONSE, Term.CORRECTION, Term.CORRECTIVE})
"""What the owner of a finding owes; verification and effectiveness are for others to do."""
OVER = _l("The due date matters only until the actions are done; it is not changed any more.")

# --- reading ------------------------------------------------------------------------------------------------


def waiting(subject: Finding | Action) -> Extension | None:
    """The request that nobody has decided yet."""
    return next((each for each in subject.extensions if each.waiting), None)


def counted(subject: Finding | Action) -> int:
    """How often more time was granted."""
    return sum(each.granted for each in subject.extensions)


def open_to(person: Person) -> Select[Any]:
    """The requests that wait, of findings and actions the person may see, the oldest first."""
    findings = visible_to(person).with_only_columns(Finding.id).order_by(None)
    actions = visible_actions(person).with_only_columns(Action.id).order_by(None)
    seen = or_(Extension.finding_id.in_(findings), Extension.action_id.in_(actions))
    return (
        select(Extension)
        .where(Extension.state == ExtensionState.ASKED, seen)
        .order_by(Extension.asked_at, Extension.id)
        .options(*_with())
    )


def _with() -> tuple[Any, ...]:
    """What a list of requests shows beside them."""
    return (
        joinedload(Extension.finding).joinedload(Finding.owner),
        joinedload(Extension.action).joinedload(Action.owner),
        joinedload(Extension.action).joinedload(Action.finding),
        joinedload(Extension.asked_by),
    )


def to_decide(person: Person) -> Select[Any]:
    """Of the waiting requests: those of other people, about other people's dates."""
    return open_to(person).where(
        or_(Extension.asked_by_id.is_(None), Extension.asked_by_id != person.id),
        or_(Extension.owner_id.is_(None), Extension.owner_id != person.id),
    )


def get(extension_id: int, *, to: Person) -> Extension:
    """One request, whatever became of it. Raises :class:`NotVisible`."""
    findings = visible_to(to).with_only_columns(Finding.id).order_by(None)
    actions = visible_actions(to).with_only_columns(Action.id).order_by(None)
    seen = or_(Extension.finding_id.in_(findings), Extension.action_id.in_(actions))
    query = select(Extension).where(and_(Extension.id == extension_id, seen)).options(*_with())
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotVisible
    return found


# --- who may, and when --------------------------------------------------------------------------------------


def may_ask(subject: Finding | Action, person: Person) -> bool:
    """Whether the person can ask for more time for any date of a finding, or for an action."""
    if isinstance(subject, Finding):
        return bool(askable(subject, person))
    return not why_not_ask(subject, person)


def askable(finding: Finding, person: Person) -> dict[Term, date]:
    """The dates of a finding for which the person can ask for more time now."""
    found = {}
    for term in Term:
        day = deadlines.due_now(finding, term)
        if day is not None and not why_not_ask(finding, person, term):
            found[term] = day
    return found


def why_not_ask_any(finding: Finding, person: Person) -> Any:
    """Why the person can ask for more time for no date of a finding: of the date that is theirs to keep."""
    owes = person.id == finding.owner_id or cover.acting_for(finding, person) is not None
    mine = owes or not person.may(Permission.FINDING_VERIFY)
    done = finding.implemented_at is not None
    return why_not_ask(finding, person, Term.VERIFICATION if done and not mine else Term.CORRECTIVE)


def why_not_ask(subject: Finding | Action, person: Person, term: Term = Term.CORRECTIVE) -> Any:
    """Why no request can be made for a date; None when it can.

    For what the owner owes the owner asks, or who acts or writes it down for them; for verification and the
    check of effectiveness those who carry them out.
    """
    if term in OWNERS:
        asks = person.id == subject.owner_id or person.may(Permission.FINDING_APPROVE)
        if not asks and cover.acting_for(subject, person) is None:
            return _l(
                "More time is asked for by the owner, or by a lead auditor or programme manager for them."
            )
    elif not person.may(Permission.FINDING_VERIFY):
        return _l("More time to verify or to check is asked for by those who verify.")
    if not _still_matters(subject, term):
        return OVER if term in OWNERS else _l("This date does not run now.")
    if waiting(subject) is not None:
        return _l("A request for more time waits already. It is decided first.")
    return None


def _still_matters(subject: Finding | Action, term: Term) -> bool:
    if isinstance(subject, Action):
        held = subject.finding is not None and subject.finding.settled
        return subject.state is ActionState.OPEN and not held
    if subject.state is FindingState.DRAFT or subject.settled or deadlines.due_now(subject, term) is None:
        return False
    if term is Term.EFFECTIVENESS:
        return subject.planned_at is not None  # agreed with the plan; before, it is only proposed
    return deadlines.met(subject, term) is None and (term in OWNERS) == (subject.implemented_at is None)


def why_not_decide(request: Extension, person: Person) -> Any:
    """R6: why this person cannot decide about a request; None when they can."""
    subject = request.subject
    if not request.waiting:
        return _l("This request was decided already.")
    if not person.may(Permission.FINDING_APPROVE):
        return _l("More time is granted by a lead auditor or the programme manager.")
    if cover.covers(person, subject.owner_id):
        return _l("You stand in for the owner. Somebody else decides about it.")
    if person.id in (subject.owner_id, request.owner_id):
        return _l("You own what the time is asked for. Somebody else decides about it.")
    if person.id == request.asked_by_id:
        return _l("You wrote this request. Somebody else decides about it.")
    return None


# --- verbs --------------------------------------------------------------------------------------------------


def ask(
    subject: Finding | Action, *, due_on: date, reason: str, term: Term = Term.CORRECTIVE, by: Person
) -> Extension:
    """Ask for more time, until a later day, with a reason. Those who may decide are told.

    ``term`` is the date of a finding that shall move; an action has one date only.
    """
    words = said(reason, _l("Say why more time is needed."))
    not_past(due_on)
    refusal = why_not_ask(subject, by, term)
    if refusal is not None:
        raise Refused(refusal)
    present = present_date(subject, term)
    assert present is not None  # what matters has a date
    if due_on <= present:
        raise Refused(_l("The new date must be later than %(due)s.", due=SaidDay(present)), "due_on")
    _check_day(subject, term, due_on)
    with (
        db.session.begin_nested(),
        trail.act(_action(subject, "ask"), subject, by=by, term=term.value, until=due_on, reason=words),
    ):
        request = Extension(
            term=term, round=subject.reopened if isinstance(subject, Finding) else 0,
            state=ExtensionState.ASKED, from_on=present, to_on=due_on, reason=words,
            owner_id=subject.owner_id, asked_by=by, asked_at=now(),
        )  # fmt: skip
        subject.extensions.append(request)
        if isinstance(subject, Finding):
            deadlines.keep_first(subject, term, present)
    kind = "finding.extension_asked" if isinstance(subject, Finding) else "action.extension_asked"
    for person in deciders(request):
        queue(kind, to=person, subject=subject, due=present)
    return request


def present_date(subject: Finding | Action, term: Term) -> date | None:
    """The date that counts now."""
    return deadlines.due_now(subject, term) if isinstance(subject, Finding) else subject.due_on


def first_date(subject: Finding | Action, term: Term) -> date | None:
    """The date that was promised first, in the present round."""
    return deadlines.first_of(subject, term) if isinstance(subject, Finding) else subject.original_due_on


def _check_day(subject: Finding | Action, term: Term, day: date) -> None:
    """Refuse a day beyond the body's deadline, and an answer or correction after the corrective action."""
    if not isinstance(subject, Finding):
        return
    if term in OWNERS:
        external.check(subject, day)
    if term in (Term.RESPONSE, Term.CORRECTION) and subject.due_on is not None and day > subject.due_on:
        raise Refused(
            _l(
                "The corrective action is due on %(due)s, and nothing before it is due later. Ask for more "
                "time for the corrective action first.",
                due=SaidDay(subject.due_on),
            ),
            "due_on",
        )


def deciders(request: Extension) -> list[Person]:
    """Who is asked: whoever issued the finding if they may decide, else everybody who may."""
    subject = request.subject
    finding = subject if isinstance(subject, Finding) else subject.finding
    issuer = finding.issued_by if finding is not None else None
    if issuer is not None and why_not_decide(request, issuer) is None:
        return [issuer]
    able = accounts.people_with(Permission.FINDING_APPROVE)
    return [person for person in able if why_not_decide(request, person) is None]


def grant(request: Extension, *, note: str = "", by: Person) -> Extension:
    """The later date counts from now on; the first date stays where it is."""
    subject = request.subject
    _check_decider(request, by)
    if request.to_on < today():
        raise Refused(
            _l(
                "The day asked for, %(day)s, has passed. Refuse the request, so that a new one can be made.",
                day=SaidDay(request.to_on),
            )
        )
    _check_day(subject, request.term, request.to_on)
    with db.session.begin_nested(), trail.act(_action(subject, "grant"), subject, by=by, note=note.strip()):
        _decide(request, ExtensionState.GRANTED, note.strip(), by)
        if isinstance(subject, Finding):
            _move(subject, request)
        else:
            subject.due_on = max(subject.due_on, request.to_on)
    kind = "finding.extended" if isinstance(subject, Finding) else "action.extended"
    _tell(kind, request, request.to_on)
    return request


def _tell(kind: str, request: Extension, due: date) -> None:
    """Tell whom the date is for: the owner, and who asked to verify or check later."""
    whom = request.subject.owner if request.term in OWNERS else request.asked_by
    queue(kind, to=whom, subject=request.subject, due=due)


def _move(finding: Finding, request: Extension) -> None:
    """Let the later date count: in its column, or by the request itself where a date has none."""
    match request.term:
        case Term.RESPONSE:
            finding.response_due_on = policy.latest(finding.response_due_on, request.to_on)
        case Term.CORRECTIVE:
            finding.due_on = policy.latest(finding.due_on, request.to_on)
            finding.original_due_on = finding.original_due_on or finding.due_on
        case Term.EFFECTIVENESS:
            finding.effectiveness_due_on = policy.latest(finding.effectiveness_due_on, request.to_on)
    finding.next_due_on = policy.next_due(finding)


def refuse(request: Extension, *, reason: str, by: Person) -> Extension:
    """The date stays, and the owner is told why."""
    words = said(reason, _l("Say why the date stays."))
    subject = request.subject
    _check_decider(request, by)
    with db.session.begin_nested(), trail.act(_action(subject, "decline"), subject, by=by, reason=words):
        _decide(request, ExtensionState.REFUSED, words, by)
    kind = "finding.extension_declined" if isinstance(subject, Finding) else "action.extension_declined"
    _tell(kind, request, request.from_on)
    return request


def lapse(subject: Finding | Action, terms: Collection[Term] = tuple(Term), *, by: Person) -> None:
    """What was done, cancelled or settled needs no more time: a waiting request for it ends with it."""
    request = waiting(subject)
    if request is not None and request.term in terms:
        _decide(request, ExtensionState.LAPSED, "", by)
        db.session.flush()


def _check_decider(request: Extension, by: Person) -> None:
    refusal = why_not_decide(request, by)
    if refusal is None and not _still_matters(request.subject, request.term):
        refusal = OVER
    if refusal is not None:
        raise Refused(refusal)


def _decide(request: Extension, state: ExtensionState, words: str, by: Person) -> None:
    request.state, request.decision = state, words
    request.decided_by, request.decided_at = by, now()


ACTIONS = {
    (Finding, "ask"): "finding.extension_ask",
    (Finding, "grant"): "finding.extend",
    (Finding, "decline"): "finding.extension_decline",
    (Action, "ask"): "action.extend",
    (Action, "grant"): "action.grant",
    (Action, "decline"): "action.decline",
}
"""How the trail calls each verb."""


def _action(subject: Finding | Action, verb: str) -> str:
    return ACTIONS[type(subject), verb]
