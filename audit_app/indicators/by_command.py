"""Files imported by a command: who does it, since somebody proposes a value of a closed month (7.5.3)."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused


def person(address: str | None) -> Person | None:
    """The person of an address; None without one. Raises Refused for who may not import."""
    if not address:
        return None
    found = db.session.scalar(select(Person).where(func.lower(Person.email) == address.strip().lower()))
    if found is None or not found.active or not found.may(Permission.LOG_IMPORT):
        raise Refused(_l("Nobody who may import files has the address “%(address)s”.", address=address))
    return found
