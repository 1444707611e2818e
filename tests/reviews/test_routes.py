"""The pages through the client: who may enter, what is refused, what a file holds."""

from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from audit_app.core.db import db
from audit_app.reviews import queries, services
from audit_app.reviews.models import DecisionState, InputKey, Review, ReviewState
from tests.people import PASSWORD
from tests.reviews import factory


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.TODAY, tick=True):
        yield


@pytest.fixture
def review(people) -> Review:
    factory.measured(people)
    factory.audited(people)
    made = factory.preparing(people)
    services.assign_input(made, "h", owner=people.owner, by=people.manager)
    db.session.commit()
    return made


def row_of(review, key):
    return services.input_of(review, key)


@pytest.mark.parametrize(
    "page",
    [
        "/reviews/",
        "/reviews/{id}",
        "/reviews/{id}/pack",
        "/reviews/{id}/decisions/new",
        "/reviews/{id}/edit",
        "/reviews/new",
        "/reviews/{id}/step/hold",
    ],
)
def test_every_page_is_whole(client_for, people, parsed, review, page):
    reply = client_for(people.manager).get(page.format(id=review.id))
    assert reply.status_code == 200
    parsed(reply)


@pytest.mark.parametrize("key", [key.value for key in InputKey])
def test_every_input_page_is_whole(client_for, people, parsed, review, key):
    reply = client_for(people.manager).get(f"/reviews/inputs/{row_of(review, key).id}")
    assert reply.status_code == 200
    parsed(reply)


def test_a_page_in_chinese_says_it_in_chinese(client_for, people, parsed, review):
    people.manager.language = "zh"
    db.session.commit()
    reply = client_for(people.manager).get(f"/reviews/{review.id}/pack")
    parsed(reply)
    assert "管理评审" in reply.get_data(as_text=True)
    assert "SLA达成率" in reply.get_data(as_text=True)


def test_a_review_is_planned_on_a_form(client_for, people):
    reply = client_for(people.manager).post(
        "/reviews/new",
        data={
            "title": "Autumn review",
            "meets_on": "2026-11-20",
            "period_from": "2026-06-01",
            "period_to": "2026-10-31",
            "chair_id": people.boss.id,
            "prepared_by_id": people.manager.id,
            "participants": [people.owner.id],
        },
    )
    assert reply.status_code == 302
    made = db.session.query(Review).one()
    assert made.code == "MR-2026-01"
    assert {each.person_id for each in made.participants} == {people.boss.id, people.owner.id}


def test_a_period_that_ends_before_it_begins_comes_back_with_the_reason(client_for, people, parsed):
    reply = client_for(people.manager).post(
        "/reviews/new",
        data={
            "title": "Autumn review",
            "meets_on": "2026-11-20",
            "period_from": "2026-06-01",
            "period_to": "2026-05-31",
            "chair_id": people.boss.id,
            "prepared_by_id": people.manager.id,
        },
    )
    assert reply.status_code == 422
    parsed(reply)
    assert "ends before it begins" in reply.get_data(as_text=True)


def test_an_owner_of_an_input_writes_it_and_no_other(client_for, people, review):
    client = client_for(people.owner)
    reply = client.post(f"/reviews/inputs/{row_of(review, 'h').id}", data={"text": "SLA is still missed."})
    assert reply.status_code == 302, reply.get_data(as_text=True)[-9000:]
    assert row_of(review, "h").text == "SLA is still missed."
    assert client.post(f"/reviews/inputs/{row_of(review, 'k').id}", data={"text": "x"}).status_code == 403


def test_nothing_to_report_without_a_reason_comes_back(client_for, people, review):
    url = f"/reviews/inputs/{row_of(review, 'f').id}"
    reply = client_for(people.manager).post(url, data={"nothing_to_report": "y", "reason": ""})
    assert reply.status_code == 422
    assert "Say why" in reply.get_data(as_text=True)


def test_a_stale_save_shows_both_texts(client_for, people, review):
    row = row_of(review, "k")
    shown = row.version
    services.write_input(review, "k", text="Written meanwhile", by=people.manager)
    db.session.commit()
    reply = client_for(people.manager).post(
        f"/reviews/inputs/{row.id}", data={"text": "Mine", "version": shown}
    )
    assert reply.status_code == 422
    assert "Written meanwhile" in reply.get_data(as_text=True)


def test_who_has_no_part_sees_no_review(client_for, people, review):
    assert client_for(people.owner2).get(f"/reviews/{review.id}").status_code == 404
    assert client_for(people.auditor).get(f"/reviews/{review.id}").status_code == 403
    assert client_for(people.reader).get(f"/reviews/{review.id}").status_code == 200


def test_decisions_are_asked_taken_and_refused_on_forms(client_for, people, review):
    client = client_for(people.boss)
    data = {"text": "Hire two people", "input_key": "j", "owner_id": people.owner.id, "due_on": "2026-09-30"}
    assert client.post(f"/reviews/{review.id}/decisions/new", data=data).status_code == 302
    decision = review.decisions[0]
    assert client.get(f"/reviews/decisions/{decision.id}/take").status_code == 200
    assert client.post(f"/reviews/decisions/{decision.id}/take", data=data).status_code == 302
    assert decision.state is DecisionState.TAKEN
    assert (
        client.post(f"/reviews/decisions/{decision.id}", data=data | {"text": "Hire three"}).status_code
        == 302
    )
    assert client.post(f"/reviews/decisions/{decision.id}/reject").status_code == 302
    assert decision.state is DecisionState.REJECTED


def test_the_whole_way_over_http_ends_in_a_frozen_pack(client_for, people, parsed):
    factory.measured(people)
    review = factory.ready(people)
    db.session.commit()
    boss = client_for(people.boss)
    parsed(boss.get(f"/reviews/{review.id}/step/approve"))
    assert boss.post(f"/reviews/{review.id}/step/approve", data={"password": PASSWORD}).status_code == 302
    assert review.state is ReviewState.APPROVED
    first = boss.get(f"/reviews/{review.id}/pack.xlsx?lang=en")
    assert first.data == queries.frozen_file(review, "en", "xlsx").content
    assert load_workbook(BytesIO(first.data)).sheetnames[0] == "Cover"
    assert boss.get(f"/reviews/{review.id}/pack.pdf?lang=zh").data[:5] == b"%PDF-"
    parsed(boss.get(f"/reviews/{review.id}"))
    assert boss.get(f"/reviews/{review.id}/pack.docx").status_code == 404


def test_the_meeting_is_recorded_with_who_attended(client_for, people, review):
    data = {
        "attended": [people.boss.id],
        "minutes": "Read.",
        "suitability": "Yes",
        "adequacy": "Yes",
        "effectiveness": "Yes",
    }
    assert client_for(people.manager).post(f"/reviews/{review.id}/step/hold", data=data).status_code == 302
    assert review.state is ReviewState.HELD
    assert {each.person_id: each.attended for each in review.participants}[people.boss.id] is True


def test_a_step_of_another_role_is_closed(client_for, people, review):
    assert client_for(people.manager).get(f"/reviews/{review.id}/step/approve").status_code == 403
    assert client_for(people.manager).get(f"/reviews/{review.id}/step/fly").status_code == 404


def test_the_list_is_found_and_exported(client_for, people, review):
    client = client_for(people.manager)
    assert review.code in client.get("/reviews/?q=first half").get_data(as_text=True)
    assert review.code not in client.get("/reviews/?state=approved").get_data(as_text=True)
    book = load_workbook(BytesIO(client.get("/reviews/export?lang=zh").data))
    assert book.active["A2"].value == review.code
