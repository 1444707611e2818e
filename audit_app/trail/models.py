"""One row per act. No foreign keys: the trail outlives what it speaks of."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
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


class TrailErasure(Base):
    """Says of a row of the trail that personal data in it were blanked, by which act, and what it is now.

    ``seq``: the blanked row; ``act_seq``: the row of the act; ``blank_hash``: SHA-256 (hex) of the row as it
    reads since then. The hash in the row itself stays, so the chain goes on through it.
    """

    __tablename__ = "trail_erasure"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blank_hash: Mapped[str] = mapped_column(String(64))


BLANKED = " AND ".join(
    (
        "EXISTS (SELECT 1 FROM trail_erasure WHERE trail_erasure.seq = OLD.seq)",
        *(f"NEW.{name} = OLD.{name}" for name in ("seq", "at", "action", "subject_type", "subject_id")),
        "NEW.prev_hash = OLD.prev_hash AND NEW.row_hash = OLD.row_hash",
        "NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id",
    )
)
"""When the database lets a row be changed: its erasure is recorded, and only names and facts differ."""

append_only(TrailEntry.__table__, BLANKED)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
append_only(TrailErasure.__table__)  # type: ignore[arg-type]  # as above
