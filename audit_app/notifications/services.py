"""Queueing and delivering notices."""

import smtplib
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.notifications import words
from audit_app.notifications.models import Notice


def queue(kind: str, *, to: Person | None, subject: Any, day: date | None = None) -> Notice | None:
    """Put a notice in the outbox, in the transaction of what it tells.

    One per kind, person, subject and day: a second call the same day changes nothing. Nobody is told who is
    not
    there (``to`` None or deactivated).
    """
    if to is None or not to.active:
        return None
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
    due = getattr(subject, "due_on", None)
    facts = {
        "code": getattr(subject, "code", ""),
        "title": getattr(subject, "title", ""),
        "due": due.isoformat() if due else "–",
    }
    notice = Notice(**key, facts=facts, queued_at=now())
    db.session.add(notice)
    db.session.flush()
    return notice


def queue_again(kind: str, *, to: Person | None, subject: Any) -> Notice | None:
    """As :func:`queue`, for news that may change twice a day: today's notice, if it is out or read already,
    goes out once more."""
    made = queue(kind, to=to, subject=subject)
    if made is not None or to is None or not to.active:
        return made
    key = {"kind": kind, "person_id": to.id, "subject_kind": subject.__tablename__}
    known = db.session.scalar(select(Notice).filter_by(**key, subject_id=str(subject.id), day=today()))
    if known is not None:
        known.sent_at = known.read_at = None
        db.session.flush()
    return known


@dataclass(frozen=True)
class Enclosed:
    """A calendar that goes with a mail: its name, its iCalendar text, and the method it is sent with."""

    filename: str
    text: str
    method: str


ENCLOSE: dict[str, Callable[[Notice], Enclosed | None]] = {}
"""What encloses a calendar with a notice, by kind of notice; each domain is asked by ``domains.py``."""


def deliver(settings: Settings, link: Any) -> tuple[int, int]:
    """Send what waits: one mail per person with all their notices. Returns (mails sent, mails failed).

    What the person has already ticked off in the application is not mailed after them.

    ``link(notice)`` gives the address of what a notice speaks of. A failed mail keeps its notices in the
    outbox
    with the reason; they are tried again next time. Commits after each mail, so that none is sent twice.
    """
    waiting: dict[int, list[Notice]] = defaultdict(list)
    unread = select(Notice).where(Notice.sent_at.is_(None), Notice.read_at.is_(None))
    query = unread.options(joinedload(Notice.person)).order_by(Notice.id)
    for notice in db.session.scalars(query):
        waiting[notice.person_id].append(notice)
    sent = failed = 0
    for notices in waiting.values():
        person = notices[0].person
        error = _send(settings, compose(settings, person, notices, link)) if person.active else ""
        for notice in notices:
            notice.attempts += 1
            notice.last_error = error[:500]
            notice.sent_at = None if error else now()
        db.session.commit()
        sent, failed = sent + (not error), failed + bool(error)
    return sent, failed


def compose(settings: Settings, person: Person, notices: list[Notice], link: Any) -> EmailMessage:
    """One digest for one person, in their language, each notice with a link that lands on the thing."""
    mail = EmailMessage()
    with force_locale("zh_Hans_CN" if person.language == "zh" else "en"):
        parts = []
        enclosed = {}
        for notice in notices:
            found = ENCLOSE[notice.kind](notice) if notice.kind in ENCLOSE else None
            if found is not None:
                enclosed[found.filename] = found
            title, body = words.render(notice.kind, notice.facts)
            parts.append(f"■ {title}\n{body}\n{link(notice)}")
        mail["Subject"] = (
            words.render(notices[0].kind, notices[0].facts)[0]
            if len(notices) == 1
            else _("%(count)d notices from the audit tracker", count=len(notices))
        )
        greeting = _("Hello %(name)s,", name=person.name)
    mail["From"] = settings.mail_from
    mail["To"] = person.email
    mail["Message-ID"] = make_msgid(
        f"notice-{notices[0].id}", domain=settings.mail_from.rpartition("@")[2] or None
    )
    mail.set_content(greeting + "\n\n" + "\n\n".join(parts) + "\n")
    for each in enclosed.values():
        mail.add_attachment(
            each.text, subtype="calendar", filename=each.filename, params={"method": each.method}
        )
    return mail


def _send(settings: Settings, mail: EmailMessage) -> str:
    """Hand one mail to the server; the reason if it was not taken, else an empty string."""
    target = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if target.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(
            target.hostname or "localhost",
            target.port or (465 if target.scheme == "smtps" else 25),
            timeout=20,
        ) as server:
            if target.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if target.username:
                server.login(unquote(target.username), unquote(target.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def mark_read(notice: Notice) -> None:
    """The person has seen it in the application."""
    notice.read_at = notice.read_at or now()
    db.session.flush()
