"""Signing in once more at the moment of signing a record: the password again, and only a few tries."""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts import passwords
from audit_app.accounts.models import Person
from audit_app.core.clock import now, zone
from audit_app.core.db import db
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry

TRIES = 5
"""Wrong passwords within :data:`PAUSE` after which nobody signs under this name for a while."""
PAUSE = timedelta(minutes=15)
WRONG = "person.confirm_wrong"


def refuses(person: Person, password: str) -> Any:
    """Why the sign-in is not accepted as repeated, in words; None when it is.

    A wrong password is a line of the trail, by which the tries are counted: the caller keeps it although the
    reply is a refusal (``web.transactions.keep_anyway``).
    """
    wrong, last = _wrong(person)
    if wrong >= TRIES:
        return _l(
            "Too many wrong passwords. You can sign again at %(time)s.",
            time=f"{(last + PAUSE).astimezone(zone()):%H:%M}",
        )
    if passwords.right(person, password):
        return None
    trail.note(WRONG, person, by=person)
    left = TRIES - wrong - 1
    if not left:
        return _l(
            "This is not your password. You can sign again in %(count)s minutes.", count=PAUSE.seconds // 60
        )
    return _l("This is not your password. Type the one you sign in with; tries left: %(count)s.", count=left)


def _wrong(person: Person) -> tuple[int, Any]:
    """Wrong passwords of late, and when the last of them was."""
    query = select(func.count(), func.max(TrailEntry.at)).where(
        TrailEntry.subject_type == Person.__tablename__,
        TrailEntry.subject_id == str(person.id),
        TrailEntry.action == WRONG,
        TrailEntry.at > now() - PAUSE,
    )
    count, last = db.session.execute(query).one()
    return count, last
