"""Indicators that this system works out from its own records: nothing is stored, so they are never out of
date.

AUD, CNF and CWE (9.2), NCO, NCT, NCF, NCR and EFF (10.1). One or two queries each, five for the two of the
answers, whatever the number of months. They are figures of the whole organisation and name nobody, so they
are not narrowed to what a person may see.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from audit_app.checklists import tally
from audit_app.checklists.models import Verdict
from audit_app.competence.standards import clause_told
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.core.local_days import local_day
from audit_app.findings.models import NONCONFORMITY, CheckKind, Finding, FindingCheck, FindingState
from audit_app.findings.told import other_standard, other_standards
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month, months
from audit_app.programme.models import EXTERNAL, Audit, AuditState

REPORT_WITHIN = timedelta(days=14)
"""An audit counts as done on time when it is reported within so many days of its planned end."""
YEAR = timedelta(days=365)
HELD = (AuditState.REPORTED, AuditState.CLOSED)
COUNTED = Finding.state.not_in((FindingState.DRAFT, FindingState.WITHDRAWN)) & Finding.grade.in_(
    NONCONFORMITY
)


@dataclass(frozen=True)
class Share:
    """How many of how many; without a denominator a plain count. ``value`` is None when there was no case."""

    numerator: int = 0
    denominator: int | None = 0

    @property
    def percent(self) -> float | None:
        """Numerator over denominator in percent."""
        return 100 * self.numerator / self.denominator if self.denominator else None

    @property
    def value(self) -> float | None:
        """The count, or the share in percent."""
        return float(self.numerator) if self.denominator is None else self.percent


Shares = dict[Month, Share]
Figures = dict[str, Shares]


def system_values(indicators: Iterable[Indicator], first: Month, last: Month) -> dict[int, Shares]:
    """The figures of every month, by indicator id; each reading of the records is done once."""
    wanted = {each.id: each.measure for each in indicators if each.measure in READERS}
    found: Figures = {}
    for reader in dict.fromkeys(READERS[key] for key in wanted.values()):
        found |= reader(first, last)
    return {indicator_id: found[key] for indicator_id, key in wanted.items()}


def system_value(indicator: Indicator, month: Month) -> Share:
    """The figure of one month; an empty one when the indicator is not of this kind."""
    return system_values([indicator], month, month).get(indicator.id, {}).get(month, Share())


def _shares(first: Month, last: Month, cases: Iterable[tuple[date, bool]]) -> Shares:
    found: dict[Month, list[bool]] = {month: [] for month in months(first, last)}
    for day, good in cases:
        month = Month.of(day)
        if month in found:
            found[month].append(good)
    return {month: Share(sum(each), len(each)) for month, each in found.items()}


def audits_on_time(first: Month, last: Month) -> Figures:
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
    return {"aud": _shares(first, last, cases)}


def done_on_time(first: Month, last: Month) -> Figures:
    """Nonconformities whose actions were due in the month: those reported done by then (10.1).

    NCT counts by the date that stands now, with the time that was granted; NCF by the first date, which no
    extension moves. Two queries.
    """
    return {
        "nct": _kept(first, last, Finding.due_on),
        "ncf": _kept(first, last, Finding.original_due_on),
    }


def _kept(first: Month, last: Month, column: Any) -> Shares:
    query = select(column, Finding.implemented_at).where(COUNTED, column.between(first.first, last.last))
    cases = []
    for due_on, moment in db.session.execute(query):
        good = moment is not None and local(moment).date() <= due_on
        if good or due_on < today():
            cases.append((due_on, good))
    return _shares(first, last, cases)


def raised(first: Month, last: Month) -> Figures:
    """Nonconformities raised in the month: a count, from the month of the very first one to the last finished
    one. Two queries.
    """
    begun = db.session.scalar(select(func.min(Finding.raised_on)).where(COUNTED))
    if begun is None:
        return {"nco": {}}
    query = (
        select(Finding.raised_on, func.count())
        .where(COUNTED, Finding.raised_on.between(first.first, last.last))
        .group_by(Finding.raised_on)
    )
    start, end = max(first, Month.of(begun)), min(last, Month.of(today()).previous())
    counts = dict.fromkeys(months(start, end), 0)
    for day, count in db.session.execute(query):
        if Month.of(day) in counts:
            counts[Month.of(day)] += count
    return {"nco": {month: Share(count, None) for month, count in counts.items()}}


def recurring(first: Month, last: Month) -> Figures:
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
    return {"ncr": _shares(first, last, cases)}


def ineffective(first: Month, last: Month) -> Figures:
    """Checks of effectiveness made in the month: those that said the actions did not help (10.1.1 d)."""
    day = local_day(FindingCheck.at)
    query = (
        select(day, FindingCheck.passed)
        .join(Finding, Finding.id == FindingCheck.finding_id)
        .where(COUNTED, FindingCheck.kind == CheckKind.EFFECTIVENESS, day.between(first.first, last.last))
    )
    cases = [(on, not passed) for on, passed in db.session.execute(query)]
    return {"eff": _shares(first, last, cases)}


def answered(first: Month, last: Month) -> Figures:
    """What our own audits that ended in the month found: the share of their answers without a nonconformity
    (conformity, 9.2), and of their conform answers the share without any evidence. Five queries.
    """
    query = select(Audit.id, Audit.ends_on).where(
        Audit.ends_on.between(first.first, last.last), Audit.kind.not_in(EXTERNAL), Audit.state.in_(HELD)
    )
    ends: dict[int, date] = {row.id: row.ends_on for row in db.session.execute(query)}
    found = [(ends[each.audit_id], each) for each in tally.judged(ends)]
    conform = [(day, each.bare) for day, each in found if each.verdict is Verdict.CONFORM]
    return {
        "cnf": _shares(first, last, [(day, each.conform) for day, each in found]),
        "cwe": _shares(first, last, conform),
    }


Reader = Callable[[Month, Month], Figures]
READERS: dict[str, Reader] = {
    "aud": audits_on_time,
    "cnf": answered,
    "cwe": answered,
    "nco": raised,
    "nct": done_on_time,
    "ncf": done_on_time,
    "ncr": recurring,
    "eff": ineffective,
}
"""Which reading of the records tells each measure; one reading may tell several."""
KEYS: Sequence[str] = tuple(READERS)
