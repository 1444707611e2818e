"""How often, and for how long, a process is audited: a table of rules over plain facts (9.2.2).

Pure: no database, no clock. Every weight stands in ``RULES``, ``BANDS`` or ``EFFORT`` and nowhere else. The
factors are those of 9.2.2 (importance of the processes, changes, results of earlier audits) and of ISO 19011,
5.3 (time since the last audit, demands of law and customers).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

Values = dict[str, Any]
Reason = tuple[str, int, Values]
"""Key of a rule, points it gave, and the facts its words need: plain, so that it can be stored."""


@dataclass(frozen=True)
class ProcessFacts:
    """What is known of a process before the first day of the programme.

    ``majors``, ``minors`` and ``repeats`` count those of the last ``LOOK_BACK`` months; a repeat had one
    of the same clause here within the year before. ``months_since`` counts from the last audit of our
    own, done or planned; None: never. ``changes``, ``legal`` and ``customer`` are how many hold now.
    """

    key: str
    importance: int
    clauses: int
    changes: int = 0
    legal: int = 0
    customer: int = 0
    majors: int = 0
    minors: int = 0
    repeats: int = 0
    months_since: int | None = None


@dataclass(frozen=True)
class Rule:
    """One factor: what it counts in the facts, points for each, and the most it gives."""

    key: str
    count: Callable[[ProcessFacts], int]
    each: int
    most: int


@dataclass(frozen=True)
class Band:
    """From so many points on, an audit every so many months."""

    points: int
    every: int


@dataclass(frozen=True)
class Frequency:
    """How often a process is audited, how long each audit takes (in half auditor days), and why."""

    key: str
    score: int
    every: int
    half_days: int
    reasons: tuple[Reason, ...]


LOOK_BACK = 24
"""Months of earlier results that weigh."""
NEVER = 99
"""Stands for the months since the last audit of a process that had none."""

RULES = (
    Rule("importance", lambda facts: facts.importance - 1, 2, 4),
    Rule("changes", lambda facts: facts.changes, 2, 4),
    Rule("majors", lambda facts: facts.majors, 3, 6),
    Rule("minors", lambda facts: facts.minors, 1, 3),
    Rule("repeats", lambda facts: facts.repeats, 2, 4),
    Rule("months", lambda facts: (NEVER if facts.months_since is None else facts.months_since) // 12, 1, 3),
    Rule("legal", lambda facts: facts.legal, 2, 4),
    Rule("customer", lambda facts: facts.customer, 2, 4),
)
"""Factors and weights, in the order in which reasons are told."""

BANDS = (Band(8, 6), Band(4, 12), Band(2, 18), Band(0, 36))
"""From many points to few. 36 months is the certification cycle: nothing is audited more seldom (rule R1)."""

YEARLY = 12
"""A legal or customer demand is never met more seldom than yearly, whatever the points."""


@dataclass(frozen=True)
class Effort:
    """Half auditor days of an audit: a base, some for clauses beyond the first, some when things moved."""

    base: int = 1
    clauses_per_half_day: int = 3
    moved: int = 1
    most: int = 6


EFFORT = Effort()


def frequency(facts: ProcessFacts) -> Frequency:
    """The proposal for one process with its reasons: what gave points, then frequency and effort."""
    told = [
        (rule.key, points, _values(rule.key, facts))
        for rule in RULES
        if (points := min(rule.count(facts) * rule.each, rule.most)) > 0 or rule.key == "importance"
    ]
    score = sum(points for _key, points, _values_ in told)
    every = next(band.every for band in BANDS if score >= band.points)
    demanded = facts.legal or facts.customer
    if demanded and every > YEARLY:
        every = YEARLY
        told.append(("yearly", 0, {}))
    half_days = effort(facts)
    told.append(("frequency", score, {"every": every}))
    told.append(("effort", 0, {"half_days": half_days, "clauses": facts.clauses}))
    return Frequency(facts.key, score, every, half_days, tuple(told))


def effort(facts: ProcessFacts, rule: Effort = EFFORT) -> int:
    """Half auditor days of one audit of a process."""
    moved = rule.moved if facts.changes or facts.majors or facts.repeats else 0
    more = ceil(max(facts.clauses - 1, 0) / rule.clauses_per_half_day)
    return min(rule.base + more + moved, rule.most)


def frequencies(facts: Iterable[ProcessFacts]) -> list[Frequency]:
    """The proposals for all processes, the most urgent first."""
    found = [frequency(each) for each in facts]
    return sorted(found, key=lambda each: (-each.score, each.every, each.key))


def _values(key: str, facts: ProcessFacts) -> Values:
    """The facts that the words of a rule need."""
    if key == "months":
        return {"months": facts.months_since}
    return {"count": getattr(facts, key)}
