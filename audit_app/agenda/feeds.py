"""A calendar feed for each person: the secret is shown once, its hash is kept, and it can be revoked."""

import hashlib
import secrets

from sqlalchemy import update

from audit_app.accounts.models import Person
from audit_app.agenda import queries
from audit_app.agenda.models import CalendarFeed
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.trail import services as trail


def hashed(token: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(person: Person) -> str:
    """A new secret; the one before stops working. Returns it: nobody can read it again."""
    revoke(person)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(person_id=person.id, token_sha256=hashed(token), made_at=now())
    with trail.act("feed.make", feed, by=person):
        pass
    return token


def revoke(person: Person) -> bool:
    """End the feed in force; whether there was one."""
    feed = queries.feed_of(person)
    if feed is None:
        return False
    with trail.act("feed.revoke", feed, by=person):
        feed.revoked_at = now()
    return True


def forget(person: Person) -> None:
    """The personal data of the person are erased, by an act with a line of its own: no address works."""
    query = update(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.revoked_at.is_(None))
    db.session.execute(query.values(revoked_at=now()))
