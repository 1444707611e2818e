"""When audits take place and who may lead them. Pure: plain values in, plain values out.

Months are numbers: year * 12 + month - 1. An audit falls due so many months after the one before; near that
month one is taken in which its department is visited anyway, else the one with the least work, so that the
year is spread evenly. What falls together in a month and a department becomes one audit, as is usual.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from audit_app.core import workdays

QUIET = frozenset({1, 12})
"""Calendar months without audits when others will do: the turn of the year."""
SLACK = 6
"""An audit may lie so many parts of its interval (12 months: two) before or after the month it falls due."""
MOST_HALF_DAYS = 10
"""Half auditor days that one audit holds at most: a working week of one auditor."""
MOST_PROCESSES = 6
"""Processes in one audit at most."""


@dataclass(frozen=True)
class Need:
    """One process to place: its urgency, interval in months, effort in half days, month of the last audit.

    ``department`` is where it is run; None joins no other process.
    """

    key: str
    score: int
    every: int
    half_days: int
    last: int | None
    department: int | None = None


class _Load:
    """Half days per month; and for each department and month, how many processes and half days."""

    def __init__(self) -> None:
        self.months: Counter[int] = Counter()
        self.visits: dict[tuple[int, int], tuple[int, int]] = {}

    def add(self, month: int, need: Need) -> None:
        """Take a process into a month."""
        self.months[month] += need.half_days
        if need.department is not None:
            count, work = self.visits.get((month, need.department), (0, 0))
            self.visits[month, need.department] = count + 1, work + need.half_days

    def joins(self, month: int, need: Need) -> bool:
        """Whether the department is visited in that month already and the visit has room left."""
        count, work = self.visits.get((month, need.department or 0), (0, 0))
        return 0 < count < MOST_PROCESSES and work + need.half_days <= MOST_HALF_DAYS


@dataclass(frozen=True)
class Visit:
    """One audit to be: its month, the department visited (None: none), and the keys of what is audited."""

    month: int
    department: int | None
    keys: tuple[str, ...]
    half_days: int


@dataclass(frozen=True)
class Dated:
    """A visit with its days and, where somebody is free of conflict, the person who could lead it."""

    visit: Visit
    starts_on: date
    ends_on: date
    lead: int | None = None


def number(day: date) -> int:
    """The month of a day as a number."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a numbered month."""
    return date(month // 12, month % 12 + 1, 1)


def horizon(first_year: int, years: int, today: date) -> range:
    """The months that are planned: from January, or from next month when the first year has begun already."""
    return range(max(first_year * 12, number(today) + 1), (first_year + years) * 12)


def place(needs: Iterable[Need], months: range) -> dict[str, list[int]]:
    """The months in which each process is audited; the most urgent choose first. Deterministic."""
    load = _Load()
    found: dict[str, list[int]] = {}
    for need in sorted(needs, key=lambda each: (-each.score, each.every, each.key)):
        found[need.key] = []
        due = months.start if need.last is None else max(need.last + need.every, months.start)
        while due < months.stop:
            chosen = _calmest(due, need, months, load)
            found[need.key].append(chosen)
            load.add(chosen, need)
            due = chosen + need.every
    return found


def _calmest(due: int, need: Need, months: range, load: _Load) -> int:
    slack = max(1, need.every // SLACK)
    earliest = months.start if need.last is None else max(months.start, need.last + 1)
    near = [month for month in range(due - slack, due + slack + 1) if month in months and month >= earliest]
    usable = [month for month in near if month % 12 + 1 not in QUIET] or near or [due]
    return min(
        usable, key=lambda month: (not load.joins(month, need), load.months[month], abs(month - due), month)
    )


def visits(
    placed: Mapping[str, Sequence[int]], half_days: Mapping[str, int], departments: Mapping[str, int | None]
) -> list[Visit]:
    """Audits out of placed processes: together by month and department, as long as they fit into a week."""
    groups: dict[tuple[int, int], list[str]] = defaultdict(list)
    for key, months in placed.items():
        for month in months:
            groups[month, departments.get(key) or 0].append(key)
    found: list[Visit] = []
    for (month, department), keys in sorted(groups.items()):
        lot: list[str] = []
        for key in sorted(keys):
            if lot and (len(lot) == MOST_PROCESSES or _sum(half_days, lot) + half_days[key] > MOST_HALF_DAYS):
                found.append(Visit(month, department or None, tuple(lot), _sum(half_days, lot)))
                lot = []
            lot.append(key)
        found.append(Visit(month, department or None, tuple(lot), _sum(half_days, lot)))
    return found


def _sum(half_days: Mapping[str, int], keys: Iterable[str]) -> int:
    return sum(half_days[key] for key in keys)


def dated(found: Iterable[Visit]) -> list[Dated]:
    """Days for each visit: the audits of a month begin one after the other, on working days of that month."""
    taken: Counter[int] = Counter()
    result = []
    for visit in found:
        days = working_days(visit.month)
        length = max(1, ceil(visit.half_days / 2))
        latest = max(0, len(days) - length)
        start = min(taken[visit.month] % (latest + 1), latest) if latest else 0
        taken[visit.month] += length
        result.append(Dated(visit, days[start], days[min(start + length, len(days)) - 1]))
    return result


def working_days(month: int) -> list[date]:
    """The working days of a month, without public holidays. A weekend day that is worked in exchange is no
    day for an audit: half of the house is away on it."""
    first = first_of(month)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return [day for day in workdays.working_days(first, last) if day.weekday() < workdays.SATURDAY]


def led(
    found: Iterable[Dated],
    fit: Callable[[Dated], Iterable[int]],
    busy: Mapping[int, Sequence[tuple[date, date]]],
) -> list[Dated]:
    """Who could lead each visit: fit for it, free on its days, and with the least to do so far.

    ``fit`` names the people who are independent of a visit and competent on its days; ``busy`` maps each
    person to the days they audit already. Nobody fit and free: the lead is left open.
    """
    days: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for person, taken in busy.items():
        days[person] += taken
    work: Counter[int] = Counter()
    result = []
    for each in found:
        free = [
            person
            for person in fit(each)
            if all(end < each.starts_on or start > each.ends_on for start, end in days[person])
        ]
        lead = min(free, key=lambda person: (work[person], person), default=None)
        if lead is not None:
            days[lead].append((each.starts_on, each.ends_on))
            work[lead] += each.visit.half_days
        result.append(Dated(each.visit, each.starts_on, each.ends_on, lead))
    return result
