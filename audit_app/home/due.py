"""Gathering notices of what is due: idempotent, and a day missed is caught up by the next run."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings.models import SETTLED, Action, ActionState, Finding
from audit_app.notifications import services as notifications

AHEAD = timedelta(days=7)
"""A first notice a week before the date; another on the day after it has passed, then weekly."""


def gather() -> int:
    """Queue the notices of today. Returns how many are new; calling it twice a day adds none."""
    count = 0
    actions = select(Action).where(Action.state == ActionState.OPEN, Action.due_on <= today() + AHEAD)
    for action in db.session.scalars(actions.options(joinedload(Action.owner))):
        count += _tell("action", action)
    findings = select(Finding).where(Finding.state.not_in(SETTLED), Finding.due_on <= today() + AHEAD)
    for finding in db.session.scalars(findings.options(joinedload(Finding.owner))):
        count += _tell("finding", finding)
    return count


def _tell(noun: str, subject: Action | Finding) -> int:
    """One notice a week ahead, one when late, repeated each full week of lateness."""
    due = subject.due_on
    if due is None:
        return 0
    late = (today() - due).days
    if late > 0:
        day = due + timedelta(days=1 + (late - 1) // 7 * 7)
        kind = f"{noun}.late"
    else:
        day, kind = due - AHEAD, f"{noun}.due"
    return int(notifications.queue(kind, to=subject.owner, subject=subject, day=day) is not None)
