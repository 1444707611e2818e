"""Handing over what somebody owns, when they leave or lose their access: all of it, to one named person."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings.cover import end_standing
from audit_app.findings.models import SETTLED, Action, ActionState, Finding
from audit_app.findings.steps import said
from audit_app.findings.visibility import visible_actions, visible_to
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

UNDER_WAY = (ActionState.OPEN, ActionState.DONE)
"""States of an action that somebody still has to answer for."""


def may_hand_over(person: Person) -> bool:
    """Who ends the access of people, and who decides about findings."""
    return person.may(Permission.PEOPLE_MANAGE) or person.may(Permission.FINDING_APPROVE)


def findings_of(person: Person, to: Person | None = None) -> list[Finding]:
    """The findings a person owns that are not settled, those that ``to`` may see, by code."""
    query = (visible_to(to) if to else select(Finding)).where(
        Finding.owner_id == person.id, Finding.state.not_in(SETTLED)
    )
    return list(db.session.scalars(query.order_by(Finding.code)).unique())


def actions_of(person: Person, to: Person | None = None) -> list[Action]:
    """The actions a person owns that are not verified or cancelled, those that ``to`` may see, by code."""
    query = (visible_actions(to) if to else select(Action)).where(
        Action.owner_id == person.id, Action.state.in_(UNDER_WAY)
    )
    return list(db.session.scalars(query.order_by(Action.code)).unique())


def burden(person: Person) -> int:
    """How many open findings and actions a person owns."""
    findings = select(func.count()).where(Finding.owner_id == person.id, Finding.state.not_in(SETTLED))
    actions = select(func.count()).where(Action.owner_id == person.id, Action.state.in_(UNDER_WAY))
    return (db.session.scalar(findings) or 0) + (db.session.scalar(actions) or 0)


def hand_over(person: Person, *, to: Person | None, reason: str, by: Person) -> tuple[int, int]:
    """Give all open findings and actions of a person that ``by`` may see to another one, who is told of each.

    Returns how many findings and actions. Raises :class:`Refused` when the other one cannot take them; then
    nothing is handed over.
    """
    words = said(reason, _l("Say why it is handed over."))
    if not may_hand_over(by):
        raise Refused(_l("Your role does not hand over findings and actions of other people."))
    if to is None:
        raise Refused(_l("Name who takes it over."), "to_id")
    findings, actions = findings_of(person, by), actions_of(person, by)
    refusal = why_not(to, person, findings, actions)
    if refusal is not None:
        raise Refused(refusal, "to_id")
    with db.session.begin_nested():
        for finding in findings:
            with trail.act("finding.hand_over", finding, by=by, reason=words, **_names(person, to)):
                finding.owner = to
        for action in actions:
            with trail.act("action.hand_over", action, by=by, reason=words, **_names(person, to)):
                action.owner = to
                end_standing(action, by)
    for finding in findings:
        queue("finding.handed_over", to=to, subject=finding)
    for action in actions:
        queue("action.handed_over", to=to, subject=action)
    return len(findings), len(actions)


def _names(before: Person, after: Person) -> dict[str, str]:
    return {"from": before.name, "to": after.name}


def why_not(to: Person, person: Person, findings: list[Finding], actions: list[Action]) -> Any:
    """Why somebody cannot take it over; None when they can."""
    if to.id == person.id:
        return _l("Choose somebody else than the present owner.")
    if not findings and not actions:
        return _l("There is nothing open to hand over.")
    if (words := why_not_able(to, findings, actions)) is not None:
        return words
    seen = [each.code for each in findings if each.verified_by_id == to.id]
    if seen:
        return _l(
            "%(name)s verified %(codes)s and cannot own it. Choose somebody else.",
            name=to.name, codes=", ".join(seen),
        )  # fmt: skip
    return None


def why_not_able(to: Person, findings: list[Finding], actions: list[Action]) -> Any:
    """Why somebody cannot do what these ask of their owner: as owner, delegate or deputy; None when they
    can."""
    if not to.is_active:
        return _l("%(name)s is no longer active. Choose another owner.", name=to.name)
    if any(each.is_nonconformity for each in findings) and not to.may(Permission.FINDING_ANSWER):
        return _l("%(name)s has no role that answers findings. Choose a process owner.", name=to.name)
    if actions and not to.may(Permission.ACTION_DO):
        return _l("%(name)s cannot carry out actions. Choose somebody else.", name=to.name)
    return None
