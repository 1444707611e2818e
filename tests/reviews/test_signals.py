"""What the pack says of signals: months together, the bad ones first, and plainly when there is none."""

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.indicators import queries, services
from audit_app.indicators.models import Measurement
from audit_app.indicators.periods import Month
from audit_app.reviews import compile_indicators, series
from audit_app.reviews.telling import tell

LAST = Month.of(today()).previous()


@pytest.fixture
def enter(people):
    services.load_register(by=None)

    def enter(code, values):
        made = queries.by_code(code)
        for back, value in enumerate(reversed(values)):
            services.enter_measurement(made, LAST.plus(-back), value=value, by=people.manager)
        db.session.commit()

    return enter


def remarks(*codes):
    register = series.read(LAST.plus(-11).first, LAST.last)
    return [(tell(each.said), each.tone) for each in compile_indicators.signals(register, register.of(codes))]


def test_neighbouring_months_are_told_as_one_and_the_bad_ones_first(enter):
    quiet = [80, 82, 81, 79, 80, 81, 82, 80, 79, 81, 80, 82, 81, 80]
    enter("CSAT", [*quiet, 90, 91, 92])
    enter("MTBF", [*quiet, 70, 69, 68])
    (bad, tone), (good, better) = remarks("CSAT", "MTBF")
    assert "MTBF" in bad
    assert (tone, better) == ("bad", "good")
    assert f"{LAST.plus(-2)} – {LAST} below the lower limit" in bad
    assert f"{LAST.plus(-2)} – {LAST} above the upper limit" in good


def test_without_a_signal_it_is_said_plainly_and_without_limits_nothing_is_said(enter):
    enter("CSAT", [80, 82] * 8)
    assert [tone for _words, tone in remarks("CSAT")] == ["neutral"]
    assert "No signal" in remarks("CSAT")[0][0]
    enter("MTBF", [70, 71, 72])
    assert remarks("MTBF") == []


def test_a_month_without_a_single_case_is_named_as_such_and_never_as_a_month_that_nobody_measured(people):
    services.load_register(by=None)
    change = queries.by_code("CSR")
    for back, good, whole in [(0, 19, 20), (1, 0, 0), (2, 18, 20), (4, 20, 20)]:
        services.enter_measurement(
            change, LAST.plus(-back), numerator=good, denominator=whole, by=people.manager
        )
    db.session.commit()
    register = series.read(LAST.plus(-4).first, LAST.last)
    told = {
        each.said.key: tell(each.said) for each in compile_indicators.gaps(register, register.of(["CSR"]))
    }
    assert str(LAST.plus(-1)) in told["indicator.no_case"]
    assert str(LAST.plus(-3)) in told["indicator.gap"]
    assert str(LAST.plus(-1)) not in told["indicator.gap"]


def test_a_month_without_a_failure_has_no_time_between_failures_and_is_no_gap(people):
    services.load_register(by=None)
    for back, outages in [(0, 0), (1, 2)]:
        month = LAST.plus(-back)
        services.enter_measurement(queries.by_code("DWN"), month, value=0, by=people.manager)
        row = db.session.query(Measurement).filter_by(period=month.first).one()
        row.extra = {"outages": outages}
    services.enter_measurement(queries.by_code("MTBF"), LAST.plus(-3), value=700, by=people.manager)
    db.session.commit()
    register = series.read(LAST.plus(-3).first, LAST.last)
    (one,) = register.of(["MTBF"])
    assert register.without_case(one) == [LAST]
    assert register.gaps(one) == [LAST.plus(-2), LAST.plus(-1)]


def test_a_target_missed_in_every_month_is_told_without_a_list_of_all_months(people):
    services.load_register(by=None)
    for back in range(5):
        services.enter_measurement(queries.by_code("CSAT"), LAST.plus(-back), value=70, by=people.manager)
    db.session.commit()
    register = series.read(LAST.plus(-4).first, LAST.last)
    (told,) = compile_indicators.misses(register, register.of(["CSAT"]))
    assert "missed in all 5 months, latest" in tell(told.said)
    assert "more" not in tell(told.said)


def test_indicators_without_a_value_in_the_same_months_are_told_in_one_sentence(people):
    services.load_register(by=None)
    for code in ("CSAT", "CMP"):
        for back in (0, 2):
            services.enter_measurement(queries.by_code(code), LAST.plus(-back), value=3, by=people.manager)
    db.session.commit()
    register = series.read(LAST.plus(-2).first, LAST.last)
    (told,) = compile_indicators.gaps(register, register.of(["CSAT", "CMP"]))
    words = tell(told.said)
    assert f"No value for {LAST.plus(-1)} (indicators: 2)" in words
    assert "CSAT" in words
    assert "CMP" in words


def test_what_this_system_counts_itself_has_no_gaps_only_months_without_a_case(people):
    services.load_register(by=None)
    db.session.commit()
    register = series.read(LAST.plus(-4).first, LAST.last)
    (one,) = register.of(["NCT"])
    assert register.gaps(one) == []
    assert len(register.without_case(one)) == 5
