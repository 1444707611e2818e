"""The pages of waivers, through the client: from the refused team to the saved one."""

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit_app.competence.models import Competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme import waivers
from audit_app.programme.models import Audit
from audit_app.programme.waiver_models import Waiver, WaiverKind
from tests.programme.factory import plan_audit

FACTS = {"reason": "Nobody else.", "measure": "Second reader."}


@pytest.fixture
def audit(people) -> Audit:
    """An audit of service delivery, where 王小明 works."""
    made = plan_audit(people, processes=[people.slm], departments=[people.sdm], auditees=[people.owner2])
    db.session.commit()
    return made


def hrefs(parsed, reply):
    return [link.get("href") or "" for link in parsed(reply).iter("a")]


def test_a_conflicted_auditor_is_saved_through_the_pages_only_with_a_waiver(
    people, client_for, parsed, audit
):
    manager, boss = client_for(people.manager), client_for(people.boss)
    team = {"lead": people.lead.id, "members": [people.auditor2.id]}
    refused = manager.post(f"/programme/audits/{audit.id}/team", data=team)
    assert refused.status_code == 422
    assert "cannot audit it" in refused.text
    way = next(each for each in hrefs(parsed, refused) if "/waivers/new" in each)
    assert f"person={people.auditor2.id}" in way
    facts = {**FACTS, "person": people.auditor2.id, "kind": "independence"}
    reply = manager.post(way, data=facts)
    assert reply.status_code == 303
    assert reply.location.startswith(f"/programme/audits/{audit.id}/team?")
    back = manager.get(reply.location)
    assert (
        parsed(back).find(f".//input[@name='members'][@value='{people.auditor2.id}']").get("checked")
        is not None
    )
    assert manager.post(f"/programme/audits/{audit.id}/team", data=team).status_code == 422
    made = db.session.query(Waiver).one()
    assert "Waivers to approve" in boss.get("/").text
    assert boss.post(f"/programme/waivers/{made.id}/approve").status_code == 303
    assert manager.post(f"/programme/audits/{audit.id}/team", data=team).status_code == 303
    page = boss.get(f"/programme/audits/{audit.id}")
    assert "approved by Ben Boss" in page.text


def test_an_expired_auditor_is_saved_through_the_pages_after_the_competence_is_recorded(
    people, client_for, parsed, audit
):
    for each in db.session.query(Competence).filter_by(person_id=people.auditor.id):
        each.ends_on = today() - timedelta(days=1)
    db.session.commit()
    manager = client_for(people.manager)
    team = {"lead": people.lead.id, "members": [people.auditor.id]}
    refused = manager.post(f"/programme/audits/{audit.id}/team", data=team)
    assert refused.status_code == 422
    assert "Ana Auditor" in refused.text
    way = next(each for each in hrefs(parsed, refused) if each.startswith("/competence/new"))
    page = parsed(manager.get(way))
    ticked = [each.get("value") for each in page.iter("input") if each.get("checked") is not None]
    assert ticked == ["auditing", "standard"]
    facts = {
        "person": people.auditor.id, "skills": ticked, "standard": "ISO/IEC 20000-1:2018", "basis": "exam",
        "grounds": "Passed again.", "awarded_on": today().isoformat(), "ends_on": "", "evaluated_by": people.manager.id,
    }  # fmt: skip
    reply = manager.post(way, data=facts)
    assert reply.location.startswith(f"/programme/audits/{audit.id}/team?")
    assert manager.post(f"/programme/audits/{audit.id}/team", data=team).status_code == 303


def test_the_audits_page_says_what_stands_in_the_way_of_its_team_now(people, client_for, audit):
    for each in db.session.query(Competence).filter_by(person_id=people.lead.id):
        each.ends_on = today() - timedelta(days=1)
    db.session.commit()
    page = client_for(people.manager).get(f"/programme/audits/{audit.id}")
    assert "What stands in the way of the team" in page.text
    reply = client_for(people.manager).post(f"/programme/audits/{audit.id}/step/notify")
    assert reply.status_code == 422
    assert "Leo Lead" in reply.text


def test_the_manager_may_approve_in_the_same_step_but_not_for_themselves(people, client_for, audit):
    manager = client_for(people.manager)
    url = f"/programme/audits/{audit.id}/waivers/new"
    facts = {**FACTS, "person": people.auditor2.id, "kind": "independence", "approve": "y"}
    reply = manager.post(url, data=facts)
    assert "Approved" in manager.get(reply.location).text
    people.manager.department = people.sdm
    db.session.commit()
    reply = manager.post(url, data=facts | {"person": people.manager.id})
    assert reply.status_code == 422
    assert "Nobody approves a waiver for themselves" in reply.text
    assert db.session.query(Waiver).count() == 1


def test_a_waiver_is_declined_with_a_reason(people, client_for, audit):
    made = waivers.ask(audit, people.auditor2, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)
    boss = client_for(people.boss)
    url = f"/programme/waivers/{made.id}/withdraw"
    assert boss.get(url).status_code == 200
    assert boss.post(url, data={"reason": ""}).status_code == 422
    assert boss.post(url, data={"reason": "Take an auditor from outside."}).status_code == 303
    assert "Take an auditor from outside." in boss.get(f"/programme/waivers/{made.id}").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_register_is_clean_html_and_a_workbook(people, client_for, parsed, audit, language):
    people.boss.language = language
    boss = client_for(people.boss)
    assert parsed(boss.get("/programme/waivers")).find(".//h1") is not None
    made = waivers.ask(audit, people.auditor2, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)
    for url in ("", "?state=asked", "?kind=independence", f"?year={today().year}"):
        assert "王小明" in boss.get(f"/programme/waivers{url}").text
    for url in ("?state=approved", "?state=withdrawn", "?kind=competence", "?year=2001"):
        assert "王小明" not in boss.get(f"/programme/waivers{url}").text
    book = load_workbook(BytesIO(boss.get("/programme/waivers.xlsx").data))
    assert book.active["B2"].value == "王小明"
    assert parsed(boss.get(f"/programme/waivers/{made.id}")).find(".//h1") is not None


def test_a_stranger_to_the_audit_does_not_see_its_waiver(people, client_for, audit):
    made = waivers.ask(audit, people.auditor2, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)
    assert client_for(people.owner).get(f"/programme/waivers/{made.id}").status_code == 404
    assert client_for(people.owner2).get(f"/programme/waivers/{made.id}").status_code == 200
    assert client_for(people.owner2).post(f"/programme/waivers/{made.id}/approve").status_code == 403
