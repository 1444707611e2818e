"""Registers of nonconformities kept before this system: which file came in, read how, and by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base


class OldRegister(Base):
    """One import. ``mapping`` (field to heading of its column) is proposed for the next file of a source."""

    __tablename__ = "old_register"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(100), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[str] = mapped_column(String(100), default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]

    imported_by: Mapped[Person] = relationship()

    @property
    def code(self) -> str:
        """How the trail names it."""
        return self.source
