"""One register for every origin; whoever answers findings may report themselves."""

from typing import Any

from audit_app.core.db import db
from audit_app.findings import origins
from audit_app.findings.models import Finding, FindingState, Origin
from tests.findings import factory
from tests.people import People


def test_open_findings_are_counted_by_origin_of_what_a_person_may_see(people: People) -> None:
    factory.at(people, "issued")
    factory.at(people, "issued", origin=Origin.COMPLAINT)
    factory.at(people, "issued", origin=Origin.COMPLAINT, process=people.chg)
    factory.at(people, "closed", origin=Origin.SUPPLIER)
    found = {each.origin: each.count for each in origins.counts(people.manager)}
    assert found == {Origin.INTERNAL_AUDIT: 1, Origin.COMPLAINT: 2}
    assert {each.origin: each.count for each in origins.counts(people.owner)}[Origin.COMPLAINT] == 1


def test_every_origin_can_be_raised_without_an_audit(people: People) -> None:
    for origin in Origin:
        assert factory.finding(people, origin=origin).origin is origin


def test_whoever_answers_findings_reports_themselves_and_sees_it(
    people: People, client_for: Any, parsed: Any
) -> None:
    db.session.commit()
    client = client_for(people.owner)
    parsed(client.get("/findings/own"))
    assert client.post("/findings/own", data={"nonconformity": "x"}).status_code == 422
    said = {
        "nonconformity": "Two backups failed unseen.",
        "objective_evidence": "Log of May",
        "process_id": people.inc.id,
    }
    assert client.post("/findings/own", data=said).status_code == 303
    made = db.session.query(Finding).one()
    assert (made.origin, made.state, made.raised_by) == (
        Origin.SELF_REPORTED,
        FindingState.DRAFT,
        people.owner,
    )
    parsed(client.get(f"/findings/{made.id}"))
    parsed(client_for(people.manager).get("/findings/?origin=self_reported"))
    assert client_for(people.reader).get("/findings/own").status_code == 403
    assert client_for(people.owner).get("/findings/new").status_code == 403
