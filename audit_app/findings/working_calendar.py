"""Which calendar of working days the organisation chose, now and at an earlier moment; choosing another.

A period counts in the calendar that was chosen when it began: a date that was promised stays where it is.
"""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import event, select
from sqlalchemy.orm import Session, joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core import workdays
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings.deadline_models import Country, WorkCalendar
from audit_app.trail import services as trail

KEPT = "work_calendar"


def chosen() -> str | None:
    """The country chosen on the page of the deadlines; None while the setting counts.

    Asked for every day that is looked at, so it is read once in a transaction.
    """
    kept = db.session().info
    if KEPT not in kept:
        newest = select(WorkCalendar.country).order_by(WorkCalendar.id.desc()).limit(1)
        found = db.session.scalar(newest)
        kept[KEPT] = found.code if found is not None else None
    known: str | None = kept[KEPT]
    return known


def at(moment: datetime) -> str:
    """The country that counted at a moment."""
    query = select(WorkCalendar.country).where(WorkCalendar.changed_at <= moment)
    found = db.session.scalar(query.order_by(WorkCalendar.id.desc()).limit(1))
    return found.code if found is not None else workdays.by_setting()


def in_force() -> WorkCalendar | None:
    """The choice that counts, with who made it; None while the setting counts."""
    query = select(WorkCalendar).options(joinedload(WorkCalendar.changed_by))
    return db.session.scalars(query.order_by(WorkCalendar.id.desc()).limit(1)).first()


def choose(*, country: Country, by: Person) -> WorkCalendar:
    """Choose the calendar that counts from now on. Dates already promised stay.

    Choosing the same again records nothing.
    """
    if not by.may(Permission.DEADLINES_MANAGE):
        raise Refused(_l("The deadlines are set by an administrator or the audit programme manager."))
    before = in_force()
    if before is not None and before.country is country:
        return before
    row = WorkCalendar(country=country, changed_by=by, changed_at=now())
    with db.session.begin_nested(), trail.act("calendar.choose", row, by=by):
        db.session.add(row)
    _forget(db.session())
    return row


def _forget(session: Session, *_rest: Any) -> None:
    session.info.pop(KEPT, None)


def _forget_at_the_end(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        _forget(session)


event.listen(Session, "after_soft_rollback", _forget)
event.listen(Session, "after_transaction_end", _forget_at_the_end)
