"""Rows of any table as lines of JSON and back, the same for SQLite and PostgreSQL and for every schema.

Nothing here knows a model: a backup is made and restored at the schema it was taken with, which may be older
than this version. What a column holds is told by the database itself.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, inspect
from sqlalchemy import types as sql

BATCH = 2_000
VERSION_TABLE = "alembic_version"

KINDS: tuple[tuple[type, str], ...] = (
    (sql.JSON, "json"),
    (sql.Boolean, "yes or no"),
    (sql.DateTime, "moment"),
    (sql.Date, "day"),
    (sql.Time, "time"),
    (sql.LargeBinary, "bytes"),
    (sql.Integer, "integer"),
    (sql.Numeric, "number"),
    (sql.String, "text"),
)
"""What a reflected type is called in the copy; the first that fits."""


class Column(NamedTuple):
    """A column by its name and the kind of its values."""

    name: str
    kind: str


def tables(connection: Connection) -> list[str]:
    """The names of all tables, in a fixed order, without Alembic's own."""
    return sorted(name for name in inspect(connection).get_table_names() if name != VERSION_TABLE)


def columns(connection: Connection, table: str) -> list[Column]:
    """The columns of a table. Raises :class:`TypeError` for a type that no copy has been thought out for."""
    return [
        Column(each["name"], _kind(each["type"], f"{table}.{each['name']}"))
        for each in inspect(connection).get_columns(table)
    ]


def _kind(found: Any, where: str) -> str:
    for kind, name in KINDS:
        if isinstance(found, kind):
            return name
    raise TypeError(f"{where}: {found!r} has no place in a backup")


def lines(connection: Connection, table: str) -> Iterator[bytes]:
    """A table as lines: first its columns, then a list of values for each row, by primary key."""
    told = columns(connection, table)
    yield _line([[each.name, each.kind] for each in told])
    quote = connection.dialect.identifier_preparer.quote
    postgres = connection.dialect.name == "postgresql"
    wanted = ", ".join(
        f"{quote(each.name)}::text" if postgres and each.kind == "json" else quote(each.name) for each in told
    )
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"] or [told[0].name]
    # Names come from the database's own catalogue and are quoted by its own rules.
    asked = f"SELECT {wanted} FROM {quote(table)} ORDER BY {', '.join(map(quote, key))}"  # noqa: S608  # nosec B608
    plain = [OUT[each.kind] for each in told]
    # nosemgrep: sql-from-pieces
    found = connection.execution_options(stream_results=True, max_row_buffer=BATCH).exec_driver_sql(asked)
    for row in found:
        yield _line([None if value is None else out(value) for out, value in zip(plain, row, strict=True)])


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: str, told: Iterable[bytes]) -> int:
    """Put the lines of a table into the empty table of that name; returns the number of rows.

    Raises :class:`ValueError` when the table here has other columns than the copy.
    """
    stream = iter(told)
    copied = [Column(*each) for each in json.loads(next(stream))]
    here = {each.name: each.kind for each in columns(connection, table)}
    if dict(copied) != here:
        raise ValueError(f"{table}: {sorted(set(dict(copied).items()) ^ set(here.items()))}")
    quote = connection.dialect.identifier_preparer.quote
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    names = ", ".join(quote(each.name) for each in copied)
    put = f"INSERT INTO {quote(table)} ({names}) VALUES ({', '.join([mark] * len(copied))})"  # noqa: S608  # nosec B608
    into = [_into(connection.dialect.name)[each.kind] for each in copied]
    count, waiting = 0, []
    for line in stream:
        values = zip(into, json.loads(line), strict=True)
        waiting.append(tuple(None if value is None else made(value) for made, value in values))
        if len(waiting) == BATCH:
            connection.exec_driver_sql(put, waiting)
            count, waiting = count + len(waiting), []
    if waiting:
        connection.exec_driver_sql(put, waiting)
    return count + len(waiting)


# --- values -------------------------------------------------------------------------------------------------


def _moment(value: Any) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()


def _number(value: Any) -> str:
    """Without noise and needless digits: SQLite keeps floats of 15 digits, PostgreSQL ten places."""
    number = value if isinstance(value, Decimal) else Decimal(format(value, ".15g"))
    return format(number.normalize() + 0 if number else Decimal(0), "f")


OUT: dict[str, Callable[[Any], Any]] = {
    "json": str,
    "yes or no": bool,
    "moment": _moment,
    "day": str,
    "time": str,
    "bytes": lambda value: base64.b64encode(value).decode(),
    "integer": int,
    "number": _number,
    "text": str,
}


def _into(dialect: str) -> dict[str, Callable[[Any], Any]]:
    """How a value of the copy is given to the driver, which SQLAlchemy's types would do otherwise."""
    same: dict[str, Callable[[Any], Any]] = {
        "json": str,
        "integer": int,
        "text": str,
        "bytes": base64.b64decode,
    }
    if dialect == "postgresql":
        return same | {
            "yes or no": bool,
            "moment": lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),
            "day": date.fromisoformat,
            "time": time.fromisoformat,
            "number": Decimal,
        }
    return same | {
        "yes or no": int,
        "moment": lambda value: f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M:%S.%f}",
        "day": str,
        "time": lambda value: f"{time.fromisoformat(value):%H:%M:%S.%f}",
        "number": float,
    }
