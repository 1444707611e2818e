"""Outbox: a notice is a row written in the same transaction as what it tells; a mail is a row of its own that
carries notices to one person, so that what was handed to the mail server is known even after a crash."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label


class MailState(Label):
    """Life of a mail. ``sending`` is committed before the mail server is spoken to."""

    WAITING = "waiting", _l("Waiting"), "warning"
    SENDING = "sending", _l("Being sent"), "info"
    SENT = "sent", _l("Sent"), "success"
    FAILED = "failed", _l("Not delivered"), "danger"
    DROPPED = "dropped", _l("No longer needed"), "secondary"


class Mail(Base):
    """One mail to one person: the digest of a day, or what cannot wait for it.

    ``message_id`` is given before the first attempt and never changes. ``unclear`` counts attempts whose
    answer was lost: the server may have taken the mail, and nobody can know. ``carried`` names the notices
    of the last attempt.
    """

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    day: Mapped[date]
    urgent: Mapped[bool] = mapped_column(default=False)
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    state: Mapped[MailState] = mapped_column(by_value(MailState), default=MailState.WAITING)
    made_at: Mapped[datetime]
    tried_since: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(500), default="")
    carried: Mapped[list[Any]] = mapped_column(default=list)

    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_and_when"),
        CheckConstraint("state <> 'sending' OR claimed_at IS NOT NULL", name="sending_since_when"),
        Index(
            "uq_mail_one_digest_a_day",
            "person_id",
            "day",
            unique=True,
            sqlite_where=text("NOT urgent"),
            postgresql_where=text("NOT urgent"),
        ),
        Index("ix_mail_state_next_try_at", "state", "next_try_at"),
    )

    @property
    def name(self) -> str:
        """The address it goes to, for the trail."""
        return self.person.email


class Notice(Base):
    """One notice to one person about one subject on one day; the unique key makes gathering idempotent.

    ``unmailed`` says why it goes into no mail (see ``outbox.WHY``); empty while it may still.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    facts: Mapped[dict[str, Any]]
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id"), index=True)
    unmailed: Mapped[str] = mapped_column(String(20), default="", server_default="")

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint(
            "kind", "person_id", "subject_kind", "subject_id", "day", name="uq_notice_once_a_day"
        ),
        Index("ix_notice_person_id_read_at", "person_id", "read_at"),
        Index("ix_notice_sent_at", "sent_at"),
    )


class NoticeChoice(Versioned, Base):
    """What a person chose about their mails: the hour of the digest (None: as the organisation does), and
    the kinds they do not want."""

    __tablename__ = "notice_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    hour: Mapped[int | None]
    muted: Mapped[list[Any]] = mapped_column(default=list)

    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_the_day"),)

    @property
    def name(self) -> str:
        """Whose it is, for the trail."""
        return self.person.name


class Gathered(Base):
    """The last day for which due notices were gathered (row 1), so that missed days are caught up."""

    __tablename__ = "notice_gathered"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    at: Mapped[datetime]
