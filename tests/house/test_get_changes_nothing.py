"""Looking changes nothing: the database is the same to the last byte. That every address is opened by everybody
stands in ``test_every_page.py``."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.db import Base, db
from tests.house.world import World, addresses


def contents() -> dict[str, tuple[int, str]]:
    """Rows and hash of every table."""
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(select(table).order_by(*table.primary_key.columns)).all()
        found[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    db.session.rollback()
    return found


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_head_and_options_change_nothing_either(
    app: Flask, world: World, client_for: Callable[[Person], FlaskClient]
):
    client = client_for(world.people.manager)
    before = contents()
    for method in ("HEAD", "OPTIONS"):
        for place in addresses(app, world):
            client.open(place.url, method=method)
    for place in addresses(app, world, "POST"):
        client.options(place.url)
    assert contents() == before


def test_a_change_would_be_noticed(world: World):
    before = contents()
    world.people.owner.job_title = "Head"
    db.session.commit()
    assert contents() != before
