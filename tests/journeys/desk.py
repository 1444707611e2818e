"""A person at a window: reads headings, fills in forms by their labels, presses buttons by their words."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect


class Desk:
    """What a person does with any page. Everything is found by the words a person reads."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # --- going somewhere ---------------------------------------------------------------------------------------------
    def open(self, path: str) -> None:
        """Go to an address of the product."""
        reply = self.page.goto(path)
        assert reply is not None
        assert reply.status < 400, f"{path}: {reply.status}"

    def menu(self, entry: str) -> None:
        """Choose from the main navigation (which hides behind a button on small screens)."""
        link = self.page.get_by_role("navigation", name="Main navigation").get_by_role("link", name=entry)
        if not link.is_visible():
            self.page.get_by_role("button", name="Menu", exact=True).click()
        link.click()

    def follow(self, words: str) -> None:
        """Follow the first link with these words on the page itself."""
        self.main.get_by_role("link", name=words).first.click()

    # --- reading -----------------------------------------------------------------------------------------------------
    @property
    def main(self) -> Locator:
        """The page without navigation."""
        return self.page.locator("main")

    def sees(self, *texts: str) -> None:
        """All these words are on the page."""
        for text in texts:
            expect(self.main).to_contain_text(text)

    def sees_not(self, *texts: str) -> None:
        """None of these words are on the page."""
        for text in texts:
            expect(self.main).not_to_contain_text(text)

    def heading(self, words: str) -> None:
        """The heading of the page says this."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(words)

    @property
    def number(self) -> int:
        """The number in this page's address: the record shown."""
        found = re.findall(r"/(\d+)(?=[/?#]|$)", self.page.url)
        assert found, self.page.url
        return int(found[-1])

    # --- writing -----------------------------------------------------------------------------------------------------
    def fill(self, facts: dict[str, Any]) -> None:
        """Fill fields by label: text, numbers, dates, files, one of a list, several of a list, yes or no."""
        for label, value in facts.items():
            self._fill_one(label, value)

    def _fill_one(self, label: str, value: Any) -> None:
        group = self.page.get_by_role("group", name=label, exact=True)
        if isinstance(value, list | tuple) and group.count():
            for each in value:
                group.get_by_label(each, exact=isinstance(each, str)).check()
            return
        if group.count() and isinstance(value, str):
            group.locator("label", has_text=re.compile(f"^{re.escape(value)}$")).click()
            return
        field = self.main.get_by_label(label, exact=True)
        kind = field.evaluate("each => each.tagName + ':' + (each.type || '')")
        if kind.startswith("SELECT") and isinstance(value, list | tuple):
            patterns = [
                each if isinstance(each, re.Pattern) else re.compile(f"^{re.escape(each)}$") for each in value
            ]
            field.select_option(label=[self._option(field, each) for each in patterns])
        elif kind.startswith("SELECT"):
            field.select_option(
                label=value if not isinstance(value, re.Pattern) else self._option(field, value)
            )
        elif kind == "INPUT:checkbox":
            field.set_checked(bool(value))
        elif kind == "INPUT:file":
            field.set_input_files(value)
        else:
            field.fill(value.isoformat() if isinstance(value, date) else str(value))

    @staticmethod
    def _option(field: Locator, pattern: re.Pattern[str]) -> str:
        for text in field.locator("option").all_text_contents():
            if pattern.search(text):
                return text.strip()
        raise AssertionError(
            f"No choice matches {pattern.pattern}: {field.locator('option').all_text_contents()}"
        )

    def press(self, words: str, *, exact: bool = True) -> None:
        """Press a button of the page."""
        self.main.get_by_role("button", name=words, exact=exact).first.click()

    def confirm(self) -> None:
        """Say yes to the question that comes up."""
        self.page.locator("#ask button[value=yes]").click()

    def submit(self, words: str = "Save") -> None:
        """Send a form; a refusal fails the test with its own words."""
        before = self.page.url
        with self.page.expect_navigation():
            self.press(words)
        refused = self.page.locator(".error-summary")
        if refused.count():
            raise AssertionError(f"{before} “{words}” was refused: {refused.first.inner_text()}")

    def form(self, facts: dict[str, Any], submit: str = "Save") -> None:
        """Fill in and send."""
        self.fill(facts)
        self.submit(submit)

    def step(self, words: str, facts: dict[str, Any] | None = None) -> None:
        """Take a step of a workflow: its button, its form page, and send."""
        button = self.main.get_by_role("link", name=words, exact=True).first
        try:
            button.click(timeout=3000)
        except PlaywrightError:
            missing = " ".join(self.main.locator(".missing").all_inner_texts())
            raise AssertionError(f"“{words}” is not offered on {self.page.url}. {missing}") from None
        self.form(facts or {}, words)

    def download(self, words: str, folder: Path) -> Path:
        """Follow a link that downloads, and keep the file."""
        with self.page.expect_download() as waiting:
            self.main.get_by_role("link", name=words).first.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path
