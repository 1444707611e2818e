"""Deadlines as a table: what is proposed by grade and type, and whose turn it is until when.

No standard fixes these periods. ``DEFAULTS`` are the product's; the organisation sets its own on the page of
the deadlines. A period counts for what begins while it is in force: dates already promised do not move.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from audit_app.core import workdays
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings import working_calendar
from audit_app.findings.deadline_models import DayUnit, DeadlinePolicy, Term
from audit_app.findings.models import CHECKED, UNDER_WAY, ActionState, Finding, FindingState, Grade


@dataclass(frozen=True)
class Period:
    """A period in calendar days, or in working days of the calendar that counts (``core/workdays.py``)."""

    days: int
    working: bool = False

    def after(self, day: date, country: str | None = None) -> date:
        """The last day of the period that starts the day after ``day``, in the calendar that counts now or in
        that of a country."""
        return add_working_days(day, self.days, country) if self.working else day + timedelta(days=self.days)

    @property
    def unit(self) -> DayUnit:
        """How it is counted."""
        return DayUnit.WORKING if self.working else DayUnit.CALENDAR


GRADES = (Grade.MAJOR, Grade.MINOR, Grade.OBSERVATION, Grade.OFI)
"""Grades that can carry deadlines; a good practice promises nothing."""
DEFAULTS: dict[tuple[Grade, Term], Period] = {
    (grade, term): period
    for grade, corrective in ((Grade.MAJOR, 30), (Grade.MINOR, 60))
    for term, period in (
        (Term.RESPONSE, Period(10, working=True)),
        (Term.CORRECTION, Period(7)),
        (Term.CORRECTIVE, Period(corrective)),
        (Term.VERIFICATION, Period(14)),
        (Term.EFFECTIVENESS, Period(90)),
    )
}
"""Answer, correction and corrective action count from issue, verification from actions reported done, the
effectiveness check from the last planned action. Observations and opportunities carry no duty to reply: no
date."""
SOONEST_CHECK = 30
"""Days after the actions before which effectiveness cannot be seen (R9)."""
ANSWERING = UNDER_WAY - {FindingState.PLANNED, FindingState.IN_PROGRESS}
"""Before the plan is approved: the answer is due, with correction, cause and plan."""


def add_working_days(day: date, count: int, country: str | None = None) -> date:
    """The ``count``-th working day after ``day``; which days are worked, :mod:`core.workdays` knows."""
    counted = workdays.country() if country is None else country
    while count > 0:
        day += timedelta(days=1)
        count -= workdays.is_working(day, counted)
    return day


def setting(grade: Grade, term: Term, at: datetime | None = None) -> DeadlinePolicy | None:
    """The row in force now, or at a moment; None while the default counts."""
    query = select(DeadlinePolicy).where(DeadlinePolicy.grade == grade, DeadlinePolicy.term == term)
    if at is not None:
        query = query.where(DeadlinePolicy.changed_at <= at)
    return db.session.scalars(query.order_by(DeadlinePolicy.id.desc()).limit(1)).first()


def period(grade: Grade, term: Term, at: datetime | None = None) -> Period | None:
    """The period in force now, or at a moment; None when no date is promised."""
    row = setting(grade, term, at)
    return DEFAULTS.get((grade, term)) if row is None else of_row(row)


def of_row(row: DeadlinePolicy) -> Period | None:
    """The period that a row says."""
    return Period(row.number, row.unit is DayUnit.WORKING) if row.number is not None else None


def due(grade: Grade, term: Term, day: date, at: datetime | None = None) -> date | None:
    """The date promised for what begins on ``day``, by periods and calendar of now or of a moment."""
    found = period(grade, term, at)
    if found is None:
        return None
    return found.after(day, working_calendar.at(at) if at is not None else None)


def proposed_due(grade: Grade, day: date) -> date | None:
    """Due date of the corrective action proposed when a finding of this grade is issued on ``day``."""
    return due(grade, Term.CORRECTIVE, day)


def proposed_check(finding: Finding) -> date:
    """The day proposed for the check of effectiveness: so long after the last planned action."""
    last = max(
        (each.due_on for each in finding.actions if each.state is not ActionState.CANCELLED), default=None
    )
    first = last or today()
    return due(finding.grade, Term.EFFECTIVENESS, first) or first + timedelta(days=SOONEST_CHECK)


def granted_until(finding: Finding, term: Term) -> date | None:
    """The latest day granted for a term in the present round; None when no time was granted."""
    days = (
        each.to_on
        for each in finding.extensions
        if each.granted and each.term is term and each.round == (finding.reopened or 0)
    )
    return max(days, default=None)


def verify_by(finding: Finding) -> date | None:
    """The day by which what is reported done is verified, by periods and calendar of the day of the report;
    None before it. Without time that was granted: see :func:`granted_until`."""
    moment = finding.implemented_at
    return due(finding.grade, Term.VERIFICATION, local(moment).date(), at=moment) if moment else None


def latest(*days: date | None) -> date | None:
    """The last of the days that there are."""
    return max((each for each in days if each is not None), default=None)


def next_due(finding: Finding) -> date | None:
    """The day by which the next step is promised in the present state; None when nobody owes anything."""
    state = finding.state
    if state in ANSWERING:
        dates = [each for each in (finding.response_due_on, finding.due_on) if each is not None]
        return min(dates) if dates else None
    if state in (FindingState.PLANNED, FindingState.IN_PROGRESS):
        return finding.due_on
    if state is FindingState.IMPLEMENTED:
        first = verify_by(finding)
        return latest(first, granted_until(finding, Term.VERIFICATION)) if first is not None else None
    if state in CHECKED:
        return finding.effectiveness_due_on
    return None
