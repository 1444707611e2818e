"""The verbs: what they change, whom they tell, what they refuse."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings import action_services as actions
from audit_app.findings.models import Action, ActionKind, ActionState
from audit_app.notifications.models import Notice
from audit_app.reviews import exports, phrases, queries, requests, services, words
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.models import InputKey, ReviewState
from audit_app.reviews.pack import said
from audit_app.reviews.workflow import REVIEW
from audit_app.trail.models import TrailEntry
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def approve(review, people):
    return services.approve(review, exports.render_all, by=people.boss)


def test_a_review_gets_its_code_and_its_chair_is_invited(people):
    review = factory.planned(people, participants=[(people.owner, "Operations")])
    assert review.code == "MR-2026-01"
    assert [each.person for each in review.participants] == [people.boss, people.owner]


def test_only_top_management_leads_a_review(people):
    with pytest.raises(Refused, match="not top management"):
        factory.planned(people, chair=people.owner)


def test_preparing_opens_fourteen_inputs(people):
    assert [row.key for row in factory.preparing(people).inputs] == list(InputKey)


def test_writing_takes_back_a_declaration_and_the_other_way_round(people):
    review = factory.preparing(people)
    row = services.declare_nothing(review, "f", reason="Nothing changed.", by=people.manager)
    assert (row.nothing_to_report, row.written_by) == (True, people.manager)
    services.write_input(review, "f", text="It did change.", by=people.manager)
    assert (row.nothing_to_report, row.reason, row.text) == (False, "", "It did change.")


def test_who_is_asked_to_write_is_told_and_may_write(people):
    review = factory.preparing(people)
    with pytest.raises(Refused):
        services.write_input(review, "h", text="x", by=people.owner)
    services.assign_input(review, "h", owner=people.owner, by=people.manager)
    services.write_input(review, "h", text="Better.", by=people.owner)
    kinds = set(db.session.scalars(select(Notice.kind).where(Notice.person_id == people.owner.id)))
    assert kinds == {"review.planned", "review_input.assigned"}


@pytest.mark.parametrize("key", [key.value for key in InputKey])
def test_r11_names_the_letter_that_is_missing(people, key):
    review = factory.ready(people)
    services.write_input(review, key, text="", by=people.manager)
    with pytest.raises(Refused, match=rf"without assessment: {key}\."):
        approve(review, people)
    assert review.state is ReviewState.HELD


def test_r12_a_review_before_the_last_audit_report_is_refused(people):
    factory.audited(people).reported_at = services.now()
    review = factory.ready(people)
    with pytest.raises(Refused, match="must meet after it"):
        approve(review, people)


def test_r13_a_decision_is_taken_only_with_owner_and_date(people):
    review = factory.preparing(people)
    decision = services.ask_decision(review, text="Buy", input_key="j", by=people.manager)
    for facts in ({"owner": None, "due_on": date(2026, 9, 1)}, {"owner": people.owner, "due_on": None}):
        with pytest.raises(Refused):
            services.take_decision(decision, by=people.boss, **facts)


def test_a_decision_merely_asked_stops_the_approval(people):
    review = factory.ready(people)
    services.ask_decision(review, text="Open question", input_key="h", by=people.manager)
    with pytest.raises(Refused, match="Not decided yet: MR-2026-01/D3"):
        approve(review, people)


def test_a_chair_who_was_absent_stops_the_approval(people):
    review = factory.ready(people)
    services.record_attendance(review, {people.manager.id}, by=people.manager)
    with pytest.raises(Refused, match="Ben Boss chairs"):
        approve(review, people)


@pytest.mark.parametrize("text", ["suitability", "adequacy", "effectiveness"])
def test_a_conclusion_of_two_texts_stops_the_approval(people, text):
    review = factory.ready(people)
    setattr(review, text, " ")
    with pytest.raises(Refused, match="three texts"):
        approve(review, people)


def test_only_top_management_approves(people):
    with pytest.raises(Refused, match="role"):
        services.approve(factory.ready(people), exports.render_all, by=people.manager)


def test_r14_a_missed_target_without_a_word_is_pointed_out_and_does_not_stop(people):
    factory.measured(people)
    review = factory.ready(people)
    pack = compile_pack(review)
    rows = next(
        block.rows
        for one in pack.inputs
        if one.key == "c2"
        for block in one.blocks
        if getattr(block, "title", None) == said("table.missed")
    )
    silent = {
        dict(row[0].facts)["code"] for row in rows if getattr(row[-1], "value", None) == said("value.silent")
    }
    assert "AVL" in silent
    assert "SLA" not in silent, "the decision on the desk speaks of it"
    assert said("warn.silent", count=len(silent), input="c2") in pack.warnings
    assert approve(review, people).frozen


def test_approval_turns_taken_decisions_into_actions_and_they_come_back_next_time(people):
    review = approve(factory.ready(people), people)
    action = db.session.scalars(select(Action)).one()
    assert (action.kind, action.state, action.owner, action.due_on) == (
        ActionKind.DECISION,
        ActionState.OPEN,
        people.owner,
        date(2026, 9, 30),
    )
    assert [decision.action for decision in review.decisions] == [action, None]
    with time_machine.travel("2026-12-09 02:00:00+00:00"):
        following = factory.preparing(
            people,
            title="Next",
            meets_on=date(2026, 12, 9),
            period_from=date(2026, 6, 1),
            period_to=date(2026, 11, 30),
        )
        previous = compile_pack(following).previous
    assert [(row.code, row.owner, row.late, row.age) for row in previous] == [
        (action.code, "Olga Owner", 70, 177)
    ]


def test_a_verified_decision_was_open_until_it_was_verified(people):
    approve(factory.ready(people), people)
    action = db.session.scalars(select(Action)).one()
    with time_machine.travel("2026-09-01 02:00:00+00:00"):
        actions.done(action, note="Comparison runs.", by=people.owner)
        actions.verify(action, note="Four weeks seen.", by=people.lead)
    with time_machine.travel("2026-12-09 02:00:00+00:00"):
        days = {"meets_on": date(2026, 12, 9), "period_from": date(2026, 6, 1)}
        following = factory.preparing(people, title="Next", period_to=date(2026, 11, 30), **days)
        (row,) = compile_pack(following).previous
    assert row.age == 177 - 99


def test_an_approved_review_takes_no_change(people):
    review = approve(factory.ready(people), people)
    decision = review.decisions[0]
    for act in (
        lambda: services.write_input(review, "a", text="x", by=people.manager),
        lambda: services.ask_decision(review, text="x", input_key="a", by=people.manager),
        lambda: services.reject_decision(decision, by=people.boss),
        lambda: services.record_attendance(review, set(), by=people.manager),
        lambda: services.hold(
            review, minutes="", suitability="", adequacy="", effectiveness="", by=people.manager
        ),
        lambda: approve(review, people),
    ):
        with pytest.raises(Refused):
            act()


def test_a_meeting_that_is_still_to_come_is_not_recorded(people):
    review = factory.preparing(people, meets_on=date(2026, 7, 1))
    with pytest.raises(Refused, match="Record it on that day"):
        services.hold(review, minutes="", suitability="", adequacy="", effectiveness="", by=people.manager)


def test_a_refused_approval_leaves_nothing_behind(people):
    review = factory.ready(people)
    services.write_input(review, "b", text="", by=people.manager)
    with pytest.raises(Refused):
        approve(review, people)
    assert db.session.scalars(select(Action)).all() == []
    assert queries.frozen_pack(review) is None


def test_every_step_is_closed_to_who_may_not_take_it(people):
    review = factory.ready(people)
    for step in REVIEW.steps:
        for person in (people.auditor, people.owner, people.reader):
            review.state = step.frm[0]
            assert not REVIEW.allows(step.name, review, person)
    review.state = ReviewState.HELD


def test_who_is_invited_sees_the_review_before_and_after_the_meeting(people):
    review = factory.planned(people, participants=[(people.owner, "Operations")])
    for state in ReviewState:
        review.state = ReviewState(state)
        db.session.flush()
        assert queries.get(review.id, to=people.owner) is review
    with pytest.raises(NotVisible):
        queries.get(review.id, to=people.owner2)


def test_who_only_writes_an_input_sees_the_review_while_it_is_prepared(people):
    review = factory.preparing(people)
    review.participants = [each for each in review.participants if each.person_id != people.owner.id]
    services.assign_input(review, "h", owner=people.owner, by=people.manager)
    assert queries.get(review.id, to=people.owner) is review
    assert queries.get_input(review.inputs[0].id, to=people.owner) is review.inputs[0]
    with pytest.raises(NotVisible):
        queries.get(review.id, to=people.owner2)
    review.state = ReviewState.HELD
    db.session.flush()
    with pytest.raises(NotVisible):
        queries.get(review.id, to=people.owner)
    assert queries.get(review.id, to=people.reader) is review


def test_owners_of_silent_inputs_are_reminded_before_the_meeting(people):
    review = factory.preparing(people)
    services.assign_input(review, "h", owner=people.owner, by=people.manager)
    services.assign_input(review, "k", owner=people.owner2, by=people.manager)
    services.write_input(review, "k", text="Done.", by=people.owner2)
    due = [*requests.due(date(2026, 6, 5), timedelta(days=7))]
    assert [(each.kind, each.to, each.subject.key) for each in due] == [
        ("review_input.due", people.owner, InputKey.H)
    ]
    assert [*requests.due(date(2026, 5, 1), timedelta(days=7))] == []


def test_latest_prefers_what_is_approved(people):
    assert queries.latest() is None
    approved = approve(factory.ready(people), people)
    factory.planned(people, meets_on=date(2026, 12, 1), title="Next")
    assert queries.latest() is approved
    assert queries.codes() == ["MR-2026-01", "MR-2026-02"]
    assert queries.by_code("MR-2026-02").title == "Next"
    assert queries.by_code("MR-1") is None
    assert [review.title for review in queries.search("next", people.boss)] == ["Next"]


def test_every_act_and_every_phrase_has_its_words(people):
    approve(factory.ready(people), people)
    acts = {
        act
        for act in db.session.scalars(select(TrailEntry.action))
        if act.split(".")[0] in ("review", "review_input", "decision", "pack")
    }
    assert acts <= words.SENTENCES.keys()
    for key in phrases.PHRASES:
        assert str(phrases.phrase(key))
