"""The objectives of service management and the plan to achieve each (clauses 6.2.1, 6.2.2)."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Bilingual, Department, Person, Process
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.indicators.models import Indicator


class ObjectiveState(Label):
    """Life of an objective: in force until somebody says how it ended."""

    IN_FORCE = "in_force", _l("In force"), "info"
    ACHIEVED = "achieved", _l("Achieved"), "success"
    MISSED = "missed", _l("Not achieved"), "danger"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary"


class Objective(Bilingual, Versioned, Base):
    """One objective: what will be done for it, with what, by whom, until when, and how it is evaluated.

    Which indicators measure it stands with the indicators. ``closed_with``: what they said at its end.
    """

    __tablename__ = "objective"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[ObjectiveState] = mapped_column(by_value(ObjectiveState), default=ObjectiveState.IN_FORCE)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    measures: Mapped[str] = mapped_column(String(5000))
    resources: Mapped[str] = mapped_column(String(2000), default="")
    evaluation: Mapped[str] = mapped_column(String(2000))
    set_on: Mapped[date]
    due_on: Mapped[date]
    result: Mapped[str] = mapped_column(String(2000), default="")
    closed_on: Mapped[date | None]
    closed_with: Mapped[str] = mapped_column(String(2000), default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    process: Mapped[Process | None] = relationship()
    department: Mapped[Department | None] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    indicators: Mapped[list[Indicator]] = relationship(back_populates="objective", order_by=Indicator.id)

    __table_args__ = (
        CheckConstraint("(state = 'in_force') = (closed_on IS NULL)", name="closed_with_a_day"),
        CheckConstraint("(state = 'in_force') = (result = '')", name="closed_with_a_reason"),
        CheckConstraint("due_on >= set_on", name="due_after_set"),
        CheckConstraint("measures <> '' AND evaluation <> ''", name="is_planned"),
        Index("ix_objective_state_due_on", "state", "due_on"),
    )

    @property
    def in_force(self) -> bool:
        """Whether it is still worked on."""
        return self.state is ObjectiveState.IN_FORCE

    @property
    def overdue(self) -> bool:
        """In force past its day: somebody has to say how it ended."""
        return self.in_force and self.due_on < today()
