"""Organisation, sites, departments, processes, people."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import get_locale
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.factor_models import Factors
from audit_app.accounts.permissions import SEES_ALL, Permission, Role, granted
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned


def in_reader_language(english: str, chinese: str) -> str:
    """One of two wordings of a master-data name, by the reader's language; the other one if it is empty."""
    locale = get_locale()
    first, second = (
        (chinese, english) if locale is not None and locale.language == "zh" else (english, chinese)
    )
    return first or second


class Bilingual:
    """Mixin: a name in both languages, shown in the reader's."""

    name_en: Mapped[str] = mapped_column(String(200))
    name_zh: Mapped[str] = mapped_column(String(200))

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self.name_en, self.name_zh)


class Organisation(Bilingual, Versioned, Base):
    """The one organisation whose management system this is (row 1)."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_en: Mapped[str] = mapped_column(String(2000), default="")
    scope_zh: Mapped[str] = mapped_column(String(2000), default="")
    confidentiality_en: Mapped[str] = mapped_column(String(100), default="Internal")
    confidentiality_zh: Mapped[str] = mapped_column(String(100), default="内部")
    code_prefix: Mapped[str] = mapped_column(String(20), default="SMS")
    audit_standard: Mapped[str] = mapped_column(String(60), default="ISO 19011:2026")
    independence_months: Mapped[int] = mapped_column(default=12)
    second_factor_roles: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        CheckConstraint("independence_months BETWEEN 0 AND 120", name="independence_months_plausible"),
    )

    @property
    def scope(self) -> str:
        """Scope of the service management system in the reader's language."""
        return in_reader_language(self.scope_en, self.scope_zh)

    @property
    def confidentiality(self) -> str:
        """Confidentiality marking in the reader's language."""
        return in_reader_language(self.confidentiality_en, self.confidentiality_zh)


class Site(Bilingual, Versioned, Base):
    """A place where services are run."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Department(Bilingual, Versioned, Base):
    """A unit of the organisation; Chinese practice audits by department."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    head_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", use_alter=True), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    site: Mapped[Site] = relationship()
    head: Mapped["Person | None"] = relationship(foreign_keys=[head_id])


class Process(Bilingual, Versioned, Base):
    """A service-management process: owner, department, clauses; the 2005 process is a grouping."""

    __tablename__ = "process"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    importance: Mapped[int] = mapped_column(default=2)
    legacy_number: Mapped[int | None]
    legacy_en: Mapped[str] = mapped_column(String(100), default="")
    legacy_zh: Mapped[str] = mapped_column(String(100), default="")
    active: Mapped[bool] = mapped_column(default=True)

    owner: Mapped["Person | None"] = relationship(foreign_keys=[owner_id])
    department: Mapped[Department | None] = relationship()
    clause_rows: Mapped[list["ProcessClause"]] = relationship(
        cascade="all, delete-orphan", order_by="ProcessClause.position", lazy="selectin"
    )

    __table_args__ = (CheckConstraint("importance BETWEEN 1 AND 3", name="importance_1_to_3"),)

    @property
    def clauses(self) -> list[str]:
        """Clause numbers, in order."""
        return [row.clause for row in self.clause_rows]

    @property
    def legacy(self) -> str:
        """Process of the 2005 edition, in the reader's language; empty for those new in 2018."""
        return in_reader_language(self.legacy_en, self.legacy_zh)


class ProcessClause(Base):
    """A clause that a process answers for."""

    __tablename__ = "process_clause"

    process_id: Mapped[int] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"), primary_key=True)
    clause: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class RoleRow(RoleMixin, Base):
    """The roles as rows, because Flask-Security wants rows; their meaning is in ``permissions.py``."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    permissions: None = None

    def get_permissions(self) -> set[str]:
        """The permissions of this role, from the matrix."""
        return {str(each) for each in granted(frozenset({Role(self.name)}))}


person_role = Table(
    "person_role",
    Base.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Person(Factors, UserMixin, Versioned, Base):  # type: ignore[misc]  # the mixin types columns, ours are read on demand
    """Somebody who signs in, owns, audits or decides."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    sort_key: Mapped[str] = mapped_column(String(200), default="")
    job_title: Mapped[str] = mapped_column(String(100), default="")
    language: Mapped[str] = mapped_column(String(2), default="en")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    valid_until: Mapped[date | None]
    last_seen_at: Mapped[datetime | None]

    department: Mapped[Department | None] = relationship(foreign_keys=[department_id])
    tenures: Mapped[list[Any]] = relationship("Tenure", back_populates="person", order_by="Tenure.id")
    competences: Mapped[list[Any]] = relationship(
        "Competence", foreign_keys="Competence.person_id", order_by="Competence.id", viewonly=True
    )
    roles: Mapped[list[RoleRow]] = relationship(  # type: ignore[assignment]  # the mixin types it as a list of mixins
        secondary=person_role, lazy="selectin", order_by=RoleRow.id
    )

    __table_args__ = (CheckConstraint("language IN ('en', 'zh')", name="language_known"),)

    known_roles: ClassVar[frozenset[Role] | None] = None
    """The roles as the request read them beside the person (``reader.py``); forgotten with the row itself."""

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles held."""
        if self.known_roles is not None and "roles" not in self.__dict__:
            return self.known_roles
        return frozenset(Role(row.name) for row in self.roles)

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in and stay signed in (Flask-Login asks at every request)."""
        return self.active and (self.valid_until is None or self.valid_until >= today())

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the roles allow."""
        return granted(self.role_set)

    def may(self, permission: Any) -> bool:
        """Whether any role held allows it."""
        return self.is_active and permission in self.permissions

    @property
    def sees_all(self) -> bool:
        """Whether no audit or finding is hidden from this person."""
        return bool(self.role_set & SEES_ALL)


@event.listens_for(Person, "expire")
def _forget_roles(person: Person | None, _names: Any) -> None:
    if person is not None:  # the record itself may be gone while its session still knows it
        person.__dict__.pop("known_roles", None)
