"""What a password must be, by every door through which one is set."""

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from audit_app.accounts import passwords, services
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail.models import TrailEntry
from tests.people import PASSWORD

STOLEN = [
    "qwertyuiop",
    "Password123",
    "1q2w3e4r5t",
    "SUNSHINE2026!",
    "passwordpassword",
    "1212121212",
    "¡Dragon1999",
]
SOUND = [
    PASSWORD,
    "harbour-demo-2000",
    "七只猫在屋顶上看月亮",
    "zebra lamp otter",
    "9" * 3 + "x1Kq-77-plöm",
    " " * 3 + "blue kettle",
]
OWN = ["Olga Owner", "olga.owner", "Audit & Review Tracker!"]


@pytest.mark.parametrize("word", STOLEN)
def test_a_word_that_everybody_tries_is_refused(word):
    assert "stolen" in str(passwords.refusal(word))


@pytest.mark.parametrize("word", SOUND)
def test_any_character_is_welcome_and_no_kind_is_prescribed(word):
    assert passwords.refusal(word) is None


@pytest.mark.parametrize("word", OWN)
def test_what_stands_for_the_person_or_the_program_is_refused(word):
    assert "guessed first" in str(passwords.refusal(word, "Olga Owner", "olga.owner@example.org"))


@pytest.mark.parametrize(("length", "sound"), [(9, False), (10, True), (128, True), (129, False)])
def test_characters_are_counted_as_a_person_counts_them(length, sound):
    # Each of these is two code points in the form that is hashed.
    word = ("żółćęąśńüö" * 13)[: length - 1] + "ä"
    assert (passwords.refusal(word) is None) == sound


def test_the_list_holds_the_3000_most_used_that_are_long_enough():
    words = passwords._list().decode().split("\n")
    assert sum(len(word) >= passwords.SHORTEST for word in words) > 3000
    assert len(words) == len(set(words)) + 1  # the empty text before the first and after the last


def test_each_refusal_is_said_in_chinese(app):
    with force_locale("zh_Hans_CN"):
        for word in ("short", "x y" * 50, STOLEN[0], OWN[0]):
            said = str(passwords.refusal(word, "Olga Owner"))
            assert any("\u4e00" <= letter <= "\u9fff" for letter in said)


def test_generated_passwords_are_sound():
    assert {passwords.refusal(services.new_password()) for _each in range(200)} == {None}


def test_no_service_sets_a_stolen_one(people):
    with pytest.raises(Refused):
        services.set_password(people.owner, STOLEN[0], by=people.admin)
    with pytest.raises(Refused):
        services.add_person("new@example.org", "New", ["auditor"], password=STOLEN[0], by=people.admin)


@pytest.mark.parametrize("typed", ["Zürich ist schön", "Zu\u0308rich ist scho\u0308n"])
def test_a_password_that_an_administrator_set_is_right_from_every_keyboard(people, app, typed):
    services.set_password(people.owner, "Zürich ist schön", by=people.admin)
    db.session.commit()
    reply = app.test_client().post("/login", data={"email": "owner@example.org", "password": typed})
    assert reply.status_code == 302


def last_action() -> str:
    return db.session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc())).first().action


def change(client, **data):
    facts = {
        "password": PASSWORD,
        "new_password": "zebra lamp otter",
        "new_password_confirm": "zebra lamp otter",
    }
    return client.post("/change", data={**facts, **data})


def test_one_changes_ones_own_password_and_the_trail_says_so(people, client_for, app):
    other = client_for(people.owner)
    assert change(client_for(people.owner)).status_code == 302
    assert last_action() == "person.password"
    assert other.get("/organisation/profile").status_code == 302
    reply = app.test_client().post(
        "/login", data={"email": "owner@example.org", "password": "zebra lamp otter"}
    )
    assert reply.status_code == 302


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"password": ""}, "password"),
        ({"password": "not the old one"}, "password"),
        ({"new_password_confirm": "something else"}, "new_password_confirm"),
        ({"new_password": STOLEN[0], "new_password_confirm": STOLEN[0]}, "new_password"),
        ({"new_password": PASSWORD, "new_password_confirm": PASSWORD}, "new_password"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(people, client_for, parsed, data, field, language):
    people.owner.language = language
    db.session.commit()
    page = parsed(change(client_for(people.owner), **data))
    said = page.find(f".//*[@id='{field}-error']/span").text
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said) == (language == "zh")
    db.session.expire_all()
    assert passwords.right(people.owner, PASSWORD)
