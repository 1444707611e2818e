"""What is measured every quarter has no gap between its quarters: on screen, in the sheet and in the pack."""

from datetime import date

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.home import work
from audit_app.indicators import charting, entry, queries, services
from audit_app.indicators.behaviour import Kind
from audit_app.indicators.models import Frequency
from audit_app.indicators.periods import Month
from audit_app.indicators.trend import Comparison
from audit_app.reviews import compile_indicators, compile_months, compile_overview, lights, series

LAST = Frequency.QUARTERLY.last_ended(Month.of(today()).previous())
"""The last month in which a quarter ended."""


@pytest.fixture
def quarterly(people):
    """Ten quarters, one of them missing."""
    made = services.add_indicator(
        by=people.manager, code="QRT", name_en="Drills", name_zh="演练", direction="higher", unit="%",
        value_kind="ratio", source="manual", target=90, frequency="quarterly", decimals=1, active=True,
        owner_id=people.owner.id,
    )  # fmt: skip
    for back in range(10):
        if back != 2:
            services.enter_measurement(made, LAST.plus(-3 * back), value=95 - back % 2, by=people.manager)
    db.session.commit()
    return made


def test_the_last_month_of_each_period():
    told = {each: each.last_ended(Month(2026, 11)) for each in Frequency}
    assert list(map(str, told.values())) == ["2026-11", "2026-09", "2026-06", "2025-12"]
    assert Frequency.YEARLY.last_ended(Month(2026, 12)) == Month(2026, 12)


def test_the_months_between_are_no_gaps_and_a_missed_quarter_is_one(people, quarterly):
    found = queries.series([quarterly.id], LAST.plus(-11), LAST)[quarterly.id]
    assert [point.month for point in found] == [LAST.plus(-9), LAST.plus(-6), LAST.plus(-3), LAST]
    assert [point.value is None for point in found] == [False, True, False, False]
    (stands,) = queries.board(indicators=[quarterly])
    assert len(stands.points) == 10
    assert stands.previous.month == LAST.plus(-3)
    assert stands.against_previous is Comparison.BETTER
    assert stands.months_behind == 0
    assert stands.behaviour.stretches[-1].kind is Kind.XMR
    assert charting.chart(stands, stands.points).labels[-2:] == (str(LAST.plus(-3)), str(LAST))


def test_a_change_in_a_month_between_begins_new_limits_with_the_next_quarter(people, quarterly):
    services.recognise(quarterly, LAST.plus(-4), "新做法", by=people.manager)
    db.session.commit()
    (stands,) = queries.board(indicators=[quarterly])
    assert [stretch.stop - stretch.start for stretch in stands.behaviour.stretches] == [8, 2]


def test_the_pack_tells_the_missing_quarter_and_no_other(people, quarterly):
    register = series.read(LAST.plus(-11).first, LAST.last)
    (one,) = register.of(["QRT"])
    assert register.gaps(one) == [LAST.plus(-6)]
    drawn = compile_indicators.plot(register, one)
    assert len(drawn.labels) == len(drawn.lines[0].values) == len(one.of(register.window))
    assert drawn.bounds is not None
    assert not lights.stand(register, one).stale
    row = compile_overview._row(register, one)
    assert row[4].value == 94
    assert compile_months.shown(one, LAST.previous()) is None
    longer = series.read(LAST.plus(-11).first, LAST.plus(1).last)
    assert not lights.stand(longer, longer.of(["QRT"])[0]).stale


def test_a_value_belongs_into_the_last_month_of_its_quarter(people, quarterly):
    with pytest.raises(Refused, match="give the last month of the period") as refused:
        services.enter_measurement(quarterly, LAST.previous(), value=90, by=people.manager)
    assert str(LAST) in str(refused.value)
    running = LAST.plus(3)
    services.enter_measurement(quarterly, running, value=90, by=people.manager)
    with pytest.raises(Refused, match="not begun"):
        services.enter_measurement(quarterly, running.plus(3), value=90, by=people.manager)
    with pytest.raises(Refused, match="every month"):
        services.add_indicator(
            by=people.manager, code="LOG", name_en="x", direction="higher", unit="%", source="tickets",
            measure="sla", frequency="yearly",
        )  # fmt: skip


def test_the_sheet_asks_for_it_in_the_last_month_alone_and_the_owner_is_asked_until_it_is_there(
    people, quarterly, client_for
):
    client = client_for(people.manager)
    assert "QRT" in client.get(f"/indicators/sheet?month={LAST}").text
    assert "QRT" not in client.get(f"/indicators/sheet?month={LAST.previous()}").text
    assert f'value="{LAST}"' in client.get(f"/indicators/{quarterly.id}/enter").text
    mine = list(db.session.scalars(work.values_to_enter(people.owner)))
    assert quarterly not in mine
    db.session.delete(entry.at(quarterly, LAST))
    db.session.commit()
    assert quarterly in list(db.session.scalars(work.values_to_enter(people.owner)))


def test_another_frequency_is_a_redefinition_and_the_months_before_keep_theirs(people):
    made = services.add_indicator(
        by=people.manager, code="MTH", name_en="x", direction="higher", unit="%", source="manual", decimals=1
    )
    for back in range(6):
        services.enter_measurement(made, LAST.plus(-3 - back), value=90, by=people.manager)
    facts = {
        "code": "MTH",
        "name_en": "x",
        "direction": "higher",
        "unit": "%",
        "source": "manual",
        "decimals": 1,
    }
    with pytest.raises(Refused, match="say whether the same"):
        services.edit_indicator(made, by=people.manager, frequency="quarterly", **facts)
    services.edit_indicator(
        made,
        by=people.manager,
        frequency="quarterly",
        meaning="other",
        since=LAST.plus(-2),
        why="季度统计",
        **facts,
    )
    db.session.commit()
    found = queries.series([made.id], LAST.plus(-8), LAST)[made.id]
    assert [point.month for point in found] == [*(LAST.plus(-back) for back in range(8, 2, -1)), LAST]
    assert isinstance(LAST.first, date)
