"""The meeting of a review: its agenda with notes, and the signatures of who was there."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.reviews.models import AnyKey, KeyOfInput, Review

Stroke = list[list[float]]
"""Points of one line of a pen: x to the right, y down."""


class AgendaItem(Versioned, Base):
    """One topic of the meeting: an input, or words of its own; its minutes, who speaks, what was said."""

    __tablename__ = "review_agenda_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    input_key: Mapped[AnyKey | None] = mapped_column(KeyOfInput)
    title: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int]
    speaker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    notes: Mapped[str] = mapped_column(String(50000), default="")
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime | None]

    review: Mapped[Review] = relationship(back_populates="agenda")
    speaker: Mapped[Person | None] = relationship(foreign_keys=[speaker_id])
    noted_by: Mapped[Person | None] = relationship(foreign_keys=[noted_by_id])

    __table_args__ = (
        UniqueConstraint("review_id", "input_key"),
        CheckConstraint("minutes BETWEEN 0 AND 600", name="minutes_of_a_meeting"),
        CheckConstraint("input_key IS NOT NULL OR title <> ''", name="about_something"),
        CheckConstraint("(noted_by_id IS NULL) = (noted_at IS NULL)", name="noted_who_and_when"),
    )

    @property
    def code(self) -> str:
        """Review and place in the agenda."""
        return f"{self.review.code}/T{self.position}"

    @property
    def name(self) -> str:
        """Words of its own, else the input, in the reader's language."""
        return self.title or (f"{self.input_key}) {self.input_key.label}" if self.input_key else "")


class SignedBy(Label):
    """How somebody signed that they were there."""

    PEN = "pen", _l("Drawn by hand"), "success"
    SIGN_IN = "sign_in", _l("Signed in the system"), "success"


class AttendanceSignature(Base):
    """That somebody was there, signed: the strokes of a pen, or by their own sign-in. Append-only; of several
    by one person the last one counts.
    """

    __tablename__ = "attendance_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[SignedBy] = mapped_column(by_value(SignedBy))
    strokes: Mapped[list[Any]] = mapped_column(default=list)
    width: Mapped[int]
    height: Mapped[int]
    signed_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    review: Mapped[Review] = relationship(back_populates="signatures")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    recorded_by: Mapped[Person] = relationship(foreign_keys=[recorded_by_id])

    __table_args__ = (CheckConstraint("width > 0 AND height > 0", name="size_of_the_pad"),)

    @property
    def code(self) -> str:
        """Code of the review."""
        return self.review.code

    @property
    def lines(self) -> list[str]:
        """The strokes as points of polylines (SVG); a dot becomes a line too short to be seen as one."""
        return [" ".join(f"{x:g},{y:g}" for x, y in _visible(stroke)) for stroke in self.strokes if stroke]


def _visible(stroke: Stroke) -> Stroke:
    return stroke if len(stroke) > 1 else [stroke[0], [stroke[0][0] + 0.1, stroke[0][1]]]


append_only(AttendanceSignature.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause
