"""How a KPI moves, in words that know which way is better; and the limits of an XmR chart. Pure functions.

Every rule works on *badness*: the value turned so that more is worse. For a band it is the distance outside
the band. A month without data is None and is never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean, median

from flask_babel import lazy_gettext as _l

from audit_app.core.labels import Label
from audit_app.indicators.measures import Better

RUN = 3  # so many worsening steps in a row are marked on charts
WINDOW = 3  # the word looks at so many periods
MOVING_RANGE = 2.66  # 3 / d2 for ranges of two values (Wheeler, XmR chart)


class Movement(Label):
    """Which way a KPI goes."""

    IMPROVING = "improving", _l("Improving"), "success"
    WORSENING = "worsening", _l("Worsening"), "danger"
    NO_CHANGE = "no_change", _l("No change"), "secondary"
    TOO_FEW = "too_few", _l("Too few values"), "secondary"


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre and natural process limits of an XmR chart, in the unit of the values."""

    centre: float
    lower: float
    upper: float


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
    *,
    tolerance: float = 0.0,
) -> Movement:
    """This value against one other: the previous period, or the same month last year."""
    if now is None or before is None:
        return Movement.TOO_FEW
    return _word(badness(now, better, low, high) - badness(before, better, low, high), tolerance)


def movement(
    values: Sequence[float | None],
    better: Better,
    low: float | None = None,
    high: float | None = None,
    *,
    window: int = WINDOW,
    tolerance: float = 0.0,
) -> Movement:
    """The word for the last ``window`` periods (oldest first): the median of all slopes between two of them
    (Theil-Sen).

    One odd month therefore does not turn the word round. Fewer than ``window`` periods, or one without data
    among them, are too few.
    """
    recent = [None if v is None else badness(v, better, low, high) for v in values[-window:]]
    known = [(place, value) for place, value in enumerate(recent) if value is not None]
    if len(known) < window or window < 2:
        return Movement.TOO_FEW
    slopes = [(later - earlier) / (j - i) for (i, earlier), (j, later) in combinations(known, 2)]
    return _word(median(slopes), tolerance)


def _word(worse_by: float, tolerance: float) -> Movement:
    if abs(worse_by) <= tolerance:
        return Movement.NO_CHANGE
    return Movement.WORSENING if worse_by > 0 else Movement.IMPROVING


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


def limits(values: Sequence[float | None]) -> Limits | None:
    """XmR limits: mean ± 2.66 × mean moving range; None with fewer than two neighbouring values."""
    known = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if not ranges:
        return None
    centre, reach = fmean(known), MOVING_RANGE * fmean(ranges)
    return Limits(centre, centre - reach, centre + reach)
