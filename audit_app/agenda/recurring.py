"""The next audit made from this one: the same scope a period later, and its agenda with it."""

import uuid
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.agenda import queries
from audit_app.agenda.models import AuditPlan, PlanState, Reply, Seat, Slot
from audit_app.agenda.services import TEXTS
from audit_app.agenda.times import days_of, moment
from audit_app.core.clock import local, now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.workdays import is_working
from audit_app.programme import queries as programme
from audit_app.programme import services as audits
from audit_app.programme.independence import conflicts
from audit_app.programme.models import Audit, Programme, TeamRole
from audit_app.programme.workflow import scope_of
from audit_app.trail import services as trail

MONTHS = (1, 3, 6, 12, 24, 36)
"""Periods after which an audit is repeated."""


def next_days(audit: Audit, months: int) -> tuple[date, date]:
    """First and last day a period later: on working days, and as many of them as now."""
    count = len(days_of(audit.starts_on, audit.ends_on))
    first = _working(audit.starts_on + relativedelta(months=months))
    last = first
    for _number in range(count - 1):
        last = _working(last + timedelta(days=1))
    return first, last


def _working(day: date) -> date:
    while not is_working(day):
        day += timedelta(days=1)
    return day


def plan_next(audit: Audit, months: int, *, with_agenda: bool = True, by: Person) -> tuple[Audit, list[str]]:
    """Plan the next audit with the same scope, auditees, team and texts, and (if wanted) the same agenda.

    Returns it with the names of those who could not be taken along: they have left, lost the role, or are not
    independent any more. Raises :class:`Refused` when there is no open programme for that year.
    """
    if months not in MONTHS:
        raise Refused(_l("Choose one of the periods."), field="months")
    first, last = next_days(audit, months)
    year = _programme_for(first.year)
    lead, members, left = _team(audit)
    auditees = [person for person in audit.auditees if person.active]
    left += [person.name for person in audit.auditees if not person.active]
    made = audits.add_audit(
        year, audit.kind, audit.title, audit.criteria, first, last,
        objective=audit.objective, rationale=audit.rationale, clauses=[str(each) for each in audit.clauses],
        processes=[process for process in audit.processes if process.active],
        departments=[department for department in audit.departments if department.active],
        sites=[site for site in audit.sites if site.active], auditees=auditees, lead=lead, members=members,
        body=audit.body, by=by,
    )  # fmt: skip
    trail.note("audit.next", audit, by=by, before=[audit.code], after=[made.code])
    plan = queries.plan_of(audit)
    if plan is not None:
        _copy_plan(plan, made, with_agenda, by)
    return made, left


def _programme_for(year: int) -> Programme:
    for each in programme.open_programmes():
        if each.year == year:
            return each
    words = _l("There is no open programme for %(year)s. Write it first; then plan the audit.", year=year)
    raise Refused(words, field="months")


def _team(audit: Audit) -> tuple[Person | None, list[tuple[Person, TeamRole]], list[str]]:
    """Lead and members who may still take part, and the names of the others."""
    barred = {conflict.person.id for conflict in conflicts(audit.auditors, scope_of(audit))}
    left = []

    def fit(person: Person, able: bool) -> bool:
        good = person.active and able and person.id not in barred
        if not good:
            left.append(person.name)
        return good

    lead = audit.lead
    if lead is not None and not fit(lead, bool(lead.role_set & audits.MAY_LEAD)):
        lead = None
    members = [
        (each.person, each.role) for each in audit.members
        if fit(each.person, each.role is not TeamRole.AUDITOR or each.person.may(Permission.ANSWER_RECORD))
    ]  # fmt: skip
    return lead, members, left


def _copy_plan(plan: AuditPlan, audit: Audit, with_agenda: bool, by: Person) -> None:
    copy = AuditPlan(
        id=audit.id, audit=audit, edited_by=by, edited_at=now(), edition=0, state=PlanState.DRAFT,
        **{name: getattr(plan, name) for name in TEXTS},
    )  # fmt: skip
    with trail.act("plan.copy", copy, by=by, before=[plan.code]):
        db.session.add(copy)
        if with_agenda:
            named = {*audit.auditors, *audit.auditees, *(member.person for member in audit.members)}
            copy.slots[:] = [made for slot in plan.slots if (made := _copied(slot, plan.audit, audit, named))]


def _copied(slot: Slot, old: Audit, new: Audit, named: set[Person]) -> Slot | None:
    """The slot on the same working day of the new audit; people who are not in the new audit stay away,
    unless they had been asked from outside of it before."""
    day = local(slot.starts_at).date()
    days, later = days_of(old.starts_on, old.ends_on), days_of(new.starts_on, new.ends_on)
    if day not in days or days.index(day) >= len(later):
        return None
    to = later[days.index(day)]
    length = slot.ends_at - slot.starts_at
    start = _shifted(slot.starts_at, to)
    gone = {*old.auditors, *old.auditees, *(member.person for member in old.members)} - named
    return Slot(
        uid=str(uuid.uuid4()), sequence=0, kind=slot.kind, starts_at=start, ends_at=start + length,
        title=slot.title, process=slot.process, clauses=list(slot.clauses), site=slot.site, place=slot.place,
        remote=slot.remote,
        seats=[Seat(person=seat.person, part=seat.part, reply=Reply.OPEN, reason="")
               for seat in slot.seats if seat.person not in gone and seat.person.active],
    )  # fmt: skip


def _shifted(at: datetime, day: date) -> datetime:
    """The same time of day by the clocks, on another day."""
    return moment(day, local(at).time())
