"""What somebody is competent for, since when, until when, and on what grounds (7.2; ISO 19011 clause 7)."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label

SOON_DAYS = 60
"""So many days ahead of its end a competence is worth a reminder: time enough for a course."""


class Skill(Label):
    """What is mastered."""

    AUDITING = "auditing", _l("Auditing"), "purple"
    LEADING = "leading", _l("Lead auditing"), "purple"
    STANDARD = "standard", _l("The standard"), "info"
    DISCIPLINE = "discipline", _l("Discipline or process area"), "teal"


class Basis(Label):
    """How it was evaluated (ISO 19011, 7.4)."""

    TRAINING = "training", _l("Training"), "secondary"
    EXAM = "exam", _l("Examination or certificate"), "secondary"
    EXPERIENCE = "experience", _l("Experience"), "secondary"
    OBSERVATION = "observation", _l("Observed audit"), "secondary"


class Standing(Label):
    """How a competence stands on a day."""

    CURRENT = "current", _l("Valid"), "success"
    SOON = "soon", _l("Ends soon"), "warning"
    AHEAD = "ahead", _l("Not yet valid"), "info"
    EXPIRED = "expired", _l("Expired"), "danger"
    RENEWED = "renewed", _l("Renewed"), "secondary"
    WITHDRAWN = "withdrawn", _l("Revoked"), "secondary"


class Competence(Versioned, Base):
    """One record of a person; renewing makes a new one, so the history stays.

    ``standard`` is named for the skill STANDARD only, ``area`` for DISCIPLINE only. ``clauses`` are the
    sections or clauses covered; none means all. ``ends_on`` is the last day; empty means without end.
    """

    __tablename__ = "competence"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    skill: Mapped[Skill] = mapped_column(by_value(Skill))
    standard: Mapped[str] = mapped_column(String(100), default="")
    area: Mapped[str] = mapped_column(String(200), default="")
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    basis: Mapped[Basis] = mapped_column(by_value(Basis))
    grounds: Mapped[str] = mapped_column(String(2000))
    awarded_on: Mapped[date]
    ends_on: Mapped[date | None]
    evaluated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(String(200), default="")
    renews_id: Mapped[int | None] = mapped_column(ForeignKey("competence.id"), unique=True)
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(1000), default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    evaluated_by: Mapped[Person | None] = relationship(foreign_keys=[evaluated_by_id])
    renews: Mapped["Competence | None"] = relationship(
        remote_side=[id], foreign_keys=[renews_id], back_populates="renewed_by"
    )
    renewed_by: Mapped["Competence | None"] = relationship(
        foreign_keys=[renews_id], back_populates="renews", uselist=False
    )

    __table_args__ = (
        CheckConstraint("ends_on >= awarded_on", name="ends_after_award"),
        CheckConstraint("(skill = 'standard') = (standard <> '')", name="standard_named"),
        CheckConstraint("(skill = 'discipline') = (area <> '')", name="area_named"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason = '')", name="withdrawn_why_and_when"),
        CheckConstraint("evaluated_by_id IS NOT NULL OR issuer <> ''", name="evaluated_by_somebody"),
        Index("ix_competence_ends_on", "ends_on"),
    )

    @property
    def what(self) -> Any:
        """The skill in words, with the standard or area it is about."""
        return self.standard or self.area or self.skill.label

    @property
    def name(self) -> str:
        """Whose and what, for lists and the trail."""
        return f"{self.person.name}: {self.what}"

    @property
    def title(self) -> str:
        """The same, as notices call it."""
        return self.name

    @property
    def due_on(self) -> date | None:
        """Its last day, as notices call it."""
        return self.ends_on

    def covers_day(self, day: date) -> bool:
        """Whether it is valid on a day. A withdrawal counts from its own day on."""
        ended = self.ends_on is not None and self.ends_on < day
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= day
        return self.awarded_on <= day and not ended and not withdrawn

    @property
    def standing(self) -> Standing:
        """How it stands today."""
        if self.withdrawn_on is not None:
            return Standing.WITHDRAWN
        if self.renewed_by is not None:
            return Standing.RENEWED
        if self.awarded_on > today():
            return Standing.AHEAD
        if self.ends_on is None:
            return Standing.CURRENT
        left = (self.ends_on - today()).days
        return Standing.EXPIRED if left < 0 else Standing.SOON if left <= SOON_DAYS else Standing.CURRENT
