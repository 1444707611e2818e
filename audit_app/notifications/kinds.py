"""Kinds of notices: how pressing each is, whether it waits for the digest, and who may do without it.

Each domain states its kinds beside its words, in ``words.NOTICE_KINDS``; ``domains.py`` teaches them here.
The rule of the house: nobody can opt out of what they must do (due, late, sent back, assigned, asked to
decide); only news may be done without.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Heap(IntEnum):
    """The parts of a mail, the most pressing first."""

    LATE = 0
    NOW = 1
    DUE = 2
    TODO = 3
    NEWS = 4

    @property
    def label(self) -> Any:
        """Heading of the part."""
        return HEADINGS[self][0]

    @property
    def tone(self) -> str:
        """Colour of the part on a screen."""
        return HEADINGS[self][1]

    @property
    def icon(self) -> str:
        """Picture of the part on a screen."""
        return HEADINGS[self][2]


HEADINGS: dict[Heap, tuple[Any, str, str]] = {
    Heap.LATE: (_l("Late"), "danger", "clock-exclamation"),
    Heap.NOW: (_l("Cannot wait"), "warning", "alert-triangle"),
    Heap.DUE: (_l("Due soon"), "info", "calendar-due"),
    Heap.TODO: (_l("To do"), "secondary", "checkbox"),
    Heap.NEWS: (_l("For your information"), "teal", "info-circle"),
}


@dataclass(frozen=True)
class Kind:
    """One row of the table. ``urgent`` goes out at once (in working hours), everything else with the digest;
    ``label`` names the switch of what a person may do without, None means that nobody may."""

    heap: Heap
    urgent: bool = False
    label: Any = None

    @property
    def optional(self) -> bool:
        """Whether a person may do without it."""
        return self.label is not None


LATE = Kind(Heap.LATE)
"""A duty whose day has passed."""
NOW = Kind(Heap.NOW, urgent=True)
"""Work that begins or comes back today: told at once."""
DUE = Kind(Heap.DUE)
"""A duty whose day comes near."""
TODO = Kind(Heap.TODO)
"""Something to read, decide or do, without hurry."""


def news(label: Any) -> Kind:
    """What nobody has to act on; the person may switch it off."""
    return Kind(Heap.NEWS, label=label)


KINDS: dict[str, Kind] = {}


def learn(module: Any) -> None:
    """Take over the ``NOTICE_KINDS`` of a domain's words module."""
    KINDS.update(getattr(module, "NOTICE_KINDS", {}))


def of(kind: str) -> Kind:
    """The row of a kind; one that nobody stated is a duty told with the digest."""
    return KINDS.get(kind, TODO)


def optional() -> dict[str, Any]:
    """Kind and label of everything that may be switched off."""
    return {name: kind.label for name, kind in KINDS.items() if kind.optional}
