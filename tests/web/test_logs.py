"""The log for machines: one line a request, one an event, and nothing of a person in it but a number."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from audit_app import create_app
from audit_app.accounts import services
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.web import logs
from audit_app.web.access import public
from tests.people import PASSWORD, People


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.log_json = True
    return settings


@pytest.fixture(autouse=True)
def quiet_afterwards(app: Flask):
    yield
    app.logger.handlers.clear()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in capsys.readouterr().err.splitlines() if each.startswith("{")]


def test_each_request_is_one_line(app: Flask, people: People, client_for: Any, capsys):
    client = client_for(people.auditor)
    capsys.readouterr()
    reply = client.get(f"/organisation/people/{people.auditor.id}?q=SECRETWORD")
    [line] = lines(capsys)
    assert datetime.fromisoformat(line.pop("at")).utcoffset().total_seconds() == 0
    assert 0 < line.pop("ms") < 60_000
    assert line.pop("request") == reply.headers["X-Request-ID"]
    assert line == {
        "level": "info", "route": "accounts.person", "method": "GET", "status": 200, "person": people.auditor.id
    }  # fmt: skip


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("nobody@example.org", PASSWORD, "unknown"),
        ("owner@example.org", "not this one", "wrong"),
        ("owner2@example.org", PASSWORD, "closed"),
    ],
)
def test_a_failed_sign_in_is_an_event_without_the_address(
    app: Flask, people: People, capsys, email, password, reason
):
    services.deactivate(people.owner2, by=people.admin)
    app.test_client().post("/login", data={"email": email, "password": password})
    told = capsys.readouterr().err
    assert "example.org" not in told
    assert password not in told
    [event] = [json.loads(each) for each in told.splitlines() if "sign_in" in each and "event" in each]
    assert (event["event"], event["reason"], event["level"]) == ("sign_in.failed", reason, "warning")
    known = {"wrong": people.owner.id, "closed": people.owner2.id, "unknown": None}
    assert event["account"] == known[reason]
    assert event["request"]


def test_tries_beyond_the_limit_and_a_sign_in_that_succeeds_are_events(app: Flask, people: People, capsys):
    client = app.test_client()
    for _try in range(6):
        client.post("/login", data={"email": "owner@example.org", "password": "not this one"})
    client.post("/login", data={"email": "auditor@example.org", "password": PASSWORD})
    events = [(each["event"], each["reason"]) for each in lines(capsys) if "event" in each]
    assert events == [("sign_in.failed", "wrong")] * 5 + [
        ("sign_in.failed", "paused"),
        ("sign_in.done", "password"),
    ]


def test_refused_access_is_an_event(app: Flask, people: People, client_for: Any, capsys):
    client: FlaskClient = client_for(people.owner)
    client.get("/organisation/people")
    client.get("/findings/99999")
    app.config["WTF_CSRF_ENABLED"] = True
    client.post("/organisation/people/new")
    found = [each for each in lines(capsys) if "event" in each]
    assert [(each["event"], each["reason"]) for each in found] == [
        ("access.refused", "permission"), ("access.refused", "row"), ("access.refused", "csrf"),
    ]  # fmt: skip
    assert {each["person"] for each in found if each["reason"] != "csrf"} == {people.owner.id}


def test_an_error_tells_its_kinds_and_places_and_not_what_it_quotes(
    settings: Settings, people: People, capsys
):
    settings.testing = False
    other = create_app(settings)

    @public
    def broken() -> str:
        try:
            db.session.execute(
                text("INSERT INTO person (id, email) VALUES (:id, :email)"),
                {"id": 1, "email": "secret@example.org"},
            )
        except Exception as error:
            raise RuntimeError("王小明 secret@example.org") from error
        return ""

    other.add_url_rule("/broken", "broken", broken)
    reply = other.test_client().get("/broken")
    told = capsys.readouterr().err
    with other.app_context():
        db.engine.dispose()
    assert reply.status_code == 500
    assert "secret@example.org" not in told
    assert "王小明" not in told
    [line] = [json.loads(each) for each in told.splitlines() if '"trace"' in each]
    assert line["error"][:2] == ["RuntimeError", "IntegrityError"]
    assert any("test_logs.py" in each for each in line["trace"])
    assert line["request"] == reply.headers["X-Request-ID"]
    assert line["request"] in reply.text  # so that somebody can tell which request it was


def test_nobody_forges_a_line(app: Flask, capsys):
    app.logger.warning('one\n{"level": "info"}\r\u2028two')
    [text_] = [each for each in capsys.readouterr().err.split("\n") if each]
    assert json.loads(text_)["words"].startswith("one\n")


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    "told", ["a1b2c3d4e5f6a7b8", "short", "x" * 65, "new\u2028line-12345", "a b c d e f g h", ""]
)
def test_the_number_of_a_request_is_the_proxys_only_if_it_is_trusted_and_fits(
    app: Flask, settings: Settings, told, trusted
):
    settings.trust_proxy = trusted
    made = app.test_client().get("/healthz", headers={"X-Request-ID": told}).headers["X-Request-ID"]
    assert (made == told) is (trusted and told == "a1b2c3d4e5f6a7b8")
    assert re.fullmatch(r"[0-9a-f]{16}", made)


def test_two_requests_have_two_numbers(app: Flask):
    client = app.test_client()
    assert len({client.get("/healthz").headers["X-Request-ID"] for _each in range(20)}) == 20


def test_without_the_setting_there_are_no_lines(settings: Settings, capsys):
    settings.log_json = False
    other = create_app(settings)
    other.test_client().get("/healthz")
    assert lines(capsys) == []
    assert not [each for each in other.logger.handlers if isinstance(each, logs.ToStandardError)]
