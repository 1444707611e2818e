"""When files may hang on a record of competence."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.competence.models import Competence


def may_attach(record: Competence, person: Person) -> Any:
    """Why this person cannot attach a certificate now; None when they can."""
    if not person.may(Permission.AUDIT_PLAN):
        return _l("Only the audit programme manager keeps the records of competence.")
    if record.withdrawn_on is not None:
        return _l("This record was revoked, so it stays as it is.")
    return None
