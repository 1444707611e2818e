"""Reading notices and mails: everybody sees only their own notices, who manages people sees all mails."""

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, lazyload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.notifications.models import Mail, MailState, Notice


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


def of(person: Person, *, unread: bool = False) -> Select[Notice]:
    """The person's notices, the newest first; for a paged list."""
    query = select(Notice).where(Notice.person_id == person.id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    return query.order_by(Notice.queued_at.desc(), Notice.id.desc())


# --- mails --------------------------------------------------------------------------------------------------


def mails(to: Person, *, state: str = "", q: str = "") -> Select[Mail]:
    """Mails, the newest first; none for who does not manage people."""
    query = select(Mail).join(Mail.person).options(contains_eager(Mail.person).options(lazyload("*")))
    if not to.may(Permission.PEOPLE_MANAGE):
        query = query.where(Mail.id.is_(None))
    if state in set(MailState):
        query = query.where(Mail.state == MailState(state))
    for word in q.split():
        found = (
            each.icontains(word, autoescape=True) for each in (Person.name, Person.email, Mail.last_error)
        )
        query = query.where(or_(*found))
    return query.order_by(Mail.id.desc())


def mail(mail_id: int, *, to: Person) -> Mail:
    """One mail. Raises :class:`NotVisible`."""
    found = db.session.scalars(mails(to).where(Mail.id == mail_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def mails_by_state() -> dict[MailState, int]:
    """How many mails are in each state."""
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    found: dict[MailState, int] = {state: count for state, count in rows}  # noqa: C416  # no pairs to mypy
    return {state: found.get(state, 0) for state in MailState}


def unpacked() -> int:
    """Notices that wait for a mail."""
    waiting = select(func.count()).select_from(Notice).where(
        Notice.sent_at.is_(None), Notice.mail_id.is_(None), Notice.read_at.is_(None), Notice.unmailed == ""
    )  # fmt: skip
    return db.session.scalar(waiting) or 0
