"""Appointments as iCalendar (RFC 5545): what is enclosed with a mail, and what a feed holds.

Times carry the organisation's time zone and its rules, so that a change of the clocks is right everywhere.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.agenda import queries
from audit_app.agenda.models import PlanState, Slot
from audit_app.config import PRODUCT
from audit_app.core.clock import local, now
from audit_app.notifications.letters import Enclosed
from audit_app.notifications.models import Notice
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, AuditState

KEPT = timedelta(days=366)
"""How far back a feed reaches."""

PUBLISH = "PUBLISH"
"""The method of RFC 5546 under which one file may hold several events; one answers in the application."""


def slot_event(slot: Slot, base_url: str) -> Event:
    """One slot; tentative until the plan is approved, cancelled with its audit."""
    plan = slot.plan
    event = Event()
    event.add("uid", f"{slot.uid}@audit-plan")
    event.add("sequence", slot.sequence * 10 + plan.edition * 2 + (plan.audit.state is AuditState.CANCELLED))
    event.add("dtstamp", plan.edited_at.astimezone(UTC))
    event.add("dtstart", local(slot.starts_at))
    event.add("dtend", local(slot.ends_at))
    event.add("summary", f"{plan.code} {slot.name}")
    if slot.where:
        event.add("location", slot.where)
    event.add("description", "\n".join(_about(slot, f"{base_url}/audits/{plan.id}/plan")))
    event.add("url", f"{base_url}/audits/{plan.id}/plan")
    event.add("status", _status(plan.audit, plan.state is PlanState.APPROVED))
    return event


def audit_event(audit: Audit, base_url: str) -> Event:
    """An audit without an agenda, as whole days."""
    event = Event()
    event.add("uid", f"audit-{audit.id}-{audit.code}@audit-plan")
    event.add("sequence", audit.version)
    event.add("dtstamp", (audit.notified_at or now()).astimezone(UTC))
    event.add("dtstart", audit.starts_on)
    event.add("dtend", audit.ends_on + timedelta(days=1))
    event.add("summary", f"{audit.code} {audit.title}")
    event.add("url", f"{base_url}/programme/audits/{audit.id}")
    event.add("status", _status(audit, True))
    event.add("transp", "TRANSPARENT")
    return event


def _status(audit: Audit, approved: bool) -> str:
    if audit.state is AuditState.CANCELLED:
        return "CANCELLED"
    return "CONFIRMED" if approved else "TENTATIVE"


def _about(slot: Slot, url: str) -> Iterable[str]:
    yield slot.plan.title
    if slot.clauses:
        yield _("Clauses: %(clauses)s", clauses=", ".join(map(str, slot.clauses)))
    for label, people in ((_("Auditors"), slot.auditors), (_("Auditees"), slot.auditees)):
        if people:
            yield _("%(label)s: %(people)s", label=label, people=shortened(people))
    yield url


MOST_NAMES = 20


def shortened(people: list[Person]) -> str:
    """Names for a calendar entry; of three hundred the first twenty and how many more."""
    shown = ", ".join(person.name for person in people[:MOST_NAMES])
    return shown + (f" (+{len(people) - MOST_NAMES})" if len(people) > MOST_NAMES else "")


def text_of(events: Iterable[Event], *, name: str, method: str = PUBLISH) -> str:
    """A whole calendar as text, with the rules of its time zones."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{PRODUCT}//audit plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def events_for(person: Person, base_url: str, audit: Audit | None = None) -> list[Event]:
    """Everything of a person: their slots, and whole days of audits in which no slot names them."""
    if audit is not None:
        events = [slot_event(slot, base_url) for slot in queries.appointments(person, audit=audit)]
        return events or [audit_event(audit, base_url)]
    since = now() - KEPT
    slots = [slot_event(slot, base_url) for slot in queries.appointments(person, since=since)]
    return slots + [audit_event(each, base_url) for each in queries.without_agenda(person, since)]


SOURCES: list[Callable[[Person, str], Iterable[Event]]] = []
"""What further dates of a person belong in their feed; the floors above are asked by ``domains.py``."""


def feed_for(person: Person, base_url: str) -> list[Event]:
    """What a person's feed holds: their times in audits, and every date of theirs that a source knows."""
    further = [event for source in SOURCES for event in source(person, base_url)]
    return events_for(person, base_url) + further


def in_language_of(person: Person) -> Any:
    """The words of a calendar are its reader's."""
    return force_locale(LOCALES[person.language])


def enclosing(base_url: str) -> Any:
    """What encloses a person's appointments with a notice about an audit or its plan."""

    def enclose(notice: Notice) -> Enclosed | None:
        audit = programme.by_number(int(notice.subject_id))
        if audit is None:
            return None
        text = text_of(events_for(notice.person, base_url, audit), name=audit.code)
        return Enclosed(f"{audit.code}.ics", text, PUBLISH)

    return enclose


KINDS = ("audit.notified", "audit.changed", "audit.cancelled", "plan.approved", "plan.changed")
"""Notices that come with a calendar."""
