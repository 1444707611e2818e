"""The nonconformities of a period: read once, and counted by day and by month."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from audit_app.accounts.models import Department, Person, Process
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings import figures
from audit_app.findings.models import NONCONFORMITY, Finding
from audit_app.findings.told import other_standard, other_standards
from audit_app.indicators.periods import Month as Calendar
from audit_app.indicators.periods import months

NEVER = date.max


@dataclass(frozen=True)
class Findings:
    """The nonconformities that were open at some time in the period, and the shares as the register counts
    them.
    """

    rows: tuple[Any, ...]
    shares: figures.Statistics
    date_from: date
    date_to: date
    before: tuple[Any, ...] = ()
    """What was raised in the time just as long before, by kind and how many (``count``)."""
    known_before: bool = False
    """Whether anything at all was recorded in that time or earlier: else nothing can be compared."""

    @property
    def span_before(self) -> tuple[date, date]:
        """First and last day of the time that the period is compared with."""
        return before(self.date_from, self.end)

    @cached_property
    def end(self) -> date:
        """The last day that figures speak of: today, if the period is still running."""
        return min(self.date_to, today())

    def raised(self) -> list[Any]:
        """Rows raised in the period."""
        return [row for row in self.rows if self.date_from <= row.raised_on <= self.end]

    def closed(self) -> list[Any]:
        """Rows closed in the period."""
        return [row for row in self.rows if row.closed_on and self.date_from <= row.closed_on <= self.end]

    def open_on(self, day: date) -> list[Any]:
        """Rows open at the end of a day."""
        return [
            row
            for row in self.rows
            if row.raised_on <= day and (row.closed_on is None or row.closed_on > day)
        ]

    def overdue_on(self, day: date) -> list[Any]:
        """Of those, rows whose actions were due before and not reported done by then."""
        return [row for row in self.open_on(day) if late(row, day)]

    @cached_property
    def by_month(self) -> list[tuple[Calendar, tuple[int, int, int, int]]]:
        """Per month of the period: raised and closed in it, open and overdue at its end. The days of each row
        are read once; tables and charts share the counts.
        """
        raised = Counter(Calendar.of(row.raised_on) for row in self.raised())
        closed = Counter(Calendar.of(row.closed_on) for row in self.closed())
        lives = [_life(row) for row in self.rows]
        found = []
        for one in months(Calendar.of(self.date_from), Calendar.of(self.end)):
            day = min(one.last, self.end)
            still = [(due, done) for start, end, due, done in lives if start <= day < end]
            late_ones = sum(due < day < done for due, done in still)
            found.append((one, (raised[one], closed[one], len(still), late_ones)))
        return found


def _life(row: Any) -> tuple[date, date, date, date]:
    """Raised, closed, due and reported done; what has not come yet lies beyond all days."""
    done = NEVER if row.implemented_at is None else local(row.implemented_at).date()
    return row.raised_on, row.closed_on or NEVER, row.due_on or NEVER, done


def late(row: Any, day: date) -> bool:
    """Due before a day and not reported done by it."""
    done = row.implemented_at is not None and local(row.implemented_at).date() <= day
    return row.due_on is not None and row.due_on < day and not done


def before(date_from: date, date_to: date) -> tuple[date, date]:
    """The time just as long before a period: as many months where it has whole ones, else as many days."""
    last = date_from - timedelta(days=1)
    if date_from.day == 1 and (date_to + timedelta(days=1)).day == 1:
        count = len(list(months(Calendar.of(date_from), Calendar.of(date_to))))
        return Calendar.of(date_from).plus(-count).first, last
    return last - (date_to - date_from), last


def read(date_from: date, date_to: date) -> Findings:
    """All nonconformities of the period in one query, those before it counted in two, and the shares of the
    register.
    """
    owner, department, process = aliased(Person), aliased(Department), aliased(Process)
    kinds = _kinds(department, process)
    query = (
        select(
            *kinds,
            Finding.code,
            Finding.title,
            Finding.state,
            Finding.raised_on,
            Finding.closed_on,
            Finding.due_on,
            Finding.implemented_at,
            owner.name.label("owner"),
        )
        .select_from(Finding)
        .outerjoin(owner, Finding.owner_id == owner.id)
        .outerjoin(department, Finding.department_id == department.id)
        .outerjoin(process, Finding.process_id == process.id)
        .where(
            figures.COUNTED,
            Finding.grade.in_(NONCONFORMITY),
            Finding.raised_on <= date_to,
            or_(Finding.closed_on.is_(None), Finding.closed_on >= date_from),
        )
        .order_by(Finding.id)
    )
    span = before(date_from, min(date_to, today()))
    return Findings(
        tuple(db.session.execute(query)),
        figures.statistics(date_from, date_to),
        date_from,
        date_to,
        tuple(db.session.execute(_counted(kinds, department, process, span))),
        bool(db.session.scalar(select(_raised(Finding.raised_on <= span[1]).exists()))),
    )


def _kinds(department: Any, process: Any) -> tuple[Any, ...]:
    """Everything that nonconformities are counted by."""
    return (
        Finding.grade,
        Finding.origin,
        Finding.clause.label("number"),
        other_standard(Finding, other_standards()).label("standard"),
        process.code.label("process"),
        process.name_en.label("process_en"),
        process.name_zh.label("process_zh"),
        department.code.label("department"),
        department.name_en.label("department_en"),
        department.name_zh.label("department_zh"),
    )


def _raised(*conditions: Any) -> Select[Any]:
    return select(Finding.id).where(figures.COUNTED, Finding.grade.in_(NONCONFORMITY), *conditions)


def _counted(kinds: tuple[Any, ...], department: Any, process: Any, span: tuple[date, date]) -> Select[Any]:
    """How many of each kind were raised between two days."""
    return (
        select(*kinds, func.count().label("count"))
        .select_from(Finding)
        .outerjoin(department, Finding.department_id == department.id)
        .outerjoin(process, Finding.process_id == process.id)
        .where(figures.COUNTED, Finding.grade.in_(NONCONFORMITY), Finding.raised_on.between(*span))
        .group_by(*kinds)
    )
