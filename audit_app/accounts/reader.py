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

from audit_app.accounts import sessions
from audit_app.accounts.models import Person, RoleRow, person_role
from audit_app.accounts.permissions import roles_named
from audit_app.accounts.session_models import SignInSession
from audit_app.core.clock import now, today
from audit_app.core.db import db

PERSON, ROLE, SESSION = Person.__table__, RoleRow.__table__, SignInSession.__table__
COLUMNS = [column.key for column in PERSON.columns]
WHO, WHERE = "who_asks", "in_which_session"
"""The two parameters: the ``fs_uniquifier`` that the session cookie carries, and the hash of its secret."""
OF_SESSION = {
    "session_id": SESSION.c.id,
    "session_seen_at": SESSION.c.seen_at,
    "session_ends_at": SESSION.c.ends_at,
    "session_stays": SESSION.c.stays,
}
"""What is read of the session, at the end of the row: pages are kept for the person, whatever the session."""


def statement(beside: dict[str, Any]) -> Select[Any]:
    """Person, roles held, further facts (scalar queries that may correlate with the row of the person), and
    the session that has not been ended."""
    roles = (
        select(func.aggregate_strings(ROLE.c.name, ","))
        .select_from(ROLE.join(person_role, person_role.c.role_id == ROLE.c.id))
        .where(person_role.c.person_id == PERSON.c.id)
        .scalar_subquery()
    )
    facts = [query.label(name) for name, query in beside.items()]
    told = [column.label(name) for name, column in OF_SESSION.items()]
    here = PERSON.join(SESSION, SESSION.c.person_id == PERSON.c.id)
    return (
        select(PERSON, roles.label("roles_held"), *facts, *told)
        .select_from(here)
        .where(
            PERSON.c.fs_uniquifier == bindparam(WHO),
            SESSION.c.secret_sha256 == bindparam(WHERE),
            SESSION.c.ended_at.is_(None),
        )
    )


class Readers:
    """Loads the person of a request (Flask-Login calls it once per request)."""

    def __init__(self, **beside: Any) -> None:
        self.statement = statement(beside)

    def load(self, uniquifier: str) -> Person | None:
        """The person whom a session belongs to, or None when the account or the session has ended.

        ``g.reader`` keeps the row, ``g.reader_facts`` all of it but the session: what pages depend on.
        """
        secret = session.get(sessions.SECRET)
        if not uniquifier or not isinstance(secret, str):
            return None
        asked = {WHO: str(uniquifier), WHERE: sessions.hashed(secret)}
        row = db.session.connection().execute(self.statement, asked).first()
        if row is None or not _may_enter(row):
            return None
        g.reader, g.session_row, g.reader_facts = row, row, facts_of(row)
        g.fs_authn_via, g.fs_paa = "session", session.get("fs_paa", 0)  # what Flask-Security asks about
        return as_person(row)


def _may_enter(row: Any) -> bool:
    """Whether the account is open today, and the session not at its end."""
    over = sessions.is_over(row.session_ends_at, row.session_seen_at, row.session_stays, now())
    return bool(row.active) and (row.valid_until is None or row.valid_until >= today()) and not over


def facts_of(row: Any) -> tuple[Any, ...]:
    """A row as pages depend on it: without its session."""
    return tuple(row)[: -len(OF_SESSION)]


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
