"""An agenda proposed from the scope of an audit. Pure: days, topics and people in, slots out.

The rules are the two tables below; whoever wants another rhythm of the day changes a row.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from audit_app.agenda.models import SlotKind

K = SlotKind
Busy = tuple[date, int, int]
"""A day, and from and to in minutes since midnight."""


@dataclass(frozen=True)
class Fixed:
    """A slot that every agenda has. ``on(place, count)`` says on which of its days, counted from 0."""

    kind: SlotKind
    on: Callable[[int, int], bool]
    start: int
    minutes: int
    both: bool = True
    """Whether auditees take part beside the team."""


def _first(place: int, _count: int) -> bool:
    return place == 0


def _last(place: int, count: int) -> bool:
    return place == count - 1


def _not_last(place: int, count: int) -> bool:
    return place < count - 1


def _each(_place: int, _count: int) -> bool:
    return True


FIXED = (
    #     kind       on which days  begins     minutes  auditees too
    Fixed(K.OPENING, _first, 9 * 60, 30),
    Fixed(K.BREAK, _each, 12 * 60, 60, False),
    Fixed(K.TEAM, _not_last, 17 * 60, 30, False),
    Fixed(K.TEAM, _last, 15 * 60 + 30, 30, False),
    Fixed(K.CLOSING, _last, 16 * 60, 60),
)
BEGIN, END = 9 * 60, 17 * 60
"""Auditing happens between these, around what is fixed."""

STEP, SHORTEST = 15, 30
SHRINK = (1.0, 0.75, 0.5)
"""When not everything fits, the topics are given that share of their time, never less than the shortest."""

MINUTES = {1: 45, 2: 60, 3: 90}
"""Minutes of a process by its importance."""

PER_CLAUSE, LONGEST = 15, 120
"""Minutes of a group of clauses: so many each, within 45 and the longest."""


@dataclass(frozen=True)
class Topic:
    """Something to audit in one go: how long, with whom, and which auditors are not independent of it."""

    minutes: int
    auditees: tuple[Hashable, ...] = ()
    barred: frozenset[Hashable] = frozenset()
    process: Any = None
    clauses: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Drafted:
    """A proposed slot; times in minutes since midnight."""

    kind: SlotKind
    day: date
    start: int
    end: int
    auditors: tuple[Any, ...] = ()
    auditees: tuple[Any, ...] = ()
    topic: Topic | None = None


@dataclass(frozen=True)
class Proposal:
    """The agenda, topics that found no room, and topics that nobody of the team may audit."""

    slots: tuple[Drafted, ...]
    no_room: tuple[Topic, ...] = ()
    nobody: tuple[Topic, ...] = ()


@dataclass
class _Book:
    """Who is busy when."""

    taken: dict[Hashable, list[Busy]] = field(default_factory=lambda: defaultdict(list))

    def free(self, people: Iterable[Hashable], day: date, start: int, end: int) -> bool:
        return not any(
            on == day and begins < end and start < ends
            for person in people
            for on, begins, ends in self.taken[person]
        )

    def take(self, people: Iterable[Hashable], day: date, start: int, end: int) -> None:
        for person in people:
            self.taken[person].append((day, start, end))


def minutes_of_clauses(count: int) -> int:
    """How long a group of so many clauses takes."""
    return max(MINUTES[1], min(LONGEST, PER_CLAUSE * count))


def propose(
    days: Sequence[date],
    topics: Sequence[Topic],
    auditors: Sequence[Any],
    companions: Sequence[Any] = (),
    auditees: Sequence[Any] = (),
    busy: Mapping[Hashable, Sequence[Busy]] | None = None,
) -> Proposal:
    """An agenda over ``days``: opening, topics spread over the auditors, lunch, team meetings, closing.

    Each topic gets the earliest time at which an independent auditor and its auditees are free (``busy``
    holds what they have elsewhere); of two auditors the one with less to do. ``companions`` (trainees,
    experts) go with the first auditor. Nobody is asked for twice at a time, and nothing lies in a break.
    """
    nobody = tuple(topic for topic in topics if not set(auditors) - topic.barred)
    possible = [topic for topic in topics if topic not in nobody]
    best: Proposal | None = None
    for share in SHRINK:
        found = _fill(days, possible, auditors, companions, auditees, busy or {}, share)
        if best is None or len(found.no_room) < len(best.no_room):
            best = found
        if not found.no_room:
            break
    assert best is not None
    return Proposal(best.slots, best.no_room, nobody)


def _fill(
    days: Sequence[date], topics: Sequence[Topic], auditors: Sequence[Any], companions: Sequence[Any],
    auditees: Sequence[Any], busy: Mapping[Hashable, Sequence[Busy]], share: float,
) -> Proposal:  # fmt: skip
    book = _Book()
    for person, times in busy.items():
        book.taken[person] += times
    team = (*auditors, *companions)
    slots = [
        Drafted(row.kind, day, row.start, row.start + row.minutes,
                () if row.kind is K.BREAK else team, tuple(auditees) if row.both else ())
        for place, day in enumerate(days) for row in FIXED if row.on(place, len(days))
    ]  # fmt: skip
    for slot in slots:
        book.take((*team, *auditees, *(p for topic in topics for p in topic.auditees)),
                  slot.day, slot.start, slot.end)  # fmt: skip
    load: dict[Hashable, int] = defaultdict(int)
    ranked = sorted(auditors, key=lambda each: sum(each not in topic.barred for topic in topics))
    no_room = []
    for topic in topics:
        length = max(SHORTEST, round(topic.minutes * share / STEP) * STEP)
        placed = _place(topic, length, days, ranked, companions, book, load, auditors[0])
        if placed is None:
            no_room.append(topic)
        else:
            slots.append(placed)
    slots.sort(key=lambda slot: (slot.day, slot.start, slot.end))
    return Proposal(tuple(slots), tuple(no_room))


def _place(
    topic: Topic, length: int, days: Sequence[date], auditors: Sequence[Any], companions: Sequence[Any],
    book: _Book, load: dict[Hashable, int], first: Any,
) -> Drafted | None:  # fmt: skip
    """The earliest free time with an auditor, or None. Of two with equal load, the one who may audit less."""
    able = sorted(
        (auditor for auditor in auditors if auditor not in topic.barred), key=lambda each: load[each]
    )
    for day in days:
        for start in range(BEGIN, END - length + 1, STEP):
            if not book.free(topic.auditees, day, start, start + length):
                continue
            for auditor in able:
                seated = (auditor, *companions) if auditor == first else (auditor,)
                if set(seated) & set(topic.auditees):
                    seated = (auditor,)
                if book.free(seated, day, start, start + length):
                    book.take((*seated, *topic.auditees), day, start, start + length)
                    load[auditor] += length
                    return Drafted(K.WORK, day, start, start + length, seated, topic.auditees, topic)
    return None
