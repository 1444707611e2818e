"""What is recorded about an indicator from a month on: its targets, and what changed about it (6.2, 9.1).

Such a row is never edited. One that was wrong is taken back with a reason, stays readable, counts no more.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, by_value
from audit_app.core.exact import Exact
from audit_app.core.labels import Label
from audit_app.indicators.goals import Goal
from audit_app.indicators.models import Direction, Frequency, Indicator, Meaning, ValueKind
from audit_app.indicators.periods import Month

TAKEN_BACK = "(taken_back_at IS NULL) = (taken_back_reason = '')"
NEVER_JUDGED = "indicators.never_judged"
"""Kept as the reason where the system itself makes room for another first target; worded when it is read."""
REASONS: dict[str, Any] = dict.fromkeys(
    # Rows of before hold the sentence in the language of whoever set the target.
    (NEVER_JUDGED, "No month was judged by it.", "没有任何月份按其判定过。"),
    _l("No month was judged by it."),
)
"""Reasons that the system gave itself, in the language of who reads them."""


class Recorded:
    """From which month on, why, by whom and when; and, where it was taken back, the same of that."""

    id: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[date]
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    taken_back_reason: Mapped[str] = mapped_column(String(1000), default="")

    @declared_attr
    def indicator_id(cls) -> Mapped[int]:
        """The indicator it is about."""
        return mapped_column(ForeignKey("indicator.id"), index=True)

    @declared_attr
    def by_id(cls) -> Mapped[int | None]:
        """Who recorded it; None is the command line."""
        return mapped_column(ForeignKey("person.id"))

    @declared_attr
    def taken_back_by_id(cls) -> Mapped[int | None]:
        """Who took it back."""
        return mapped_column(ForeignKey("person.id"))

    @declared_attr
    def by(cls) -> Mapped[Person | None]:
        """Who recorded it."""
        return relationship(foreign_keys=[cls.by_id])  # type: ignore[list-item]  # the column of this class

    @declared_attr
    def taken_back_by(cls) -> Mapped[Person | None]:
        """Who took it back."""
        return relationship(foreign_keys=[cls.taken_back_by_id])  # type: ignore[list-item]  # as above

    @property
    def month(self) -> Month:
        """The first month it holds in."""
        return Month.of(self.period)

    @property
    def back_words(self) -> Any:
        """Why it was taken back, as typed; what the system wrote itself in the reader's language."""
        return REASONS.get(self.taken_back_reason, self.taken_back_reason)

    @property
    def stands(self) -> bool:
        """Whether it counts: it was not taken back."""
        return self.taken_back_at is None


class ChangeKind(Label):
    """What changed: how things are done, or what is measured."""

    PROCESS = "process", _l("The process changed"), "info"
    DEFINITION = "definition", _l("Measured otherwise"), "warning"


class ProcessChange(Recorded, Base):
    """A change that somebody recorded: from its month on, limits are computed anew.

    Where the definition changed, nothing is compared over it; ``before`` keeps the definition that held.
    """

    __tablename__ = "process_change"

    kind: Mapped[ChangeKind] = mapped_column(by_value(ChangeKind), default=ChangeKind.PROCESS)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    indicator: Mapped[Indicator] = relationship(back_populates="changes")

    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint(TAKEN_BACK, name="taken_back_with_reason"),
    )

    @property
    def code(self) -> str:
        """The indicator's code and the month, for the trail."""
        return f"{self.indicator.code} {self.month}"

    @property
    def is_redefinition(self) -> bool:
        """Whether what is measured changed."""
        return self.kind is ChangeKind.DEFINITION

    @property
    def meaning(self) -> Meaning:
        """The definition that held before."""
        kept = dict(self.before)
        named: dict[str, Any] = {
            "direction": Direction(kept.pop("direction")),
            "value_kind": ValueKind(kept.pop("value_kind")),
            "frequency": Frequency(kept.pop("frequency", Frequency.MONTHLY)),
        }
        return Meaning(self.indicator, self.month, **named, **kept)


class IndicatorTarget(Recorded, Base):
    """What is aimed at from a month on. Without any number: from that month on there is no target."""

    __tablename__ = "indicator_target"

    target: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    low: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    high: Mapped[Decimal | None] = mapped_column(Exact(24, 10))

    indicator: Mapped[Indicator] = relationship(back_populates="targets")

    __table_args__ = (
        CheckConstraint("reason <> '' OR period = '1990-01-01'", name="later_one_has_reason"),
        CheckConstraint(TAKEN_BACK, name="taken_back_with_reason"),
        CheckConstraint("low IS NULL OR high IS NULL OR low < high", name="band_has_width"),
    )

    @property
    def goal(self) -> Goal:
        """The numbers alone."""
        return Goal(self.target, self.low, self.high)

    @property
    def code(self) -> str:
        """The indicator's code and the month, for the trail."""
        return f"{self.indicator.code} {self.month}"
