"""The life of a session: begun by signing in, seen every few minutes, ended by its owner, others or time.

The cookie holds a secret made for this one sign-in, and the reader (``reader.py``) joins its row to the
person at each request: an ended row is out at the next request, wherever its cookie was copied to.
"""

import contextlib
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from audit_app.accounts import agents
from audit_app.accounts.models import Person
from audit_app.accounts.session_models import SignInSession, Why
from audit_app.core.clock import now
from audit_app.core.db import db, reading, serialize_writes
from audit_app.core.errors import NotVisible
from audit_app.trail import services as trail

SECRET = "sign_in"  # noqa: S105  # the name under which the cookie keeps the secret
SEEN_EVERY = timedelta(minutes=5)
"""A session in use is written down this often and no oftener, so that reading pages stays reading."""
LONGER = 2
"""Without "stay signed in" a session ends after so many times ``SESSION_HOURS``, however much it is used."""
KEPT = timedelta(days=90)
"""An ended session is kept this long, for the question who was signed in from where."""
PATIENCE_MS = 50
"""Milliseconds for which writing down that a session is in use waits for another writer; then it is left for
the next request."""


def idle() -> timedelta:
    """How long a session lasts unused, if the device is not to stay signed in."""
    return timedelta(hours=current_app.config["SETTINGS"].session_hours)


def longest(stays: bool) -> timedelta:
    """How long a session lasts at most, used or not."""
    return timedelta(days=current_app.config["SETTINGS"].session_days) if stays else idle() * LONGER


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def is_over(ends_at: datetime, seen_at: datetime, stays: bool, moment: datetime) -> bool:
    """Whether time has ended a session."""
    return ends_at <= moment or (not stays and seen_at + idle() <= moment)


def ends(row: SignInSession) -> datetime:
    """When time will end a session that is not used any more."""
    return row.ends_at if row.stays else min(row.ends_at, row.seen_at + idle())


# --- reads --------------------------------------------------------------------------------------------------
def visible_to(person: Person) -> Any:
    """The sessions somebody may see and end: one's own, and everybody's for who manages people."""
    query = select(SignInSession)
    if not person.may("people:manage"):
        query = query.where(SignInSession.person_id == person.id)
    return query


def open_of(person: Person) -> list[SignInSession]:
    """The sessions in which a person is signed in now, the last used first."""
    query = select(SignInSession).where(
        SignInSession.person_id == person.id, SignInSession.ended_at.is_(None), SignInSession.ends_at > now()
    )
    rows = db.session.scalars(query.order_by(SignInSession.seen_at.desc(), SignInSession.id.desc()))
    return [row for row in rows if not is_over(row.ends_at, row.seen_at, row.stays, now())]


def get(id: int, *, to: Person, of: Person) -> SignInSession:
    """One session of a person that has not ended. Raises :class:`NotVisible`."""
    query = visible_to(to).where(
        SignInSession.id == id, SignInSession.person_id == of.id, SignInSession.ended_at.is_(None)
    )
    found: SignInSession | None = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotVisible
    return found


def present_id() -> int | None:
    """The session in which this request comes."""
    found = g.get("session_row")
    return None if found is None else int(found.session_id)


# --- verbs --------------------------------------------------------------------------------------------------
def begin(person: Person, *, stays: bool) -> SignInSession:
    """Sign a person in here: a new secret for the cookie, and the end of the session that was open in it."""
    serialize_writes()
    former = _of_cookie()
    if former is not None:
        stays = stays or (former.person_id == person.id and former.stays)
        _close(former, Why.RENEWED, person)
    made, secret = row_for(person, stays=stays), secrets.token_urlsafe(32)
    made.secret_sha256 = hashed(secret)
    made.device, made.address = agents.short(request.user_agent.string), (request.remote_addr or "")[:45]
    db.session.add(made)
    db.session.flush()
    session[SECRET], session.permanent = secret, stays
    session["ends"] = int(made.ends_at.timestamp())
    return made


def row_for(person: Person, *, stays: bool) -> SignInSession:
    """A session that begins now."""
    moment = now()
    return SignInSession(
        person_id=person.id, begun_at=moment, seen_at=moment, ends_at=moment + longest(stays), stays=stays
    )


def leave() -> None:
    """Sign out here: the secret is worth nothing any more, also where it was copied to."""
    row = _of_cookie()
    for name in (SECRET, "ends"):
        session.pop(name, None)
    session.permanent = False
    if row is not None:
        serialize_writes()
        _close(row, Why.SIGNED_OUT, row.person)
        trail.note("person.sign_out", row.person, by=row.person)


def end(row: SignInSession, *, by: Person) -> None:
    """End one session by hand."""
    trail.note("person.end_session", row.person, by=by, device=row.device, begun=row.begun_at)
    _close(row, Why.BY_HAND, by)


def end_others(person: Person, *, by: Person) -> int:
    """End all sessions of a person but the one in which this request comes. Returns how many there were."""
    serialize_writes()
    count = end_all(person, Why.BY_HAND, by=by, but=of_cookie_id())
    if count:
        trail.note("person.end_sessions", person, by=by, count=count)
    return count


def end_all(person: Person, why: Why, *, by: Person | None, but: int | None = None) -> int:
    """End every open session of a person but one. Returns how many there were.

    Whoever calls this has a line of the trail that says why.
    """
    serialize_writes()
    open_ones = select(SignInSession).where(
        SignInSession.person_id == person.id, SignInSession.ended_at.is_(None)
    )
    rows = [row for row in db.session.scalars(open_ones) if row.id != but]
    for row in rows:
        _close(row, why, by)
    return len([row for row in rows if row.ends_at > now()])


def forget(person: Person) -> None:
    """The personal data of the person are erased: neither their devices nor their addresses stay."""
    db.session.execute(delete(SignInSession).where(SignInSession.person_id == person.id))


def forget_old() -> int:
    """Delete sessions that ended long ago. Returns how many."""
    old = now() - KEPT
    gone = delete(SignInSession).where((SignInSession.ends_at < old) | (SignInSession.ended_at < old))
    done: Any = db.session.execute(gone.execution_options(synchronize_session=False))
    return int(done.rowcount)


def of_cookie_id() -> int | None:
    """The session of the cookie as it will be sent: the new one after signing in."""
    row = _of_cookie()
    return None if row is None else row.id


def _of_cookie() -> SignInSession | None:
    secret = session.get(SECRET)
    if not isinstance(secret, str):
        return None
    query = select(SignInSession).where(
        SignInSession.secret_sha256 == hashed(secret), SignInSession.ended_at.is_(None)
    )
    return db.session.scalars(query).one_or_none()


def _close(row: SignInSession, why: Why, by: Person | None) -> None:
    row.ended_at, row.why, row.ended_by_id = now(), why, by.id if by is not None else None
    db.session.flush()


# --- seen ---------------------------------------------------------------------------------------------------
def init_app(app: Flask) -> None:
    """Write down that a session is in use, after the request's own transaction (so this hook is attached
    before that of ``transactions.py``: the last attached runs first)."""

    @app.after_request
    def seen(reply: Response) -> Response:
        row = g.get("session_row")
        if row is not None and now() - row.session_seen_at >= SEEN_EVERY:
            with contextlib.suppress(
                DBAPIError, OSError
            ):  # the page is answered; the next request tries again
                _note_seen(row.session_id)
        return reply


def _note_seen(number: int) -> None:
    """One small transaction beside the request's, which nobody waits for."""
    seen = update(SignInSession).where(SignInSession.id == number, SignInSession.ended_at.is_(None))
    sqlite = db.engine.dialect.name == "sqlite"
    patience = f"PRAGMA busy_timeout={PATIENCE_MS}" if sqlite else f"SET LOCAL lock_timeout = {PATIENCE_MS}"
    with reading(), db.engine.connect() as line:
        try:
            line.execute(text(patience))
            line.execute(seen.values(seen_at=now()))
            line.commit()
        finally:
            if sqlite:
                line.rollback()
                line.execute(text("PRAGMA busy_timeout=15000"))
