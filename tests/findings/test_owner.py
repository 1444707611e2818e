"""For the owner who comes twice a month: what came back stands on top, evidence goes with the step, nothing is lost."""

import contextvars
import re
import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.evidence import queries as evidence
from audit_app.findings import action_services, answers, checks, extensions, plain, returned
from audit_app.findings.models import Finding, FindingState
from audit_app.trail import queries as trail
from tests import signed_in
from tests.databases import both_databases
from tests.evidence import made
from tests.findings import factory
from tests.findings.test_routes import item_of
from tests.people import People

GOOD = b"Change record 4711, approved by the CAB.\n"
PROGRAM = b"MZ\x90\x00\x03" + b"\x00" * 60


def files(*those: tuple[str, bytes]) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(content), name) for name, content in those]


def names(subject: Any) -> list[str]:
    return [each.filename for each in evidence.of(subject)]


# --- what came back, and why --------------------------------------------------------------------------------


def back(subject: Any) -> list[tuple[str, str, str]]:
    return [(str(each.what), each.reason, each.by) for each in returned.of(subject, trail.history(subject))]


def test_each_way_back_is_told_with_its_reason_and_by_whom(people: People) -> None:
    finding = factory.at(people, "proposed")
    answers.return_plan(finding, reason="Training alone removes nothing.", by=people.lead)
    assert back(finding) == [("The plan came back", "Training alone removes nothing.", "Leo Lead")]
    answers.propose(finding, by=people.owner)
    assert back(finding) == []
    answers.approve_plan(finding, **factory.agreed(finding), by=people.lead)
    request = extensions.ask(
        finding, due_on=(finding.due_on or today()) + timedelta(days=9), reason="Parts.", by=people.owner
    )
    extensions.refuse(request, reason="The customer waits.", by=people.lead)
    assert back(finding) == [("No more time was given", "The customer waits.", "Leo Lead")]
    action = finding.actions[0]
    action_services.done(action, note="Changed.", by=people.owner)
    action_services.send_back(action, reason="The form of the night shift is missing.", by=people.auditor2)
    assert back(action) == [
        ("The evidence was not enough", "The form of the night shift is missing.", "王小明")
    ]
    action_services.done(action, note="Changed.", by=people.owner)
    factory.attach(finding, factory.Upload(), by=people.owner)
    answers.report_done(finding, by=people.owner)
    assert back(finding) == back(action) == []
    checks.send_back(finding, reason="Nobody was trained.", by=people.auditor2)
    assert back(finding)[0] == ("The evidence was not enough", "Nobody was trained.", "王小明")


def test_a_failed_check_of_effectiveness_is_told_apart_from_a_reopening(people: People) -> None:
    failed = factory.at(people, "effectiveness_due")
    checks.fail_check(failed, reason="Two incidents without priority in May.", by=people.lead)
    assert back(failed) == [
        ("The actions did not help", "Two incidents without priority in May.", "Leo Lead")
    ]
    again = factory.at(people, "closed")
    checks.reopen(again, reason="Seen again at night.", by=people.manager)
    assert back(again) == [("It came back after it was closed", "Seen again at night.", "Mia Manager")]


def test_the_page_begins_with_what_came_back_then_what_is_owed_until_when(
    people: People, client_for: Any
) -> None:
    finding = factory.at(people, "proposed")
    answers.return_plan(finding, reason="<b>Training</b> alone removes nothing.", by=people.lead)
    db.session.commit()
    page = client_for(people.owner).get(f"/findings/{finding.id}").text
    content = page[page.index("<main") :]
    order = [
        content.index(words)
        for words in ("The plan came back", "&lt;b&gt;Training&lt;/b&gt;", "What you owe now", "Propose the plan",
                      "What it is about", "Dates")
    ]  # fmt: skip
    assert order == sorted(order)
    assert "What you owe now" not in client_for(people.manager).get(f"/findings/{finding.id}").text


def test_the_first_date_stands_beside_the_one_that_counts(people: People) -> None:
    finding = factory.at(people, "in_progress")
    first = finding.due_on
    assert first is not None
    request = extensions.ask(finding, due_on=first + timedelta(days=9), reason="Parts.", by=people.owner)
    extensions.grant(request, note="Once.", by=people.lead)
    owed = plain.owed(finding, people.owner)
    assert owed is not None
    assert (owed.due_on, owed.first_on) == (first + timedelta(days=9), first)
    assert plain.owed(finding, people.manager) is None


def test_clause_and_question_stand_in_the_readers_language(people: People, client_for: Any) -> None:
    audit = factory.audit(people)
    item = item_of(people, audit)
    finding = factory.finding(people, audit=audit, item=item)
    factory.WALK["issued"](people, finding)
    factory.attach(item, factory.Upload("rack.png", made.picture()), by=people.auditor)
    db.session.commit()
    for language, told in (("en", ("8.6.1 Incident management", "Are incidents classified?")),
                           ("zh", ("8.6.1 事件管理", "事件是否分类？"))):  # fmt: skip
        people.owner.language = language
        page = client_for(people.owner).get(f"/findings/{finding.id}").text
        assert all(words in page for words in (*told, "rack.png"))


# --- evidence in the form of the step -----------------------------------------------------------------------


@both_databases
def test_the_last_step_takes_its_evidence_with_it(people: People, client_for: Any) -> None:
    finding = factory.at(people, "in_progress")
    for action in finding.actions:
        action_services.done(action, note="Changed.", by=people.owner)
    db.session.commit()
    browser = client_for(people.owner)
    assert f"/findings/{finding.id}/step/report" in browser.get(f"/findings/{finding.id}").text
    nothing = browser.post(f"/findings/{finding.id}/step/report", data={})
    assert nothing.status_code == 422
    assert "Attach evidence" in nothing.text
    reply = browser.post(
        f"/findings/{finding.id}/step/report", data={"files": files(("a.txt", GOOD), ("b.txt", GOOD + b"2"))}
    )
    assert reply.status_code == 302
    assert db.session.get_one(Finding, finding.id).state is FindingState.IMPLEMENTED
    assert names(finding) == ["a.txt", "b.txt"]


@both_databases
def test_a_refused_file_is_named_and_costs_neither_words_nor_the_other_files(
    people: People, client_for: Any
) -> None:
    finding = factory.at(people, "accepted")
    db.session.commit()
    typed = {"correction": "Priorities were set.", "correction_done_on": today().isoformat()}
    browser = client_for(people.owner)
    address = f"/findings/{finding.id}/step/correct"
    reply = browser.post(
        address, data=typed | {"files": files(("good.txt", GOOD), ("tool.exe", PROGRAM), ("empty.txt", b""))}
    )
    assert reply.status_code == 422
    assert "Priorities were set." in reply.text
    assert re.search(r"“tool\.exe” cannot be attached", reply.text)
    assert "“empty.txt” is empty" in reply.text
    assert "Attached already" in reply.text
    assert names(finding) == ["good.txt"]
    assert db.session.get_one(Finding, finding.id).state is FindingState.ACCEPTED
    assert browser.post(address, data=typed | {"files": files(("good.txt", GOOD))}).status_code == 302
    assert names(finding) == ["good.txt"], "sent twice, kept once"
    assert db.session.get_one(Finding, finding.id).state is FindingState.CORRECTED


def test_words_that_are_missing_cost_no_file(people: People, client_for: Any) -> None:
    action = factory.at(people, "planned").actions[0]
    db.session.commit()
    reply = client_for(people.owner).post(
        f"/findings/actions/{action.id}/step/done", data={"note": "", "files": files(("a.txt", GOOD))}
    )
    assert reply.status_code == 422
    assert "Attached already" in reply.text
    assert names(action) == ["a.txt"]


def test_a_step_that_is_not_the_owners_takes_no_files(people: People, client_for: Any) -> None:
    finding = factory.at(people, "implemented")
    db.session.commit()
    before = names(finding)
    page = client_for(people.auditor2).get(f"/findings/{finding.id}/step/verify").text
    assert "data-drop" not in page[page.index("<main") :]
    client_for(people.lead).post(
        f"/findings/{finding.id}/step/send_back", data={"reason": "No.", "files": files(("a.txt", GOOD))}
    )
    assert names(finding) == before


def test_on_the_page_too_each_refused_file_is_named_and_the_others_are_kept(
    people: People, client_for: Any
) -> None:
    finding = factory.at(people, "accepted")
    db.session.commit()
    browser = client_for(people.owner)
    reply = browser.post(
        f"/evidence/finding/{finding.id}", data={"files": files(("tool.exe", PROGRAM), ("good.txt", GOOD))}
    )
    assert reply.status_code == 303
    page = browser.get(f"/findings/{finding.id}").text
    assert "“tool.exe” cannot be attached" in page
    assert "1 file attached" in page
    assert names(finding) == ["good.txt"]


def test_more_than_twenty_files_at_once_are_named(people: People, client_for: Any) -> None:
    finding = factory.at(people, "accepted")
    db.session.commit()
    many = files(*((f"{number}.txt", GOOD + str(number).encode()) for number in range(22)))
    browser = client_for(people.owner)
    browser.post(f"/evidence/finding/{finding.id}", data={"files": many})
    assert len(names(finding)) == 20
    page = browser.get(f"/findings/{finding.id}").text
    assert "“20.txt”: at most 20 files" in page
    assert "“21.txt”: at most 20 files" in page


# --- two people at once -------------------------------------------------------------------------------------


def at_once(app: Flask, *posts: tuple[Any, str, dict[str, str]]) -> list[Any]:
    """What each person's browser got when all pressed their button in the same moment."""
    gate, replies = threading.Barrier(len(posts)), [None] * len(posts)
    app.test_client_class = FlaskClient
    browsers = []
    for cookie, _address, _data in posts:
        browser = app.test_client()
        with browser.session_transaction() as session:
            session.update(cookie)
        browsers.append(browser)

    def press(number: int) -> None:
        gate.wait()
        replies[number] = browsers[number].post(posts[number][1], data=posts[number][2])

    threads = [threading.Thread(target=contextvars.Context().run, args=(press, n)) for n in range(len(posts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


@both_databases
@pytest.mark.parametrize("turn", range(3))
def test_of_two_people_with_different_steps_one_wins_and_the_other_is_told(
    app: Flask, people: People, turn: int
) -> None:
    finding = factory.at(people, "proposed", audit=factory.audit(people))
    number, version = finding.id, str(finding.version)
    agreed = {name: str(value) for name, value in factory.agreed(finding).items()}
    lead, manager = signed_in.cookie(people.lead), signed_in.cookie(people.manager)
    db.session.commit()
    db.session.remove()
    yes, no = at_once(
        app,
        (lead, f"/findings/{number}/step/approve_plan", agreed | {"version": version}),
        (manager, f"/findings/{number}/step/return_plan", {"reason": "Training only.", "version": version}),
    )
    state = db.session.get_one(Finding, number).state
    assert sorted((yes.status_code, no.status_code)) == [302, 422]
    loser, winner, typed = (no, "Leo Lead", "Training only.") if yes.status_code == 302 else (
        yes, "Mia Manager", "No incident without a priority in sixty records.")  # fmt: skip
    assert state is (FindingState.PLANNED if loser is no else FindingState.ANALYSED)
    assert f"Meanwhile {winner} acted" in loser.text
    assert typed in loser.text
    acts = [each.action for each in trail.history(db.session.get_one(Finding, number))]
    assert ("finding.approve_plan" in acts) is not ("finding.return_plan" in acts)
