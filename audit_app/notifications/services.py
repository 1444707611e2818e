"""Queueing notices, ticking them off, and choosing how one is written to. Delivery is in ``outbox.py``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.notifications import kinds
from audit_app.notifications.models import Gathered, Notice, NoticeChoice
from audit_app.trail import services as trail


def queue(
    kind: str, *, to: Person | None, subject: Any, day: date | None = None, due: date | None = None
) -> Notice | None:
    """Put a notice in the outbox, in the transaction of what it tells.

    ``due``: the date it tells, where that is not the due date of the subject.
    One per kind, person, subject and day: a second call the same day changes nothing. Who stands in for the
    owner of the subject hears of a duty too. Nobody is told who is
    not there (``to`` None or deactivated).
    """
    if to is None or not to.active:
        return None
    for person in _beside([(kind, to, subject)]).get(0, ()):
        _put(kind, person, subject, day, due)
    return _put(kind, to, subject, day, due)


BESIDE: list[Callable[[Sequence[tuple[Person, Any]]], list[tuple[int, Person]]]] = []
"""Who hears of a duty beside its owner: (place in what is told, person); taught by ``domains.py``."""


def _beside(told: Sequence[tuple[str, Person, Any]]) -> dict[int, list[Person]]:
    """By place in ``told``, who hears of it too: of duties only, and nobody of what they are told anyway."""
    duties = [place for place, (kind, _to, _subject) in enumerate(told) if not kinds.of(kind).optional]
    found: dict[int, list[Person]] = {}
    for ask in BESIDE:
        for number, person in ask([told[place][1:] for place in duties]):
            if person.active and person.id != told[duties[number]][1].id:
                found.setdefault(duties[number], []).append(person)
    return found


def _put(kind: str, to: Person, subject: Any, day: date | None, due: date | None = None) -> Notice | None:
    told = {"due": due.isoformat()} if due is not None else {}
    key = {
        "kind": kind,
        "person_id": to.id,
        "subject_kind": subject.__tablename__,
        "subject_id": str(subject.id),
        "day": day or today(),
    }
    known = db.session.scalar(select(Notice).filter_by(**key))
    if known is not None:
        return None
    notice = Notice(**key, facts=facts_of(subject) | told, queued_at=now())
    db.session.add(notice)
    db.session.flush()
    return notice


def facts_of(subject: Any, due: date | None = None) -> dict[str, Any]:
    """What a notice keeps of its subject, so that its words stay true of the day it was written."""
    day = due or getattr(subject, "due_on", None)
    facts = {
        "code": getattr(subject, "code", ""),
        "title": getattr(subject, "title", ""),
        "due": day.isoformat() if day else "–",
    }
    return facts | ({"until": due.isoformat()} if due else {})


def queue_again(kind: str, *, to: Person | None, subject: Any) -> Notice | None:
    """As :func:`queue`, for news that may change twice a day: today's notice, if it is out or read already,
    goes out once more."""
    made = queue(kind, to=to, subject=subject)
    if made is not None or to is None or not to.active:
        return made
    key = {"kind": kind, "person_id": to.id, "subject_kind": subject.__tablename__}
    known = db.session.scalar(select(Notice).filter_by(**key, subject_id=str(subject.id), day=today()))
    if known is not None and (known.sent_at or known.read_at or known.unmailed):
        known.sent_at = known.read_at = known.mail_id = None
        known.unmailed = ""
        db.session.flush()
    return known


@dataclass(frozen=True)
class Due:
    """One reminder that somebody should have: of ``subject``, counted as of ``day``; ``until`` is the day
    by which the thing is to be done, if it has one."""

    kind: str
    to: Person | None
    subject: Any
    day: date
    until: date | None = None

    @property
    def key(self) -> tuple[str, int, str, str, date]:
        """What the unique key of notices is made of."""
        assert self.to is not None
        return (self.kind, self.to.id, self.subject.__tablename__, str(self.subject.id), self.day)


KEY = ("kind", "person_id", "subject_kind", "subject_id", "day")
"""Columns of the unique key, as in :attr:`Due.key`."""


def queue_all(wanted: Iterable[Due]) -> int:
    """Queue many reminders in a few statements. Returns how many are new; those known are left alone."""
    serialize_writes()
    known = [each for each in wanted if each.to is not None]
    too = _beside([(each.kind, each.to, each.subject) for each in known if each.to is not None])
    known += [replace(known[place], to=person) for place, people in too.items() for person in people]
    fresh = {each.key: each for each in known if each.to is not None and each.to.active}
    columns = [getattr(Notice, name) for name in KEY]
    days = {key[-1] for key in fresh}
    for row in db.session.execute(select(*columns).where(Notice.day.in_(days))) if days else ():
        fresh.pop(tuple(row), None)
    moment, rows = now(), []
    for language, locale in LOCALES.items():
        with force_locale(
            locale
        ):  # a notice keeps its words, such as the name of a skill, in its reader's language
            rows += [
                dict(zip(KEY, key, strict=True))
                | {"facts": facts_of(each.subject, each.until), "queued_at": moment}
                for key, each in fresh.items()
                if each.to is not None and each.to.language == language
            ]
    if rows:
        db.session.execute(insert(Notice), rows)
    return len(rows)


def last_gathered() -> date | None:
    """The last day for which due notices were gathered."""
    return db.session.scalar(select(Gathered.day).where(Gathered.id == 1))


def remember_gathered(day: date) -> None:
    """The next gathering begins after this day."""
    row = db.session.get(Gathered, 1)
    if row is None:
        db.session.add(Gathered(id=1, day=day, at=now()))
    else:
        row.day, row.at = max(day, row.day), now()
    db.session.flush()


def mark_read(notice: Notice) -> None:
    """The person has seen it in the application."""
    notice.read_at = notice.read_at or now()
    db.session.flush()


def mark_all_read(person: Person) -> None:
    """The person has seen everything there is."""
    unread = update(Notice).where(Notice.person_id == person.id, Notice.read_at.is_(None))
    db.session.execute(unread.values(read_at=now()).execution_options(synchronize_session="fetch"))


def choice_of(person: Person) -> NoticeChoice:
    """What the person chose; the defaults, not stored, for who has not chosen."""
    found = db.session.get(NoticeChoice, person.id)
    return found or NoticeChoice(person_id=person.id, hour=None, muted=[], version=1)


def choose(person: Person, *, hour: int | None, muted: Sequence[str], by: Person) -> None:
    """Set the hour of one's digest and the kinds one does without. Raises :class:`Refused` for a kind that
    is a duty, and for anybody else's choice."""
    if by.id != person.id:
        raise Refused(_("Everybody chooses for themselves."))
    duties = [kind for kind in muted if not kinds.of(kind).optional]
    if duties:
        raise Refused(_("What you must do cannot be switched off."), "muted")
    choice = db.session.get(NoticeChoice, person.id)
    if choice is None:
        choice = NoticeChoice(person_id=person.id, person=person)
    with trail.act("notice_choice.set", choice, by=by):
        choice.hour, choice.muted = hour, sorted(muted)
