"""The hash chain of fieldwork: one row hangs on the one before, held records and rulings included."""

import hashlib
from typing import Any

from sqlalchemy import select

from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.trail.services import canonical, plain
from audit_app.trail.walk import GENESIS, walk

LATER: dict[str, Any] = {"kind": "answer", "thread": None, "payload": None, "ruled_by_id": None, "ruling": ""}
"""Columns that came after the first rows were hashed: they enter the hash when they say something new."""


def last_row() -> tuple[int, str]:
    """(server_seq, row_hash) of the newest row; (0, zeros) before the first."""
    query = select(AnswerRevision.server_seq, AnswerRevision.row_hash)
    row = db.session.execute(query.order_by(AnswerRevision.server_seq.desc()).limit(1)).first()
    return (row.server_seq, row.row_hash) if row else (0, GENESIS)


def hash_at(seq: int) -> str:
    """The hash of one row; empty when there is none."""
    return db.session.scalar(select(AnswerRevision.row_hash).where(AnswerRevision.server_seq == seq)) or ""


def chain_ok(seq: int | None, row_hash: str | None) -> bool:
    """Whether what a device saw last is still here unchanged (it is not after a restore from a backup)."""
    if not seq:
        return True
    query = select(AnswerRevision.row_hash).where(AnswerRevision.server_seq == seq)
    return db.session.scalar(query) == row_hash


def hash_of(row: Any) -> str:
    """SHA-256 (hex) over everything in the row but the hash itself, the hash of the row before included."""
    body = {
        column.key: plain(getattr(row, column.key))
        for column in AnswerRevision.__table__.columns
        if column.key != "row_hash"
    }
    for key, silent in LATER.items():
        if body[key] == silent:
            del body[key]
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def verify() -> list[str]:
    """Walk the whole chain of answers; one line per problem, at most one, since all after it hangs on it."""
    checked, broken = walk(AnswerRevision.__table__, "server_seq", hash_of)  # type: ignore[arg-type]  # a Table, typed as FromClause
    if broken is None:
        return []
    return [f"answers: revision {broken} is broken (the {checked} before it are whole)"]
