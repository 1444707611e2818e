"""Walking a chain of rows: each is numbered without gaps and carries the hash of the one before."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Boolean, Row, Table, Text, case, cast, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from audit_app.core.db import UtcDateTime, db

GENESIS = "0" * 64
BATCH = 500
TORN = (ValueError, LookupError, TypeError, DBAPIError)
"""What reading or hashing a row may raise whose values no service of ours has written."""


class Walked(NamedTuple):
    """How many rows were whole, and the number of the first that is not (None when all are)."""

    checked: int
    broken: int | None


def walk(table: Table, number: str, hash_of: Callable[[Any], str]) -> Walked:
    """Check a chain from its first row to its last; stops at the first row that is not as it was written.

    ``number``: the column that counts; ``hash_of`` makes the hash of a row from its values. Rows cut off at
    the end, and a chain that was made anew as a whole, cannot be seen from inside: heads kept outside tell.
    """
    previous, expected = GENESIS, 1
    for found, row in _rows(table, number):
        try:
            sound = (
                row is not None
                and found == expected
                and row.prev_hash == previous
                and _as_written(table, row)
                and hash_of(row) == row.row_hash
            )
        except TORN:
            sound = False
        if not sound or row is None:
            broken = min(found, expected) if isinstance(found, int) else expected
            return _or_twice(table, number, broken)
        previous, expected = row.row_hash, expected + 1
    if db.session.scalar(select(func.count()).select_from(table)) == expected - 1:
        return Walked(expected - 1, None)
    return _or_twice(table, number, expected)


def _rows(table: Table, number: str) -> Iterator[tuple[int, Row[Any] | None]]:
    """(number, row) in order, in batches; the row is None where its values cannot even be read."""
    counter = table.c[number]
    texts = [_text(each).label(f"{each.key} as text") for each in table.columns if _told_apart(each.type)]
    query = select(table, *texts).order_by(counter).limit(BATCH)
    after: int | None = None
    while True:
        here = query if after is None else query.where(counter > after)
        numbers = select(counter).order_by(counter).limit(BATCH)
        try:
            rows: list[tuple[int, Row[Any] | None]] = [
                (getattr(row, number), row) for row in db.session.execute(here)
            ]
        except TORN:
            wanted = list(db.session.scalars(numbers if after is None else numbers.where(counter > after)))
            rows = [(each, _alone(query.where(counter == each))) for each in wanted]
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _alone(query: Any) -> Row[Any] | None:
    try:
        row: Row[Any] | None = db.session.execute(query).first()
    except TORN:
        return None
    return row


def _told_apart(kind: TypeEngine[Any]) -> bool:
    """Whether a column may be stored in several ways that read as one value: these are checked as text."""
    return isinstance(kind, JSON) or (_loose() and isinstance(kind, Boolean | UtcDateTime))


def _text(column: Any) -> Any:
    """The stored text of a column; SQLite also takes bytes, which read the same and compare otherwise."""
    told = cast(column, Text)
    return case((func.typeof(column) == "blob", "bytes"), else_=told) if _loose() else told


def _loose() -> bool:
    """SQLite keeps moments as text and yes or no as a number, and takes any other text and number."""
    return db.session.get_bind().dialect.name == "sqlite"


def _as_written(table: Table, row: Row[Any]) -> bool:
    """Whether each value is stored in the very form in which our services store it.

    The hash is made of what a value means. A second key of the same name in JSON, microseconds that the hash
    leaves out, or a "yes" kept as 2 would be read by some queries and not by others.
    """
    for column in table.columns:
        value = row._mapping[column]
        if isinstance(value, datetime) and value.microsecond % 1000:
            return False
        if _told_apart(column.type):
            text = row._mapping[f"{column.key} as text"]
            if text != (None if value is None else _form(value)):
                return False
    return True


def _form(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return json.dumps(value)


def _or_twice(table: Table, number: str, broken: int) -> Walked:
    """The broken row, or a smaller number that several rows have: where the key that forbids it was taken
    away, the second of them may lie between two batches.
    """
    counter = table.c[number]
    again = select(counter).group_by(counter).having(func.count() > 1).order_by(counter).limit(1)
    twice = db.session.scalar(again)
    first = min(broken, twice) if isinstance(twice, int) else broken
    return Walked(max(first - 1, 0), first)
