"""Every address that changes something asks for the token of the page it was sent from."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from audit_app.accounts.models import Person
from tests.house.test_get_changes_nothing import contents
from tests.house.world import World, addresses


def test_nothing_is_changed_without_the_token(
    app: Flask, world: World, client_for: Callable[[Person], FlaskClient]
):
    app.config["WTF_CSRF_ENABLED"] = True
    clients = [client_for(person) for person in world.everybody.values()]
    before = contents()
    for client in clients:
        for place in addresses(app, world, "POST"):
            reply = client.post(place.url, data={"name": "x"})
            if getattr(app.view_functions[place.endpoint], "json_only", False):
                assert (reply.status_code, reply.json["error"]) == (403, "csrf"), place.url
                continue
            assert reply.status_code == 400, place.url
            assert "reload it" in reply.get_data(as_text=True), place.url
    assert contents() == before


def test_a_script_without_the_token_is_refused_in_json(
    app: Flask, world: World, client_for: Callable[[Person], FlaskClient]
):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for(world.people.manager)
    before = contents()
    for place in addresses(app, world, "POST"):
        reply = client.post(place.url, json={})
        assert (reply.status_code, reply.json["error"]) == (403, "csrf"), place.url
    assert contents() == before


def test_signing_in_and_out_ask_for_the_token_too(app: Flask, world: World):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    for url in ("/login", "/logout", "/change"):
        assert client.post(url, data={"email": "admin@example.org", "password": "x"}).status_code == 400


def test_with_the_token_of_the_page_the_same_request_is_taken(
    app: Flask, world: World, client_for: Callable[[Person], FlaskClient]
):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for(world.people.owner)
    page = client.get("/organisation/profile").get_data(as_text=True)
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    reply = client.post("/organisation/language", data={"language": "zh", "csrf_token": token, "next": "/"})
    assert reply.status_code == 303
