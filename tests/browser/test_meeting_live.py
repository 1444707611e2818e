"""The meeting in a real browser, CSRF on: notes that save themselves, two people in one note, the pad, the slides, and
a file that is checked."""

import re
from datetime import date

import pytest
import time_machine
from playwright.sync_api import Page, expect

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.reviews import exports, services
from audit_app.reviews.meeting_models import AgendaItem, AttendanceSignature
from audit_app.reviews.models import Decision, Review
from tests.people import People
from tests.reviews import factory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def review(people: People) -> int:
    """A review whose meeting is today, with its inputs open."""
    factory.measured(people)
    made = factory.preparing(people, meets_on=today())
    db.session.commit()
    found = made.id
    db.session.commit()
    return found


def first_note(review: int) -> int:
    found = db.session.get(Review, review).agenda[1].id
    db.session.commit()
    return found


def type_note(page: Page, note: int, text: str) -> None:
    """Type at the end of a note, as people do: no button is pressed."""
    area = page.locator(f"#notes-{note}")
    area.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def stored(note: int) -> str:
    db.session.commit()  # What the server wrote is read afresh.
    found = db.session.get(AgendaItem, note).notes
    db.session.commit()
    return found


def test_a_note_that_was_typed_and_never_submitted_is_there_after_a_reload(people, page_for, review):
    note = first_note(review)
    page = page_for(people.manager)
    page.goto(f"/reviews/{review}/meeting")
    type_note(page, note, "Ask Rosa about the pump.")
    state = page.locator(f"#notes-{note} + .notes-state")
    expect(state).to_contain_text("Saved at")
    page.reload()
    expect(page.locator(f"#notes-{note}")).to_have_value("Ask Rosa about the pump.")
    assert stored(note) == "Ask Rosa about the pump."


def test_two_people_in_one_note_keep_both_texts(people, page_for, browsers, review):
    browsers.expected = ("409",)
    note = first_note(review)
    mine, theirs = page_for(people.manager), page_for(people.boss)
    for page in (mine, theirs):
        page.goto(f"/reviews/{review}/meeting")
    type_note(theirs, note, "The board agrees.")
    expect(theirs.locator(f"#notes-{note} + .notes-state")).to_contain_text("Saved at")
    type_note(mine, note, "By December.")
    box = mine.locator(f"#topic-{note} .notes-conflict")
    expect(box).to_contain_text("The board agrees.")
    box.locator("[data-keep=both]").click()
    expect(box).to_be_hidden()
    expect(mine.locator(f"#notes-{note} + .notes-state")).to_contain_text("Saved at")
    assert stored(note) == "The board agrees.\n\nBy December."


@pytest.mark.parametrize("viewport", ["desk", "tablet"])
def test_the_pad_refuses_an_empty_signature_and_keeps_a_drawn_one(people, page_for, review, viewport):
    person = people.owner.id
    page = page_for(people.manager, viewport)
    page.goto(f"/reviews/{review}/meeting")
    page.locator(f"[name=came][value='{person}']").click()
    page.locator(f"[data-sign='{person}']").click()
    page.locator("[data-pad-keep]").click()
    expect(page.locator("[data-pad-error]")).to_have_text("Sign on the pad first.")
    box = page.locator("canvas[data-pad]").bounding_box()
    assert box is not None
    spots = [(box["x"] + 30 + step * 20, box["y"] + 30 + (step % 3) * 15) for step in range(6)]
    if viewport == "tablet":
        touch = page.context.new_cdp_session(page)
        for kind, spot in [
            ("touchStart", spots[0]),
            *(("touchMove", spot) for spot in spots[1:]),
            ("touchEnd", None),
        ]:
            points = [] if spot is None else [{"x": spot[0], "y": spot[1]}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    else:
        page.mouse.move(*spots[0])
        page.mouse.down()
        for spot in spots[1:]:
            page.mouse.move(*spot)
        page.mouse.up()
    expect(page.locator("[data-pad-error]")).to_be_hidden()
    page.locator("[data-pad-keep]").click()
    expect(page.locator("#attendance svg.pen polyline")).to_have_count(1)
    (row,) = db.session.query(AttendanceSignature)
    assert row.person_id == person
    assert sum(len(line.split()) for line in row.lines) >= 4


def test_the_slides_go_by_keys_and_by_a_swipe_and_stop_at_the_last(people, page_for, review):
    page = page_for(people.manager, "tablet")
    page.goto(f"/reviews/{review}/present")
    count = page.locator("[data-count]")
    last = page.locator(".slide").count()
    assert last > 15
    expect(count).to_have_text(f"1 / {last}")
    page.keyboard.press("ArrowRight")
    expect(count).to_have_text(f"2 / {last}")
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 600), ("touchMove", 300), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 700}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(count).to_have_text(f"3 / {last}")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(count).to_have_text(f"{last} / {last}")
    expect(page).to_have_url(re.compile(rf"#p{last}$"))
    expect(page.locator(".slide.is-here")).to_have_count(1)
    page.keyboard.press("Home")
    expect(count).to_have_text(f"1 / {last}")


def test_a_decision_recorded_in_the_meeting_is_on_the_next_showing_of_the_slides(people, page_for, review):
    note, owner = first_note(review), people.owner.id
    page = page_for(people.manager)
    page.goto(f"/reviews/{review}/meeting")
    box = page.locator(f"#decisions-{note}")
    box.locator(".topic-new > summary").click()
    form = box.locator(".topic-new form")
    form.locator("[name$=-text]").fill("Hire two people for the service desk")
    form.locator("[name$=-owner_id]").select_option(str(owner))
    form.locator("[name$=-due_on]").fill(date(today().year + 1, 3, 31).isoformat())
    form.locator("button[type=submit]").click()
    expect(box.locator("article")).to_contain_text("Hire two people for the service desk")
    assert db.session.query(Decision).count() == 1
    db.session.commit()
    page.goto(f"/reviews/{review}/present")
    expect(page.locator(".slides")).to_contain_text("Hire two people for the service desk")


def test_the_check_page_knows_the_original_and_not_a_changed_file(people, page_for):
    with time_machine.travel(factory.TODAY, tick=True):
        factory.measured(people)
        factory.audited(people)
        made = services.approve(factory.ready(people), exports.render_all, by=people.boss)
    code, content = made.code, exports.file_of(made, "en", "xlsx")
    page = page_for(people.manager)
    page.goto("/reviews/check")
    for body, words in ((content, "approved, unchanged"), (content[:-1] + b"\x01", "does not know the file")):
        page.locator("input[type=file]").set_input_files(
            {"name": "pack.xlsx", "mimeType": "application/octet-stream", "buffer": body}
        )
        page.locator("main form button[type=submit]").click()
        expect(page.locator("#answer")).to_contain_text(words)
        assert (code in page.locator("#answer").inner_text()) == (body == content)
