"""The frame around every page."""

import re

from tests.databases import both_databases
from tests.people import PASSWORD


@both_databases
def test_home_needs_a_sign_in_and_greets_afterwards(app, people, parsed):
    client = app.test_client()
    assert client.get("/").status_code == 302
    page = client.get("/login")
    assert page.status_code == 200
    parsed(page)
    reply = client.post("/login", data={"email": "OWNER@example.org ", "password": PASSWORD})
    assert reply.status_code == 302, reply.get_data(as_text=True)
    home = client.get("/")
    assert home.status_code == 200
    parsed(home)


def test_a_wrong_password_does_not_say_whether_the_person_exists(app, people):
    client = app.test_client()
    known = client.post("/login", data={"email": "owner@example.org", "password": "wrong wrong wrong"})
    unknown = client.post("/login", data={"email": "nobody@example.org", "password": "wrong wrong wrong"})
    assert known.status_code == unknown.status_code == 422
    # The token holds the second in which it was made.
    told = [
        re.sub(r'name="csrf-token" content="[^"]+"', "", each.get_data(as_text=True))
        for each in (known, unknown)
    ]
    assert told[0].replace("owner@", "nobody@") == told[1]


def test_a_signed_in_person_reads_pages_in_their_own_language(people, client_for):
    assert "我的工作" in client_for(people.auditor2).get("/").get_data(as_text=True)
    assert "My work" in client_for(people.owner).get("/").get_data(as_text=True)
