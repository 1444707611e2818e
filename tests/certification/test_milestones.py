"""Every window can be checked by hand against the rule that sets it."""

from datetime import date

import pytest

from audit_app.certification.milestones import (
    Facts,
    Held,
    MilestoneKind,
    Period,
    Place,
    next_of,
    timeline,
)
from audit_app.certification.models import RuleKind, Unit
from audit_app.programme.models import AuditKind

R, MONTHS = RuleKind, Unit.MONTHS
RULES = {
    R.OPERATION: Period(3, MONTHS), R.FIRST: Period(12, MONTHS), R.NEXT: Period(12, MONTHS),
    R.OPENS: Period(3, MONTHS), R.VALIDITY: Period(36, MONTHS), R.RENEW_OPENS: Period(6, MONTHS),
    R.RENEW_BY: Period(0, Unit.DAYS),
}  # fmt: skip
DECIDED = Facts(date(2024, 5, 1), date(2025, 3, 20), date(2028, 3, 19))


def held(kind: AuditKind, first: date, *, done: bool = True) -> Held:
    return Held(first.toordinal(), f"A-{first}", kind, first, first, done)


def found(facts: Facts, on: date, *audits: Held, rules=RULES):
    stations = timeline(facts, rules, audits, on)
    return {f"{each.kind.value}{each.number or ''}": each for each in stations}


def test_the_first_surveillance_is_due_twelve_months_after_the_decision_and_opens_three_months_before():
    first = found(DECIDED, date(2025, 6, 1))["surveillance1"]
    assert (first.opens_on, first.due_on) == (date(2025, 12, 20), date(2026, 3, 20))
    assert first.place(date(2025, 12, 19)) is Place.AHEAD
    assert first.place(date(2025, 12, 20)) is Place.OPEN
    assert first.place(date(2026, 3, 20)) is Place.OPEN
    assert first.place(date(2026, 3, 21)) is Place.PASSED
    assert first.days_left(date(2026, 3, 10)) == 10
    assert first.days_left(date(2026, 3, 25)) == -5


def test_the_second_counts_from_the_day_the_first_really_ended():
    stations = found(DECIDED, date(2026, 6, 1), held(AuditKind.SURVEILLANCE, date(2026, 1, 28)))
    assert stations["surveillance1"].place(date(2026, 6, 1)) is Place.DONE
    assert stations["surveillance2"].due_on == date(2027, 1, 28)


def test_a_calendar_year_lasts_until_its_last_day():
    rules = RULES | {R.NEXT: Period(1, Unit.CALENDAR_YEARS)}
    stations = found(DECIDED, date(2026, 6, 1), held(AuditKind.SURVEILLANCE, date(2026, 1, 28)), rules=rules)
    assert stations["surveillance2"].due_on == date(2027, 12, 31)


def test_a_surveillance_after_its_last_day_is_done_late():
    stations = found(DECIDED, date(2026, 6, 1), held(AuditKind.SURVEILLANCE, date(2026, 4, 2)))
    assert stations["surveillance1"].place(date(2026, 6, 1)) is Place.DONE_LATE


def test_the_recertification_must_be_held_before_the_certificate_ends():
    again = found(DECIDED, date(2027, 6, 1))["recertification"]
    assert (again.opens_on, again.due_on) == (date(2027, 9, 19), date(2028, 3, 19))


def test_a_certificate_of_three_years_has_two_surveillances_and_one_of_one_year_none():
    assert "surveillance2" in found(DECIDED, date(2025, 6, 1))
    assert "surveillance3" not in found(DECIDED, date(2025, 6, 1))
    short = Facts(None, date(2025, 3, 20), date(2026, 3, 19))
    assert "surveillance1" not in found(short, date(2025, 6, 1))


def test_operation_is_long_enough_after_three_months_to_the_day():
    facts = Facts(date(2026, 1, 31))
    assert found(facts, date(2026, 4, 29))["operation"].place(date(2026, 4, 29)) is Place.AHEAD
    assert found(facts, date(2026, 4, 30))["operation"].done_on == date(2026, 4, 30)


def test_before_the_decision_the_next_station_follows_the_audits_of_the_register():
    facts, on = Facts(date(2025, 1, 1)), date(2026, 1, 1)
    one, two = (
        held(AuditKind.STAGE_1, date(2025, 10, 1)),
        held(AuditKind.STAGE_2, date(2026, 2, 1), done=False),
    )
    stations = timeline(facts, RULES, [two, one], on)
    following = next_of(stations)
    assert following is not None
    assert (following.kind, following.planned_on) == (MilestoneKind.STAGE_2, date(2026, 2, 1))
    assert following.days_left(on) == 31


def test_without_a_date_nothing_is_guessed():
    stations = found(Facts(), date(2026, 1, 1))
    assert {each.place(date(2026, 1, 1)) for each in stations.values()} == {Place.UNDATED}


def test_a_renewed_cycle_has_no_stages():
    stations = found(Facts(None, date(2028, 3, 1), date(2031, 3, 19), renewal=True), date(2028, 4, 1))
    assert not {"operation", "stage_1", "stage_2"} & set(stations)


@pytest.mark.parametrize(
    ("period", "day"),
    [
        (Period(10, Unit.DAYS), date(2026, 1, 10)),
        (Period(1, MONTHS), date(2026, 1, 31)),
        (Period(0, Unit.CALENDAR_YEARS), date(2026, 12, 31)),
    ],
)
def test_a_period_ends_where_the_calendar_says(period: Period, day: date):
    start = date(2025, 12, 31)
    assert period.after(start) == (day if period.unit is not Unit.CALENDAR_YEARS else date(2025, 12, 31))
