"""The improvement register (clause 10.2): proposals, their evaluation, target, and what was reached."""

from datetime import date, datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Department, Person, Process
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.exact import Exact
from audit_app.core.labels import Label


class ImprovementState(Label):
    """Life of an improvement."""

    PROPOSED = "proposed", _l("Proposed"), "warning"
    EVALUATED = "evaluated", _l("Evaluated"), "info"
    APPROVED = "approved", _l("Approved"), "purple"
    IN_PROGRESS = "in_progress", _l("In progress"), "info"
    IMPLEMENTED = "implemented", _l("Implemented"), "purple"
    MEASURED = "measured", _l("Measured"), "teal"
    CLOSED = "closed", _l("Closed"), "success"
    DECLINED = "declined", _l("Declined"), "secondary"


SETTLED = frozenset({ImprovementState.CLOSED, ImprovementState.DECLINED})


class ImprovementSource(Label):
    """Where a proposal comes from."""

    STAFF = "staff", _l("Proposal of a person"), "secondary"
    FINDING = "finding", _l("Finding"), "warning"
    DECISION = "decision", _l("Review decision"), "purple"
    INDICATOR = "indicator", _l("Indicator"), "info"


class TargetKind(Label):
    """What a target is set for: the seven that clause 10.2 names."""

    QUALITY = "quality", _l("Quality"), "info"
    VALUE = "value", _l("Value of the service"), "teal"
    CAPABILITY = "capability", _l("Capability"), "purple"
    COST = "cost", _l("Cost"), "warning"
    PRODUCTIVITY = "productivity", _l("Productivity"), "success"
    RESOURCES = "resources", _l("Resource use"), "secondary"
    RISK = "risk", _l("Risk reduction"), "danger"


class Better(Label):
    """Which way the measured value should go."""

    HIGHER = "higher", _l("At least the target"), "secondary"
    LOWER = "lower", _l("At most the target"), "secondary"


class Outcome(Label):
    """What measuring against the target showed; computed, never stored."""

    REACHED = "reached", _l("Target reached"), "success"
    NOT_REACHED = "not_reached", _l("Target not reached"), "danger"


class Improvement(Versioned, Base):
    """One entry of the register, from the proposal to the measured result."""

    __tablename__ = "improvement"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[ImprovementState] = mapped_column(
        by_value(ImprovementState), default=ImprovementState.PROPOSED
    )
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(5000), default="")
    source: Mapped[ImprovementSource] = mapped_column(
        by_value(ImprovementSource), default=ImprovementSource.STAFF
    )
    source_id: Mapped[int | None]
    source_code: Mapped[str] = mapped_column(String(60), default="")
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    proposed_on: Mapped[date] = mapped_column(index=True)
    benefit: Mapped[int | None]
    effort: Mapped[int | None]
    risk: Mapped[int | None]
    evaluation_note: Mapped[str] = mapped_column(String(5000), default="")
    evaluated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    evaluated_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    target_kind: Mapped[TargetKind | None] = mapped_column(by_value(TargetKind))
    target_what: Mapped[str] = mapped_column(String(300), default="")
    better: Mapped[Better] = mapped_column(by_value(Better), default=Better.HIGHER)
    unit: Mapped[str] = mapped_column(String(40), default="")
    baseline: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    target: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    declined_reason: Mapped[str] = mapped_column(String(2000), default="")
    started_on: Mapped[date | None]
    implemented_on: Mapped[date | None]
    implementation_note: Mapped[str] = mapped_column(String(5000), default="")
    measured: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    measured_on: Mapped[date | None]
    measurement_note: Mapped[str] = mapped_column(String(5000), default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_on: Mapped[date | None] = mapped_column(index=True)
    closing_note: Mapped[str] = mapped_column(String(5000), default="")

    process: Mapped[Process | None] = relationship()
    department: Mapped[Department | None] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    evaluated_by: Mapped[Person | None] = relationship(foreign_keys=[evaluated_by_id])
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])

    __table_args__ = (
        CheckConstraint("benefit BETWEEN 1 AND 5", name="benefit_1_to_5"),
        CheckConstraint("effort BETWEEN 1 AND 5", name="effort_1_to_5"),
        CheckConstraint("risk BETWEEN 1 AND 5", name="risk_1_to_5"),
        CheckConstraint("(source = 'staff') = (source_id IS NULL)", name="source_is_named"),
        CheckConstraint("(evaluated_by_id IS NULL) = (evaluated_at IS NULL)", name="evaluated_who_and_when"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_who_and_when"),
        CheckConstraint("(closed_by_id IS NULL) = (closed_at IS NULL)", name="closed_who_and_when"),
        CheckConstraint("(measured IS NULL) = (measured_on IS NULL)", name="measured_value_and_day"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
        CheckConstraint(
            "state IN ('proposed', 'evaluated', 'declined') OR (target IS NOT NULL AND target_kind IS NOT "
            "NULL AND owner_id IS NOT NULL AND due_on IS NOT NULL AND decided_by_id IS NOT NULL)",
            name="approved_has_target",
        ),
        CheckConstraint("state <> 'declined' OR declined_reason <> ''", name="declined_has_reason"),
        CheckConstraint("state NOT IN ('measured', 'closed') OR measured IS NOT NULL", name="measured_first"),
        Index("ix_improvement_state_due_on", "state", "due_on"),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title

    @property
    def settled(self) -> bool:
        """Closed or declined."""
        return self.state in SETTLED

    @property
    def overdue(self) -> bool:
        """Approved, not yet implemented, and past its date."""
        waiting = (ImprovementState.APPROVED, ImprovementState.IN_PROGRESS)
        return self.state in waiting and self.due_on is not None and self.due_on < today()

    @property
    def points(self) -> int | None:
        """3 to 15: benefit counts up, effort and risk count down; None until all three are scored."""
        if self.benefit is None or self.effort is None or self.risk is None:
            return None
        return self.benefit + (6 - self.effort) + (6 - self.risk)

    @property
    def outcome(self) -> Outcome | None:
        """Whether the measured value reaches the target; None until it was measured."""
        if self.measured is None or self.target is None:
            return None
        higher = self.better is Better.HIGHER
        reached = self.measured >= self.target if higher else self.measured <= self.target
        return Outcome.REACHED if reached else Outcome.NOT_REACHED
