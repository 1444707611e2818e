"""Indicators that this system works out from its own records: nothing is stored, so they are never out of
date.

AUD (9.2), NCT and NCR (10.1). Each needs one query, whatever the number of months. They are figures of the
whole
organisation and name nobody, so they are not narrowed to what a person may see.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from audit_app.competence.standards import clause_told
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings.models import NONCONFORMITY, Finding, FindingState
from audit_app.findings.told import other_standard, other_standards
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month, months
from audit_app.programme.models import EXTERNAL, Audit, AuditState

REPORT_WITHIN = timedelta(days=14)
"""An audit counts as done on time when it is reported within so many days of its planned end."""
YEAR = timedelta(days=365)
COUNTED = Finding.state.not_in((FindingState.DRAFT, FindingState.WITHDRAWN)) & Finding.grade.in_(
    NONCONFORMITY
)


@dataclass(frozen=True)
class Share:
    """How many of how many; ``percent`` is None when there was no case."""

    numerator: int = 0
    denominator: int = 0

    @property
    def percent(self) -> float | None:
        """Numerator over denominator in percent."""
        return 100 * self.numerator / self.denominator if self.denominator else None


Shares = dict[Month, Share]


def system_values(indicators: Iterable[Indicator], first: Month, last: Month) -> dict[int, Shares]:
    """The shares of every month, by indicator id; one query per kind of figure."""
    return {
        indicator.id: FIGURES[indicator.measure](first, last)
        for indicator in indicators
        if indicator.measure in FIGURES
    }


def system_value(indicator: Indicator, month: Month) -> Share:
    """The share of one month; an empty one when the indicator is not of this kind."""
    return system_values([indicator], month, month).get(indicator.id, {}).get(month, Share())


def _shares(first: Month, last: Month, cases: Iterable[tuple[date, bool]]) -> Shares:
    found: dict[Month, list[bool]] = {month: [] for month in months(first, last)}
    for day, good in cases:
        month = Month.of(day)
        if month in found:
            found[month].append(good)
    return {month: Share(sum(each), len(each)) for month, each in found.items()}


def audits_on_time(first: Month, last: Month) -> Shares:
    """Internal audits planned to end in the month: those reported in time. One still within its time
    waits.
    """
    query = select(Audit.ends_on, Audit.reported_at).where(
        Audit.ends_on.between(first.first, last.last),
        Audit.kind.not_in(EXTERNAL),
        Audit.state != AuditState.CANCELLED,
    )
    cases = []
    for ends_on, reported_at in db.session.execute(query):
        limit = ends_on + REPORT_WITHIN
        good = reported_at is not None and local(reported_at).date() <= limit
        if good or limit < today():
            cases.append((ends_on, good))
    return _shares(first, last, cases)


def closed_on_time(first: Month, last: Month) -> Shares:
    """Nonconformities due in the month: those whose actions were reported done by then (10.1)."""
    query = select(Finding.due_on, Finding.implemented_at).where(
        COUNTED, Finding.due_on.between(first.first, last.last)
    )
    cases = []
    for due_on, moment in db.session.execute(query):
        if due_on is None:
            continue
        good = moment is not None and local(moment).date() <= due_on
        if good or due_on < today():
            cases.append((due_on, good))
    return _shares(first, last, cases)


def recurring(first: Month, last: Month) -> Shares:
    """Nonconformities raised in the month whose clause and department had one in the 12 months before
    (R10).
    """
    query = (
        select(
            Finding.raised_on,
            Finding.clause,
            other_standard(Finding, other_standards()).label("standard"),
            Finding.department_id,
        )
        .where(COUNTED, Finding.raised_on.between(first.first - YEAR, last.last))
        .order_by(Finding.raised_on, Finding.id)
    )
    latest: dict[tuple[str, int], date] = {}
    cases = []
    for raised_on, number, standard, department in db.session.execute(query):
        clause = clause_told(standard, number)
        before = latest.get((clause, department)) if clause and department is not None else None
        cases.append((raised_on, before is not None and raised_on - before <= YEAR))
        if clause and department is not None:
            latest[clause, department] = raised_on
    return _shares(first, last, cases)


FIGURES: dict[str, Callable[[Month, Month], Shares]] = {
    "aud": audits_on_time,
    "nct": closed_on_time,
    "ncr": recurring,
}
KEYS: Sequence[str] = tuple(FIGURES)
