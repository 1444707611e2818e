"""Figures over findings, each made by GROUP BY in a constant number of queries."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from audit_app.accounts.models import Person
from audit_app.competence.standards import clause_told
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings.models import (
    NONCONFORMITY,
    SETTLED,
    Action,
    ActionState,
    Finding,
    FindingState,
    Grade,
)
from audit_app.findings.told import other_standard, other_standards
from audit_app.findings.visibility import seen_by, visible_actions

AGES = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (None, "91+"))
"""Upper end in days and key of each ageing bucket."""
COUNTED = Finding.state.not_in((FindingState.DRAFT, FindingState.WITHDRAWN))
"""Drafts are not yet findings, withdrawn ones no longer."""
OPEN = tuple(state for state in FindingState if state not in SETTLED and state is not FindingState.DRAFT)
"""Issued and not settled. Named one by one, so that an index on the state finds them."""


@dataclass(frozen=True)
class Month:
    """Findings opened and closed in a calendar month."""

    start: date
    opened: int
    closed: int

    @property
    def end(self) -> date:
        """Last day of the month."""
        return (self.start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Board:
    """What a person's home and the dashboard show. Counts are over what the person may see.

    ``by_grade``, ``ages`` and ``overdue`` count open findings (issued, not settled). Each bucket of ``ages``
    is (key, count, raised from, raised to), so that the figure can link to the rows behind it.
    """

    by_grade: dict[Grade, int]
    open: int
    overdue: int
    ages: tuple[tuple[str, int, date | None, date], ...]
    months: tuple[Month, ...]
    actions_open: int
    actions_overdue: int
    my_actions: int
    my_actions_overdue: int
    my_findings: int


def _counts(column: Any, *conditions: ColumnElement[bool]) -> dict[Any, int]:
    query = select(column, func.count()).select_from(Finding).where(*conditions).group_by(column)
    return {row[0]: row[1] for row in db.session.execute(query)}


def month_starts(until: date, count: int) -> list[date]:
    """First days of the last ``count`` months, oldest first, the month of ``until`` included."""
    index = until.year * 12 + until.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(index - count + 1, index + 1)]


def board(person: Person, months: int = 12) -> Board:
    """The figures for one person's home and dashboard, in five queries that the indexes answer."""
    seen, day = seen_by(person), today()
    starts = month_starts(day, months)
    opened = _per_month(_counts(Finding.raised_on, seen, COUNTED, Finding.raised_on >= starts[0]))
    closed = _per_month(
        _counts(Finding.closed_on, seen, Finding.state == FindingState.CLOSED, Finding.closed_on >= starts[0])
    )
    open_ = and_(seen, Finding.state.in_(OPEN))
    by_grade = _counts(Finding.grade, open_)
    total = sum(by_grade.values())
    overdue, mine, *since = _tally(
        open_,
        Finding.next_due_on < day,
        Finding.owner_id == person.id,
        *(Finding.raised_on >= day - timedelta(days=upper) for upper, _key in AGES if upper is not None),
    )
    all_open, all_late, my_open, my_late = _action_counts(person, day)
    return Board(
        by_grade={grade: by_grade.get(grade, 0) for grade in Grade},
        open=total,
        overdue=overdue,
        ages=_ages([*since, total], day),
        months=tuple(Month(start, opened[start], closed[start]) for start in starts),
        actions_open=all_open,
        actions_overdue=all_late,
        my_actions=my_open,
        my_actions_overdue=my_late,
        my_findings=mine,
    )


def _tally(among: ColumnElement[bool], *conditions: ColumnElement[bool]) -> list[int]:
    """How many findings meet each condition: one query, each count by the index that suits it."""
    counts = [
        select(func.count()).select_from(Finding).where(among, each).scalar_subquery() for each in conditions
    ]
    return list(db.session.execute(select(*counts)).one())


def _per_month(days: dict[date, int]) -> Counter[date]:
    found: Counter[date] = Counter()
    for day, count in days.items():
        found[day.replace(day=1)] += count
    return found


def _ages(since: Sequence[int], day: date) -> tuple[tuple[str, int, date | None, date], ...]:
    """The buckets, from the counts of findings that are at most as old as each bucket's upper end."""
    buckets, before, youngest = [], 0, 0
    for (upper, key), count in zip(AGES, since, strict=True):
        first = None if upper is None else day - timedelta(days=upper)
        buckets.append((key, count - before, first, day - timedelta(days=youngest)))
        before, youngest = count, (upper or 0) + 1
    return tuple(buckets)


def _action_counts(person: Person, day: date) -> tuple[int, int, int, int]:
    """Open and late actions: all the person sees, and their own."""
    rows = visible_actions(person).where(Action.state == ActionState.OPEN).subquery()
    mine, late = rows.c.owner_id == person.id, rows.c.due_on < day
    query = select(
        func.count(),
        func.count().filter(late),
        func.count().filter(mine),
        func.count().filter(and_(mine, late)),
    ).select_from(rows)
    found = db.session.execute(query).one()
    return found[0], found[1], found[2], found[3]


@dataclass(frozen=True)
class Share:
    """A rate with what it is made of; ``percent`` is None when there was no case."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        """Numerator over denominator in percent."""
        return 100 * self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Statistics:
    """Findings of a period, for review input c1 and the audit report. Keys of the counts are ids or clause
    numbers.

    ``opened``, the counts ``by_…`` and ``matrix`` are over findings raised in the period; ``by_clause`` and
    ``matrix`` (the distribution table: clause × department) hold nonconformities only. ``open_now`` and
    ``average_age`` (days) are taken at the end of the period, or today if that comes first.
    """

    date_from: date
    date_to: date
    opened: int
    closed: int
    open_now: int
    overdue: int
    by_grade: dict[Grade, int]
    by_clause: dict[str, int]
    by_process: dict[int | None, int]
    by_department: dict[int | None, int]
    matrix: dict[tuple[str, int | None], int]
    average_age: float | None
    recurring: Share
    on_time: Share

    @property
    def top_clauses(self) -> list[tuple[str, int]]:
        """Clauses with most nonconformities first."""
        return sorted(self.by_clause.items(), key=lambda pair: (-pair[1], pair[0]))


def statistics(date_from: date, date_to: date) -> Statistics:
    """Figures of a period, both days included, over all findings (no person's view), in a dozen queries."""
    raised = and_(COUNTED, Finding.raised_on.between(date_from, date_to))
    nonconforming = and_(raised, Finding.grade.in_(NONCONFORMITY))
    end = min(date_to, today())
    still_open = and_(
        COUNTED, Finding.raised_on <= end, or_(Finding.closed_on.is_(None), Finding.closed_on > end)
    )
    ages = _counts(Finding.raised_on, still_open)
    number_open = sum(ages.values())
    days = sum((end - day).days * count for day, count in ages.items())
    closed = _counts(
        Finding.state, Finding.state == FindingState.CLOSED, Finding.closed_on.between(date_from, date_to)
    )
    by_grade = _counts(Finding.grade, raised)
    matrix = _distribution(nonconforming)
    return Statistics(
        date_from=date_from,
        date_to=date_to,
        opened=sum(by_grade.values()),
        closed=sum(closed.values()),
        open_now=number_open,
        overdue=sum(_counts(Finding.state, still_open, Finding.next_due_on < end).values()),
        by_grade={grade: by_grade.get(grade, 0) for grade in Grade},
        by_clause=_by_clause(matrix),
        by_process=_counts(Finding.process_id, raised),
        by_department=_counts(Finding.department_id, raised),
        matrix=matrix,
        average_age=days / number_open if number_open else None,
        recurring=recurring(date_from, date_to),
        on_time=on_time(date_from, date_to),
    )


def _distribution(condition: ColumnElement[bool]) -> dict[tuple[str, int | None], int]:
    """Clause × department; the clause of another standard is told with that standard. Two queries."""
    standard = other_standard(Finding, other_standards()).label("standard")
    each = select(Finding.clause, standard, Finding.department_id).where(condition).subquery()
    kinds = (each.c.clause, each.c.standard, each.c.department_id)
    found: Counter[tuple[str, int | None]] = Counter()
    rows = db.session.execute(select(*kinds, func.count()).group_by(*kinds))
    for clause, other, department, count in rows:
        found[clause_told(other, clause), department] += count
    return dict(found)


def _by_clause(matrix: dict[tuple[str, int | None], int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (clause, _department), count in matrix.items():
        found[clause] += count
    return dict(found)


def recurring(date_from: date, date_to: date) -> Share:
    """Nonconformities of the period on a clause and department that had one in the 12 months before."""
    again = came_again(other_standards())
    raised = and_(COUNTED, Finding.grade.in_(NONCONFORMITY), Finding.raised_on.between(date_from, date_to))
    query = select(func.count(), func.count().filter(again)).where(raised)
    total, repeated = db.session.execute(query).one()
    return Share(repeated, total)


def came_again(among: list[str]) -> ColumnElement[bool]:
    """The condition: a clause and department that had a nonconformity in the 12 months before.

    ``among``: what ``told.other_standards`` found.
    """
    before = aliased(Finding)
    earlier = select(before.id).where(  # the id alone, so that the index holds all that is asked
        before.clause == Finding.clause,
        before.department_id == Finding.department_id,
        before.raised_on >= _year_before(Finding.raised_on),
        before.raised_on <= Finding.raised_on,
        # By day and not by number: an old register that came in later holds what was found before.
        or_(before.raised_on < Finding.raised_on, before.id < Finding.id),
        before.grade.in_(NONCONFORMITY),
        before.state.not_in((FindingState.DRAFT, FindingState.WITHDRAWN)),
        other_standard(before, among) == other_standard(Finding, among),
    )
    return and_(Finding.clause != "", earlier.exists())


def _year_before(column: Any) -> Any:
    """The column's day minus 365 days, in the words of the database."""
    if db.session.get_bind().dialect.name == "sqlite":
        return func.date(column, "-365 days")
    return column - 365


def on_time(date_from: date, date_to: date) -> Share:
    """Of the nonconformities due in the period: those whose actions were reported done by the due date.

    The due date is that of the corrective action; closing comes later, when effectiveness has been seen, and
    would measure the check and not the work. A finding whose due date is still ahead is not counted yet.
    """
    query = select(Finding.due_on, Finding.implemented_at).where(
        COUNTED, Finding.grade.in_(NONCONFORMITY), Finding.due_on.between(date_from, date_to)
    )
    day, kept, counted = today(), 0, 0
    for due_on, moment in db.session.execute(query):
        if due_on is None:
            continue
        in_time = moment is not None and local(moment).date() <= due_on
        if in_time or due_on < day:
            counted, kept = counted + 1, kept + in_time
    return Share(kept, counted)
