"""What the management representative sees before the next review: the lights of the pack, what needs a decision."""

from datetime import timedelta

import pytest

from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import extensions
from audit_app.findings.models import Grade
from audit_app.home import steering
from audit_app.indicators import queries, register, services
from audit_app.indicators.periods import Month
from audit_app.reviews import compile as packs
from audit_app.reviews import origins, screens
from tests.findings import factory
from tests.reviews import factory as reviews


def needed(people):
    return {
        each.rule.key: [row.words for row in each.rows]
        for each in steering.compile_for(people.manager).needed
    }


@pytest.fixture
def planned(people):
    register.load_register(by=None)
    review = reviews.planned(people, meets_on=today() + timedelta(days=20),
                             period_from=today() - timedelta(days=300), period_to=today())  # fmt: skip
    db.session.flush()
    return review


def test_each_rule_finds_its_rows_and_no_others(app, people, planned):
    with app.test_request_context():
        assert needed(people) == {}
        major = factory.at(people, "issued", Grade.MAJOR)
        factory.at(people, "issued")
        last = Month.of(today()).previous()
        services.enter_measurement(queries.by_code("CSAT"), last, value=10, by=people.manager)
        services.enter_measurement(queries.by_code("FCR"), last, numerator=1, denominator=99, comment="Known.",
                                   by=people.manager)  # fmt: skip
        db.session.flush()
        found = needed(people)
    assert list(found) == ["missed", "major"]
    assert len(found["missed"]) == 1
    assert found["major"] == [f"{major.code} {major.title}"]


def test_time_refused_twice_is_a_matter_for_the_review_while_the_work_is_open(app, people, planned):
    with clock.at(now() - timedelta(days=20)):
        made = factory.at(people, "in_progress")
    for days in (10, 12):
        asked = extensions.ask(
            made, due_on=made.due_on + timedelta(days=days), reason="Part", by=people.owner
        )
        with app.test_request_context():
            assert "refused" not in needed(people)
        extensions.refuse(asked, reason="No.", by=people.lead)
        db.session.flush()
    with app.test_request_context():
        assert needed(people)["refused"] == [f"{made.code} {made.title}"]


def test_the_lights_are_those_of_the_pack(app, people, planned):
    factory.at(people, "issued", Grade.MAJOR)
    last = Month.of(today()).previous()
    services.enter_measurement(queries.by_code("CSAT"), last, value=10, by=people.manager)
    db.session.flush()
    with app.test_request_context():
        rows = origins.read((), planned.period_from, planned.period_to)
        pack = screens.lights(packs.compile_pack(planned).lights, rows)
        shown = steering.compile_for(people.boss).lights
    assert [{key: each[key] for key in pack[0]} for each in shown] == pack
    assert all(each["address"] for each in shown)


def test_a_new_signal_is_named_first_and_bad(app, people, planned):
    made, last = queries.by_code("CSAT"), Month.of(today()).previous()
    for back in range(1, 15):
        services.enter_measurement(made, last.plus(-back), value=80 + back % 2, by=people.manager)
    services.enter_measurement(made, last, value=40, by=people.manager)
    db.session.flush()
    with app.test_request_context():
        (found,) = steering.signals()
    assert found.new
    assert found.standing.movement.value == "worsening"
    assert "below the lower natural limit" in found.words


def test_what_stops_the_review_is_told_to_everybody_who_reads(app, people, planned):
    with app.test_request_context():
        told = [steering.compile_for(each) for each in (people.manager, people.boss, people.reader)]
    assert len({tuple(each.stops) for each in told}) == 1
    assert any("Inputs without assessment" in words for words in told[0].stops)
    assert (told[0].filled, told[0].whole) == (0, 14)


def test_the_inputs_of_another_standard_are_counted_too(app, people):
    register.load_register(by=None)
    reviews.preparing(people, standards=["ISO/IEC 27001:2022"])
    db.session.flush()
    with app.test_request_context():
        told = steering.compile_for(people.manager)
    assert (told.filled, told.whole) == (0, 16)


@pytest.mark.parametrize("who", ["manager", "boss", "reader", "admin"])
def test_the_page_is_read_by_those_who_may_see_reviews(people, client_for, parsed, who):
    page = client_for(getattr(people, who)).get("/dashboard/review")
    assert page.status_code == 200
    parsed(page)
    assert "No review is planned" in page.text
    assert "Nothing waits for a decision" in page.text
    assert client_for(people.owner).get("/dashboard/review").status_code == 403
