"""Words for how a KPI moves: never kind to a worsening one, and no trend without a signal."""

from itertools import accumulate
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.indicators.behaviour import MINIMUM, read
from audit_app.indicators.measures import Better
from audit_app.indicators.trend import (
    Comparison,
    Movement,
    badness,
    change,
    is_run,
    movement,
    worsening_run,
)

WAYS = st.sampled_from(["higher", "lower"])
STEPS = st.lists(st.integers(1, 1000), min_size=11, max_size=30)
VALUES = st.lists(st.none() | st.integers(-1000, 1000), max_size=40)


def series(start: int, steps: list[int], better: Better, *, worse: bool) -> list[float | None]:
    sign = -1 if (better == "higher") == worse else 1
    return [float(v) for v in accumulate([start, *(sign * step for step in steps)])]


def word(values: list[float | None], better: Better, *ends: float) -> Movement:
    return movement(values, read(values), better, *ends)


@given(st.integers(-1000, 1000), STEPS, WAYS)
def test_a_worsening_kpi_is_never_called_improving_in_either_direction(
    start: int, steps: list[int], better: Better
) -> None:
    values = series(start, steps, better, worse=True)
    assert word(values, better) is not Movement.IMPROVING
    assert change(values[-1], values[-2], better) is Comparison.WORSE
    assert worsening_run(values, better) == len(steps)
    assert is_run(values, better)


@given(st.integers(-1000, 1000), st.lists(st.integers(90, 110), min_size=15, max_size=30), WAYS)
def test_a_steady_drift_is_a_signal_with_the_right_word(start: int, steps: list[int], better: Better) -> None:
    assert word(series(start, steps, better, worse=True), better) is Movement.WORSENING
    assert word(series(start, steps, better, worse=False), better) is Movement.IMPROVING


@given(VALUES, st.lists(st.integers(1, 500), min_size=3, max_size=6), WAYS)
def test_whatever_came_before_months_that_get_worse_are_not_called_improving(
    before: list[float | None], steps: list[int], better: Better
) -> None:
    last = next((each for each in reversed(before) if each is not None), 0.0)
    assert (
        word([*before, *series(int(last or 0), steps, better, worse=True)], better) is not Movement.IMPROVING
    )


@given(VALUES, WAYS)
def test_improving_is_said_only_of_a_signal_on_the_good_side_of_the_mean(
    values: list[float | None], better: Better
) -> None:
    found = read(values)
    if movement(values, found, better) is Movement.IMPROVING:
        place = max(index for index, each in enumerate(values) if each is not None)
        centre, last = found.stretches[-1].centre, values[place]
        assert found.signals_at(place)
        assert centre is not None
        assert last is not None
        assert last > centre if better == "higher" else last < centre


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_chance_is_rarely_called_a_trend(better: Better) -> None:
    chance = Random(7)
    words = [word([chance.gauss(95, 2) for _ in range(36)], better) for _ in range(500)]
    assert words.count(Movement.NO_SIGNAL) > 0.93 * len(words)


def test_leaving_a_band_is_worsening_and_moving_within_it_is_neither() -> None:
    inside: list[float | None] = [59, 61, 60, 62, 58, 60, 61, 59, 60, 61]
    assert word([*inside, 95], "band", 40, 80) is Movement.WORSENING
    assert word([*inside, 15], "band", 40, 80) is Movement.WORSENING
    assert word([*inside, 78], "band", 40, 80) is Movement.CHANGED
    assert (
        word([each + 40 if each else each for each in inside] + [60.0], "band", 40, 80) is Movement.IMPROVING
    )
    assert badness(1000, "band") == 0


def test_a_good_level_that_is_being_lost_is_not_called_improving() -> None:
    values: list[float | None] = [50, 51, 49, 50, 51, 49, 50, 51, 49, 50, 90, 80]
    assert word(values, "higher") is Movement.CHANGED
    assert word(values[:-1], "higher") is Movement.IMPROVING
    assert word(values, "lower") is Movement.WORSENING


@given(VALUES)
def test_turning_the_sign_and_the_direction_changes_no_word(values: list[float | None]) -> None:
    turned = [None if v is None else -v for v in values]
    assert word(values, "higher") is word(turned, "lower")
    assert worsening_run(values, "higher") == worsening_run(turned, "lower")


@pytest.mark.parametrize("values", [[], [None], [1.0] * (MINIMUM - 1), [1.0, None] * (MINIMUM - 1)])
def test_too_few_values_get_no_verdict(values: list[float | None]) -> None:
    assert word(values, "lower") is Movement.TOO_FEW


def test_a_missing_neighbour_gets_no_verdict() -> None:
    assert change(None, 3, "lower") is Comparison.NONE
    assert change(3, None, "lower") is Comparison.NONE
    assert change(5, 5, "lower") is Comparison.SAME


def test_three_worsening_steps_make_a_run_and_a_gap_or_a_rest_ends_it() -> None:
    assert is_run([1, 2, 3, 4], "lower")
    assert not is_run([1, 2, 3], "lower")
    assert not is_run([1, 2, 2, 3, 4], "lower")
    assert worsening_run([1, 2, None, 3, 4], "lower") == 1
    assert worsening_run([1, 2, 3, None], "lower") == 0
