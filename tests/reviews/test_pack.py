"""The pack as a value: written and read without loss, never worded better than the figures are."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.exports.pdf_fonts import REGULAR, width
from audit_app.exports.pdf_text import lines_of, widest_unit
from audit_app.indicators.goals import BEGINNING, Goal
from audit_app.indicators.periods import Month as Calendar
from audit_app.indicators.trend import badness
from audit_app.reviews import compile_indicators, lights, phrases
from audit_app.reviews.compile_months import latest, matrix, spans
from audit_app.reviews.compile_overview import met_plot, since
from audit_app.reviews.pack import (
    KINDS,
    Attendee,
    Column,
    Conclusion,
    Figure,
    Input,
    Light,
    Line,
    Many,
    Meta,
    Month,
    Name,
    Pack,
    Plot,
    Remark,
    Said,
    Table,
    Toned,
    digest,
    from_json,
    said,
    to_json,
)
from audit_app.reviews.series import Point, Register, Series, movement
from audit_app.reviews.telling import tell

words = st.text(max_size=20)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
decimals = st.decimals(allow_nan=False, allow_infinity=False)
names = st.builds(Name, words, words)
simple = st.one_of(
    words,
    st.integers(),
    decimals,
    days,
    moments,
    st.none(),
    names,
    st.builds(Figure, decimals),
    st.builds(Month, days),
)
saids = st.builds(Said, words, st.lists(st.tuples(words, simple), max_size=3).map(tuple))
values = st.one_of(
    simple, saids, st.builds(Toned, simple, words), st.builds(Many, st.lists(simple, max_size=3).map(tuple))
)
tables = st.builds(
    Table,
    values,
    st.lists(st.builds(Column, values), max_size=2).map(tuple),
    st.lists(st.lists(values, max_size=2).map(tuple), max_size=2).map(tuple),
)
plots = st.builds(
    Plot,
    st.just("line"),
    values,
    st.lists(values, max_size=2).map(tuple),
    st.lists(
        st.builds(Line, values, st.lists(st.one_of(decimals, st.none()), max_size=3).map(tuple)), max_size=2
    ).map(tuple),
    target=st.one_of(st.none(), decimals),
)
blocks = st.one_of(tables, plots, st.builds(Remark, saids))
packs = st.builds(
    Pack,
    meta=st.builds(
        Meta, *[words] * 2, names, names, names, days, days, days, *[words] * 4, st.integers(), moments, words
    ),
    participants=st.lists(st.builds(Attendee, words, words, st.sampled_from([None, 0, 1])), max_size=2).map(
        tuple
    ),
    decisions=st.just(()),
    previous=st.just(()),
    lights=st.lists(st.builds(Light, values, words, st.lists(saids, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    warnings=st.lists(saids, max_size=2).map(tuple),
    inputs=st.lists(
        st.builds(Input, words, words, blocks=st.lists(blocks, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    conclusion=st.builds(
        Conclusion, words, words, words, words, st.none() | days, words, st.none() | moments
    ),
    definitions=st.just(()),
    sources=st.just(()),
)


PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
"""Whole packs take long to draw on a busy machine; that says nothing about them."""


@PATIENT
@given(packs)
def test_a_pack_comes_back_from_its_json_as_it_was(pack):
    text = to_json(pack)
    assert from_json(text) == pack
    assert to_json(from_json(text)) == text


@PATIENT
@given(packs, packs)
def test_two_packs_have_one_hash_only_if_they_are_the_same(one, other):
    assert (digest(to_json(one)) == digest(to_json(other))) == (to_json(one) == to_json(other))


@pytest.mark.parametrize("stranger", [1.5, {"a": 1}, [1], {1}, True])
def test_what_a_pack_cannot_hold_is_refused(stranger):
    with pytest.raises(TypeError):
        to_json(Input("a", text=stranger))


@pytest.mark.parametrize("text", ["[]", '{"_":"Name","en":"a","zh":"b"}', '{"_":"Stranger"}', '{"a":1}', "{"])
def test_other_json_is_no_pack(text):
    with pytest.raises(ValueError, match=r".*"):
        from_json(text)


def test_every_class_of_the_tree_is_frozen():
    assert all(kind.__dataclass_params__.frozen for kind in KINDS.values())
    assert {field.name for field in fields(Pack)} >= {"meta", "inputs", "lights"}


numbers = st.lists(st.one_of(st.none(), st.decimals(0, 1000, places=2)), min_size=3, max_size=12)


def series_of(numbers, better, target):
    first = Calendar(2025, 1)
    points = {first.plus(place): Point(value) for place, value in enumerate(numbers) if value is not None}
    goal = Goal(None, Decimal(40), Decimal(60)) if better == "band" else Goal(target)
    one = Series("X", Name("x", "x"), "%", better, ((BEGINNING, goal),), 1, points=points)
    span = tuple(first.plus(place) for place in range(len(numbers)))
    return one, Register((one,), span, span, {}, ())


@given(numbers, st.sampled_from(["higher", "lower", "band"]))
def test_nothing_is_called_improving_that_got_worse(numbers, better):
    one, register = series_of(numbers, better, Decimal(50))
    last = max(one.points, default=register.period[-1])
    word = movement(one, last)
    known = [float(value) for value in numbers if value is not None]
    mean = sum(known) / len(known) if known else 0.0
    before, now = one.numbers([last.previous(), last])
    if word in ("improving", "worsening"):
        assert now is not None
        worse_by = badness(now, better, 40, 60) - badness(mean, better, 40, 60)
        assert worse_by < 0 if word == "improving" else worse_by > 0
    if word == "improving" and before is not None:
        assert badness(now, better, 40, 60) <= badness(before, better, 40, 60)


@given(numbers, st.sampled_from(["higher", "lower", "band"]))
def test_a_light_is_green_only_where_the_latest_value_meets_its_target(numbers, better):
    one, register = series_of(numbers, better, Decimal(50))
    now = lights.stand(register, one)
    tone, reason = lights.judge(now)
    if now.value is None:
        assert tone == "neutral"
    else:
        assert (tone == "bad") == one.misses(now.value, now.last)
        assert tone != "good" or not (now.stale or now.missed or now.movement == "worsening")
    assert reason.key in phrases.PHRASES


@pytest.mark.parametrize(
    ("missing", "named"),
    [([3], ["4"]), ([0, 1, 2, 5], ["1-3", "6"]), ([0, 2, 4, 6, 7], ["3", "5", "7-8", "+1"])],
)
def test_months_without_data_are_named_as_spans_and_the_rest_is_counted(missing, named):
    first = Calendar(2026, 1)
    found = latest(spans([first.plus(place) for place in missing]), 3).values

    def short(value):
        if isinstance(value, Month):
            return str(value.first.month)
        facts = dict(value.facts)
        return f"+{facts['count']}" if "count" in facts else f"{short(facts['first'])}-{short(facts['last'])}"

    assert [short(value) for value in found] == named


@given(numbers, st.sampled_from(["higher", "lower", "band"]))
def test_missed_since_is_told_only_while_every_value_from_then_on_misses(numbers, better):
    one, register = series_of(numbers, better, Decimal(50))
    known = register.known(one)
    start = since(register, one) if known else None
    misses = [one.misses(one.points[month].value, month) for month in known]
    assert (start is not None) == (bool(misses) and misses[-1])
    if start is not None:
        place = [month.first for month in known].index(start.first)
        assert all(misses[place:])
        assert place == 0 or not misses[place - 1]


@pytest.mark.parametrize(
    ("count", "bands"), [(1, [1]), (13, [13]), (14, [7, 7]), (24, [12, 12]), (27, [9, 9, 9])]
)
def test_months_stand_side_by_side_in_bands_of_a_year(count, bands):
    months = [Calendar(2024, 1).plus(place) for place in range(count)]
    tables = matrix(said("t"), said("h"), months, [("row", tuple(range(count)))])
    assert [len(table.columns) - 1 for table in tables] == bands
    assert [value for table in tables for value in table.rows[0][1:]] == list(range(count))


def test_every_rule_has_its_words_and_every_table_ends_with_a_rule_that_always_applies():
    for rules in (lights.INDICATOR_RULES, lights.AUDIT_RULES, lights.FINDING_RULES, lights.ACTION_RULES):
        assert all(rule.reason in phrases.PHRASES for rule in rules)
        assert rules[-1].applies(None)
    assert all(f"light.{name}" in phrases.PHRASES for name, _key, _codes in lights.AREAS)


def test_a_light_leads_to_the_input_that_shows_its_indicators():
    places = {code: key for key, codes in compile_indicators.PLACES.items() for code in codes}
    for _name, key, codes in lights.AREAS:
        assert {places.get(code, "h") for code in codes} == {key}


def test_an_unworded_key_shows_itself():
    assert phrases.phrase("nobody.said.this") == "nobody.said.this"
    assert said("a", b=1) == Said("a", (("b", 1),))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"improving", "worsening"}, "worsening"),
        ({"no_signal", "worsening"}, "worsening"),
        ({"improving"}, "improving"),
        ({"improving", "no_signal"}, "changed"),
        ({"too_few"}, "too_few"),
        ({"too_few", "no_signal"}, "no_signal"),
    ],
)
def test_a_light_gets_worse_as_soon_as_one_of_its_indicators_does(words, told):
    assert lights.together(words) == told


@pytest.mark.parametrize(("every", "unit"), [(1, "months"), (3, "quarters"), (12, "years")])
@pytest.mark.parametrize("last", [Decimal(90), Decimal(10)])
def test_what_was_missed_is_counted_with_its_unit(every, unit, last):
    one, register = series_of([Decimal(10), Decimal(80), last], "higher", Decimal(50))
    now = lights.stand(register, replace(one, every=every))
    tone, reason = lights.judge(replace(now, stale=False, movement="no_signal"))
    assert tone == ("warn" if last > 50 else "bad")
    assert tell(reason).endswith(f"{1 if last > 50 else 2} of 3 {unit}")


def test_a_number_never_parts_from_its_unit():
    assert tell(Figure(Decimal("-1.5"), 1, "%")) == "−1.5\u00a0%"
    band = said("target.band", low=Figure(Decimal(-10), 0, "%"), high=Figure(Decimal(10), 0, "%"))
    for sentence in (tell(band), tell(said("target.higher", target=Figure(Decimal(95), 0, "%")))):
        assert lines_of(sentence, 8, 1000) == (sentence,)
        assert widest_unit(sentence, 8) == width(sentence, REGULAR, 8)


def test_one_indicator_alone_is_no_share_of_all():
    month = Calendar(2026, 1)
    span = (month, month.next())

    def one(code, *places):
        points = {span[place]: Point(Decimal(60)) for place in places}
        return Series(
            code, Name("n", "n"), "%", "higher", ((BEGINNING, Goal(Decimal(50))),), 0, points=points
        )

    series = (one("A", 0, 1), one("B", 1), one("C", 1))
    drawn = met_plot(Register(series, span, span, {}, ()))
    assert drawn.labels == (Month(span[1].first),)
    assert drawn.lines[0].values == (Decimal(100),)


def test_a_month_that_few_have_measured_yet_tells_nothing_of_all():
    span = tuple(Calendar(2026, 1).plus(each) for each in range(2))
    goal = ((BEGINNING, Goal(Decimal(50))),)
    points = {each: Point(Decimal(60)) for each in span}
    early = [Series(f"A{n}", Name("n", "n"), "%", "higher", goal, 0, points=points) for n in range(3)]
    late = [
        Series(f"B{n}", Name("n", "n"), "%", "higher", goal, 0, points={span[0]: points[span[0]]})
        for n in range(4)
    ]
    drawn = met_plot(Register((*early, *late), span, span, {}, ()))
    assert drawn.lines[0].values == (Decimal(100), None)
