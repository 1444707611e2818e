"""The indicators that ship, ready to switch on: what is offered, and how one is taken in."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person, Process
from audit_app.accounts.queries import process_of_clause, processes
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import register, targets
from audit_app.indicators.goals import Goal
from audit_app.indicators.models import Direction, Indicator, Source
from audit_app.trail import services as trail


@dataclass(frozen=True)
class Offered:
    """One indicator that ships: as it would be, the target we suggest, who would own it, and the one of the
    same code that is in the register already.
    """

    indicator: Indicator
    suggested: Goal
    owner_id: int | None
    present: Indicator | None

    @property
    def asleep(self) -> Indicator | None:
        """The one in the register that is out of use."""
        return self.present if self.present is not None and not self.present.active else None

    @property
    def by_hand(self) -> bool:
        """Whether somebody enters its values."""
        return self.indicator.source is Source.MANUAL


def offered() -> list[Offered]:
    """Everything that ships, in its order; three queries."""
    there = {each.code: each for each in db.session.scalars(select(Indicator))}
    owners = _owners(processes())
    return [
        Offered(made, register.shipped_goal(made, kpi), owners.get(made.clause), there.get(made.code))
        for kpi in register.shipped()
        for made in (register.made(kpi),)
    ]


def _owners(rows: list[Process]) -> dict[str, int]:
    return {clause: each.owner_id for each in rows for clause in each.clauses if each.owner_id is not None}


def switch_on(
    code: str,
    *,
    owner_id: int | None,
    target: Any = None,
    low: Any = None,
    high: Any = None,
    by: Person | None,
) -> Indicator:
    """Take one indicator that ships into the register, with an owner and a target of one's own. One that is
    in the register and out of use comes back as it is there, with its own definition and targets.

    Raises Refused, with the field, for a code that does not ship or is in the register already, for numbers
    that cannot be a target, and without an owner where somebody has to enter the values.
    """
    kpi = next((each for each in register.shipped() if each["code"] == code), None)
    if kpi is None:
        raise Refused(_l("No indicator %(code)s ships with this system.", code=code))
    present = db.session.scalar(select(Indicator).where(Indicator.code == code))
    if present is not None:
        return _again(present, owner_id, by=by)
    indicator = register.made(kpi)
    goal = targets.checked(indicator.direction, indicator.unit, target, low, high)
    if indicator.direction is Direction.BAND and not goal.is_set:
        raise Refused(_l("A band needs a lower or an upper end."), "low")
    if owner_id is None and indicator.source is Source.MANUAL:
        raise Refused(_l("Choose who enters its values."), "owner_id")
    process = process_of_clause(indicator.clause)
    indicator.process_id = process.id if process else None
    indicator.owner_id = owner_id
    with trail.act("indicator.switch_on", indicator, by=by):
        db.session.add(indicator)
    targets.first_target(indicator, goal, by=by)
    return indicator


def _again(present: Indicator, owner_id: int | None, *, by: Person | None) -> Indicator:
    """Put into use what is in the register and out of use; its months, definition and targets stand."""
    if present.active:
        raise Refused(_l("%(code)s is in the register already.", code=present.code))
    if owner_id is None and present.source is Source.MANUAL:
        raise Refused(_l("Choose who enters its values."), "owner_id")
    with trail.act("indicator.switch_on", present, by=by):
        present.active, present.owner_id = True, owner_id
    return present
