"""An action in other hands, and somebody away: who acts, who is told, and who therefore never verifies."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Role
from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings import (
    action_services,
    answers,
    checks,
    cover,
    cover_services,
    extensions,
    handover,
    queries,
)
from audit_app.findings.cover_models import Absence, Delegation
from audit_app.findings.models import Action, ActionState, Finding, FindingState
from audit_app.home import still
from audit_app.notifications import services as notices
from audit_app.notifications.models import Notice
from audit_app.notifications.services import Due, queue
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People, add_person

WEEK = timedelta(days=7)


def helper(people: People, role: Role = Role.PROCESS_OWNER) -> Person:
    """Hana, of a department that the finding does not concern."""
    return add_person("Hana Helper", "hana@example.org", role, people.dev)


def delegated(people: People, to: Person, **given: Any) -> Action:
    action = factory.at(people, "planned", audit=factory.audit(people)).actions[0]
    facts = {
        "from_on": today(),
        "to_on": today() + WEEK,
        "reason": "I am at the customer.",
        "by": people.owner,
    }
    return cover_services.delegate(action, to=to, **facts | given)


def away(people: People, deputy: Person, **given: Any) -> Absence:
    facts = {"from_on": today(), "to_on": today() + WEEK, "by": people.owner}
    return cover_services.record_absence(people.owner, deputy=deputy, **facts | given)


def told(kind: str) -> list[str]:
    return sorted(row.person.name for row in db.session.scalars(select(Notice).where(Notice.kind == kind)))


# --- handing on ---------------------------------------------------------------------------------------------


@both_databases
def test_a_delegate_sees_and_does_it_and_the_record_says_for_whom(people: People) -> None:
    hana = helper(people)
    action = delegated(people, hana)
    assert told("action.delegated") == ["Hana Helper"]
    assert queries.get_action(action.id, to=hana)
    assert action.finding is not None
    assert queries.get(action.finding.id, to=hana)
    action_services.done(action, note="Form changed.", by=hana)
    db.session.commit()
    assert (action.owner, action.done_by, action.done_for) == (people.owner, hana, people.owner)
    assert trail.history(action)[0].sentence == "reported the action done (for Olga Owner)"


def test_before_and_after_its_days_the_doing_is_the_owners(people: People) -> None:
    hana = helper(people)
    action = delegated(people, hana, from_on=today() + timedelta(days=2))
    with pytest.raises(Refused, match="Only the owner"):
        action_services.done(action, note="Early.", by=hana)
    with clock.at(now() + timedelta(days=3)):
        assert cover.acting_for(action, hana) == people.owner
    with clock.at(now() + timedelta(days=9)):
        assert cover.acting_for(action, hana) is None
        with pytest.raises(NotVisible):
            queries.get_action(action.id, to=hana)
    action_services.done(action, note="By myself.", by=people.owner)
    assert action.done_for is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"to": "owner"}, "somebody else than the present owner"),
        ({"to": "reader"}, "cannot carry out actions"),
        ({"to": ""}, "Name who does it"),
        ({"reason": " "}, "Say why"),
        ({"to_on": -1}, "before the first one"),
        ({"from_on": -9, "to_on": -2}, "has passed"),
        ({"by": "owner2"}, "Only the owner hands"),
    ],
)
def test_what_cannot_be_handed_on_is_refused_with_a_sentence(
    people: People, given: dict[str, Any], words: str
) -> None:
    facts: dict[str, Any] = {"to": people.lead}
    for name, value in given.items():
        if name in ("to", "by"):
            facts[name] = getattr(people, value) if value else ""
        else:
            facts[name] = today() + timedelta(days=value) if isinstance(value, int) else value
    action = factory.at(people, "planned").actions[0]
    whole = {"from_on": today(), "to_on": today() + WEEK, "reason": "Away.", "by": people.owner} | facts
    with pytest.raises(Refused, match=words):
        cover_services.delegate(action, **whole)
    assert db.session.scalars(select(Delegation)).all() == []


def test_a_second_delegate_takes_over_from_the_first_and_both_stay_on_record(people: People) -> None:
    hana = helper(people)
    action = delegated(people, hana)
    cover_services.delegate(
        action, to=people.boss, from_on=today(), to_on=today(), reason="Hana is ill.", by=people.owner
    )
    assert [(each.delegate.name, each.ended_at is None) for each in action.delegations] == [
        ("Hana Helper", False), ("Ben Boss", True),
    ]  # fmt: skip
    assert action.delegate == people.boss
    assert cover.acting_for(action, hana) is None


def test_taken_back_or_given_back_it_is_the_owners_again_and_the_other_is_told(people: People) -> None:
    hana = helper(people)
    action = delegated(people, hana)
    with pytest.raises(Refused, match="Only the owner hands"):
        cover_services.take_back(action, reason="x", by=people.owner2)
    cover_services.take_back(action, reason="I have no access.", by=hana)
    assert told("action.delegation_ended") == ["Olga Owner"]
    assert action.delegate is None
    with pytest.raises(Refused, match="nobody else's hands"):
        cover_services.take_back(action, reason="Again.", by=people.owner)


def test_another_owner_ends_the_delegation(people: People) -> None:
    action = delegated(people, helper(people))
    handover.hand_over(people.owner, to=people.owner2, reason="Leaves.", by=people.manager)
    assert (action.owner, action.delegate, cover.standing(action)) == (people.owner2, None, None)


# --- away ---------------------------------------------------------------------------------------------------


@both_databases
def test_a_deputy_answers_for_the_absent_owner_and_the_record_says_so(people: People) -> None:
    hana = helper(people)
    finding = factory.at(people, "issued", audit=factory.audit(people))
    with pytest.raises(NotVisible):
        queries.get(finding.id, to=hana)
    away(people, hana)
    assert told("absence.deputy") == ["Hana Helper"]
    assert queries.get(finding.id, to=hana)
    answers.accept(finding, correction="Set.", correction_done_on=today(), by=hana)
    answers.analyse(finding, **factory.CAUSE, by=hana)
    factory.corrective(people, finding, by=hana)
    answers.propose(finding, by=hana)
    assert trail.history(finding)[0].sentence == "proposed the plan (for Olga Owner)"
    with clock.at(now() + timedelta(days=9)), pytest.raises(NotVisible):
        queries.get(finding.id, to=hana)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"deputy": "owner"}, "Nobody stands in for themselves"),
        ({"deputy": "boss"}, "no role that answers findings"),
        ({"deputy": "reader"}, "no role that answers findings"),
        ({"deputy": ""}, "Name who stands in"),
        ({"to_on": -1}, "before the first one"),
        ({"from_on": -9, "to_on": -2}, "has passed"),
        ({"by": "owner2"}, "records their own absence"),
    ],
)
def test_an_absence_that_covers_nothing_is_refused_with_a_sentence(
    people: People, given: dict[str, Any], words: str
) -> None:
    factory.at(people, "issued")
    facts: dict[str, Any] = {"deputy": people.owner2}
    for name, value in given.items():
        if name in ("deputy", "by"):
            facts[name] = getattr(people, value) if value else ""
        else:
            facts[name] = today() + timedelta(days=value)
    with pytest.raises(Refused, match=words):
        cover_services.record_absence(
            people.owner, **{"from_on": today(), "to_on": today() + WEEK, "by": people.owner} | facts
        )


def test_nobody_is_away_twice_and_no_deputy_is_away_too(people: People) -> None:
    away(people, people.owner2)
    with pytest.raises(Refused, match="recorded already"):
        away(people, people.manager)
    with pytest.raises(Refused, match="is away from"):
        cover_services.record_absence(
            people.owner2, deputy=people.owner, from_on=today(), to_on=today(), by=people.owner2
        )


def test_an_administrator_records_it_for_who_fell_ill_and_ends_it(people: People) -> None:
    made = away(people, people.owner2, by=people.admin)
    assert told("absence.recorded") == ["Olga Owner"]
    cover_services.end_absence(made, by=people.owner)
    assert told("absence.ended") == ["Otto Owner"]
    assert not cover.covers(people.owner2, people.owner.id)
    with pytest.raises(Refused, match="over already"):
        cover_services.end_absence(made, by=people.owner)


# --- independence -------------------------------------------------------------------------------------------


def test_a_delegate_never_verifies_even_after_it_was_taken_back(people: People) -> None:
    action = delegated(people, people.auditor2)
    cover_services.take_back(action, reason="Back early.", by=people.owner)
    action_services.done(action, note="Changed.", by=people.owner)
    with pytest.raises(Refused, match="handed on to you"):
        action_services.verify(action, note="Seen.", by=people.auditor2)
    finding = action.finding
    assert finding is not None
    factory.attach(finding, factory.Upload(), by=people.owner)
    answers.report_done(finding, by=people.owner)
    with pytest.raises(Refused, match="handed on to you"):
        checks.verify(finding, note="Seen.", by=people.auditor2)


@pytest.mark.parametrize("back", [False, True])
def test_a_deputy_never_verifies_what_the_absent_one_owns_even_when_they_are_back(
    people: People, back: bool
) -> None:
    finding = factory.at(people, "in_progress")
    # an auditor who may answer too, else the absence would be refused
    people.auditor2.roles += helper(people).roles
    made = away(people, people.auditor2)
    factory.WALK["implemented"](people, finding)
    if back:
        cover_services.end_absence(made, by=people.owner)
    with pytest.raises(Refused, match="stood in for the owner"):
        checks.verify(finding, note="Seen.", by=people.auditor2)
    with pytest.raises(Refused, match="stood in for the owner"):
        action_services.verify(finding.actions[0], note="Seen.", by=people.auditor2)


def test_an_absence_called_off_before_its_first_day_hinders_nobody(people: People) -> None:
    people.auditor2.roles += helper(people).roles
    made = away(people, people.auditor2, from_on=today() + timedelta(days=2))
    cover_services.end_absence(made, by=people.owner)
    with clock.at(now() + timedelta(days=3)):
        finding = factory.at(people, "implemented")
        checks.verify(finding, note="Seen.", by=people.auditor2)
    assert finding.state is FindingState.VERIFIED


def test_a_deputy_decides_neither_plan_nor_time_of_the_absent_owner(people: People) -> None:
    finding = factory.at(people, "proposed", audit=factory.audit(people))
    away(people, people.manager)
    with pytest.raises(Refused, match="stand in for the owner"):
        answers.approve_plan(finding, **factory.agreed(finding), by=people.manager)
    request = extensions.ask(
        finding, due_on=(finding.due_on or today()) + WEEK, reason="Parts.", by=people.owner
    )
    with pytest.raises(Refused, match="stand in for the owner"):
        extensions.grant(request, note="", by=people.manager)


@both_databases
@pytest.mark.parametrize("column", ["delegate_id", "done_for_id"])
def test_the_database_has_the_last_word_on_who_verifies(people: People, column: str) -> None:
    action = factory.at(people, "planned").actions[0]
    db.session.commit()
    setattr(action, column, people.auditor2.id)
    action.verified_by, action.verified_at, action.state = people.auditor2, now(), ActionState.VERIFIED
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


# --- who hears of it ----------------------------------------------------------------------------------------


def test_duties_are_told_to_owner_deputy_and_delegate_and_news_to_the_owner_alone(people: People) -> None:
    hana = helper(people)
    action = delegated(people, people.boss)
    away(people, hana)
    for kind in ("action.sent_back", "action.verified"):
        queue(kind, to=people.owner, subject=action)
    assert told("action.sent_back") == ["Ben Boss", "Hana Helper", "Olga Owner"]
    assert told("action.verified") == ["Olga Owner"]
    notices.queue_all([Due("action.late", people.owner, action, today(), action.due_on)])
    assert told("action.late") == ["Ben Boss", "Hana Helper", "Olga Owner"]


def test_a_reminder_of_somebody_who_no_longer_acts_is_not_mailed(people: People) -> None:
    hana = helper(people)
    action = delegated(people, hana)
    notices.queue_all([Due("action.late", people.owner, action, today(), action.due_on)])
    rows = list(db.session.scalars(select(Notice).where(Notice.kind == "action.late")))
    assert still.RULES["action.late"](rows) == {row.id for row in rows}
    cover_services.take_back(action, reason="Back.", by=people.owner)
    holding = still.RULES["action.late"](rows)
    assert [row.person.name for row in rows if row.id in holding] == ["Olga Owner"]


def test_what_is_not_about_the_owner_is_not_told_to_their_deputy(people: People) -> None:
    finding = factory.at(people, "issued")
    away(people, helper(people))
    queue("finding.mentioned", to=people.auditor, subject=finding)
    assert told("finding.mentioned") == ["Ana Auditor"]


# --- through the browser's door -----------------------------------------------------------------------------


@both_databases
def test_handing_on_and_being_away_by_form(people: People, client_for: Any, parsed: Any) -> None:
    hana = helper(people)
    action = factory.at(people, "planned").actions[0]
    db.session.commit()
    owner = client_for(people.owner)
    typed = {
        "to_id": hana.id,
        "from_on": today().isoformat(),
        "to_on": (today() + WEEK).isoformat(),
        "reason": "",
    }
    address = f"/findings/actions/{action.id}/step/delegate"
    parsed(owner.get(address))
    assert owner.post(address, data=typed).status_code == 422
    assert owner.post(address, data=typed | {"reason": "Away."}).status_code == 302
    page = client_for(hana).get(f"/findings/actions/{action.id}")
    parsed(page)
    assert "What you do now for Olga Owner" in page.text
    assert f"handed on to {hana.name}" in owner.get(f"/findings/{action.finding_id}").text
    typed = {"person_id": people.owner.id, "deputy_id": hana.id, "from_on": today().isoformat(),
             "to_on": (today() - WEEK).isoformat(), "remark": "Leave"}  # fmt: skip
    refused = owner.post("/findings/absences/new", data=typed)
    assert refused.status_code == 422
    assert "Leave" in refused.text
    typed["to_on"] = (today() + WEEK).isoformat()
    assert owner.post("/findings/absences/new", data=typed).status_code == 303
    listed = client_for(hana).get("/findings/absences")
    parsed(listed)
    assert "Away now" in listed.text
    number = db.session.scalars(select(Absence.id)).one()
    assert client_for(people.owner2).post(f"/findings/absences/{number}/end").status_code == 404
    assert owner.post(f"/findings/absences/{number}/end").status_code == 303
    assert db.session.get_one(Finding, action.finding_id).owner == people.owner
