"""A waiver: a small organisation lets somebody audit who is not independent or not (yet) competent."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person, in_reader_language
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class WaiverKind(Label):
    """What is waived."""

    INDEPENDENCE = "independence", _l("Independence"), "purple"
    COMPETENCE = "competence", _l("Competence"), "info"


class WaiverState(Label):
    """Life of a waiver."""

    ASKED = "asked", _l("Waits for approval"), "warning"
    APPROVED = "approved", _l("Approved"), "success"
    WITHDRAWN = "withdrawn", _l("Revoked"), "secondary"


class Waiver(Versioned, Base):
    """One audit, one person, one kind, and exactly the conflicts that stood when it was asked.

    ``covers`` are rows of key and name in both languages: a conflict that comes later is not covered.
    """

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[WaiverKind] = mapped_column(by_value(WaiverKind))
    covers: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(String(2000))
    measure: Mapped[str] = mapped_column(String(2000))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(1000), default="")

    audit: Mapped[Audit] = relationship(back_populates="waivers")
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="joined", innerjoin=True)
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined", innerjoin=True)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id], lazy="joined")

    __table_args__ = (
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_who_and_when"),
        CheckConstraint("(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_who_and_when"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> person_id", name="approved_by_another"),
    )

    @property
    def state(self) -> WaiverState:
        """Asked, approved or withdrawn."""
        if self.withdrawn_at is not None:
            return WaiverState.WITHDRAWN
        return WaiverState.APPROVED if self.approved_at is not None else WaiverState.ASKED

    @property
    def keys(self) -> frozenset[str]:
        """The conflicts it covers."""
        return frozenset(str(each["key"]) for each in self.covers)

    @property
    def subjects(self) -> list[str]:
        """The names of what it covers, in the reader's language."""
        return [in_reader_language(each["en"], each["zh"]) for each in self.covers]

    @property
    def code(self) -> str:
        """How the trail and notices call it."""
        return self.audit.code

    @property
    def title(self) -> str:
        """Whose it is, for notices."""
        return self.person.name
