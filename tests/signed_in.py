"""A browser in which somebody has signed in, without the form: the one place that knows what such a cookie holds."""

import secrets
from datetime import UTC, datetime
from typing import Any

from audit_app.accounts import sessions
from audit_app.accounts.models import Person
from audit_app.accounts.session_models import SignInSession
from audit_app.core.db import db

LATE = datetime(2100, 1, 1, tzinfo=UTC)
"""Tests move the clock; a session that is not itself looked at lasts, and is never written to again."""


def cookie(person: Person, **facts: Any) -> dict[str, Any]:
    """What the session cookie holds after signing in; its row is in the database once that is committed.

    ``facts`` are further columns of the row, for tests that look at the session itself.
    """
    secret = secrets.token_urlsafe(32)
    lasting = {
        "begun_at": datetime.now(UTC).replace(microsecond=0),
        "seen_at": LATE,
        "ends_at": LATE,
        "stays": True,
    }
    row = SignInSession(secret_sha256=sessions.hashed(secret), person_id=person.id, **(lasting | facts))
    db.session.add(row)
    db.session.flush()
    known = person.fs_uniquifier
    return {"_user_id": known, "_fresh": True, "fs_cc": "set", "identity.id": known, sessions.SECRET: secret}


def enter(client: Any, person: Person, **facts: Any) -> Any:
    """Sign a person in to a test client; commits. Returns the client."""
    told = cookie(person, **facts)
    db.session.commit()
    with client.session_transaction() as session:
        session.update(told)
    return client
