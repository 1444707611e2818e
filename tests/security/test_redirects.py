"""No reply leads out of this site, whatever is given as the place to go on to; and no header is split by it.

Where a Location leads is asked of a browser: it, and not we, decides what an address means."""

import random
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from audit_app.accounts.models import Person
from audit_app.web.pages import safe_next
from tests.house.world import World, addresses
from tests.people import PASSWORD
from tests.security import readers

Clients = Callable[[Person], FlaskClient]
STARTS = (
    "", "/", "//", "///", "////", "\\", "\\\\", "/\\", "\\/", "/\\/", "/\t/", "/\n/", "/\r/", "\t//", "\n//", " //", "\x00//", "\x0b//",
    "/ /", "/./", "/.//", "/..//", "/%2f", "/%2F/", "/%5c", "/%09/", "/%00/", "/;//", "/?//", "/#//", "http:", "http:/", "http://", "http:///",
    "https:", "https:/", "https:\\\\", "https://", "HtTpS://", "ht\ttps://", "ftp://", "//user@", "http://localhost@", "//localhost:80@",
    "http://localhost\\@", "//localhost%2f@", "\u3000//", "\uff0f\uff0f", "/\uff0f", "\u2215\u2215", "\u2044/", "\ufeff//", "\u00a0//", "/\u2028/",
    "/\u200b/", "//\u202e", "/\x7f/", "?", "?next=//", "#", "@", ":", "://", "javascript://", "data:text/html,", "view-source:http://",
)  # fmt: skip
HOSTS = (
    "evil.invalid", "evil.invalid:80", "localhost.evil.invalid", "evil.invalid/localhost", "evil.invalid%00.localhost", "evil.invalid?localhost",
    "evil.invalid#localhost", "evil.invalid\\localhost", "ｅｖｉｌ.invalid", "evil。invalid", "evil.invalid\r\nSet-Cookie: caught=1", "0x7f000002",
    "[::2]", "2130706434", "evil.invalid\r\n\r\n<script>alert(1)</script>", "evil.invalid;@localhost", "xn--evl-6ma.invalid",
)  # fmt: skip
TARGETS = [start + host for start, host in product(STARTS, HOSTS)]
SHARPEST = [
    "//evil.invalid",
    "/\\evil.invalid",
    "/\t/evil.invalid",
    "https:evil.invalid",
    "javascript:alert(1)",
    "/x\r\nSet-Cookie: caught=1",
]
NAMES = (
    "next",
    "back",
    "return",
    "return_to",
    "url",
    "target",
    "to",
    "goto",
    "redirect",
    "redirect_uri",
    "continue",
    "dest",
)
LEADS = {"Location", "HX-Redirect", "HX-Location", "Refresh", "Content-Location", "Link"}
"""Headers that lead a browser, or a script of the page, somewhere."""


class Led:
    """The addresses that replies led to, each with the question it was the answer to."""

    def __init__(self) -> None:
        self.asked, self.found, self.split = 0, dict[str, str](), list[str]()

    def note(self, reply: Any, question: str) -> Any:
        """Remember where a reply leads, and any header that should not be there."""
        self.asked += 1
        for name, value in reply.headers:
            if name in LEADS:
                self.found.setdefault(value, question)
            if "caught" in value and name != "Location" and name not in LEADS:
                self.split.append(f"{question}: {name}: {value}")
            if "\r" in value or "\n" in value:
                self.split.append(f"{question}: {name} is split")
        return reply

    def outside(self, browser: Browser) -> list[str]:
        """Those that a browser would follow out of this site, or run."""
        page = browser.new_page()
        hosts = page.evaluate(
            "all => all.map(to => { try { const url = new URL(to, 'http://localhost/a/b');"
            " return url.protocol + '//' + url.host } catch { return 'none' } })",
            list(self.found),
        )
        page.close()
        led = zip(self.found.items(), hosts, strict=True)
        return [
            f"{question} → {to!r}: {host}"
            for (to, question), host in led
            if host not in ("http://localhost", "none")
        ]


def outward(targets: list[str]) -> list[str]:
    """What a header or a form can carry of them."""
    return [target for target in targets if "\x00" not in target]


def ask(app: Flask, world: World, client_for: Clients, targets: list[str], signing_in: list[str]) -> Led:
    """Give every target to each of the doors that go on to where they are told."""
    led = Led()
    client = client_for(world.people.owner)
    finding = world.findings["planned"].id
    for target in targets:
        sent = {"next": target}
        led.note(
            client.post("/organisation/language", data={"language": "zh", **sent}), f"language {target!r}"
        )
        led.note(client.post(f"/evidence/finding/{finding}", data=sent), f"evidence {target!r}")
        led.note(client.post("/notices/read", data=sent), f"notices {target!r}")
        led.note(client.get("/login", query_string=sent), f"login, signed in {target!r}")
    stranger = app.test_client()
    for target in outward(targets):
        plain = target.replace("\r", "").replace("\n", "")
        led.note(
            stranger.get("/findings/", headers={"HX-Request": "1", "HX-Current-URL": plain}),
            f"script {target!r}",
        )
        came = {"Referer": f"http://localhost/{plain}".encode().decode("latin-1")}
        led.note(
            client.post("/organisation/language", data={"language": "zh"}, headers=came),
            f"referer {target!r}",
        )
    for target in signing_in:
        newcomer = app.test_client()
        known = {"email": world.people.reader.email, "password": PASSWORD}
        led.note(newcomer.post("/login", query_string={"next": target}, data=known), f"sign in {target!r}")
        newcomer = app.test_client()
        led.note(newcomer.post("/login", data={**known, "next": target}), f"sign in, field {target!r}")
        led.note(newcomer.get("/logout", query_string={"next": target}), f"sign out {target!r}")
    return led


def test_there_are_a_thousand_and_more():
    assert len(set(TARGETS)) == len(TARGETS) >= 1000


@pytest.mark.browser
def test_what_is_taken_as_a_place_to_go_on_to_stays_in_this_site(browser: Browser):
    led = Led()
    led.found = {safe_next(target): repr(target) for target in TARGETS}
    assert led.outside(browser) == []
    led.found = {target: repr(target) for target in TARGETS}
    assert len(led.outside(browser)) > 300, "these would lead out, were they taken"
    assert safe_next("/findings/?page=2#x") == "/findings/?page=2#x"


@pytest.mark.browser
def test_no_door_leads_out(app: Flask, world: World, client_for: Clients, browser: Browser):
    some = random.Random(3).sample(TARGETS, 40)
    led = ask(app, world, client_for, SHARPEST + some, SHARPEST)
    assert (led.split, led.outside(browser)) == ([], [])
    assert len(led.found) > 5


@pytest.mark.long
@pytest.mark.browser
def test_no_door_leads_out_for_any_of_them(app: Flask, world: World, client_for: Clients, browser: Browser):
    led = ask(app, world, client_for, TARGETS, TARGETS[::4])
    print(f"{led.asked} questions, {len(led.found)} different places")
    assert (led.split, led.outside(browser)) == ([], [])


@pytest.mark.long
@pytest.mark.browser
def test_no_page_and_no_reply_takes_a_place_by_any_name(
    app: Flask, world: World, client_for: Clients, browser: Browser
):
    """Every address of the house: where its reply leads, and the links on it, with a place under every likely name."""
    led, wrong = Led(), []
    client = client_for(world.people.manager)
    places = list({place.endpoint: place for place in addresses(app, world)}.values())
    for number, place in enumerate(places):
        target = SHARPEST[number % 2]
        query = dict.fromkeys(NAMES, target)
        came = {
            "Referer": f"http://localhost/{target}",
            "X-Forwarded-Host": "evil.invalid",
            "Origin": "http://evil.invalid",
        }
        reply = led.note(client.get(place.url.partition("?")[0], query_string=query, headers=came), place.url)
        if reply.mimetype == "text/html":
            wrong += [f"{place.url}: {fault}" for fault in readers.page(reply.get_data(as_text=True))]
    assert (led.split, led.outside(browser), wrong) == ([], [], [])
    assert led.asked > 180
