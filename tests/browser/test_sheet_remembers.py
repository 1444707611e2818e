"""The monthly sheet in a real browser: what was typed and not saved comes back, for its month alone, until it is saved."""

import pytest
from playwright.sync_api import expect

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import queries, services
from audit_app.indicators.periods import Month

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BACK = "What you had typed here and not saved is back"


def test_what_was_typed_and_not_saved_is_there_again_until_it_is_saved(people, page_for):
    services.load_register(by=None)
    csat, reuse = queries.by_code("CSAT").id, queries.by_code("KBU")
    last = Month.of(today()).previous()
    services.enter_measurement(reuse, last.previous(), numerator=20, denominator=21, by=people.manager)
    db.session.commit()
    page = page_for(people.manager)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/indicators/sheet?month={last}")
    expect(page.locator("main")).to_contain_text("95.2 % (20 / 21)")
    page.locator(f"[name=value-{csat}]").fill("86")
    page.locator(f"[name=comment-{csat}]").fill("Survey of the week")
    page.goto("/indicators/")
    page.goto(f"/indicators/sheet?month={last.previous()}")
    expect(page.locator(f"[name=value-{csat}]")).to_have_value("")
    page.goto(f"/indicators/sheet?month={last}")
    expect(page.locator("main")).to_contain_text(BACK)
    expect(page.locator(f"[name=value-{csat}]")).to_have_value("86")
    expect(page.locator(f"[name=comment-{csat}]")).to_have_value("Survey of the week")
    page.get_by_role("button", name="Save all rows").click()
    expect(page.locator("main")).to_contain_text("saved")
    page.goto(f"/indicators/sheet?month={last}")
    expect(page.locator("main")).not_to_contain_text(BACK)
    page.locator(f"[name=value-{csat}]").fill("99")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/indicators/")
    page.goto(f"/indicators/sheet?month={last}")
    expect(page.locator(f"[name=value-{csat}]")).not_to_have_value("99")
