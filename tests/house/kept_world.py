"""The populated world, built once per test process and day, and put into the database of each test that wants it.

Building it takes seconds: it goes through the services, renders reports and packs, stores files. What is kept is
the database file, the folder of files, and which rows the names of the world stand for.
"""

import filecmp
import io
import pickle
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from audit_app.core.clock import today
from audit_app.core.db import Base, db
from tests.databases import SQLITE, Databases
from tests.people import People

_kept: dict[tuple[str, date], tuple[Path, Path, bytes]] = {}


class _Notes(pickle.Pickler):
    """Writes a row as what it is and its key."""

    def persistent_id(self, thing: Any) -> Any:
        """The name of a row; other things are written whole."""
        return (type(thing), inspect(thing).identity) if isinstance(thing, Base) else None


class _Rows(pickle.Unpickler):
    """Reads the rows again from the database of this test."""

    def persistent_load(self, name: Any) -> Any:
        """The row of a name."""
        return db.session.get_one(*name)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _untouched(database: Path, databases: Databases) -> bool:
    """Whether nothing but the people of the tests is in the database: not a byte was written since it was copied."""
    written = database.with_name(database.name + "-wal")
    waits = written.exists() and written.stat().st_size > 0
    return not waits and filecmp.cmp(database, databases.sqlite_with_people, shallow=False)


def put(name: str, build: Callable[[People], Any], people: People, databases: Databases, data: Path) -> Any:
    """What ``build(people)`` makes, from the copy when there is one; ``data`` is the folder of the application."""
    if db.engine.dialect.name != SQLITE or not _untouched(Path(db.engine.url.database or ""), databases):
        return build(people)
    database, key = Path(db.engine.url.database or ""), (name, today())
    if key not in _kept:
        world, notes = build(people), io.BytesIO()
        db.session.commit()
        _Notes(notes).dump(world)
        db.session.commit()
        kept = databases.folder / f"{name}-{today()}.db"
        _copy(database, kept)
        shutil.copytree(data, kept.with_suffix(""))
        _kept[key] = kept, kept.with_suffix(""), notes.getvalue()
        return world
    rows, files, written = _kept[key]
    db.session.rollback()
    _copy(rows, database)
    shutil.copytree(files, data, dirs_exist_ok=True)
    db.session.expire_all()
    world = _Rows(io.BytesIO(written)).load()
    db.session.commit()
    return world
