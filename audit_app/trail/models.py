"""One row per act. No foreign keys: the trail outlives what it speaks of."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.core.db import Base, append_only
from audit_app.trail import words


class TrailEntry(Base):
    """Who did what to which subject, what changed, and the hash that chains it to the entry before."""

    __tablename__ = "trail_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    subject_label: Mapped[str]
    facts: Mapped[dict[str, Any]]
    prev_hash: Mapped[str]
    row_hash: Mapped[str]

    __table_args__ = (Index("ix_trail_entry_subject", "subject_type", "subject_id"),)

    @property
    def actor(self) -> str:
        """Name of the person as it was at the time."""
        return self.actor_name

    @property
    def sentence(self) -> Any:
        """What the actor did, in the reader's language, with the reason or the words if there were any."""
        words_said = words.sentence(self.action)
        details = self.facts.get("details", {})
        reason = details.get("reason") or details.get("text")
        if details.get("for"):
            words_said = words.on_behalf(words_said, details["for"])
        return f"{words_said}: {reason}" if reason else words_said

    @property
    def changes(self) -> list[tuple[Any, Any, Any]]:
        """(label, before, after) of the facts that changed, for a timeline."""
        return words.spoken(self.facts.get("changes", {}))


append_only(TrailEntry.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
