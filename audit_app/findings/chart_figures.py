"""Counts behind the charts of the register: ageing, done by the first date, repeats, causes, distribution.

Every count can be opened: the conditions here are filters of the register too (``narrowing``), so a bar is as
high as its list is long. All are of nonconformities the reader may see, each chart in one query.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select

from audit_app.accounts.models import Person
from audit_app.competence.standards import clause_told
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.local_days import local_day
from audit_app.findings import deadlines
from audit_app.findings.figures import COUNTED, came_again
from audit_app.findings.models import NONCONFORMITY, CheckKind, Finding, FindingCheck, Grade, Origin
from audit_app.findings.pareto import Bar, bars
from audit_app.findings.told import other_standard, other_standards
from audit_app.findings.visibility import seen_by

IN_TIME, LATE, WAITING, AHEAD = "in_time", "late", "waiting", "ahead"
KEPT = (IN_TIME, LATE, WAITING, AHEAD)
"""What became of a first date: done by it, done after it, missed and not done, not reached and not done."""
AGAIN, FIRST = "again", "first"
RETURNED = (AGAIN, FIRST)
"""Whether a nonconformity is the second on its clause and department within twelve months (R10)."""
HELPED, FAILED = "helped", "failed"
CHECKED = (FAILED, HELPED)
"""What checks of effectiveness said."""
FEWEST = 10
"""Cases below which a rate says nothing: it is not named, only the numbers are."""
YEAR = timedelta(days=364)
NONCONFORMING = and_(COUNTED, Finding.grade.in_(NONCONFORMITY))


@dataclass(frozen=True)
class Selection:
    """What the charts are about; both days included, None for all."""

    first: date
    last: date
    grade: Grade | None = None
    department: int | None = None
    origin: Origin | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """All but the days: each chart knows which days it means."""
        found: list[ColumnElement[bool]] = [NONCONFORMING]
        if self.grade is not None:
            found.append(Finding.grade == self.grade)
        if self.department is not None:
            found.append(Finding.department_id == self.department)
        if self.origin is not None:
            found.append(Finding.origin == self.origin)
        return found

    @property
    def months(self) -> list[date]:
        """The first days of the months that the days touch."""
        begin = self.first.year * 12 + self.first.month - 1
        end = self.last.year * 12 + self.last.month - 1
        return [date(each // 12, each % 12 + 1, 1) for each in range(begin, end + 1)]


def selection(given: Mapping[str, str]) -> Selection:
    """What the address asks for; without days, or with days that make no sense, the last twelve months."""
    last = asked_day(given.get("last_day", "")) or today()
    first = asked_day(given.get("first_day", "")) or last - YEAR
    if first > last:
        first, last = last, first
    grade, origin, department = (given.get(name, "") for name in ("grade", "origin", "department"))
    return Selection(
        max(first, last - timedelta(days=10 * 366)),
        last,
        Grade(grade) if grade in {each.value for each in NONCONFORMITY} else None,
        int(department) if department.isdecimal() and len(department) < 10 else None,
        Origin(origin) if origin in {each.value for each in Origin} else None,
    )


def asked_day(text: str) -> date | None:
    """A day in an address; None for none, and for what is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Monthly:
    """Counts of a month by what became of its cases; ``first`` and ``last`` are its days in the selection."""

    first: date
    last: date
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All cases of the month."""
        return sum(self.counts.values())


def monthly(chosen: Selection, rows: Any, keys: tuple[str, ...]) -> list[Monthly]:
    """(day, key, count) gathered by month; a month without a case has zeros."""
    found: Counter[tuple[date, str]] = Counter()
    for day, key, count in rows:
        found[day.replace(day=1), key] += count
    made = []
    for start in chosen.months:
        end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        counts = {key: found[start, key] for key in keys}
        made.append(Monthly(max(start, chosen.first), min(end, chosen.last), counts))
    return made


# --- the charts ---------------------------------------------------------------------------------------------


def ageing(person: Person, chosen: Selection) -> dict[str, int]:
    """Nonconformities whose actions are not done, by days past their first date; today, whenever raised."""
    sums = [func.count().filter(deadlines.within(Finding, key, today())) for key in deadlines.BANDS]
    waiting = deadlines.waiting(Finding)
    query = select(*sums).select_from(Finding).where(seen_by(person), waiting, *chosen.conditions)
    return dict(zip(deadlines.BANDS, db.session.execute(query).one(), strict=True))


def on_time(person: Person, chosen: Selection, *, granted: bool = False) -> list[Monthly]:
    """Nonconformities by the month of their first date, and what became of it.

    ``granted``: by the date that stands now instead, which the time that was granted has moved.
    """
    day: Any = Finding.due_on if granted else Finding.original_due_on
    done = func.count(Finding.implemented_at)
    kept = func.count().filter(local_day(Finding.implemented_at) <= day)
    query = (
        select(day, func.count(), done, kept)
        .where(seen_by(person), day.between(chosen.first, chosen.last), *chosen.conditions)
        .group_by(day)
    )
    found = []
    for on, count, ended, in_time in db.session.execute(query):
        open_ = WAITING if on < today() else AHEAD
        found += [(on, IN_TIME, in_time), (on, LATE, ended - in_time), (on, open_, count - ended)]
    return monthly(chosen, found, KEPT)


def repeats(person: Person, chosen: Selection) -> list[Monthly]:
    """Nonconformities by the month they were raised in: again on their clause and department, or not."""
    day = Finding.raised_on
    query = (
        select(day, func.count(), func.count().filter(came_again(other_standards())))
        .where(seen_by(person), day.between(chosen.first, chosen.last), *chosen.conditions)
        .group_by(day)
    )
    found = []
    for on, count, again in db.session.execute(query):
        found += [(on, AGAIN, again), (on, FIRST, count - again)]
    return monthly(chosen, found, RETURNED)


@dataclass(frozen=True)
class Cell:
    """Nonconformities on a clause in a department, of which major; ``standard`` is empty for our own."""

    clause: str
    standard: str
    department: int | None
    count: int
    major: int

    @property
    def told(self) -> str:
        """The clause, with its standard where that is another one."""
        return clause_told(self.standard, self.clause) if self.clause else ""


def raised(person: Person, chosen: Selection) -> tuple[list[Bar], list[Cell]]:
    """The Pareto of causes, the largest first, and clause by department (不符合项分布表): one query."""
    standard = other_standard(Finding, other_standards()).label("standard")
    kinds = (Finding.clause, standard, Finding.department_id, Finding.cause_category)
    major = func.count().filter(Finding.grade == Grade.MAJOR)
    query = (
        select(*kinds, func.count(), major)
        .where(seen_by(person), Finding.raised_on.between(chosen.first, chosen.last), *chosen.conditions)
        .group_by(*kinds)
    )
    causes: Counter[Any] = Counter()
    places: Counter[tuple[str, str, int | None]] = Counter()
    majors: Counter[tuple[str, str, int | None]] = Counter()
    for clause, other, department, cause, count, grave in db.session.execute(query):
        causes[cause] += count
        places[clause, other, department] += count
        majors[clause, other, department] += grave
    cells = [Cell(*place, count, majors[place]) for place, count in places.items()]
    return bars(list(causes.items())), cells


# --- the rows behind a bar ----------------------------------------------------------------------------------

NONE = "none"
"""Filter value for no department, no clause."""


def narrowing(given: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Conditions of the register behind a bar: ``kept``, ``kept_now``, ``checked``, ``again``, ``on_clause``,
    ``standard``.
    """
    found: list[ColumnElement[bool]] = []
    if given.get("kept"):
        found += _kept(given["kept"], Finding.original_due_on)
    if given.get("kept_now"):
        found += _kept(given["kept_now"], Finding.due_on)
    if given.get("checked"):
        found += _checked(given)
    if given.get("again"):
        condition = came_again(other_standards())
        known = {AGAIN: condition, FIRST: not_(condition)}
        found += [NONCONFORMING, known.get(given["again"], false())]
    if given.get("on_clause"):
        clause = "" if given["on_clause"] == NONE else given["on_clause"]
        standard = other_standard(Finding, other_standards())
        found += [NONCONFORMING, Finding.clause == clause, standard == given.get("standard", "")]
    return found


def _kept(asked: str, day: Any) -> list[ColumnElement[bool]]:
    done = local_day(Finding.implemented_at)
    waits = Finding.implemented_at.is_(None)
    known: dict[str, ColumnElement[bool]] = {
        IN_TIME: done <= day,
        LATE: done > day,
        WAITING: and_(waits, day < today()),
        AHEAD: and_(waits, day >= today()),
    }
    return [NONCONFORMING, known.get(asked, false())]


def _checked(given: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """Nonconformities with a check of effectiveness that said so, within the days ``checked_from`` and
    ``checked_to``.
    """
    if given["checked"] not in CHECKED:
        return [false()]
    first, last = (asked_day(given.get(name, "")) for name in ("checked_from", "checked_to"))
    day = local_day(FindingCheck.at)
    made = [
        FindingCheck.finding_id == Finding.id,
        FindingCheck.kind == CheckKind.EFFECTIVENESS,
        FindingCheck.passed.is_(given["checked"] == HELPED),
        *([day >= first] if first is not None else []),
        *([day <= last] if last is not None else []),
    ]
    return [NONCONFORMING, exists().where(*made)]


def open_on(day: date) -> ColumnElement[bool]:
    """Raised by the end of a day and not closed by it."""
    return and_(Finding.raised_on <= day, or_(Finding.closed_on.is_(None), Finding.closed_on > day))
