"""Who does it for whom: an action handed on by its owner for a time, and the deputy of somebody absent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base
from audit_app.findings.models import Action

STANDING = text("ended_at IS NULL")


class Delegation(Base):
    """The doing of an action in other hands for a time. The owner stays responsible; ended, it stays on
    record."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(2000))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    action: Mapped[Action] = relationship(back_populates="delegations")
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    delegate: Mapped[Person] = relationship(foreign_keys=[delegate_id])
    given_by: Mapped[Person] = relationship(foreign_keys=[given_by_id])

    __table_args__ = (
        CheckConstraint("delegate_id <> owner_id", name="to_somebody_else"),
        CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(ended_by_id IS NULL) = (ended_at IS NULL)", name="ended_who_and_when"),
        Index(
            "uq_delegation_standing", "action_id", unique=True, sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )  # fmt: skip


class Absence(Base):
    """Somebody is away, and who stands in for them meanwhile."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    remark: Mapped[str] = mapped_column(String(500), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person] = relationship(foreign_keys=[deputy_id])
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])

    __table_args__ = (
        CheckConstraint("deputy_id <> person_id", name="somebody_else_stands_in"),
        CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
        CheckConstraint("(ended_by_id IS NULL) = (ended_at IS NULL)", name="ended_who_and_when"),
    )

    @property
    def code(self) -> str:
        """Who is away: an absence has no number of its own."""
        return self.person.name

    @property
    def title(self) -> str:
        """From when to when."""
        return f"{self.from_on.isoformat()} – {self.to_on.isoformat()}"
