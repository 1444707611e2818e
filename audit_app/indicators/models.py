"""The KPI register, measured values, and the imported logs they come from (clauses 9.1, 9.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Bilingual, Person, Process, in_reader_language
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.exact import Exact as Exact
from audit_app.core.labels import Label
from audit_app.indicators.goals import Goal, held, standing
from audit_app.indicators.periods import Month

if TYPE_CHECKING:
    from audit_app.indicators.catalogue_models import Service
    from audit_app.indicators.objective_models import Objective
    from audit_app.indicators.register_models import IndicatorTarget, ProcessChange


class Direction(Label):
    """Which way is better."""

    HIGHER = "higher", _l("Higher is better"), "secondary"
    LOWER = "lower", _l("Lower is better"), "secondary"
    BAND = "band", _l("Within a band"), "secondary"


class Source(Label):
    """Where values come from."""

    MANUAL = "manual", _l("Entered by hand or file"), "secondary"
    TICKETS = "tickets", _l("Ticket log"), "info"
    OUTAGES = "outages", _l("Outage log"), "info"
    SYSTEM = "system", _l("This system"), "teal"


class ValueKind(Label):
    """How a value is built: a ratio has numerator and denominator, a mean a sum and a count."""

    RATIO = "ratio", _l("Ratio"), "secondary"
    COUNT = "count", _l("Count"), "secondary"
    MEAN = "mean", _l("Mean"), "secondary"


class Frequency(Label):
    """How often it is measured: a value stands in the last month of its period, by the calendar year."""

    MONTHLY = "monthly", _l("Every month"), "secondary"
    QUARTERLY = "quarterly", _l("Every quarter"), "secondary"
    HALF_YEARLY = "half_yearly", _l("Every half-year"), "secondary"
    YEARLY = "yearly", _l("Every year"), "secondary"

    @property
    def months(self) -> int:
        """Length of a period."""
        return {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}[self.value]

    def last_ended(self, month: Month) -> Month:
        """The last month in which a period ended, at the latest this one."""
        return month.plus(-(month.month % self.months))


class Worded:
    """What is measured, in the reader's language: of an indicator, and of what it was defined as before."""

    frequency: Any

    formula_en: Any
    formula_zh: Any
    numerator_en: Any
    numerator_zh: Any
    denominator_en: Any
    denominator_zh: Any
    note_en: Any
    note_zh: Any

    @property
    def every(self) -> int:
        """Months of a period: a value stands in the last of them."""
        return Frequency(self.frequency or Frequency.MONTHLY).months

    @property
    def formula(self) -> str:
        """Definition in the reader's language."""
        return in_reader_language(self.formula_en, self.formula_zh)

    @property
    def numerator(self) -> str:
        """What the upper part counts, in the reader's language."""
        return in_reader_language(self.numerator_en, self.numerator_zh)

    @property
    def denominator(self) -> str:
        """What the lower part counts; empty for a plain count."""
        return in_reader_language(self.denominator_en, self.denominator_zh)

    @property
    def note(self) -> str:
        """How the figure is to be read, in the reader's language."""
        return in_reader_language(self.note_en, self.note_zh)


@dataclass(frozen=True)
class Meaning(Worded):
    """An earlier definition of an indicator: it held in the months before ``until``."""

    indicator: "Indicator"
    until: Month
    unit: str
    direction: Direction
    value_kind: ValueKind
    measure: str
    decimals: int
    frequency: Frequency = Frequency.MONTHLY
    formula_en: str = ""
    formula_zh: str = ""
    numerator_en: str = ""
    numerator_zh: str = ""
    denominator_en: str = ""
    denominator_zh: str = ""
    note_en: str = ""
    note_zh: str = ""

    def told_in(self, _month: Month) -> "Meaning":
        """Itself: it was asked for by a month already."""
        return self

    def goal(self, month: Month) -> Goal:
        """What was aimed at in a month."""
        return self.indicator.goal(month)


class Indicator(Bilingual, Versioned, Worded, Base):
    """One KPI of the register: formula, unit, direction, clause, owner. Its targets are dated rows."""

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    formula_en: Mapped[str] = mapped_column(String(1000), default="")
    formula_zh: Mapped[str] = mapped_column(String(1000), default="")
    numerator_en: Mapped[str] = mapped_column(String(200), default="")
    numerator_zh: Mapped[str] = mapped_column(String(200), default="")
    denominator_en: Mapped[str] = mapped_column(String(200), default="")
    denominator_zh: Mapped[str] = mapped_column(String(200), default="")
    note_en: Mapped[str] = mapped_column(String(1000), default="")
    note_zh: Mapped[str] = mapped_column(String(1000), default="")
    unit: Mapped[str] = mapped_column(String(30), default="")
    direction: Mapped[Direction] = mapped_column(by_value(Direction))
    value_kind: Mapped[ValueKind] = mapped_column(by_value(ValueKind), default=ValueKind.RATIO)
    source: Mapped[Source] = mapped_column(by_value(Source), default=Source.MANUAL)
    measure: Mapped[str] = mapped_column(String(60), default="")
    decimals: Mapped[int] = mapped_column(default=1)
    frequency: Mapped[Frequency] = mapped_column(by_value(Frequency), default=Frequency.MONTHLY)
    clause: Mapped[str] = mapped_column(String(40), default="")
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    objective_id: Mapped[int | None] = mapped_column(ForeignKey("objective.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    process: Mapped[Process | None] = relationship()
    owner: Mapped[Person | None] = relationship()
    objective: Mapped["Objective | None"] = relationship(back_populates="indicators")
    service: Mapped["Service | None"] = relationship()
    targets: Mapped[list["IndicatorTarget"]] = relationship(
        back_populates="indicator", order_by="IndicatorTarget.period", lazy="selectin"
    )

    changes: Mapped[list["ProcessChange"]] = relationship(
        back_populates="indicator", order_by="ProcessChange.period", lazy="selectin"
    )

    __table_args__ = (CheckConstraint("decimals BETWEEN 0 AND 6", name="decimals_0_to_6"),)

    def goal(self, month: Month) -> Goal:
        """What was, or is, aimed at in a month."""
        return held(standing(self.targets), month)

    @property
    def earlier(self) -> list[Meaning]:
        """What it was defined as before, oldest first."""
        return [each.meaning for each in self.changes if each.stands and each.is_redefinition]

    def told_in(self, month: Month) -> "Indicator | Meaning":
        """What its values mean in a month: itself, or the definition that held then."""
        return next((each for each in self.earlier if month < each.until), self)

    def is_due(self, month: Month) -> bool:
        """Whether a value belongs into a month; the months between those of a quarterly one are no gaps."""
        return month.month % self.told_in(month).every == 0

    def defined_since(self, month: Month) -> Month | None:
        """The first month of the definition that holds in a month; None where none was before it."""
        return next((each.until for each in reversed(self.earlier) if each.until <= month), None)

    @property
    def limits_anew(self) -> tuple[Month, ...]:
        """The months in which its process is known to have changed, or its definition did."""
        return tuple(each.month for each in self.changes if each.stands)


class Import(Base):
    """One file that was read in: name, hash, rows, who and when."""

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    profile: Mapped[str] = mapped_column(String(60), default="")
    rows: Mapped[int]
    accepted: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)

    by: Mapped[Person | None] = relationship()

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.filename


class Measurement(Versioned, Base):
    """The value of an indicator in one month. A month without data has no row, or a row without a value."""

    __tablename__ = "measurement"

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    period: Mapped[date]
    value: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    numerator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    denominator: Mapped[Decimal | None] = mapped_column(Exact(24, 10))
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str] = mapped_column(String(2000), default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_file.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    indicator: Mapped[Indicator] = relationship()
    imported: Mapped[Import | None] = relationship()
    entered_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("indicator_id", "period"),
        Index("ix_measurement_period", "period"),
    )

    @property
    def code(self) -> str:
        """The indicator's code and the month, for the trail."""
        return f"{self.indicator.code} {self.period:%Y-%m}"


class TicketRow(Base):
    """One ticket of an imported log, as its last row said."""

    __tablename__ = "ticket"

    number: Mapped[str] = mapped_column(String(60), primary_key=True)
    opened_at: Mapped[datetime]
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    sla_met: Mapped[bool | None]
    reopened: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[str] = mapped_column(String(40), default="")
    category: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(60), default="")
    import_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"))

    __table_args__ = (Index("ix_ticket_opened_at", "opened_at"),)


class OutageRow(Base):
    """One outage of one service. Without an end it was still going on when the log was written."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    planned: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"), index=True)

    __table_args__ = (
        UniqueConstraint("service", "started_at"),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
    )


class ServiceWatch(Base):
    """When a service was watched: only that time is agreed service time, so a service without outages is
    named
    here too. A service without a window is not counted (a test target, or one out of production).
    """

    __tablename__ = "service_watch"

    service: Mapped[str] = mapped_column(String(200), primary_key=True)
    watched_from: Mapped[datetime]
    watched_to: Mapped[datetime]
    stated: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"), index=True)

    __table_args__ = (CheckConstraint("watched_to > watched_from", name="watched_for_some_time"),)
