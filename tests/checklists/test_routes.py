"""Through the browser's door: pages are strict HTML, refusals keep what was typed, the JSON door never redirects."""

import json
import re
import uuid
from io import BytesIO
from pathlib import Path

import pytest

from audit_app.checklists import queries, services
from audit_app.checklists.models import AnswerRevision, TemplateVersion
from audit_app.core.db import db
from audit_app.programme.models import AuditState
from tests.checklists import factory

REAL = Path(__file__).parents[1] / "data" / "internal_audit_checklist.xlsx"


@pytest.fixture
def made(people):
    checklist = factory.checklist(people)
    db.session.commit()
    return checklist


def body(item, by, **facts):
    return {"protocol": 1, "device_id": factory.DEVICE, "items": [factory.revision(item, by, **facts)]}


def test_every_page_is_strict_html_in_both_languages(people, made, client_for, parsed):
    item, version = made.items[0], made.template_version
    factory.answer(item, people.lead, value="minor")
    factory.answer(item, people.auditor, value="conform")
    draft = factory.draft(people, title="Draft")
    db.session.commit()
    client = client_for(people.lead)
    for path in (
        "/checklists", "/checklists/new", "/checklists/import", f"/checklists/versions/{version.id}",
        f"/checklists/versions/{draft.id}/edit", f"/checklists/versions/{draft.id}/title",
        f"/checklists/versions/{draft.id}/questions/new", f"/checklists/questions/{draft.questions[0].id}/edit",
        f"/audits/{made.audit_id}/checklists", f"/audits/{made.audit_id}/checklists/add",
        f"/audits/{made.audit_id}/fieldwork", f"/audits/{made.audit_id}/fieldwork?item={item.id}",
        f"/checklist-items/{item.id}",
    ):  # fmt: skip
        for language in ("en", "zh"):
            reply = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert reply.status_code == 200, path
            parsed(reply)


def test_the_audit_without_a_checklist_says_what_to_do(people, client_for, parsed):
    audit = factory.audit(people)
    db.session.commit()
    for path in (f"/audits/{audit.id}/fieldwork", f"/audits/{audit.id}/checklists"):
        reply = client_for(people.lead).get(path)
        parsed(reply)
        assert "no checklist yet" in reply.text


def test_text_of_people_is_never_markup_nor_script(people, made, client_for, parsed):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    factory.answer(made.items[0], people.lead, note=evil)
    factory.answer(made.items[0], people.auditor, note=evil + "2")
    db.session.commit()
    for path in (
        f"/audits/{made.audit_id}/fieldwork?item={made.items[0].id}",
        f"/checklist-items/{made.items[0].id}",
    ):
        reply = client_for(people.lead).get(path)
        parsed(reply)
        assert "<script>alert" not in reply.text
        assert "<img src=x" not in reply.text


def test_an_answer_through_the_json_door_is_committed_before_the_reply(people, made, client_for):
    reply = client_for(people.lead).post("/sync", json=body(made.items[0], people.lead))
    assert reply.status_code == 200
    assert [each["status"] for each in reply.json["results"].values()] == ["accepted"]
    db.session.rollback()
    assert db.session.query(AnswerRevision).count() == 1


@pytest.mark.edge_case(8)
def test_signed_out_is_401_in_json_and_never_a_redirect(app, people, made):
    client = app.test_client()
    assert client.post("/sync", json=body(made.items[0], people.lead)).status_code == 401
    reply = client.get("/sync/hello", headers={"Accept": "application/json"})
    assert (reply.status_code, reply.json["error"]) == (401, "signed_out")


@pytest.mark.edge_case(10)
def test_a_missing_or_wrong_csrf_token_is_403_and_a_fresh_one_helps(app, people, made, client_for):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for(people.lead)
    given = body(made.items[0], people.lead)
    for headers in ({}, {"X-CSRFToken": "wrong"}):
        reply = client.post("/sync", json=given, headers=headers)
        assert (reply.status_code, reply.json["error"]) == (403, "csrf")
    fresh = client.get("/sync/hello", headers={"Accept": "application/json"}).json
    assert fresh["user"] == {"id": people.lead.id, "name": "Leo Lead"}
    reply = client.post("/sync", json=given, headers={"X-CSRFToken": fresh["csrf"]})
    assert [each["status"] for each in reply.json["results"].values()] == ["accepted"]


@pytest.mark.parametrize(
    ("data", "status"),
    [({"protocol": 0, "device_id": factory.DEVICE, "items": []}, 426),
     ({"protocol": 4, "device_id": factory.DEVICE, "items": []}, 426), ([], 422), ({"items": []}, 422)],
)  # fmt: skip
@pytest.mark.edge_case(24)
def test_an_envelope_that_does_not_fit_is_said_by_status(people, client_for, data, status):
    assert client_for(people.lead).post("/sync", json=data).status_code == status


def test_a_batch_of_more_than_a_megabyte_is_413(people, client_for):
    reply = client_for(people.lead).post("/sync", data=b"x" * 1_000_001, content_type="application/json")
    assert reply.status_code == 413


def test_who_may_not_answer_may_not_use_the_door_but_reads_the_checklist(people, made, client_for):
    for person in (people.owner, people.boss, people.reader):
        client = client_for(person)
        assert client.post("/sync", json=body(made.items[0], person)).status_code == 403
        page = client.get(f"/audits/{made.audit_id}/fieldwork")
        assert page.status_code == 200
        assert re.search(r'class="btn fw-verdict[^>]*disabled', page.text)
    assert client_for(people.owner2).get(f"/audits/{made.audit_id}/fieldwork").status_code == 404


def test_others_answers_come_after_the_number_last_seen(people, made, client_for):
    factory.answer(made.items[0], people.auditor, note="By Ana")
    db.session.commit()
    client = client_for(people.lead)
    reply = client.get(f"/sync/changes?audit={made.audit_id}&after=0").json
    assert [(row["author"], row["note"], row["seq"]) for row in reply["changes"]] == [
        ("Ana Auditor", "By Ana", 1)
    ]
    assert client.get(f"/sync/changes?audit={made.audit_id}&after=1").json["changes"] == []
    assert client_for(people.owner2).get(f"/sync/changes?audit={made.audit_id}").status_code == 404


def form_of(item, **facts):
    return {
        "item": item.id, "revision": str(uuid.uuid4()), "base": "", "template_version": item.checklist.version_id,
        "note": "Seen", "value": "conform", "flagged": "0", **facts,
    }  # fmt: skip


def test_without_a_script_the_same_door_takes_a_form(people, made, client_for):
    item = made.items[0]
    client, url = client_for(people.lead), f"/audits/{made.audit_id}/fieldwork/answer"
    given = form_of(item)
    assert client.post(url, data=given).status_code == 303
    assert client.post(url, data=given).status_code == 303
    assert [head.value.value for head in queries.heads_of(item)] == ["conform"]
    assert db.session.query(AnswerRevision).count() == 1


def test_a_refused_form_comes_back_with_what_was_typed(people, made, client_for, parsed):
    item = made.items[0]
    url = f"/audits/{made.audit_id}/fieldwork/answer"
    reply = client_for(people.lead).post(url, data=form_of(item, value="maybe", note="My long note"))
    assert reply.status_code == 422
    parsed(reply)
    assert "My long note" in reply.text
    reply = client_for(people.lead).post(url, data=form_of(item, value="not_applicable", note=" "))
    assert (reply.status_code, "why this is not applicable" in reply.text) == (422, True)
    assert db.session.query(AnswerRevision).count() == 0


def test_a_closed_audit_keeps_the_answer_for_the_lead(people, made, client_for):
    made.audit.state = AuditState.CLOSED
    db.session.commit()
    reply = client_for(people.lead).post("/sync", json=body(made.items[0], people.lead))
    assert [(r["status"], r["reason"]) for r in reply.json["results"].values()] == [("held", "closed")]


def test_two_people_who_save_the_same_question_both_see_both(people, client_for, parsed):
    version = factory.draft(people)
    db.session.commit()
    url = f"/checklists/questions/{version.questions[0].id}/edit"
    client = client_for(people.lead)
    shown = re.search(r'name="version"[^>]*value="(\d+)"', client.get(url).text).group(1)
    typed = {
        "kind": "question",
        "clause": "8.6.1",
        "section": "8.6",
        "prompt_en": "Second words?",
        "version": shown,
    }
    first = client_for(people.manager).post(url, data={**typed, "prompt_en": "First words?"})
    assert first.status_code == 303
    second = client.post(url, data=typed)
    assert second.status_code == 422
    parsed(second)
    assert "First words?" in second.text
    assert "Second words?" in second.text


def test_a_checklist_is_made_edited_and_published_by_hand(people, client_for):
    client = client_for(people.lead)
    assert client.post("/checklists/new", data={"title_en": "", "title_zh": ""}).status_code == 422
    assert client.post("/checklists/new", data={"title_en": "Mine"}).status_code == 303
    version = db.session.query(TemplateVersion).one()
    add = f"/checklists/versions/{version.id}/questions/new"
    assert client.post(add, data={"kind": "question", "clause": "1", "prompt_en": ""}).status_code == 422
    for clause in ("1", "2"):
        assert (
            client.post(add, data={"kind": "question", "clause": clause, "prompt_en": "So?"}).status_code
            == 303
        )
    first, second = version.questions
    client.post(f"/checklists/questions/{second.id}/move", data={"to": "1"})
    client.post(f"/checklists/questions/{first.id}/remove")
    assert client.post(f"/checklists/versions/{version.id}/publish").status_code == 303
    db.session.expire_all()
    assert (version.state.value, [q.clause for q in version.questions]) == ("published", ["2"])
    assert client.get(f"/checklists/versions/{version.id}/edit").status_code == 303
    assert client.post(f"/checklists/versions/{version.id}/renew").status_code == 303
    assert client.post(f"/checklists/versions/{version.id}/copy").status_code == 303


def test_the_real_sheet_passes_the_wizard(people, client_for, parsed):
    client = client_for(people.lead)
    upload = client.post("/checklists/import", data={"file": (BytesIO(REAL.read_bytes()), "real.xlsx")})
    assert upload.status_code == 303
    page = client.get(upload.location)
    parsed(page)
    assert "Are assets identified and inventoried?" in page.text
    wrong = client.get(upload.location, query_string={"mapped": "1", "col_clause": "D"})
    assert (wrong.status_code, "Choose a column for" in wrong.text) == (200, True)
    assert client_for(people.manager).get(upload.location).status_code == 303
    given = {"mapped": "1", "sheet": "Internal Audit", "header": "6", "col_prompt": "E", "col_clause": "D"}
    given["title"] = "Real"
    assert client.post(upload.location, data={**given, "title": ""}).status_code == 422
    assert client.post(upload.location, data=given).status_code == 303
    version = db.session.query(TemplateVersion).one()
    assert (version.title_en, len(version.questions)) == ("Real", 6)


@pytest.mark.parametrize(
    ("name", "data"), [("x.xlsx", b"\x00\x01\x02 nothing" * 99), ("e.csv", b""), ("p.xlsx", b"%PDF-1.4")]
)
def test_a_file_that_is_not_what_its_name_says_is_refused_in_words(people, client_for, parsed, name, data):
    reply = client_for(people.lead).post("/checklists/import", data={"file": (BytesIO(data), name)})
    assert reply.status_code == 422
    parsed(reply)
    assert "field-error" in reply.text or "error-summary" in reply.text


def test_a_checklist_is_added_to_an_audit_and_exported(people, client_for):
    audit = factory.audit(people)
    version = factory.shipped()
    db.session.commit()
    client = client_for(people.lead)
    url = f"/audits/{audit.id}/checklists/add"
    assert client.post(url, data={"version_id": version.id, "scope": "scope"}).status_code == 303
    assert client.post(url, data={"version_id": version.id, "scope": "all"}).status_code == 422
    work = queries.fieldwork(audit, to=people.lead)
    assert [answer.item.clause for answer in work.answers] == ["8.6.1", "8.6.2", "8.6.3"]
    for path, start in (("record.xlsx", b"PK"), ("record.pdf", b"%PDF")):
        reply = client.get(f"/audits/{audit.id}/{path}?lang=zh")
        assert (reply.status_code, reply.data[: len(start)]) == (200, start)
    assert client.get(f"/checklists/versions/{version.id}.xlsx").data[:2] == b"PK"


def test_the_page_carries_all_it_needs_in_one_block(people, client_for):
    audit = factory.audit(people)
    services.add_checklist(audit, factory.shipped(), by=people.lead)
    db.session.commit()
    text = client_for(people.lead).get(f"/audits/{audit.id}/fieldwork").text
    data = json.loads(re.search(r'id="fw-data"[^>]*>(.*?)</script>', text, re.S).group(1))
    assert len(data["items"]) == 62
    assert data["mayAnswer"] is True
    assert {len(item["heads"]) for item in data["items"]} == {0}
