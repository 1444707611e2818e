"""The report of an audit: what its lead writes beside the data, and the report as issued (ISO 19011, 6.5)."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class ReportState(Label):
    """Life of a report: once issued it never changes; supplements are added to it."""

    DRAFT = "draft", _l("Draft"), "secondary"
    ISSUED = "issued", _l("Issued"), "success"


report_recipient = Table(
    "audit_report_recipient",
    Base.metadata,
    Column("report_id", ForeignKey("audit_report.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)


class AuditReport(Versioned, Base):
    """The words of a report that no data can say. The conclusion itself stands on the audit."""

    __tablename__ = "audit_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    state: Mapped[ReportState] = mapped_column(by_value(ReportState), default=ReportState.DRAFT)
    obstacles: Mapped[str] = mapped_column(String(5000), default="")
    not_covered: Mapped[str] = mapped_column(String(5000), default="")
    follow_up: Mapped[str] = mapped_column(String(5000), default="")
    others: Mapped[str] = mapped_column(String(2000), default="")
    grades: Mapped[list[Any]] = mapped_column(default=list)
    grades_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grades_at: Mapped[datetime | None]

    audit: Mapped[Audit] = relationship()
    grades_by: Mapped[Person | None] = relationship(foreign_keys=[grades_by_id])
    recipients: Mapped[list[Person]] = relationship(secondary=report_recipient, order_by=Person.id)

    __table_args__ = (
        CheckConstraint("(grades_by_id IS NULL) = (grades_at IS NULL)", name="grades_who_and_when"),
    )

    @property
    def code(self) -> str:
        """The audit's code with R: ``SMS-IA-2026-01-R``."""
        return f"{self.audit.code}-R"

    @property
    def title(self) -> str:
        """Title of the audit."""
        return self.audit.title


class FrozenReport(Base):
    """The report as issued (number 0), and its supplements: canonical JSON with SHA-256. Append-only."""

    __tablename__ = "frozen_report"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    audit: Mapped[Audit] = relationship()
    frozen_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("number >= 0", name="number_counts_from_0"),)

    @property
    def code(self) -> str:
        """``SMS-IA-2026-01-R`` for the report, ``SMS-IA-2026-01-R-S1`` for its first supplement."""
        return code_of(self.audit, self.number)


class FrozenReportFile(Base):
    """One file of an issued report, kept as bytes so that it is the same for ever. Append-only."""

    __tablename__ = "frozen_report_file"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


def code_of(audit: Audit, number: int) -> str:
    """Document code of the report (number 0) or of a supplement."""
    return f"{audit.code}-R" + (f"-S{number}" if number else "")


for _table in (FrozenReport.__table__, FrozenReportFile.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
