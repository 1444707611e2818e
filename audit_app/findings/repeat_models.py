"""Repeats: which finding came back as which, who says so, and from when on two findings look alike."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned
from audit_app.findings.models import Finding


class FindingRepeat(Base):
    """One link of a chain: the later finding is a repeat of the earlier one, as a person confirmed."""

    __tablename__ = "finding_repeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    later_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    why: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    """Why, in the words of who linked it by hand; empty for a repeat that was proposed."""
    likeness: Mapped[int]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime]

    later: Mapped[Finding] = relationship(foreign_keys=[later_id])
    earlier: Mapped[Finding] = relationship(foreign_keys=[earlier_id])
    confirmed_by: Mapped[Person] = relationship(foreign_keys=[confirmed_by_id])

    __table_args__ = (
        UniqueConstraint("later_id", "earlier_id"),
        CheckConstraint("later_id <> earlier_id", name="not_of_itself"),
        CheckConstraint("likeness BETWEEN 0 AND 100", name="likeness_in_percent"),
    )


class RepeatPolicy(Versioned, Base):
    """What counts as a repeat here. One row; without it the defaults below hold."""

    __tablename__ = "repeat_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    months: Mapped[int] = mapped_column(default=12)
    """How far back is looked."""
    likeness: Mapped[int] = mapped_column(default=50)
    """From how many percent on two wordings are alike (see ``likeness.py``)."""
    minors: Mapped[int] = mapped_column(default=3)
    """From how many minors on one requirement on a major is proposed."""

    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("months BETWEEN 1 AND 120", name="months_1_to_120"),
        CheckConstraint("likeness BETWEEN 20 AND 100", name="likeness_20_to_100"),
        CheckConstraint("minors BETWEEN 2 AND 20", name="minors_2_to_20"),
    )
