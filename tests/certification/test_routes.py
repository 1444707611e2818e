"""The pages through the client: who may enter, what they say, what a file holds."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook
from pypdf import PdfReader

from audit_app.certification import queries, services
from audit_app.core.db import db
from audit_app.findings import services as findings
from audit_app.findings.models import Grade, Origin
from audit_app.programme.models import AuditKind
from tests.certification import factory
from tests.findings import factory as found


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.NOW, tick=True):
        yield


@pytest.fixture
def certificate(people):
    gap = factory.audit(people, AuditKind.GAP, date(2024, 6, 3))
    light = found.finding(people, Grade.OBSERVATION, audit=gap, by=people.manager, title="Nobody owns it")
    findings.issue(light, by=people.lead)
    made = factory.certified(people, decided_on=date(2026, 1, 15))
    factory.audit(people, AuditKind.SURVEILLANCE, date(2026, 12, 21), done=False, code="SV-2026")
    db.session.commit()
    return made


def test_without_a_cycle_the_page_says_how_to_begin_one(client_for, people, parsed):
    reply = client_for(people.manager).get("/certification/")
    parsed(reply)
    assert "Begin a cycle" in reply.get_data(as_text=True)
    assert "Begin a cycle" not in client_for(people.reader).get("/certification/").get_data(as_text=True)


@pytest.mark.parametrize("who", ["manager", "reader", "boss", "owner"])
def test_the_page_tells_where_the_organisation_stands(client_for, people, parsed, certificate, who):
    reply = client_for(getattr(people, who)).get("/certification/")
    assert reply.status_code == 200
    parsed(reply)
    text = reply.get_data(as_text=True)
    assert "Surveillance audit 1, by" in text
    assert "52 days left" in text
    assert "The last management review met on 17 Oct 2025" in text
    assert ("SV-2026" in text) is (who != "owner")


def test_the_page_is_said_in_chinese(client_for, people, parsed, certificate):
    people.reader.language = "zh"
    reply = client_for(people.reader).get("/certification/")
    parsed(reply)
    assert "还剩52天" in reply.get_data(as_text=True)


def test_a_reader_follows_everything_and_changes_nothing(client_for, people, certificate):
    client = client_for(people.reader)
    for page in ("", "/gaps", "/gaps.pdf", "/gaps.xlsx"):
        assert client.get(f"/certification/{certificate.id}{page}").status_code == 200
    assert client.get("/certification/rules").status_code == 200
    for page in (f"{certificate.id}/edit", f"{certificate.id}/step/end", "new", "rules/1", "rules/new"):
        assert client.post(f"/certification/{page}", data={}).status_code == 403


def test_a_cycle_is_begun_after_the_rules_are_taken_over(client_for, people):
    client = client_for(people.manager)
    assert client.get("/certification/new").location == "/certification/rules"
    client.post("/certification/rules/load")
    form = {"standard": "ISO/IEC 20000-1:2018", "body": "", "scheme_id": queries.schemes()[0].id}
    assert client.post("/certification/new", data=form).status_code == 422
    assert client.post("/certification/new", data=form | {"body": "East Lake"}).status_code == 302
    assert queries.current(people.manager).body == "East Lake"


def test_a_refused_decision_keeps_what_was_typed(client_for, people, parsed):
    made = factory.preparing(people)
    db.session.commit()
    url = f"/certification/{made.id}/step/certify"
    reply = client_for(people.manager).post(url, data={"decided_on": "2026-03-01", "number": "EL-77"})
    assert reply.status_code == 422
    parsed(reply)
    text = reply.get_data(as_text=True)
    assert "Stage 2 is not reported" in text
    assert "EL-77" in text


def test_a_validity_before_the_decision_is_refused_on_its_field(client_for, people):
    made = factory.preparing(people)
    factory.audit(people, AuditKind.STAGE_2, date(2026, 2, 1))
    db.session.commit()
    client, url = client_for(people.manager), f"/certification/{made.id}/step/certify"
    form = {"decided_on": "2026-03-01", "valid_until": "2026-02-01"}
    assert "not after its decision" in client.post(url, data=form).get_data(as_text=True)
    assert client.post(url, data=form | {"valid_until": "2029-02-28"}).status_code == 302
    assert queries.current(people.manager).valid_until == date(2029, 2, 28)


def test_a_rule_needs_its_source(client_for, people, certificate):
    rule = certificate.scheme.rules[0]
    client, url = client_for(people.manager), f"/certification/rules/{rule.id}"
    form = {"amount": "4", "unit": "months", "source": ""}
    assert "Name the source" in client.post(url, data=form).get_data(as_text=True)
    assert client.post(url, data=form | {"source": "Contract 12"}).status_code == 302
    assert (rule.amount, rule.source) == (4, "Contract 12")


def test_rules_of_another_body_begin_with_those_of_a_scheme(client_for, people, certificate):
    like = certificate.scheme
    form = {"title": "West Bank rules, ed. 3", "body": "West Bank", "like_id": like.id}
    client = client_for(people.manager)
    assert client.post("/certification/rules/new", data=form).status_code == 302
    assert client.post("/certification/rules/new", data=form).status_code == 422
    made = next(each for each in queries.schemes() if each.body == "West Bank")
    assert len(made.rules) == len(like.rules)


def test_the_deadline_of_the_body_is_proposed_by_its_rule(client_for, people, parsed, certificate):
    audit = factory.audit(people, AuditKind.SURVEILLANCE, date(2026, 11, 10))
    one = found.finding(people, Grade.MINOR, audit=audit, origin=Origin.EXTERNAL_AUDIT, by=people.manager)
    db.session.commit()
    client, url = client_for(people.manager), f"/certification/findings/{one.id}"
    page = client.get(url)
    parsed(page)
    assert 'value="2027-02-09"' in page.get_data(as_text=True)
    client.post(url, data={"body_due_on": "2026-12-24", "body_reference": "EL-NC-1"})
    assert (one.body_due_on, one.body_reference) == (date(2026, 12, 24), "EL-NC-1")
    assert "EL-NC-1" in client.get("/certification/").get_data(as_text=True)


def test_the_gap_list_is_planned_and_exported_in_both_languages(client_for, people, parsed, certificate):
    client = client_for(people.manager)
    page = client.get(f"/certification/{certificate.id}/gaps")
    parsed(page)
    number = db.session.query(found.Finding).filter_by(title="Nobody owns it").one().id
    url = f"/certification/{certificate.id}/gaps/finding/{number}"
    form = {
        "measure": "Name an owner",
        "owner_id": people.owner.id,
        "due_on": "2026-12-20",
        "progress": "140",
    }
    assert client.post(url, data=form).status_code == 422
    assert client.post(url, data=form | {"progress": "40"}).status_code == 302
    book = load_workbook(BytesIO(client.get(f"/certification/{certificate.id}/gaps.xlsx?lang=zh").get_data()))
    cells = {str(cell.value) for row in book.active.iter_rows() for cell in row}
    assert {"Name an owner", "措施内容", "40"} <= cells
    pages = PdfReader(
        BytesIO(client.get(f"/certification/{certificate.id}/gaps.pdf?lang=en").get_data())
    ).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Gap list and improvement plan" in text
    assert "Name an owner" in text


def test_my_work_of_the_manager_names_the_window(client_for, people, certificate):
    assert certificate.code in client_for(people.manager).get("/").get_data(as_text=True)
    assert certificate.code not in client_for(people.owner).get("/").get_data(as_text=True)


def test_an_ended_cycle_stays_readable(client_for, people, parsed, certificate):
    services.end(certificate, reason="Withdrawn by the body", by=people.manager)
    db.session.commit()
    reply = client_for(people.reader).get("/certification/")
    parsed(reply)
    assert "Withdrawn by the body" in reply.get_data(as_text=True)
