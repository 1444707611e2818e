"""The yearly audit programme and its audits (ISO 19011 clauses 5 and 6)."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label


class ProgrammeState(Label):
    """Life of a yearly programme."""

    DRAFT = "draft", _l("Draft"), "secondary"
    APPROVED = "approved", _l("Approved"), "success"
    CLOSED = "closed", _l("Closed"), "secondary"


class AuditKind(Label):
    """What sort of audit it is; external ones are recorded, not conducted here."""

    INTERNAL = "internal", _l("Internal audit"), "info"
    GAP = "gap", _l("Gap analysis"), "info"
    FOLLOW_UP = "follow_up", _l("Follow-up audit"), "info"
    SUPPLIER = "supplier", _l("Supplier audit"), "info"
    STAGE_1 = "stage_1", _l("Certification audit, stage 1"), "purple"
    STAGE_2 = "stage_2", _l("Certification audit, stage 2"), "purple"
    SURVEILLANCE = "surveillance", _l("Surveillance audit"), "purple"
    RECERTIFICATION = "recertification", _l("Recertification audit"), "purple"


EXTERNAL = frozenset(
    {AuditKind.STAGE_1, AuditKind.STAGE_2, AuditKind.SURVEILLANCE, AuditKind.RECERTIFICATION}
)
"""Audits by a certification body."""


class AuditState(Label):
    """Life of an audit."""

    PLANNED = "planned", _l("Planned"), "secondary"
    NOTIFIED = "notified", _l("Notified"), "info"
    IN_PROGRESS = "in_progress", _l("In progress"), "warning"
    REPORTED = "reported", _l("Reported"), "purple"
    CLOSED = "closed", _l("Closed"), "success"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary"


class TeamRole(Label):
    """Function in an audit team beside the lead auditor."""

    AUDITOR = "auditor", _l("Auditor"), "purple"
    TRAINEE = "trainee", _l("Trainee"), "secondary"
    EXPERT = "expert", _l("Technical expert"), "secondary"
    OBSERVER = "observer", _l("Observer"), "secondary"


class Programme(Versioned, Base):
    """The audit programme of one year with its objectives (9.2.2)."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    year: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(200))
    objectives: Mapped[str] = mapped_column(String(5000))
    risks: Mapped[str] = mapped_column(String(5000), default="")
    methods: Mapped[str] = mapped_column(String(5000), default="")
    state: Mapped[ProgrammeState] = mapped_column(by_value(ProgrammeState), default=ProgrammeState.DRAFT)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    revision_reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")

    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    audits: Mapped[list["Audit"]] = relationship(back_populates="programme", order_by="Audit.starts_on")
    gaps: Mapped[list[Any]] = relationship(
        "CoverageGap", back_populates="programme", order_by="CoverageGap.id", cascade="all, delete-orphan"
    )
    versions: Mapped[list[Any]] = relationship(
        "ProgrammeVersion", back_populates="programme", order_by="ProgrammeVersion.number"
    )

    __table_args__ = (
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_who_and_when"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year_plausible"),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title


audit_process = Table(
    "audit_process",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("process_id", ForeignKey("process.id"), primary_key=True, index=True),
)
audit_department = Table(
    "audit_department",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("department_id", ForeignKey("department.id"), primary_key=True, index=True),
)
audit_site = Table(
    "audit_site",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("site.id"), primary_key=True),
)
audit_auditee = Table(
    "audit_auditee",
    Base.metadata,
    Column("audit_id", ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)


class Audit(Versioned, Base):
    """One audit: criteria, scope, dates, team, auditees (9.2.1, 9.2.2)."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[AuditKind] = mapped_column(by_value(AuditKind))
    title: Mapped[str] = mapped_column(String(200))
    objective: Mapped[str] = mapped_column(String(5000), default="")
    criteria: Mapped[str] = mapped_column(String(2000))
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    rationale: Mapped[str] = mapped_column(String(2000), default="")
    body: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[AuditState] = mapped_column(by_value(AuditState), default=AuditState.PLANNED)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    notified_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    conclusion: Mapped[str] = mapped_column(String(10000), default="")
    cancel_reason: Mapped[str] = mapped_column(String(1000), default="")
    change_reason: Mapped[str] = mapped_column(String(1000), default="", server_default="")

    programme: Mapped[Programme] = relationship(back_populates="audits")
    lead: Mapped[Person | None] = relationship(foreign_keys=[lead_id])
    processes: Mapped[list[Process]] = relationship(secondary=audit_process, order_by=Process.code)
    departments: Mapped[list[Department]] = relationship(secondary=audit_department, order_by=Department.code)
    sites: Mapped[list[Site]] = relationship(secondary=audit_site, order_by=Site.code)
    auditees: Mapped[list[Person]] = relationship(secondary=audit_auditee, order_by=Person.id)
    members: Mapped[list["TeamMember"]] = relationship(
        back_populates="audit", cascade="all, delete-orphan", order_by="TeamMember.person_id"
    )
    findings: Mapped[list[Any]] = relationship("Finding", back_populates="audit", order_by="Finding.id")
    checklists: Mapped[list[Any]] = relationship("Checklist", back_populates="audit", order_by="Checklist.id")
    plan: Mapped[Any] = relationship("AuditPlan", back_populates="audit", uselist=False)

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_audit_state_starts_on", "state", "starts_on"),
        Index("ix_audit_starts_on", "starts_on"),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title

    @property
    def external(self) -> bool:
        """Whether a certification body conducts it."""
        return self.kind in EXTERNAL

    @property
    def auditors(self) -> list[Person]:
        """Lead first, then the members who audit (not observers)."""
        team = [
            m.person for m in self.members if m.role in (TeamRole.AUDITOR, TeamRole.TRAINEE, TeamRole.EXPERT)
        ]
        return ([self.lead] if self.lead else []) + team

    @property
    def open_for_answers(self) -> bool:
        """Whether checklist answers are taken now."""
        return self.state in (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)


class TeamMember(Base):
    """A person in an audit team."""

    __tablename__ = "audit_team_member"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[TeamRole] = mapped_column(by_value(TeamRole), default=TeamRole.AUDITOR)

    audit: Mapped[Audit] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
