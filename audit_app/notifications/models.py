"""Outbox: a notice is a row written in the same transaction as what it tells; a command delivers it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base


class Notice(Base):
    """One notice to one person about one subject on one day; the unique key makes gathering idempotent."""

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
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")

    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint(
            "kind", "person_id", "subject_kind", "subject_id", "day", name="uq_notice_once_a_day"
        ),
        Index("ix_notice_person_id_read_at", "person_id", "read_at"),
        Index("ix_notice_sent_at", "sent_at"),
    )
