"""The signed-in person of a request: read by one plain statement, with what every page asks anyway.

Flask-Security would build its query anew and load person and roles through the object mapper at each
request, which took as long as all else that comes before the page itself. Here the statement is written
once, and its row becomes the ``Person`` of the session, who is an ordinary record from then on.
"""

from typing import Any

from flask import g, session
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import attributes, make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from audit_app.accounts.models import Person, RoleRow, person_role
from audit_app.accounts.permissions import roles_named
from audit_app.core.db import db

PERSON, ROLE = Person.__table__, RoleRow.__table__
COLUMNS = [column.key for column in PERSON.columns]
WHO = "who_asks"
"""Name of the one parameter, the ``fs_uniquifier`` that the session cookie carries."""


def statement(beside: dict[str, Any]) -> Select[Any]:
    """Person, roles held, and further facts: scalar queries that may correlate with the row of the person."""
    roles = (
        select(func.aggregate_strings(ROLE.c.name, ","))
        .select_from(ROLE.join(person_role, person_role.c.role_id == ROLE.c.id))
        .where(person_role.c.person_id == PERSON.c.id)
        .scalar_subquery()
    )
    facts = [query.label(name) for name, query in beside.items()]
    return select(PERSON, roles.label("roles_held"), *facts).where(PERSON.c.fs_uniquifier == bindparam(WHO))


class Readers:
    """Loads the person of a request (Flask-Login calls it once per request)."""

    def __init__(self, **beside: Any) -> None:
        self.statement = statement(beside)

    def load(self, uniquifier: str) -> Person | None:
        """The person whom a session belongs to, or None when the account is gone or closed.

        ``g.reader`` keeps the whole row: person, roles and the facts beside.
        """
        if not uniquifier:
            return None
        row = db.session.connection().execute(self.statement, {WHO: str(uniquifier)}).first()
        if row is None or not row.active:
            return None
        g.reader = row
        g.fs_authn_via, g.fs_paa = "session", session.get("fs_paa", 0)  # what Flask-Security asks about
        return as_person(row)


def as_person(row: Any) -> Person:
    """The row as the session's record: the one it holds already, else a new one that counts as loaded."""
    person: Person | None = db.session.identity_map.get(identity_key(Person, row.id))
    if person is None:
        person = Person()
        for name, value in zip(COLUMNS, row, strict=False):
            attributes.set_committed_value(person, name, value)
        make_transient_to_detached(person)
        db.session.add(person)
    person.known_roles = roles_named(row.roles_held or "")  # type: ignore[misc]  # one reader, one set
    return person
