"""Database base: naming convention, enums stored by value, UTC datetimes, SQLite pragmas, append-only
tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, JSON, DateTime, Dialect, Engine, MetaData, String, Table, event, text, types
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_read_only: ContextVar[bool] = ContextVar("read_only", default=False)


class UtcDateTime(types.TypeDecorator[datetime]):
    """An aware datetime kept as UTC. SQLite forgets zones, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A datetime without a time zone cannot be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def by_value(kind: type[Enum]) -> SqlEnum:
    """Column type for an enum, stored by its value (SQLAlchemy would store the name)."""
    return SqlEnum(
        kind,
        native_enum=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


class Base(DeclarativeBase):
    """Mother of all models."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, str: String, dict[str, Any]: JSON, list[Any]: JSON}

    def __repr__(self) -> str:
        identity = getattr(self, "code", None) or getattr(self, "id", None)
        return f"<{type(self).__name__} {identity}>"


class Versioned:
    """Mixin for records that several people edit: a stale save is noticed by the database itself."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Read by the mapper while the class is made; set later (``__init_subclass__``) nobody sees it."""
        return {"version_id_col": cls.version}


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
"""Engines and the request's session. Models derive from :class:`Base`, a plain typed SQLAlchemy base:
Flask-SQLAlchemy
would otherwise build its own base class at run time, which neither mypy nor SQLAlchemy 2.1's annotation map
likes."""


@contextmanager
def reading() -> Iterator[None]:
    """Inside, SQLite transactions start deferred, so that readers never wait for the writer.

    Outside they start with ``BEGIN IMMEDIATE``: the write lock is taken at once and waits by ``busy_timeout``
    instead of failing halfway ("database is locked" cannot happen to a reader that turns writer).
    """
    token = _read_only.set(True)
    try:
        yield
    finally:
        _read_only.reset(token)


def set_reading(value: bool) -> None:
    """Same as :func:`reading`, for a request hook that has no ``with`` block."""
    _read_only.set(value)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=15000",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")  # nosemgrep: sql-from-pieces -- the literals above
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _read_only.get() else "BEGIN IMMEDIATE")


def prepare_engine(engine: Engine) -> None:
    """Attach the SQLite habits (WAL, full sync, foreign keys, explicit BEGIN) to an engine; no-op
    elsewhere."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def append_only_ddl(table: str, dialect: str, changed_if: str = "") -> list[str]:
    """SQL that makes the database refuse UPDATE and DELETE on a table (used by metadata and by
    migrations). ``changed_if``: condition over OLD and NEW, the same in both dialects, under which an UPDATE
    is let through all the same."""
    if dialect == "sqlite":
        when = {"UPDATE": f"WHEN NOT ({changed_if}) " if changed_if else "", "DELETE": ""}
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when[verb]}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    let_through = f"IF TG_OP = 'UPDATE' THEN IF {changed_if} THEN RETURN NEW; END IF; END IF; "
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger AS $$ "
        f"BEGIN {let_through if changed_if else ''}RAISE EXCEPTION '{table} is append-only'; END; "
        "$$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


APPEND_ONLY: set[str] = set()


def append_only(table: Table, changed_if: str = "") -> None:
    """Declare a table append-only: its rows can be inserted and read, never changed or deleted; but see
    ``changed_if`` of :func:`append_only_ddl`."""
    APPEND_ONLY.add(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_ddl(table.name, dialect, changed_if):
            ddl = DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
            event.listen(table, "after_create", ddl)


WRITE_LOCK = 20000_1


def serialize_writes() -> None:
    """Make this transaction the only writer until it ends.

    The trail is one chain and document numbers have no gaps, so writers must queue. SQLite does it by
    ``BEGIN IMMEDIATE``; on PostgreSQL one advisory lock, always taken first, also makes deadlocks impossible.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        # Past the session: a query of it would flush rows that are only half made.
        db.session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
