"""How an indicator stands: value against target, which way it moves, and since when nobody measured it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.core.clock import today
from audit_app.core.labels import Label
from audit_app.indicators import trend
from audit_app.indicators.behaviour import Behaviour, Signal
from audit_app.indicators.goals import BEGINNING, NO_GOAL, Goal
from audit_app.indicators.measures import Better
from audit_app.indicators.models import Direction, Indicator, Meaning, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.reading import HISTORY, behave
from audit_app.indicators.reports import Line, figure, shown
from audit_app.indicators.trend import Comparison, Movement

Told = Indicator | Meaning
"""What a value means: the indicator as it is defined now, or an earlier definition of it."""


class Status(Label):
    """A value beside its target."""

    MISSED = "missed", _l("Target missed"), "danger"
    MET = "met", _l("Target met"), "success"
    IN_BAND = "in_band", _l("Within the band"), "success"
    NO_TARGET = "no_target", _l("No target set"), "secondary"
    NO_DATA = "no_data", _l("No data"), "warning"


GOOD = frozenset({Status.MET, Status.IN_BAND})


@dataclass(frozen=True)
class Point:
    """One month of one indicator. ``value`` None is a gap: no data, never 0 or 100 %.

    ``id`` and ``version`` are those of the stored row (0 where there is none: a gap, or worked out live);
    ``filename`` and ``import_id`` tell which file the value came from.
    """

    month: Month
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    comment: str = ""
    source: Source | None = None
    import_id: int | None = None
    filename: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    version: int = 0
    allowed: Decimal | None = None
    """For downtime: the minutes that the availability target of the month leaves in it."""

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """Per service: availability, down_minutes, agreed_minutes, outages, partial; empty for other
        figures.
        """
        found: dict[str, dict[str, Any]] = self.extra.get("services", {})
        return found

    def line(self, indicator: Indicator) -> Line:
        """The month as it is shown, with its parts."""
        return Line(
            indicator.told_in(self.month),
            self.month,
            self.value,
            self.numerator,
            self.denominator,
            self.extra,
        )


def better(indicator: Told) -> Better:
    """The direction in the words of ``trend``."""
    found: Better = indicator.direction.value
    return found


def goal_of(indicator: Told, point: Point) -> Goal:
    """What was aimed at in a month; for downtime without a target, the minutes that the availability target
    leaves.
    """
    goal = indicator.goal(point.month)
    if not goal.is_set and indicator.measure == "downtime":
        return Goal(point.allowed)
    return goal


def status(indicator: Told, point: Point | None) -> Status:
    """The unrounded value against the target of its month, by direction; one equal to the target meets it."""
    if point is None or point.value is None:
        return Status.NO_DATA
    indicator = indicator.told_in(point.month)
    goal = goal_of(indicator, point)
    if not goal.is_set:
        return Status.NO_TARGET
    if indicator.direction is Direction.BAND:
        below = goal.low is not None and point.value < goal.low
        above = goal.high is not None and point.value > goal.high
        return Status.MISSED if below or above else Status.IN_BAND
    if goal.target is None:
        return Status.NO_TARGET
    higher = indicator.direction is Direction.HIGHER
    good = point.value >= goal.target if higher else point.value <= goal.target
    return Status.MET if good else Status.MISSED


def target_words(indicator: Told, point: Point | None = None) -> str:
    """The target of a month, or (without a point) of this one: "≥ 95 %", "≤ 4 h", "40–80 %", "–"."""
    point = point or Point(Month.of(today()))
    indicator = indicator.told_in(point.month)
    return goal_words(
        indicator, goal_of(indicator, point), digits=None if indicator.goal(point.month).is_set else 1
    )


def goal_words(indicator: Told, goal: Goal, digits: int | None = None) -> str:
    """A goal in words, with the digits it was set with, or so many."""
    unit = shown(indicator, Decimal(0)).removeprefix(figure(Decimal(0), indicator.decimals)).strip()
    if indicator.direction is Direction.BAND:
        ends = [bare(each) for each in (goal.low, goal.high)]
        if None in ends:
            words = f"≥ {ends[0]}" if ends[0] is not None else f"≤ {ends[1]}" if ends[1] is not None else "–"
        else:
            words = _("%(low)s to %(high)s", low=ends[0], high=ends[1])
    else:
        sign = "≥" if indicator.direction is Direction.HIGHER else "≤"
        words = "–" if goal.target is None else f"{sign} {bare(goal.target, digits)}"
    return f"{words} {unit}".strip() if words != "–" else words


def bare(number: Decimal | None, most: int | None = None) -> str | None:
    """A number without needless digits."""
    if number is None:
        return None
    if most is not None:
        return figure(number, most)
    decimals = max(0, -int(number.normalize().as_tuple().exponent))
    return figure(number, decimals)


@dataclass(frozen=True)
class Standing:
    """One row of the board. ``points`` are the months up to the last value, oldest first, gaps included."""

    indicator: Indicator
    points: tuple[Point, ...]

    @property
    def told(self) -> Told:
        """What the last value means: the indicator as it is defined now, or as it was then."""
        return self.indicator if self.last is None else self.indicator.told_in(self.last.month)

    @property
    def since(self) -> Month | None:
        """The first month that is measured as the last value is: nothing before is compared with it."""
        return None if self.last is None else self.indicator.defined_since(self.last.month)

    def alike(self, month: Month) -> bool:
        """Whether a month (up to the last value) is measured as the last value is."""
        return self.since is None or month >= self.since

    @property
    def last(self) -> Point | None:
        """The last month that has a value."""
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def previous(self) -> Point | None:
        """The period before the last one that has a value; None when that one is a gap."""
        return self._ago(self.told.every)

    @property
    def last_year(self) -> Point | None:
        """The same month a year before."""
        return self._ago(12)

    def _ago(self, months: int) -> Point | None:
        if self.last is None:
            return None
        month = self.last.month.plus(-months)
        if not self.alike(month):
            return None
        return next((p for p in self.points if p.month == month and p.value is not None), None)

    @property
    def status(self) -> Status:
        """The last value against the target."""
        return status(self.indicator, self.last)

    @property
    def value(self) -> str:
        """The last value with its unit."""
        return shown(self.told, self.last.value if self.last else None)

    @property
    def target(self) -> str:
        """The target of the last month with a value, in words."""
        return target_words(self.indicator, self.last)

    @property
    def numbers(self) -> list[float | None]:
        """The values up to the last one, gaps included, as plain numbers; none measured otherwise."""
        if self.last is None:
            return []
        return [_plain(p.value) for p in self.points if p.month <= self.last.month and self.alike(p.month)]

    @cached_property
    def behaviour(self) -> Behaviour:
        """Natural limits and signals of the months up to the last value."""
        span = [point.month for point in self.measured]
        return behave(self.measured, self.told.unit, span, self.indicator.limits_anew)

    @property
    def measured(self) -> tuple[Point, ...]:
        """The months that limits look back from the last value, gaps included."""
        last = self.last
        if last is None:
            return ()
        first = max(last.month.plus(1 - HISTORY), self.since or BEGINNING)
        return tuple(point for point in self.points if first <= point.month <= last.month)

    @property
    def movement(self) -> Movement:
        """What the signals say of the last value."""
        values = [_plain(point.value) for point in self.measured]
        return trend.movement(values, self.behaviour, better(self.told), *self._ends())

    def limits_of(self, point: Point) -> tuple[float | None, float | None, float | None] | None:
        """Lower limit, mean and upper limit of a month; None outside of the months that limits look back."""
        place = self._places.get(point.month)
        found = self.behaviour.at(place) if place is not None else None
        if place is None or found is None or found.centre is None:
            return None
        return found.lower[place - found.start], found.centre, found.upper[place - found.start]

    @cached_property
    def _places(self) -> dict[Month, int]:
        return {point.month: place for place, point in enumerate(self.measured)}

    @property
    def signals(self) -> tuple[tuple[Point, Signal], ...]:
        """Every signal with its month, newest first."""
        return tuple((self.measured[each.place], each) for each in reversed(self.behaviour.signals))

    @property
    def against_previous(self) -> Comparison:
        """The last value beside that of the month before."""
        return self._change(self.previous)

    @property
    def against_last_year(self) -> Comparison:
        """The last value beside that of the same month last year."""
        return self._change(self.last_year)

    def _change(self, other: Point | None) -> Comparison:
        now, then = (_plain(p.value) if p else None for p in (self.last, other))
        return trend.change(now, then, better(self.told), *self._ends())

    @property
    def run(self) -> bool:
        """Three worsening steps in a row."""
        return trend.is_run(self.numbers, better(self.told), *self._ends())

    @property
    def months_behind(self) -> int:
        """Finished months since the last value (0: up to date); 0 for what this system works out itself."""
        if self.last is None or self.indicator.source is Source.SYSTEM:
            return 0
        finished = self.indicator.frequency.last_ended(Month.of(today()).previous())
        gap = (finished.year - self.last.month.year) * 12 + finished.month - self.last.month.month
        return max(0, gap)

    def _ends(self) -> tuple[float | None, float | None]:
        """The band of the last month with a value: what better and worse mean now."""
        goal = self.indicator.goal(self.last.month) if self.last is not None else NO_GOAL
        return _plain(goal.low), _plain(goal.high)


@dataclass(frozen=True)
class Miss:
    """A month in which a target was missed. ``services`` names those below an availability target."""

    indicator: Indicator
    point: Point

    @property
    def value(self) -> str:
        """The value with its unit."""
        return self.point.line(self.indicator).shown

    @property
    def target(self) -> str:
        """The target in words."""
        return target_words(self.indicator, self.point)

    @property
    def services(self) -> list[tuple[str, float, float]]:
        """(service, availability in percent, minutes down) of the services below the target, worst first."""
        return missed_services(self.indicator, self.point)


def missed_services(indicator: Indicator, point: Point) -> list[tuple[str, float, float]]:
    """The services below the availability target in a month, worst first; also when all together met it.

    A service of the catalogue is judged by what was agreed for it, any other by the indicator's target.
    """
    if indicator.measure != "availability":
        return []
    goal = indicator.goal(point.month).target
    found = [
        (service, facts["availability"], facts["down_minutes"])
        for service, facts in point.services.items()
        if service_met(facts, goal) is False
    ]
    return sorted(found, key=lambda each: each[1])


def service_met(facts: Mapping[str, Any], goal: Decimal | None) -> bool | None:
    """Whether a service met what was agreed for it, or else the goal (percent); None without either, or
    without agreed time.
    """
    if facts["availability"] is None:
        return None
    if "allowed_minutes" in facts:
        return bool(facts["down_minutes"] <= facts["allowed_minutes"])
    return None if goal is None else facts["availability"] >= float(goal)


def _plain(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def with_gaps(indicator: Indicator, points: Sequence[Point]) -> Iterator[Point]:
    """Points in order of time with every month between the first and the last; the missing ones are gaps.

    Months into which no value of the indicator belongs are left out.
    """
    for before, point in zip([None, *points], points, strict=False):
        month = before.month.next() if before is not None else point.month
        while month < point.month:
            if indicator.is_due(month):
                yield Point(month)
            month = month.next()
        yield point
