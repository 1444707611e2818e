"""A small place to copy, a sound backup of it, and an empty place to restore into."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from werkzeug.datastructures import FileStorage

from audit_app import schema
from audit_app.backup import services
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.evidence import services as evidence
from audit_app.trail import services as trail
from tests.databases import POSTGRESQL, SQLITE, Databases
from tests.people import People

PICTURE = Path(__file__).parents[2] / "audit_app" / "static" / "img" / "app-192.png"


def stamped(settings: Settings) -> Settings:
    """The place with the schema of this version on record, as the migrations leave it."""
    db.session.commit()
    command.stamp(schema.configuration(settings.database), "head")
    return settings


@pytest.fixture
def source(people: People, settings: Settings) -> Settings:
    """A small place: people, an act, a file."""
    trail.note("person.sign_in", people.admin, by=people.admin)
    with PICTURE.open("rb") as stream:
        evidence.attach(people.owner, FileStorage(stream, "a.png"), by=people.owner)
    return stamped(settings)


@pytest.fixture
def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """An empty place to restore into."""
    kind = request.node.callspec.params.get("into", SQLITE) if hasattr(request.node, "callspec") else SQLITE
    folder = tmp_path / "restored"
    folder.mkdir()
    with databases.fresh(kind, folder, schema=False) as url:
        yield Settings(
            database_url=url if kind == POSTGRESQL else "", data_dir=folder, secret_key="x" * 40, testing=True
        )


@pytest.fixture
def whole(source: Settings, tmp_path: Path) -> Path:
    """A sound backup."""
    path = tmp_path / "whole.backup"
    services.make(source, path)
    return path
