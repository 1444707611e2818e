"""Corrections of an approved review: numbered supplements. The pack itself stays as it was approved."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.reviews.models import AnyKey, Decision, KeyOfInput, Review


class SupplementState(Label):
    """Life of a supplement: once issued it never changes; a further correction is the next number.

    One that was withdrawn before it was issued keeps its number, so that none is given twice.
    """

    WRITTEN = "written", _l("Written, not issued yet"), "warning"
    ISSUED = "issued", _l("Issued and frozen"), "success"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary"


class ReviewSupplement(Versioned, Base):
    """What is to be read instead: of one input, of one decision, or (neither) of the review as a whole."""

    __tablename__ = "review_supplement"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    number: Mapped[int]
    state: Mapped[SupplementState] = mapped_column(by_value(SupplementState), default=SupplementState.WRITTEN)
    input_key: Mapped[AnyKey | None] = mapped_column(KeyOfInput)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    reason: Mapped[str] = mapped_column(String(2000))
    correction: Mapped[str] = mapped_column(String(5000))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(2000), default="")

    review: Mapped[Review] = relationship()
    decision: Mapped[Decision | None] = relationship()
    written_by: Mapped[Person] = relationship(foreign_keys=[written_by_id])
    issued_by: Mapped[Person | None] = relationship(foreign_keys=[issued_by_id])
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id])

    __table_args__ = (
        UniqueConstraint("review_id", "number"),
        CheckConstraint("number >= 1", name="number_counts_from_1"),
        CheckConstraint("input_key IS NULL OR decision_id IS NULL", name="corrects_one_thing"),
        CheckConstraint("(issued_by_id IS NULL) = (issued_at IS NULL)", name="issued_who_and_when"),
        CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name="issued_has_a_moment"),
        CheckConstraint("(withdrawn_by_id IS NULL) = (withdrawn_at IS NULL)", name="withdrawn_who_and_when"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_has_a_moment"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_reason <> '')", name="withdrawn_with_a_reason"),
    )

    @property
    def code(self) -> str:
        """The review's code with S and the number: ``MR-2026-01-S1``."""
        return f"{self.review.code}-S{self.number}"

    @property
    def title(self) -> str:
        """Title of the review it belongs to."""
        return self.review.title


class FrozenSupplement(Base):
    """A supplement as issued: canonical JSON with its SHA-256. Append-only."""

    __tablename__ = "frozen_supplement"

    supplement_id: Mapped[int] = mapped_column(
        ForeignKey("review_supplement.id"), primary_key=True, autoincrement=False
    )
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    supplement: Mapped[ReviewSupplement] = relationship()
    frozen_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("length(sha256) = 64", name="hash_is_whole"),)


class FrozenSupplementFile(Base):
    """One file of an issued supplement, kept as bytes. Append-only."""

    __tablename__ = "frozen_supplement_file"

    supplement_id: Mapped[int] = mapped_column(
        ForeignKey("review_supplement.id"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


for _table in (FrozenSupplement.__table__, FrozenSupplementFile.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
