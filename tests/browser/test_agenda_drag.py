"""Slots of an agenda are dragged by mouse and by finger; what is dropped is kept by the server."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from audit_app.core.clock import local, today
from audit_app.core.db import db
from tests.agenda.factory import audit_ahead, proposed, slot

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def evening(people):
    """Three slots of one auditor at the end of a day."""
    first = today() + timedelta(days=1) if today().year == (today() + timedelta(days=1)).year else today()
    plan = proposed(people, audit_ahead(people, starts_on=first, ends_on=first))
    day = local(plan.slots[0].starts_at).date()
    spans = (("18:00", "18:30"), ("18:30", "19:30"), ("19:30", "20:00"))
    made = [slot(people, plan, day, *span, title=name) for span, name in zip(spans, "ABC", strict=True)]
    db.session.commit()
    found = plan.id, [each.id for each in made]
    db.session.remove()
    return found


def order(page, numbers):
    """The names of the three slots as they stand on the page."""
    wanted = {f"slot-{number}" for number in numbers}
    page.wait_for_load_state()  # the address changes before the rows are there
    rows = page.locator(".agenda tbody tr").all()
    return "".join(
        row.locator(".agenda-name").inner_text() for row in rows if row.get_attribute("id") in wanted
    )


def centre(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_slot_dragged_by_mouse_onto_an_earlier_one_takes_its_time(people, page_for):
    lead = people.lead
    db.session.commit()
    page = page_for(lead)
    plan, numbers = evening(people)
    page.goto(f"/audits/{plan}/plan")
    page.locator(f"#slot-{numbers[1]}").scroll_into_view_if_needed()
    page.mouse.move(*centre(page, f"#slot-{numbers[2]} .agenda-grip"))
    page.mouse.down()
    page.mouse.move(*centre(page, f"#slot-{numbers[0]}"), steps=8)
    expect(page.locator(f"#slot-{numbers[0]}")).to_have_class("is-work is-target")
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"#slot-{numbers[2]}$"))
    assert order(page, numbers) == "CAB"
    expect(page.locator(f"#slot-{numbers[2]} .agenda-time")).to_contain_text("18:00–18:30")


def test_a_finger_drags_too_and_escape_or_nothing_beneath_leaves_all_as_it_was(people, page_for):
    lead = people.lead
    db.session.commit()
    page = page_for(lead, "tablet")
    plan, numbers = evening(people)
    page.goto(f"/audits/{plan}/plan")
    page.locator(f"#slot-{numbers[1]}").scroll_into_view_if_needed()
    touch = page.context.new_cdp_session(page)

    def finger(kind, point=None):
        points = [{"x": point[0], "y": point[1]}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    begin = centre(page, f"#slot-{numbers[0]} .agenda-grip")
    finger("touchStart", begin)
    finger("touchMove", (begin[0], begin[1] + 3))
    finger("touchEnd")
    assert order(page, numbers) == "ABC"
    finger("touchStart", begin)
    finger("touchMove", (begin[0], begin[1] + 30))
    finger("touchMove", centre(page, f"#slot-{numbers[2]}"))
    finger("touchEnd")
    expect(page.locator(f"#slot-{numbers[0]} .agenda-time")).to_contain_text("19:30–20:00")
    assert order(page, numbers) == "BCA"
