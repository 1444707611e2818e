"""The owner of a finding with a phone: from the link in the mail to the step done, with two files dropped in."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.findings import answers
from audit_app.findings.models import Finding, FindingState
from audit_app.home import landing
from audit_app.notifications import letters
from audit_app.notifications.models import Notice
from tests.evidence.made import picture
from tests.findings import factory
from tests.notifications.mailbox import ITEM, text_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FINGER = 44
DROP = """(zone, given) => {
  const data = new DataTransfer();
  for (const [name, text, type] of given) data.items.add(new File([text], name, { type }));
  for (const name of ["dragenter", "dragover", "drop"])
    zone.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
"""What a browser does when files are let go over a page."""


def linked(app, settings, person, kind):
    """Path behind the link of the mail that tells a person of something."""
    notice = db.session.scalars(
        select(Notice).where(Notice.person_id == person.id, Notice.kind == kind)
    ).one()
    mail = letters.compose(settings, person, [notice], landing.links(app), message_id="<1@audit>", at=now())
    return urlsplit(ITEM.search(text_of(mail))[3]).path


def test_from_the_mail_to_the_step_done_with_two_files(app, settings, people, page_for):
    made = factory.at(people, "proposed", audit=factory.audit(people))
    answers.return_plan(made, reason="Training alone removes nothing.", by=people.lead)
    number = made.id
    path = linked(app, settings, people.owner, "finding.plan_returned")
    page = page_for(people.owner, viewport="phone")
    db.session.remove()

    page.goto(path)
    back, owed = page.locator(".returned"), page.locator(".next-step")
    expect(back).to_contain_text("Training alone removes nothing.")
    expect(owed).to_contain_text("What you owe now")
    assert back.bounding_box()["y"] < owed.bounding_box()["y"]
    expect(page.locator("#statement")).to_contain_text("Three of twelve sampled incidents")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("link", name="Propose the plan").tap()
    page.get_by_label("How it will be seen that it worked").fill("No incident without a priority in sixty.")
    zone = page.locator(".drop")
    zone.evaluate(DROP, [["before.txt", "Form of May\n", "text/plain"]])
    zone.evaluate(
        DROP,
        [["after.txt", "Form of June, priority required\n", "text/plain"], ["none.txt", "", "text/plain"]],
    )
    listed = page.locator("[data-drop-list] li")
    expect(listed).to_have_count(2)
    expect(listed.nth(1)).to_contain_text("after.txt")
    expect(listed.nth(1)).to_contain_text("32 B")
    expect(page.locator("[data-drop-refused]")).to_contain_text("“none.txt” is empty")
    for touched in (
        page.locator(".drop-camera"),
        listed.first.get_by_role("button"),
        page.locator(".submit-row button"),
    ):
        assert touched.bounding_box()["height"] >= FINGER
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Propose the plan").tap()
    expect(page).to_have_url(re.compile(rf"/findings/{number}$"))
    finding = db.session.get_one(Finding, number)
    assert finding.state is FindingState.PROPOSED
    assert [each.filename for each in evidence.of(finding)] == ["before.txt", "after.txt"]


def test_a_file_is_taken_out_again_and_what_the_server_refuses_is_named(people, page_for, browsers):
    made = factory.at(people, "accepted")
    number = made.id
    page = page_for(people.owner, viewport="phone")
    db.session.remove()
    page.goto(f"/findings/{number}/step/correct")
    page.get_by_label("Correction").fill("Priorities were set.")
    zone = page.locator(".drop")
    zone.evaluate(
        DROP,
        [
            ["a.txt", "One\n", "text/plain"],
            ["b.txt", "Two\n", "text/plain"],
            ["page.html", "<html><script>", "text/html"],
        ],
    )
    page.get_by_role("button", name="Take “b.txt” out").tap()
    page.get_by_role("button", name="Report the correction").tap()
    expect(page.locator(".error-summary")).to_contain_text("“page.html”")
    expect(page.get_by_label("Correction")).to_have_value("Priorities were set.")
    expect(page.locator(".gallery")).to_contain_text("a.txt")
    assert [each.filename for each in evidence.of(db.session.get_one(Finding, number))] == ["a.txt"]
    (told,) = browsers.complaints
    assert "422" in told, "a refused form is all that the browser wrote down"
    browsers.complaints.clear()


@pytest.mark.parametrize("button", ["files", "camera"])
def test_without_the_script_both_inputs_send_what_they_hold(people, browsers, button, tmp_path):
    made = factory.at(people, "accepted")
    number, email = made.id, people.owner.email
    db.session.commit()
    db.session.remove()
    page = browsers.sign_in(email, "correct horse battery", "phone", "en")
    page.route("**/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    page.goto(f"/findings/{number}/step/correct")
    photo = tmp_path / "photo.png"
    photo.write_bytes(picture())
    page.locator("[data-drop-camera]" if button == "camera" else "[data-drop-all]").set_input_files(photo)
    page.get_by_label("Correction").fill("Priorities were set.")
    page.locator("[name=correction_done_on]").fill("2026-01-05")
    page.get_by_role("button", name="Report the correction").tap()
    expect(page).to_have_url(re.compile(rf"/findings/{number}$"))
    assert [each.filename for each in evidence.of(db.session.get_one(Finding, number))] == ["photo.png"]


def test_a_name_after_an_at_sign_is_chosen_from_a_list_and_its_owner_told(people, page_for):
    made = factory.at(people, "planned", audit=factory.audit(people))
    number, lead = made.id, people.lead.name
    page = page_for(people.owner, viewport="phone")
    db.session.commit()
    db.session.remove()

    page.goto(f"/findings/{number}")
    area = page.locator("textarea[data-mention]")
    area.press_sequentially(f"@{lead[:2]}")
    page.locator(".mention-list button", has_text=lead).tap()
    expect(area).to_have_value(f"@{lead} ")
    area.press_sequentially("is the date right?")
    page.get_by_role("button", name="Write the comment").tap()
    expect(page.locator("#comments")).to_contain_text(f"Told: {lead}")
