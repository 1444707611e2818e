"""Who may enter which route: every route says so, and what it says is what happens, for every role."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from audit_app.accounts.factor_gate import CLOSED
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission, Role
from audit_app.web.access import FOREIGN, PUBLIC, SIGNED_IN, TICKET
from tests.house.world import Address, World, addresses, own_rules

ANYBODY = {"accounts.language", "healthz", "readyz"}
"""Routes that need no sign-in: the switch of language on the sign-in page, and the two for those who watch."""
MAY_ALSO_BE_PUBLIC = {"checklists.manifest", "checklists.worker", "checklists.service_worker", "home.worker"}
"""Files of the installed application: they hold nobody's data."""

BY_TICKET = {"checklists.deposit", "checklists.deposit_piece", "agenda.feed"}
"""Doors that a ticket opens: two take in what a tablet holds and never show anything; one reads a person's calendar."""

Clients = Callable[[Person], FlaskClient]


def access(app: Flask, endpoint: str) -> Any:
    return getattr(app.view_functions[endpoint], "access", None)


def test_every_route_says_who_may_enter(app: Flask):
    rules = own_rules(app, "GET") + own_rules(app, "POST")
    assert len(rules) > 60
    unmarked = {rule.endpoint for rule in app.url_map.iter_rules()
                if access(app, rule.endpoint) is None} - FOREIGN - {"security.static"}  # fmt: skip
    assert unmarked == set()


def test_the_list_of_public_routes_is_short_and_known(app: Flask):
    public = {rule.endpoint for rule in app.url_map.iter_rules() if access(app, rule.endpoint) == PUBLIC}
    assert public - MAY_ALSO_BE_PUBLIC == ANYBODY


def test_the_doors_that_a_ticket_opens_are_known_and_stay_shut_without_one(app: Flask):
    found = {rule.endpoint for rule in app.url_map.iter_rules() if access(app, rule.endpoint) == TICKET}
    assert found == BY_TICKET
    client = app.test_client()
    for reply in (client.post("/sync/deposit", json={}), client.put("/sync/deposit/attachments/x")):
        assert (reply.status_code, reply.json["error"]) == (401, "ticket")
    assert client.get("/calendar/guessed.ics").status_code == 404


def test_views_of_libraries_are_only_those_for_signing_in(app: Flask):
    foreign = {rule.endpoint for rule in app.url_map.iter_rules()} & FOREIGN
    assert foreign - {"static"} == {
        f"security.{name}"
        for name in (
            "login", "logout", "change_password", "verify", "tf_select", "two_factor_token_validation",
            "mf_recovery", "wan_register", "wan_register_response", "wan_signin", "wan_signin_response",
            *CLOSED,
        )
    }  # fmt: skip


def test_views_of_libraries_that_have_a_page_of_the_house_are_closed(
    app: Flask, world: World, client_for: Clients
):
    for client in (app.test_client(), client_for(world.people.auditor)):
        for rule in app.url_map.iter_rules():
            if rule.endpoint.removeprefix("security.") in CLOSED:
                path = rule.rule.replace("<token>", "x")
                for method in rule.methods & {"GET", "POST"}:
                    assert client.open(path, method=method).status_code == 404, path


def test_marks_name_permissions_that_exist(app: Flask):
    known = {str(each) for each in Permission}
    marks = {rule.endpoint: access(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    odd = {name: mark for name, mark in marks.items()
           if mark not in (None, PUBLIC, SIGNED_IN, TICKET) and not (mark and set(mark) <= known)}  # fmt: skip
    assert odd == {}


def expected(mark: Any, person: Person, sees_all: bool) -> set[int]:
    """The statuses that a mark promises a person: never 500, and 403 exactly when no permission is held."""
    if mark not in (PUBLIC, SIGNED_IN) and not any(person.may(each) for each in mark):
        return {403}
    # 204: a page that asks how far a reading is, when it has ended.
    return {200, 204, 302, 303} if sees_all else {200, 204, 302, 303, 403, 404}


FOR_SOME_ROWS = {"reviews.step", "reviews.sign", "reviews.climate"}
"""Routes that ask a second question about the person beside the mark (and answer 403)."""


def wrong(app: Flask, status: int, person: Person, place: Address) -> str | None:
    """What is wrong with the answer to somebody who opens a page (asked for in ``test_every_page.py``)."""
    mark = access(app, place.endpoint)
    allowed = expected(
        mark, person, Role.PROGRAMME_MANAGER in person.role_set
    )  # drafts are hidden from the others
    if place.endpoint in FOR_SOME_ROWS:
        allowed = allowed | {403}
    if allowed == {403} or status != 403 or place.endpoint in FOR_SOME_ROWS or mark == SIGNED_IN:
        good = status in allowed | ({403, 404} if mark == SIGNED_IN else set())
        return None if good else f"answers {status}"
    return f"answers {status} although a permission is held"


def test_nobody_changes_anything_without_the_permission(app: Flask, world: World, client_for: Clients):
    found = []
    for role, person in world.everybody.items():
        client = client_for(person)
        for place in addresses(app, world, "POST"):
            mark = access(app, place.endpoint)
            if mark in (PUBLIC, SIGNED_IN) or any(person.may(each) for each in mark):
                continue
            status = client.post(place.url, data={}).status_code
            if status != 403:
                found.append(f"{role}: {place.url}: {status}")
    assert not found, "\n".join(found)


def test_who_has_not_signed_in_is_sent_to_the_sign_in_page(app: Flask, world: World):
    client = app.test_client()
    for method in ("GET", "POST"):
        for place in addresses(app, world, method):
            reply = client.open(place.url, method=method)
            if access(app, place.endpoint) == PUBLIC:
                assert reply.status_code < 400, place.url
            elif getattr(app.view_functions[place.endpoint], "json_only", False):
                assert (reply.status_code, reply.json["error"]) == (401, "signed_out"), place.url
            else:
                assert reply.status_code == 302, place.url
                assert reply.location.startswith("/login"), place.url


def test_a_script_that_has_not_signed_in_is_told_so_in_json(app: Flask, world: World):
    client = app.test_client()
    for place in addresses(app, world):
        if access(app, place.endpoint) != PUBLIC:
            reply = client.get(place.url, headers={"Accept": "application/json"})
            assert (reply.status_code, reply.json["error"]) == (401, "signed_out"), place.url


def test_an_account_that_was_ended_is_signed_out_at_once(app: Flask, world: World, client_for: Clients):
    from audit_app.core.db import db

    client = client_for(world.people.auditor)
    assert client.get("/").status_code == 200
    world.people.auditor.active = False
    db.session.commit()
    assert client.get("/").status_code == 302
