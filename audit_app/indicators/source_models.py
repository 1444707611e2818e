"""Where files come from: how those of a source are read, and what the folder for them brought."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.indicators.models import Import


class Picked(Label):
    """What became of a file in the folder."""

    IMPORTED = "imported", _l("Taken in"), "success"
    KNOWN = "known", _l("Was imported before"), "secondary"
    WAITING = "waiting", _l("Waits for a person"), "warning"
    FAILED = "failed", _l("Failed"), "danger"
    REFUSED = "refused", _l("Not taken in"), "secondary"


class DataSource(Versioned, Base):
    """A source of files: which names it knows, which headings it had, and how it is read."""

    __tablename__ = "data_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    pattern: Mapped[str] = mapped_column(String(255))
    headings: Mapped[list[Any]] = mapped_column(default=list)
    reading: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_day: Mapped[int | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)

    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    made_by: Mapped[Person | None] = relationship(foreign_keys=made_by_id)

    __table_args__ = (CheckConstraint("due_day BETWEEN 1 AND 28", name="due_day_is_in_every_month"),)

    @property
    def code(self) -> str:
        """Its name, for the trail and for notices."""
        return self.name

    @property
    def title(self) -> str:
        """The names of its files."""
        return self.pattern


class PickedFile(Base):
    """One file that a run found in the folder, and what became of it."""

    __tablename__ = "picked_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_at: Mapped[datetime] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[Picked] = mapped_column(by_value(Picked))
    words: Mapped[str] = mapped_column(String(2000), default="")
    kept_as: Mapped[str] = mapped_column(String(400), default="")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("data_source.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_file.id"))

    source: Mapped[DataSource | None] = relationship()
    imported: Mapped[Import | None] = relationship()
