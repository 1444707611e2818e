"""Recognised changes of a process: limits begin anew, by whom and why stays readable."""

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.indicators import changes, queries, services
from audit_app.indicators.periods import Month
from audit_app.indicators.trend import Movement
from audit_app.reviews import series

LAST = Month.of(today()).previous()
NEW = LAST.plus(-9)
"""Ten months at the new level, fourteen before at the old."""


@pytest.fixture
def jumped(people):
    services.load_register(by=None)
    made = queries.by_code("CSAT")
    for back in range(24):
        level = 90 if back < 10 else 60
        services.enter_measurement(made, LAST.plus(-back), value=level + 2 - back % 3, by=people.manager)
    db.session.commit()
    return made


def standing(indicator):
    return queries.board(indicators=[indicator])[0]


def test_a_recognised_change_gives_new_limits_and_taking_it_back_the_old_ones(people, jumped):
    assert standing(jumped).movement is Movement.IMPROVING
    made = services.recognise(jumped, NEW, "第二班上岗", by=people.manager)
    db.session.commit()
    now = standing(jumped)
    assert now.movement is Movement.NO_SIGNAL
    assert now.limits_of(now.measured[-1])[1] == pytest.approx(91, abs=1)
    assert now.limits_of(now.measured[0])[1] == pytest.approx(61, abs=1)
    services.take_back(made, "没有换班", by=people.manager)
    db.session.commit()
    assert standing(jumped).movement is Movement.IMPROVING
    (kept,) = changes.of_indicator(jumped)
    assert (kept.reason, kept.taken_back_reason) == ("第二班上岗", "没有换班")


def test_the_pack_takes_the_same_limits(people, jumped):
    services.recognise(jumped, NEW, "新工具", by=people.manager)
    db.session.commit()
    (one,) = series.read(LAST.plus(-5).first, LAST.last).of(["CSAT"])
    assert series.movement(one, LAST) == "no_signal"


def test_what_cannot_be_recorded_is_refused_in_words(people, jumped):
    with pytest.raises(Refused, match="what changed"):
        services.recognise(jumped, NEW, "  ", by=people.manager)
    with pytest.raises(Refused, match="not begun"):
        services.recognise(jumped, Month.of(today()).next(), "x", by=people.manager)
    made = services.recognise(jumped, NEW, "新工具", by=people.manager)
    with pytest.raises(Refused, match="already"):
        services.recognise(jumped, NEW, "再次", by=people.manager)
    with pytest.raises(Refused, match="why"):
        services.take_back(made, "", by=people.manager)
    services.take_back(made, "错", by=people.manager)
    with pytest.raises(Refused, match="already"):
        services.take_back(made, "错", by=people.manager)
    services.recognise(jumped, NEW, "再次", by=people.manager)


def test_it_is_recorded_and_taken_back_on_the_page_and_nothing_typed_is_lost(people, jumped, client_for):
    client = client_for(people.manager)
    url = f"/indicators/{jumped.id}"
    reply = client.post(
        f"{url}/changes/new", data={"month": str(Month.of(today()).next()), "reason": "新工具"}
    )
    assert reply.status_code == 422
    assert "新工具" in reply.text
    reply = client.post(f"{url}/changes/new", data={"month": str(NEW), "reason": "新工具"})
    assert reply.status_code == 303
    page = client.get(url).text
    assert "新工具" in page
    (made,) = changes.of_indicator(jumped)
    assert client.post(f"{url}/changes/{made.id}/back", data={"reason": "记错了"}).status_code == 303
    assert "记错了" in client.get(url).text
    assert client.get(f"{url}/changes/999/back").status_code == 404


def test_who_does_not_define_indicators_records_no_change(people, jumped, client_for):
    assert client_for(people.owner).get(f"/indicators/{jumped.id}/changes/new").status_code == 403
