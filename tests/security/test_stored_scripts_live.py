"""What people typed never runs in a real browser: each page is opened, with the content policy and without it.

Whatever begins is noticed: a dialog, a complaint, a breach of the policy, a question to another host; and the page that the
browser made, also of what its scripts drew, holds no handler, no foreign address and no element of somebody's own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from audit_app.core.db import db
from tests.house.world import World, addresses
from tests.live import PATIENCE_MS, LiveServer
from tests.people import PASSWORD
from tests.security.infected import infect
from tests.security.probing import may
from tests.security.test_stored_scripts import first_of_each

pytestmark = pytest.mark.browser
SEE_MOST = (
    "programme manager",
    "lead auditor",
    "process owner",
    "administrator",
    "top management",
    "auditor",
)
LISTEN = """addEventListener("securitypolicyviolation", (event) => console.error(`zx ${event.violatedDirective} ${event.blockedURI}`));"""
LOOK = """() => {
  const wrong = [];
  for (const each of document.querySelectorAll("*")) {
    if (["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE", "STYLE", "MATH"].includes(each.tagName)) wrong.push(each.outerHTML.slice(0, 90));
    for (const { name, value } of each.attributes) {
      if (name.startsWith("on") || name === "srcdoc" || name.includes("zx")) wrong.push(each.outerHTML.slice(0, 90));
      if (["href", "src", "action", "formaction", "xlink:href"].includes(name)) {
        const url = new URL(value, document.baseURI);
        if (url.host !== location.host && !value.startsWith("data:image/") && url.protocol !== "blob:") wrong.push(`${name}=${value}`);
      }
    }
  }
  return [wrong, (document.documentElement.outerHTML.match(/zx\\d+z/g) || []).map((found) => parseInt(found.slice(2)))];
}"""


@dataclass
class Eyes:
    """One window, and everything in it that should not have been."""

    context: BrowserContext
    home: str
    wrong: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    opened: int = 0

    def window(self, email: str) -> Page:
        """A window in which somebody has signed in, with everybody listening."""
        page = self.context.new_page()
        page.goto("/login")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form[name=login_user_form] button[type=submit]").click()
        page.wait_for_selector("body.framed", timeout=PATIENCE_MS)
        page.add_init_script(LISTEN)
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._console(page, message))
        page.on("request", lambda request: self._request(page, request.url))
        return page

    def _dialog(self, dialog: Any) -> None:
        self.wrong.append(f"{dialog.page and dialog.page.url}: it ran: {dialog.message}")
        dialog.dismiss()

    def _console(self, page: Page, message: Any) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(f"{page.url}: {message.text}")

    def _request(self, page: Page, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.wrong.append(f"{page.url}: asks {url}")

    def look(self, page: Page, url: str) -> None:
        """Open an address and read what the browser made of it."""
        reply = page.goto(url, wait_until="load")
        self.opened += 1
        if reply is not None and reply.status >= 500:
            self.wrong.append(f"{url}: {reply.status}")
        wrong, seen = page.evaluate(LOOK)
        self.wrong += [f"{url}: {each}" for each in wrong]
        self.seen |= set(seen)


def pages(app: Flask, world: World, client_for: Any, who: str) -> list[str]:
    """The addresses of pages that somebody may open, one of each rule."""
    person, found = world.everybody[who], []
    client = client_for(person)
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    for place in first_of_each(list(addresses(app, world))):
        if may(app, rules[place.endpoint], person) and not place.url.split("?")[0].endswith(
            ("zip", "xlsx", "pdf", "csv", "ics")
        ):
            reply = client.head(place.url)
            if reply.status_code == 200 and reply.mimetype == "text/html":
                found.append(place.url)
    return found


@pytest.fixture
def eyes(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Eyes]:
    """Windows with the policy or, by the parameter, without it, as if a browser knew none."""
    context = browser.new_context(base_url=live_server.url, bypass_csp=getattr(request, "param", False))
    context.set_default_timeout(PATIENCE_MS)
    yield Eyes(context, live_server.url)
    context.close()


def walk(eyes: Eyes, world: World, urls: list[str], who: str) -> None:
    email = world.everybody[who].email
    db.session.commit()
    page = eyes.window(email)
    for url in urls:
        eyes.look(page, url)
    page.wait_for_timeout(300)
    page.close()


def test_nothing_runs_in_a_browser_that_knows_no_policy(
    app: Flask, world: World, client_for: Any, live_server: LiveServer, browser: Browser
):
    """Two dozen pages, others each day; the tablet's screen among them."""
    found = pages(app, world, client_for, "lead auditor")
    infect(many=4)
    some = random.Random(len(found)).sample(found, 18)
    fieldwork = f"/audits/{world.audit.id}/fieldwork"
    for bypass in (True, False):
        context = browser.new_context(base_url=live_server.url, bypass_csp=bypass)
        context.set_default_timeout(PATIENCE_MS)
        eyes = Eyes(context, live_server.url)
        walk(eyes, world, [fieldwork, *(some[:9] if bypass else some[9:])], "lead auditor")
        context.close()
        assert eyes.wrong == []
        assert len(eyes.seen) > 50


def test_what_runs_would_be_noticed(app: Flask, world: World, live_server: LiveServer, browser: Browser):
    """Somebody's text put into a page as markup: with the policy a breach, without it a dialog."""
    live_server.app.jinja_env.autoescape = False
    world.people.lead.name = "<img src=x onerror=alert(1)>"
    for bypass, told in ((True, "it ran: 1"), (False, "zx script-src")):
        context = browser.new_context(base_url=live_server.url, bypass_csp=bypass)
        eyes = Eyes(context, live_server.url)
        walk(eyes, world, ["/organisation/profile"], "lead auditor")
        context.close()
        assert any(told in each for each in eyes.wrong), eyes.wrong
        assert any("onerror" in each for each in eyes.wrong)


@pytest.mark.long
@pytest.mark.parametrize("eyes", [True, False], indirect=True, ids=["no policy", "policy"])
def test_no_page_runs_anything_of_any_text(app: Flask, world: World, client_for: Any, eyes: Eyes):
    """Each page, six times, for those who see most of it; up to twelve payloads in each text, others each time."""
    found = {who: pages(app, world, client_for, who) for who in SEE_MOST}
    for turn, who in enumerate(SEE_MOST):
        infect(turn * 57, many=12)
        walk(eyes, world, found[who], who)
        assert eyes.wrong == [], "\n".join(eyes.wrong)
    print(f"{eyes.opened} pages, {len(eyes.seen)} payloads")
    assert eyes.opened > 500
    assert len(eyes.seen) > 320
