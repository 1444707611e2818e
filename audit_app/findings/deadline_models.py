"""Deadlines as records: periods in force, first dates, requests for more time, the ladder of escalation.

What was promised first is never rewritten: ``original_date``, ``deadline_policy``, ``work_calendar`` and
``escalation`` are only ever added to, and the first due dates of findings and actions cannot be changed once
they stand (triggers).
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, Table, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core import workdays
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.findings.models import Action, Finding, Grade

WAITING = text("state = 'asked'")
"""Which requests are open: of these a finding or action has one at most."""


class Term(Label):
    """What a date is promised for."""

    RESPONSE = "response", _l("Response"), "info"
    CORRECTION = "correction", _l("Correction"), "info"
    CORRECTIVE = "corrective", _l("Corrective action"), "purple"
    VERIFICATION = "verification", _l("Verification"), "teal"
    EFFECTIVENESS = "effectiveness", _l("Effectiveness check"), "success"


class DayUnit(Label):
    """How a period is counted."""

    WORKING = "working", _l("working days"), "info"
    CALENDAR = "calendar", _l("calendar days"), "secondary"


class Country(Label):
    """Whose public holidays and swapped working days count (``core/workdays.py``)."""

    CHINA = workdays.CHINA, _l("China, with swapped working days"), "info"
    NONE = "none", _l("Monday to Friday, no public holidays"), "secondary"

    @property
    def code(self) -> str:
        """As :mod:`core.workdays` calls it."""
        return workdays.NONE if self is Country.NONE else str(self.value)


class WorkCalendar(Base):
    """The calendar of working days as somebody chose it. The newest row counts; before the first, the
    setting."""

    __tablename__ = "work_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[Country] = mapped_column(by_value(Country))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    changed_by: Mapped[Person] = relationship()

    @property
    def code(self) -> str:
        """How the trail calls it."""
        return str(self.country.value)


class DeadlinePolicy(Base):
    """A period as somebody set it. The newest row of a grade and term counts; those before tell the story.

    ``number`` is None where no date is promised.
    """

    __tablename__ = "deadline_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    grade: Mapped[Grade] = mapped_column(by_value(Grade))
    term: Mapped[Term] = mapped_column(by_value(Term))
    number: Mapped[int | None]
    unit: Mapped[DayUnit] = mapped_column(by_value(DayUnit))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    changed_by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 730", name="number_plausible"),
        Index("ix_deadline_policy_grade_term", "grade", "term"),
    )

    @property
    def code(self) -> str:
        """How the trail calls it."""
        return f"{self.grade.value} · {self.term.value}"


class OriginalDate(Base):
    """The first date of a term, as promised when the finding was issued or reopened (``round``)."""

    __tablename__ = "original_date"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    term: Mapped[Term] = mapped_column(by_value(Term))
    round: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date]
    set_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("finding_id", "term", "round"),)


class ExtensionState(Label):
    """What became of a request for more time."""

    ASKED = "asked", _l("Waits for a decision"), "warning"
    GRANTED = "granted", _l("Granted"), "success"
    REFUSED = "refused", _l("Not granted"), "danger"
    LAPSED = "lapsed", _l("No longer needed"), "secondary"


class Extension(Versioned, Base):
    """A request for more time for a date of a finding or for an action, and what another person decided.

    ``asked_by`` is empty only for time that was given without a request, before requests were records.
    """

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"), index=True)
    term: Mapped[Term] = mapped_column(by_value(Term), default=Term.CORRECTIVE, server_default="corrective")
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the finding had been reopened: a round begins with dates of its own."""
    state: Mapped[ExtensionState] = mapped_column(by_value(ExtensionState), default=ExtensionState.ASKED)
    from_on: Mapped[date]
    to_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(2000))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(2000), default="")

    finding: Mapped[Finding | None] = relationship(back_populates="extensions")
    action: Mapped[Action | None] = relationship(back_populates="extensions")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        CheckConstraint("(finding_id IS NULL) <> (action_id IS NULL)", name="finding_or_action"),
        CheckConstraint("to_on > from_on", name="later_than_before"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_who_and_when"),
        CheckConstraint("(state = 'asked') = (decided_by_id IS NULL)", name="decided_or_waiting"),
        CheckConstraint(
            "state NOT IN ('granted', 'refused') OR asked_by_id IS NULL OR decided_by_id <> asked_by_id",
            name="decided_by_another",
        ),
        CheckConstraint(
            "state NOT IN ('granted', 'refused') OR owner_id IS NULL OR decided_by_id <> owner_id",
            name="not_decided_by_owner",
        ),
        CheckConstraint("state <> 'refused' OR decision <> ''", name="refused_with_a_reason"),
        CheckConstraint("asked_by_id IS NOT NULL OR state = 'granted'", name="somebody_asked"),
        Index(
            "uq_extension_waiting_finding", "finding_id", unique=True,
            sqlite_where=WAITING, postgresql_where=WAITING,
        ),
        Index(
            "uq_extension_waiting_action", "action_id", unique=True,
            sqlite_where=WAITING, postgresql_where=WAITING,
        ),
    )  # fmt: skip

    @property
    def subject(self) -> Finding | Action:
        """The finding or action whose date it is."""
        found = self.finding or self.action
        assert found is not None  # held by the check
        return found

    @property
    def waiting(self) -> bool:
        """Nobody has decided yet."""
        return self.state is ExtensionState.ASKED

    @property
    def granted(self) -> bool:
        """The later date counts."""
        return self.state is ExtensionState.GRANTED


class Rung(Label):
    """Who hears of a missed date next."""

    OWNER = "owner", _l("Owner"), "info"
    HEAD = "head", _l("Head of department"), "warning"
    REPRESENTATIVE = "representative", _l("Management representative"), "warning"
    REVIEW = "review", _l("Management review"), "danger"


class LadderRung(Versioned, Base):
    """A rung as somebody set it: working days after the missed first date; who the representative is."""

    __tablename__ = "ladder_rung"

    rung: Mapped[Rung] = mapped_column(by_value(Rung), primary_key=True)
    days: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    changed_by: Mapped[Person] = relationship(foreign_keys=[changed_by_id])

    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 365", name="days_plausible"),)

    @property
    def code(self) -> str:
        """How the trail calls it."""
        return self.rung.value


class Escalation(Base):
    """A rung that was reached: of which missed date, on which day, and who was told.

    ``day`` is the day it fell due, also when the daily run came later. ``told`` is the rung that was told in
    fact: a department without a head is passed over. ``to`` is empty where a meeting is told and no person.
    """

    __tablename__ = "escalation"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"))
    term: Mapped[Term] = mapped_column(by_value(Term))
    round: Mapped[int] = mapped_column(default=0)
    rung: Mapped[Rung] = mapped_column(by_value(Rung))
    told: Mapped[Rung] = mapped_column(by_value(Rung))
    first_on: Mapped[date]
    day: Mapped[date] = mapped_column(index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    finding: Mapped[Finding | None] = relationship()
    action: Mapped[Action | None] = relationship()
    to: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("(finding_id IS NULL) <> (action_id IS NULL)", name="finding_or_action"),
        UniqueConstraint("finding_id", "term", "round", "rung"),
        UniqueConstraint("action_id", "term", "round", "rung"),
    )

    @property
    def subject(self) -> Finding | Action:
        """The finding or action whose date was missed."""
        found = self.finding or self.action
        assert found is not None  # held by the check
        return found


for _kind in (WorkCalendar, DeadlinePolicy, OriginalDate, Escalation):
    append_only(_kind.__table__)  # type: ignore[arg-type]  # a table, as always


def kept_date_ddl(table: str, dialect: str) -> list[str]:
    """SQL that makes the database refuse another first due date once one stands."""
    said = f"the first due date of {table} stays"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_keeps_original_due_on BEFORE UPDATE OF original_due_on ON {table} "
            "WHEN OLD.original_due_on IS NOT NULL AND NEW.original_due_on IS NOT OLD.original_due_on "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_keeps_original_due_on() RETURNS trigger AS $$ "
        "BEGIN IF OLD.original_due_on IS NOT NULL "
        "AND NEW.original_due_on IS DISTINCT FROM OLD.original_due_on THEN "
        f"RAISE EXCEPTION '{said}'; END IF; RETURN NEW; END; $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_keeps_original_due_on BEFORE UPDATE OF original_due_on ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keeps_original_due_on()",
    ]


def _keep_first_date(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in kept_date_ddl(table.name, dialect):
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))


for _owner in (Finding, Action):
    _keep_first_date(_owner.__table__)  # type: ignore[arg-type]  # a table, as always
