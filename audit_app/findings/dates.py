"""Dates of findings and actions in a person's own calendar: what they owe, until it is done.

An entry stands on its day for as long as the thing waits for the person, with one alarm on the morning of the
working day before; when it is done it is no longer in the feed, and calendars that follow it drop it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from icalendar import Alarm, Event
from sqlalchemy import Select, exists, or_, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.accounts.permissions import Role
from audit_app.core import workdays
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.findings import cover
from audit_app.findings.models import Action, ActionState, Finding, FindingState
from audit_app.programme.models import Audit, TeamMember

MORNING = time(9)
MOST = 200
"""Entries of one row of the table; who owes more has another problem."""


@dataclass(frozen=True)
class Row:
    """A kind of date: its words, who may have it at all, whose rows, which day, and where they are shown."""

    noun: str
    words: Any
    needs: P
    query: Any
    day: Any
    path: str


def _owned_findings(person: Person) -> Select[Any]:
    mine = (FindingState.ISSUED, FindingState.ACCEPTED, FindingState.PLANNED)
    return select(Finding).where(cover.in_hand(Finding, person), Finding.state.in_(mine))


def _owned_actions(person: Person) -> Select[Any]:
    return select(Action).where(cover.in_hand(Action, person), Action.state == ActionState.OPEN)


def _to_verify(person: Person) -> Select[Any]:
    """Reported done in an audit the person leads or takes part in; of no audit: the programme manager's."""
    member = exists().where(TeamMember.audit_id == Audit.id, TeamMember.person_id == person.id)
    foreign = or_(Finding.owner_id.is_(None), Finding.owner_id != person.id)
    query = select(Finding).outerjoin(Finding.audit)
    query = query.where(Finding.state == FindingState.IMPLEMENTED, foreign)
    return query.where(or_(Audit.lead_id == person.id, member, _falls_to(person)))


def _to_judge(person: Person) -> Select[Any]:
    """Verified in an audit the person leads, whose effectiveness is to be checked."""
    query = select(Finding).outerjoin(Finding.audit).where(Finding.state == FindingState.VERIFIED)
    return query.where(or_(Audit.lead_id == person.id, _falls_to(person)))


def _falls_to(person: Person) -> Any:
    manages = Role.PROGRAMME_MANAGER in person.role_set
    return Finding.audit_id.is_(None) if manages else Finding.id.is_(None)


ROWS = (
    Row("action", _l("Action due"), P.ACTION_DO, _owned_actions, "due_on", "/findings/actions/{}"),
    Row("finding", _l("Answer due"), P.FINDING_ANSWER, _owned_findings, "next_due_on", "/findings/{}"),
    Row("verify", _l("Verify"), P.FINDING_VERIFY, _to_verify, "next_due_on", "/findings/{}"),
    Row("judge", _l("Check effectiveness"), P.FINDING_CLOSE, _to_judge, "effectiveness_due_on",
        "/findings/{}"),
)  # fmt: skip
"""One row a kind of date; each is one query."""


def entries(person: Person, base_url: str) -> Iterator[Event]:
    """Every date of the person, in the language now in force."""
    for row in ROWS:
        if person.may(row.needs):
            found = db.session.scalars(row.query(person).limit(MOST))
            for subject in sorted(found, key=lambda each: (getattr(each, row.day) or date.max, each.id)):
                day = getattr(subject, row.day)
                if day is not None:
                    yield _event(row, subject, day, base_url + row.path.format(subject.id))


def _event(row: Row, subject: Any, day: date, url: str) -> Event:
    """A whole day that does not block the calendar."""
    event = Event()
    event.add("uid", f"{row.noun}-{subject.code}-{subject.id}@audit-due")
    event.add("sequence", subject.version)
    event.add("dtstamp", now().astimezone(UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    summary = f"{row.words}: {subject.code} {subject.title}"
    event.add("summary", summary)
    event.add("description", f"{subject.title}\n{url}")
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _ahead(day))
    event.add_component(alarm)
    return event


def _ahead(day: date) -> timedelta:
    """From midnight of the day back to the morning of the working day before it."""
    before = day - timedelta(days=1)
    while not workdays.is_working(before) and (day - before).days < 14:
        before -= timedelta(days=1)
    return datetime.combine(before, MORNING) - datetime.combine(day, time(0))
