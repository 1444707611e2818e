"""Fieldwork as an auditor does it: with a finger, with a bad connection, with somebody else at work."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from audit_app.checklists import queries, services
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.evidence.services import path_of
from tests.checklists import factory

pytestmark = pytest.mark.browser
SAVED = re.compile(r"^Saved \d")
"""Said only of what the server has acknowledged, with the time; before that it is "Saved on this device"."""


@pytest.fixture
def audit(people):
    made = factory.audit(people)
    services.add_checklist(made, factory.shipped(), by=people.lead)
    db.session.commit()
    return made


def open_fieldwork(page, audit):
    path = f"/audits/{audit.id}/fieldwork"
    db.session.rollback()  # an open transaction of the test would lock the server out of SQLite
    page.goto(path)
    expect(page.locator("#fw[data-ready]")).to_be_visible()


def stored(audit, person):
    """(verdict, note) of every answered question, as the database has it."""
    work = queries.fieldwork(audit, to=person)
    found = [(a.verdict.value, a.note) for a in work.answers if a.answered]
    db.session.rollback()
    return found


@pytest.mark.parametrize("viewport", ["tablet", "tablet-landscape", "phone"])
def test_a_tap_and_a_note_are_saved_and_targets_are_large_enough(people, page_for, audit, viewport):
    page = page_for(people.lead, viewport)
    open_fieldwork(page, audit)
    for button in page.locator(".fw-verdict").all():
        assert button.bounding_box()["height"] >= 56
    for control in page.locator(".fw-nav a:visible, .fw-file, .fw-filters button:visible, #fw-flag").all():
        box = control.bounding_box()
        assert min(box["height"], box["width"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[value=minor]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    expect(page.locator("#fw-write")).to_be_visible()
    page.locator("#fw-note").fill("Two of three records lack the date.")
    page.locator("#fw-note").blur()
    expect(page.locator("#fw-count")).to_have_text("1 / 62")
    page.locator("#fw-unanswered").click()
    expect(page.locator("#fw-clause")).to_have_text("4.2")
    page.locator("[value=conform]").click()
    expect(page.locator("#fw-count")).to_have_text("2 / 62")
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("minor", "Two of three records lack the date."), ("conform", "")]


def cut_off(page, browsers):
    """No way to the server for answers and files, while pages still come: as behind a lift door."""
    browsers.expected = ("ERR_INTERNET_DISCONNECTED",)
    page.route(re.compile("/(sync|evidence)(/|$)"), lambda route: route.abort("internetdisconnected"))


def connect_again(page):
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_an_answer_given_without_a_connection_survives_a_reload_and_is_sent_later(
    people, page_for, audit, browsers
):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    cut_off(page, browsers)
    page.locator("[value=major]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text("Saved on this device")
    expect(page.locator("#fw-bar")).to_contain_text("wait on this device: 1")
    open_fieldwork(page, audit)
    expect(page.locator("#fw-count")).to_have_text("1 / 62")
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text("Saved on this device")
    expect(page.locator("#fw-bar")).to_contain_text("wait on this device: 1")
    assert stored(audit, people.lead) == []
    connect_again(page)
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    expect(page.locator("#fw-bar")).to_be_hidden()
    assert stored(audit, people.lead) == [("major", "")]


def test_an_answer_is_sent_again_by_itself_until_the_server_has_it(people, page_for, audit, browsers):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    cut_off(page, browsers)
    page.locator("[value=observation]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text("Saved on this device")
    expect(page.locator("#fw-bar")).to_contain_text("wait on this device: 1")
    page.unroute_all()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED, timeout=30_000)
    assert stored(audit, people.lead) == [("observation", "")]


def test_a_page_left_open_until_its_token_expired_still_saves(people, page_for, audit, browsers, live_server):
    browsers.expected = ("status of 400", "status of 403")
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    live_server.app.config["WTF_CSRF_TIME_LIMIT"] = 2
    page.wait_for_timeout(3_500)
    with page.expect_response("**/sync/hello?*") as asked:
        page.locator("[value=conform]").click()
    assert asked.value.ok
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("conform", "")]


def photo(width, height):
    """A picture as a camera gives it."""
    held = BytesIO()
    taken = Image.Exif()
    taken[0x0110] = "Camera"
    taken.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    Image.new("RGB", (width, height), "teal").save(held, "JPEG", exif=taken)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def test_a_photo_is_made_smaller_and_hangs_on_its_question(people, page_for, audit):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    first = next(item for item in audit.checklists[0].items if item.assessable)
    db.session.rollback()
    page.locator("#fw-camera").set_input_files(photo(4400, 2200))
    expect(page.locator("#fw-thumbs a img")).to_have_attribute("alt", "IMG_0001.jpg")
    kept = evidence.of(first)
    assert [(file.filename, file.media_type) for file in kept] == [("IMG_0001.jpg", "image/jpeg")]
    with Image.open(path_of(kept[0].sha256)) as picture:
        assert picture.size == (2200, 1100)
        assert dict(picture.getexif()) == {}, "where and with what it was taken stays on the tablet"


def test_a_photo_that_could_not_be_sent_waits_and_goes_by_itself(people, page_for, audit, browsers):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    first = next(item for item in audit.checklists[0].items if item.assessable)
    db.session.rollback()
    cut_off(page, browsers)
    page.locator("#fw-camera").set_input_files(photo(800, 600))
    expect(page.locator(".fw-sending")).to_contain_text("IMG_0001.jpg waits on this device")
    assert evidence.of(first) == []
    db.session.rollback()
    connect_again(page)
    expect(page.locator("#fw-thumbs a img")).to_have_count(1)
    expect(page.locator(".fw-sending")).to_have_count(0)
    assert len(evidence.of(first)) == 1


def test_an_ended_sign_in_keeps_the_answer_until_the_same_person_is_back(people, page_for, audit, browsers):
    browsers.expected = ("401", "403")
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    page.context.clear_cookies()
    page.locator("[value=conform]").click()
    expect(page.locator(".fw-bar-link")).to_have_text("Sign in to send what waits (1)")
    browsers.sign_in("lead@example.org", "correct horse battery", page=page.context.new_page())
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("conform", "")]


def test_two_people_see_both_answers_and_one_settles_it(people, page_for, audit):
    item = next(i for i in audit.checklists[0].items if i.assessable)
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    factory.answer(item, people.auditor, value="minor", note="<b>Not</b> dated")
    db.session.commit()
    page.locator("[value=conform]").click()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#fw-versions")).to_contain_text("<b>Not</b> dated")
    page.get_by_role("button", name="Take this answer").nth(1).click()
    expect(page.locator("#fw-conflict")).to_be_hidden()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(SAVED)
    assert stored(audit, people.lead) == [("minor", "<b>Not</b> dated")]


def test_not_applicable_waits_for_its_reason(people, page_for, audit):
    page = page_for(people.lead, "tablet", "zh")
    open_fieldwork(page, audit)
    page.locator("[value=not_applicable]").click()
    expect(page.locator("#fw-say")).to_contain_text("请写明理由")
    assert stored(audit, people.lead) == []
    page.locator("#fw-note").fill("没有外部供应商")
    page.locator("#fw-note").blur()
    expect(page.locator("#fw-state:not([aria-busy])")).to_have_text(re.compile(r"^已保存 \d"))
    assert stored(audit, people.lead) == [("not_applicable", "没有外部供应商")]
