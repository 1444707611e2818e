"""The verbs of delegation and absence: each says why, until when, and tells the person who takes over."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings import cover, handover
from audit_app.findings.cover_models import Absence, Delegation
from audit_app.findings.models import Action
from audit_app.findings.steps import said, step
from audit_app.findings.workflow import ACTION
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

# --- an action in other hands -------------------------------------------------------------------------------


def delegate(
    action: Action, *, to: Person | str | None, from_on: date, to_on: date, reason: str, by: Person
) -> Action:
    """Give the doing to somebody for a time, with a reason; the owner stays responsible.

    Whoever had it before hands it on with this. Raises :class:`Refused`.
    """
    words = said(reason, _l("Say why it is handed on."))
    _period(from_on, to_on)
    if not isinstance(to, Person):
        raise Refused(_l("Name who does it meanwhile."), "to_id")
    if to.id == action.owner_id:
        raise Refused(_l("Choose somebody else than the present owner."), "to_id")
    if (why := handover.why_not_able(to, [], [action])) is not None:
        raise Refused(why, "to_id")
    with step(ACTION, "delegate", action, by=by, reason=words, to=to.name, until=to_on):
        cover.end_standing(action, by)
        action.delegations.append(
            Delegation(
                owner=action.owner, delegate=to, from_on=from_on, to_on=to_on, reason=words, given_by=by,
                given_at=now(),
            )
        )  # fmt: skip
        action.delegate = to
    queue("action.delegated", to=to, subject=action)
    return action


def take_back(action: Action, *, reason: str, by: Person) -> Action:
    """The owner takes the doing back, or the delegate returns it."""
    words = said(reason, _l("Say why it goes back."))
    given = cover.standing(action)
    other = given.delegate if given is not None and given.delegate_id != by.id else action.owner
    with step(ACTION, "take_back", action, by=by, reason=words) as fire:
        fire()
        cover.end_standing(action, by)
    queue("action.delegation_ended", to=other, subject=action)
    return action


def _period(from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise Refused(_l("The last day lies before the first one. Change one of them."), "to_on")
    if to_on < today():
        raise Refused(_l("The last day has passed. Choose today or a later day."), "to_on")


# --- away ---------------------------------------------------------------------------------------------------


def absences_of(person: Person) -> Select[Absence]:
    """The absences a person may see: their own, those they cover; all for who ends the access of people."""
    query = select(Absence).options(joinedload(Absence.person), joinedload(Absence.deputy))
    if not handover.may_hand_over(person):
        query = query.where(or_(Absence.person_id == person.id, Absence.deputy_id == person.id))
    return query.order_by(Absence.from_on.desc(), Absence.id.desc())


def get_absence(absence_id: int, *, to: Person) -> Absence:
    """One absence. Raises :class:`NotVisible`."""
    found = db.session.scalars(absences_of(to).where(Absence.id == absence_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def may_record(person: Person, by: Person) -> bool:
    """Everybody for themselves; for somebody who fell ill, whoever may hand over what they own."""
    return person.id == by.id or handover.may_hand_over(by)


def record_absence(
    person: Person, *, deputy: Person | str | None, from_on: date, to_on: date, remark: str = "", by: Person
) -> Absence:
    """Somebody is away from a day to a day, and who stands in. Raises :class:`Refused`."""
    if not may_record(person, by):
        raise Refused(_l("Everybody records their own absence; an administrator does it for others."))
    _period(from_on, to_on)
    if not isinstance(deputy, Person):
        raise Refused(_l("Name who stands in for you."), "deputy_id")
    if deputy.id == person.id:
        raise Refused(_l("Nobody stands in for themselves. Choose somebody else."), "deputy_id")
    findings, actions = handover.findings_of(person), handover.actions_of(person)
    if (why := handover.why_not_able(deputy, findings, actions)) is not None:
        raise Refused(why, "deputy_id")
    if not deputy.may(Permission.ACTION_DO):
        raise Refused(
            _l("%(name)s cannot carry out actions. Choose somebody else.", name=deputy.name), "deputy_id"
        )
    _not_away_twice(person, deputy, from_on, to_on)
    with db.session.begin_nested():
        absence = Absence(
            person=person, deputy=deputy, from_on=from_on, to_on=to_on, remark=remark.strip(), recorded_by=by,
            recorded_at=now(),
        )  # fmt: skip
        with trail.act("absence.record", absence, by=by, deputy=deputy.name):
            db.session.add(absence)
    queue("absence.deputy", to=deputy, subject=absence)
    if person.id != by.id:
        queue("absence.recorded", to=person, subject=absence)
    return absence


def end_absence(absence: Absence, *, by: Person) -> Absence:
    """Back again, or not away at all: the deputy stands in no longer."""
    if not may_record(absence.person, by):
        raise Refused(_l("Everybody records their own absence; an administrator does it for others."))
    if absence.ended_at is not None or absence.to_on < today():
        raise Refused(_l("This absence is over already."))
    with db.session.begin_nested(), trail.act("absence.end", absence, by=by):
        absence.ended_by_id, absence.ended_at = by.id, now()
    queue("absence.ended", to=absence.deputy, subject=absence)
    return absence


def _not_away_twice(person: Person, deputy: Person, from_on: date, to_on: date) -> None:
    query = select(Absence).where(
        Absence.person_id.in_([person.id, deputy.id]), Absence.ended_at.is_(None),
        Absence.from_on <= to_on, Absence.to_on >= from_on,
    )  # fmt: skip
    for other in db.session.scalars(query.order_by(Absence.from_on)):
        days: dict[str, Any] = {"first": SaidDay(other.from_on), "last": SaidDay(other.to_on)}
        if other.person_id == person.id:
            raise Refused(
                _l("An absence from %(first)s to %(last)s is recorded already. End it first.", **days),
                "from_on",
            )
        raise Refused(
            _l("%(name)s is away from %(first)s to %(last)s too. Choose somebody else.", name=deputy.name,
               **days),
            "deputy_id",
        )  # fmt: skip
