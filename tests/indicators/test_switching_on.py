"""The indicators that ship are switched on one by one, each with an owner and a target of one's own."""

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import queries, register, services, switching_on
from audit_app.indicators.goals import BEGINNING
from audit_app.indicators.models import Indicator, Source
from audit_app.indicators.periods import Month
from audit_app.trail import queries as trail
from audit_app.trail.models import TrailEntry

URL = "/indicators/switch-on"


def said(act, *args, **given):
    with pytest.raises(Refused) as refused:
        act(*args, **given)
    db.session.rollback()
    return refused.value.field


def test_a_new_database_begins_with_those_that_compute_themselves(people):
    services.load_register(by=None, computed_only=True)
    assert {each.source for each in db.session.query(Indicator)} == {
        Source.TICKETS,
        Source.OUTAGES,
        Source.SYSTEM,
    }
    free = [each for each in switching_on.offered() if each.present is None]
    assert {each.indicator.source for each in free} == {Source.MANUAL}
    assert len(free) + db.session.query(Indicator).count() == len(register.shipped())


def test_one_is_switched_on_with_owner_target_and_a_line_in_the_trail(people):
    made = services.switch_on("CSAT", owner_id=people.owner.id, target="88.5", by=people.manager)
    assert (made.name_en, made.owner, str(made.goal(BEGINNING).target)) == (
        "Customer satisfaction",
        people.owner,
        "88.5",
    )
    band = services.switch_on("CAP", owner_id=people.owner.id, low=30, high=70, by=people.manager)
    assert (band.goal(BEGINNING).low, band.goal(BEGINNING).high) == (30, 70)
    free = services.switch_on("KBU", owner_id=people.owner.id, by=people.manager)
    assert not free.targets
    acts = [row.action for row in db.session.query(TrailEntry).order_by(TrailEntry.seq)]
    assert acts.count("indicator.switch_on") == 3
    assert acts.count("indicator.target") == 2


def test_what_cannot_be_is_refused_by_name(people):
    act, by = services.switch_on, people.manager
    services.switch_on("CSAT", owner_id=people.owner.id, by=by)
    db.session.commit()
    assert said(act, "CSAT", owner_id=people.owner.id, by=by) is None
    assert said(act, "NONE", owner_id=people.owner.id, by=by) is None
    assert said(act, "KBU", owner_id=None, by=by) == "owner_id"
    assert said(act, "KBU", owner_id=people.owner.id, target=101, by=by) == "target"
    assert said(act, "CAP", owner_id=people.owner.id, by=by) == "low"
    assert said(act, "CAP", owner_id=people.owner.id, low=80, high=40, by=by) == "low"
    assert act("MTTR", owner_id=None, target=4, by=by).owner is None


def test_the_page_offers_what_is_not_there_marked_as_a_suggestion(people, client_for, parsed):
    client = client_for(people.manager)
    services.switch_on("CSAT", owner_id=people.owner.id, by=people.manager)
    db.session.commit()
    page = client.get(URL)
    parsed(page)
    assert 'name="on-KBU"' in page.text
    assert 'name="on-CSAT"' not in page.text
    assert "suggested: ≥ 90 %" in page.text
    assert "In the register already" in page.text


def test_all_that_is_ticked_is_taken_or_nothing(people, client_for):
    client = client_for(people.manager)
    data = {"on-KBU": "1", "owner-KBU": str(people.owner.id), "target-KBU": "75",
            "on-CAP": "1", "owner-CAP": str(people.owner.id), "low-CAP": "viel", "high-CAP": "80"}  # fmt: skip
    reply = client.post(URL, data=data)
    assert reply.status_code == 422
    assert "Write a number, such as 97.5." in reply.text
    assert 'value="viel"' in reply.text
    assert queries.by_code("KBU") is None
    assert client.post(URL, data=data | {"low-CAP": "40"}).status_code == 303
    kbu = queries.by_code("KBU")
    assert (kbu.owner_id, str(kbu.goal(BEGINNING).target), kbu.process) == (people.owner.id, "75", None)
    assert queries.by_code("FCR") is None
    assert client.post(URL, data={}).status_code == 422


def test_one_out_of_use_is_offered_again_and_comes_back_with_its_months_and_targets(
    people, client_for, parsed
):
    client = client_for(people.manager)
    kbu = services.switch_on("KBU", owner_id=people.owner.id, target=75, by=people.manager)
    month = Month.of(today()).previous()
    services.enter_measurement(kbu, month, numerator=3, denominator=4, by=people.manager)
    kbu.active, kbu.owner_id = False, None
    db.session.commit()
    page = client.get(URL)
    parsed(page)
    assert 'name="on-KBU"' in page.text
    assert 'name="target-KBU"' not in page.text
    assert client.post(URL, data={"on-KBU": "1", "owner-KBU": ""}).status_code == 422
    assert not kbu.active
    data = {"on-KBU": "1", "owner-KBU": str(people.owner2.id), "target-KBU": "10"}
    assert client.post(URL, data=data).status_code == 303
    db.session.expire_all()
    assert (kbu.active, kbu.owner_id, str(kbu.goal(month).target)) == (True, people.owner2.id, "75")
    assert trail.history(kbu)[0].action == "indicator.switch_on"
    assert 'name="on-KBU"' not in client.get(URL).text


def test_only_who_defines_indicators_switches_them_on(people, client_for):
    for person in (people.owner, people.reader, people.boss, people.lead):
        client = client_for(person)
        assert client.get(URL).status_code == 403
        assert client.post(URL, data={"on-KBU": "1"}).status_code == 403


def test_the_page_asks_few_queries(people, client_for, queries_of):
    services.load_register(by=None, computed_only=True)
    db.session.commit()
    assert queries_of(client_for(people.manager), URL) < 20
