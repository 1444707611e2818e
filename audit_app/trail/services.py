"""Writing and checking the trail. ``with act(...)`` stands beside every change a service makes."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import inspect, select

from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.trail.models import TrailEntry
from audit_app.trail.walk import GENESIS, Walked, walk

SECRET = {"password", "fs_uniquifier", "version"}
"""Columns whose values never enter the trail."""


def plain(value: Any) -> Any:
    """A column value as JSON keeps it: dates in ISO 8601, enums by value, anything else by its text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    return str(value)


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no escapes beyond JSON's own."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def facts_of(subject: Any) -> dict[str, Any]:
    """The stored columns of a row as plain values."""
    mapper = inspect(type(subject))
    return {
        attribute.key: plain(getattr(subject, attribute.key))
        for attribute in mapper.column_attrs
        if attribute.key not in SECRET
    }


@contextmanager
def act(action: str, subject: Any, *, by: Any, **details: Any) -> Iterator[None]:
    """Record an act: compares the subject's facts before and after the block, then appends one chained row.

    ``by`` is the person, or None for the system itself. ``details`` are further plain facts (a reason, a
    file's
    hash). Flushes; never commits. Nothing is written when the block raises.
    """
    serialize_writes()
    existed = inspect(subject).persistent
    before = facts_of(subject) if existed else {}
    yield
    if not inspect(subject).persistent:
        db.session.add(subject)
    db.session.flush()
    after = facts_of(subject)
    changes = {
        key: [before.get(key), value]
        for key, value in after.items()
        if before.get(key) != value and not (not existed and value in (None, "", [], {}))
    }
    facts = {"changes": changes, **({"details": plain(details)} if details else {})}
    _append(action, subject, by, facts)


def note(action: str, subject: Any, *, by: Any, **details: Any) -> TrailEntry:
    """Record an act that changes no column of its subject (an export, a sign-in, a file attached)."""
    serialize_writes()
    return _append(action, subject, by, {"changes": {}, **({"details": plain(details)} if details else {})})


def note_of_system(action: str, *, by: Any = None, **details: Any) -> None:
    """Record an act on the system as a whole, which no row stands for (a backup, a restore)."""
    serialize_writes()
    _append(action, None, by, {"changes": {}, **({"details": plain(details)} if details else {})})


SYSTEM = ("system", "-", "")


def _told_of(subject: Any) -> tuple[str, str, str]:
    """Kind, number and label of a subject; those of the system for None."""
    if subject is None:
        return SYSTEM
    identity = inspect(subject).identity or ("-",)
    label = str(getattr(subject, "code", None) or getattr(subject, "name", None) or "")[:200]
    return subject.__tablename__, ":".join(str(part) for part in identity), label


def _append(action: str, subject: Any, by: Any, facts: dict[str, Any]) -> TrailEntry:
    kind, number, label = _told_of(subject)
    last = db.session.execute(
        select(TrailEntry.seq, TrailEntry.row_hash).order_by(TrailEntry.seq.desc()).limit(1)
    ).first()
    entry = TrailEntry(
        seq=(last.seq if last else 0) + 1,
        at=now(),
        actor_id=by.id if by is not None else None,
        actor_name=by.name if by is not None else "system",
        action=action,
        subject_type=kind,
        subject_id=number,
        subject_label=label,
        facts=facts,
        prev_hash=last.row_hash if last else GENESIS,
        row_hash="",
    )
    entry.row_hash = hash_of(entry)
    db.session.add(entry)
    db.session.flush()
    return entry


def hash_of(entry: Any) -> str:
    """SHA-256 (hex) over everything in the row but the hash itself, the hash of the row before included."""
    body = {
        column.key: plain(getattr(entry, column.key))
        for column in TrailEntry.__table__.columns
        if column.key != "row_hash"
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def verify() -> Walked:
    """Walk the whole chain: how many rows are whole, and the number of the first broken row or None.

    A row in which personal data were blanked is whole when it reads as the act of the erasure says.
    """
    from audit_app.trail import erasing  # it appends the act by this module

    blanked = erasing.blanked()

    def told(row: Any) -> str:
        hashed = hash_of(row)
        return str(row.row_hash) if hashed == blanked.get(row.seq) else hashed

    found = walk(TrailEntry.__table__, "seq", told)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
    loose = erasing.first_untold()
    if loose is None or (found.broken is not None and found.broken <= loose):
        return found
    return Walked(loose - 1, loose)
