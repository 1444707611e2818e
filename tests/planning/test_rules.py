"""The rules alone: facts in, frequency, effort and reasons out."""

from dataclasses import replace
from datetime import date

import pytest

from audit_app.planning import rules, schedule
from audit_app.planning.rules import ProcessFacts
from audit_app.planning.schedule import Dated, Need, Visit

CALM = ProcessFacts("INC", importance=2, clauses=1, months_since=6)


def points(facts: ProcessFacts) -> dict[str, int]:
    return {key: given for key, given, _values in rules.frequency(facts).reasons}


def test_a_calm_process_of_normal_importance_is_audited_every_18_months():
    found = rules.frequency(CALM)
    assert (found.score, found.every, found.half_days) == (2, 18, 1)


@pytest.mark.parametrize(
    ("facts", "score", "every"),
    [
        (replace(CALM, importance=1), 0, 36),
        (replace(CALM, importance=3), 4, 12),
        (replace(CALM, importance=3, changes=1), 6, 12),
        (replace(CALM, importance=3, changes=2), 8, 6),
        (replace(CALM, majors=1), 5, 12),
        (replace(CALM, majors=2), 8, 6),
        (replace(CALM, minors=1), 3, 18),
        (replace(CALM, minors=1, repeats=1), 5, 12),
        (replace(CALM, months_since=12), 3, 18),
        (replace(CALM, months_since=24), 4, 12),
        (replace(CALM, months_since=None), 5, 12),
        (replace(CALM, legal=1), 4, 12),
        (replace(CALM, importance=1, customer=1), 2, 12),
    ],
)
def test_each_factor_of_the_standard_weighs(facts, score, every):
    found = rules.frequency(facts)
    assert (found.score, found.every) == (score, every)


def test_no_factor_gives_more_than_its_most():
    wild = ProcessFacts("X", 3, 40, changes=9, legal=9, customer=9, majors=9, minors=9, repeats=9)
    most = {rule.key: rule.most for rule in rules.RULES}
    assert {key: given for key, given in points(wild).items() if key in most} == most
    assert rules.frequency(wild).half_days == rules.EFFORT.most


def test_nothing_is_audited_more_seldom_than_once_in_the_cycle():
    assert max(band.every for band in rules.BANDS) == 36
    assert min(band.points for band in rules.BANDS) == 0


def test_a_demand_is_met_yearly_and_the_reason_says_so():
    told = points(replace(CALM, importance=1, customer=1))
    assert "yearly" in told
    assert "yearly" not in points(replace(CALM, importance=3, customer=1))


def test_every_proposal_has_reasons_and_ends_with_frequency_and_effort():
    found = rules.frequency(replace(CALM, importance=1))
    assert [key for key, _points, _values in found.reasons] == ["importance", "frequency", "effort"]


def test_more_clauses_and_trouble_take_longer():
    assert rules.effort(replace(CALM, clauses=4)) == 2
    assert rules.effort(replace(CALM, clauses=5)) == 3
    assert rules.effort(replace(CALM, clauses=5, majors=1)) == 4


# --- months ------------------------------------------------------------------------------------------------

YEAR = range(2027 * 12, 2028 * 12)
CYCLE = range(2027 * 12, 2030 * 12)


def test_an_audit_falls_due_so_many_months_after_the_last():
    placed = schedule.place([Need("INC", 4, 12, 2, last=2026 * 12 + 4)], YEAR)
    assert len(placed["INC"]) == 1
    assert abs(placed["INC"][0] - (2027 * 12 + 4)) <= 2


def test_what_is_not_due_in_the_year_is_left_out_of_it():
    assert schedule.place([Need("BUD", 0, 36, 1, last=2026 * 12 + 10)], YEAR) == {"BUD": []}


def test_every_process_is_audited_at_least_once_in_a_cycle():
    needs = [Need(f"P{n}", 0, 36, 1, last=2026 * 12 + n % 12) for n in range(60)]
    assert all(schedule.place(needs, CYCLE).values())


def test_the_work_is_spread_and_the_turn_of_the_year_is_left_free():
    placed = schedule.place([Need(f"P{n}", 4, 12, 2, last=2026 * 12 + n % 12) for n in range(60)], YEAR)
    months = [month % 12 + 1 for found in placed.values() for month in found]
    assert not {1, 12} & set(months)
    counts = [months.count(month) for month in range(2, 12)]
    assert max(counts) - min(counts) <= 4


def test_a_department_is_visited_for_several_processes_at_once():
    needs = [Need(f"P{n}", 4, 12, 2, last=2026 * 12 + 5, department=7) for n in range(6)]
    months = {month for found in schedule.place(needs, YEAR).values() for month in found}
    assert len(months) == 2  # five processes of a day fill a week


def test_two_audits_of_a_process_never_share_a_month():
    for found in schedule.place([Need(f"P{n}", 9, 6, 2, None) for n in range(20)], CYCLE).values():
        assert len(found) == len(set(found)) >= 6


def test_the_same_facts_give_the_same_plan():
    needs = [Need(f"P{n}", n % 7, 12, 1, None) for n in range(30)]
    assert schedule.place(needs, CYCLE) == schedule.place(list(reversed(needs)), CYCLE)


def test_a_year_that_has_begun_is_planned_from_next_month_and_one_that_ends_not_at_all():
    assert schedule.horizon(2026, 1, date(2026, 11, 24)).start == 2026 * 12 + 11
    assert not schedule.horizon(2026, 1, date(2026, 12, 1))


def test_processes_of_a_department_and_month_become_one_audit_of_at_most_a_week():
    placed = {f"P{n}": [2027 * 12 + 2] for n in range(9)}
    found = schedule.visits(placed, dict.fromkeys(placed, 3), dict.fromkeys(placed, 7))
    assert [len(each.keys) for each in found] == [3, 3, 3]
    assert all(each.half_days <= schedule.MOST_HALF_DAYS for each in found)
    assert {key for each in found for key in each.keys} == set(placed)


def test_audits_lie_on_working_days_of_their_month():
    found = schedule.dated([Visit(2027 * 12 + 4, 1, (f"P{n}",), 5) for n in range(12)])
    assert all(each.starts_on.weekday() < 5 and each.ends_on.weekday() < 5 for each in found)
    assert {(each.starts_on.month, each.ends_on.month) for each in found} == {(5, 5)}
    assert len({each.starts_on for each in found}) > 4


def test_a_lead_is_proposed_only_when_fit_and_free():
    first, second = date(2027, 5, 3), date(2027, 5, 4)
    visits = [Dated(Visit(0, 1, ("INC",), 2), first, second), Dated(Visit(0, 1, ("CHG",), 2), first, second)]

    def fit(each):
        return [2] if "INC" in each.visit.keys else [1, 2]

    def first_alone(each):
        return [] if "INC" in each.visit.keys else [1]

    assert [each.lead for each in schedule.led(visits, fit, {})] == [2, 1]
    assert [each.lead for each in schedule.led(visits, first_alone, {})] == [None, 1]
    assert [each.lead for each in schedule.led(visits, fit, {2: [(second, second)]})] == [None, 1]
