"""The tables of steps, walked row by row: every step, every refusal, every guard."""

from datetime import timedelta
from typing import Any

import pytest

from audit_app.accounts.permissions import GRANTS
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services, answers, checks, cover_services, extensions, services
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.models import (
    ActionKind,
    ActionState,
    Finding,
    FindingState,
    Grade,
)
from audit_app.findings.workflow import ACTION, FINDING, offers
from tests.findings import factory
from tests.people import People

FACTS: dict[str, dict[str, Any]] = {
    "issue": {},
    "accept": {},
    "dispute": {"reason": "The sample was drawn from another team."},
    "uphold": {"reason": "The team belongs to the process."},
    "concede": {"reason": "The record was found."},
    "correct": {"correction": "Set the priorities.", "correction_done_on": today()},
    "analyse": {
        "cause": "The field is optional.",
        "similar_cases": "None in 40 records.",
        "cause_category": CauseCategory.TECHNOLOGY,
    },
    "restate": {
        "cause": "The field was left optional when the tool was moved.",
        "similar_cases": "None in 40 records.",
        "cause_category": CauseCategory.TECHNOLOGY,
    },
    "propose": {},
    "approve_plan": {},
    "return_plan": {"reason": "Nothing removes the cause."},
    "start": {},
    "report": {},
    "verify": {"note": "Saw 20 records."},
    "send_back": {"reason": "The list is incomplete."},
    "close": {},
    "fail_check": {"reason": "Two of sixty came without a priority."},
    "settle": {"effectiveness_note": "Taken up by the team."},
    "reopen": {"reason": "It came back."},
    "resume": {"reason": "It came back."},
    "withdraw": {"reason": "Outside the scope."},
}
VERBS: dict[str, Any] = {
    "report": answers.report_done,
    "issue": services.issue,
    "withdraw": services.withdraw,
}
WHO = {
    "issue": "lead", "accept": "owner", "dispute": "owner", "uphold": "manager", "concede": "lead",
    "correct": "owner", "analyse": "owner", "restate": "owner", "propose": "owner", "approve_plan": "lead",
    "return_plan": "lead",
    "start": "owner", "report": "owner", "verify": "auditor2", "send_back": "auditor2", "close": "lead",
    "fail_check": "lead", "settle": "lead", "reopen": "lead", "resume": "lead", "withdraw": "lead",
}  # fmt: skip
LIGHT = {"settle", "resume"}
BY_PEOPLE = [step for step in FINDING.steps if not step.system]


def take(people: People, name: str, subject: Finding, by: str | None = None, **facts: Any) -> Finding:
    """Fire one step as the person who may."""
    verb = VERBS.get(name) or getattr(answers, name, None) or getattr(checks, name)
    if name == "approve_plan" and subject.actions:
        facts = factory.agreed(subject) | facts
    elif name == "approve_plan":
        facts = {"effectiveness_criterion": "x", "effectiveness_due_on": None} | facts
    elif name == "close":
        facts = factory.proof() | facts
    return verb(subject, **(FACTS[name] | facts), by=getattr(people, by or WHO[name]))  # type: ignore[no-any-return]  # by name


def ready(people: People, name: str, state: FindingState) -> Finding:
    """A finding in ``state`` from which ``name`` can be taken."""
    if name in LIGHT:
        made = factory.finding(people, Grade.OBSERVATION)
        services.issue(made, by=people.lead)
        return (
            checks.settle(made, effectiveness_note="Done.", by=people.lead)
            if state is FindingState.CLOSED
            else made
        )
    if state is FindingState.DISPUTED:
        return take(people, "dispute", factory.at(people, "issued"))
    if name == "close" and state is FindingState.VERIFIED:
        with clock.at(clock.now() - factory.LONG_AGO):
            return factory.at(people, "verified")
    made = factory.at(people, state.value)
    if name == "propose":
        factory.corrective(people, made)
    if name == "report":
        for action in made.actions:
            action_services.done(action, note="Done.", by=people.owner)
        factory.attach(made, factory.Upload(), by=people.owner)
    return made


ROWS = [(step.name, frm, step.to) for step in BY_PEOPLE for frm in step.frm]


@pytest.mark.parametrize(("name", "frm", "to"), ROWS)
def test_every_row_of_the_table_can_be_walked(
    people: People, name: str, frm: FindingState, to: FindingState
) -> None:
    subject = ready(people, name, frm)
    assert subject.state is frm
    take(people, name, subject)
    db.session.refresh(subject)
    assert subject.state is to


def state_of(people: People, state: FindingState, grade: Grade) -> Finding | None:
    """A finding in a state; None for states that its grade never reaches."""
    if state is FindingState.DISPUTED and grade is Grade.MINOR:
        return take(people, "dispute", factory.at(people, "issued"))
    if state is FindingState.WITHDRAWN:
        return services.withdraw(factory.finding(people, grade), reason="No.", by=people.lead)
    if grade is Grade.OBSERVATION and state in (FindingState.ISSUED, FindingState.CLOSED):
        return ready(people, "resume" if state is FindingState.CLOSED else "settle", state)
    if grade is Grade.OBSERVATION and state is not FindingState.DRAFT:
        return None
    return factory.at(people, state.value)


@pytest.mark.parametrize("name", [step.name for step in BY_PEOPLE])
def test_a_step_is_refused_from_every_state_the_table_does_not_name(people: People, name: str) -> None:
    for state in set(FindingState) - set(FINDING.by_name[name].frm):
        subject = state_of(people, state, Grade.OBSERVATION if name in LIGHT else Grade.MINOR)
        if subject is None:
            continue
        version = subject.version
        with pytest.raises(Refused):
            take(people, name, subject)
        db.session.refresh(subject)
        assert (subject.state, subject.version) == (state, version)


@pytest.mark.parametrize("name", [step.name for step in BY_PEOPLE])
def test_a_step_is_refused_to_everybody_whose_role_lacks_the_right(people: People, name: str) -> None:
    step = FINDING.by_name[name]
    subject = ready(people, name, step.frm[0])
    for person in (people.admin, people.reader, people.boss, people.owner, people.auditor2):
        if step.needs not in {right for role in person.role_set for right in GRANTS[role]}:
            with pytest.raises(Refused):
                take(people, name, subject, by=next(k for k in vars(people) if getattr(people, k) is person))
    assert subject.state is step.frm[0]


@pytest.mark.parametrize("part", ["requirement", "objective_evidence", "nonconformity", "location", "clause"])
def test_a_nonconformity_is_not_issued_without_each_part_of_its_statement(people: People, part: str) -> None:
    subject = factory.finding(people, **{part: ""})
    with pytest.raises(Refused):
        services.issue(subject, by=people.lead)
    assert subject.state is FindingState.DRAFT


def test_a_major_is_issued_by_a_second_person(people: People) -> None:
    subject = factory.finding(people, Grade.MAJOR, by=people.lead)
    with pytest.raises(Refused):
        services.issue(subject, by=people.lead)
    assert services.issue(subject, by=people.manager).state is FindingState.ISSUED


def test_a_minor_may_be_issued_by_who_raised_it(people: People) -> None:
    subject = factory.finding(people, Grade.MINOR, by=people.lead)
    assert services.issue(subject, by=people.lead).state is FindingState.ISSUED


def test_an_owner_who_left_or_cannot_answer_blocks_the_issue(people: People) -> None:
    for owner in (people.reader, people.owner2):
        people.owner2.active = False
        subject = factory.finding(people, owner=owner)
        with pytest.raises(Refused):
            services.issue(subject, by=people.lead)


def test_a_good_practice_needs_no_owner(people: People) -> None:
    subject = factory.finding(people, Grade.GOOD_PRACTICE, process=None, requirement="", location="")
    assert services.issue(subject, by=people.lead).owner is None


def test_only_the_owner_or_a_manager_answers(people: People) -> None:
    subject = factory.at(people, "issued")
    with pytest.raises(Refused, match="Only the owner"):
        answers.accept(subject, by=people.owner2)
    assert answers.accept(subject, by=people.manager).state is FindingState.ACCEPTED


def test_accepting_with_a_correction_and_its_day_reports_the_correction_at_once(people: People) -> None:
    subject = answers.accept(
        factory.at(people, "issued"), correction="Set.", correction_done_on=today(), by=people.owner
    )
    assert (subject.state, subject.correction, subject.correction_done_on) == (
        FindingState.CORRECTED, "Set.", today(),
    )  # fmt: skip
    waiting = answers.accept(factory.at(people, "issued"), correction="Under way.", by=people.owner)
    assert (waiting.state, waiting.correction) == (FindingState.ACCEPTED, "Under way.")


def test_a_dispute_is_decided_by_somebody_else_than_the_owner_and_keeps_both_sides(people: People) -> None:
    subject = factory.finding(people, owner=people.manager)
    services.issue(subject, by=people.lead)
    answers.dispute(subject, reason="Another team.", by=people.manager)
    with pytest.raises(Refused):
        answers.uphold(subject, reason="No.", by=people.manager)
    answers.uphold(subject, reason="The team belongs to the process.", by=people.lead)
    assert (subject.dispute_reason, subject.dispute_answer) == (
        "Another team.",
        "The team belongs to the process.",
    )
    assert (subject.dispute_decided_by, subject.state) == (people.lead, FindingState.ACCEPTED)


def test_a_conceded_dispute_withdraws_the_finding_and_ends_its_actions(people: People) -> None:
    subject = factory.at(people, "issued")
    action = factory.corrective(people, subject)
    answers.dispute(subject, reason="The record exists.", by=people.owner)
    answers.concede(subject, reason="Seen now.", by=people.lead)
    assert (subject.state, subject.withdrawn_reason) == (FindingState.WITHDRAWN, "Seen now.")
    assert action.state is ActionState.CANCELLED


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ({"correction": " "}, "how the case itself"),
        ({"correction_done_on": None}, "on which day"),
        ({"correction_done_on": today() + timedelta(days=1)}, "in the future"),
    ],
)
def test_a_correction_is_a_fact_with_its_day(people: People, lack: dict[str, Any], words: str) -> None:
    subject = factory.at(people, "accepted")
    with pytest.raises(Refused, match=words):
        answers.correct(subject, **(FACTS["correct"] | lack), by=people.owner)
    assert (subject.state, subject.correction) == (FindingState.ACCEPTED, "")


@pytest.mark.parametrize("lack", ["cause", "similar_cases"])
def test_cause_and_the_search_for_similar_cases_must_both_be_answered(people: People, lack: str) -> None:
    subject = factory.at(people, "corrected")
    with pytest.raises(Refused):
        answers.analyse(subject, **(FACTS["analyse"] | {lack: " "}), by=people.owner)
    assert not subject.cause


def test_a_plan_needs_a_corrective_action_that_is_not_the_correction(people: People) -> None:
    subject = factory.at(people, "analysed")
    with pytest.raises(Refused, match="at least one corrective action"):
        answers.propose(subject, by=people.owner)
    factory.corrective(people, subject, kind=ActionKind.CORRECTION)
    with pytest.raises(Refused, match="at least one corrective action"):
        answers.propose(subject, by=people.owner)
    factory.corrective(people, subject, title=subject.correction.upper() + "!!")
    with pytest.raises(Refused, match="repeats the correction"):
        answers.propose(subject, by=people.owner)


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ({"effectiveness_criterion": ""}, "by what it will be seen"),
        ({"effectiveness_due_on": None}, "on which day effectiveness"),
        ({"effectiveness_due_on": today() + timedelta(days=49)}, "30 days after the last action"),
    ],
)
def test_a_plan_is_approved_with_criterion_and_day_of_the_check(
    people: People, lack: dict[str, Any], words: str
) -> None:
    subject = factory.at(people, "proposed")
    with pytest.raises(Refused, match=words):
        take(people, "approve_plan", subject, **lack)
    assert (subject.state, subject.planned_by) == (FindingState.PROPOSED, None)


def test_nobody_approves_their_own_plan(people: People) -> None:
    subject = factory.at(people, "analysed", owner=people.manager)
    factory.corrective(people, subject, by=people.manager)
    answers.propose(subject, by=people.manager)
    with pytest.raises(Refused, match="own this finding"):
        take(people, "approve_plan", subject, by="manager")


def test_nothing_is_reported_done_while_an_action_is_open_or_evidence_is_missing(people: People) -> None:
    subject = factory.at(people, "planned")
    with pytest.raises(Refused, match="Still open"):
        answers.report_done(subject, by=people.owner)
    assert subject.state is FindingState.PLANNED
    action = subject.actions[0]
    action_services.done(action, note="Done.", by=people.owner)
    with pytest.raises(Refused, match="Attach evidence"):
        answers.report_done(subject, by=people.owner)
    factory.attach(action, factory.Upload(), by=people.owner)
    assert answers.report_done(subject, by=people.owner).state is FindingState.IMPLEMENTED


def test_nobody_verifies_what_they_did_or_where_they_belong(people: People) -> None:
    subject = factory.at(people, "implemented")
    subject.department = people.qmo
    for person in (people.lead, people.auditor, people.manager):
        with pytest.raises(Refused, match="belong"):
            checks.verify(subject, note="Fine.", by=person)
    subject.department = people.ops
    subject.actions[0].owner = people.auditor
    with pytest.raises(Refused, match="took part"):
        checks.verify(subject, note="Fine.", by=people.auditor)


def test_verifying_the_finding_verifies_the_actions_reported_done(people: People) -> None:
    subject = factory.at(people, "verified")
    assert {action.state for action in subject.actions} == {ActionState.VERIFIED}
    assert {action.verified_by for action in subject.actions} == {people.auditor2}


def test_after_a_reopening_the_old_action_is_not_enough(people: People) -> None:
    subject = take(people, "reopen", factory.at(people, "closed"))
    assert (subject.reopened, subject.closed_on, subject.verified_at) == (1, None, None)
    take(people, "correct", subject)
    take(people, "analyse", subject)
    with pytest.raises(Refused, match="did not work"):
        answers.propose(subject, by=people.owner)
    factory.corrective(people, subject, title="Remove the free-text form")
    assert answers.propose(subject, by=people.owner).state is FindingState.PROPOSED


def test_a_plan_that_came_back_tells_the_owner_why(people: People) -> None:
    subject = take(people, "return_plan", factory.at(people, "proposed"))
    assert (subject.state, subject.sent_back_reason) == (FindingState.ANALYSED, "Nothing removes the cause.")
    assert answers.propose(subject, by=people.owner).sent_back_reason == ""


def test_the_screen_shows_only_steps_of_this_record_and_person(people: People) -> None:
    issued = factory.at(people, "issued")
    assert [each.step.name for each in offers(FINDING, issued, people.owner)] == ["accept", "dispute"]
    assert [each.step.name for each in offers(FINDING, issued, people.owner2)] == []
    assert [each.step.name for each in offers(FINDING, issued, people.lead)] == ["withdraw"]
    light = services.issue(factory.finding(people, Grade.OFI), by=people.lead)
    assert [each.step.name for each in offers(FINDING, light, people.lead)] == ["settle", "withdraw"]


ACTION_ROWS = [(step.name, frm, step.to) for step in ACTION.steps for frm in step.frm]


@pytest.mark.parametrize(("name", "frm", "to"), ACTION_ROWS)
def test_every_row_of_the_action_table_can_be_walked(
    people: People, name: str, frm: ActionState, to: ActionState
) -> None:
    action = factory.corrective(people, factory.at(people, "accepted"))
    later = action.due_on.replace(year=action.due_on.year + 1)
    if frm is ActionState.DONE:
        action_services.done(action, note="Done.", by=people.owner)
    handing = {"to": people.owner2, "from_on": today(), "to_on": later, "reason": "Away.", "by": people.owner}
    if name == "take_back":
        cover_services.delegate(action, **handing)
    if name in ("grant", "decline"):
        action_services.extend(action, due_on=later, reason="Supplier is late.", by=people.owner)
    facts: dict[str, dict[str, Any]] = {
        "done": {"note": "Done.", "by": people.owner},
        "extend": {"due_on": later, "reason": "Supplier is late.", "by": people.owner},
        "grant": {"by": people.lead}, "decline": {"reason": "It is urgent.", "by": people.lead},
        "verify": {"note": "Seen.", "by": people.auditor2},
        "send_back": {"reason": "Not yet.", "by": people.auditor2},
        "cancel": {"reason": "Not needed.", "by": people.lead},
        "delegate": handing, "take_back": {"reason": "Back.", "by": people.owner},
    }  # fmt: skip
    first = action.original_due_on
    verbs: Any = cover_services if name in ("delegate", "take_back") else action_services
    getattr(verbs, name)(action, **facts[name])
    assert (action.state, action.original_due_on) == (to, first)
    assert action.due_on == (later if name == "grant" else first)


def test_the_only_corrective_action_of_a_plan_is_not_cancelled(people: People) -> None:
    subject = factory.at(people, "planned")
    with pytest.raises(Refused, match="only corrective action"):
        action_services.cancel(subject.actions[0], reason="Too dear.", by=people.lead)


def test_the_owner_of_an_action_neither_verifies_it_nor_grants_more_time(people: People) -> None:
    subject = factory.at(people, "accepted")
    action = factory.corrective(people, subject, owner=people.lead)
    later = action.due_on.replace(year=action.due_on.year + 1)
    action_services.extend(action, due_on=later, reason="Ill.", by=people.lead)
    assert extensions.waiting(action).to_on == later
    with pytest.raises(Refused):
        action_services.grant(action, by=people.lead)
    action_services.done(action, note="Done.", by=people.lead)
    with pytest.raises(Refused):
        action_services.verify(action, note="Fine.", by=people.lead)
