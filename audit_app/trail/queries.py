"""Reading the trail."""

from typing import Any

from sqlalchemy import Select, inspect, select

from audit_app.core.db import db
from audit_app.trail.models import TrailEntry


def head() -> Any:
    """Hash of the newest row, as a part of a larger query: the same hash means the same chain, row by row."""
    return select(TrailEntry.row_hash).order_by(TrailEntry.seq.desc()).limit(1).scalar_subquery()


def history(subject: Any, limit: int = 200) -> list[TrailEntry]:
    """The acts on one subject, newest first."""
    identity = ":".join(str(part) for part in inspect(subject).identity or ())
    query = (
        select(TrailEntry)
        .where(TrailEntry.subject_type == subject.__tablename__, TrailEntry.subject_id == identity)
        .order_by(TrailEntry.seq.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def entries(actor: str = "", action: str = "", subject_type: str = "") -> Select[TrailEntry]:
    """The whole trail, newest first, optionally narrowed; for a paged list."""
    query = select(TrailEntry).order_by(TrailEntry.seq.desc())
    if actor:
        query = query.where(TrailEntry.actor_name.icontains(actor, autoescape=True))
    if action:
        query = query.where(TrailEntry.action.startswith(action, autoescape=True))
    if subject_type:
        query = query.where(TrailEntry.subject_type == subject_type)
    return query
