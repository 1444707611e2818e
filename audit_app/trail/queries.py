"""Reading the trail."""

from collections.abc import Iterable
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


def acts(kind: str, ids: Iterable[int]) -> dict[int, list[TrailEntry]]:
    """Every act on several subjects of one kind, oldest first, by subject: one query, nothing left out."""
    query = (
        select(TrailEntry)
        .where(TrailEntry.subject_type == kind, TrailEntry.subject_id.in_([str(each) for each in ids]))
        .order_by(TrailEntry.seq)
    )
    found: dict[int, list[TrailEntry]] = {}
    for entry in db.session.scalars(query):
        found.setdefault(int(entry.subject_id), []).append(entry)
    return found


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
