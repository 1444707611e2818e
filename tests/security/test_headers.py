"""What every reply tells the browser to refuse: each address of the house once, over HTTPS, with another site's name."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit_app.accounts import services as accounts
from audit_app.accounts.models import Person
from audit_app.config import Settings, flask_settings
from audit_app.core.db import db
from audit_app.web import downloads
from tests.house.world import World, addresses
from tests.people import People

HERE = "https://audit.example.org"
ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
Clients = Callable[[Person], FlaskClient]


def policy(reply: object) -> dict[str, str]:
    text = reply.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    return {name: rest for name, _space, rest in (part.strip().partition(" ") for part in text.split(";"))}


def faults(reply: object) -> list[str]:
    """What is wrong with the headers of a reply."""
    headers, found = reply.headers, []  # type: ignore[attr-defined]
    told = policy(reply) if "Content-Security-Policy" in headers else {}
    wanted = {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    }  # fmt: skip
    found += [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    found += [
        f"{name} is missing"
        for name in ("default-src", "frame-ancestors", "base-uri")
        if told.get(name) != "'none'"
    ]
    found += [f"{name} {rest}" for name, rest in told.items() if re.search(r"unsafe|\*|http", rest)]
    found += [name for name, _value in headers if name.lower().startswith("access-control-")]
    if "microphone=()" not in headers.get("Permissions-Policy", ""):
        found.append("Permissions-Policy")
    ours = reply.request.path.startswith("/static/")  # type: ignore[attr-defined]
    if (
        not ours
        and headers.get("Content-Disposition")
        and headers["Content-Security-Policy"] != downloads.SEALED
    ):
        found.append("a file without its sandbox")
    if headers.get("Server") or headers.get("X-Powered-By"):
        found.append("tells its software")
    return found


def test_every_address_of_the_house_carries_all_headers(
    app: Flask, world: World, client_for: Clients
) -> None:
    client = client_for(world.people.manager)
    wrong, seen, kept = {}, 0, []
    for place in addresses(app, world):
        reply = client.get(place.url, base_url=HERE, headers=ELSEWHERE)
        seen += 1
        wrong[place.url] = faults(reply)
        if "no-store" not in reply.headers.get("Cache-Control", ""):
            kept.append(place.endpoint)
    assert seen > 200
    assert {url: each for url, each in wrong.items() if each} == {}
    assert set(kept) <= {
        "checklists.manifest",
        "checklists.worker",
        "checklists.service_worker",
        "home.worker",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/login"), ("POST", "/login"), ("GET", "/nothing-here"), ("GET", "/people"), ("DELETE", "/people"),
        ("POST", "/people"), ("GET", "/static/app.css"), ("GET", "/static/../config.py"), ("GET", "/healthz"),
        ("TRACE", "/"), ("OPTIONS", "/login"), ("GET", "/calendar/none.ics"), ("GET", "/%00"), ("GET", "/a" * 3000),
    ],
)  # fmt: skip
def test_a_stranger_gets_the_same_headers_whatever_is_asked(app: Flask, method: str, path: str) -> None:
    reply = app.test_client().open(path, method=method, base_url=HERE, headers=ELSEWHERE)
    assert faults(reply) == []
    assert reply.status_code < 500


def test_an_error_of_our_own_carries_them_too_and_tells_nothing(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken() -> str:
        raise RuntimeError("secret detail")

    broken.access = "public"  # type: ignore[attr-defined]
    app.view_functions["healthz"] = broken
    reply = app.test_client().get("/healthz", base_url=HERE)
    assert reply.status_code == 500
    assert faults(reply) == []
    assert "secret detail" not in reply.text
    assert "Traceback" not in reply.text


def test_over_plain_http_nothing_is_promised_for_later(app: Flask) -> None:
    assert "Strict-Transport-Security" not in app.test_client().get("/login").headers


def test_cookies_are_bound_to_this_host_over_https_and_closed_to_scripts(
    app: Flask, people: People, settings: Settings
) -> None:
    app.config.update(flask_settings(replace(settings, secure_cookies=True)))
    app.config["WTF_CSRF_ENABLED"] = False
    accounts.set_password(people.owner, "a long enough phrase 7", by=people.admin)
    db.session.commit()
    client = app.test_client()
    sent = {"email": people.owner.email, "password": "a long enough phrase 7"}
    reply = client.post("/login", data=sent, base_url=HERE)
    cookies = reply.headers.getlist("Set-Cookie")
    (session,) = [each for each in cookies if each.startswith("__Host-session=")]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in session, session
    assert "Domain" not in session
