"""What is told of a process between audits, the proposals made from it, and why they were changed."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person, Process
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class NoteKind(Label):
    """What is told of a process that weighs in the programme (9.2.2)."""

    CHANGE = "change", _l("Change since the last audit"), "info"
    LEGAL = "legal", _l("Legal demand"), "warning"
    CUSTOMER = "customer", _l("Customer demand"), "purple"


DEMANDS = frozenset({NoteKind.LEGAL, NoteKind.CUSTOMER})


class ProcessNote(Versioned, Base):
    """A change of a process, or somebody's demand that it be audited; ended when it no longer holds."""

    __tablename__ = "process_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"), index=True)
    kind: Mapped[NoteKind] = mapped_column(by_value(NoteKind))
    since: Mapped[date]
    words: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    ended_on: Mapped[date | None]

    process: Mapped[Process] = relationship()
    by: Mapped[Person | None] = relationship()

    __table_args__ = (CheckConstraint("ended_on IS NULL OR ended_on >= since", name="ends_after_since"),)

    @property
    def name(self) -> str:
        """The words, cut, as the trail names it."""
        return self.words[:80]


class ProposalState(Label):
    """Life of a proposal."""

    OPEN = "open", _l("Being adjusted"), "warning"
    PLANNED = "planned", _l("Turned into audits"), "success"
    DISCARDED = "discarded", _l("Discarded"), "secondary"


proposal_audit = Table(
    "proposal_audit",
    Base.metadata,
    Column("proposal_id", ForeignKey("proposal.id"), primary_key=True),
    Column("audit_id", ForeignKey("audit.id"), primary_key=True, index=True),
)


class Proposal(Versioned, Base):
    """A programme as the rules propose it, for one year or for a cycle of three."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_year: Mapped[int]
    years: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(by_value(ProposalState), default=ProposalState.OPEN)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    made_by: Mapped[Person] = relationship()
    lines: Mapped[list["ProposalLine"]] = relationship(
        back_populates="proposal", cascade="all, delete-orphan", order_by="ProposalLine.id"
    )
    audits: Mapped[list[Audit]] = relationship(secondary=proposal_audit, order_by=Audit.starts_on)

    __table_args__ = (
        CheckConstraint("years IN (1, 3)", name="one_year_or_three"),
        Index("ix_proposal_first_year", "first_year", "state"),
    )

    @property
    def last_year(self) -> int:
        """The last year proposed."""
        return self.first_year + self.years - 1

    @property
    def name(self) -> str:
        """The years."""
        return str(self.first_year) if self.years == 1 else f"{self.first_year}–{self.last_year}"

    code = name


class ProposalLine(Versioned, Base):
    """What is proposed for one process, or (without process) for the clauses that no process answers for.

    ``months`` are numbers year * 12 + month - 1; ``reasons`` are [key, points, values] of the rules, so that
    the words can be said in either language; ``proposed`` keeps what the rules said when the manager adjusts.
    """

    __tablename__ = "proposal_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    score: Mapped[int]
    every: Mapped[int]
    half_days: Mapped[int]
    months: Mapped[list[Any]] = mapped_column(default=list)
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    proposed: Mapped[dict[str, Any]] = mapped_column(default=dict)

    proposal: Mapped[Proposal] = relationship(back_populates="lines")
    process: Mapped[Process | None] = relationship()
    changes: Mapped[list["LineChange"]] = relationship(order_by="LineChange.id", back_populates="line")

    __table_args__ = (CheckConstraint("half_days > 0", name="some_effort"),)

    @property
    def days(self) -> float:
        """Effort of each audit in auditor days."""
        return self.half_days / 2

    @property
    def adjusted(self) -> bool:
        """Whether the manager chose something else than the rules."""
        return self.proposed != {"months": self.months, "half_days": self.half_days}

    @property
    def code(self) -> str:
        """Code of the process; for the rest of the system its clauses' chapter."""
        return self.process.code if self.process else "SMS"


class LineChange(Base):
    """Why the manager chose something else than was proposed. Append-only."""

    __tablename__ = "proposal_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("proposal_line.id"), index=True)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    line: Mapped[ProposalLine] = relationship(back_populates="changes")
    by: Mapped[Person] = relationship()


append_only(LineChange.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
