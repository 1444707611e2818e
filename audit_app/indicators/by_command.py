"""Files imported by a command: who does it, since somebody proposes a value of a closed month (7.5.3)."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators.reports import Report


def person(address: str | None) -> Person | None:
    """The person of an address; None without one. Raises Refused for who may not import."""
    if not address:
        return None
    found = db.session.scalar(select(Person).where(func.lower(Person.email) == address.strip().lower()))
    if found is None or not found.active or not found.may(Permission.LOG_IMPORT):
        raise Refused(_l("Nobody who may import files has the address “%(address)s”.", address=address))
    return found


def refuse_proposals_of_nobody(report: Report, by: Person | None) -> None:
    """Raise Refused where a file proposed values and nobody did it: that person could approve them."""
    if by is None and report.stored is not None and report.stored.summary.get("proposed"):
        raise Refused(
            _l(
                "The file says other values for closed months. These are proposed, and somebody else approves"
                " them: name the person who proposes them with --as ADDRESS. Nothing was imported."
            )
        )
