"""Reading notices: everybody sees only their own."""

from typing import Any

from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.notifications.models import Notice


def unread(person: Person, limit: int = 50) -> list[Notice]:
    """The person's unread notices, newest first."""
    query = (
        select(Notice)
        .where(Notice.person_id == person.id, Notice.read_at.is_(None))
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def unread_of(person_id: Any) -> Any:
    """How many are unread, as a part of a larger query that names the person."""
    query = select(func.count()).select_from(Notice)
    return query.where(Notice.person_id == person_id, Notice.read_at.is_(None)).scalar_subquery()


def count_unread(person: Person) -> int:
    """How many are unread."""
    query = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.person_id == person.id, Notice.read_at.is_(None))
    )
    return db.session.scalar(query) or 0


def get(notice_id: int, *, to: Person) -> Notice:
    """One of the person's own notices."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.person_id != to.id:
        raise NotVisible
    return notice
