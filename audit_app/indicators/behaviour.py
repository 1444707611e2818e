"""Process behaviour charts: natural limits, and the signals that routine variation does not explain. Pure.

Limits of an XmR chart come from the mean moving range of two neighbouring months (Shewhart; Wheeler,
"Understanding Variation"); those of a share of few cases from the binomial, those of a rate of few events
from the Poisson distribution (p- and u-chart). Without a signal nothing is called a trend.

A month without data is None. It is never guessed, never bridged: no moving range, no run and no group of four
reaches over it. A recognised change of the process begins a new stretch with limits of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import NamedTuple

Value = float | None
Case = tuple[float, float] | None
"""Numerator and denominator of a month."""

MINIMUM = 8
"""Values a stretch must have before limits are computed: with fewer they would move with each new month."""
FIRM = 17
"""Values from which limits hardly move any more; below, they are called provisional."""
RUN = 8
"""So many neighbours on one side of the centre are a signal."""
NEAR, OF = 3, 4
"""Three of four neighbours nearer to the same limit than to the centre are a signal."""
MOVING_RANGE = 2.66
"""3 / d2 for ranges of two values: from the mean moving range to the natural limits."""
FEW = 100
"""Shares of fewer cases a month than this, on average, get the limits of a p-chart."""
FEW_EVENTS = 10
"""Rates of fewer events a month than this, on average, get the limits of a u-chart."""
EXPECTED = 1.0
"""Expected events (of the rarer kind) a month below which any limits would mislead: too few cases."""


class Kind(StrEnum):
    """Where the limits of a stretch come from."""

    XMR = "xmr"
    P = "p"
    U = "u"
    TOO_FEW_VALUES = "too_few_values"
    TOO_FEW_CASES = "too_few_cases"


class Rule(StrEnum):
    """What makes a month a signal."""

    OUTSIDE = "outside"
    RUN = "run"
    NEAR = "near"


class Signal(NamedTuple):
    """A month at which a rule is met for the first or a further time. ``above``: on the high side."""

    place: int
    rule: Rule
    above: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months ``start`` to ``stop`` (not included) between two recognised changes, with their limits.

    ``lower`` and ``upper`` have one entry a month; without limits ``centre`` is None and both are empty.
    """

    start: int
    stop: int
    kind: Kind
    known: int
    centre: float | None = None
    lower: tuple[Value, ...] = ()
    upper: tuple[Value, ...] = ()

    @property
    def provisional(self) -> bool:
        """Whether the limits stand on few values."""
        return self.centre is not None and self.known < FIRM


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a series behaves: its stretches in order, and every signal by place."""

    stretches: tuple[Stretch, ...]
    signals: tuple[Signal, ...]

    def at(self, place: int) -> Stretch | None:
        """The stretch a month belongs to."""
        return next((each for each in self.stretches if each.start <= place < each.stop), None)

    def signals_at(self, place: int) -> tuple[Signal, ...]:
        """The rules that a month meets."""
        return tuple(each for each in self.signals if each.place == place)

    @property
    def places(self) -> tuple[int, ...]:
        """The months that are signals, each once."""
        return tuple(dict.fromkeys(each.place for each in self.signals))


def read(
    values: Sequence[Value],
    cases: Sequence[Case] = (),
    *,
    share: bool = False,
    changes: Sequence[int] = (),
) -> Behaviour:
    """The behaviour of a series, oldest month first.

    ``cases``   numerator and denominator of each month, or empty where there is nothing to count
    ``share``   whether the value is a share in percent, so that the numerator is part of the denominator
    ``changes`` places at which a recognised change begins a new stretch
    """
    places = sorted({0, *(each for each in changes if 0 < each < len(values))})
    stretches = tuple(
        _stretch(values, cases, share, start, stop)
        for start, stop in zip(places, [*places[1:], len(values)], strict=True)
    )
    signals = [signal for each in stretches for signal in _signals(values, each)]
    return Behaviour(
        stretches, tuple(sorted(signals, key=lambda each: (each.place, list(Rule).index(each.rule))))
    )


def _stretch(values: Sequence[Value], cases: Sequence[Case], share: bool, start: int, stop: int) -> Stretch:
    inside = values[start:stop]
    known = [value for value in inside if value is not None]
    if len(known) < MINIMUM:
        return Stretch(start, stop, Kind.TOO_FEW_VALUES, len(known))
    counted = _counted(inside, cases[start:stop]) if cases else None
    if counted is not None:
        kind = _kind(counted, share)
        if kind is Kind.TOO_FEW_CASES:
            return Stretch(start, stop, kind, len(known))
        if kind is not Kind.XMR:
            return _of_cases(Stretch(start, stop, kind, len(known)), inside, cases[start:stop], counted)
    return _xmr(Stretch(start, stop, Kind.XMR, len(known)), inside)


def _xmr(blank: Stretch, values: Sequence[Value]) -> Stretch:
    known = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if not ranges:  # every second month is missing: nothing tells how far neighbours lie apart
        return Stretch(blank.start, blank.stop, Kind.TOO_FEW_VALUES, blank.known)
    centre, reach = fmean(known), MOVING_RANGE * fmean(ranges)
    length = blank.stop - blank.start
    lower, upper = (centre - reach,) * length, (centre + reach,) * length
    return Stretch(blank.start, blank.stop, blank.kind, blank.known, centre, lower, upper)


def _counted(values: Sequence[Value], cases: Sequence[Case]) -> list[tuple[float, float]] | None:
    """Events and cases of the months with a value; None where one of them is no plain count."""
    found = [case for value, case in zip(values, cases, strict=True) if value is not None]
    whole = [case for case in found if case is not None and case[1] > 0 and case[0] >= 0 and case[0] % 1 == 0]
    return whole if len(whole) == len(found) else None


def _kind(counted: Sequence[tuple[float, float]], share: bool) -> Kind:
    events, size = fmean(top for top, _ in counted), fmean(bottom for _, bottom in counted)
    if share:
        if size >= FEW or any(top > bottom for top, bottom in counted):
            return Kind.XMR
        return Kind.P if min(events, size - events) >= EXPECTED else Kind.TOO_FEW_CASES
    if events >= FEW_EVENTS:
        return Kind.XMR
    return Kind.U if events >= EXPECTED else Kind.TOO_FEW_CASES


def _of_cases(
    blank: Stretch,
    values: Sequence[Value],
    cases: Sequence[Case],
    counted: Sequence[tuple[float, float]],
) -> Stretch:
    """Limits that are wider in a month with fewer cases. The values may be scaled: percent, per thousand."""
    rate = sum(top for top, _ in counted) / sum(bottom for _, bottom in counted)
    scale = 100.0 if blank.kind is Kind.P else _scale(values, cases)
    spread = rate * (1 - rate) if blank.kind is Kind.P else rate
    reach = [None if not case or case[1] <= 0 else 3 * sqrt(spread / case[1]) * scale for case in cases]
    centre, most = rate * scale, 100.0 if blank.kind is Kind.P else None
    lower = tuple(None if each is None else max(0.0, centre - each) for each in reach)
    upper = tuple(
        None if each is None else centre + each if most is None else min(most, centre + each)
        for each in reach
    )
    return Stretch(blank.start, blank.stop, blank.kind, blank.known, centre, lower, upper)


def _scale(values: Sequence[Value], cases: Sequence[Case]) -> float:
    """What a rate of one event a case is shown as; 1 where no month had an event."""
    pairs = [
        (value, case)
        for value, case in zip(values, cases, strict=True)
        if value and case is not None and case[0]
    ]
    return pairs[0][0] * pairs[0][1][1] / pairs[0][1][0] if pairs else 1.0


# --- signals ------------------------------------------------------------------------------------------------


def _signals(values: Sequence[Value], stretch: Stretch) -> Iterator[Signal]:
    if stretch.centre is None:
        return
    fuzz = 1e-9 * max(
        1.0, abs(stretch.centre)
    )  # a mean of equal numbers may differ from them in its last digit
    for above in (False, True):
        distances = [_beyond(values, stretch, each, above) for each in range(stretch.start, stretch.stop)]
        for index, last in enumerate(distances):
            if last is None:
                continue
            recent = distances[max(0, index + 1 - RUN) : index + 1]
            place = stretch.start + index
            if last.out > fuzz:
                yield Signal(place, Rule.OUTSIDE, above)
            if _told(recent, RUN) and all(each is not None and each.centre > fuzz for each in recent):
                yield Signal(place, Rule.RUN, above)
            if last.near > fuzz and _told(recent, OF):
                near = sum(each is not None and each.near > fuzz for each in recent[-OF:])
                if near >= NEAR:
                    yield Signal(place, Rule.NEAR, above)


class _Beyond(NamedTuple):
    """How far a value lies beyond the centre, the middle between centre and limit, and the limit."""

    centre: float
    near: float
    out: float


def _beyond(values: Sequence[Value], stretch: Stretch, place: int, above: bool) -> _Beyond | None:
    value = values[place]
    limit = (stretch.upper if above else stretch.lower)[place - stretch.start]
    if value is None or limit is None or stretch.centre is None:
        return None
    sign, middle = 1 if above else -1, (stretch.centre + limit) / 2
    return _Beyond(sign * (value - stretch.centre), sign * (value - middle), sign * (value - limit))


def _told(recent: Sequence[_Beyond | None], length: int) -> bool:
    """Whether the last so many neighbours all have a value: a gap among them ends the question."""
    return len(recent) >= length and all(each is not None for each in recent[-length:])
