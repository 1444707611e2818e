"""Holding a review: the agenda, notes that never overwrite each other, decisions live, signatures, the slides."""

from datetime import date, time

import pytest
import time_machine
from sqlalchemy import select

from audit_app.core.db import db
from audit_app.core.errors import Conflict, Refused
from audit_app.reviews import agenda, paper, services, signing_in
from audit_app.reviews.agenda import Slot
from audit_app.reviews.attendance import Place
from audit_app.reviews.compile import compile_pack
from audit_app.reviews.meeting_models import SignedBy
from audit_app.reviews.models import DecisionState, InputKey
from audit_app.reviews.pack import digest, from_json, to_json
from audit_app.trail.models import TrailEntry
from tests.reviews import factory

PEN = [[[1, 2], [3, 4.5]], [[9, 9]]]
OPTIONS = "A: two pumps, 80,000\nB: one pump, 50,000"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


def topic(review, key):
    return next(each for each in review.agenda if each.input_key == key)


def slots(review):
    return [Slot(each, each.position, each.title, each.minutes) for each in review.agenda]


# --- the agenda -------------------------------------------------------------------------------------------


def test_preparing_proposes_an_agenda_with_every_input(people):
    review = factory.preparing(people)
    assert [each.input_key for each in review.agenda if each.input_key] == list(InputKey)
    assert agenda.total(review.agenda) == 130 <= review.length
    assert [each.position for each in review.agenda] == list(range(1, 17))


def test_hours_follow_from_the_beginning_and_who_writes_an_input_speaks(people):
    review = factory.preparing(people)
    services.assign_input(review, "a", owner=people.owner, by=people.manager)
    services.set_agenda(review, slots(review), begins=time(9, 30), length=120, by=people.manager)
    first, second = agenda.timetable(review)[:2]
    assert (first.starts, first.ends, second.starts, second.speaker) == (
        "09:30",
        "09:35",
        "09:35",
        people.owner,
    )


def test_topics_are_added_moved_and_taken_out(people):
    review = factory.preparing(people)
    wanted = [*slots(review), Slot(None, 0, "Lunch 🍜", 30)]
    services.set_agenda(review, wanted, begins=None, length=200, by=people.manager)
    assert (review.agenda[-1].title, review.agenda[-1].position) == ("Lunch 🍜", 1)
    gone = [Slot(each, each.position, each.title, each.minutes, removed=True) for each in review.agenda]
    services.set_agenda(review, gone, begins=None, length=200, by=people.manager)
    assert [each.input_key for each in review.agenda] == list(InputKey)


@pytest.mark.parametrize(("minutes", "length", "field"), [(601, 60, "minutes_"), (5, 5, "length")])
def test_what_no_meeting_lasts_is_refused(people, minutes, length, field):
    review = factory.preparing(people)
    wanted = [Slot(review.agenda[0], 1, "Opening", minutes)]
    with pytest.raises(Refused) as refused:
        services.set_agenda(review, wanted, begins=None, length=length, by=people.manager)
    assert refused.value.field.startswith(field)


# --- notes ------------------------------------------------------------------------------------------------


def test_two_who_write_at_once_do_not_overwrite_each_other(people):
    item = topic(factory.preparing(people), "a")
    seen = item.version
    services.write_notes(item, "Ask Rosa.", version=seen, by=people.manager)
    with pytest.raises(Conflict) as conflict:
        services.write_notes(item, "By December.", version=seen, by=people.boss)
    assert conflict.value.stored == {"text": "Ask Rosa.", "version": item.version, "by": people.manager.name}
    services.write_notes(item, "Ask Rosa.\nBy December.", version=item.version, by=people.boss)
    assert item.notes == "Ask Rosa.\nBy December."


def test_fifty_thousand_letters_emoji_and_rare_names_are_kept_and_one_more_is_refused(people):
    item = topic(factory.preparing(people), "a")
    text = ("𠮷🙂" * 25_000)[:50_000]
    services.write_notes(item, text, version=item.version, by=people.manager)
    with pytest.raises(Refused, match="At most 50000"):
        services.write_notes(item, text + "x", version=item.version, by=people.manager)
    entry = db.session.scalars(select(TrailEntry).where(TrailEntry.action == "review_note.write")).one()
    assert "50000" in str(entry.facts)


def test_notes_stand_in_the_pack_under_their_input(people):
    review = factory.ready(people)
    services.write_notes(topic(review, "h"), "The second line costs less.", version=1, by=people.manager)
    pack = compile_pack(review)
    assert from_json(to_json(pack)) == pack
    assert "The second line costs less." in str(paper.document(pack, "en", digest(to_json(pack))))


def test_only_who_prepares_or_approves_writes_notes(people):
    item = topic(factory.preparing(people), "a")
    with pytest.raises(Refused):
        services.write_notes(item, "x", version=item.version, by=people.owner)


def test_the_door_for_notes_answers_with_versions(people, client_for):
    review = factory.preparing(people)
    item = topic(review, "a")
    db.session.commit()
    client, address = client_for(people.manager), f"/reviews/topics/{item.id}/notes"
    first = client.post(address, json={"text": "One", "version": 1})
    assert (first.status_code, first.json["version"]) == (200, 2)
    late = client.post(address, json={"text": "Two", "version": 1})
    assert (late.status_code, late.json["text"]) == (409, "One")
    for wrong in ({}, {"text": 1, "version": 2}, {"text": "a\x00", "version": 2}, []):
        assert client.post(address, json=wrong).status_code == 400
    state = client.get(f"/reviews/{review.id}/meeting/state").json["topics"]
    assert next(each for each in state if each["id"] == item.id)["text"] == "One"


# --- decisions --------------------------------------------------------------------------------------------


def test_a_decision_is_recorded_live_with_the_chosen_option(people, client_for):
    review = factory.preparing(people)
    item = topic(review, "j")
    db.session.commit()
    client, pre = client_for(people.manager), f"t{item.id}-"
    facts = {
        "text": "Buy pumps", "input_key": "j", "options": OPTIONS, "chosen_line": "1",
        "owner_id": people.owner.id, "due_on": "2026-09-01",
    }  # fmt: skip
    address = f"/reviews/{review.id}/meeting/topics/{item.id}/decide"
    reply = client.post(address, data={pre + name: value for name, value in facts.items()})
    assert reply.status_code == 200
    made = review.decisions[-1]
    assert (made.state, made.chosen, made.due_on) == (
        DecisionState.TAKEN, "A: two pumps, 80,000", date(2026, 9, 1),
    )  # fmt: skip
    wrong = client.post(
        address, data={pre + name: value for name, value in (facts | {"chosen_line": "7"}).items()}
    )
    assert wrong.status_code == 422
    assert "Buy pumps" in wrong.text
    assert len(review.decisions) == 1


def test_a_decision_under_a_topic_that_is_no_input_asks_which_one_it_answers(people, client_for):
    review = factory.preparing(people)
    item = next(each for each in review.agenda if each.input_key is None)
    db.session.commit()
    client, pre = client_for(people.manager), f"t{item.id}-"
    facts = {"text": "Buy pumps", "input_key": "", "owner_id": people.owner.id, "due_on": "2026-09-01"}
    address = f"/reviews/{review.id}/meeting/topics/{item.id}/decide"
    wrong = client.post(address, data={pre + name: value for name, value in facts.items()})
    assert wrong.status_code == 422
    assert "Buy pumps" in wrong.text
    assert '<details class="topic-new" open>' in wrong.text
    assert review.decisions == []


def test_an_option_that_was_not_considered_cannot_be_chosen(people):
    review = factory.preparing(people)
    made = services.ask_decision(review, text="Pumps", input_key="j", options=OPTIONS, by=people.manager)
    facts = {"owner": people.owner, "due_on": date(2026, 9, 1), "by": people.boss}
    with pytest.raises(Refused, match="not among those considered"):
        services.take_decision(made, chosen="C: none", **facts)
    services.take_decision(made, chosen=made.considered[1], **facts)
    assert compile_pack(review).decisions[0].chosen == "B: one pump, 50,000"
    services.edit_decision(
        made, text="Pumps", input_key="j", options="A: none", owner=people.owner, due_on=date(2026, 9, 1),
        by=people.boss,
    )  # fmt: skip
    assert made.chosen == ""


def test_an_asked_decision_is_taken_or_refused_from_the_meeting(people, client_for):
    review = factory.preparing(people)
    first, second = (
        services.ask_decision(review, text=text, input_key="j", by=people.manager)
        for text in ("Pumps", "Fans")
    )
    item = topic(review, "j")
    db.session.commit()
    client, base = client_for(people.boss), f"/reviews/{review.id}/meeting/topics/{item.id}/decisions/"
    given = {
        f"d{first.id}-text": "Pumps",
        f"d{first.id}-owner_id": people.owner.id,
        f"d{first.id}-due_on": "2026-09-01",
    }
    assert client.post(f"{base}{first.id}", data=given).status_code == 200
    assert client.post(f"{base}{second.id}", data={"refuse": "yes"}).status_code == 200
    assert [row.state for row in review.decisions] == [DecisionState.TAKEN, DecisionState.REJECTED]


# --- signatures -------------------------------------------------------------------------------------------


def test_a_signature_is_kept_and_marks_who_was_there(people):
    review = factory.ready(people)
    services.draw_signature(review, people.owner, strokes=PEN, width=300, height=120, by=people.manager)
    place = signing_in.place_of(review, people.owner)
    assert (place.attended, place.stood_in) == (True, False)
    pack = compile_pack(review)
    signed = next(each.signature for each in pack.participants if each.name == people.owner.name)
    assert (signed.way, signed.lines) == ("pen", ("1,2 3,4.5", "9,9 9.1,9"))
    assert from_json(to_json(pack)) == pack
    assert "Pen(" in str(paper.document(pack, "en", ""))


def test_a_deputy_signs_for_the_place_they_take(people):
    review = factory.ready(people)
    services.set_places(review, {people.owner.id: Place(deputy=people.owner2)}, by=people.manager)
    made = services.sign_in(review, by=people.owner2)
    place = signing_in.place_of(review, people.owner2)
    assert (made.way, place.stood_in, place.attended) == (SignedBy.SIGN_IN, True, False)


def test_who_is_not_invited_cannot_sign_and_nobody_signs_ahead(people):
    review = factory.ready(people)
    with pytest.raises(Refused, match="not invited"):
        services.sign_in(review, by=people.lead)
    ahead = factory.preparing(people, meets_on=date(2026, 7, 1), title="Later")
    with pytest.raises(Refused, match="lies ahead"):
        services.sign_in(ahead, by=people.boss)


@pytest.mark.parametrize(
    "strokes",
    [[], None, "x", [[]], [[[1]]], [[["a", 1]]], [[[1, 99_999]]], [[[1, 1]]] * 501, [[[1, 1]] * 20_001]],
)
def test_what_no_pad_draws_is_refused(people, strokes):
    with pytest.raises(Refused):
        services.draw_signature(
            factory.ready(people), people.owner, strokes=strokes, width=300, height=120, by=people.manager
        )


# --- the pages --------------------------------------------------------------------------------------------


def test_the_room_sees_every_input_and_says_when_rows_are_left_out(people, client_for, parsed):
    factory.measured(people)
    review = factory.ready(people)
    db.session.commit()
    reply = client_for(people.boss).get(f"/reviews/{review.id}/present")
    parsed(reply)
    assert reply.status_code == 200
    assert all(f"{key.value}) " in reply.text for key in InputKey)
    assert "http" not in reply.text.split("<body")[1].replace("http://www.w3.org", "")


def test_the_meeting_page_holds_a_box_for_each_topic(people, client_for, parsed):
    review = factory.preparing(people)
    db.session.commit()
    reply = client_for(people.manager).get(f"/reviews/{review.id}/meeting")
    parsed(reply)
    assert reply.text.count("data-notes=") == 16
    assert client_for(people.owner).get(f"/reviews/{review.id}/meeting").status_code == 403
