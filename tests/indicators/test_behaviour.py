"""Natural limits and signals: published answers, false alarms counted, and no bridge over a gap."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.indicators.behaviour import FIRM, MINIMUM, NEAR, OF, RUN, Behaviour, Kind, Rule, read

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
"""NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: individuals chart."""
JUICE = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip
"""Montgomery, Introduction to Statistical Quality Control, example of a p-chart: 30 samples of 50 cans."""
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
"""The same book, example of a u-chart: nonconformities in 20 samples of 5 computers."""
FLAT = [float(each) for each in (10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11, 10, 12, 9, 11)]
"""Sixteen months around 10.5 with limits far away."""


def rules(found: Behaviour, place: int) -> set[tuple[Rule, bool]]:
    return {(each.rule, each.above) for each in found.signals_at(place)}


def test_the_limits_of_a_published_individuals_chart_are_reproduced() -> None:
    one = read(FLOW).stretches[0]
    assert one.kind is Kind.XMR
    assert one.centre == pytest.approx(50.81)
    assert one.upper[0] == pytest.approx(55.8041, abs=0.002)
    assert one.lower[0] == pytest.approx(45.8159, abs=0.002)
    assert read(FLOW).signals == ()


def test_the_limits_of_a_published_p_chart_are_reproduced() -> None:
    found = read([100 * each / 50 for each in JUICE], [(each, 50) for each in JUICE], share=True)
    one = found.stretches[0]
    assert one.kind is Kind.P
    assert one.centre == pytest.approx(23.13, abs=0.005)
    assert (one.lower[0], one.upper[0]) == (pytest.approx(5.24, abs=0.005), pytest.approx(41.02, abs=0.005))
    assert [each.place + 1 for each in found.signals if each.rule is Rule.OUTSIDE] == [15, 23]


def test_the_limits_of_a_published_u_chart_are_reproduced() -> None:
    found = read([each / 5 for each in COMPUTERS], [(each, 5) for each in COMPUTERS])
    one = found.stretches[0]
    assert one.kind is Kind.U
    assert one.centre == pytest.approx(1.93)
    assert (one.lower[0], one.upper[0]) == (pytest.approx(0.07, abs=0.005), pytest.approx(3.79, abs=0.005))
    assert [each for each in found.signals if each.rule is Rule.OUTSIDE] == []


def test_limits_of_a_share_are_wider_in_a_month_with_fewer_cases() -> None:
    cases = [(3, 20)] * 9 + [(1, 5)]
    one = read([100 * top / bottom for top, bottom in cases], cases, share=True).stretches[0]
    reach = [upper - (one.centre or 0) for upper in one.upper if upper is not None]
    assert reach[-1] == pytest.approx(2 * reach[0])


@pytest.mark.parametrize(
    ("cases", "kind"),
    [
        ([(19, 20)] * 11 + [(20, 20)], Kind.TOO_FEW_CASES),
        ([(10, 20)] * 12, Kind.P),
        ([(190, 200)] * 12, Kind.XMR),
        ([(1.5, 20)] * 12, Kind.XMR),
    ],
)
def test_a_share_gets_the_limits_its_cases_allow(cases: list[tuple[float, float]], kind: Kind) -> None:
    found = read([100 * top / bottom for top, bottom in cases], cases, share=True)
    assert found.stretches[0].kind is kind


def test_a_rate_of_hardly_any_events_has_too_few_cases() -> None:
    cases = [(float(place % 2), 12.0) for place in range(12)]
    assert read([top / bottom for top, bottom in cases], cases).stretches[0].kind is Kind.TOO_FEW_CASES


def test_with_fewer_than_the_stated_minimum_there_are_no_limits_and_no_signals() -> None:
    found = read([1.0] * (MINIMUM - 2) + [99.0])
    assert found.stretches[0].kind is Kind.TOO_FEW_VALUES
    assert found.stretches[0].centre is None
    assert found.signals == ()


def test_limits_are_provisional_until_they_stand_on_enough_values() -> None:
    assert read(FLAT).stretches[0].provisional
    assert not read([*FLAT, 10.0]).stretches[0].provisional
    assert len(FLAT) + 1 == FIRM


def test_a_point_outside_is_a_signal_on_its_side() -> None:
    found = read([*FLAT, 40.0])
    assert (Rule.OUTSIDE, True) in rules(found, 16)
    assert (Rule.OUTSIDE, False) in rules(read([*FLAT, -40.0]), 16)


def test_the_eighth_on_one_side_is_a_signal_and_the_seventh_is_not() -> None:
    found = read([10.0, 11.0] * 10 + [11.0] * RUN)
    first = min(each.place for each in found.signals if each.rule is Rule.RUN)
    assert first == 19 + RUN - 1  # the last 11 of the ups and downs is the first of the run


def test_a_gap_ends_a_run() -> None:
    ups = [11.0] * (RUN - 1)
    found = read([10.0, 11.0] * 10 + [10.0, *ups, None, *ups])
    assert [each for each in found.signals if each.rule is Rule.RUN] == []


def test_three_of_four_near_a_limit_are_a_signal() -> None:
    found = read([*FLAT, *FLAT, 14.0, 10.0, 14.0, 14.0])
    assert (NEAR, OF) == (3, 4)
    assert (Rule.NEAR, True) in rules(found, 35)
    assert rules(found, 34) == set()


def test_a_recognised_change_gives_the_new_stretch_limits_of_its_own() -> None:
    values = [*FLAT, *(each + 30 for each in FLAT)]
    assert read(values).signals
    found = read(values, changes=[16])
    assert found.signals == ()
    assert [each.centre for each in found.stretches] == [pytest.approx(10.5), pytest.approx(40.5)]


@given(st.integers(1, 40), st.floats(-1e6, 1e6))
def test_what_never_moves_has_no_signal(count: int, value: float) -> None:
    assert read([value] * count).signals == ()


@given(st.lists(st.none() | st.integers(0, 1000), max_size=60), st.lists(st.integers(-5, 70), max_size=4))
def test_every_month_belongs_to_one_stretch_and_no_gap_is_a_signal(
    values: list[float | None], changes: list[int]
) -> None:
    found = read(values, changes=changes)
    assert sum(each.stop - each.start for each in found.stretches) == len(values)
    assert all(values[place] is not None for place in found.places)
    assert all(len(each.lower) in (0, each.stop - each.start) for each in found.stretches)


def test_pure_chance_gives_few_false_alarms_and_a_shift_is_found() -> None:
    chance = Random(20)
    quiet = [[chance.gauss(100, 5) for _ in range(24)] for _ in range(400)]
    alarms = sum(bool(read(series).signals_at(23)) for series in quiet)
    shifted = [[*series[:16], *(each + 15 for each in series[16:])] for series in quiet]
    seen = sum(bool(read(series).signals_at(23)) for series in shifted)
    assert alarms < 0.05 * len(quiet)
    assert seen > 0.7 * len(quiet)
