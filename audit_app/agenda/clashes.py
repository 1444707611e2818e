"""People and rooms that an agenda asks for twice at a time: within the audit, and with other audits. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.clock import local
from audit_app.core.listing import named


@dataclass(frozen=True)
class Booking:
    """A stretch of time with the people (id to name) and the room (a key) that it needs."""

    slot: int
    audit: str
    name: str
    starts_at: datetime
    ends_at: datetime
    people: Mapping[int, str] = field(default_factory=dict)
    room: tuple[Any, ...] | None = None
    room_name: str = ""

    def overlaps(self, other: "Booking") -> bool:
        """Whether both run at the same moment; one that begins when the other ends does not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class Clash:
    """Two slots that cannot both happen, and the sentence that says why and what to do."""

    slots: frozenset[int]
    words: Any = field(compare=False)


def clashes(own: Sequence[Booking], others: Iterable[Booking] = ()) -> list[Clash]:
    """Every clash among the slots of an audit, then with those of other audits, in the order of time."""
    ordered = sorted(own, key=lambda each: (each.starts_at, each.slot))
    pairs = [*combinations(ordered, 2), *((one, other) for other in others for one in ordered)]
    return [clash for one, other in pairs if one.overlaps(other) for clash in _between(one, other)]


def _between(one: Booking, other: Booking) -> Iterable[Clash]:
    slots = frozenset({one.slot, other.slot})
    start = local(max(one.starts_at, other.starts_at))
    facts = {
        "when": f"{start:%Y-%m-%d %H:%M}",
        "one": one.name,
        "other": other.name if one.audit == other.audit else f"{other.name} ({other.audit})",
    }
    both = [name for person, name in one.people.items() if person in other.people]
    if both:
        words = _l(
            "Asked for twice on %(when)s, in “%(one)s” and in “%(other)s”: %(people)s. Move one of the two, "
            "or choose other people.",
            people=named(both),
            **facts,
        )
        yield Clash(slots, words)
    if one.room is not None and one.room == other.room:
        words = _l(
            "The room %(room)s is needed twice on %(when)s, for “%(one)s” and for “%(other)s”. Move one of "
            "the two, or choose another room.",
            room=one.room_name,
            **facts,
        )
        yield Clash(slots, words)
