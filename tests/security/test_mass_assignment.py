"""No mass assignment: what a form does not offer changes nothing, by whichever name it is sent along.

Each writing address is sent what its page offers, twice: alone, and together with every column of every table. What
the database holds afterwards is the same."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_login import current_user
from sqlalchemy import DateTime, select
from werkzeug.datastructures import MultiDict

from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import Base, db
from audit_app.web.forms import BaseForm
from tests.house.kept_world import _copy
from tests.house.world import Address, World, addresses
from tests.security.forms import MASS, Fields, filled, not_offered
from tests.security.probing import may, own_rules

Clients = Callable[[Person], FlaskClient]
OTHER_EACH_TIME = {
    "row_hash",
    "prev_hash",
    "message_id",
    "token",
    "fs_uniquifier",
    "password",
    "token_hash",
    "act",
}
"""Columns that hold chance, or a hash over a moment."""
MOMENT = re.compile(
    r"datetime\.datetime\(.*\)|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}[0-9.+:Z]*|[0-9a-f]{64}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|checklist-[0-9a-f]{8}"
)
"""A moment, a hash and a random name, as they are written in texts."""
ASKS_FIRST = ("programme manager", "process owner", "top management", "administrator", "lead auditor")
EDITS = {
    "accounts.person_edit", "accounts.profile", "findings.edit", "findings.action_edit", "programme.audit_edit",
    "reviews.edit", "improvements.edit", "competence.new",
}  # fmt: skip
"""Forms of the records that tempt most."""


def held() -> dict[str, Any]:
    """Every cell of the database that is neither a moment nor chance."""
    found = {}
    for table in Base.metadata.sorted_tables:
        kept = [each for each in table.columns
                if not isinstance(each.type, DateTime) and each.name not in OTHER_EACH_TIME]  # fmt: skip
        rows = db.session.execute(select(*kept).order_by(*table.primary_key.columns))
        found[table.name] = [tuple(MOMENT.sub("…", repr(each)) for each in row) for row in rows]
    db.session.rollback()
    return found


class Rewind:
    """Puts database and files back as they were."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.live, self.data = Path(db.engine.url.database or ""), settings.data_dir
        self.kept, self.files = folder / "kept.db", folder / "kept"
        self.keep()

    def keep(self) -> None:
        """Remember how they are now: who has just signed in is to stay so."""
        db.session.commit()
        _copy(self.live, self.kept)
        shutil.copytree(self.data, self.files, dirs_exist_ok=True)

    def __call__(self) -> None:
        db.session.rollback()
        db.engine.dispose()
        _copy(self.kept, self.live)
        shutil.copytree(self.files, self.data, dirs_exist_ok=True)
        db.session.expire_all()


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The cells in which two states of the database differ, in words."""
    found = []
    for name, rows in one.items():
        if rows != other[name]:
            pairs = zip(rows, other[name], strict=False)
            cells = [(a, b) for left, right in pairs for a, b in zip(left, right, strict=True) if a != b]
            found.append(
                f"{name}: {len(rows)}/{len(other[name])} rows, {[(a[:60], b[:60]) for a, b in cells[:3]]}"
            )
    return found


def asker(app: Flask, world: World, place: Address) -> Person | None:
    """Who sends the form: the first person who may."""
    rules = {rule.endpoint: rule for rule in own_rules(app, "POST")}
    people = (world.everybody[who] for who in ASKS_FIRST)
    return next((each for each in people if may(app, rules[place.endpoint], each)), None)


def changed_by_more(
    app: Flask,
    world: World,
    places: list[Address],
    client_for: Clients,
    rewind: Rewind,
    offered: set[str],
) -> tuple[int, int, list[str]]:
    """How many addresses were asked, how many of them wrote something, and what more they wrote for more fields."""
    wrong, written = [], 0
    people = {place.url: asker(app, world, place) for place in places}
    for place in places:
        person = people[place.url]
        if person is None:
            continue
        client = client_for(person)
        rewind.keep()
        before = held()
        fields = filled(client, place.url)
        offered.clear()
        plain = send(client, place.url, fields)
        alone = held()
        extra = not_offered(fields, offered)
        rewind()
        more = send(client, place.url, fields + extra)
        together = held()
        rewind()
        written += alone != before
        if plain != more or alone != together or MASS in repr(together):
            wrong.append(f"{place.url} ({place.endpoint}): {plain}/{more} {differences(alone, together)}")
    return len(places), written, wrong


def send(client: FlaskClient, url: str, fields: Fields) -> int:
    """The status of the answer."""
    return client.post(url, data=MultiDict(fields)).status_code


def first_of_each(app: Flask, world: World, wanted: Callable[[Address], bool]) -> list[Address]:
    """The first address of each writing rule."""
    found: dict[str, Address] = {}
    for place in addresses(app, world, "POST"):
        if wanted(place):
            found.setdefault(place.endpoint, place)
    return list(found.values())


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the fields of the forms that were asked since it was emptied."""
    names: set[str] = set()
    validate = BaseForm.validate

    def noted(form: BaseForm, *args: object, **kwargs: object) -> bool:
        names.update(form._fields)
        return validate(form, *args, **kwargs)

    monkeypatch.setattr(BaseForm, "validate", noted)
    return names


def test_a_form_of_a_record_takes_only_what_it_offers(
    app: Flask, world: World, client_for: Clients, settings: Settings, tmp_path: Path, offered: set[str]
):
    places = first_of_each(app, world, lambda place: place.endpoint in EDITS)
    asked, written, wrong = changed_by_more(
        app, world, places, client_for, Rewind(settings, tmp_path), offered
    )
    assert not wrong, "\n".join(wrong)
    assert (asked, written > 6) == (len(EDITS), True), written


def test_a_form_that_took_more_than_it_offers_would_be_noticed(
    app: Flask, world: World, client_for: Clients, settings: Settings, tmp_path: Path, offered: set[str]
):
    """A seeded fault: one view writes a column straight out of what was sent."""
    view = app.view_functions["accounts.profile"]

    def careless() -> Any:
        reply = view()
        if "sort_key" in request.form:
            current_user.sort_key = request.form["sort_key"]
        return reply

    careless.access = view.access  # type: ignore[attr-defined]  # the mark that the default denial asks for
    app.view_functions["accounts.profile"] = careless
    places = first_of_each(app, world, lambda place: place.endpoint == "accounts.profile")
    _asked, _written, wrong = changed_by_more(
        app, world, places, client_for, Rewind(settings, tmp_path), offered
    )
    assert len(wrong) == 1
    assert MASS in wrong[0]
