"""Who audits how much, month by month, and where it is too much."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from audit_app.accounts.models import Person
from audit_app.core import workdays
from audit_app.core.clock import local
from audit_app.programme.models import Audit, AuditState, TeamRole

MOST_DAYS = 8
"""Audit days of one person in one month beyond which it is pointed out: they all have other work."""
DAY_MINUTES = 8 * 60
WORKS = frozenset({TeamRole.AUDITOR, TeamRole.TRAINEE, TeamRole.EXPERT})


@dataclass
class Load:
    """One person's year: audits and days by month (1 to 12), ``minutes`` of them after an agenda.

    Where an agenda names the person, the time of its slots counts, eight hours a day; else the working days
    of the audit.
    """

    person: Person
    audits: dict[int, list[Audit]] = field(default_factory=lambda: defaultdict(list))
    days: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    minutes: int = 0
    by_agenda: set[int] = field(default_factory=set)
    clashes: list[tuple[Audit, Audit]] = field(default_factory=list)

    @property
    def total_days(self) -> float:
        """Days of the year."""
        return sum(self.days.values())

    @property
    def agenda_hours(self) -> float:
        """Hours that agendas name, within the days."""
        return self.minutes / 60

    @property
    def counted(self) -> Any:
        """What was counted, in words."""
        if not self.audits:
            return ""
        if not self.by_agenda:
            return _l("audit days")
        return _l("agenda hours") if len(self.by_agenda) == self.total_audits else _l("hours and days")

    @property
    def total_audits(self) -> int:
        """Audits of the year, each once."""
        return len({audit.id for found in self.audits.values() for audit in found})

    @property
    def overloaded(self) -> list[int]:
        """Months with too many days."""
        return [month for month in range(1, 13) if self.days[month] > MOST_DAYS]


@dataclass(frozen=True)
class Workload:
    """All who audit in a year, the busiest first, and what to look at in words."""

    year: int
    loads: tuple[Load, ...]
    remarks: tuple[Any, ...]


def working_days(first: date, last: date) -> list[date]:
    """The working days from the first to the last day; an audit on days off counts its own days."""
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return list(workdays.working_days(first, last)) or every


def workload(audits: Iterable[Audit], year: int, idle: Iterable[Person] = ()) -> Workload:
    """Audits and days per person and month; ``idle`` are auditors who should be shown although they do
    nothing yet. Cancelled audits, and those a certification body conducts, do not count."""
    loads: dict[Person, Load] = {}
    for audit in audits:
        if audit.external or audit.state is AuditState.CANCELLED:
            continue
        team = ([audit.lead] if audit.lead else []) + [m.person for m in audit.members if m.role in WORKS]
        for person in dict.fromkeys(team):
            _count(loads.setdefault(person, Load(person)), audit, year)
    for person in idle:
        loads.setdefault(person, Load(person))
    order = sorted(loads.values(), key=lambda load: (-load.total_days, load.person.sort_key))
    return Workload(year, tuple(order), tuple(words for load in order for words in _remarks(load)))


def _count(load: Load, audit: Audit, year: int) -> None:
    slots = _slots(audit, load.person)
    worked = [(day, DAY_MINUTES) for day in working_days(audit.starts_on, audit.ends_on)]
    for day, minutes in slots or worked:
        if day.year == year:
            load.days[day.month] += minutes / DAY_MINUTES
            if slots:
                load.minutes += minutes
                load.by_agenda.add(audit.id)
            if audit not in load.audits[day.month]:
                load.audits[day.month].append(audit)
    known = {each.id: each for found in load.audits.values() for each in found if each is not audit}
    for other in known.values():
        if other.starts_on <= audit.ends_on and audit.starts_on <= other.ends_on:
            load.clashes.append((other, audit))


def _slots(audit: Audit, person: Person) -> list[tuple[date, int]]:
    """Day and minutes of each slot of the agenda in which a person audits; breaks do not count."""
    if audit.plan is None:
        return []
    return [
        (local(slot.starts_at).date(), slot.minutes)
        for slot in audit.plan.slots
        if slot.kind != "break" and any(each.id == person.id for each in slot.auditors)
    ]


def _remarks(load: Load) -> Iterator[Any]:
    for month in load.overloaded:
        yield ngettext(
            "%(person)s audits %(num)s day in month %(month)s; more than %(most)s are too much "
            "beside other work.",
            "%(person)s audits %(num)s days in month %(month)s; more than %(most)s are too much "
            "beside other work.",
            round(load.days[month]),
            person=load.person.name,
            month=month,
            most=MOST_DAYS,
        )
    for first, second in load.clashes:
        yield _l(
            "%(person)s is in two audits at once: %(first)s and %(second)s.",
            person=load.person.name,
            first=first.code,
            second=second.code,
        )
