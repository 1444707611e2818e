"""Management reviews (clause 9.3): plan, participants, inputs a–l, decisions, frozen packs."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.findings.models import Action


class ReviewState(Label):
    """Life of a management review."""

    PLANNED = "planned", _l("Planned"), "secondary"
    PREPARING = "preparing", _l("Being prepared"), "warning"
    HELD = "held", _l("Meeting held"), "info"
    APPROVED = "approved", _l("Approved and frozen"), "success"


class InputKey(Label):
    """The inputs of 9.3; c has three trends."""

    A = "a", _l("Status of actions from previous reviews")
    B = "b", _l("Changes in external and internal issues")
    C1 = "c1", _l("Trend: nonconformities and corrective actions")
    C2 = "c2", _l("Trend: monitoring and measurement results")
    C3 = "c3", _l("Trend: audit results")
    D = "d", _l("Opportunities for continual improvement")
    E = "e", _l("Feedback from customers and other interested parties")
    F = "f", _l("Adherence to and suitability of the policies")
    G = "g", _l("Achievement of service management objectives")
    H = "h", _l("Performance of the services")
    I = "i", _l("Performance of other parties")  # noqa: E741  # the standard's own letter
    J = "j", _l("Resources and capabilities, current and forecast")
    K = "k", _l("Risk assessment and effectiveness of actions on risks")
    L = "l", _l("Changes that can affect the SMS and the services")


class Review(Versioned, Base):
    """One management review meeting."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    meets_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200), default="")
    period_from: Mapped[date]
    period_to: Mapped[date]
    state: Mapped[ReviewState] = mapped_column(by_value(ReviewState), default=ReviewState.PLANNED)
    chair_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    suitability: Mapped[str] = mapped_column(String(5000), default="")
    adequacy: Mapped[str] = mapped_column(String(5000), default="")
    effectiveness: Mapped[str] = mapped_column(String(5000), default="")
    minutes: Mapped[str] = mapped_column(String(20000), default="")
    next_review_on: Mapped[date | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]

    chair: Mapped[Person] = relationship(foreign_keys=[chair_id])
    prepared_by: Mapped[Person] = relationship(foreign_keys=[prepared_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    participants: Mapped[list["Participant"]] = relationship(
        cascade="all, delete-orphan", order_by="Participant.id", back_populates="review"
    )
    inputs: Mapped[list["ReviewInput"]] = relationship(
        cascade="all, delete-orphan", order_by="ReviewInput.id", back_populates="review"
    )
    decisions: Mapped[list["Decision"]] = relationship(
        cascade="all, delete-orphan", order_by="Decision.number", back_populates="review"
    )

    __table_args__ = (
        CheckConstraint("period_to >= period_from", name="period_in_order"),
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_who_and_when"),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title

    @property
    def frozen(self) -> bool:
        """Approved: nothing may change any more."""
        return self.state is ReviewState.APPROVED


class Participant(Base):
    """Somebody invited, and whether they came."""

    __tablename__ = "review_participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    function: Mapped[str] = mapped_column(String(100), default="")
    attended: Mapped[bool | None]

    review: Mapped[Review] = relationship(back_populates="participants")
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("review_id", "person_id"),)


class ReviewInput(Versioned, Base):
    """One input: written assessment over compiled data, or "nothing to report" with reason and name."""

    __tablename__ = "review_input"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    key: Mapped[InputKey] = mapped_column(by_value(InputKey))
    text: Mapped[str] = mapped_column(String(50000), default="")
    nothing_to_report: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(2000), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None]

    review: Mapped[Review] = relationship(back_populates="inputs")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    written_by: Mapped[Person | None] = relationship(foreign_keys=[written_by_id])

    __table_args__ = (
        UniqueConstraint("review_id", "key"),
        CheckConstraint("NOT nothing_to_report OR reason <> ''", name="nothing_needs_a_reason"),
    )

    @property
    def code(self) -> str:
        """Review and letter of 9.3."""
        return f"{self.review.code}/{self.key}"

    @property
    def title(self) -> str:
        """Title of the input, in the reader's language."""
        return str(self.key.label)


class DecisionState(Label):
    """A decision is asked for before the meeting and taken, changed or refused in it."""

    ASKED = "asked", _l("Decision asked for"), "warning"
    TAKEN = "taken", _l("Decided"), "success"
    REJECTED = "rejected", _l("Not approved"), "secondary"


class Decision(Versioned, Base):
    """What the review is asked to decide, with options and cost, and what it decided, with owner and due
    date."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    input_key: Mapped[InputKey] = mapped_column(by_value(InputKey))
    state: Mapped[DecisionState] = mapped_column(by_value(DecisionState), default=DecisionState.ASKED)
    text: Mapped[str] = mapped_column(String(2000))
    rationale: Mapped[str] = mapped_column(String(5000), default="")
    options: Mapped[str] = mapped_column(String(5000), default="")
    resources: Mapped[str] = mapped_column(String(500), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))

    review: Mapped[Review] = relationship(back_populates="decisions")
    owner: Mapped[Person | None] = relationship()
    action: Mapped[Action | None] = relationship()

    __table_args__ = (
        UniqueConstraint("review_id", "number"),
        CheckConstraint(
            "state <> 'taken' OR (owner_id IS NOT NULL AND due_on IS NOT NULL)",
            name="taken_has_owner_and_date",
        ),
    )

    @property
    def code(self) -> str:
        """Number within the review."""
        return f"{self.review.code}/D{self.number}"


class FrozenPack(Base):
    """The pack as approved: canonical JSON with its SHA-256. Append-only; later views and exports read
    this."""

    __tablename__ = "frozen_pack"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, default=1)
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    review: Mapped[Review] = relationship()
    frozen_by: Mapped[Person] = relationship()


class FrozenFile(Base):
    """One export of a frozen pack, kept as bytes so that it is the same for ever. Append-only."""

    __tablename__ = "frozen_file"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, default=1)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


for _table in (FrozenPack.__table__, FrozenFile.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
