"""Triggers that make a table append-only, in two dialects; written out, so that a revision never changes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text


def refuse_changes(tables: Iterable[str]) -> None:
    """From now on the database refuses UPDATE and DELETE (and TRUNCATE) on the tables."""
    for table in tables:
        for statement in _refusals(table):
            op.execute(statement)


def allow_changes(tables: Iterable[str]) -> None:
    """Take the triggers away again (a downgrade drops the table next)."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {table}_no_update")
            op.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            op.execute(f"DROP FUNCTION {table}_append_only()")


@contextmanager
def kept_through_rebuild(table: str) -> Iterator[None]:
    """SQLite changes a table by building it anew, and the triggers go with the old one: put them back."""
    if op.get_bind().dialect.name != "sqlite":
        yield
        return
    asked = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = list(op.get_bind().execute(asked, {"table": table}))
    yield
    for name, statement in triggers:
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(statement)


def _refusals(table: str) -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END; $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]
