"""When and by whom the agenda has each clause looked at, what was sampled there, who signed at a meeting."""

import math
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from audit_app.accounts.models import Person
from audit_app.agenda import queries as agenda
from audit_app.agenda.models import SlotKind
from audit_app.core import lots
from audit_app.core.clock import local
from audit_app.programme.coverage import covers

BEFORE_THE_END = timedelta(minutes=5)
WIDE, HIGH = 320, 100
"""The field on a tablet in which people sign."""


@dataclass(frozen=True)
class Hours:
    """The slots of an agenda as (clauses, auditor, moment at which its answers are written)."""

    slots: list[tuple[set[str], Person, datetime]]
    team: list[Person]
    first: datetime

    def of(self, clause: str, share: float) -> tuple[Person, datetime]:
        """Who looks at a clause, and when; without a slot the team shares the first morning."""
        return self.planned(clause) or (self.team[int(share * len(self.team))], self.first)

    def planned(self, clause: str) -> tuple[Person, datetime] | None:
        """Who looks at a clause, and when, if the agenda says so."""
        found = ((person, at) for clauses, person, at in self.slots if covers(clauses, clause))
        return next(found, None)

    def latest(self, first_day_only: bool) -> datetime:
        """The last moment of the agenda, or of its first day."""
        days = [at for _clauses, _person, at in self.slots] or [self.first]
        return max(at for at in days if not first_day_only or at.date() == days[0].date())


def hours(audit: Any) -> Hours:
    """The working hours of an audit, as planned."""
    plan = agenda.plan_of(audit)
    slots = sorted(plan.slots if plan else [], key=lambda each: each.starts_at)
    work = [
        (set(map(str, slot.clauses)), slot.auditors[0], local(slot.ends_at) - BEFORE_THE_END)
        for slot in slots
        if slot.kind is SlotKind.WORK and slot.auditors
    ]
    begin = work[0][2] if work else local(audit.started_at) + timedelta(hours=1)
    return Hours(work, list(audit.auditors), begin)


def sample(audit: str, clause: str, population: int, size: int, bad: int = 0) -> dict[str, Any]:
    """The sampling record of an answer: drawn by lot with a seed, or all of a small population."""
    seed = f"{audit} {clause}" if size < population else ""
    ids = [f"{clause}/{number:03d}" for number in range(1, population + 1)]
    chosen = lots.draw(ids, size, seed) if seed else ids
    return {
        "population": population,
        "size": size,
        "method": "random" if seed else "all",
        "seed": seed,
        "ids": chosen,
        "exceptions": [[one, ""] for one in chosen[:bad]],
    }


def signature(name: str, party: str, meeting: str) -> dict[str, Any]:
    """The record of a signature: a hand of its own for every name, the same each time but for a little."""
    hand = random.Random(name)  # noqa: S311  # a pen, not a secret
    today = random.Random(f"{name} {meeting}")  # noqa: S311
    return {
        "kind": "signature",
        "thread": str(uuid.UUID(int=today.getrandbits(128), version=4)),
        "meeting": meeting,
        "party": party,
        "name": name,
        "strokes": _strokes(hand, today),
        "width": WIDE,
        "height": HIGH,
    }


def _strokes(hand: random.Random, today: random.Random) -> list[list[list[float]]]:
    """Two words written in one go each, and the line beneath them that some people draw."""
    x, strokes = 24.0 + today.uniform(-4, 4), []
    for _word in range(2):
        stroke, swing, step = [], hand.uniform(13, 24), hand.uniform(2.6, 3.6)
        lean, loops = hand.uniform(0.5, 1.1), hand.randint(3, 5)
        for place in range(loops * 9):
            turn = place / 9 * math.tau
            height = swing * (1.6 if place < 9 else 0.55 + 0.4 * math.sin(place * lean))
            stroke.append([
                round(x + place * step + 5 * math.cos(turn) + today.uniform(-0.5, 0.5), 1),
                round(54 - height * math.sin(turn) + today.uniform(-0.6, 0.6), 1),
            ])  # fmt: skip
        strokes.append(stroke)
        x += loops * 9 * step + 14
    if hand.random() < 0.4:
        strokes.append([[round(40 + 18 * n, 1), round(84 - n * hand.uniform(0.2, 1), 1)] for n in range(12)])
    return strokes
