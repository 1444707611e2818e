"""The report over HTTP: who reads it when, and the way from writing to the issued file."""

import html5lib

from audit_app.core.db import db
from audit_app.findings.models import Grade
from audit_app.programme.models import AuditState
from audit_app.reports import queries
from tests.reports import factory

CLOSED = b"This report is not here for you"


def at(audit, path=""):
    return f"/audits/{audit.id}/report/{path}"


def test_from_the_audits_step_one_comes_to_the_report_and_issues_it_there(people, client_for):
    audit, client = factory.audited(people, "conform"), client_for(people.lead)
    reply = client.get(f"/programme/audits/{audit.id}/step/report")
    assert (reply.status_code, reply.location) == (303, at(audit))
    words = {**factory.WORDS, "recipients": [people.owner.id]}
    assert client.post(at(audit, "words"), data=words).status_code == 303
    assert client.post(at(audit, "step/issue"), data={}).status_code == 303
    assert audit.state is AuditState.REPORTED
    assert b"Frozen. SHA-256" in client.get(at(audit)).data


def test_the_lead_is_led_to_writing_and_an_auditor_is_not(people, client_for):
    audit = factory.audited(people, "conform")
    assert at(audit, "words").encode() in client_for(people.lead).get(at(audit)).data
    assert at(audit, "words").encode() not in client_for(people.auditor).get(at(audit)).data


def test_posting_the_audits_step_does_not_report_past_the_report(people, client_for):
    audit = factory.audited(people, "conform")
    client_for(people.lead).post(f"/programme/audits/{audit.id}/step/report", data={"conclusion": "Good"})
    assert audit.state is AuditState.IN_PROGRESS


def test_a_new_report_proposes_whom_it_concerns(people, client_for):
    audit = factory.audited(people)
    page = html5lib.parse(client_for(people.lead).get(at(audit, "words")).data, namespaceHTMLElements=False)
    boxes = [
        each for each in page.iter("input") if each.get("name") == "recipients" and "checked" in each.attrib
    ]
    assert {int(each.get("value")) for each in boxes} == {people.owner.id, people.manager.id, people.boss.id}


def test_what_is_missing_is_named_and_nothing_is_issued(people, client_for):
    audit = factory.audited(people, "conform")
    reply = client_for(people.lead).post(at(audit, "step/issue"), data={})
    assert reply.status_code == 422
    assert b"what hindered the audit" in reply.data
    assert queries.issued(audit) == []


def test_a_second_person_approves_the_major_grades_on_the_page(people, client_for):
    audit = factory.audited(people)
    major = factory.found(people, audit, Grade.MAJOR)
    assert major.code.encode() in client_for(people.manager).get(at(audit)).data
    assert client_for(people.manager).post(at(audit, "approve")).status_code == 303
    assert queries.report_of(audit).grades == [major.code]


def test_a_draft_is_for_the_team_and_the_issued_report_for_its_readers(people, client_for):
    audit = factory.audited(people, "conform")
    for person in (people.lead, people.auditor, people.manager, people.boss):
        assert CLOSED not in client_for(person).get(at(audit)).data, person.name
    for person in (people.reader, people.owner, people.auditor2):
        assert CLOSED in client_for(person).get(at(audit, "?lang=en")).data, person.name
        assert client_for(person).get(at(audit, "file.pdf")).status_code == 404
    assert client_for(people.owner2).get(at(audit)).status_code == 404
    factory.issued(people, audit)
    for person in (people.reader, people.owner, people.boss):
        assert client_for(person).get(at(audit, "file.pdf")).status_code == 200, person.name
    assert CLOSED in client_for(people.auditor2).get(at(audit, "?lang=en")).data


def test_who_is_on_the_distribution_list_reads_it(people, client_for):
    audit = factory.written(people, factory.audited(people, "conform"), recipients=[people.auditor2])
    client_for(people.lead).post(at(audit, "step/issue"), data={})
    assert CLOSED not in client_for(people.auditor2).get(at(audit, "?lang=en")).data


def test_the_report_of_a_certification_body_is_not_ours(people, client_for):
    audit = factory.programme.plan_audit(people, kind="surveillance", body="East Lake")
    assert CLOSED in client_for(people.manager).get(at(audit)).data


def test_files_come_in_both_languages_as_they_were_kept(people, client_for):
    audit = factory.audited(people, "conform", "major")
    factory.issued(people, audit)
    client = client_for(people.reader)
    kept = queries.frozen_file(audit, 0, "zh", "pdf").content
    assert client.get(at(audit, "file.pdf?lang=zh")).data == kept
    assert client.get(at(audit, "file.xlsx?lang=en")).data[:2] == b"PK"
    assert client.get(at(audit, "file.doc")).status_code == 404
    assert client.get(at(audit, "file.pdf?number=3")).status_code == 404


def test_a_supplement_is_asked_its_reason_and_shown_beside_the_report(people, client_for):
    audit, client = factory.audited(people, "conform"), client_for(people.lead)
    made = factory.found(people, audit)
    factory.issued(people, audit)
    made.title = "Priority and impact missing"
    db.session.flush()
    assert (
        client.post(at(audit, "step/supplement"), data={"reason": "", "correction": "x"}).status_code == 422
    )
    assert (
        client.post(at(audit, "step/supplement"), data={"reason": "Title", "correction": "Read."}).status_code
        == 303
    )
    page = client.get(at(audit, "?number=1")).get_data(as_text=True)
    assert "Supplement 1" in page
    assert "Priority and impact missing" in page
    assert "Priority and impact missing" not in client.get(at(audit)).get_data(as_text=True)


def test_a_stale_save_shows_both_versions(people, client_for):
    audit = factory.written(people, factory.audited(people))
    first = {**factory.WORDS, "recipients": [people.owner.id], "version": "1"}
    client = client_for(people.lead)
    assert client.post(at(audit, "words"), data={**first, "obstacles": "Rain."}).status_code == 303
    reply = client.post(at(audit, "words"), data={**first, "obstacles": "Snow."})
    assert reply.status_code == 422
    assert b"Rain." in reply.data
    assert b"Snow." in reply.data


def test_an_issued_report_is_no_longer_offered_for_writing(people, client_for):
    audit = factory.audited(people)
    factory.issued(people, audit)
    assert client_for(people.lead).get(at(audit, "words")).status_code == 403
    assert client_for(people.lead).get(at(audit, "step/other")).status_code == 404
