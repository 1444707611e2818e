"""Choosing periods, and removing what is due."""

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.retention import queries
from audit_app.retention.models import RetentionPeriod
from audit_app.trail import services as trail

MOST = 36_500


def choose(key: str, days: int, *, by: Person) -> RetentionPeriod:
    """Keep rows of a kind for so many days from now on. Raises :class:`Refused` below the least or beyond a
    hundred years."""
    rule = queries.period(key).rule
    if not rule.least <= days <= MOST:
        raise Refused(
            _l("Choose a number of days between %(least)d and %(most)d.", least=rule.least, most=MOST),
            field="days",
        )
    row = db.session.get(RetentionPeriod, key) or RetentionPeriod(key=key, days=rule.days)
    with trail.act("retention.choose", row, by=by):
        row.days = days
    return row


def tidy() -> dict[str, int]:
    """Remove everything that is due, and write down how much; what a person must decide stays. Flushes."""
    serialize_writes()
    done = {
        each.rule.key: each.rule.remove(each.before)
        for each in queries.periods()
        if each.rule.remove is not None and each.due
    }
    if done:
        trail.note_of_system("retention.tidy", **done)
    return done
