"""The trail is append-only, chained, and tells who changed what."""

import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit_app.accounts.models import Site
from audit_app.core.db import db
from audit_app.trail import queries
from audit_app.trail import services as trail
from tests.databases import both_databases


def make_acts(people, count=3):
    site = Site(code="X", name_en="Old", name_zh="旧")
    with trail.act("site.add", site, by=people.manager):
        db.session.add(site)
    for n in range(count):
        with trail.act("site.edit", site, by=people.manager, reason=f"because {n}"):
            site.name_en = f"New {n}"
    db.session.commit()
    return site


@both_databases
def test_an_act_keeps_what_changed_before_and_after(app, people):
    site = make_acts(people, 1)
    newest, oldest = queries.history(site)
    assert newest.facts["changes"] == {"name_en": ["Old", "New 0"]}
    assert newest.actor == "Mia Manager"
    assert oldest.facts["changes"]["name_zh"] == [None, "旧"]
    assert trail.verify() == (2, None)


@both_databases
@pytest.mark.parametrize("statement", ["UPDATE trail_entry SET actor_name = 'x'", "DELETE FROM trail_entry"])
def test_the_database_itself_refuses_to_change_the_trail(app, people, statement):
    make_acts(people)
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert trail.verify() == (4, None)


def test_an_act_that_fails_leaves_no_line(app, people):
    site = make_acts(people, 0)
    with pytest.raises(ZeroDivisionError), trail.act("site.edit", site, by=people.manager):
        site.name_en = "Half"
        raise ZeroDivisionError
    db.session.rollback()
    assert [entry.action for entry in queries.history(site)] == ["site.add"]


@pytest.mark.parametrize("seed", range(40))
def test_every_manipulation_of_a_row_is_found_and_named(app, people, seed):
    make_acts(people, 12)
    chance = random.Random(seed)
    seq = chance.randint(1, 13)
    column = chance.choice(
        ["actor_name", "action", "subject_id", "subject_label", "facts", "prev_hash", "at"]
    )
    value = {"facts": "'{}'", "at": "'2001-01-01 00:00:00.000000'"}.get(column, "'forged'")
    db.session.execute(text("DROP TRIGGER trail_entry_no_update"))
    db.session.execute(text(f"UPDATE trail_entry SET {column} = {value} WHERE seq = {seq}"))
    db.session.commit()
    assert trail.verify() == (seq - 1, seq)


def test_a_removed_row_is_found(app, people):
    make_acts(people, 5)
    db.session.execute(text("DROP TRIGGER trail_entry_no_delete"))
    db.session.execute(text("DELETE FROM trail_entry WHERE seq = 3"))
    db.session.commit()
    assert trail.verify() == (2, 3)


def test_passwords_never_enter_the_trail(app, people):
    with trail.act("person.edit", people.owner, by=people.admin):
        people.owner.password = "a-new-hash"
    assert "a-new-hash" not in str(queries.history(people.owner)[0].facts)
