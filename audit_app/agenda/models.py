"""The plan of an audit by the hour, its two meetings, diverging opinions, and calendar feeds."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person, Process, Site
from audit_app.core.clock import local
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class PlanState(Label):
    """Whether the plan may be relied on."""

    DRAFT = "draft", _l("Plan in draft"), "secondary"
    APPROVED = "approved", _l("Plan approved"), "success"


class SlotKind(Label):
    """What happens in a slot of the agenda."""

    OPENING = "opening", _l("Opening meeting"), "info"
    WORK = "work", _l("Audit on the spot"), "purple"
    BREAK = "break", _l("Break"), "secondary"
    TEAM = "team", _l("Team meeting"), "teal"
    CLOSING = "closing", _l("Closing meeting"), "info"
    OTHER = "other", _l("Other"), "secondary"


class Part(Label):
    """On which side of the table somebody sits in a slot."""

    AUDITOR = "auditor", _l("Auditor"), "purple"
    AUDITEE = "auditee", _l("Auditee"), "info"


class Reply(Label):
    """What an auditee says to a time."""

    OPEN = "open", _l("No answer yet"), "secondary"
    CONFIRMED = "confirmed", _l("Confirmed"), "success"
    OTHER_TIME = "other_time", _l("Asks for another time"), "warning"


class MeetingKind(Label):
    """The two meetings of an audit (ISO 19011, 6.4); the values are those of the signatures."""

    OPENING = "opening", _l("Opening meeting"), "info"
    CLOSING = "closing", _l("Closing meeting"), "info"


class AuditPlan(Versioned, Base):
    """The plan of one audit (ISO 19011, 6.3.2); its number is the audit's. ``edition`` counts approvals."""

    __tablename__ = "audit_plan"

    id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True, autoincrement=False)
    state: Mapped[PlanState] = mapped_column(by_value(PlanState), default=PlanState.DRAFT)
    edition: Mapped[int] = mapped_column(default=0)
    methods: Mapped[str] = mapped_column(String(5000), default="")
    resources: Mapped[str] = mapped_column(String(5000), default="")
    spoken: Mapped[str] = mapped_column(String(200), default="")
    confidentiality: Mapped[str] = mapped_column(String(2000), default="")
    follow_up: Mapped[str] = mapped_column(String(5000), default="")
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]

    audit: Mapped[Audit] = relationship(back_populates="plan")
    edited_by: Mapped[Person] = relationship(foreign_keys=[edited_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    slots: Mapped[list["Slot"]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="Slot.starts_at, Slot.ends_at, Slot.id"
    )

    __table_args__ = (
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_who_and_when"),
    )

    @property
    def code(self) -> str:
        """Code of the audit."""
        return self.audit.code

    @property
    def title(self) -> str:
        """Title of the audit."""
        return self.audit.title


class Slot(Base):
    """A stretch of time in an agenda. ``uid`` and ``sequence`` are what calendars know it by (RFC 5545)."""

    __tablename__ = "agenda_slot"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("audit_plan.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    kind: Mapped[SlotKind] = mapped_column(by_value(SlotKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(200), default="")
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    clauses: Mapped[list[Any]] = mapped_column(default=list)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    place: Mapped[str] = mapped_column(String(200), default="")
    remote: Mapped[bool] = mapped_column(default=False)

    plan: Mapped[AuditPlan] = relationship(back_populates="slots")
    process: Mapped[Process | None] = relationship()
    site: Mapped[Site | None] = relationship()
    seats: Mapped[list["Seat"]] = relationship(
        back_populates="slot", cascade="all, delete-orphan", order_by="Seat.part, Seat.person_id"
    )

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_agenda_slot_starts_at_ends_at", "starts_at", "ends_at"),
    )

    @property
    def name(self) -> str:
        """What it is about: its own words, the process, the clauses, or its kind."""
        if self.title:
            return self.title
        if self.process is not None:
            return self.process.name
        if self.kind is SlotKind.WORK and self.clauses:
            return _("Clauses %(clauses)s", clauses=", ".join(map(str, self.clauses)))
        return str(self.kind.label)

    @property
    def auditors(self) -> list[Person]:
        """Who audits or leads."""
        return [seat.person for seat in self.seats if seat.part is Part.AUDITOR]

    @property
    def auditees(self) -> list[Person]:
        """Who answers."""
        return [seat.person for seat in self.seats if seat.part is Part.AUDITEE]

    @property
    def hours(self) -> str:
        """From and to by the organisation's clocks."""
        return f"{local(self.starts_at):%H:%M}–{local(self.ends_at):%H:%M}"

    @property
    def minutes(self) -> int:
        """How long it lasts, also over a change of the clocks."""
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def where(self) -> str:
        """Site and room, or that it is remote."""
        parts = [self.site.name if self.site else "", self.place]
        return " · ".join(([_("remote")] if self.remote else []) + [part for part in parts if part])


class Seat(Base):
    """A person in a slot, and what they say to the time if they are auditee."""

    __tablename__ = "agenda_seat"

    slot_id: Mapped[int] = mapped_column(ForeignKey("agenda_slot.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    part: Mapped[Part] = mapped_column(by_value(Part))
    reply: Mapped[Reply] = mapped_column(by_value(Reply), default=Reply.OPEN)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    replied_at: Mapped[datetime | None]

    slot: Mapped[Slot] = relationship(back_populates="seats")
    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("(reply = 'open') = (replied_at IS NULL)", name="replied_when"),)


class Meeting(Versioned, Base):
    """An opening or closing meeting as it was held. ``points`` are the keys of the points that were made."""

    __tablename__ = "audit_meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(by_value(MeetingKind))
    held_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(200), default="")
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    points: Mapped[list[Any]] = mapped_column(default=list)
    further: Mapped[str] = mapped_column(String(5000), default="")
    notes: Mapped[str] = mapped_column(String(10000), default="")

    audit: Mapped[Audit] = relationship()
    chair: Mapped[Person | None] = relationship()
    attendees: Mapped[list["Attendee"]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="Attendee.id"
    )

    __table_args__ = (
        UniqueConstraint("audit_id", "kind", name="uq_audit_meeting_one_of_each"),
        CheckConstraint("ended_at > held_at", name="ended_after_beginning"),
    )

    @property
    def code(self) -> str:
        """Code of the audit."""
        return self.audit.code


class Attendee(Base):
    """Somebody who was there: a person of the organisation, or a name with a function."""

    __tablename__ = "meeting_attendee"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("audit_meeting.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    function: Mapped[str] = mapped_column(String(100), default="")

    meeting: Mapped[Meeting] = relationship(back_populates="attendees")
    person: Mapped[Person | None] = relationship()


class DivergingOpinion(Versioned, Base):
    """An opinion that differs from the team's, and how it was settled (ISO 19011, 6.4.10)."""

    __tablename__ = "diverging_opinion"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    about: Mapped[str] = mapped_column(String(300), default="")
    who: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(String(5000))
    settled: Mapped[str] = mapped_column(String(5000), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    audit: Mapped[Audit] = relationship()
    finding: Mapped[Any] = relationship("Finding")
    recorded_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("finding_id IS NOT NULL OR about <> ''", name="about_something"),)

    @property
    def code(self) -> str:
        """Code of the audit."""
        return self.audit.code

    @property
    def subject(self) -> str:
        """The finding or the point it is about."""
        finding = f"{self.finding.code} {self.finding.title}" if self.finding is not None else ""
        return " · ".join(part for part in (finding, self.about) if part)


class CalendarFeed(Base):
    """The right to read one person's appointments as a calendar; here stands the SHA-256 of the secret."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
