"""Files attached to any subject: named by hash, never overwritten."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, append_only


class Attachment(Base):
    """One file on one subject (``kind`` and ``subject_id`` as in ``audit_app/subjects.py``). Append-only."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    filename: Mapped[str] = mapped_column(String(255))
    caption: Mapped[str] = mapped_column(String(500), default="")
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship()

    __table_args__ = (
        Index("ix_attachment_subject", "kind", "subject_id"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    @property
    def by_name(self) -> str:
        """Who attached it."""
        return self.by.name

    @property
    def is_image(self) -> bool:
        """Whether a browser may show it inside a page."""
        return self.media_type in {"image/jpeg", "image/png", "image/webp"}


append_only(Attachment.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
