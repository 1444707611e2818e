"""What the server remembers of tablets: devices, tickets, files on their way, raw items, presence."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.checklists.models import ChecklistItem
from audit_app.core.db import Base, append_only, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class FieldDevice(Base):
    """One person's store on one tablet; ``waiting`` and ``photos`` are what it said had not been sent yet."""

    __tablename__ = "field_device"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    waiting: Mapped[int] = mapped_column(default=0)
    photos: Mapped[int] = mapped_column(default=0)
    chain_broken_at: Mapped[datetime | None]
    offered_again: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoke_reason: Mapped[str] = mapped_column(String(500), default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    revoked_by: Mapped[Person | None] = relationship(foreign_keys=[revoked_by_id])

    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="who_and_when_of_revoking"),
    )


class DepositTicket(Base):
    """The right to hand in, and nothing else, what one person made for one audit on one device.

    The ticket itself is known to the tablet alone; here stands its SHA-256.
    """

    __tablename__ = "deposit_ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("field_device.id"), index=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    audit: Mapped[Audit] = relationship()
    device: Mapped[FieldDevice] = relationship()


class QuarantinedItem(Base):
    """Something a device sent that is no record: kept raw, so that a person can read what was meant."""

    __tablename__ = "quarantined_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    device_id: Mapped[str] = mapped_column(String(36))
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audit.id"), index=True)
    field: Mapped[str] = mapped_column(String(60))
    raw: Mapped[str] = mapped_column(Text)
    raw_sha256: Mapped[str] = mapped_column(String(64))

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("device_id", "raw_sha256"),)


class UploadState(Label):
    """How far a file has come."""

    PARTIAL = "partial", _l("On its way"), "warning"
    STORED = "stored", _l("Stored"), "success"
    HELD = "held", _l("Held"), "warning"
    REFUSED = "refused", _l("Refused"), "danger"


class Upload(Base):
    """A file on its way from a tablet, piece by piece; once whole and allowed it becomes an attachment."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    device_id: Mapped[str] = mapped_column(String(36))
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    state: Mapped[UploadState] = mapped_column(by_value(UploadState), default=UploadState.PARTIAL)
    reason: Mapped[str] = mapped_column(String(40), default="")

    audit: Mapped[Audit] = relationship()
    item: Mapped[ChecklistItem | None] = relationship()
    author: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)


class PhotoWaiver(Base):
    """The lead auditor's word that an audit does without a file that never arrived. Append-only."""

    __tablename__ = "photo_waiver"

    attachment_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    reason: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Presence(Base):
    """Who works on an audit just now, and on which item. A sign of life, no record: rows are overwritten."""

    __tablename__ = "presence"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int | None]
    at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class DurableMark(Base):
    """A backup holds every record up to ``seq``; written by ``run.py backed-up``. Append-only."""

    __tablename__ = "durable_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    row_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_durable_mark_seq", "seq"),)


for _table in (QuarantinedItem.__table__, PhotoWaiver.__table__, DurableMark.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
