"""What the fieldwork of an audit must have come to before its report relies on it."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.listing import named
from audit_app.programme.fieldwork_door import standing
from audit_app.programme.models import Audit


def all_answered(audit: Audit, _person: Person) -> Any:
    """Every item of the checklists has an answer, with what its question asks for; "N.A." is one."""
    found = standing(audit)
    open_ = list(found.unanswered)
    if not open_ and found.incomplete:
        return _l(
            "%(count)s checklist answers lack what their question asks for (a reply, a note, a file or a "
            "sample): %(clauses)s. Complete them in fieldwork.",
            count=len(found.incomplete),
            clauses=named(list(found.incomplete)),
        )
    if not open_:
        return None
    return _l(
        "%(count)s checklist items are not answered: %(clauses)s. Answer them, or answer “N.A.” and say why.",
        count=len(open_),
        clauses=named(open_),
    )


def all_arrived(audit: Audit, _person: Person) -> Any:
    """What was recorded in the field is here, undisputed and decided on, before the report relies on it."""
    found = standing(audit)
    if found.disputed:
        return _l(
            "Two people answered differently: %(clauses)s. Settle it in fieldwork by one more answer.",
            clauses=named(list(found.disputed)),
        )
    if found.held or found.missing_files:
        return _l(
            "From tablets: %(held)s records wait for your decision, %(files)s files have not arrived. Admit "
            "or reject the records; wait for the files, or do without them and say why.",
            held=found.held,
            files=found.missing_files,
        )
    return None
