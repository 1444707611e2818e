"""Taking back what was recorded from a month on: it stays readable, with the reason, and counts no more."""

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.errors import Refused
from audit_app.indicators.register_models import IndicatorTarget, ProcessChange
from audit_app.trail import services as trail


def take_back(row: ProcessChange | IndicatorTarget, reason: str, action: str, *, by: Person | None) -> None:
    """Raises Refused without a reason, or the second time. ``action`` is that of the trail."""
    if not reason.strip():
        raise Refused(_l("Say why it is taken back."), "reason")
    if row.taken_back_at is not None:
        raise Refused(_l("This was taken back already."))
    with trail.act(action, row, by=by):
        row.taken_back_at, row.taken_back_by_id = now(), by.id if by else None
        row.taken_back_reason = reason.strip()
