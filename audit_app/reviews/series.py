"""Indicators with their months, as the pack tells of them: read at once, judged by pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import trend
from audit_app.indicators.availability import allowance
from audit_app.indicators.behaviour import Behaviour
from audit_app.indicators.goals import Goal, held, standing
from audit_app.indicators.measures import Better
from audit_app.indicators.models import Direction, Import, Indicator, Meaning, Measurement, Source
from audit_app.indicators.periods import Month, months
from audit_app.indicators.queries import live_points
from audit_app.indicators.reading import HISTORY, behave
from audit_app.indicators.targets import limiting
from audit_app.reviews.pack import Figure, Name, Said, Value, said


def measured(value: Decimal | None, unit: str, decimals: int) -> Figure:
    """A value of an indicator as packs show it: percentages with two digits at least."""
    return Figure(value, max(2, decimals) if unit == "%" else decimals, unit)


@dataclass(frozen=True)
class Point:
    """One month of an indicator. ``target``: of that month alone, where the indicator has none of its own."""

    value: Decimal
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    comment: str = ""
    source: int | None = None
    target: Decimal | None = None
    services: tuple[tuple[str, Decimal], ...] = ()
    kept: tuple[tuple[str, bool], ...] = ()
    """Of the services those with an agreement of their own, and whether they kept it in this month."""
    by: str = ""
    """Who entered it by hand."""
    at: datetime | None = None


@dataclass(frozen=True)
class Earlier:
    """How an indicator was measured before the month ``until``."""

    until: Month
    unit: str
    better: str
    decimals: int
    formula: Name
    every: int = 1


@dataclass(frozen=True)
class Series:
    """An indicator and its known months. ``points`` has no entry for a month without data."""

    code: str
    name: Name
    unit: str
    better: str
    goals: tuple[tuple[Month, Goal], ...]
    decimals: int
    own: bool = False
    changes: tuple[Month, ...] = ()
    reasons: dict[Month, str] = field(default_factory=dict)
    """Why a target began in a month."""
    earlier: tuple[Earlier, ...] = ()
    redefined: dict[Month, str] = field(default_factory=dict)
    """Why something else is measured from a month on."""
    every: int = 1
    """Months of a period: a value stands in the last of them."""
    points: dict[Month, Point] = field(default_factory=dict)
    no_case: set[Month] = field(default_factory=set)
    """Months in which there was nothing to count: the denominator is known to be 0. No value, and no gap."""
    read: dict[Month, Behaviour] = field(default_factory=dict, compare=False, repr=False)
    """Behaviours worked out already, by their last month: overview, light, sentence and chart all ask."""

    def told(self, month: Month | None) -> "Series | Earlier":
        """What a value of a month means: as it is defined now (also for None), or as it was then."""
        return next((each for each in self.earlier if month is not None and month < each.until), self)

    def due(self, month: Month) -> bool:
        """Whether a value belongs into a month."""
        return month.month % self.told(month).every == 0

    def of(self, span: Sequence[Month]) -> tuple[Month, ...]:
        """The months of a span into which a value belongs."""
        return tuple(month for month in span if self.due(month))

    def since(self, month: Month) -> Month | None:
        """The first month that is measured as this one is; None where nothing was before."""
        return next((each.until for each in reversed(self.earlier) if each.until <= month), None)

    def alike(self, month: Month, other: Month) -> bool:
        """Whether two months are measured by one definition; if not, nothing is compared."""
        return self.since(month) == self.since(other)

    def figure(self, value: Decimal | None, month: Month | None = None) -> Figure:
        """A value of a month with the unit it was measured in."""
        told = self.told(month)
        return measured(value, told.unit, told.decimals)

    def value(self, month: Month) -> Decimal | None:
        """Value of a month, or None."""
        point = self.points.get(month)
        return None if point is None else point.value

    @property
    def has_target(self) -> bool:
        """Whether there is something to meet."""
        return self.is_set or any(point.target is not None for point in self.points.values())

    @property
    def is_set(self) -> bool:
        """Whether the indicator has, or had, a target of its own."""
        return any(goal.is_set for _month, goal in self.goals)

    @property
    def by_month(self) -> bool:
        """Whether each month has a target of its own, out of its own facts (allowed downtime)."""
        return not self.is_set and self.has_target

    def goal(self, month: Month) -> Goal:
        """What was aimed at in a month: the indicator's own, else what the month allows (downtime)."""
        goal, point = held(self.goals, month), self.points.get(month)
        return goal if goal.is_set or point is None else Goal(point.target)

    def target_of(self, month: Month) -> Decimal | None:
        """The target of a month; None without one, and for a band."""
        return self.goal(month).target

    def misses(self, value: Decimal, month: Month) -> bool:
        """Whether a value misses the target of its month, unrounded; never without a target."""
        target, low, high = self.goal(month)
        better = self.told(month).better
        if better == "band":
            return (low is not None and value < low) or (high is not None and value > high)
        if target is None:
            return False
        return value < target if better == "higher" else value > target

    def target_words(self, month: Month) -> Value:
        """The target of a month as a fact: ≥ 99.9 %; None without one."""
        return self.words(self.goal(month), month)

    def words(self, goal: Goal, month: Month) -> Value:
        """A goal as a fact, in the unit of a month; None where nothing is set."""
        told = self.told(month)
        if not goal.is_set:
            return None
        if told.better == "band":
            return said("target.band", low=_sharp(goal.low, told.unit), high=_sharp(goal.high, told.unit))
        return said(f"target.{told.better}", target=_sharp(goal.target, told.unit))

    def began(self, span: Sequence[Month]) -> list[tuple[Month, Goal, Goal]]:
        """The targets that began in these months after others: month, what held before, what since."""
        return [
            (month, held(self.goals, month.previous()), goal)
            for month, goal in self.goals[1:]
            if month in span
        ]

    def numbers(self, span: Sequence[Month]) -> list[float | None]:
        """Values for the trend functions."""
        return [None if (value := self.value(month)) is None else float(value) for month in span]


def _sharp(value: Decimal | None, unit: str) -> Figure:
    """A target with the digits it was set with."""
    if value is None:
        return Figure(None)
    exact = value.normalize().as_tuple().exponent
    return Figure(value, min(3, max(0, -exact)) if isinstance(exact, int) else 0, unit)


@dataclass(frozen=True)
class Register:
    """All active indicators over the months of a pack. ``window`` is what charts show; ``period`` is
    reviewed.
    """

    series: tuple[Series, ...]
    window: tuple[Month, ...]
    period: tuple[Month, ...]
    files: dict[int, Any]
    rows: tuple[Indicator, ...]

    def of(self, codes: Sequence[str]) -> tuple[Series, ...]:
        """Series by code, in the order of the codes; unknown codes are left out."""
        found = {one.code: one for one in self.series}
        return tuple(found[code] for code in codes if code in found)

    def trimmed(self, series: Sequence[Series]) -> "Register":
        """The same without the months before the period in which none of these has a value."""
        told = [month for one in series for month in one.points]
        first = min([*told, *self.period[:1]], default=None)
        return replace(self, window=tuple(month for month in self.window if first is None or month >= first))

    def known(self, one: Series) -> list[Month]:
        """Months of the period with a value."""
        return [month for month in self.period if month in one.points]

    def missed(self, one: Series) -> list[Month]:
        """Months of the period that missed the target."""
        return [month for month in self.known(one) if one.misses(one.points[month].value, month)]

    def gaps(self, one: Series) -> list[Month]:
        """Months of the period that nobody measured; one without a single case is not one of them."""
        due = one.of(self.period)
        return [month for month in due if month not in one.points and month not in one.no_case]

    def without_case(self, one: Series) -> list[Month]:
        """Months of the period in which there was nothing to count."""
        return [month for month in self.period if month in one.no_case]


def behaviour(one: Series, upto: Month) -> tuple[tuple[Month, ...], Behaviour]:
    """The months that limits look back from one month (none before the first value), and how they behave."""
    first = min([month for month in one.points if month <= upto], default=upto)
    first = max(first, one.since(upto) or first)
    span = one.of(tuple(months(max(first, upto.plus(1 - HISTORY)), upto)))
    if upto not in one.read:
        one.read[upto] = behave(
            [one.points.get(month) for month in span], one.told(upto).unit, span, one.changes
        )
    return span, one.read[upto]


def movement(one: Series, upto: Month) -> str:
    """What the signals of a month say, as the pack keeps it: a value of :class:`Movement`."""
    span, found = behaviour(one, upto)
    better: Better = one.told(upto).better  # type: ignore[assignment]  # Direction holds the same three words
    goal = one.goal(upto)
    low, high = (None if limit is None else float(limit) for limit in (goal.low, goal.high))
    return trend.movement(one.numbers(span), found, better, low, high).value


def reviewed_months(date_from: date, date_to: date) -> tuple[Month, ...]:
    """The months of a period that are over: a month still running has no final value and is no gap."""
    last = min(Month.of(date_to), Month.of(today()).previous())
    return tuple(months(Month.of(date_from), last))


def read(date_from: date, date_to: date) -> Register:
    """All active indicators with their months: four queries, and those of the figures counted from
    records.
    """
    period = reviewed_months(date_from, date_to)
    last = period[-1] if period else Month.of(date_to)
    earliest = min(Month.of(date_from), last.plus(1 - HISTORY))
    indicators = tuple(db.session.scalars(select(Indicator).where(Indicator.active).order_by(Indicator.id)))
    by_id = {each.id: each for each in indicators}
    series = {each.id: _series(each) for each in indicators}
    used: set[int] = set()
    without_outage: set[Month] = set()
    limit = limiting(indicators)
    for indicator_id, day, value, top, bottom, comment, import_id, extra, by, at in _measured(earliest, last):
        if indicator_id in series and value is None:
            series[indicator_id].no_case.add(Month.of(day))
        elif indicator_id in series:
            row = by_id[indicator_id]
            allowed = _allowed(row, extra, limit, Month.of(day))
            services, kept = _services(row, extra), _kept(row, extra)
            series[indicator_id].points[Month.of(day)] = Point(
                value, top, bottom, comment, import_id, allowed, services, kept, by or "", at
            )
            used |= {import_id} - {None}
            if isinstance(extra, dict) and extra.get("outages") == 0:
                without_outage.add(Month.of(day))
    for each in indicators:  # A month without a failure has no time between failures: that is no gap.
        if each.measure == "mtbf":
            series[each.id].no_case.update(without_outage - set(series[each.id].points))
    own = [each for each in indicators if each.source is Source.SYSTEM]
    for indicator_id, found in live_points(own, earliest, last).items():
        series[indicator_id].points.update(_counted(found))
        series[indicator_id].no_case.update(set(period) - set(found))  # Counted here, so never a gap.
    told = [month for one in series.values() for month in one.points]
    first = min([*told, Month.of(date_from)])
    return Register(tuple(series.values()), tuple(months(first, last)), period, files(used), indicators)


def _counted(found: dict[Month, Any]) -> dict[Month, Point]:
    """The months of a figure that this system counts itself, those with a value."""
    return {
        month: Point(live.value, live.numerator, live.denominator)
        for month, live in found.items()
        if live.value is not None
    }


def _measured(first: Month, last: Month) -> Any:
    """The stored months with a value, or known to have no case, as plain rows."""
    query = (
        select(
            Measurement.indicator_id,
            Measurement.period,
            Measurement.value,
            Measurement.numerator,
            Measurement.denominator,
            Measurement.comment,
            Measurement.import_id,
            Measurement.extra,
            Person.name,
            Measurement.entered_at,
        )
        .outerjoin(Person, Measurement.entered_by_id == Person.id)
        .where(
            Measurement.period.between(first.first, last.first),
            or_(Measurement.value.is_not(None), Measurement.denominator == 0),
        )
    )
    return db.session.execute(query)


def _allowed(row: Indicator, extra: Any, limit: Indicator | None, month: Month) -> Decimal | None:
    """For downtime: the minutes that the availability target of the month leaves in it."""
    if row.measure != "downtime" or limit is None:
        return None
    return allowance(extra, limit.goal(month).target)


def _series(row: Indicator) -> Series:
    better = Direction(row.direction).value
    return Series(
        row.code,
        Name(row.name_en, row.name_zh),
        row.unit,
        better,
        standing(row.targets),
        row.decimals,
        row.source is Source.SYSTEM,
        row.limits_anew,
        {each.month: each.reason for each in row.targets if each.stands},
        tuple(map(_earlier, row.earlier)),
        {each.month: each.reason for each in row.changes if each.stands and each.is_redefinition},
        row.every,
    )


def _earlier(told: Meaning) -> Earlier:
    formula = Name(told.formula_en, told.formula_zh)
    return Earlier(told.until, told.unit, told.direction.value, told.decimals, formula, told.every)


def _services(row: Indicator, extra: Any) -> tuple[tuple[str, Decimal], ...]:
    """Availability in percent by service, where an outage log told it."""
    found = extra.get("services") if row.measure == "availability" and isinstance(extra, dict) else None
    pairs = ((name, facts.get("availability")) for name, facts in (found or {}).items())
    return tuple((str(name), Decimal(str(value))) for name, value in sorted(pairs) if value is not None)


def _kept(row: Indicator, extra: Any) -> tuple[tuple[str, bool], ...]:
    """The services judged by an agreement of the catalogue: whether no more was down than allowed."""
    found = extra.get("services") if row.measure == "availability" and isinstance(extra, dict) else None
    judged = ((name, facts) for name, facts in (found or {}).items() if "allowed_minutes" in facts)
    return tuple(
        (str(name), facts["down_minutes"] <= facts["allowed_minutes"]) for name, facts in sorted(judged)
    )


def files(used: Any) -> dict[int, Any]:
    """Imported files by id; ``used``: their ids, or a query for them."""
    query = (
        select(
            Import.id,
            Import.filename,
            Import.kind,
            Import.sha256,
            Import.rows,
            Import.accepted,
            Import.at,
            Person.name,
        )
        .outerjoin(Person, Import.by_id == Person.id)
        .where(Import.id.in_(used))
        .order_by(Import.at, Import.id)
    )
    return {row.id: row for row in db.session.execute(query)}


def full_name(one: Series) -> Said:
    """Code and name."""
    return said("plot.indicator", code=one.code, name=one.name)
