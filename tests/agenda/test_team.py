"""Who joined after the agenda was made is told, and the lead too; limits of competence hold in each slot."""

from datetime import UTC, datetime

import pytest

from audit_app.agenda import services, team, workflow
from audit_app.competence.models import Competence
from audit_app.core import clock
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme import services as audits
from audit_app.programme import waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import WaiverKind
from tests.agenda.factory import audit_ahead, proposed, slot, work
from tests.planning.test_routes import words


@pytest.fixture(autouse=True)
def on_a_monday():
    with clock.at(datetime(2026, 6, 1, 2, tzinfo=UTC)):
        yield


def joined(people, role=TeamRole.AUDITOR):
    plan = proposed(people)
    audits.set_team(plan.audit, people.lead, [(people.auditor, role)], by=people.manager)
    db.session.commit()
    return plan


def found(query):
    return [plan.id for plan in db.session.scalars(query)]


def test_who_joins_after_the_agenda_has_no_slot_and_sees_it_at_home_and_on_the_page(people, client_for):
    plan = joined(people)
    assert team.without_slot(plan) == [people.auditor]
    assert found(team.waits_for_slot(people.auditor)) == [plan.id]
    assert found(team.waits_for_slot(people.lead)) == []
    client = client_for(people.auditor)
    assert "Leo Lead gives you one" in words(client.get(f"/audits/{plan.id}/plan"))
    assert "Audits without a slot for me" in words(client.get("/"))


def test_the_lead_is_told_who_is_left_out(people, client_for):
    plan = joined(people)
    assert found(team.to_seat(people.lead)) == [plan.id]
    client = client_for(people.lead)
    assert "No slot yet: Ana Auditor." in words(client.get(f"/audits/{plan.id}/plan"))
    assert "Agendas that leave somebody of the team out" in words(client.get("/"))


def test_with_a_slot_nobody_waits_any_more(people):
    plan = joined(people)
    day = local(plan.slots[0].starts_at).date()
    slot(people, plan, day, "18:00", "18:30", auditors=[people.auditor])
    assert team.without_slot(plan) == []
    assert found(team.waits_for_slot(people.auditor)) == found(team.to_seat(people.lead)) == []


def test_an_observer_and_a_team_without_agenda_wait_for_nothing(people):
    joined(people, TeamRole.OBSERVER)
    assert found(team.waits_for_slot(people.auditor)) == found(team.to_seat(people.lead)) == []
    audit_ahead(people, title="B", members=[(people.auditor, TeamRole.AUDITOR)])
    assert found(team.waits_for_slot(people.auditor)) == []


def limited(people, *clauses):
    for each in db.session.query(Competence).filter_by(person_id=people.auditor.id, skill="standard"):
        each.clauses = list(clauses)
    db.session.flush()


def test_an_auditor_of_limited_competence_gets_only_slots_within_it(people):
    limited(people, "8.6")
    plan = proposed(people, members=[(people.auditor, TeamRole.AUDITOR)])
    mine = [each.process.code for each in work(plan) if people.auditor in each.auditors]
    assert mine == ["INC"]
    assert team.beyond_competence(plan) == []


def test_a_slot_beyond_the_competence_stands_before_the_approval_unless_it_is_waived(people):
    limited(people, "8.6")
    plan = proposed(people, members=[(people.auditor, TeamRole.AUDITOR)])
    day = local(plan.slots[0].starts_at).date()
    slot(people, plan, day, "18:00", "18:30", process=people.slm, auditors=[people.auditor],
         auditees=[people.owner2])  # fmt: skip
    said = "The competence of Ana Auditor leaves out 8.3.3"
    assert any(said in str(each) for each in workflow.problems(plan, people.lead))
    with pytest.raises(Refused, match=said):
        services.approve_plan(plan, by=people.manager)
    limited(people, "9")
    made = waivers.ask(
        plan.audit, people.auditor, WaiverKind.COMPETENCE, "Nobody else.", "Pair.", by=people.manager
    )
    waivers.approve_waiver(made, by=people.boss)
    db.session.refresh(plan.audit)
    assert team.beyond_competence(plan) == []


# --- dragging -----------------------------------------------------------------------------------------------


def three(people):
    plan = proposed(people)
    day = local(plan.slots[0].starts_at).date()
    return plan, [
        slot(people, plan, day, *hours)
        for hours in (("18:00", "18:30"), ("18:30", "19:30"), ("19:30", "20:00"))
    ]


def test_a_slot_dragged_over_two_others_takes_their_place_and_all_keep_their_length(people):
    _plan, (first, second, third) = three(people)
    services.place_slot(third, first, by=people.lead)
    assert [each.hours for each in (third, first, second)] == ["18:00–18:30", "18:30–19:00", "19:00–20:00"]
    services.place_slot(third, second, by=people.lead)
    assert [each.hours for each in (first, second, third)] == ["18:00–18:30", "18:30–19:30", "19:30–20:00"]


def test_a_slot_is_dragged_within_its_day_and_by_who_may_change_the_plan(people):
    plan, slots = three(people)
    with pytest.raises(Refused, match="within its day"):
        services.place_slot(slots[0], max(plan.slots, key=lambda each: each.starts_at), by=people.lead)
    with pytest.raises(Refused, match="Only the lead"):
        services.place_slot(slots[2], slots[0], by=people.owner)
    with pytest.raises(Refused, match="no slot of the same auditor"):
        services.place_slot(slots[0], slots[0], by=people.lead)


def test_a_drop_is_posted_like_the_buttons(people, client_for):
    plan, slots = three(people)
    db.session.commit()
    client, url = client_for(people.lead), f"/audits/{plan.id}/plan/slots/{slots[2].id}/place"
    reply = client.post(url, data={"onto": slots[0].id})
    assert reply.status_code == 303
    assert reply.location.endswith(f"#slot-{slots[2].id}")
    assert client.post(url, data={"onto": "x"}).status_code == 404
    db.session.expire_all()
    assert slots[2].hours == "18:00–18:30"
