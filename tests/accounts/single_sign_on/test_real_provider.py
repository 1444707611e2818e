"""The whole way with a real OpenID provider: once by requests, once in a browser."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import expect

from audit_app import create_app
from audit_app.config import Settings
from audit_app.core.db import db
from tests.accounts.single_sign_on.provider_process import Provider, running
from tests.live import Browsers, LiveServer
from tests.people import People


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with running(["--require-nonce"]) as provider:
        yield provider


@pytest.fixture
def settings(settings: Settings, real: Provider) -> Settings:
    settings.base_url = "http://localhost"
    settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret = real.url, "audit", "any"
    settings.oidc_name_en, settings.oidc_name_zh = "Harbour ID", "海港统一认证"
    settings.oidc_logout = True
    return settings


def given(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_real_provider_signs_somebody_in_and_refuses_a_code_twice(
    app: Flask, people: People, real: Provider
):
    real.put("olga", email="owner@example.org", email_verified=True)
    client = app.test_client()
    answer = given(real.agree(client.get("/login/provider?next=/findings/").location, "olga"))
    with client.session_transaction() as session:
        kept = dict(session)
    reply = client.post("/login/provider/back", data=answer)
    assert (reply.status_code, reply.location) == (303, "/findings/")
    with client.session_transaction() as session:
        assert session["_user_id"] == people.owner.fs_uniquifier
    other = app.test_client()
    with other.session_transaction() as session:
        session.update(kept)
    assert other.post("/login/provider/back", data=answer).status_code == 422


def test_a_real_provider_tells_that_the_person_refused(app: Flask, people: People, real: Provider):
    client = app.test_client()
    answer = given(real.deny(client.get("/login/provider").location))
    assert answer["error"] == "access_denied"
    reply = client.get("/login/provider/back", query_string=answer)
    assert reply.status_code == 422
    assert "The sign-in was stopped at Harbour ID" in reply.text


@pytest.mark.browser
def test_the_whole_way_in_a_browser(app: Flask, people: People, real: Provider, browser, settings: Settings):
    real.put("olga", email="owner@example.org", email_verified=True)
    db.session.commit()
    server = LiveServer(app)
    settings.base_url = server.url
    server.app = create_app(settings)
    server.start()
    opened = Browsers(browser, server.url)
    opened.expected = ("cdn.jsdelivr.net", "favicon.ico")  # of the provider's own pages
    try:
        page = opened.window("tablet", language="zh")
        page.goto("/findings/?q=x")
        page.get_by_role("link", name="用 海港统一认证 登录").click()
        page.locator("input[name=sub]").fill("olga")
        page.get_by_role("button", name="Authorize", exact=True).click()
        expect(page).to_have_url(f"{server.url}/findings/?q=x")
        expect(page.locator("body.framed")).to_be_visible()
        page.evaluate("document.querySelector('form[action$=\"/logout\"]').requestSubmit()")
        expect(page).to_have_url(re.compile(re.escape(real.url) + "/oauth2/end_session"))
        page.get_by_role("button").first.click()
        expect(page.get_by_role("link", name="用 海港统一认证 登录")).to_be_visible()
    finally:
        opened.close()
        server.close()
    assert opened.complaints == []
