"""Targets that change over time: each month is judged by the one that held in it, on screen, in sheets and packs."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports import chart_json
from audit_app.indicators import charting, exports, queries, services, targets
from audit_app.indicators.board import Point, Status, status
from audit_app.indicators.goals import BEGINNING, Goal
from audit_app.indicators.models import Direction, Indicator
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import IndicatorTarget
from audit_app.reviews import compile_indicators, series
from audit_app.reviews.compile import _definitions
from audit_app.reviews.telling import tell

LAST = Month.of(today()).previous()
RAISED = LAST.plus(-3)
SINCE = "与客户新签的服务级别协议"


@pytest.fixture
def measured(people):
    """Twelve months of CSR at 92, judged by 90; raised to 95 four months ago."""
    services.load_register(by=None)
    made = queries.by_code("CSR")
    for row in made.targets:
        services.take_target_back(row, "试验", by=None)
    services.set_target(made, 90, by=people.manager)
    for back in range(12):
        services.enter_measurement(made, LAST.plus(-back), value=92, by=people.manager)
    db.session.commit()
    return made


def raised(people, made, month=RAISED):
    row = services.set_target(made, 95, month=month, reason=SINCE, by=people.manager)
    db.session.commit()
    return row


def judged(made):
    return [status(made, point) for point in queries.series([made.id], LAST.plus(-11), LAST)[made.id]]


def test_a_target_raised_in_mid_year_judges_no_month_before(people, measured):
    assert judged(measured) == [Status.MET] * 12
    raised(people, measured)
    assert judged(measured) == [Status.MET] * 8 + [Status.MISSED] * 4
    assert len(queries.missed(LAST.plus(-11), LAST)) == 4


def test_the_chart_steps_where_the_target_begins_and_the_sheet_tells_each_month(people, measured):
    raised(people, measured)
    standing = queries.board(indicators=[measured])[0]
    points = queries.series([measured.id], LAST.plus(-11), LAST)[measured.id]
    made = charting.chart(standing, points)
    assert made.target == (90.0,) * 8 + (95.0,) * 4
    (line,) = [each for each in chart_json.option(made)["series"] if each.get("step")][:1]
    assert line["data"] == [90.0] * 8 + [95.0] * 4
    sheet = exports.months_sheet(standing, points)
    assert [row[2] for row in sheet.rows] == ["≥ 90 %"] * 8 + ["≥ 95 %"] * 4


def test_the_pack_judges_by_month_and_says_when_the_target_changed_and_why(people, measured):
    raised(people, measured)
    register = series.read(LAST.plus(-11).first, LAST.last)
    (one,) = register.of(["CSR"])
    assert len(register.missed(one)) == 4
    drawn = compile_indicators.plot(register, one)
    assert drawn.target is None
    assert drawn.targets == (Decimal(90),) * 8 + (Decimal(95),) * 4
    told = [tell(each.said) for each in compile_indicators.target_changes(register, [one])]
    assert len(told) == 1
    assert str(RAISED) in told[0]
    assert SINCE in told[0]
    (found,) = [each for each in _definitions(register) if each.code == "CSR"]
    assert str(RAISED) in tell(found.target)
    before = series.read(LAST.plus(-11).first, RAISED.previous().last)
    assert compile_indicators.plot(before, before.of(["CSR"])[0]).target == 90


def test_taken_back_its_months_are_judged_by_the_target_before_and_it_stays_readable(people, measured):
    row = raised(people, measured)
    services.take_target_back(row, "协议未签署", by=people.manager)
    db.session.commit()
    assert judged(measured) == [Status.MET] * 12
    assert (row.reason, row.taken_back_reason) == (SINCE, "协议未签署")
    raised(people, measured)
    assert Status.MISSED in judged(measured)


def test_what_cannot_be_set_is_refused_in_words(people, measured):
    def tried(target, month=RAISED, reason=SINCE):
        with pytest.raises(Refused) as refused:
            services.set_target(measured, target, month=month, reason=reason, by=people.manager)
        return refused.value.field, str(refused.value)

    assert tried(95, month=None) == (
        "month",
        "Say from which month it holds: the months before stay judged as they were.",
    )
    assert tried(95, reason=" ")[0] == "reason"
    assert tried(101) == ("target", "A percentage lies between 0 and 100.")
    assert tried(90) == ("target", "This holds in that month already.")
    assert tried(95, month=Month(1989, 12))[0] == "month"
    raised(people, measured)
    assert tried(96)[0] == "month"
    assert "no target" not in str(measured.goal(LAST))


def test_no_target_from_a_month_on_judges_nothing_from_then_on(people, measured):
    services.set_target(measured, None, month=LAST, reason="不再考核", by=people.manager)
    assert judged(measured)[-2:] == [Status.MET, Status.NO_TARGET]


def test_before_anything_was_measured_the_first_target_is_simply_another(people):
    services.load_register(by=None)
    made = queries.by_code("CSR")
    services.set_target(made, 88, by=people.manager)
    assert made.goal(BEGINNING) == Goal(Decimal(88))
    assert [row.stands for row in targets.of_indicator(made)].count(True) == 1


@pytest.mark.parametrize("stored", ["indicators.never_judged", "没有任何月份按其判定过。"])
def test_what_the_system_gave_as_reason_is_read_in_the_language_of_the_reader(people, client_for, stored):
    services.load_register(by=None)
    made = queries.by_code("CSR")
    services.set_target(made, 88, by=people.manager)
    (row,) = (each for each in targets.of_indicator(made) if not each.stands)
    assert row.taken_back_reason == "indicators.never_judged"
    row.taken_back_reason = stored
    db.session.commit()
    client = client_for(people.manager)
    for language, said in (("en", "No month was judged by it."), ("zh", "没有任何月份按其判定过。")):
        page = client.get(f"/indicators/{made.id}?lang={language}").text
        assert said in page
        assert "never_judged" not in page


def test_it_is_set_and_taken_back_on_the_page_and_nothing_typed_is_lost(people, measured, client_for):
    client, url = client_for(people.manager), f"/indicators/{measured.id}"
    reply = client.post(f"{url}/targets/new", data={"month": str(RAISED), "target": "195", "reason": SINCE})
    assert reply.status_code == 422
    assert SINCE in reply.text
    assert "between 0 and 100" in reply.text
    reply = client.post(f"{url}/targets/new", data={"month": str(RAISED), "target": "95", "reason": SINCE})
    assert reply.status_code == 303
    assert SINCE in client.get(url).text
    row = targets.of_indicator(measured)[0]
    assert client.get(f"{url}/targets/{row.id}/back").status_code == 200
    assert client.post(f"{url}/targets/{row.id}/back", data={"reason": "记错了"}).status_code == 303
    assert "记错了" in client.get(url).text
    assert client.get(f"{url}/targets/999/back").status_code == 404
    assert client_for(people.owner).get(f"{url}/targets/new").status_code == 403


def test_a_band_moves_with_its_months(people, measured):
    made = services.add_indicator(
        by=people.manager, code="UTL", name_en="Use", direction="band", unit="%", low=40, high=80
    )
    with pytest.raises(Refused, match="below the upper"):
        services.set_target(made, low=90, high=85, month=LAST, reason="x", by=people.manager)
    services.enter_measurement(made, LAST.previous(), value=85, by=people.manager)
    services.enter_measurement(made, LAST, value=85, by=people.manager)
    services.set_target(made, low=50, high=90, month=LAST, reason="扩容", by=people.manager)
    found = queries.series([made.id], LAST.previous(), LAST)[made.id]
    assert [status(made, point) for point in found] == [Status.MISSED, Status.IN_BAND]


# --- over random histories ----------------------------------------------------------------------------------

FIRST = Month(2024, 1)
months = st.integers(0, 35).map(FIRST.plus)
numbers = st.decimals(0, 100, places=2)
steps = st.lists(
    st.tuples(months, st.none() | numbers, st.booleans()), max_size=8, unique_by=lambda each: each[0]
)


def indicator(history, direction):
    rows = [
        IndicatorTarget(period=month.first, target=number, taken_back_at=None if stands else FIRST.first)
        for month, number, stands in history
    ]
    return Indicator(direction=direction, measure="", targets=rows)


@settings(deadline=None)
@given(steps, months, numbers, st.sampled_from([Direction.HIGHER, Direction.LOWER]))
def test_the_state_of_a_month_depends_only_on_the_target_that_held_in_it(history, month, value, direction):
    made = indicator(history, direction)
    held = [(first, number) for first, number, stands in history if stands and first <= month]
    goal = max(held, key=lambda each: each[0])[1] if held else None
    expected = Status.NO_TARGET
    if goal is not None:
        good = value >= goal if direction is Direction.HIGHER else value <= goal
        expected = Status.MET if good else Status.MISSED
    assert status(made, Point(month, value)) is expected


@settings(deadline=None)
@given(steps, months, numbers, months, numbers)
def test_a_later_target_changes_no_earlier_month(history, month, value, first, number):
    later = [each for each in history if each[0] != first] + [(first, number, True)]
    before = indicator([each for each in history if each[0] != first], Direction.HIGHER)
    after = indicator(later, Direction.HIGHER)
    if month < first:
        assert status(before, Point(month, value)) is status(after, Point(month, value))


@settings(deadline=None)
@given(numbers, numbers)
def test_a_value_meets_its_target_exactly_when_it_is_not_on_the_wrong_side(value, target):
    for number in (value, target):
        for direction, good in ((Direction.HIGHER, number >= target), (Direction.LOWER, number <= target)):
            made = indicator([(BEGINNING, target, True)], direction)
            assert (status(made, Point(FIRST, number)) is Status.MET) == good
