"""The panels of the fieldwork screen: samples, notes first, findings in the page, signatures; sizes for fingers."""

import itertools
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from audit_app.checklists import queries, services
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.lots import draw
from audit_app.indicators.models import Import, TicketRow
from tests.browser.test_accessibility import RULES
from tests.checklists import factory

pytestmark = pytest.mark.browser
SHEETS = {
    "#fw-sample-add": "#fw-sampling", "#fw-jot": "#fw-jotter", "#fw-inbox-open": "#fw-inbox",
    "#fw-write": "#fw-finding", "#fw-summary": "#fw-standing", "[data-sign=opening]": "#fw-signing",
}  # fmt: skip


@pytest.fixture
def audit(people):
    made = factory.audit(people)
    services.add_checklist(made, factory.shipped(), by=people.lead)
    db.session.commit()
    return made


@pytest.fixture
def small(people):
    """An audit with three questions."""
    made = factory.checklist(people, "Is it recorded?", "Is it reviewed?", "Is it closed?").audit
    db.session.commit()
    return made


def open_fieldwork(page, audit):
    path = f"/audits/{audit.id}/fieldwork"
    db.session.rollback()
    page.goto(path)
    expect(page.locator("#fw[data-ready]")).to_be_visible()


def saved(page):
    expect(page.locator("#fw-state:not([aria-busy])")).to_contain_text("Saved")


def work_of(audit, person):
    db.session.rollback()
    db.session.expire_all()
    return queries.fieldwork(audit, to=person)


def until(page, ask, patience=80):
    """The value of ``ask()`` once it is true; the tablet sends by itself, a moment later."""
    for _turn in range(patience):
        found = ask()
        db.session.rollback()
        if found:
            return found
        page.wait_for_timeout(150)
    raise AssertionError("it did not happen")


# --- samples ------------------------------------------------------------------------------------------------
def test_the_tablet_draws_the_same_lots_as_the_server(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    ids = [f"INC-{n}" for n in range(300)] + ["变更-7", "é", "a b"]
    lots = "async ([ids, n, seed]) => (await import('/static/fieldwork/draw.js')).draw(ids, n, seed)"
    for size, seed in ((25, "IA-1/8.6.1"), (303, "种子 2026"), (1, "")):
        assert page.evaluate(lots, [ids, size, seed]) == draw(ids, size, seed)


def test_a_conform_without_evidence_is_kept_and_asks_for_a_photo_or_a_sample(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator(".fw-verdict[value=conform]").click()
    saved(page)
    expect(page.locator("#fw-bare")).to_be_visible()
    for button in page.locator("#fw-bare .btn").all():
        assert button.bounding_box()["height"] >= 56
    with page.expect_file_chooser():
        page.locator("#fw-bare label").click()
    page.locator("#fw-bare [data-open-sample]").click()
    page.locator("[name=pool]").fill("\n".join(f"CHG-{n}" for n in range(40)))
    page.locator("[name=size]").fill("5")
    page.locator("[name=seed]").fill("42")
    page.get_by_role("button", name="Draw the sample").click()
    drawn = draw([f"CHG-{n}" for n in range(40)], 5, "42")
    expect(page.locator("[name=ids]")).to_have_value("\n".join(drawn))
    page.locator(".lot").nth(1).click()
    page.keyboard.type("no approval")
    page.get_by_role("button", name="Keep the sample").click()
    expect(page.locator("#fw-bare")).to_be_hidden()
    expect(page.locator("#fw-sample-words")).to_have_text("5 of 40 · at random, seed 42 · exceptions: 1")
    answer = until(page, lambda: next((a for a in work_of(small, people.lead).answers if a.sample), None))
    assert answer.sample == {
        "population": 40, "size": 5, "method": "random", "seed": "42", "ids": drawn,
        "exceptions": [[drawn[1], "no approval"]],
    }  # fmt: skip
    assert answer.verdict.value == "conform"
    assert not answer.bare


def test_a_sample_that_cannot_be_right_says_what_to_correct(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator("#fw-sample-add").click()
    page.locator("[name=ids]").fill("A\nB\nC")
    keep, error = page.get_by_role("button", name="Keep the sample"), page.locator("#fw-sampling-error")
    keep.click()
    expect(error).to_contain_text("how many there are in all")
    page.locator("[name=population]").fill("2")
    keep.click()
    expect(error).to_contain_text("3 were looked at, but there are only 2 in all")
    page.locator("[name=method][value=all]").check()
    page.locator("[name=population]").fill("9")
    keep.click()
    expect(error).to_contain_text("the same number")
    assert not any(answer.sample for answer in work_of(small, people.lead).answers)


def test_a_sample_of_the_ticket_log_can_be_verified_with_a_pasted_list(people, page_for, small):
    made = Import(kind="tickets", filename="log.csv", sha256="0" * 64, rows=60, accepted=60, at=now())
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        [
            TicketRow(number=f"T{n}", opened_at=now(), import_id=made.id, priority=f"P{n % 2}")
            for n in range(60)
        ]
    )
    db.session.commit()
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator("#fw-sample-add").click()
    page.locator("[name=size]").fill("8")
    page.locator("[name=seed]").fill("7")
    page.get_by_role("button", name="From the ticket log").click()
    page.locator("[name=priority]").select_option("P1")
    page.get_by_role("button", name="Draw the sample").click()
    expect(page.locator("[name=population]")).to_have_value("30")
    from_log = page.locator("[name=ids]").input_value().split("\n")
    page.get_by_role("button", name="From a list").click()
    page.locator("[name=pool]").fill("\n".join(f"T{n}" for n in range(60) if n % 2))
    page.locator("[name=ids]").fill("")
    page.get_by_role("button", name="Draw the sample").click()
    expect(page.locator("[name=ids]")).to_have_value("\n".join(from_log))


# --- notes first --------------------------------------------------------------------------------------------
def test_a_note_waits_in_the_inbox_is_assigned_to_two_clauses_and_can_be_taken_back(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator("#fw-jot").click()
    page.locator("#fw-jot-text").fill("<b>Never</b> tested since 2024")
    page.locator("#fw-jot-quote").check()
    page.locator("#fw-jot-speaker").fill("Olga Owner")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#fw-inbox-count")).to_have_text("1")
    note = until(page, lambda: work_of(small, people.lead).notes)[0]
    assert (note.said, note.items) == ("Olga Owner: “<b>Never</b> tested since 2024”", ())
    page.locator("#fw-inbox-open").click()
    page.locator(".inbox-row").first.click()
    for clause in ("8.6.2", "8.6.3"):
        page.locator("#fw-jot-search").fill(clause)
        page.locator(".jot-hit").first.click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#fw-inbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#fw-inbox-count")).to_be_hidden()
    page.locator("#fw-next").click()
    expect(page.locator("#fw-noted")).to_contain_text("<b>Never</b> tested")
    until(page, lambda: len(work_of(small, people.lead).notes[0].items) == 2)
    page.locator("#fw-noted .inbox-row").click()
    page.get_by_role("button", name="Throw away").click()
    expect(page.locator("#fw-noted")).to_be_hidden()
    until(page, lambda: not work_of(small, people.lead).notes)
    page.locator("#fw-inbox-open").click()
    page.locator("#fw-inbox-gone-box summary").click()
    page.get_by_role("button", name="Take back").click()
    page.keyboard.press("Escape")
    expect(page.locator("#fw-noted")).to_be_visible()
    until(page, lambda: work_of(small, people.lead).notes)


def test_a_note_is_kept_without_a_button_and_without_a_connection(people, page_for, small, browsers):
    browsers.expected = ("ERR_INTERNET_DISCONNECTED",)
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.route(re.compile("/sync"), lambda route: route.abort("internetdisconnected"))
    page.locator("#fw-jot").click()
    page.locator("#fw-jot-text").fill("Heard in the lift")
    expect(page.locator("#fw-jot-state")).to_have_text("Kept")
    open_fieldwork(page, small)
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(page, lambda: [note.text for note in work_of(small, people.lead).notes] == ["Heard in the lift"])
    expect(page.locator("#fw-inbox-count")).to_have_text("1")


# --- findings -----------------------------------------------------------------------------------------------
def test_a_finding_takes_three_taps_and_words_and_gets_its_code(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator("#fw-note").fill("Ticket 17 has no date.")
    page.locator(".fw-verdict[value=minor]").click()  # 1
    page.locator("#fw-write").click()  # 2
    expect(page.locator("[name=objective_evidence]")).to_have_value("Ticket 17 has no date.")
    expect(page.locator("[name=requirement]")).to_have_value(re.compile("8.6.1 Is it recorded"))
    expect(page.locator("[name=grade]:checked")).to_have_value("grade-minor")
    page.keyboard.type("Incidents are closed without a date.")
    page.get_by_role("button", name="Save as draft").click()  # 3
    expect(page.locator("#fw-written .chip")).to_be_visible()
    expect(page.locator("#fw-write")).to_be_hidden()
    found = until(page, lambda: list(small.findings))[0]
    assert found.nonconformity == "Incidents are closed without a date."
    assert found.clause == "8.6.1"
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#fw-written a.chip")).to_have_text(re.compile(r"^NC-"))


def test_a_finding_without_a_word_is_not_taken_and_what_is_typed_stays(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator(".fw-verdict[value=major]").click()
    page.locator("#fw-write").click()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator("#fw-finding-error")).to_contain_text("Say what you found")
    page.locator("[name=nonconformity]").fill("Half a")
    page.keyboard.press("Escape")
    page.locator("#fw-write").click()
    expect(page.locator("[name=nonconformity]")).to_have_value("Half a")


# --- signatures ---------------------------------------------------------------------------------------------
def scrawl(page):
    """A stroke across the pad, and a dot."""
    box = page.locator("#fw-pad").bounding_box()
    x, y = box["x"] + 40, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(x + 10 * step, y + (20 if step % 2 else -20))
    page.mouse.up()
    page.mouse.click(x + 220, y)


def ink(page) -> int:
    """How many pixels of the pad are drawn on."""
    count = (
        "() => { const c = document.getElementById('fw-pad'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; let n = 0;"
        " for (let i = 3; i < d.length; i += 4) if (d[i]) n += 1; return n; }"
    )
    return int(page.evaluate(count))


def test_a_signature_survives_turning_the_tablet_and_is_kept_as_strokes(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    page.locator("#fw-summary").click()
    page.locator("[data-sign=opening]").click()
    keep = page.get_by_role("button", name="Keep the signature")
    keep.click()
    expect(page.locator("#fw-signing-error")).to_contain_text("Sign in the box")
    assert ink(page) == 0
    scrawl(page)
    before = ink(page)
    assert before > 200
    page.set_viewport_size({"width": 1194, "height": 834})
    page.wait_for_timeout(300)
    assert ink(page) > before / 4
    page.locator("#fw-pad-undo").click()
    assert ink(page) > 0
    keep.click()
    expect(page.locator("#fw-signed-opening polyline")).to_have_count(1)
    (kept,) = until(page, lambda: work_of(small, people.lead).signatures)
    assert (kept.meeting, kept.party, kept.name) == ("opening", "auditor", "Leo Lead")
    assert len(kept.strokes) == 1
    assert len(kept.strokes[0]) >= 20
    assert all(0 <= x <= kept.width and 0 <= y <= kept.height for x, y in kept.strokes[0])


def test_the_closing_meeting_is_signed_only_when_everything_is_answered(people, page_for, small):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, small)
    for left in (3, 2, 1):
        page.locator("#fw-summary").click()
        expect(page.locator("#fw-closing-waits")).to_contain_text(f"{left} to go")
        expect(page.locator("[data-sign=closing]")).to_be_hidden()
        page.keyboard.press("Escape")
        page.locator(".fw-verdict[value=good_practice]").click()
        if left > 1:
            page.locator("#fw-unanswered").click()
    page.locator("#fw-summary").click()
    expect(page.locator("#fw-sum-complete")).to_be_visible()
    expect(page.locator("[data-sign=closing]")).to_be_visible()


# --- fingers and eyes ---------------------------------------------------------------------------------------
def test_after_an_answer_one_tap_leads_to_the_next_unanswered(people, page_for, audit):
    page = page_for(people.lead, "tablet")
    open_fieldwork(page, audit)
    place = page.locator("#fw-unanswered").bounding_box()
    seen = []
    for _turn in range(4):
        seen.append(page.locator("#fw-clause").inner_text())
        page.locator(".fw-verdict[value=observation]").click()
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    assert len(set(seen)) == 4
    expect(page.locator("#fw-count")).to_have_text("4 / 62")


SIZES = """(scope) => [...document.querySelectorAll(`${scope} :is(a, button, input, select, textarea, summary, label.btn)`)]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest('.skip, .toasts, [hidden]'))
  .map((each) => (each.matches('input[type=radio], input[type=checkbox], input[type=file]') ? each.closest('label') : each))
  .map((each) => { const box = each.getBoundingClientRect(); return [each.id || each.textContent.trim() || each.name, box.width, box.height, box.left, box.top]; })
  .filter(([, width, height]) => width && height)"""


def too_small(page, scope, least=44) -> list[Any]:
    return [each for each in page.evaluate(SIZES, scope) if min(each[1], each[2]) < least - 0.5]


@pytest.mark.parametrize("viewport", ["tablet", "tablet-landscape", "phone"])
def test_everything_is_large_enough_for_a_finger_and_the_text_is_18_pixels(people, page_for, audit, viewport):
    page = page_for(people.lead, viewport)
    open_fieldwork(page, audit)
    page.locator(".fw-verdict[value=minor]").click()
    assert too_small(page, ".fw") == []
    verdicts = [button.bounding_box() for button in page.locator(".fw-verdict").all()]
    assert min(box["height"] for box in verdicts) >= 56
    for one, two in itertools.pairwise(verdicts):
        gap = (
            two["x"] - one["x"] - one["width"]
            if two["y"] == one["y"]
            else two["y"] - one["y"] - one["height"]
        )
        assert gap >= 7.5
    size = "(place) => parseFloat(getComputedStyle(document.querySelector(place)).fontSize)"
    for place in ("#fw-prompt", "#fw-note", ".fw-words", "#fw-hint", "#fw-title"):
        assert page.evaluate(size, place) >= 18, place
    for opener, sheet in SHEETS.items():
        if not page.locator(opener).is_visible():
            page.locator("#fw-summary").click()
        page.locator(opener).click()
        expect(page.locator(sheet)).to_be_visible()
        assert too_small(page, sheet) == [], sheet
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Escape")
        if sheet == "#fw-signing":
            page.keyboard.press("Escape")
    assert "user-scalable" not in page.content()
    assert "maximum-scale" not in page.content()


UPRIGHT, LYING, UPRIGHT_TWICE, LYING_TWICE = (834, 1194), (1194, 834), (417, 597), (597, 417)
CROSSED = [
    (*UPRIGHT, "zh"), (*LYING, "en"), (*UPRIGHT_TWICE, "en"), (*LYING_TWICE, "zh"),
    *(pytest.param(*size, language, marks=pytest.mark.long) for size, language in (
        (UPRIGHT, "en"), (LYING, "zh"), (UPRIGHT_TWICE, "zh"), (LYING_TWICE, "en"))),
]  # fmt: skip


@pytest.mark.parametrize(("width", "height", "language"), CROSSED)
def test_the_rules_of_accessibility_hold_upright_lying_and_at_200_percent(
    people, page_for, small, width, height, language
):
    page = page_for(people.lead, "tablet", language)
    page.set_viewport_size({"width": width, "height": height})
    open_fieldwork(page, small)
    found = []

    def look(where):
        response: dict[str, Any] = Axe().run(page, options=RULES).response
        found.extend(
            (where, rule["id"], node["target"]) for rule in response["violations"] for node in rule["nodes"]
        )

    for verdict in ("conform", "minor"):
        page.locator(f".fw-verdict[value={verdict}]").click()
        expect(page.locator(f".fw-verdict[value={verdict}]")).to_have_attribute("aria-pressed", "true")
        look(verdict)
    for opener, sheet in SHEETS.items():
        if not page.locator(opener).is_visible():
            page.locator("#fw-summary").click()
        page.locator(opener).click()
        expect(page.locator(sheet)).to_be_visible()
        look(sheet)
        page.keyboard.press("Escape")
        if sheet == "#fw-signing":
            page.keyboard.press("Escape")
    assert found == []
