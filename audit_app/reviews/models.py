"""Management reviews (clause 9.3): plan, participants, inputs a–l, decisions, frozen packs."""

from datetime import date, datetime, time
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)  # fmt: skip
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


class ExtraKey(Label):
    """Inputs that only other standards ask for; opened when a review is integrated with them."""

    X1 = "x1", _l("Changes in what interested parties need and expect")
    X2 = "x2", _l("Status of the treatment of information security risks")
    X3 = "x3", _l("Performance of processes, conformity of products and services")


AnyKey: TypeAlias = InputKey | ExtraKey


def key_of(value: str) -> AnyKey:
    """The key of a stored or typed value. Raises ValueError for any other."""
    return ExtraKey(value) if value in _EXTRA else InputKey(value)


_EXTRA = {each.value for each in ExtraKey}


class KeyOfInput(TypeDecorator[AnyKey]):
    """Either kind of key, stored by its value."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: AnyKey | None, dialect: Dialect) -> str | None:
        """Anything that is no key is refused."""
        return None if value is None else key_of(str(value)).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> AnyKey | None:
        """The key as the code knows it."""
        return None if value is None else key_of(value)


class Climate(Label):
    """Whether climate change is an issue for the system (4.1, since the amendment of 2024; R16)."""

    OPEN = "open", _l("Not decided"), "warning"
    RELEVANT = "relevant", _l("Relevant issue"), "info"
    NOT_RELEVANT = "not_relevant", _l("Not a relevant issue"), "secondary"


class Review(Versioned, Base):
    """One management review meeting. ``quorum``: how many must be there, 0 where no number is stated;
    ``standards``: the other standards whose inputs it answers too; ``length``: of the meeting, in minutes.
    """

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
    quorum: Mapped[int] = mapped_column(default=0)
    begins: Mapped[time | None]
    length: Mapped[int] = mapped_column(default=150)
    standards: Mapped[list[Any]] = mapped_column(default=list)
    climate: Mapped[Climate] = mapped_column(by_value(Climate), default=Climate.OPEN)
    climate_reason: Mapped[str] = mapped_column(String(2000), default="")
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

    agenda: Mapped[list[Any]] = relationship(
        "AgendaItem", cascade="all, delete-orphan", order_by="AgendaItem.position", back_populates="review"
    )
    recipients: Mapped[list[Any]] = relationship(
        "ReviewRecipient",
        cascade="all, delete-orphan",
        order_by="ReviewRecipient.id",
        back_populates="review",
    )
    signatures: Mapped[list[Any]] = relationship(
        "AttendanceSignature", order_by="AttendanceSignature.id", back_populates="review"
    )

    __table_args__ = (
        CheckConstraint("period_to >= period_from", name="period_in_order"),
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_who_and_when"),
        CheckConstraint("quorum >= 0", name="quorum_counts_heads"),
        CheckConstraint("climate = 'open' OR climate_reason <> ''", name="climate_has_a_reason"),
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
    """Somebody invited, and whether they came, or their deputy instead (``stood_in``).

    ``required``: without this function the meeting has no quorum.
    """

    __tablename__ = "review_participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    function: Mapped[str] = mapped_column(String(100), default="")
    required: Mapped[bool] = mapped_column(default=False)
    attended: Mapped[bool | None]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    stood_in: Mapped[bool] = mapped_column(default=False)

    review: Mapped[Review] = relationship(back_populates="participants")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id])

    __table_args__ = (
        UniqueConstraint("review_id", "person_id"),
        CheckConstraint(
            "NOT stood_in OR (deputy_id IS NOT NULL AND attended = false)", name="stood_in_for_the_absent"
        ),
    )

    @property
    def there(self) -> bool:
        """Whether the place was taken: by the person, or by who stands in."""
        return bool(self.attended) or self.stood_in

    @property
    def who_came(self) -> Person | None:
        """Who sat in the place; None while nobody did."""
        return self.person if self.attended else self.deputy if self.stood_in else None


class ReviewInput(Versioned, Base):
    """One input: written assessment over compiled data, or "nothing to report" with reason and name.

    ``due_on``: until when its owner was asked to write it, where another day than the meeting's was given.
    """

    __tablename__ = "review_input"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    key: Mapped[AnyKey] = mapped_column(KeyOfInput)
    text: Mapped[str] = mapped_column(String(50000), default="")
    nothing_to_report: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(2000), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    asked_at: Mapped[datetime | None]

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
    def wanted_on(self) -> date:
        """The day by which it is to be written: its own, else the day of the meeting."""
        return self.due_on or self.review.meets_on

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
    input_key: Mapped[AnyKey] = mapped_column(KeyOfInput)
    state: Mapped[DecisionState] = mapped_column(by_value(DecisionState), default=DecisionState.ASKED)
    text: Mapped[str] = mapped_column(String(2000))
    rationale: Mapped[str] = mapped_column(String(5000), default="")
    options: Mapped[str] = mapped_column(String(5000), default="")
    chosen: Mapped[str] = mapped_column(String(5000), default="")
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

    @property
    def considered(self) -> list[str]:
        """The options, one to a line."""
        return [line.strip() for line in self.options.splitlines() if line.strip()]


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
