"""Migrations: one line of history, leading to exactly the schema of the models, on both databases, there and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DatabaseError

from audit_app import create_app, schema, tables
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import APPEND_ONLY, Base, db
from audit_app.trail import services as trail
from tests.databases import POSTGRESQL, SQLITE, Databases, build_schema, on_postgresql
from tests.house.files import ROOT
from tests.people import invite

assert tables.MODULES
kinds = pytest.mark.parametrize("kind", [SQLITE, on_postgresql])


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(schema.configuration("sqlite://"))


@pytest.fixture
def empty(kind: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """An empty database, without any table."""
    with databases.fresh(kind, tmp_path, schema=False) as url:
        yield url


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    """An engine over the empty database."""
    made = create_engine(empty)
    yield made
    made.dispose()


def shape(engine: Engine) -> dict[str, Any]:
    """Everything a database knows of its schema, in one plain value that can be compared."""
    known = inspect(engine)

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return sorted((key, str(plain(each))) for key, each in value.items() if key not in {"comment"})
        return str(value)

    found: dict[str, Any] = {}
    for table in sorted(set(known.get_table_names()) - {"alembic_version"}):
        found[table] = {
            "columns": sorted(str(plain(each)) for each in known.get_columns(table)),
            "key": str(plain(dict(known.get_pk_constraint(table)))),
            "foreign": sorted(str(plain(dict(each))) for each in known.get_foreign_keys(table)),
            "unique": sorted(str(plain(dict(each))) for each in known.get_unique_constraints(table)),
            "checks": sorted(str(plain(dict(each))) for each in known.get_check_constraints(table)),
            "indexes": sorted(str(plain(dict(each))) for each in known.get_indexes(table)),
        }
    triggers = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname, 2"
    )
    with engine.connect() as connection:
        found["triggers"] = [tuple(row) for row in connection.execute(text(triggers))]
    return found


def test_history_is_one_line_with_one_head_and_numbered_names():
    history = list(scripts().walk_revisions())
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    assert len(files) == len(history)
    assert [name[:4] for name in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]


def test_migrations_do_not_import_the_models():
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "models" not in path.read_text(encoding="utf-8"), path.name


@kinds
def test_the_migrations_lead_to_the_schema_of_the_models(
    kind: str, engine: Engine, empty: str, databases: Databases, tmp_path: Path
):
    schema.upgrade(empty)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    folder = tmp_path / "models"
    folder.mkdir()
    with databases.fresh(kind, folder) as url:
        wanted = create_engine(url)
        by_models, by_migrations = shape(wanted), shape(engine)
        wanted.dispose()
    assert set(by_migrations) == set(by_models)
    for table, facts in by_models.items():
        assert by_migrations[table] == facts, table
    assert schema.is_current(empty)


@pytest.mark.postgres
def test_an_sqlite_file_made_after_a_postgresql_database_has_every_foreign_key(
    databases: Databases, tmp_path: Path
):
    assert databases.postgres_template
    url = f"sqlite:///{tmp_path / 'later.db'}"
    build_schema(url)
    engine = create_engine(url)
    keys = {key for each in inspect(engine).get_foreign_keys("action") for key in each["constrained_columns"]}
    engine.dispose()
    assert "review_id" in keys


@kinds
def test_a_migrated_database_refuses_to_change_or_delete_what_is_only_ever_added(
    kind: str, empty: str, tmp_path: Path
):
    schema.upgrade(empty)
    assert {"trail_entry", "attachment", "answer_revision", "frozen_pack"} <= APPEND_ONLY
    app = create_app(
        Settings(database_url=empty, data_dir=tmp_path / "data", secret_key="x" * 40, testing=True)
    )
    with app.app_context():
        people = invite()
        trail.note("person.sign_in", people.admin, by=people.admin)
        db.session.commit()
        for statement in ("UPDATE trail_entry SET actor_name = 'Nobody'", "DELETE FROM trail_entry"):
            with pytest.raises(DatabaseError, match="append-only"):
                db.session.execute(text(statement))
            db.session.rollback()
        assert trail.verify() == (1, None)
        db.session.remove()
        db.engine.dispose()
    triggers = " ".join(str(each) for each in shape_of_triggers(empty))
    assert [table for table in sorted(APPEND_ONLY) if table not in triggers] == []


def shape_of_triggers(url: str) -> list[Any]:
    engine = create_engine(url)
    try:
        return list(shape(engine)["triggers"])
    finally:
        engine.dispose()


@kinds
def test_every_migration_goes_down_and_up_again_with_data_in_the_tables(
    kind: str, engine: Engine, empty: str, tmp_path: Path
):
    schema.upgrade(empty)
    full = shape(engine)
    app = create_app(
        Settings(database_url=empty, data_dir=tmp_path / "data", secret_key="x" * 40, testing=True)
    )
    with app.app_context():
        people = invite()
        trail.note("person.sign_in", people.admin, by=people.admin)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    for revision in scripts().walk_revisions():
        schema.downgrade(empty, revision.down_revision or "base")  # type: ignore[arg-type]  # one line of history
    assert set(shape(engine)) == {"triggers"}
    assert shape(engine)["triggers"] == []
    schema.upgrade(empty)
    assert shape(engine) == full
    with engine.connect() as connection:
        assert connection.execute(select(Person.id)).all() == []


@kinds
def test_upgrading_a_database_that_is_current_changes_nothing(kind: str, engine: Engine, empty: str):
    schema.upgrade(empty)
    before = shape(engine)
    schema.upgrade(empty)
    assert shape(engine) == before
    assert kind in (SQLITE, POSTGRESQL)
