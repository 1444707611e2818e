"""Months that are closed, and the corrections proposed for their values. Rows of all three are final."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, append_only, by_value
from audit_app.core.exact import Exact
from audit_app.core.labels import Label
from audit_app.indicators.models import Import, Indicator, Measurement
from audit_app.indicators.periods import Month

NUMBERS = ("value", "numerator", "denominator", "extra")
"""What a correction corrects; a comment alone may be written at any time."""


class MonthLock(Base):
    """From its first to its last month values are closed, because ``because`` (a review) was approved."""

    __tablename__ = "month_lock"

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    because: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (CheckConstraint("last >= first", name="in_order"),)

    @property
    def code(self) -> str:
        """What closed the months, for the trail."""
        return self.because


class Outcome(Label):
    """What became of a proposed correction; "waiting" is never stored."""

    WAITING = "waiting", _l("Waits for approval"), "warning"
    APPROVED = "approved", _l("Approved"), "success"
    REFUSED = "refused", _l("Not approved"), "danger"
    REPLACED = "replaced", _l("Replaced by a later proposal"), "secondary"


class ValueCorrection(Base):
    """A value that somebody proposes for a closed month, beside the one that stands there (``was_…``)."""

    __tablename__ = "value_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    measurement_id: Mapped[int] = mapped_column(ForeignKey("measurement.id"), index=True)
    value: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    numerator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    denominator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(String(2000), default="")
    was_value: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    was_numerator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    was_denominator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    was_extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_file.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    measurement: Mapped[Measurement] = relationship()
    imported: Mapped[Import | None] = relationship()
    by: Mapped[Person | None] = relationship()
    decision: Mapped["CorrectionDecision | None"] = relationship(back_populates="correction", lazy="selectin")

    __table_args__ = (CheckConstraint("reason <> '' OR import_id IS NOT NULL", name="says_why"),)

    @property
    def indicator(self) -> Indicator:
        """The indicator whose value it is."""
        return self.measurement.indicator

    @property
    def month(self) -> Month:
        """The month it is about."""
        return Month.of(self.measurement.period)

    @property
    def code(self) -> str:
        """The indicator's code and the month, for the trail and for notices."""
        return self.measurement.code

    @property
    def title(self) -> str:
        """Why: the reason given, else the file that brought it."""
        return self.reason or (self.imported.filename if self.imported is not None else "")

    @property
    def state(self) -> Outcome:
        """How it stands."""
        return self.decision.outcome if self.decision is not None else Outcome.WAITING


class CorrectionDecision(Base):
    """What became of a correction, decided once: by a second person, or by a later proposal."""

    __tablename__ = "correction_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("value_correction.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(by_value(Outcome))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    correction: Mapped[ValueCorrection] = relationship(back_populates="decision")
    by: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("outcome <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        CheckConstraint("outcome = 'replaced' OR by_id IS NOT NULL", name="decided_by_a_person"),
        CheckConstraint("outcome <> 'waiting'", name="is_decided"),
    )


for _table in (MonthLock.__table__, ValueCorrection.__table__, CorrectionDecision.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
