"""Setting what is aimed at, from a month on; earlier months stay judged by what held in them (clause 6.2)."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.indicators.goals import BEGINNING, NO_GOAL, Goal, exact, held, standing
from audit_app.indicators.models import Direction, Indicator, Measurement
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import NEVER_JUDGED, IndicatorTarget
from audit_app.indicators.taking_back import take_back
from audit_app.trail import services as trail

LAST_YEAR = 2100


def set_target(
    indicator: Indicator,
    target: Any = None,
    *,
    low: Any = None,
    high: Any = None,
    month: Month | None = None,
    reason: str = "",
    by: Person | None,
) -> IndicatorTarget:
    """From ``month`` on this is aimed at; without any number there is no target from then on.

    Without a month it holds from the beginning, which is refused once a month was measured: its judgement
    would change behind everybody's back. Raises Refused, with the field, for that, for numbers that cannot
    be, without a reason, for what holds in that month already, and where a target begins already.
    """
    goal = checked(indicator.direction, indicator.unit, target, low, high)
    if month is None and was_measured(indicator):
        raise Refused(
            _l("Say from which month it holds: the months before stay judged as they were."), "month"
        )
    first = BEGINNING if month is None else month
    if first < BEGINNING or first.year > LAST_YEAR:
        raise Refused(_l("%(month)s is no month to set a target for.", month=first), "month")
    if month is not None and not reason.strip():
        raise Refused(_l("Say why the target changes."), "reason")
    if indicator.goal(first) == goal:
        raise Refused(_l("This holds in that month already."), "target")
    _make_room(indicator, first, by=by)
    return _added(indicator, first, goal, reason, by=by)


def ensure_target(
    indicator: Indicator, target: Any, *, month: Month | None, reason: str, by: Person | None
) -> IndicatorTarget | None:
    """As :func:`set_target`, for a file that names a target: without a month it holds from this one on, or
    from the beginning where nothing was measured yet. None when it holds already.
    """
    if month is None and was_measured(indicator):
        month = Month.of(today())
    if indicator.goal(month or BEGINNING) == checked(indicator.direction, indicator.unit, target, None, None):
        return None
    return set_target(indicator, target, month=month, reason=reason, by=by)


def first_target(indicator: Indicator, goal: Goal, *, by: Person | None) -> None:
    """The target an indicator is added with: it holds from the beginning."""
    if goal.is_set:
        _added(indicator, BEGINNING, goal, "", by=by)


def end(indicator: Indicator, month: Month, reason: str, *, by: Person | None) -> None:
    """From a month on nothing is aimed at: what was aimed at meant another unit or direction."""
    if not any(row.stands and row.month == month for row in indicator.targets):
        _added(indicator, month, NO_GOAL, reason, by=by)


def take_target_back(row: IndicatorTarget, reason: str, *, by: Person | None) -> IndicatorTarget:
    """The target counts no more: its months fall to the one before. Raises Refused as :func:`take_back`."""
    take_back(row, reason, "indicator.target_back", by=by)
    return row


def _added(
    indicator: Indicator, first: Month, goal: Goal, reason: str, *, by: Person | None
) -> IndicatorTarget:
    with trail.act("indicator.target", row := _row(indicator, first, goal, reason, by), by=by):
        indicator.targets.append(row)
    return row


def _row(indicator: Indicator, first: Month, goal: Goal, reason: str, by: Person | None) -> IndicatorTarget:
    return IndicatorTarget(
        **goal._asdict(), period=first.first, reason=reason.strip(), by_id=by.id if by else None, at=now()
    )


def _make_room(indicator: Indicator, first: Month, *, by: Person | None) -> None:
    """One target begins in a month. What holds from the beginning gives way while nothing was measured."""
    for row in indicator.targets:
        if row.month != first or not row.stands:
            continue
        if first != BEGINNING:
            raise Refused(_l("A target begins in this month already. Take it back first."), "month")
        take_back(row, NEVER_JUDGED, "indicator.target_back", by=by)


def was_measured(indicator: Indicator) -> bool:
    """Whether a month of this indicator has a value."""
    found = exists().where(Measurement.indicator_id == indicator.id, Measurement.value.is_not(None))
    return bool(db.session.scalar(select(found)))


def checked(direction: Direction, unit: str, target: Any, low: Any, high: Any) -> Goal:
    """The numbers as a goal that fits direction and unit. Raises Refused naming the field."""
    goal = Goal(*(exact(each) for each in (target, low, high)))
    if direction is Direction.BAND:
        if goal.low is not None and goal.high is not None and goal.low >= goal.high:
            raise Refused(_l("The lower end of the band must be below the upper end."), "low")
        return goal._replace(target=None)
    if goal.target is not None and unit == "%" and not 0 <= goal.target <= 100:
        raise Refused(_l("A percentage lies between 0 and 100."), "target")
    return NO_GOAL._replace(target=goal.target)


def of_indicator(indicator: Indicator) -> list[IndicatorTarget]:
    """All targets of an indicator, newest month first, those taken back too."""
    query = (
        select(IndicatorTarget)
        .where(IndicatorTarget.indicator_id == indicator.id)
        .options(joinedload(IndicatorTarget.by), joinedload(IndicatorTarget.taken_back_by))
    )
    return list(db.session.scalars(query.order_by(IndicatorTarget.period.desc(), IndicatorTarget.id.desc())))


def get(indicator: Indicator, target_id: int) -> IndicatorTarget:
    """One target of an indicator. Raises :class:`NotVisible`."""
    found = next((each for each in of_indicator(indicator) if each.id == target_id), None)
    if found is None:
        raise NotVisible
    return found


def before(indicator: Indicator, row: IndicatorTarget) -> Goal:
    """What was aimed at in the month before a target began."""
    return held(standing(each for each in indicator.targets if each is not row), row.month.previous())


def availability_goal(indicators: Iterable[Indicator]) -> Indicator | None:
    """The availability whose target limits the downtime, asked for only when downtime is among the rows."""
    if not any(each.measure == "downtime" for each in indicators):
        return None
    return limiting(db.session.scalars(select(Indicator).where(AVAILABILITY).order_by(Indicator.id)))


AVAILABILITY = (Indicator.measure == "availability") & Indicator.active


def limiting(indicators: Iterable[Indicator]) -> Indicator | None:
    """The first availability in use that has, or had, a target."""
    return next(
        (e for e in indicators if e.measure == "availability" and any(t.stands for t in e.targets)), None
    )
