"""No door changes a row without a line in the trail: each writing address is sent its form, and what changed is compared.

The line stands in the same transaction: a request has one (``web/transactions.py``), and a line that cannot be written
takes the change with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.trail.models import TrailEntry
from tests.house.world import Address, World
from tests.security.forms import filled
from tests.security.test_mass_assignment import Rewind, asker, first_of_each, held, send

Clients = Callable[[Person], FlaskClient]
NOT_TOLD = {
    "notice": "which of one's own notices were read",
    "mail": "tries of sending; each is a row of its own with its moments",
    "sign_in_tries": "counts of tries, forgotten with the first that is right",
    "counter": "the next number of a series, taken with the record that is told",
    "answer_revision": "a hash chain of its own, with author and moment in each row",
    "answer_base": "part of an answer",
    "field_device": "when a tablet was last seen",
    "notice_choice": "one's own choice of hours and kinds",
}
"""Tables that change without a line of their own, and why."""
PEOPLE = ("programme manager", "process owner", "top management", "administrator", "lead auditor")


def untold(
    app: Flask, world: World, places: list[Address], client_for: Clients, rewind: Rewind
) -> tuple[int, set[str], list[str]]:
    """How many addresses changed something, in which tables, and which of them told nothing of it."""
    before, lines = held(), number_of_lines()
    changed, tables, silent = 0, set[str](), []
    people = {place.url: asker(app, world, place) for place in places}
    for place in places:
        person = people[place.url]
        if person is None:
            continue
        client = client_for(person)
        status = send(client, place.url, filled(client, place.url))
        after = held()
        different = {name for name, rows in before.items() if rows != after[name]}
        changed += bool(different)
        tables |= different
        if different - set(NOT_TOLD) and number_of_lines() == lines:
            silent.append(f"{place.url} ({place.endpoint}): {status}, {sorted(different)}")
        if different:
            rewind()
    return changed, tables, silent


def number_of_lines() -> int:
    found = db.session.scalar(select(func.count()).select_from(TrailEntry)) or 0
    db.session.rollback()
    return found


@pytest.mark.long
def test_every_address_that_changes_a_row_writes_a_line(
    app: Flask, world: World, client_for: Clients, settings: Settings, tmp_path: Path
):
    places = first_of_each(app, world, lambda _place: True)
    changed, tables, silent = untold(app, world, places, client_for, Rewind(settings, tmp_path))
    print(f"{len(places)} addresses, {changed} changed something, in {len(tables)} tables")
    assert not silent, "\n".join(silent)
    assert changed > 70


def test_a_verb_that_forgot_its_line_would_be_noticed(
    app: Flask, world: World, client_for: Clients, settings: Settings, tmp_path: Path
):
    """A seeded fault: a page changes a row beside its service."""
    view = app.view_functions["accounts.profile"]

    def careless() -> object:
        if request.method == "POST":
            db.session.get_one(Person, world.people.reader.id).job_title = "Head of nothing"
        return "done"

    careless.access = view.access  # type: ignore[attr-defined]  # the mark that the default denial asks for
    app.view_functions["accounts.profile"] = careless
    places = first_of_each(app, world, lambda place: place.endpoint == "accounts.profile")
    changed, _tables, silent = untold(app, world, places, client_for, Rewind(settings, tmp_path))
    assert (changed, len(silent)) == (1, 1)
