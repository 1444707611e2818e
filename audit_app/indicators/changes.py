"""Recognised changes of a process: recorded by a person with a reason, so that limits are computed anew."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.indicators import definitions, taking_back
from audit_app.indicators.models import Indicator
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import ProcessChange
from audit_app.trail import services as trail


def recognise(indicator: Indicator, month: Month | date, reason: str, *, by: Person | None) -> ProcessChange:
    """From this month on the process is another one. Raises Refused without a reason, for a month to come,
    and for a month that has one already.
    """
    first = (month if isinstance(month, Month) else Month.of(month)).first
    words = reason.strip()
    if not words:
        raise Refused(_l("Say what changed, so that a reader believes the new limits."), "reason")
    if first > today():
        raise Refused(_l("This month has not begun yet: record the change when it is there."), "month")
    if any(each.period == first and each.taken_back_at is None for each in of_indicator(indicator)):
        raise Refused(_l("A change is recorded for this month already. Take it back first."), "month")
    made = ProcessChange(period=first, reason=words, by_id=by.id if by else None, at=now())
    with trail.act("indicator.change", made, by=by):
        indicator.changes.append(made)
    return made


def take_back(change: ProcessChange, reason: str, *, by: Person | None) -> ProcessChange:
    """The change counts no more; it stays readable. Raises Refused without a reason, the second time, and
    for a redefinition (see :func:`definitions.restore`) that is not the last one.
    """
    if change.is_redefinition and change.stands:
        definitions.restore(change, reason, by=by)
    taking_back.take_back(change, reason, "indicator.change_back", by=by)
    return change


def of_indicator(indicator: Indicator) -> list[ProcessChange]:
    """All changes recorded for an indicator, newest month first, those taken back too."""
    query = (
        select(ProcessChange)
        .where(ProcessChange.indicator_id == indicator.id)
        .options(joinedload(ProcessChange.by), joinedload(ProcessChange.taken_back_by))
    )
    return list(db.session.scalars(query.order_by(ProcessChange.period.desc(), ProcessChange.id.desc())))


def get(indicator: Indicator, change_id: int) -> ProcessChange:
    """One change of an indicator. Raises :class:`NotVisible`."""
    found = next((each for each in of_indicator(indicator) if each.id == change_id), None)
    if found is None:
        raise NotVisible
    return found
