"""What is aimed at in a month: a target, or the ends of a band. Pure.

A target holds from its month until the next one begins. A month is judged by the one that held in it, so that
a target raised in the middle of the year judges no month before.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Protocol

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.indicators.periods import Month

BEGINNING = Month(1990, 1)
"""Stands for "from the beginning": no value is older."""
MOST_DIGITS = 15
"""Significant digits of a value: what both databases, and a workbook, keep exactly."""


class Goal(NamedTuple):
    """A target, or a band with one end or two; nothing at all is "no target"."""

    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is something to meet."""
        return any(each is not None for each in self)


NO_GOAL = Goal()


class Dated(Protocol):
    """A recorded target: its first month, what it says, and whether it still counts."""

    @property
    def period(self) -> date: ...
    @property
    def stands(self) -> bool: ...
    @property
    def goal(self) -> Goal: ...


def standing(rows: Iterable[Dated]) -> tuple[tuple[Month, Goal], ...]:
    """The targets that were not taken back, each with its first month, in order of time."""
    return tuple(
        (Month.of(each.period), each.goal) for each in sorted(rows, key=lambda row: row.period) if each.stands
    )


def held(steps: Iterable[tuple[Month, Goal]], month: Month) -> Goal:
    """The goal that held in a month, out of those of :func:`standing`; none before the first."""
    found = NO_GOAL
    for first, goal in steps:
        if first > month:
            break
        found = goal
    return found


def exact(value: Any) -> Decimal | None:
    """A number as a Decimal, floats by what they show; None for nothing. Raises Refused for what is no
    number.
    """
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Refused(_l("“%(value)s” is not a number.", value=value)) from None
    if (
        not number.is_finite()
        or len(number.normalize().as_tuple().digits) > MOST_DIGITS
        or abs(number) >= 10**13
    ):
        raise Refused(_l("“%(value)s” has more digits than can be kept: round it.", value=value))
    return number
