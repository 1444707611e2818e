"""The service catalogue and what was agreed for each service over time (clauses 8.2.4, 8.3.3).

An agreement and a window of maintenance are never changed: a new one is entered, or one entered by mistake is
taken back with a reason and stays readable.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from audit_app.accounts.models import Bilingual, Person
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.exact import Exact
from audit_app.core.labels import Label


class ClockKind(Label):
    """Which minutes a response or resolution target counts."""

    SERVICE = "service", _l("Minutes of service hours"), "secondary"
    CALENDAR = "calendar", _l("Minutes of the calendar"), "secondary"


class Service(Bilingual, Versioned, Base):
    """One service of the catalogue: who owns it, for whom it is there, and from when to when."""

    __tablename__ = "service"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    customer: Mapped[str] = mapped_column(String(200), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    active_from: Mapped[date | None]
    active_to: Mapped[date | None]

    owner: Mapped[Person | None] = relationship()
    aliases: Mapped[list["ServiceAlias"]] = relationship(
        back_populates="service", order_by="ServiceAlias.id", cascade="all, delete-orphan"
    )
    agreements: Mapped[list["ServiceAgreement"]] = relationship(
        back_populates="service", order_by="ServiceAgreement.valid_from, ServiceAgreement.id"
    )
    maintenance: Mapped[list["MaintenanceWindow"]] = relationship(
        back_populates="service", order_by="MaintenanceWindow.starts_at, MaintenanceWindow.id"
    )

    __table_args__ = (
        CheckConstraint(
            "active_to IS NULL OR active_from IS NULL OR active_to >= active_from", name="ends_after_start"
        ),
    )


class ServiceAlias(Base):
    """A name by which logs call a service: the service of an outage log, the category of a ticket log."""

    __tablename__ = "service_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200), unique=True)

    service: Mapped[Service] = relationship(back_populates="aliases")


class TakenBack:
    """Mixin: what was entered by mistake stays readable with who took it back, when and why."""

    taken_back_at: Mapped[datetime | None]
    taken_back_reason: Mapped[str] = mapped_column(String(1000), default="")

    @declared_attr
    def taken_back_by_id(cls) -> Mapped[int | None]:
        """Who took it back; None for the command line."""
        return mapped_column(ForeignKey("person.id"))


class ServiceAgreement(TakenBack, Base):
    """What is owed from a day on: service hours, availability, response and resolution by priority.

    ``hours`` None: always, else seven lists of [first minute, minute after the last] from Monday on.
    """

    __tablename__ = "service_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    valid_from: Mapped[date]
    reason: Mapped[str] = mapped_column(String(1000))
    zone: Mapped[str] = mapped_column(String(60))
    hours: Mapped[list[Any] | None]
    holidays: Mapped[str] = mapped_column(String(2), default="")
    target: Mapped[Decimal] = mapped_column(Exact(24, 10))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    service: Mapped[Service] = relationship(back_populates="agreements")
    entered_by: Mapped[Person | None] = relationship(foreign_keys=entered_by_id)
    targets: Mapped[list["ServiceTarget"]] = relationship(order_by="ServiceTarget.priority")

    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason = '')", name="taken_back_with_reason"),
    )

    @property
    def code(self) -> str:
        """The service's code and the day, for the trail."""
        return f"{self.service.code} {self.valid_from:%Y-%m-%d}"


class ServiceTarget(Base):
    """Minutes to the first response and to the resolution of one priority; empty where nothing is agreed."""

    __tablename__ = "service_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("service_agreement.id"))
    priority: Mapped[str] = mapped_column(String(40))
    response: Mapped[int | None]
    resolution: Mapped[int | None]
    clock: Mapped[ClockKind] = mapped_column(by_value(ClockKind), default=ClockKind.SERVICE)

    __table_args__ = (
        UniqueConstraint("agreement_id", "priority"),
        CheckConstraint(
            "(response IS NULL OR response > 0) AND (resolution IS NULL OR resolution > 0)",
            name="minutes_above_0",
        ),
    )


class MaintenanceWindow(TakenBack, Base):
    """Time in which the service need not run, as announced. ``entered_at`` is when this system was told."""

    __tablename__ = "maintenance_window"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    announced_at: Mapped[datetime]
    announced_by: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(1000), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    service: Mapped[Service] = relationship(back_populates="maintenance")
    entered_by: Mapped[Person | None] = relationship(foreign_keys=entered_by_id)

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason = '')", name="taken_back_with_reason"),
        Index("ix_maintenance_window_service_id_starts_at", "service_id", "starts_at"),
    )

    @property
    def code(self) -> str:
        """The service's code and the day, for the trail."""
        return f"{self.service.code} {self.starts_at:%Y-%m-%d}"

    @property
    def known_at(self) -> datetime:
        """From when on the window was both announced and entered here."""
        return max(self.announced_at, self.entered_at)

    @property
    def late(self) -> bool:
        """Whether it had begun before it was known."""
        return self.known_at > self.starts_at
