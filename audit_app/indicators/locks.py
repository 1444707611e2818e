"""When the values of a month are closed: some days after its end, or with the pack that showed them (9.3).

A value is what people have seen. A month without one is never closed: what is missing may still be brought.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.indicators.correction_models import MonthLock
from audit_app.indicators.periods import Month
from audit_app.trail import services as trail

_days = 45


def use_days(days: int) -> None:
    """Set after how many days from its end a month closes; 0: never by its age."""
    global _days
    _days = days


def open_until(month: Month) -> date | None:
    """The last day on which values of a month may be changed without approval; None: age closes nothing."""
    return month.last + timedelta(days=_days) if _days > 0 else None


@dataclass(frozen=True)
class Locks:
    """What closes months, looked up once."""

    packs: Sequence[MonthLock]

    def why(self, month: Month) -> Any:
        """Why a month is closed, in words; empty while it is open."""
        for each in self.packs:
            if each.first <= month.first <= each.last:
                return _l("it is in the approved pack %(code)s", code=each.because)
        until = open_until(month)
        if until is not None and until < today():
            return _l("it could be changed until %(day)s", day=SaidDay(until))
        return ""


def standing() -> Locks:
    """The locks as they are now. One query."""
    return Locks(db.session.scalars(select(MonthLock).order_by(MonthLock.id)).all())


def close(first: date, last: date, because: str, *, by: Person | None) -> MonthLock | None:
    """Close the months that end within two days (both included): an approved pack shows their values.

    Returns None where no month ends in that time.
    """
    begins, ends = Month.of(first), Month.of(last)
    if ends.last > last:
        ends = ends.previous()
    if ends < begins:
        return None
    made = MonthLock(
        first=begins.first, last=ends.first, because=because, at=now(), by_id=by.id if by else None
    )
    with trail.act("months.close", made, by=by):
        db.session.add(made)
    return made
