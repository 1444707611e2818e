"""The verbs on actions: promised by an owner for a date, done with evidence, verified by somebody else."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import cover, extensions
from audit_app.findings.deadline_models import Extension
from audit_app.findings.models import OWNERS_TURN, Action, ActionKind, ActionState, Finding
from audit_app.findings.steps import not_past, said, step
from audit_app.findings.workflow import ACTION
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

CODE = "ACT-{year}-{number:03d}"
TAKES_ACTIONS = OWNERS_TURN
"""While the plan is made or carried out; a plan under decision waits for it."""


def may_add_to(finding: Finding, person: Person) -> bool:
    """While the plan is being made or carried out: its owner, a programme manager or a lead auditor."""
    return finding.state in TAKES_ACTIONS and (
        person.may(Permission.FINDING_APPROVE)
        or (
            person.may(Permission.ACTION_DO)
            and (person.id == finding.owner_id or cover.covers(person, finding.owner_id))
        )
    )


def add_action(
    *,
    title: str,
    owner: Person | None,
    due_on: date,
    kind: ActionKind,
    finding: Finding | None = None,
    review: Any = None,
    by: Person,
) -> Action:
    """Promise something for a date, for a finding or (``kind=DECISION``) for a management review.

    Its code is one series a year for all actions. Raises :class:`Refused` when nobody active owns it, the
    date is past, or the finding takes no more actions. Rights over a review are the review's to check.
    """
    words = said(title, _l("Say what will be done."), "title")
    not_past(due_on)
    if owner is None:
        raise Refused(_l("Name who does it."), "owner_id")
    if not owner.may(Permission.ACTION_DO):
        raise Refused(
            _l("%(name)s cannot carry out actions. Choose somebody else.", name=owner.name), "owner_id"
        )
    if finding is not None and not may_add_to(finding, by):
        raise Refused(
            _l("This finding takes no actions now, or not from you. Ask its owner or a lead auditor.")
        )
    if (finding is None) == (review is None):
        raise ValueError("An action belongs to a finding or to a review, never to both.")
    with db.session.begin_nested(), db.session.no_autoflush:
        action = Action(
            code=next_code(CODE, today().year),
            kind=kind,
            state=ActionState.OPEN,
            title=words,
            finding=finding,
            review=review,
            owner=owner,
            created_on=today(),
            due_on=due_on,
            original_due_on=due_on,
        )
        with trail.act("action.add", action, by=by):
            db.session.add(action)
    if owner.id != by.id:
        queue("action.assigned", to=owner, subject=action)
    return action


def edit(action: Action, *, title: str, owner: Person, by: Person) -> Action:
    """Say better what will be done, or hand it to somebody else, while it is open. The date has its own
    verb."""
    words = said(title, _l("Say what will be done."), "title")
    if action.state is not ActionState.OPEN or not may_edit(action, by):
        raise Refused(_l("This action cannot be changed any more, or not by you."))
    if not owner.may(Permission.ACTION_DO):
        raise Refused(
            _l("%(name)s cannot carry out actions. Choose somebody else.", name=owner.name), "owner_id"
        )
    handed_over = owner.id != action.owner_id
    with db.session.begin_nested(), trail.act("action.edit", action, by=by):
        action.title, action.owner = words, owner
        if handed_over:
            cover.end_standing(action, by)
    if handed_over:
        queue("action.assigned", to=owner, subject=action)
    return action


def may_edit(action: Action, person: Person) -> bool:
    """Who agreed to it may word it better: the finding's owner, a programme manager or a lead auditor."""
    owner = action.finding.owner_id if action.finding is not None else None
    return action.state is ActionState.OPEN and (person.may(Permission.FINDING_APPROVE) or person.id == owner)


def done(action: Action, *, note: str, by: Person) -> Action:
    """The owner reports it done and says what was done."""
    words = said(note, _l("Say what was done."), "note")
    with step(ACTION, "done", action, by=by):
        action.done_note, action.done_at, action.done_by = words, now(), by
        action.done_for = cover.acting_for(action, by)
        action.sent_back_reason = ""
        extensions.lapse(action, by=by)
    if action.finding is not None:
        queue("action.done", to=action.finding.raised_by, subject=action)
    return action


def verify(action: Action, *, note: str, by: Person) -> Action:
    """Somebody else has seen that it was done."""
    words = said(note, _l("Say what you looked at and what you saw."), "note")
    with step(ACTION, "verify", action, by=by):
        action.verified_by, action.verified_at, action.verification_note = by, now(), words
    queue("action.verified", to=action.owner, subject=action)
    return action


def send_back(action: Action, *, reason: str, by: Person) -> Action:
    """It is not done yet: back to the owner with the reason."""
    words = said(reason, _l("Say what is missing, so that the owner knows what to do."))
    with step(ACTION, "send_back", action, by=by, reason=words):
        action.done_at = action.done_by = action.done_for = None
        action.sent_back_reason = words
    queue("action.sent_back", to=action.owner, subject=action)
    return action


def cancel(action: Action, *, reason: str, by: Person) -> Action:
    """It is not needed any more; the reason stays on record."""
    words = said(reason, _l("Say why the action is not needed any more."))
    with step(ACTION, "cancel", action, by=by, reason=words):
        action.cancel_reason = words
        extensions.lapse(action, by=by)
    queue("action.cancelled", to=action.owner, subject=action)
    return action


def extend(action: Action, *, due_on: date, reason: str, by: Person) -> Action:
    """Ask for more time; somebody else decides (``extensions.py``)."""
    _open("extend", action, by)
    extensions.ask(action, due_on=due_on, reason=reason, by=by)
    return action


def grant(action: Action, *, note: str = "", by: Person) -> Action:
    """Give the time asked for; the first date is kept as ``original_due_on``."""
    _open("grant", action, by)
    extensions.grant(_request(action), note=note, by=by)
    return action


def decline(action: Action, *, reason: str, by: Person) -> Action:
    """Keep the date, and say why."""
    _open("decline", action, by)
    extensions.refuse(_request(action), reason=reason, by=by)
    return action


def _open(name: str, action: Action, by: Person) -> None:
    """Ask the table whether a step that leaves the state alone may be taken."""
    ACTION.fire(name, action, by=by)


def _request(action: Action) -> Extension:
    found = extensions.waiting(action)
    assert found is not None  # the table asked
    return found
