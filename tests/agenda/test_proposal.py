"""The agenda that is proposed from a scope: pure, so people are letters here."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.agenda.models import SlotKind as K
from audit_app.agenda.proposal import Topic, propose

MONDAY, TUESDAY = date(2026, 12, 7), date(2026, 12, 8)


def kinds(found, day):
    return [slot.kind for slot in found.slots if slot.day == day]


def test_one_day_begins_with_the_opening_and_ends_with_team_and_closing_meeting():
    found = propose([MONDAY], [Topic(60, ("a",))], ["L"], auditees=["a"])
    assert kinds(found, MONDAY) == [K.OPENING, K.WORK, K.BREAK, K.TEAM, K.CLOSING]


def test_of_two_days_the_first_has_the_opening_and_the_last_the_closing():
    found = propose([MONDAY, TUESDAY], [Topic(60, ("a",))] * 9, ["L"], auditees=["a"])
    assert K.CLOSING not in kinds(found, MONDAY)
    assert K.OPENING not in kinds(found, TUESDAY)
    assert kinds(found, MONDAY)[-1] is K.TEAM
    assert kinds(found, TUESDAY)[-2:] == [K.TEAM, K.CLOSING]


def test_topics_are_spread_over_the_auditors_and_run_side_by_side():
    found = propose([MONDAY], [Topic(60, ("a",)), Topic(60, ("b",))], ["L", "M"], auditees=["a", "b"])
    work = [slot for slot in found.slots if slot.kind is K.WORK]
    assert {slot.auditors[0] for slot in work} == {"L", "M"}
    assert work[0].start == work[1].start


def test_who_is_not_independent_of_a_topic_does_not_audit_it():
    found = propose([MONDAY], [Topic(60, ("a",), frozenset({"L"}))], ["L", "M"], auditees=["a"])
    assert [slot.auditors for slot in found.slots if slot.kind is K.WORK] == [("M",)]


def test_a_topic_that_nobody_may_audit_is_named():
    topic = Topic(60, ("a",), frozenset({"L"}))
    assert propose([MONDAY], [topic], ["L"], auditees=["a"]).nobody == (topic,)


def test_topics_are_shortened_before_any_is_left_out():
    found = propose([MONDAY], [Topic(90, ("a",))] * 5, ["L"], auditees=["a"])
    assert not found.no_room
    assert max(slot.end - slot.start for slot in found.slots if slot.kind is K.WORK) < 90


def test_what_finds_no_room_even_then_is_named_and_the_rest_stands():
    found = propose([MONDAY], [Topic(90, ("a",))] * 20, ["L"], auditees=["a"])
    assert found.no_room
    assert len(found.no_room) + len([slot for slot in found.slots if slot.kind is K.WORK]) == 20


def test_a_trainee_goes_with_the_first_auditor_and_never_sits_opposite_themselves():
    found = propose([MONDAY], [Topic(60, ("a",)), Topic(60, ("t",))], ["L"], ["t"], ["a"])
    assert sorted(slot.auditors for slot in found.slots if slot.kind is K.WORK) == [("L",), ("L", "t")]


def test_what_people_have_elsewhere_is_left_free():
    morning = {"a": [(MONDAY, 9 * 60, 12 * 60)]}
    found = propose([MONDAY], [Topic(60, ("a",))], ["L"], auditees=["a"], busy=morning)
    assert [slot.start for slot in found.slots if slot.kind is K.WORK] == [13 * 60]


PEOPLE = st.sampled_from("abcdef")


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([30, 45, 60, 90, 120]), PEOPLE, st.frozensets(st.sampled_from("LMN"))),
        max_size=25,
    ),
    st.integers(1, 3),
)
def test_no_proposal_ever_asks_anybody_twice_at_a_time(topics, count):
    days = [date(2026, 12, 7 + number) for number in range(count)]
    wanted = [Topic(minutes, (who,), barred) for minutes, who, barred in topics]
    found = propose(days, wanted, ["L", "M", "N"], auditees=list("abcdef"))
    taken = set()
    for slot in found.slots:
        assert slot.start < slot.end
        for person in (*slot.auditors, *slot.auditees):
            minutes = {(person, slot.day, minute) for minute in range(slot.start, slot.end)}
            assert not taken & minutes
            taken |= minutes
    placed = len([slot for slot in found.slots if slot.kind is K.WORK])
    assert placed + len(found.no_room) + len(found.nobody) == len(wanted)
    assert all(not set(slot.auditors) & slot.topic.barred for slot in found.slots if slot.topic)
