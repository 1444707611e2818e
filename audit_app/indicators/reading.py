"""The behaviour of an indicator: its months as the limits take them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from audit_app.indicators import behaviour
from audit_app.indicators.behaviour import Behaviour
from audit_app.indicators.periods import Month

PERCENT, COUNT = "%", "n"
HISTORY = 36
"""Months that limits look back from the last one: a certification cycle. The same for page and pack."""


class Told(Protocol):
    """A month: its value and what it was divided from."""

    @property
    def value(self) -> Decimal | None: ...

    @property
    def numerator(self) -> Decimal | None: ...

    @property
    def denominator(self) -> Decimal | None: ...


def behave(
    points: Sequence[Told | None], unit: str, span: Sequence[Month] = (), changes: Sequence[Month] = ()
) -> Behaviour:
    """Limits and signals of months in order; None, or a month without value, is a gap.

    ``span`` names the months of ``points``, ``changes`` those in which the process is known to have changed.

    A percentage whose numerator is part of its denominator is a share of cases; any other quotient a rate;
    what is counted ("n") is a rate per month, so that a few events get the limits of a few events.
    """
    values = [None if each is None or each.value is None else float(each.value) for each in points]
    cases = [
        None
        if each is None or each.numerator is None or each.denominator is None
        else (float(each.numerator), float(each.denominator))
        for each in points
    ]
    if unit == COUNT and not any(cases):
        cases = [None if value is None else (value, 1.0) for value in values]
    counted = cases if any(cases) else []
    return behaviour.read(
        values,
        counted,
        share=unit == PERCENT,
        changes=[place for change in changes for place in _begins(span, change)],
    )


def _begins(span: Sequence[Month], change: Month) -> list[int]:
    """The place of the first month at or after a change: of a quarterly figure it may be a later month."""
    return [place for place, month in enumerate(span) if month >= change][:1]
