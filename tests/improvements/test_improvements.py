"""The improvement register (10.2): everybody proposes, another decides, the result is measured against a target."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings.models import Grade
from audit_app.improvements import queries, services, sources
from audit_app.improvements.models import (
    Better,
    Improvement,
    ImprovementSource,
    ImprovementState,
    Outcome,
    TargetKind,
)
from audit_app.improvements.workflow import offers
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory as findings
from tests.improvements import factory
from tests.people import People

S = ImprovementState


def everybody(people: People) -> list[Person]:
    p = people
    return [p.admin, p.manager, p.lead, p.auditor, p.owner, p.boss]


def test_everybody_but_the_reader_may_propose_and_managers_are_told(people: People) -> None:
    for number, person in enumerate(everybody(people), 1):
        assert factory.proposed(people, by=person).code == f"IMP-{today().year}-{number:03d}"
    with pytest.raises(Refused, match="reads only"):
        factory.proposed(people, by=people.reader)
    told = (
        db.session.query(Notice).filter_by(kind="improvement.proposed", person_id=people.manager.id).count()
    )
    assert told == len(everybody(people)) - 1, "not about one's own"


@both_databases
def test_an_improvement_walks_from_the_proposal_to_its_result(app: Flask, people: People) -> None:
    made = factory.at(people, "closed")
    assert made.state is S.CLOSED
    assert made.outcome is Outcome.REACHED
    said = [each.action for each in reversed(trail.history(made))]
    assert said == [f"improvement.{name}" for name in ("propose", "evaluate", "approve", "start", "implement", "measure", "close")]  # fmt: skip


@pytest.mark.parametrize(
    ("better", "measured", "outcome"),
    [
        (Better.HIGHER, "95", Outcome.REACHED),
        (Better.HIGHER, "94.9", Outcome.NOT_REACHED),
        (Better.LOWER, "95", Outcome.REACHED),
        (Better.LOWER, "95.1", Outcome.NOT_REACHED),
    ],
)
def test_reached_or_not_is_computed_from_value_and_direction(
    people: People, better: Better, measured: str, outcome: Outcome
) -> None:
    made = factory.at(people, "implemented", better=better)
    services.measure(
        made, measured=Decimal(measured), measured_on=today(), note="SLA report", by=people.owner
    )
    assert made.outcome is outcome
    found = db.session.scalars(queries.listing(people.manager, {"outcome": outcome.value})).all()
    assert found == [made]


def test_nobody_decides_about_their_own_proposal(people: People) -> None:
    made = factory.at(people, "evaluated", by=people.manager)
    for verb, facts in ((services.approve, {}), (services.decline, {"reason": "No"})):
        with pytest.raises(Refused, match="Somebody else"):
            verb(made, **facts, by=people.manager)
    services.approve(made, by=people.boss)
    assert made.decided_by == people.boss


@pytest.mark.parametrize(
    ("lacking", "words"), [({"target": None}, "target"), ({"owner": None}, "carries it out"), ({"due_on": None}, "until when")]
)  # fmt: skip
def test_approval_asks_for_a_target_an_owner_and_a_date(
    people: People, lacking: dict[str, Any], words: str
) -> None:
    made = factory.at(people, "evaluated", **lacking)
    with pytest.raises(Refused, match=words):
        services.approve(made, by=people.boss)
    assert made.state is S.EVALUATED


def test_a_declined_proposal_keeps_its_reason_and_tells_its_proposer(people: People) -> None:
    made = factory.proposed(people)
    with pytest.raises(Refused, match="Say why"):
        services.decline(made, reason=" ", by=people.boss)
    services.decline(made, reason="The tool is replaced next year.", by=people.boss)
    assert (made.state, made.settled) == (S.DECLINED, True)
    assert (
        db.session.query(Notice).filter_by(kind="improvement.declined", person_id=people.auditor.id).count()
        == 1
    )


def test_who_carries_it_out_acts_and_does_not_close(people: People) -> None:
    made = factory.at(people, "approved", owner=people.boss, by=people.auditor)
    with pytest.raises(Refused, match="Only who carries it out"):
        services.start(made, by=people.owner)
    assert offers(made, people.owner) == []
    services.start(made, by=people.boss)
    services.implement(made, note="In place", by=people.boss)
    services.measure(made, measured=Decimal(99), measured_on=today(), note="Report", by=people.boss)
    with pytest.raises(Refused, match="Somebody else closes"):
        services.close(made, note="Done", by=people.boss)
    services.close(made, note="Done", by=people.manager)


def test_what_is_not_reached_may_go_on_with_a_new_date(people: People) -> None:
    made = factory.at(people, "measured", measured=Decimal(80))
    with pytest.raises(Refused, match="today or a later"):
        services.resume(
            made, due_on=today() - timedelta(days=1), note="Train the night shift", by=people.boss
        )
    services.resume(made, due_on=today() + timedelta(days=30), note="Train the night shift", by=people.boss)
    assert (made.state, made.measured) == (S.IN_PROGRESS, None)
    assert any("80" in str(each.facts) for each in trail.history(made)), "the trail keeps what was measured"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"measured": None, "measured_on": today(), "note": "x"}, "Enter the value"),
        ({"measured": Decimal(1), "measured_on": today() + timedelta(days=1), "note": "x"}, "earlier day"),
        ({"measured": Decimal(1), "measured_on": today(), "note": ""}, "where the value comes from"),
    ],
)
def test_a_measurement_says_what_when_and_from_where(
    people: People, facts: dict[str, Any], words: str
) -> None:
    made = factory.at(people, "implemented")
    with pytest.raises(Refused, match=words):
        services.measure(made, **facts, by=people.owner)


def test_a_target_says_what_it_is_for(people: People) -> None:
    with pytest.raises(Refused, match="what the target is for"):
        factory.at(people, "evaluated", target_kind=None)


def test_a_proposal_is_worded_better_until_it_is_decided(people: People) -> None:
    made = factory.proposed(people)
    facts = {"title": "Better words", "description": "More", "process": people.chg, "department": None}
    services.edit(made, **facts, by=people.auditor)
    with pytest.raises(Refused):
        services.edit(made, **facts, by=people.owner)
    approved = factory.at(people, "approved")
    with pytest.raises(Refused):
        services.edit(approved, **facts, by=people.manager)


def test_points_let_benefit_count_up_and_effort_and_risk_down(people: People) -> None:
    assert factory.at(people, "evaluated", benefit=5, effort=1, risk=1).points == 15
    assert factory.at(people, "evaluated", benefit=1, effort=5, risk=5).points == 3
    assert factory.proposed(people).points is None


# --- promotion ----------------------------------------------------------------------------------------------


def test_an_opportunity_is_promoted_with_its_number_and_only_by_who_may_see_it(
    app: Flask, people: People
) -> None:
    ofi = findings.finding(people, Grade.OFI)
    origin = sources.find("finding", ofi.id, to=people.manager)
    made = factory.proposed(people, origin=origin)
    assert (made.source, made.source_code) == (ImprovementSource.FINDING, ofi.code)
    assert queries.promoted_from(ImprovementSource.FINDING, ofi.id, to=people.owner) == [made]
    with pytest.raises(NotVisible):
        sources.find("finding", ofi.id, to=people.owner2)
    assert sources.address(made.source, made.source_id, to=people.owner2) is None
    assert sources.find("nonsense", 1, to=people.manager) is None


# --- over HTTP ----------------------------------------------------------------------------------------------


def test_the_whole_life_in_the_browser(people: People, client_for: Any, parsed: Any) -> None:
    db.session.commit()
    staff, manager, boss, owner = (
        client_for(each) for each in (people.auditor, people.manager, people.boss, people.owner)
    )
    assert staff.post("/improvements/new", data={"title": ""}).status_code == 422
    sent = staff.post(
        "/improvements/new",
        data={"title": "Templates", "description": "Save time", "process_id": people.inc.id},
    )
    assert sent.status_code == 303
    made = db.session.query(Improvement).one()
    step = f"/improvements/{made.id}/step/"
    scores = {
        "benefit": "4", "effort": "2", "risk": "1", "evaluation_note": "Asked the desk", "owner_id": people.owner.id,
        "due_on": str(today() + timedelta(days=30)), "target_kind": "productivity", "target_what": "Tickets a day",
        "better": "higher", "target": "15", "baseline": "8.5", "unit": "n",
    }  # fmt: skip
    assert staff.post(step + "evaluate", data=scores).status_code == 422, "not their role"
    assert manager.post(step + "evaluate", data=scores | {"benefit": "9"}).status_code == 422
    assert manager.post(step + "evaluate", data=scores).status_code == 303
    parsed(manager.get(step + "evaluate"))
    assert boss.post(step + "approve").status_code == 303
    assert owner.post(step + "start").status_code == 303
    assert owner.post(step + "implement", data={"note": "In place"}).status_code == 303
    parsed(owner.get(step + "measure"))
    assert (
        owner.post(
            step + "measure", data={"measured": "14", "measured_on": str(today()), "note": "Log"}
        ).status_code
        == 303
    )
    page = boss.get(f"/improvements/{made.id}")
    parsed(page)
    assert "Target not reached" in page.text
    assert boss.post(step + "close", data={"note": "Nearly"}).status_code == 303
    for url in (
        "/improvements/",
        "/improvements/?state=open&late=1&q=x&sort=-points&owner=1",
        f"/improvements/{made.id}",
    ):
        parsed(client_for(people.reader).get(url))
    assert client_for(people.reader).get("/improvements/new").status_code == 403
    assert manager.get("/improvements/export.xlsx").status_code == 200
    assert manager.get(step + "nonsense").status_code == 404


def test_a_proposal_from_a_finding_says_so_and_shows_what_was_proposed_before(
    people: People, client_for: Any, parsed: Any
) -> None:
    ofi = findings.finding(people, Grade.OFI)
    findings.services.issue(ofi, by=people.lead)
    db.session.commit()
    client = client_for(people.manager)
    url = f"/improvements/new?source=finding&from={ofi.id}"
    page = client.get(url)
    parsed(page)
    assert ofi.code in page.text
    assert client.post(url, data={"title": "T", "description": "D"}).status_code == 303
    made = db.session.query(Improvement).one()
    assert made.source_code == ofi.code
    assert made.code in client.get(url).text
    assert f"/findings/{ofi.id}" in client.get(f"/improvements/{made.id}").text
    edit = client.get(f"/improvements/{made.id}/edit")
    parsed(edit)
    sent = client.post(f"/improvements/{made.id}/edit", data={"title": "Better", "description": "D"})
    assert sent.status_code == 303
    assert "improvements/new?source=finding" in client.get(f"/findings/{ofi.id}").text


def test_the_kinds_of_target_are_the_seven_of_the_standard() -> None:
    assert len(TargetKind) == 7
