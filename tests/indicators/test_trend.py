"""Words for how a KPI moves: never kind to a worsening one."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.indicators.measures import Better
from audit_app.indicators.trend import (
    Limits,
    Movement,
    badness,
    change,
    is_run,
    limits,
    movement,
    worsening_run,
)

WAYS = st.sampled_from(["higher", "lower"])
STEPS = st.lists(st.integers(1, 1000), min_size=3, max_size=12)
VALUES = st.lists(st.none() | st.integers(-1000, 1000), max_size=12)


def series(start: int, steps: list[int], better: Better, *, worse: bool) -> list[float | None]:
    sign = -1 if (better == "higher") == worse else 1
    return [float(v) for v in accumulate([start, *(sign * step for step in steps)])]


@given(st.integers(-1000, 1000), STEPS, WAYS)
def test_a_worsening_kpi_is_never_called_improving_in_either_direction(
    start: int, steps: list[int], better: Better
) -> None:
    values = series(start, steps, better, worse=True)
    assert movement(values, better) is Movement.WORSENING
    assert change(values[-1], values[-2], better) is Movement.WORSENING
    assert worsening_run(values, better) == len(steps)
    assert is_run(values, better)


@given(st.integers(-1000, 1000), STEPS, WAYS)
def test_an_improving_kpi_is_never_called_worsening(start: int, steps: list[int], better: Better) -> None:
    values = series(start, steps, better, worse=False)
    assert movement(values, better) is Movement.IMPROVING
    assert worsening_run(values, better) == 0


@given(st.lists(st.integers(1, 100), min_size=3, max_size=6), st.booleans())
def test_leaving_a_band_on_either_side_is_worsening(steps: list[int], above: bool) -> None:
    values = [80.0 + v if above else 40.0 - v for v in accumulate(steps)]
    assert movement(values, "band", 40, 80) is Movement.WORSENING
    assert movement(values[::-1], "band", 40, 80) is Movement.IMPROVING


def test_moving_about_inside_a_band_is_no_change() -> None:
    assert movement([41, 79, 60], "band", 40, 80) is Movement.NO_CHANGE
    assert badness(1000, "band") == 0


@given(VALUES, st.integers(1, 50))
def test_turning_the_sign_and_the_direction_changes_no_word(
    values: list[float | None], tolerance: int
) -> None:
    turned = [None if v is None else -v for v in values]
    assert movement(values, "higher", tolerance=tolerance) is movement(turned, "lower", tolerance=tolerance)
    assert worsening_run(values, "higher") == worsening_run(turned, "lower")


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [1.0, None, 2.0], [1.0, 2.0, 3.0, None]])
def test_too_few_values_get_no_verdict(values: list[float | None]) -> None:
    assert movement(values, "lower") is Movement.TOO_FEW


def test_a_missing_neighbour_gets_no_verdict() -> None:
    assert change(None, 3, "lower") is Movement.TOO_FEW
    assert change(3, None, "lower") is Movement.TOO_FEW


def test_a_small_step_within_the_tolerance_is_no_change() -> None:
    assert change(99.95, 99.9, "higher", tolerance=0.1) is Movement.NO_CHANGE
    assert change(99.5, 99.9, "higher", tolerance=0.1) is Movement.WORSENING
    assert change(5, 5, "lower") is Movement.NO_CHANGE


def test_three_worsening_steps_make_a_run_and_a_gap_or_a_rest_ends_it() -> None:
    assert is_run([1, 2, 3, 4], "lower")
    assert not is_run([1, 2, 3], "lower")
    assert not is_run([1, 2, 2, 3, 4], "lower")
    assert worsening_run([1, 2, None, 3, 4], "lower") == 1
    assert worsening_run([1, 2, 3, None], "lower") == 0


def test_one_odd_month_does_not_turn_the_word_round() -> None:
    assert movement([1, 2, 3, 0, 5, 6], "lower", window=6) is Movement.WORSENING


def test_limits_are_those_of_the_xmr_chart() -> None:
    assert limits([10, 12, 11, 13]) == Limits(
        11.5, pytest.approx(11.5 - 2.66 * 5 / 3), pytest.approx(11.5 + 2.66 * 5 / 3)
    )
    assert limits([10, None, 12]) is None, "no neighbours, so no moving range"
    assert limits([]) is None
