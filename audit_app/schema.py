"""Bringing a database to the schema of this version (Alembic), from the command line and in tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine


def configuration(url: str) -> Config:
    """Alembic's configuration for one database; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Build or bring up to date."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Back to an earlier revision (tests; in production restore a backup instead)."""
    command.downgrade(configuration(url), revision)


def is_current(url: str) -> bool:
    """Whether the database has the schema of this version."""
    head = ScriptDirectory.from_config(configuration(url)).get_current_head()
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head
    finally:
        engine.dispose()
