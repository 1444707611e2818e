"""The pages of programme and audits, through the client."""

from datetime import timedelta

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme
from tests.programme.factory import justify_rest, plan_audit, plan_year

YEAR = today().year
PAGES = [
    "/programme/",
    f"/programme/{YEAR}",
    f"/programme/{YEAR}/edit",
    "/programme/new",
    "/programme/audits",
    "/programme/audits?q=inc&state=planned&kind=internal&late=yes&sort=-title",
    "/programme/audits/new",
    "/programme/audits/1",
    "/programme/audits/1/edit",
    "/programme/audits/1/team",
    "/programme/audits/1/step/cancel",
    "/programme/audits/1/step/start",
    f"/programme/{YEAR}/step/approve",
]
PLAN = {"kind": "internal", "title": "Changes", "criteria": "ISO/IEC 20000-1:2018", "clauses": ["8.5.1.1"]}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("url", PAGES)
def test_every_page_is_clean_html_in_both_languages(people, client_for, parsed, url, language):
    people.manager.language = language
    plan_audit(people)
    db.session.commit()
    reply = client_for(people.manager).get(url)
    assert reply.status_code == 200
    assert parsed(reply).find(".//h1") is not None


def test_an_empty_programme_says_what_to_do_next(people, client_for, parsed):
    page = parsed(client_for(people.manager).get("/programme/"))
    assert any("/programme/new" in (link.get("href") or "") for link in page.iter("a"))
    assert client_for(people.reader).get("/programme/").status_code == 200


def test_an_audit_is_planned_staffed_and_notified_through_the_pages(people, client_for):
    client = client_for(people.manager)
    reply = client.post(
        "/programme/new", data={"year": str(YEAR), "title": "Year", "objectives": "Find out", "manager": ""}
    )
    assert reply.status_code == 303
    day = today().isoformat()
    reply = client.post(
        "/programme/audits/new",
        data={
            **PLAN,
            "starts_on": day,
            "ends_on": day,
            "processes": [str(people.chg.id)],
            "auditees": [str(people.owner2.id)],
        },
    )
    audit = db.session.query(Audit).one()
    assert reply.location.endswith(f"/programme/audits/{audit.id}/team")
    reply = client.post(
        f"/programme/audits/{audit.id}/team",
        data={
            "lead": str(people.lead.id),
            "members": [str(people.auditor.id)],
            "observers": [str(people.boss.id)],
        },
    )
    assert reply.status_code == 303
    assert client.post(f"/programme/audits/{audit.id}/step/notify").status_code == 303
    db.session.expire_all()
    assert audit.state is AuditState.NOTIFIED
    assert [member.person for member in audit.members] == [people.auditor, people.boss]


def test_a_conflict_is_said_beside_the_field_and_nothing_is_saved(people, client_for, parsed):
    audit = plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    db.session.commit()
    reply = client_for(people.manager).post(
        f"/programme/audits/{audit.id}/team",
        data={"lead": str(people.lead.id), "members": [str(people.auditor2.id)]},
    )
    assert reply.status_code == 422
    assert "Service level management" in "".join(parsed(reply).find(".//*[@id='members-error']").itertext())
    db.session.expire_all()
    assert audit.members == []


def test_a_first_day_in_the_past_asks_for_a_later_one_unless_it_is_recorded(people, client_for):
    day = today() - timedelta(days=1)
    plan_year(people, day.year)
    db.session.commit()
    client, facts = (
        client_for(people.manager),
        {**PLAN, "starts_on": day.isoformat(), "ends_on": day.isoformat()},
    )
    refused = client.post("/programme/audits/new", data=facts)
    assert refused.status_code == 422
    assert "from today on" in refused.text
    assert client.post("/programme/audits/new", data={**facts, "recorded": "y"}).status_code == 303


def test_two_people_editing_one_audit_both_see_what_the_other_wrote(people, client_for, parsed):
    audit = plan_audit(people)
    db.session.commit()
    url, version = f"/programme/audits/{audit.id}/edit", str(audit.version)
    facts = {
        **PLAN,
        "starts_on": audit.starts_on.isoformat(),
        "ends_on": audit.ends_on.isoformat(),
        "version": version,
    }
    client = client_for(people.manager)
    assert (
        client.post(url, data={**facts, "title": "First", "processes": [str(people.inc.id)]}).status_code
        == 303
    )
    late = client.post(url, data={**facts, "title": "Second", "processes": [str(people.chg.id)]})
    assert late.status_code == 422
    words = "".join(parsed(late).find(".//main").itertext())
    assert all(
        word in words for word in ("First", "Second", "INC Incident management", "CHG Change management")
    )
    db.session.expire_all()
    assert audit.title == "First"


def test_only_scope_changed_meanwhile_is_noticed_too(people, client_for):
    audit = plan_audit(people)
    db.session.commit()
    url, version = f"/programme/audits/{audit.id}/edit", str(audit.version)
    facts = {
        "kind": "internal",
        "title": audit.title,
        "criteria": audit.criteria,
        "version": version,
        "starts_on": audit.starts_on.isoformat(),
        "ends_on": audit.ends_on.isoformat(),
    }
    client = client_for(people.manager)
    assert client.post(url, data={**facts, "processes": [str(people.inc.id)]}).status_code == 303
    assert client.post(url, data={**facts, "processes": [str(people.chg.id)]}).status_code == 422


@pytest.mark.parametrize(
    "url", ["/programme/new", "/programme/audits/new", "/programme/audits/1/edit", "/programme/audits/1/team"]
)
@pytest.mark.parametrize("name", ["auditor", "owner", "boss", "reader", "admin", "lead"])
def test_planning_is_for_the_programme_manager(people, client_for, url, name):
    plan_audit(people)
    db.session.commit()
    assert client_for(getattr(people, name)).get(url).status_code == 403


def test_an_audit_of_others_does_not_exist_for_a_process_owner(people, client_for):
    audit = plan_audit(people)
    db.session.commit()
    assert client_for(people.owner2).get(f"/programme/audits/{audit.id}").status_code == 404
    assert client_for(people.owner).get(f"/programme/audits/{audit.id}").status_code == 200


def test_top_management_approves_on_its_page(people, client_for):
    programme = plan_audit(people).programme
    db.session.commit()
    assert client_for(people.manager).post(f"/programme/{YEAR}/step/approve").status_code == 422
    refused = client_for(people.boss).post(f"/programme/{YEAR}/step/approve")
    assert refused.status_code == 422
    assert "Not covered by any audit of this year: 4.1" in refused.text
    justify_rest(people, programme)
    db.session.commit()
    assert client_for(people.boss).post(f"/programme/{YEAR}/step/approve").status_code == 303
    db.session.expire_all()
    assert db.session.get(Programme, programme.id).approved_by_id == people.boss.id


def test_the_result_of_a_certification_body_is_recorded_on_its_page(people, client_for):
    audit = plan_audit(people, kind=AuditKind.SURVEILLANCE, body="East Lake")
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/audits/{audit.id}/step/report"
    assert client.post(url, data={"conclusion": ""}).status_code == 422
    assert client.post(url, data={"conclusion": "Conforms."}).status_code == 303
    assert "Conforms." in client.get(f"/programme/audits/{audit.id}").text


def test_an_unknown_step_is_not_found(people, client_for):
    audit = plan_audit(people)
    db.session.commit()
    assert client_for(people.manager).get(f"/programme/audits/{audit.id}/step/explode").status_code == 404
