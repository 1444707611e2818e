"""Something else is measured from a month on: old and new are never one line, and nothing compares them."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports import chart_json, chart_pdf
from audit_app.indicators import charting, definitions, exports, queries, services
from audit_app.indicators.board import Point, Standing, Status, status
from audit_app.indicators.models import Direction, Indicator, ValueKind
from audit_app.indicators.periods import Month
from audit_app.indicators.register_models import ChangeKind, ProcessChange
from audit_app.indicators.trend import Comparison
from audit_app.reviews import compile_indicators, compile_overview, series
from audit_app.reviews.compile import _definitions
from audit_app.reviews.pack import Figure
from audit_app.reviews.telling import tell

LAST = Month.of(today()).previous()
SINCE = LAST.plus(-3)
WHY = "等待客户的时间不再计入"


@pytest.fixture
def measured(people: Person) -> Indicator:
    """Twenty-four months of a mean time in hours, 20 hours and then, counted otherwise, 12."""
    made = services.add_indicator(
        by=people.manager, code="RST", name_en="Restore time", name_zh="恢复时间", formula_en="hours / incidents",
        direction="lower", unit="h", value_kind="mean", source="manual", target=16, decimals=1, active=True,
    )  # fmt: skip
    for back in range(24):
        level = 12 if back < 4 else 20
        services.enter_measurement(made, LAST.plus(-back), value=level + back % 3, by=people.manager)
    db.session.commit()
    return made


def facts(made, **changed):
    kept = ("code", "name_en", "name_zh", *definitions.KEPT, "source", "clause", "active")
    return {name: getattr(made, name) for name in kept} | changed


def redefine(people, made, month=SINCE, **changed):
    asked = facts(made, **(changed or {"formula_en": "hours less waiting / incidents"}))
    services.edit_indicator(made, by=people.manager, meaning="other", since=month, why=WHY, **asked)
    db.session.commit()


def standing(made):
    return queries.board(indicators=[made])[0]


def points(made):
    return queries.series([made.id], LAST.plus(-12), LAST)[made.id]


def crossing(lines, first):
    """Whether a line has values on both sides of a place."""
    return any(
        any(v is not None for v in values[:first]) and any(v is not None for v in values[first:])
        for values in lines
    )


def test_nothing_compares_over_a_redefinition(people, measured):
    before = standing(measured)
    assert (before.against_last_year, before.behaviour.stretches[-1].known) == (Comparison.BETTER, 24)
    redefine(people, measured)
    now = standing(measured)
    assert now.last_year is None
    assert now.against_last_year is Comparison.NONE
    assert [point.month for point in now.measured] == [SINCE.plus(step) for step in range(4)]
    assert now.behaviour.stretches[-1].centre is None
    assert now.signals == ()
    assert len(now.numbers) == 4


def test_old_and_new_are_two_lines_on_page_paper_and_sheet(people, measured):
    redefine(people, measured)
    shown = points(measured)
    made = charting.chart(standing(measured), shown)
    place = [point.month for point in shown].index(SINCE)
    assert len(made.series) == 2
    assert not crossing([each.values for each in made.series], place)
    assert sum(value is not None for each in made.series for value in each.values) == 13
    drawn = [each["data"] for each in chart_json.option(made)["series"] if each["name"] != "Target"]
    assert not crossing([data for data in drawn if len(data) == 13], place)
    assert chart_pdf.draw(made, 400, 200).contents
    assert str(SINCE) in str(made.series[0].name)
    sheet = exports.months_sheet(standing(measured), shown)
    assert any("hours / incidents" in str(note) for note in sheet.notes)


def test_another_unit_is_not_drawn_on_the_same_axis_and_its_months_keep_theirs(people, measured):
    redefine(people, measured, unit="min", formula_en="minutes / incidents")
    assert [each.goal.is_set for each in measured.targets] == [True, False]
    shown = points(measured)
    made = charting.chart(standing(measured), shown)
    assert len(made.series) == 1
    assert [value is None for value in made.series[0].values] == [True] * 9 + [False] * 4
    assert shown[0].line(measured).shown.endswith(" h")
    assert shown[-1].line(measured).shown.endswith(" min")
    assert [status(measured, point) for point in shown] == [Status.MISSED] * 9 + [Status.NO_TARGET] * 4


def test_the_pack_draws_and_compares_them_apart_and_says_so(people, measured):
    redefine(people, measured)
    register = series.read(LAST.plus(-11).first, LAST.last)
    (one,) = register.of(["RST"])
    made = compile_indicators.plot(register, one)
    place = register.window.index(SINCE)
    assert len(made.lines) == 2
    assert not crossing([line.values for line in made.lines], place)
    assert made.bounds is None
    assert series.movement(one, LAST) == "too_few"
    row = compile_overview._row(register, one)
    assert row[5] == Figure(None, 1, "h")
    (told,) = [tell(each.said) for each in compile_indicators.redefined(register, [one])]
    assert WHY in told
    assert "hours / incidents" in told
    kept = [each for each in _definitions(register) if each.code == "RST"]
    assert [each.formula.en for each in kept] == ["hours / incidents", "hours less waiting / incidents"]


def test_taken_back_the_old_definition_and_its_target_hold_again(people, measured):
    redefine(people, measured, unit="min", formula_en="minutes / incidents")
    (change,) = measured.changes
    services.take_back(change, "未实施", by=people.manager)
    db.session.commit()
    assert (measured.unit, measured.formula_en) == ("h", "hours / incidents")
    assert measured.goal(LAST).target == 16
    assert standing(measured).last_year is not None
    assert (change.reason, change.taken_back_reason) == (WHY, "未实施")


def test_an_edit_cannot_silently_give_measured_months_another_meaning(people, measured):
    def tried(meaning="", since=None, why=WHY, **changed):
        with pytest.raises(Refused) as refused:
            services.edit_indicator(
                measured,
                by=people.manager,
                meaning=meaning,
                since=since,
                why=why,
                **facts(measured, **changed),
            )
        db.session.rollback()
        return refused.value.field

    assert tried(formula_en="x") == "meaning"
    assert tried("wording", unit="min") == "meaning"
    assert tried("other", formula_en="x") == "since"
    assert tried("other", Month.of(today()).next(), formula_en="x") == "since"
    assert tried("other", SINCE, why=" ", formula_en="x") == "why"
    services.edit_indicator(
        measured, by=people.manager, meaning="wording", **facts(measured, formula_en="hours per incident")
    )
    assert measured.changes == []
    redefine(people, measured)
    assert tried("other", SINCE.previous(), formula_en="y") == "since"
    redefine(people, measured, LAST, formula_en="z")
    with pytest.raises(Refused, match="once more"):
        services.take_back(measured.changes[0], "x", by=people.manager)


def test_it_is_redefined_on_the_page_and_both_definitions_stand_there(people, measured, client_for):
    client, url = client_for(people.manager), f"/indicators/{measured.id}"
    sent = {
        name: getattr(value, "value", value)
        for name, value in facts(measured).items()
        if value not in ("", None)
    }
    sent |= {"formula_en": "hours less waiting / incidents", "active": "y"}
    reply = client.post(f"{url}/edit", data=sent)
    assert reply.status_code == 422
    assert "say whether the same is still measured" in reply.text
    reply = client.post(f"{url}/edit", data={**sent, "meaning": "other", "since": str(SINCE), "why": WHY})
    assert reply.status_code == 303
    page = client.get(url).text
    assert WHY in page
    assert "hours / incidents" in page
    assert "measured otherwise" in page


# --- over random histories ----------------------------------------------------------------------------------

FIRST = Month(2024, 1)
values = st.lists(st.none() | st.decimals(0, 100, places=1), min_size=2, max_size=30)


def kept(first):
    before = dict.fromkeys(definitions.KEPT, "")
    before |= {
        "direction": "higher",
        "value_kind": "ratio",
        "unit": "%",
        "decimals": 1,
        "frequency": "monthly",
    }
    row = ProcessChange(kind=ChangeKind.DEFINITION, before=before, period=first.first, reason="x")
    return Indicator(
        code="X", name_en="x", direction=Direction.HIGHER, value_kind=ValueKind.RATIO, unit="%", decimals=1,
        measure="", changes=[row],
    )  # fmt: skip


def seen(history, place):
    found = Standing(
        kept(FIRST.plus(place)), tuple(Point(FIRST.plus(at), value) for at, value in enumerate(history))
    )
    return found


@settings(deadline=None)
@given(values, st.data())
def test_what_lies_before_a_redefinition_changes_nothing_that_is_said_after_it(history, data):
    place = data.draw(st.integers(0, len(history) - 1))
    other = data.draw(st.lists(st.none() | st.decimals(0, 100, places=1), min_size=place, max_size=place))
    if all(value is None for value in history[place:]):
        return
    one, two = seen(history, place), seen([*other, *history[place:]], place)
    for each in (one, two):
        assert all(point.month >= FIRST.plus(place) for point in each.measured)
    assert one.behaviour == two.behaviour
    assert (one.movement, one.run) == (two.movement, two.run)
    assert (one.against_previous, one.against_last_year) == (two.against_previous, two.against_last_year)
    assert one.signals == two.signals


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=values, at=st.integers(0, 29))
@example(history=[None] * 11 + [Decimal(0)] * 8 + [None], at=19)  # nothing measured since the redefinition
def test_no_line_of_a_chart_has_values_on_both_sides(app, history, at):
    place = at % len(history)
    found = seen(history, place)
    if found.last is None:
        return
    made = charting.chart(found, found.points)
    assert not crossing([line.values for line in made.series], place)
    limits = [line for _name, line in made.limits.lines] if made.limits else []
    assert not crossing(limits, place)
    if any(value is not None for value in history[place:]):  # until then the old definition still speaks
        assert all(value is None for line in limits for value in line[:place])
    drawn = [value for value in history if value is not None]
    assert sum(value is not None for line in made.series for value in line.values) == len(drawn)
    assert all(a < b for a, b in pairwise(made.signals))
    assert isinstance(drawn[0], Decimal)
