"""What was decided about a programme: gaps that were justified, and each version as it was approved.

A version is a frozen copy as rows: the database refuses to change or delete it, so that years later the
difference between what was approved and what was done can still be read.
"""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, append_only, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import AuditKind, AuditState, Programme


class GapKind(Label):
    """What a programme leaves out."""

    CLAUSE = "clause", _l("Clause"), "info"
    PROCESS = "process", _l("Process"), "info"


class CoverageGap(Base):
    """Why a clause or a process is not audited in a year. ``key`` is the clause number or process code."""

    __tablename__ = "coverage_gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[GapKind] = mapped_column(by_value(GapKind))
    key: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(2000))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    programme: Mapped[Programme] = relationship(back_populates="gaps")
    by: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("programme_id", "kind", "key"),)

    @property
    def name(self) -> str:
        """Kind and number, as the trail names it."""
        return f"{self.kind.value} {self.key}"


class ProgrammeVersion(Base):
    """A programme as top management approved it. Append-only; ``reason``: why it followed the one before."""

    __tablename__ = "programme_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    objectives: Mapped[str] = mapped_column(String(5000))
    risks: Mapped[str] = mapped_column(String(5000))
    methods: Mapped[str] = mapped_column(String(5000))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship(back_populates="versions")
    approved_by: Mapped[Person] = relationship()
    audits: Mapped[list["VersionAudit"]] = relationship(order_by="VersionAudit.starts_on, VersionAudit.code")
    gaps: Mapped[list["VersionGap"]] = relationship(order_by="VersionGap.id")

    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    @property
    def code(self) -> str:
        """Code of the programme with the number of the version."""
        return f"{self.programme.code}/{self.number}"


class VersionAudit(Base):
    """One audit as it stood when the version was approved. Append-only; names and codes, no living rows."""

    __tablename__ = "programme_version_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("programme_version.id"), index=True)
    audit_id: Mapped[int]
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[AuditKind] = mapped_column(by_value(AuditKind))
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[AuditState] = mapped_column(by_value(AuditState))
    lead: Mapped[str] = mapped_column(String(100), default="")
    criteria: Mapped[str] = mapped_column(String(2000), default="")
    scope: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rationale: Mapped[str] = mapped_column(String(2000), default="")
    change_reason: Mapped[str] = mapped_column(String(1000), default="")


class VersionGap(Base):
    """A justified gap as it stood when the version was approved. Append-only."""

    __tablename__ = "programme_version_gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("programme_version.id"), index=True)
    kind: Mapped[GapKind] = mapped_column(by_value(GapKind))
    key: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(2000))
    by_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


for _table in (ProgrammeVersion.__table__, VersionAudit.__table__, VersionGap.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
