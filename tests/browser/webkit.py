"""WebKitGTK, a relative of the browser of every iPad: started on a screen of its own and driven by WebKitWebDriver.

Debian's packages ``webkit2gtk-driver`` and ``xvfb`` bring all of it. A session of automation keeps nothing behind it: the
store, the service worker and the cookies of one test end with its window.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.file_detector import UselessFileDetector
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.live import VIEWPORTS, LiveServer
from tests.people import PASSWORD

Answer = TypeVar("Answer")
PATIENCE = 30.0
"""Seconds; nothing waits longer than it must."""
NEEDED = "The tests in WebKitGTK need {} (apt-get install webkit2gtk-driver xvfb). To leave them out: -m 'not browser'."


def program(name: str) -> str:
    """Where a program of the two packages lies; without it the tests fail, they are never skipped."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(NEEDED.format(name))
    return found


def minibrowser() -> str:
    """The small browser that comes with the library, at a place that names machine and version."""
    found = sorted(Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser"))
    if not found:
        pytest.fail(NEEDED.format("MiniBrowser"))
    return str(found[-1])


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """A screen that nobody sees, as large as a tablet held upright; one per test process."""
    width, height = VIEWPORTS["tablet"]["viewport"].values()
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            program("Xvfb"),
            "-displayfd",
            str(writing),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()  # the X server chose a free one, and says so once it is ready
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


class Tablet:
    """A window of WebKitGTK onto the live server, with the words the tests need."""

    def __init__(self, driver: webdriver.Remote, url: str) -> None:
        self.driver, self.url = driver, url

    def go(self, path: str) -> None:
        """Open an address of the server."""
        self.driver.get(self.url + path)

    def one(self, css: str) -> WebElement:
        """An element, at the latest after a while."""
        return self.until(lambda: self.driver.find_element(By.CSS_SELECTOR, css), css)

    def tap(self, css: str) -> None:
        """Where the element is, as soon as it can be hit there."""
        self.act(css, lambda element: element.click())

    def type(self, css: str, words: str) -> None:
        """Into a field, as soon as it takes words."""
        self.act(css, lambda element: element.send_keys(words))

    def act(self, css: str, act: Callable[[WebElement], None]) -> None:
        """Do something to an element once it is there and not covered."""

        def done() -> bool:
            act(self.driver.find_element(By.CSS_SELECTOR, css))
            return True

        self.until(done, css)

    def js(self, code: str, *arguments: Any) -> Any:
        """Ask the page; a promise is waited for."""
        return self.driver.execute_async_script(
            f"const done = arguments[arguments.length - 1]; (async (...args) => {{ {code} }})(...arguments)"
            ".then((value) => done({ value }), (error) => done({ error: String(error) }));",
            *arguments,
        )["value"]

    def shows(self, css: str, words: str | re.Pattern[str]) -> None:
        """Wait until a visible element says something: words it contains, or a pattern."""
        seen = ""

        def says() -> bool:
            nonlocal seen
            element = self.driver.find_element(By.CSS_SELECTOR, css)
            seen = element.text if element.is_displayed() else "(hidden)"
            return bool(words.search(seen)) if isinstance(words, re.Pattern) else words in seen

        try:
            self.until(says, css)
        except AssertionError:
            raise AssertionError(f"{css} says {seen!r}, not {words!r}") from None

    def until(self, ask: Callable[[], Answer], what: str) -> Answer:
        """Ask again and again until the answer is yes; an element that is not there yet is no answer."""
        end, last = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end:
            try:
                if answer := ask():
                    return answer
            except WebDriverException as error:
                last = f": {error.msg}"
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}{last}")

    def sign_in(self, email: str) -> None:
        """By the form."""
        self.go("/login")
        self.type("input[name=email]", email)
        self.type("input[name=password]", PASSWORD)
        self.tap("form[name=login_user_form] button[type=submit]")
        self.one("body.framed")


@pytest.fixture
def webkit(screen: str, live_server: LiveServer) -> Iterator[Tablet]:
    """A window that fills the screen; its cookies and its store are new, and end with it."""
    options = Options()
    options.binary_location = minibrowser()
    options.add_argument("--automation")
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "LANGUAGE": "en",
        "GDK_BACKEND": "x11",
        "NO_AT_BRIDGE": "1",
    }
    service = Service(program("WebKitWebDriver"), env=environment)
    service.start()
    driver = None
    try:
        driver = webdriver.Remote(
            RemoteConnection(client_config=ClientConfig(service.service_url, timeout=int(PATIENCE))),
            options=options,
        )
        driver.file_detector = UselessFileDetector()  # the browser reads files from this machine
        driver.set_script_timeout(PATIENCE)
        driver.set_page_load_timeout(PATIENCE)
        driver.set_window_rect(0, 0, *VIEWPORTS["tablet"]["viewport"].values())
        yield Tablet(driver, live_server.url)
    finally:
        if driver is not None:
            driver.quit()
        service.stop()
