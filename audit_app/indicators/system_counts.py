"""Counts behind the trends of the system itself, over what the reader may see; a constant number of queries.

Nonconformities narrow by the same conditions as the charts of the register (``findings/chart_figures.py``),
so that each count is as large as the list it opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.library import assessable_clauses
from audit_app.accounts.models import Person
from audit_app.checklists import tally
from audit_app.checklists.models import Verdict
from audit_app.competence.standards import clause_told
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.core.labels import Label
from audit_app.core.local_days import local_day
from audit_app.findings import chart_figures
from audit_app.findings.chart_figures import FAILED, HELPED, Selection
from audit_app.findings.models import CheckKind, Finding, FindingCheck, Grade, Origin
from audit_app.findings.told import other_standard, other_standards
from audit_app.findings.visibility import seen_by
from audit_app.indicators.periods import Month
from audit_app.indicators.reading import HISTORY
from audit_app.indicators.system import HELD, REPORT_WITHIN
from audit_app.programme import queries as programme
from audit_app.programme.models import EXTERNAL, Audit, AuditState

AGES = ((0, 30), (31, 60), (61, 90), (91, None))
"""Days since a nonconformity was raised, on the last day of a month."""


class By(Label):
    """What nonconformities are sorted by."""

    CLAUSE = "clause", _l("Clause")
    PROCESS = "process", _l("Process")
    DEPARTMENT = "department", _l("Department")
    GRADE = "grade", _l("Grade")
    ORIGIN = "origin", _l("Origin")


@dataclass(frozen=True)
class Raised:
    """Nonconformities of a kind raised on a day; ``standard`` is empty for our own."""

    day: date
    clause: str
    standard: str
    process: int | None
    department: int | None
    grade: Grade
    origin: Origin
    count: int

    def key(self, by: By) -> Any:
        """What the nonconformities have in common."""
        if by is By.CLAUSE:
            return self.clause, self.standard
        return getattr(self, by.value)

    @property
    def told(self) -> str:
        """The clause, with its standard where that is another one."""
        return clause_told(self.standard, self.clause) if self.clause else ""


def wide(chosen: Selection) -> Selection:
    """The same selection from as far back as limits look, whole months."""
    first = Month.of(chosen.last).plus(1 - HISTORY).first
    return replace(chosen, first=min(first, chosen.first.replace(day=1)))


def raised(person: Person, chosen: Selection) -> list[Raised]:
    """Nonconformities by day and kind, as far back as limits look. One query."""
    standard = other_standard(Finding, other_standards()).label("standard")
    kinds = (
        Finding.raised_on, Finding.clause, standard, Finding.process_id, Finding.department_id,
        Finding.grade, Finding.origin,
    )  # fmt: skip
    span = wide(chosen)
    query = (
        select(*kinds, func.count())
        .where(seen_by(person), Finding.raised_on.between(span.first, span.last), *chosen.conditions)
        .group_by(*kinds)
    )
    return [Raised(*row) for row in db.session.execute(query)]


@dataclass(frozen=True)
class Flow:
    """A month: raised, closed, and what was open on its last day by age in days (``AGES``)."""

    first: date
    last: date
    raised: int
    closed: int
    ages: tuple[int, ...]

    @property
    def open(self) -> int:
        """Open on the last day."""
        return sum(self.ages)


def flow(person: Person, chosen: Selection) -> list[Flow]:
    """Raised, closed and still open per month, the last one up to today. One query."""
    query = (
        select(Finding.raised_on, Finding.closed_on, func.count())
        .where(seen_by(person), Finding.raised_on <= chosen.last, *chosen.conditions)
        .where((Finding.closed_on.is_(None)) | (Finding.closed_on >= chosen.first.replace(day=1)))
        .group_by(Finding.raised_on, Finding.closed_on)
    )
    rows: list[Any] = list(db.session.execute(query))
    begun = [month for month in map(Month.of, chosen.months) if month.first <= today()]
    return [_month(rows, month.first, min(month.last, chosen.last, today())) for month in begun]


def _month(rows: Sequence[Any], first: date, last: date) -> Flow:
    """One month of rows (raised on, closed on, how many)."""
    still = [
        ((last - day).days, count)
        for day, closed, count in rows
        if day <= last and (closed is None or closed > last)
    ]
    return Flow(
        first,
        last,
        sum(count for day, _closed, count in rows if first <= day <= last),
        sum(count for _day, closed, count in rows if closed is not None and first <= closed <= last),
        tuple(
            sum(count for age, count in still if age >= low and (high is None or age <= high))
            for low, high in AGES
        ),
    )


def checked(person: Person, chosen: Selection) -> list[chart_figures.Monthly]:
    """Nonconformities by the month of their checks of effectiveness and what those said. One query."""
    day, span = local_day(FindingCheck.at), wide(chosen)
    query = (
        select(FindingCheck.passed, day, FindingCheck.finding_id)
        .join(Finding, Finding.id == FindingCheck.finding_id)
        .where(
            seen_by(person), FindingCheck.kind == CheckKind.EFFECTIVENESS,
            day.between(span.first, span.last), *chosen.conditions,
        )
    )  # fmt: skip
    once = {(on.replace(day=1), passed, finding) for passed, on, finding in db.session.execute(query)}
    rows = [(first, HELPED if passed else FAILED, 1) for first, passed, _finding in once]
    return chart_figures.monthly(span, rows, chart_figures.CHECKED)


# --- audits -------------------------------------------------------------------------------------------------


class Outcome(Label):
    """What became of a planned audit."""

    ON_TIME = "on_time", _l("Done on time"), "success"
    LATE = "done_late", _l("Done late"), "warning"
    OVERDUE = "overdue", _l("Not done in time"), "danger"
    AHEAD = "ahead", _l("Still within its time"), "secondary"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary"


def outcome(audit: Audit) -> Outcome:
    """Reported within 14 days of its planned end is on time, as for AUD."""
    if audit.state is AuditState.CANCELLED:
        return Outcome.CANCELLED
    limit = audit.ends_on + REPORT_WITHIN
    if audit.reported_at is not None:
        return Outcome.ON_TIME if local(audit.reported_at).date() <= limit else Outcome.LATE
    return Outcome.OVERDUE if limit < today() else Outcome.AHEAD


def planned(person: Person, chosen: Selection) -> list[Audit]:
    """Our own audits planned to end in the days chosen. One query."""
    query = (
        programme.visible_to(person)
        .where(Audit.ends_on.between(chosen.first, chosen.last), Audit.kind.not_in(EXTERNAL))
        .options(joinedload(Audit.programme), joinedload(Audit.lead).lazyload("*"))
        .order_by(Audit.ends_on, Audit.id)
    )
    return list(db.session.scalars(query).unique())


def quarter(day: date) -> tuple[int, int]:
    """Year and quarter."""
    return day.year, (day.month + 2) // 3


@dataclass(slots=True)
class Assessed:
    """Answers of an audit, or of a clause in an audit."""

    judged: int = 0
    conform: int = 0
    said_conform: int = 0
    bare: int = 0
    level: int = 0
    levelled: int = 0

    def add(self, each: tally.Judged) -> None:
        """One answer more."""
        self.judged += 1
        self.conform += each.conform
        self.said_conform += each.verdict is Verdict.CONFORM
        self.bare += each.bare
        if each.level is not None:
            self.level += each.weight * each.level
            self.levelled += each.weight

    @property
    def conformity(self) -> float | None:
        """Share of the answers without a nonconformity in percent; None while nothing was judged."""
        return 100 * self.conform / self.judged if self.judged else None

    @property
    def maturity(self) -> float | None:
        """Weighted mean of the scores, 0 to 4; None where no question is answered by a score."""
        return self.level / self.levelled if self.levelled else None


@dataclass(frozen=True)
class Answers:
    """Audits that were held, oldest first, with their answers by audit and by clause of our own standard."""

    audits: tuple[Audit, ...]
    by_audit: dict[int, Assessed]
    by_clause: dict[str, dict[int, Assessed]]


def answers(audits: Sequence[Audit]) -> Answers:
    """The answers of those audits that were held. Four queries."""
    held = [audit for audit in audits if audit.state in HELD]
    by_audit: dict[int, Assessed] = {}
    by_clause: dict[str, dict[int, Assessed]] = {}
    for each in tally.judged([audit.id for audit in held]):
        by_audit.setdefault(each.audit_id, Assessed()).add(each)
        if each.clause:
            row = by_clause.setdefault(row_of(each.clause), {})
            row.setdefault(each.audit_id, Assessed()).add(each)
    return Answers(tuple(audit for audit in held if audit.id in by_audit), by_audit, by_clause)


def row_of(clause: str) -> str:
    """The clause whose row an answer belongs to: the nearest one that can be audited by itself."""
    known, parts = assessable_clauses(), clause.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((each for each in above if each in known), clause)
