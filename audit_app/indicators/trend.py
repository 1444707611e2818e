"""How a KPI moves, in words that know which way is better. Pure functions.

A comparison of two values says better or worse and no more. "Improving" and "worsening" are said only where
the limits of the series show a signal (``behaviour``).

Every rule works on *badness*: the value turned so that more is worse. For a band it is the distance outside
the band. A month without data is None and is never guessed.
"""

from collections.abc import Sequence
from itertools import pairwise

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label
from audit_app.indicators.behaviour import Behaviour
from audit_app.indicators.measures import Better

RUN = 3  # so many worsening steps in a row are marked on charts (a hint to look, not a signal)


class Movement(Label):
    """What the signals of a series say of its last month."""

    IMPROVING = "improving", _l("Improving"), "success"
    WORSENING = "worsening", _l("Worsening"), "danger"
    CHANGED = "changed", _l("Has changed"), "info"
    NO_SIGNAL = "no_signal", _l("No signal"), "secondary"
    TOO_FEW = "too_few", _l("Too few values"), "secondary"
    TOO_FEW_CASES = "too_few_cases", _l("Too few cases"), "secondary"


class Comparison(Label):
    """One value beside another."""

    BETTER = "better", _l("better"), "success"
    WORSE = "worse", _l("worse"), "danger"
    SAME = "same", _l("the same"), "secondary"
    NONE = "none", _l("no data"), "secondary"


def badness(value: float, better: Better, low: float | None = None, high: float | None = None) -> float:
    """The value turned so that more is worse; for a band, how far it lies outside (0 inside)."""
    if better == "higher":
        return -value
    if better == "lower":
        return value
    below = low - value if low is not None else 0.0
    above = value - high if high is not None else 0.0
    return max(below, above, 0.0)


def change(
    now: float | None,
    before: float | None,
    better: Better,
    low: float | None = None,
    high: float | None = None,
) -> Comparison:
    """This value against one other: the previous period, or the same month last year. No trend."""
    if now is None or before is None:
        return Comparison.NONE
    worse_by = badness(now, better, low, high) - badness(before, better, low, high)
    return Comparison.SAME if not worse_by else Comparison.WORSE if worse_by > 0 else Comparison.BETTER


def movement(
    values: Sequence[float | None],
    found: Behaviour,
    better: Better,
    low: float | None = None,
    high: float | None = None,
) -> Movement:
    """The word for the last month with a value (oldest first), from the signals of that month.

    "Improving" is never said where the last step made it worse, or where better and worse cannot be told
    (within a band, or a good level that is being lost again): that is "changed". What lies on the bad side is
    "worsening", also when the last step was a little better: the words are never kind to a figure.
    """
    place = next((each for each in reversed(range(len(values))) if values[each] is not None), None)
    stretch = found.at(place) if place is not None else None
    if place is None or stretch is None or stretch.centre is None:
        return Movement.TOO_FEW_CASES if stretch and stretch.kind == "too_few_cases" else Movement.TOO_FEW
    if not found.signals_at(place):
        return Movement.NO_SIGNAL
    last = badness(values[place] or 0.0, better, low, high)
    worse_by = last - badness(stretch.centre, better, low, high)
    if worse_by > 0:
        return Movement.WORSENING
    before = values[place - 1] if place else None
    lost = before is not None and last > badness(before, better, low, high)
    return Movement.CHANGED if lost or not worse_by else Movement.IMPROVING


def worsening_run(
    values: Sequence[float | None], better: Better, low: float | None = None, high: float | None = None
) -> int:
    """How many steps in a row, up to the last period, each made it worse; a gap ends the run."""
    turned = [None if value is None else badness(value, better, low, high) for value in values]
    run = 0
    for before, now in pairwise(turned):
        run = run + 1 if before is not None and now is not None and now > before else 0
    return run


def is_run(
    values: Sequence[float | None], better: Better, low: float | None = None, high: float | None = None
) -> bool:
    """Whether the last three steps all made it worse."""
    return worsening_run(values, better, low, high) >= RUN
