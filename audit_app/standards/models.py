"""Clause texts that the organisation bought: each import with its licence, and the texts it brought.

They are kept apart from the checklists that ship, are read on screen by the roles that hold
``clause_text:see``, and are never copied into anything else.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.standards.naming import Cited


class TextLanguage(Label):
    """The language of a text."""

    EN = "en", _l("English"), "secondary"
    ZH = "zh", _l("Chinese"), "secondary"


class SourceStanding(Label):
    """Whether the texts of a source are shown."""

    SHOWN = "shown", _l("Shown"), "success"
    EXPIRED = "expired", _l("Licence expired"), "danger"
    WITHDRAWN = "withdrawn", _l("Withdrawn, text deleted"), "secondary"


class ClauseTextSource(Versioned, Base):
    """One import: which edition in which language, under whose licence, from which file.

    ``standard`` is cited without its edition; ``standard_name`` is its bare name, by which it is found.
    ``valid_until`` is the last day on which the licence allows showing the texts; empty means without end.
    Withdrawing deletes the texts; this record and the hash of the file stay.
    """

    __tablename__ = "clause_text_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    standard: Mapped[str] = mapped_column(String(100))
    standard_name: Mapped[str] = mapped_column(String(100))
    edition: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[TextLanguage] = mapped_column(by_value(TextLanguage))
    licence_holder: Mapped[str] = mapped_column(String(200))
    licence_note: Mapped[str] = mapped_column(String(2000))
    valid_until: Mapped[date | None]
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    row_count: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(1000), default="")

    imported_by: Mapped[Person] = relationship(foreign_keys=[imported_by_id])
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id])

    __table_args__ = (
        CheckConstraint("licence_holder <> '' AND licence_note <> ''", name="licence_is_told"),
        CheckConstraint("row_count > 0", name="rows_imported"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_reason = '')",
            name="withdrawn_by_whom_when_and_why",
        ),
        Index("ix_clause_text_source_standard_name", "standard_name"),
    )

    @property
    def name(self) -> str:
        """The edition as it is cited, for lists and the trail."""
        return f"{self.standard}:{self.edition}"

    @property
    def cited(self) -> Cited:
        """The edition as citations are compared."""
        return Cited(self.standard_name, self.edition)

    @property
    def standing(self) -> SourceStanding:
        """How it stands today."""
        if self.withdrawn_at is not None:
            return SourceStanding.WITHDRAWN
        expired = self.valid_until is not None and self.valid_until < today()
        return SourceStanding.EXPIRED if expired else SourceStanding.SHOWN


class ClauseText(Base):
    """The text of one clause, as the licensed copy has it."""

    __tablename__ = "clause_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("clause_text_source.id"))
    position: Mapped[int]
    clause: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text)

    source: Mapped[ClauseTextSource] = relationship()

    __table_args__ = (
        UniqueConstraint("source_id", "clause"),
        CheckConstraint("clause <> '' AND text <> ''", name="clause_and_text"),
        Index("ix_clause_text_clause", "clause"),
    )
