"""Gathering notices of what is due: idempotent, and days missed are caught up by the next run.

Each gatherer is asked for each day since the last one gathered, with the rows as they are now: what was done
meanwhile is told to nobody. When several missed days have something to say to one person about one thing,
only the last of them is told, with the day since which it holds: after a week off, "late" once, and not also
"due soon".
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.certification import queries as certification
from audit_app.certification.standing import standing
from audit_app.competence import queries as competence
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings import checks, escalation
from audit_app.findings.models import OWNERS_TURN, Action, ActionState, Finding
from audit_app.notifications import services as notifications
from audit_app.notifications.services import Due
from audit_app.programme import queries as programme
from audit_app.reviews import requests, yearly

AHEAD = timedelta(days=7)
"""A first notice a week before the date; when the date has passed one at once, then one a week."""
LONGEST = timedelta(days=92)
"""How far back missed days are caught up."""


def gather() -> int:
    """Queue the reminders of today and of the days missed before, climb the ladder of missed dates, and call
    for the checks of effectiveness whose day has come.

    Returns how many are new; calling it twice a day adds none.
    """
    checks.call_checks()
    last, on = notifications.last_gathered(), today()
    day = on if last is None else max(min(last + timedelta(days=1), on), on - LONGEST)
    found: dict[tuple[int, str, str], dict[str, Due]] = {}
    while day <= on:
        found.update(_of(day))
        day += timedelta(days=1)
    count = notifications.queue_all(each for those in found.values() for each in those.values())
    count += escalation.gather()
    notifications.remember_gathered(on)
    return count


def _of(day: date) -> dict[tuple[int, str, str], dict[str, Due]]:
    """The reminders of one day, by person and thing."""
    found: dict[tuple[int, str, str], dict[str, Due]] = {}
    for gatherer in GATHERERS:
        for each in gatherer(day):
            if each.to is not None:
                key = (each.to.id, each.subject.__tablename__, str(each.subject.id))
                found.setdefault(key, {})[each.kind] = each
    return found


def of_actions(on: date) -> Iterator[Due]:
    """Open actions, to their owners."""
    late = select(Action).where(Action.state == ActionState.OPEN, Action.due_on <= on + AHEAD)
    for each in db.session.scalars(late.options(joinedload(Action.owner).lazyload(Person.roles))):
        yield from _reminders("action", each.owner, each, each.due_on, each.created_on, on)


def of_findings(on: date) -> Iterator[Due]:
    """Findings whose next step is their owner's."""
    late = select(Finding).where(Finding.state.in_(OWNERS_TURN), Finding.next_due_on <= on + AHEAD)
    for each in db.session.scalars(late.options(joinedload(Finding.owner).lazyload(Person.roles))):
        began = local(each.issued_at).date() if each.issued_at else each.raised_on
        yield from _reminders("finding", each.owner, each, each.next_due_on, began, on)


def of_audits(on: date) -> Iterator[Due]:
    """Audits that begin soon, should have begun, or should have been reported."""
    for kind, person, audit in programme.due(on):
        first = audit.starts_on - AHEAD if kind == "audit.soon" else audit.starts_on
        until = audit.ends_on if kind == "audit.report_due" else audit.starts_on
        yield Due(kind, person, audit, _week_of(first, on), until)


def of_reviews(on: date) -> Iterator[Due]:
    """Inputs of a review that nobody has written; that no review is planned, to all who prepare reviews."""
    for each in requests.due(on, AHEAD):
        yield Due(each.kind, each.to, each.subject, _week_of(each.first, on), each.until)
    last, until = yearly.missing(on)
    if last is not None and until is not None:
        for person in accounts.people_with(Permission.REVIEW_PREPARE):
            yield Due("review.missing", person, last, _week_of(until - yearly.TOLD_BEFORE, on), until)


def of_competence(on: date) -> Iterator[Due]:
    """Once when the end comes near, once when it has come: the person, and whoever plans audits."""
    planners = accounts.people_with(Permission.AUDIT_PLAN)
    for record in db.session.scalars(competence.ending(on)):
        assert record.ends_on is not None  # the query asks for those that end
        kind = "competence.ended" if record.ends_on < on else "competence.ending"
        for person in dict.fromkeys([record.person, *planners]):
            yield Due(kind, person, record, record.ends_on, record.ends_on)


def of_certificates(on: date) -> Iterator[Due]:
    """The window that closes next is told to all who plan audits, and each week after it has passed."""
    certificate = certification.running()
    found = standing(certificate, on) if certificate is not None else None
    left = found.next.days_left(on) if found is not None and found.next is not None else None
    if found is None or left is None or not found.warns:
        return
    last = on + timedelta(days=left)
    kind, first = (
        ("certificate.window", last - timedelta(days=found.warn_days))
        if left >= 0
        else ("certificate.passed", last + timedelta(days=1))
    )
    for person in accounts.people_with(Permission.AUDIT_PLAN):
        yield Due(kind, person, certificate, _week_of(first, on), last)


GATHERERS: tuple[Callable[[date], Iterator[Due]], ...] = (
    of_actions, of_findings, of_audits, of_reviews, of_competence, of_certificates,
)  # fmt: skip
"""Who is asked for the reminders of a day."""


def _reminders(
    noun: str, owner: Person | None, subject: Any, due: date | None, began: date, on: date
) -> Iterator[Due]:
    """A week ahead (or when the thing began, if later), the day after, and then once a week."""
    if due is None:
        return
    if due >= on:
        yield Due(f"{noun}.due", owner, subject, max(due - AHEAD, min(began, due)), due)
    else:
        yield Due(f"{noun}.late", owner, subject, _week_of(due + timedelta(days=1), on), due)


def _week_of(first: date, on: date) -> date:
    """The day of the notice in force on a day: ``first``, or a whole number of weeks after it."""
    return first + timedelta(days=max(0, (on - first).days) // 7 * 7)
