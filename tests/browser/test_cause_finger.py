"""The chain of whys with one finger on a phone: five whys, a root, a bone, and the cause proposed from them."""

import re

import pytest
from playwright.sync_api import expect

from audit_app.core.db import db
from tests.findings import factory

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHYS = ("The desk can save without it", "The field is optional", "No rule was taken over by the move")
FINGER = 44


def test_five_whys_with_a_finger_end_in_the_cause_of_the_finding(people, page_for):
    made = factory.at(people, "corrected")
    number, owner = made.id, people.owner
    db.session.commit()
    page = page_for(owner, viewport="phone")
    db.session.remove()
    page.goto(f"/findings/{number}/cause")
    page.get_by_role("link", name="Ask the first why").tap()
    for text in WHYS:
        box = page.get_by_label("Because …")
        expect(box).to_be_focused()
        box.fill(text)
        page.get_by_label("What shows it").fill("Record 7")
        page.get_by_role("button", name="Save", exact=True).tap()
        expect(page.locator(".why-text", has_text=text)).to_be_visible()
    page.get_by_role("link", name="Cancel").tap()
    last = page.locator(".whys .whys .whys > li > .why")
    for button in last.locator("a.btn, button.btn:visible, summary").all():
        if button.is_visible():
            size = button.bounding_box()
            assert size["height"] >= FINGER
            assert size["width"] >= FINGER
    last.get_by_role("button", name="This is the root").tap()
    expect(page.locator(".why-root .why-text")).to_have_text(WHYS[-1])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Fishbone").tap()
    page.get_by_role("link", name=re.compile("Add a possible cause: People")).tap()
    page.get_by_label("Because …").fill("Two of four left")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#bone-people .why-text")).to_have_text("Two of four left")
    page.goto(f"/findings/{number}/step/analyse")
    expect(page.get_by_label("Cause", exact=False).first).to_have_value(WHYS[-1])


def test_what_leads_nowhere_is_removed_after_asking(people, page_for):
    made = factory.at(people, "corrected")
    from audit_app.findings import causes

    first = causes.add(made, text="First", by=people.owner)
    causes.add(made, text="Below", parent=first, by=people.owner)
    number, owner = made.id, people.owner
    db.session.commit()
    page = page_for(owner, viewport="phone")
    db.session.remove()
    page.goto(f"/findings/{number}/cause")
    page.locator("#why-1 > .why summary").tap()
    page.locator("#why-1 > .why").get_by_role("button", name="Remove").tap()
    expect(page.locator("#ask-words")).to_contain_text("one under it")
    page.locator("#ask [value=yes]").tap()
    expect(page.locator(".why-text")).to_have_count(0)
