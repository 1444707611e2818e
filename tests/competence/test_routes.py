"""The pages of competence, through the client."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit_app.competence.models import Competence, Skill
from audit_app.core.clock import today
from audit_app.core.db import db

EVALUATION = {
    "basis": "training",
    "grounds": "Course of 16 hours.",
    "awarded_on": today().isoformat(),
    "ends_on": "",
    "issuer": "East Lake",
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "url",
    [
        "/competence/",
        "/competence/?standing=soon&skill=leading&q=Leo&sort=-person",
        "/competence/?standing=withdrawn",
        "/competence/?standing=expired",
        "/competence/?standing=valid&person=5",
        "/competence/gaps",
        "/competence/new?person=5&skill=leading",
        "/competence/1",
        "/competence/1/renew",
        "/competence/1/withdraw",
    ],
)
def test_every_page_is_clean_html_in_both_languages(people, client_for, parsed, url, language):
    people.manager.language = language
    reply = client_for(people.manager).get(url)
    assert reply.status_code == 200
    assert parsed(reply).find(".//h1") is not None


def test_competence_is_recorded_renewed_and_withdrawn_through_the_pages(people, client_for):
    client = client_for(people.manager)
    facts = {
        **EVALUATION,
        "person": people.owner.id,
        "skills": ["auditing", "standard"],
        "standard": "ISO/IEC 20000-1:2018",
    }
    reply = client.post("/competence/new?next=/programme/audits", data=facts)
    assert (reply.status_code, reply.location) == (303, "/programme/audits")
    made = db.session.query(Competence).filter_by(person_id=people.owner.id).order_by(Competence.id).all()
    assert [each.skill for each in made] == [Skill.AUDITING, Skill.STANDARD]
    reply = client.post(f"/competence/{made[0].id}/renew", data=EVALUATION)
    assert reply.status_code == 422
    assert "evaluated later than what it renews" in reply.text
    assert client.post(f"/competence/{made[0].id}/withdraw", data={"reason": "Left"}).status_code == 303
    assert made[0].withdrawn_reason == "Left"


def test_a_refused_record_keeps_what_was_typed(people, client_for):
    facts = {**EVALUATION, "person": people.owner.id, "skills": ["auditing"], "standard": "ISO 9001:2015",
             "ends_on": "2001-01-01"}  # fmt: skip
    reply = client_for(people.manager).post("/competence/new", data=facts)
    assert reply.status_code == 422
    assert "lies before the day of the evaluation" in reply.text
    assert "Course of 16 hours." in reply.text


def test_a_process_owner_sees_only_their_own_records(people, client_for):
    client = client_for(people.owner)
    assert client.get("/competence/1").status_code == 404
    assert client.get("/competence/gaps").status_code == 302
    assert "Leo Lead" not in client.get("/competence/").text
    assert "Leo Lead" in client_for(people.reader).get("/competence/").text
    assert client_for(people.lead).post("/competence/new", data={}).status_code == 403


def test_the_register_leaves_as_a_workbook_with_its_gaps(people, client_for):
    record = db.session.query(Competence).filter_by(person_id=people.lead.id).first()
    record.grounds = "=cmd()"
    reply = client_for(people.reader).get("/competence/register.xlsx?person=" + str(people.lead.id))
    book = load_workbook(BytesIO(reply.data))
    register, gaps = book.worksheets
    assert register["A2"].value == "Leo Lead"
    assert {row[6].value for row in register.iter_rows(min_row=2)} >= {"=cmd()"}
    assert all(row[6].data_type == "s" for row in register.iter_rows(min_row=2))
    assert "Competence by section" in {cell.value for row in gaps.iter_rows() for cell in row}
    assert (
        len(load_workbook(BytesIO(client_for(people.owner).get("/competence/register.xlsx").data)).worksheets)
        == 1
    )


def test_a_certificate_hangs_on_the_record(people, client_for):
    url = "/evidence/competence/1"
    files = {"files": (BytesIO(b"certificate\n"), "certificate.txt")}
    assert client_for(people.manager).post(url, data=files).status_code == 303
    assert "certificate.txt" in client_for(people.manager).get("/competence/1").text
    files = {"files": (BytesIO(b"certificate\n"), "certificate.txt")}
    refused = client_for(people.auditor).post(url, data=files, headers={"X-Requested-With": "fetch"})
    assert "certificate.txt" not in refused.text
    assert client_for(people.manager).get("/competence/1").text.count("certificate.txt") < 4
