"""The live server and the browser themselves: signing in, and that complaints are heard."""

import pytest
from playwright.sync_api import expect

from tests.databases import both_databases

pytestmark = pytest.mark.browser


@both_databases
def test_a_person_signs_in_by_the_form_on_both_databases(people, page_for):
    page = page_for(people.reader, "tablet", "zh")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def test_a_breach_of_the_security_policy_is_heard(people, browsers):
    page = browsers.window()
    page.goto("/login")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = '1'; document.head.append(s) }"
    )
    page.wait_for_timeout(200)
    assert "Content Security Policy" in "".join(browsers.complaints)
    browsers.complaints.clear()
