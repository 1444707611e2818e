"""What the pack keeps of a meeting: its topics, how somebody signed, which clauses an input answers."""

from dataclasses import dataclass
from datetime import datetime

from audit_app.core.frozen import Name


@dataclass(frozen=True, slots=True)
class Answered:
    """A clause of another standard that an input answers too."""

    standard: str
    clause: str
    title: Name


@dataclass(frozen=True, slots=True)
class Signed:
    """How somebody signed that they were there: pen or sign_in. ``lines``: what the pen drew, a text of
    points "x,y x,y" each, in a box of ``width`` × ``height``.
    """

    way: str
    at: datetime
    lines: tuple[str, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the agenda: its input ("" for words of its own), when, how long, who speaks, what was
    said.
    """

    title: str
    input_key: str
    starts: str
    ends: str
    minutes: int
    speaker: str
    notes: str
