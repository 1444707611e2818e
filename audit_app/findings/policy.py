"""Deadlines as a table: what the product proposes, and whose turn it is until when.

No standard fixes these periods; they are the product's defaults. A proposed date may be changed when a
finding is issued, but never into the past.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from audit_app.core.clock import local, today
from audit_app.findings.models import CHECKED, UNDER_WAY, ActionState, Finding, FindingState, Grade


@dataclass(frozen=True)
class Period:
    """A period in calendar days, or in working days (Monday to Friday)."""

    days: int
    working: bool = False

    def after(self, day: date) -> date:
        """The last day of the period that starts the day after ``day``."""
        return add_working_days(day, self.days) if self.working else day + timedelta(days=self.days)


RESPONSE = Period(10, working=True)
"""From issue to accepted finding with cause and plan."""
CORRECTION = Period(7)
"""From issue to the case repaired."""
CORRECTIVE: dict[Grade, Period] = {Grade.MAJOR: Period(30), Grade.MINOR: Period(60)}
"""From issue to corrective action done. Observations and opportunities carry no duty to reply, hence no
date."""
VERIFICATION = Period(14)
"""From actions reported done to verification."""
EFFECTIVENESS = Period(90)
"""From the last planned action to the check that the cause is gone."""
ANSWERING = UNDER_WAY - {FindingState.PLANNED, FindingState.IN_PROGRESS}
"""Before the plan is approved: the answer is due, with correction, cause and plan."""


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th day from Monday to Friday after ``day``; public holidays count as working days."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def proposed_due(grade: Grade, day: date) -> date | None:
    """Due date of the corrective action proposed when a finding of this grade is issued on ``day``."""
    period = CORRECTIVE.get(grade)
    return period.after(day) if period else None


def proposed_check(finding: Finding) -> date:
    """The day proposed for the check of effectiveness: so long after the last planned action."""
    last = max(
        (each.due_on for each in finding.actions if each.state is not ActionState.CANCELLED), default=None
    )
    return EFFECTIVENESS.after(last or today())


def next_due(finding: Finding) -> date | None:
    """The day by which the next step is promised in the present state; None when nobody owes anything."""
    state, moment = finding.state, finding.implemented_at
    if state in ANSWERING:
        dates = [each for each in (finding.response_due_on, finding.due_on) if each is not None]
        return min(dates) if dates else None
    if state in (FindingState.PLANNED, FindingState.IN_PROGRESS):
        return finding.due_on
    if state is FindingState.IMPLEMENTED and moment is not None:
        return VERIFICATION.after(local(moment).date())
    if state in CHECKED:
        return finding.effectiveness_due_on
    return None


def rows() -> list[tuple[str, Any]]:
    """The table as (key, period), for help pages and tests."""
    return [
        ("response", RESPONSE),
        ("correction", CORRECTION),
        ("corrective_major", CORRECTIVE[Grade.MAJOR]),
        ("corrective_minor", CORRECTIVE[Grade.MINOR]),
        ("verification", VERIFICATION),
        ("effectiveness", EFFECTIVENESS),
    ]
