"""More time (R6): the owner asks with a reason, another person decides, the first date stays, all is counted.

Time is never simply given: a lead auditor or programme manager who writes a request down for the owner has
asked, and somebody else decides.
"""

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
from audit_app.findings import cover, external, policy
from audit_app.findings.deadline_models import Extension, ExtensionState
from audit_app.findings.models import Action, ActionState, Finding, FindingState
from audit_app.findings.steps import not_past, said
from audit_app.findings.visibility import visible_actions, visible_to
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

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
    """The owner, or who writes it down for them, while the date still matters and no request waits."""
    return not why_not_ask(subject, person)


def why_not_ask(subject: Finding | Action, person: Person) -> Any:
    """Why no request can be made; None when it can."""
    asks = person.id == subject.owner_id or person.may(Permission.FINDING_APPROVE)
    if not asks and cover.acting_for(subject, person) is None:
        return _l("More time is asked for by the owner, or by a lead auditor or programme manager for them.")
    if not _still_matters(subject) or subject.due_on is None:
        return _l("The due date matters only until the actions are done; it is not changed any more.")
    if waiting(subject) is not None:
        return _l("A request for more time waits already. It is decided first.")
    return None


def _still_matters(subject: Finding | Action) -> bool:
    if isinstance(subject, Action):
        held = subject.finding is not None and subject.finding.settled
        return subject.state is ActionState.OPEN and not held
    return subject.state is not FindingState.DRAFT and not subject.settled and subject.implemented_at is None


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


def ask(subject: Finding | Action, *, due_on: date, reason: str, by: Person) -> Extension:
    """Ask for more time, until a later day, with a reason. Those who may decide are told."""
    words = said(reason, _l("Say why more time is needed."))
    not_past(due_on)
    refusal = why_not_ask(subject, by)
    if refusal is not None:
        raise Refused(refusal)
    assert subject.due_on is not None  # what matters has a date
    if due_on <= subject.due_on:
        raise Refused(_l("The new date must be later than %(due)s.", due=SaidDay(subject.due_on)), "due_on")
    if isinstance(subject, Finding):
        external.check(subject, due_on)
    with (
        db.session.begin_nested(),
        trail.act(_action(subject, "ask"), subject, by=by, until=due_on, reason=words),
    ):
        request = Extension(
            state=ExtensionState.ASKED, from_on=subject.due_on, to_on=due_on, reason=words,
            owner_id=subject.owner_id, asked_by=by, asked_at=now(),
        )  # fmt: skip
        subject.extensions.append(request)
    kind = "finding.extension_asked" if isinstance(subject, Finding) else "action.extension_asked"
    for person in deciders(request):
        queue(kind, to=person, subject=subject)
    return request


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
    if isinstance(subject, Finding):
        external.check(subject, request.to_on)
    with db.session.begin_nested(), trail.act(_action(subject, "grant"), subject, by=by, note=note.strip()):
        _decide(request, ExtensionState.GRANTED, note.strip(), by)
        subject.due_on = max(subject.due_on or request.to_on, request.to_on)
        if isinstance(subject, Finding):
            subject.original_due_on = subject.original_due_on or subject.due_on
            subject.next_due_on = policy.next_due(subject)
    kind = "finding.extended" if isinstance(subject, Finding) else "action.extended"
    queue(kind, to=subject.owner, subject=subject)
    return request


def refuse(request: Extension, *, reason: str, by: Person) -> Extension:
    """The date stays, and the owner is told why."""
    words = said(reason, _l("Say why the date stays."))
    subject = request.subject
    _check_decider(request, by)
    with db.session.begin_nested(), trail.act(_action(subject, "decline"), subject, by=by, reason=words):
        _decide(request, ExtensionState.REFUSED, words, by)
    kind = "finding.extension_declined" if isinstance(subject, Finding) else "action.extension_declined"
    queue(kind, to=subject.owner, subject=subject)
    return request


def lapse(subject: Finding | Action, *, by: Person) -> None:
    """What was done, cancelled or settled needs no more time: a waiting request ends with it."""
    request = waiting(subject)
    if request is not None:
        _decide(request, ExtensionState.LAPSED, "", by)
        db.session.flush()


def _check_decider(request: Extension, by: Person) -> None:
    refusal = why_not_decide(request, by)
    if refusal is None and not _still_matters(request.subject):
        refusal = _l("The due date matters only until the actions are done; it is not changed any more.")
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
