"""Through the browser's door: every page parsed strictly, every refusal a sentence, nothing typed lost."""

import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from audit_app.checklists.models import Checklist, ChecklistItem, Template, TemplateVersion, VersionState
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import action_services, services
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme.models import Audit, AuditState
from tests.findings import factory
from tests.people import People

STATEMENT = {
    "grade": "minor",
    "nonconformity": "Three of twelve incidents carry no priority.",
    "objective_evidence": "INC0010023",
    "location": "Service desk",
    "clause": "8.6.1",
    "requirement": "Incidents shall be classified.",
    "origin": "internal_audit",
}


def item_of(people: People, audit: Audit) -> ChecklistItem:
    """A checklist item of an audit."""
    template = Template(key="t")
    version = TemplateVersion(
        template=template,
        number=1,
        title_en="T",
        title_zh="T",
        state=VersionState.PUBLISHED,
        created_at=now(),
    )
    checklist = Checklist(
        audit=audit, template_version=version, created_at=now(), created_by_id=people.lead.id
    )
    item = ChecklistItem(
        checklist=checklist, position=1, clause="8.6.1", title_en="Incident management", title_zh="事件管理",
        prompt_en="Are incidents classified?", prompt_zh="事件是否分类？", process=people.inc,
    )  # fmt: skip
    db.session.add(item)
    db.session.commit()
    return item


PAGES = [
    ("/findings/", "manager"), ("/findings/?q=zzz", "owner"),
    ("/findings/?state=open&q=priority&grade=nc", "manager"),
    ("/findings/actions", "owner"), ("/findings/actions?mine=1&state=open&sort=-due", "owner"),
    ("/findings/new", "auditor"), ("/findings/{id}", "manager"), ("/findings/{id}", "owner"),
    ("/findings/{id}/edit", "lead"), ("/findings/{id}/extend", "owner"), ("/findings/{id}/regrade", "lead"),
    ("/findings/{id}/actions/new", "owner"), ("/findings/{id}/step/report", "owner"),
    ("/findings/actions/{action}", "owner"), ("/findings/actions/{action}/edit", "owner"),
    ("/findings/actions/{action}/step/done", "owner"), ("/findings/actions/{action}/step/extend", "owner"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_valid_html_in_both_languages(
    people: People, client_for: Any, parsed: Any, language: str
) -> None:
    subject = factory.at(people, "planned", audit=factory.audit(people))
    number, action = subject.id, subject.actions[0].id
    db.session.commit()
    for address, person in PAGES:
        url = address.format(id=number, action=action)
        reply = client_for(getattr(people, person)).get(
            url + ("&" if "?" in url else "?") + f"lang={language}"
        )
        assert reply.status_code == 200, url
        parsed(reply)


@pytest.mark.parametrize("state", [*factory.PATH, "withdrawn"])
def test_a_finding_shows_itself_in_every_state(
    people: People, client_for: Any, parsed: Any, state: str
) -> None:
    subject = factory.at(people, "draft" if state == "withdrawn" else state)
    if state == "withdrawn":
        services.withdraw(subject, reason="Outside the scope.", by=people.lead)
    db.session.commit()
    reply = client_for(people.manager).get(f"/findings/{subject.id}")
    parsed(reply)
    assert subject.code in reply.text


def test_a_finding_from_an_answer_needs_the_text_only(people: People, client_for: Any, parsed: Any) -> None:
    item = item_of(people, factory.audit(people))
    address = f"/findings/new?item_id={item.id}&grade=minor"
    page = client_for(people.auditor).get(address)
    parsed(page)
    assert "Are incidents classified?" in page.text
    typed = STATEMENT | {
        "nonconformity": "No priority.",
        "requirement": "Are incidents classified?",
        "process_id": people.inc.id,
        "department_id": people.ops.id,
        "owner_id": people.owner.id,
    }
    reply = client_for(people.auditor).post(address, data=typed)
    made = db.session.query(Finding).one()
    assert (reply.status_code, reply.location) == (302, f"/findings/{made.id}")
    assert (made.item, made.audit, made.title) == (item, item.checklist.audit, "No priority")
    assert made.owner is people.owner
    assert made.code in client_for(people.auditor).get(address).text


def test_an_incomplete_finding_comes_back_with_what_was_typed(
    people: People, client_for: Any, parsed: Any
) -> None:
    db.session.commit()
    reply = client_for(people.auditor).post(
        "/findings/new", data=STATEMENT | {"grade": "", "location": "Room 7"}
    )
    parsed(reply)
    assert reply.status_code == 422
    assert "Room 7" in reply.text
    assert db.session.query(Finding).count() == 0


def test_a_closed_audit_is_a_sentence_and_keeps_the_text(people: People, client_for: Any) -> None:
    audit = factory.audit(people)
    item = item_of(people, audit)
    audit.state = AuditState.CLOSED
    db.session.commit()
    reply = client_for(people.auditor).post(f"/findings/new?item_id={item.id}", data=STATEMENT)
    assert reply.status_code == 422
    assert "takes no new findings" in reply.text
    assert STATEMENT["nonconformity"] in reply.text


def walk(client_for: Any, person: Any, address: str, **facts: Any) -> None:
    reply = client_for(person).post(address, data=facts)
    assert reply.status_code == 302, reply.text


def test_the_whole_path_through_the_forms(people: People, client_for: Any) -> None:
    people_owner, audit = people.owner.id, factory.audit(people)
    db.session.commit()
    walk(
        client_for, people.auditor, "/findings/new", **STATEMENT, process_id=people.inc.id, audit_id=audit.id
    )
    made = db.session.query(Finding).one()
    step = f"/findings/{made.id}/step/"
    walk(client_for, people.lead, step + "issue", due_on=today().isoformat())
    day = today().isoformat()
    walk(client_for, people.owner, step + "accept", correction="Set them.")
    walk(client_for, people.owner, step + "correct", correction="Set them.", correction_done_on=day)
    walk(
        client_for,
        people.owner,
        step + "analyse",
        cause="Optional field.",
        similar_cases="None.",
        cause_category="technology",
    )
    plan = {"action_title": "Make it mandatory", "action_owner_id": people_owner, "action_due_on": day}
    walk(client_for, people.owner, step + "propose", **plan)
    check = (today() + timedelta(days=30)).isoformat()
    criterion = "None in sixty records."
    walk(
        client_for,
        people.lead,
        step + "approve_plan",
        effectiveness_criterion=criterion,
        effectiveness_due_on=check,
    )
    walk(client_for, people.owner, step + "start")
    action = made.actions[0]
    walk(client_for, people.owner, f"/findings/actions/{action.id}/step/done", note="Form changed.")
    factory.attach(action, factory.Upload(), by=people.owner)
    db.session.commit()
    walk(client_for, people.owner, step + "report")
    walk(client_for, people.lead, step + "send_back", reason="Where is the list?")
    walk(client_for, people.owner, step + "report")
    walk(client_for, people.manager, step + "verify", note="Seen.")
    proof = {"shown_by": "sample", "record": "Sixty tickets", "effectiveness_note": "None since."}
    early = client_for(people.lead).post(step + "close", data=proof | {"record_on": day})
    assert (early.status_code, "cannot be seen earlier" in early.text) == (422, True)
    db.session.expire_all()
    made.implemented_at -= timedelta(days=40)
    made.effectiveness_due_on = today()
    db.session.commit()
    walk(client_for, people.lead, step + "close", **proof, record_on=day)
    db.session.expire_all()
    assert made.state is FindingState.CLOSED


def test_a_deadline_before_today_is_refused_on_the_form(people: People, client_for: Any, parsed: Any) -> None:
    subject = factory.finding(people, audit=factory.audit(people))
    db.session.commit()
    yesterday = (today() - timedelta(days=1)).isoformat()
    reply = client_for(people.lead).post(f"/findings/{subject.id}/step/issue", data={"due_on": yesterday})
    parsed(reply)
    assert reply.status_code == 422
    assert "This day has passed" in reply.text
    assert yesterday in reply.text


def test_the_second_of_two_people_sees_both_texts(people: People, client_for: Any, parsed: Any) -> None:
    subject = factory.finding(people, audit=factory.audit(people))
    db.session.commit()
    shown = str(subject.version)
    typed = STATEMENT | {"title": "Hers", "version": shown, "owner_id": str(people.owner.id)}
    assert client_for(people.lead).post(f"/findings/{subject.id}/edit", data=typed).status_code == 302
    mine = typed | {"title": "Mine", "owner_id": str(people.owner2.id)}
    reply = client_for(people.auditor).post(f"/findings/{subject.id}/edit", data=mine)
    parsed(reply)
    assert reply.status_code == 422
    for words in ("Hers", "Mine", "Olga Owner", "Otto Owner"):
        assert words in reply.text
    compared = reply.text[reply.text.index("beside yours") : reply.text.index("</table>")]
    assert "Internal audit" not in compared  # Both say so: only what differs is compared.
    db.session.expire_all()
    assert subject.title == "Hers"
    again = mine | {"version": str(subject.version)}
    assert client_for(people.auditor).post(f"/findings/{subject.id}/edit", data=again).status_code == 302


def test_a_step_that_somebody_took_meanwhile_is_a_sentence(people: People, client_for: Any) -> None:
    subject = factory.at(people, "accepted")
    db.session.commit()
    reply = client_for(people.owner).post(
        f"/findings/{subject.id}/step/accept", data={"correction": "Again."}
    )
    assert reply.status_code == 422
    assert "Again." in reply.text
    assert "Meanwhile Olga Owner acted: accepted the finding" in reply.text


def test_unseen_and_missing_are_the_same_answer(people: People, client_for: Any) -> None:
    subject = factory.at(people, "planned")
    db.session.commit()
    for address in (
        "/findings/{}",
        "/findings/{}/report",
        "/findings/{}/step/accept",
        "/findings/{}/actions/new",
    ):
        assert client_for(people.owner2).get(address.format(subject.id)).status_code == 404
        assert client_for(people.owner2).get(address.format(99999)).status_code == 404
    assert client_for(people.owner).get(f"/findings/{subject.id}/step/nonsense").status_code == 404
    assert client_for(people.reader).get("/findings/new").status_code == 403


def test_more_time_is_asked_for_and_granted(people: People, client_for: Any) -> None:
    subject = factory.at(people, "planned", audit=factory.audit(people))
    action = subject.actions[0]
    db.session.commit()
    later = (action.due_on + timedelta(days=10)).isoformat()
    step = f"/findings/actions/{action.id}/step/"
    walk(client_for, people.owner, step + "extend", due_on=later, reason="Supplier is late.")
    walk(client_for, people.lead, step + "grant")
    db.session.expire_all()
    assert action.due_on.isoformat() == later
    new = {"title": "Train the desk", "kind": "corrective", "owner_id": people.owner2.id, "due_on": later}
    walk(client_for, people.owner, f"/findings/{subject.id}/actions/new", **new)
    walk(
        client_for,
        people.owner,
        f"/findings/actions/{action.id}/edit",
        title="Better words",
        owner_id=people.owner.id,
    )
    walk(
        client_for,
        people.owner,
        f"/findings/{subject.id}/extend",
        term="corrective",
        due_on="2099-01-01",
        reason="Supplier.",
    )
    walk(client_for, people.lead, f"/findings/{subject.id}/regrade", grade="major", reason="Third time.")
    db.session.expire_all()
    assert (action.title, len(subject.actions), subject.grade) == ("Better words", 2, Grade.MAJOR)


def test_the_page_of_a_list_costs_the_same_queries_and_nearly_the_same_time(
    app: Flask, people: People, client_for: Any
) -> None:
    sent: list[str] = []
    client = client_for(people.manager)
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))

    def measure() -> tuple[int, float]:
        best, count = 9.0, 0
        for _turn in range(8):
            sent.clear()
            start = time.perf_counter()
            assert client.get("/findings/?state=open").status_code == 200
            best, count = min(best, time.perf_counter() - start), len(sent)
        return count, best

    factory.many(people, 1000)
    db.session.commit()
    few, quick = measure()
    factory.many(people, 49000)
    db.session.commit()
    many, slow = measure()
    print(f"{few} queries; page of 1,000: {quick * 1000:.0f} ms, of 50,000: {slow * 1000:.0f} ms")
    assert many == few
    # The benchmark holds the promise of 1.5; here a lost index must show, also on a busy machine.
    assert slow < 1.5 * quick + 0.03


def test_files_are_downloads_with_their_names(people: People, client_for: Any) -> None:
    subject = factory.at(people, "planned")
    db.session.commit()
    for address, start in (
        ("/findings/export?state=open&lang=zh", b"PK"),
        ("/findings/actions/export?mine=1", b"PK"),
        (f"/findings/{subject.id}/report?lang=zh", b"%PDF"),
    ):
        reply = client_for(people.owner).get(address)
        assert reply.status_code == 200
        assert reply.data.startswith(start)
        assert "filename" in reply.headers["Content-Disposition"]
    assert action_services.may_add_to(subject, people.owner)
