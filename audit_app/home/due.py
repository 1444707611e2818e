"""Gathering notices of what is due: idempotent, and a day missed is caught up by the next run."""

from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification import queries as certification
from audit_app.certification.standing import standing
from audit_app.competence import queries as competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import checks, escalation
from audit_app.findings.models import OWNERS_TURN, Action, ActionState, Finding
from audit_app.notifications import services as notifications
from audit_app.programme import queries as programme
from audit_app.reviews import queries as reviews

AHEAD = timedelta(days=7)
"""A first notice a week before the date; when the date has passed one at once, then one a week."""


def gather() -> int:
    """Queue the notices of today, and call for the checks of effectiveness whose day has come.

    Returns how many are new; calling it twice a day adds none.
    """
    checks.call_checks()
    return (
        _of_actions()
        + _of_findings()
        + _of_audits()
        + _of_reviews()
        + _of_competence()
        + _of_certificates()
        + escalation.gather()
    )


def _of_actions() -> int:
    late = select(Action).where(Action.state == ActionState.OPEN, Action.due_on <= today() + AHEAD)
    found = db.session.scalars(late.options(joinedload(Action.owner)))
    return sum(_tell("action", each.owner, each, each.due_on) for each in found)


def _of_findings() -> int:
    late = select(Finding).where(Finding.state.in_(OWNERS_TURN), Finding.next_due_on <= today() + AHEAD)
    found = db.session.scalars(late.options(joinedload(Finding.owner)))
    return sum(_tell("finding", each.owner, each, each.next_due_on) for each in found)


def _of_audits() -> int:
    count = 0
    for kind, person, audit in programme.due(today()):
        first = audit.starts_on - AHEAD if kind == "audit.soon" else audit.starts_on
        count += _queue(kind, person, audit, _week_of(first))
    return count


def _of_reviews() -> int:
    found = reviews.due(today())
    return sum(
        _queue(each.kind, each.to, each.subject, _week_of(each.subject.review.meets_on - AHEAD))
        for each in found
    )


def _of_competence() -> int:
    """Once when the end comes near, once when it has come: the person, and whoever plans audits."""
    count, planners = 0, accounts.people_with(Permission.AUDIT_PLAN)
    for record in db.session.scalars(competence.ending(today())):
        assert record.ends_on is not None  # the query asks for those that end
        kind = "competence.ended" if record.ends_on < today() else "competence.ending"
        for person in dict.fromkeys([record.person, *planners]):
            with force_locale(LOCALES[person.language]):  # the notice keeps the name of the skill
                count += _queue(kind, person, record, record.ends_on)
    return count


def _of_certificates() -> int:
    """The window that closes next is told to all who plan audits, and each week after it has passed."""
    certificate = certification.running()
    found = standing(certificate) if certificate is not None else None
    left = found.next.days_left(today()) if found is not None and found.next is not None else None
    if found is None or left is None or not found.warns:
        return 0
    last = today() + timedelta(days=left)
    kind, first = (
        ("certificate.window", last - timedelta(days=found.warn_days))
        if left >= 0
        else ("certificate.passed", last + timedelta(days=1))
    )
    people = accounts.people_with(Permission.AUDIT_PLAN)
    return sum(_queue(kind, person, certificate, _week_of(first)) for person in people)


def _tell(noun: str, owner: Person | None, subject: Any, due: date | None) -> int:
    if due is None:
        return 0
    if due >= today():
        return _queue(f"{noun}.due", owner, subject, due - AHEAD)
    return _queue(f"{noun}.late", owner, subject, _week_of(due + timedelta(days=1)))


def _week_of(first: date) -> date:
    """The day of the notice now in force: ``first``, or a whole number of weeks after it."""
    return first + timedelta(days=max(0, (today() - first).days) // 7 * 7)


def _queue(kind: str, to: Person | None, subject: Any, day: date) -> int:
    return int(notifications.queue(kind, to=to, subject=subject, day=day) is not None)
