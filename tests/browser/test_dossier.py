"""The link of the audit file saves it, and the page tells how far it is."""

import pytest
from playwright.sync_api import expect

from audit_app.core.clock import today
from audit_app.core.db import db
from tests.reports import factory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_pressing_the_link_saves_the_file_and_the_page_says_when_it_is_made(people, page_for):
    factory.issued(people, factory.audited(people, "conform", "minor"))
    db.session.commit()
    page = page_for(people.reader)
    db.session.remove()  # the server reads and writes on its own
    page.goto(f"/dossiers/year/{today().year}")
    with page.expect_download(timeout=60_000) as waiting:
        page.locator("#make-en").click()
    assert waiting.value.suggested_filename.endswith(".zip")
    expect(page.locator("#progress-en")).to_contain_text("The file is made", timeout=30_000)
