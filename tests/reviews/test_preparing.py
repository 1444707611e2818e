"""Preparing a review: the calendar, who must be there, who is asked until when, what the check points out."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from audit_app.accounts import services as accounts
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.home import due
from audit_app.notifications.models import Notice
from audit_app.programme.models import AuditState
from audit_app.reviews import attendance, exports, queries, requests, services, yearly
from audit_app.reviews.attendance import Place
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.gate import compile_gate
from audit_app.reviews.requests import Wish
from tests.reviews import factory

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def told(person):
    return set(db.session.scalars(select(Notice.kind).where(Notice.person_id == person.id)))


def row_of(review, key):
    return services.input_of(review, key)


# --- quorum and deputies ----------------------------------------------------------------------------------


def test_a_meeting_with_too_few_people_has_no_quorum(people):
    review = factory.preparing(people)
    services.set_places(review, {}, quorum=3, by=people.manager)
    services.record_attendance(review, {people.boss.id, people.manager.id}, by=people.manager)
    with pytest.raises(Refused, match="2 of the 3"):
        services.hold(review, minutes="", suitability="", adequacy="", effectiveness="", by=people.manager)


def test_a_deputy_counts_for_the_quorum_and_stands_in_the_pack(people):
    review = factory.ready(people)
    place = Place("Head of operations", required=True, deputy=people.owner2)
    services.set_places(review, {people.owner.id: place}, quorum=3, by=people.manager)
    with pytest.raises(Refused, match="No quorum without Olga"):
        services.approve(review, exports.render_all, by=people.boss)
    services.record_attendance(
        review, {people.boss.id, people.manager.id}, stood_in={people.owner.id}, by=people.manager
    )
    services.approve(review, exports.render_all, by=people.boss)
    pack = compile_pack(review)
    assert [each.deputy for each in pack.participants] == [None, None, people.owner2.name]
    assert not [one for one in pack.warnings if one.key == "warn.absent"]
    assert "review.deputy" in told(people.owner2)


def test_the_deputy_sees_the_review(people):
    review = factory.planned(people)
    place = Place(deputy=people.owner2)
    services.set_places(review, {people.owner.id: place}, by=people.manager)
    assert queries.get(review.id, to=people.owner2) is review


def test_the_chair_is_deputised_only_by_who_may_approve(people):
    review = factory.planned(people)
    with pytest.raises(Refused, match="may not approve") as refused:
        services.set_places(review, {people.boss.id: Place(deputy=people.owner2)}, by=people.manager)
    assert refused.value.field == f"deputy_{people.boss.id}"


@pytest.mark.parametrize(
    ("who", "words"), [("owner", "takes part already"), ("owner2", "somebody else already")]
)
def test_nobody_counts_twice(people, who, words):
    review = factory.planned(people)
    places = {each: Place(deputy=getattr(people, who)) for each in (people.manager.id, people.owner.id)}
    with pytest.raises(Refused, match=words):
        services.set_places(review, places, by=people.manager)


def test_more_than_are_invited_cannot_be_asked_for(people):
    with pytest.raises(Refused, match="At most 3"):
        services.set_places(factory.planned(people), {}, quorum=4, by=people.manager)


def test_attendance_is_recorded_by_who_prepares(people):
    with pytest.raises(Refused, match="role"):
        attendance.record_attendance(factory.preparing(people), set(), by=people.owner)


# --- requests ---------------------------------------------------------------------------------------------


def test_several_people_are_asked_at_once_and_told_until_when(people):
    review = factory.preparing(people)
    h, k = row_of(review, "h"), row_of(review, "k")
    wishes = {row.id: Wish(people.owner, date(2026, 6, 8)) for row in (h, k)}
    assert requests.ask_all(review, wishes, by=people.manager) == 2
    assert requests.ask_all(review, wishes, by=people.manager) == 0
    notice = db.session.scalars(select(Notice).where(Notice.kind == "review_input.assigned")).first()
    assert notice is not None
    assert (notice.facts["due"], h.wanted_on) == ("2026-06-08", date(2026, 6, 8))


def test_a_refused_request_asks_nobody(people):
    review = factory.preparing(people)
    h, k = row_of(review, "h"), row_of(review, "k")
    wishes = {h.id: Wish(people.owner), k.id: Wish(people.owner, date(2026, 6, 11))}
    with pytest.raises(Refused, match="before the meeting") as refused:
        requests.ask_all(review, wishes, by=people.manager)
    assert refused.value.field == f"due_{k.id}"
    assert h.owner is None


def test_a_late_input_is_told_to_its_owner_and_then_to_who_prepares(people):
    review = factory.preparing(people)
    services.assign_input(review, "h", owner=people.owner, due_on=date(2026, 6, 3), by=people.manager)
    kinds = {day: {each.kind for each in requests.due(date(2026, 6, day), WEEK)} for day in (1, 4, 6)}
    assert kinds == {
        1: {"review_input.due"},
        4: {"review_input.late"},
        6: {"review_input.late", "review_input.escalated"},
    }


def test_the_daily_run_tells_it_once_a_week(people):
    review = factory.preparing(people)
    services.assign_input(review, "h", owner=people.owner, due_on=date(2026, 6, 3), by=people.manager)
    first = due.gather()
    assert first >= 2
    assert due.gather() == 0
    assert "review_input.late" in told(people.owner)
    assert "review_input.escalated" in told(people.manager)


def test_a_contributor_who_leaves_is_told_to_who_prepares_and_the_input_is_handed_over(people):
    review = factory.preparing(people)
    row = services.assign_input(review, "h", owner=people.owner, by=people.manager)
    accounts.deactivate(people.owner, by=people.admin)
    assert "review_input.left" in told(people.manager)
    points = [each.words for each in compile_gate(review, people.manager).told if each.key == "h"]
    assert any("has left" in words for words in points)
    requests.ask_all(review, {row.id: Wish(people.owner2)}, by=people.manager)
    services.write_input(review, "h", text="Better.", by=people.owner2)
    assert row.written_by is people.owner2


# --- the calendar -----------------------------------------------------------------------------------------


def test_twelve_months_after_the_last_review_the_next_one_is_due(people):
    review = factory.approved(people)
    year = yearly.of(2027, to=people.manager)
    assert (year.last, year.due_on, year.missing) == (review, date(2027, 6, 10), True)
    assert [cell.due_on for cell in year.cells if cell.due_on] == [date(2027, 6, 10)]
    planned = factory.planned(people, meets_on=date(2027, 5, 5), title="Next")
    year = yearly.of(2027, to=people.manager)
    assert (year.planned, year.missing) == (planned, False)


def test_a_missing_review_is_told_sixty_days_before(people):
    review = factory.approved(people)
    assert yearly.missing(date(2027, 4, 10)) == (None, None)
    assert yearly.missing(date(2027, 4, 11)) == (review, date(2027, 6, 10))


@pytest.mark.parametrize(
    ("day", "later"), [(date(2024, 2, 29), date(2025, 2, 28)), (date(2026, 12, 31), date(2027, 12, 31))]
)
def test_a_year_later_is_a_day_that_exists(day, later):
    assert yearly.months_later(day) == later


def test_a_meeting_before_an_audit_ends_is_pointed_out(people):
    audit = factory.audited(people)
    audit.state, audit.reported_at, audit.ends_on = AuditState.IN_PROGRESS, None, date(2026, 6, 12)
    review = factory.preparing(people)
    assert yearly.audits_in_the_way(review) == [audit]
    assert any(audit.code in each.words for each in compile_gate(review, people.manager).stops)


# --- the completeness check -------------------------------------------------------------------------------


def test_the_check_names_what_stops_and_what_is_only_told(people):
    factory.measured(people)
    review = factory.preparing(people)
    gate = compile_gate(review, people.manager)
    assert [each.key for each in gate.stops] == [row.key.value for row in review.inputs]
    words = " ".join(each.words for each in gate.told)
    assert "AVL" in words
    assert "Apr 2026" in words  # the month that is missing (R15)
    assert "SLA" in words  # missed without a word (R14)
    assert "climate" in words
    assert gate.later


def test_nothing_is_left_when_everything_is_said(people):
    review = factory.ready(people)
    services.decide_climate(review, "not_relevant", reason="Two sites, none at risk.", by=people.manager)
    gate = compile_gate(review, people.boss)
    assert (gate.stops, gate.told, gate.later) == ((), (), ())


def test_a_text_older_than_its_data_is_pointed_out(people):
    review = factory.preparing(people)
    services.write_input(review, "e", text="Customers are content.", by=people.manager)
    row_of(review, "e").written_at -= timedelta(days=3)
    factory.measured(people)
    told_ = [each.words for each in compile_gate(review, people.manager).told if each.key == "e"]
    assert any("data changed" in words for words in told_)


def test_the_climate_decision_needs_a_reason_and_stands_in_the_pack(people):
    review = factory.preparing(people)
    with pytest.raises(Refused, match="Say why"):
        services.decide_climate(review, "relevant", reason=" ", by=people.manager)
    services.decide_climate(review, "relevant", reason="Cooling of the data room.", by=people.manager)
    block = next(one for one in compile_pack(review).inputs if one.key == "b").blocks[0]
    assert block.said.key == "climate.relevant"


# --- the screens ------------------------------------------------------------------------------------------


def test_the_forms_keep_what_was_typed_when_they_are_refused(people, client_for):
    review = factory.preparing(people)
    db.session.commit()
    client = client_for(people.manager)
    numbers = [each.person_id for each in review.participants]
    given = {"quorum": "9", **{f"function_{number}": "Head 𠮷🙂" for number in numbers}}
    reply = client.post(f"/reviews/{review.id}/places", data=given)
    assert reply.status_code == 422
    assert "Head 𠮷🙂" in reply.text
    assert "At most 3" in reply.text
