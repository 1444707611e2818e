"""The application as people meet it: a real server on this machine and a real browser in front of it.

Nothing is switched off here: CSRF is on, transactions are real, the content security policy is enforced, and people
sign in by the form. A test that writes through the server must have finished its own transaction first
(``db.session.commit()`` or ``remove()``): SQLite has one writer.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waitress.server import create_server

from audit_app import create_app
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.db import db
from tests.people import PASSWORD

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ELSEWHERE = "tablets.example"
"""This machine by a name of the network: a browser trusts plain http at 127.0.0.1, and nowhere else."""
PATIENCE_MS = 30_000
"""A busy machine with two cores takes its time; nothing waits longer than it must."""
IPAD: dict[str, Any] = {
    "user_agent": "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
"""What an iPad says of itself; the engine behind it stays Chromium's."""
VIEWPORTS: dict[str, dict[str, Any]] = {
    "tablet": {**IPAD, "viewport": {"width": 834, "height": 1194}},
    "tablet-landscape": {**IPAD, "viewport": {"width": 1194, "height": 834}},
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
"""What people hold in their hands, in CSS pixels."""


class LiveServer:
    """A server that runs in a thread of this process, over the database of the test."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        # Bound, never listening: while the server is stopped nobody else gets its address, and nobody answers there.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self.port = int(self._place.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: Any = None

    def start(self) -> None:
        """Answer; after a stop at the same address as before."""
        self._server = create_server(self.app, host="127.0.0.1", port=self.port, threads=6, ident=None)
        self._thread = threading.Thread(target=self._server.run, name="live server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody; who asks now finds nobody."""
        server, self._server = self._server, None
        if server is None:
            return
        server.trigger.pull_trigger(lambda: [each.close() for each in list(server._map.values())])
        self._thread.join(10)
        server.task_dispatcher.shutdown()
        with self.app.app_context():
            db.engine.dispose()

    def close(self) -> None:
        """Stop for good and give the address back."""
        self.stop()
        self._place.close()


@contextmanager
def serving(settings: Settings) -> Iterator[LiveServer]:
    """Serve an application of its own over ``settings``; ends with the block."""
    server = LiveServer(create_app(settings))
    server.start()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def live_server(app: Flask, settings: Settings) -> Iterator[LiveServer]:
    """The application of this test behind a real address (``.url``); commit before you ask it something."""
    db.session.commit()
    with serving(settings) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one per test process."""
    if not CHROMIUM.exists():
        pytest.fail(
            f"The browser tests need Chromium at {CHROMIUM} (apt-get install chromium), or its place in the "
            "variable CHROMIUM. To leave them out: -m 'not browser'."
        )
    expect.set_options(timeout=PATIENCE_MS / 2)
    arguments = [f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield started
        started.close()


@dataclass
class Browsers:
    """Opens windows and remembers everything a browser complained about."""

    browser: Browser
    url: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Parts of messages that a test provokes on purpose (Chromium logs each reply of 400 and above)."""

    def window(self, viewport: str = "desk", language: str = "en") -> Page:
        """An empty window of its own: no cookies, one language."""
        context = self.browser.new_context(
            base_url=self.url,
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
            reduced_motion="reduce",
            **VIEWPORTS[viewport],
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _console(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            text = f"{message.location.get('url', '')}: {message.text}"
            if not any(part in text for part in self.expected):
                self.complaints.append(text)

    def sign_in(
        self,
        email: str,
        password: str,
        viewport: str = "desk",
        language: str = "en",
        *,
        page: Page | None = None,
    ) -> Page:
        """A window in which somebody has signed in by the form."""
        page = page or self.window(viewport, language)
        page.goto("/login")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(password)
        page.locator("form[name=login_user_form] button[type=submit]").click()
        expect(page.locator("body.framed")).to_be_visible(timeout=PATIENCE_MS)
        return page

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture
def browsers(browser: Browser, live_server: LiveServer) -> Iterator[Browsers]:
    """Windows onto the live server; a console error or a breach of the security policy fails the test."""
    opened = Browsers(browser, live_server.url)
    yield opened
    opened.close()
    assert opened.complaints == [], "the browser complained"


@pytest.fixture
def page_for(browsers: Browsers) -> Callable[..., Page]:
    """``page_for(person, viewport="tablet", language="zh")``: a window in which the person has signed in.

    ``language`` also becomes the person's own, as if chosen on the profile.
    """

    def open_for(person: Person, viewport: str = "desk", language: str | None = None) -> Page:
        if language is not None:
            person.language = language
        email, spoken = person.email, person.language
        db.session.commit()
        return browsers.sign_in(email, PASSWORD, viewport, spoken)

    return open_for
