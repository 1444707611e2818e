"""Alembic's door to the database: inside the application's settings, models from the roll-call."""

from alembic import context
from sqlalchemy import create_engine, event
from sqlalchemy.types import TypeDecorator

from audit_app import tables
from audit_app.config import from_environment
from audit_app.core.db import Base, UtcDateTime

assert tables.MODULES
config = context.config


def rendered(kind, item, _context):
    """Our own column types by the plain type beneath: a revision imports nothing of ours that may change."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else f"sa.{item.impl!r}"


def wanted(_item, name, kind, _reflected, _compared) -> bool:
    """Only the tables of the roll-call (or, while revisions are drafted domain by domain, the named ones)."""
    return kind != "table" or name in config.attributes.get("only", Base.metadata.tables)


def run(connection) -> None:
    """Run the revisions on an open connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=config.attributes.get("batch", True),
        compare_type=True,
        transaction_per_migration=True,
        render_item=rendered,
        include_object=wanted,
    )
    with context.begin_transaction():
        context.run_migrations()


def enforce_begin(engine) -> None:
    """SQLite's driver would commit before each CREATE TABLE; an explicit BEGIN keeps a revision whole."""

    @event.listens_for(engine, "connect")
    def no_driver_begin(connection, _record) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


given = config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = config.attributes.get("url") or from_environment().database
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        enforce_begin(engine)
    with engine.connect() as connection:
        run(connection)
        connection.commit()
    engine.dispose()
