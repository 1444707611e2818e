"""A pack frozen long ago keeps its one hash: through every migration since, and on either database.

The old database is honest: its tables are those of the migrations up to 0026, its pack holds none of the fields that
came later, and its files are kept as an approval kept them.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import MetaData, Table, create_engine, insert, select, text

from audit_app import create_app, schema
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.core.frozen import LATER
from audit_app.reviews import exports, queries, services
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Pack, digest, from_json, to_json
from tests.databases import SQLITE, Databases, on_postgresql
from tests.people import invite
from tests.reviews import factory
from tests.reviews.world import application

OLD = "0026"
KEPT = ("frozen_pack", "frozen_file", "review_participant", "review_input", "decision")
"""Tables of reviews that are copied, with all that they point at."""


def as_before(value: Any) -> Any:
    """A tree without the fields that came later."""
    if isinstance(value, tuple):
        return tuple(map(as_before, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    own = {
        each.name: each.default if each.metadata == LATER else as_before(getattr(value, each.name))
        for each in fields(value)
    }
    return replace(value, **own)


@pytest.fixture(scope="module")
def source(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Pack]]:
    """A database of today with an approved review, whose frozen pack and files are those of the old version."""
    with (
        application(databases, tmp_path_factory.mktemp("today")) as app,
        time_machine.travel(factory.TODAY, tick=True),
    ):
        people = invite()
        factory.measured(people)
        factory.audited(people)
        review = factory.ready(people)
        services.approve(review, lambda _pack: {}, by=people.boss)
        pack = as_before(from_json(queries.frozen_pack(review).snapshot))
        db.session.commit()
        yield app.config["SETTINGS"].database, pack


@pytest.fixture(scope="module")
def files(source: tuple[str, Pack]) -> dict[tuple[str, str], bytes]:
    """What the approval kept."""
    return exports.render_all(source[1])


def copied(url: str, target: str, pack: Pack, files: dict[tuple[str, str], bytes]) -> None:
    """The rows of a review and all that they point at, from a database of today into one of an older schema."""
    now, old = create_engine(url), create_engine(target)
    new_tables, old_tables = MetaData(), MetaData()
    new_tables.reflect(now)
    old_tables.reflect(old)
    wanted: set[str] = set()
    waiting = list(KEPT)
    while waiting:
        name = waiting.pop()
        if name in old_tables.tables and name not in wanted:
            wanted.add(name)
            waiting += [key.column.table.name for key in old_tables.tables[name].foreign_keys]
    with now.connect() as reading, old.begin() as writing:
        if old.dialect.name == "postgresql":  # Rows come in any order; the tables of before are as they were.
            writing.execute(text("SET session_replication_role = replica"))
        for name in sorted(wanted):
            rows = _rows(reading, new_tables.tables.get(name), old_tables.tables[name])
            if name == "frozen_pack":
                words = to_json(pack)
                rows = [{**row, "snapshot": words, "sha256": digest(words)} for row in rows]
            if name == "frozen_file":
                rows = [_file(*key, content) for key, content in files.items()]
            if rows:
                writing.execute(insert(old_tables.tables[name]), rows)
    now.dispose()
    old.dispose()


def _rows(reading: Any, today: Table | None, table: Table) -> list[dict[str, Any]]:
    if today is None:
        return []
    shared = [today.c[column.name] for column in table.columns if column.name in today.c]
    return [dict(row._mapping) for row in reading.execute(select(*shared))]


def _file(language: str, form: str, content: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    return {
        "review_id": 1, "version": 1, "language": language, "format": form, "content": content, "sha256": sha256,
    }  # fmt: skip


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Flask]:
    """Today's application over a database that is there already."""
    app = create_app(Settings(database_url=url, data_dir=folder / "data", secret_key="x" * 40, testing=True))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("kind", [SQLITE, on_postgresql])
def test_a_pack_of_the_old_schema_has_one_hash_after_the_upgrade_and_on_either_database(
    databases, tmp_path, kind, source, files
):
    url_of_today, pack = source
    with databases.fresh(kind, tmp_path, schema=False) as url:
        schema.upgrade(url, OLD)
        copied(url_of_today, url, pack, files)
        schema.upgrade(url)
        with opened(url, tmp_path):
            (review,) = db.session.scalars(select(Review))
            frozen = queries.frozen_pack(review)
            assert frozen.sha256 == digest(frozen.snapshot) == digest(to_json(pack))
            assert to_json(from_json(frozen.snapshot)) == frozen.snapshot
            assert services.verify() == []
            for language in exports.LOCALES:
                for form in exports.KINDS:
                    assert exports.file_of(review, language, form) == files[language, form]
            assert exports.render_all(from_json(frozen.snapshot)) == files


def test_the_old_pack_is_really_old(source):
    words = to_json(source[1])
    assert '"since"' not in words
    assert '"agenda"' not in words
    assert from_json(words) == source[1]
