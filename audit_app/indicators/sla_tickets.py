"""Response and resolution within what was agreed, per priority, by the agreed clock (clauses 8.6.1, 8.3.3).

A ticket is owed what the agreement of the day it was opened says for its priority. Its resolution counts to
the last one: a ticket that was opened again is resolved when its log says so for the last time. One still
open counts as late once its time has run out by the end of what is known, and not at all before. What the
log does not tell is counted beside, never as kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from audit_app.indicators.agreed_text import key
from audit_app.indicators.availability import MINUTE
from audit_app.indicators.periods import Span
from audit_app.indicators.service_hours import Clock
from audit_app.indicators.sla import Target, Terms, in_force


class Case(NamedTuple):
    """What is needed of a ticket. ``known_at``: when its log was read in, the end of what is known of it."""

    priority: str
    opened_at: datetime
    responded_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tickets were in time, late, not due yet, and of how many the log does not tell."""

    met: int = 0
    late: int = 0
    open: int = 0
    untold: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.met + other.met, self.late + other.late, self.open + other.open, self.untold + other.untold
        )

    @property
    def judged(self) -> int:
        """Tickets that were in time or late."""
        return self.met + self.late

    @property
    def percent(self) -> float | None:
        """Percent in time of those judged; None without any."""
        return self.met / self.judged * 100 if self.judged else None


MET, LATE, OPEN, UNTOLD = Tally(met=1), Tally(late=1), Tally(open=1), Tally(untold=1)


@dataclass
class ByPriority:
    """Response and resolution of one priority, with the targets that held for its tickets."""

    priority: str
    response: Tally = Tally()
    resolution: Tally = Tally()
    targets: list[Target] = field(default_factory=list)


class Judge:
    """Judges tickets of ONE service. Clocks of service hours are made once for each agreement."""

    def __init__(self, terms: Sequence[Terms], reach: Span) -> None:
        """``reach``: from the first opening to the last moment that is asked about."""
        self._terms = terms
        self._clocks: Mapping[int, Clock] = {
            place: Clock(each.hours.within(reach)) for place, each in enumerate(terms)
        }

    def of(self, opened: datetime, priority: str) -> tuple[Target, Clock] | None:
        """What is owed to a ticket, and the clock of its agreement; None where nothing is."""
        if not self._terms:
            return None
        zone = ZoneInfo(self._terms[-1].hours.zone)
        held = in_force(self._terms, opened.astimezone(zone).date())
        if held is None:
            return None
        wanted = key(priority)
        target = next((each for name, each in held.targets.items() if key(name) == wanted), None)
        return None if target is None else (target, self._clocks[self._terms.index(held)])


def judged(
    opened: datetime, done: datetime | None, limit: int, target: Target, clock: Clock, known: datetime
) -> Tally:
    """One ticket against one limit in minutes."""
    end = known if done is None else done
    taken = clock.minutes(opened, end) if target.in_service else max((end - opened) / MINUTE, 0)
    if done is None:
        return LATE if taken > limit else OPEN
    return MET if taken <= limit else LATE


def tallies(cases: Iterable[Case], terms: Sequence[Terms]) -> list[ByPriority]:
    """The tickets of a service by priority, in the order of their names; priorities without a target are left
    out.
    """
    rows = list(cases)
    if not rows or not terms:
        return []
    first = min(each.opened_at for each in rows)
    last = max(max(each.known_at, _resolved(each) or each.opened_at) for each in rows)
    judge = Judge(terms, Span(first, last))
    tells = any(each.responded_at is not None for each in rows)
    found: dict[str, ByPriority] = {}
    for each in rows:
        owed = judge.of(each.opened_at, each.priority)
        if owed is not None:
            one = found.setdefault(key(each.priority), ByPriority(each.priority))
            _count(one, each, *owed, tells)
    return [found[name] for name in sorted(found)]


def _count(one: ByPriority, each: Case, target: Target, clock: Clock, tells: bool) -> None:
    if target not in one.targets:
        one.targets.append(target)
    resolved = _resolved(each)
    if target.response is not None:
        silent = each.responded_at is None and (resolved is not None or not tells)
        one.response += (
            UNTOLD
            if silent
            else judged(each.opened_at, each.responded_at, target.response, target, clock, each.known_at)
        )
    if target.resolution is not None:
        one.resolution += judged(each.opened_at, resolved, target.resolution, target, clock, each.known_at)


def _resolved(each: Case) -> datetime | None:
    """When the work ended: resolved for the last time or, where the log does not say, closed."""
    return each.resolved_at or each.closed_at
