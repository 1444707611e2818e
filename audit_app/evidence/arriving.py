"""Files that come along with another form: kept at once, whatever becomes of the form.

A browser cannot put chosen files back into a page. So what arrived in good order is attached and committed
first, and a form that is refused afterwards shows what is attached already; only what was refused is chosen
again.
"""

from typing import Any

from flask import request

from audit_app.accounts.models import Person
from audit_app.evidence import queries, services
from audit_app.evidence.services import Taken
from audit_app.web.transactions import commit_now


def sent(name: str = "files") -> list[Any]:
    """The files that came with this request; an input that was left empty sends none."""
    return [file for file in request.files.getlist(name) if file.filename]


def keep(subject: Any, person: Person) -> Taken:
    """Attach what came with this request to a subject, and commit that; refused files are named in words."""
    files = sent()
    if not files:
        return Taken()
    if (words := queries.refusal(subject, person)) is not None:
        return Taken(refused=[words])
    taken = services.attach_all(subject, files, by=person)
    commit_now()
    return taken
