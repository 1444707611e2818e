"""Personal data go, the chain stays: whatever is blanked without an act is found, whatever an act blanked verifies."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from audit_app.accounts import erasing
from audit_app.accounts import services as accounts
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import erasing as blanking
from audit_app.trail import services as trail
from audit_app.trail.models import TrailEntry, TrailErasure
from tests.databases import both_databases
from tests.people import PASSWORD

NAME, BEFORE, ADDRESS = "Otto Öhler", "Otto Maier", "otto.oehler@example.com"


@pytest.fixture
def otto(people):
    """Somebody who was called otherwise once, did things, is spoken of, and has left."""
    admin = people.admin
    found = accounts.add_person(
        name=BEFORE,
        email=ADDRESS,
        job_title="Chief of storage",
        roles=["auditor"],
        language="en",
        password=PASSWORD,
        by=admin,
    )
    with trail.act("person.edit", found, by=admin):
        found.name = NAME
    trail.note("person.sign_in", found, by=found)
    trail.note(
        "audit.note", people.inc, by=admin, reason=f"{NAME} and Otto Öhlerson asked; mail to {ADDRESS}."
    )
    trail.note("audit.note", people.inc, by=admin, reason="Nothing about anybody.")
    accounts.deactivate(found, by=admin)
    db.session.commit()
    return found


def everything() -> str:
    """All of the trail as one text."""
    return "\n".join(
        trail.canonical([each.actor_name, each.subject_label, each.facts])
        for each in db.session.scalars(select(TrailEntry).order_by(TrailEntry.seq))
    )


@both_databases
def test_the_name_is_gone_everywhere_and_the_chain_verifies(people, otto):
    hashes = select(TrailEntry.seq, TrailEntry.row_hash).order_by(TrailEntry.seq)
    heads = db.session.execute(hashes).all()
    rows = erasing.erase(otto, reason="By wish of 3 March", by=people.admin)
    db.session.commit()
    told = everything()
    rest = told.replace("Otto Öhlerson", "")
    for gone in (NAME, BEFORE, ADDRESS, "Chief of storage"):
        assert gone not in rest, gone
    assert f"P-{otto.id} and Otto Öhlerson asked; mail to P-{otto.id}." in told
    assert rows >= 5
    assert trail.verify().broken is None
    assert db.session.execute(hashes).all()[: len(heads)] == heads
    assert (otto.name, otto.email, otto.job_title) == (f"P-{otto.id}", f"p-{otto.id}@erased.invalid", "")


@both_databases
def test_the_database_lets_only_names_and_facts_of_told_rows_be_changed(people, otto):
    erasing.erase(otto, reason="By wish", by=people.admin)
    db.session.commit()
    told = set(db.session.scalars(select(TrailErasure.seq)))
    other = db.session.scalar(select(TrailEntry.seq).where(TrailEntry.seq.not_in(told)).limit(1))
    for statement in (
        update(TrailEntry).where(TrailEntry.seq == other).values(actor_name="Somebody"),
        update(TrailEntry).where(TrailEntry.seq == min(told)).values(action="something.else"),
        update(TrailEntry).where(TrailEntry.seq == min(told)).values(row_hash="0" * 64),
        text("DELETE FROM trail_entry"),
        text("DELETE FROM trail_erasure"),
        text("UPDATE trail_erasure SET blank_hash = 'x'"),
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(statement)
        db.session.rollback()


def test_a_blanked_row_that_is_changed_again_is_found(people, otto):
    erasing.erase(otto, reason="By wish", by=people.admin)
    db.session.commit()
    first = db.session.scalar(select(TrailErasure.seq).order_by(TrailErasure.seq).limit(1))
    db.session.execute(update(TrailEntry).where(TrailEntry.seq == first).values(actor_name="Somebody else"))
    assert trail.verify().broken == first


def test_a_row_that_is_blanked_without_an_act_is_found(people, otto):
    """Whoever can write into the database can add the row that lets them change another; but no act tells it."""
    victim = db.session.scalars(select(TrailEntry).where(TrailEntry.action == "audit.note")).first()
    values = {"facts": {"changes": {}, "details": {"reason": "All was well."}}}
    hashed = trail.hash_of(blanking._Read(victim, values))
    newest = db.session.scalar(select(TrailEntry.seq).order_by(TrailEntry.seq.desc()).limit(1))
    db.session.add(TrailErasure(seq=victim.seq, act_seq=newest, blank_hash=hashed))
    db.session.flush()
    db.session.execute(update(TrailEntry).where(TrailEntry.seq == victim.seq).values(**values))
    assert trail.verify().broken == victim.seq


def test_a_second_person_in_the_same_line_can_be_erased_later(people, otto):
    anna = accounts.add_person(
        name="安娜",
        email="anna@example.com",
        roles=["auditor"],
        language="zh",
        password=PASSWORD,
        by=people.admin,
    )
    trail.note("audit.note", people.inc, by=people.admin, reason=f"{NAME}请安娜确认，安娜丽在场。")
    accounts.add_person(
        name="安娜丽",
        email="annali@example.com",
        roles=["auditor"],
        language="zh",
        password=PASSWORD,
        by=people.admin,
    )
    accounts.deactivate(anna, by=people.admin)
    for each in (otto, anna):
        erasing.erase(each, reason="By wish", by=people.admin)
        db.session.commit()
        assert trail.verify().broken is None
    assert f"P-{otto.id}请P-{anna.id}确认，安娜丽在场。" in everything()


def test_it_is_refused_in_words_while_it_would_be_wrong(people, otto):
    with pytest.raises(Refused, match="End the access"):
        erasing.erase(people.owner, reason="By wish", by=people.admin)
    with pytest.raises(Refused, match="say why"):
        erasing.erase(otto, reason=" ", by=people.admin)
    with pytest.raises(Refused, match="Leave the name out"):
        erasing.erase(otto, reason=f"{BEFORE} wants it", by=people.admin)
    erasing.erase(otto, reason="By wish", by=people.admin)
    with pytest.raises(Refused, match="erased already"):
        erasing.erase(otto, reason="By wish", by=people.admin)


def test_the_administrator_does_it_on_a_page_and_reads_what_stays(people, otto, client_for):
    client = client_for(people.admin)
    address = f"/organisation/people/{otto.id}/erase"
    assert address in client.get(f"/organisation/people/{otto.id}").get_data(as_text=True)
    assert client.post(address, data={"reason": f"for {NAME}"}).status_code == 422
    done = client.post(address, data={"reason": "By wish"})
    assert done.status_code == 303, done.get_data(as_text=True)
    page = client.get(f"/organisation/people/{otto.id}").get_data(as_text=True)
    assert f"P-{otto.id}" in page
    assert "Öhler" not in page
    assert client_for(people.manager).get(address).status_code == 403
