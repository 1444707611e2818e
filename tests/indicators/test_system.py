"""The indicators that this system works out from its own records."""

from datetime import date, timedelta

import pytest

from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import checks, extensions
from audit_app.findings.models import Grade
from audit_app.indicators import queries, register, system
from audit_app.indicators.models import Source
from audit_app.indicators.periods import Month
from audit_app.programme.models import AuditState
from tests.checklists import factory as checklists
from tests.databases import both_databases
from tests.findings import factory


@pytest.fixture
def known(people):
    """The register that ships, by code."""
    register.load_register(by=None)
    return {each.code: each for each in queries.active(Source.SYSTEM)}


def figures(key, first, last):
    """(numerator, denominator) of each month that has a value."""
    found = system.READERS[key](first, last)[key]
    return {
        str(month): (each.numerator, each.denominator)
        for month, each in found.items()
        if each.value is not None
    }


def test_each_is_in_the_register_that_ships(known):
    assert {each.measure for each in known.values()} == set(system.KEYS)


@both_databases
def test_raised_ones_are_counted_from_the_first_month_to_the_last_finished_one(people):
    for back in (100, 95, 40, 2):
        with clock.at(now() - timedelta(days=back)):
            factory.at(people, "issued")
    with clock.at(now() - timedelta(days=40)):
        factory.finding(people)
        factory.at(people, "issued", Grade.OBSERVATION)
    here = Month.of(today())
    found = figures("nco", here.plus(-11), here)
    days = [today() - timedelta(days=back) for back in (100, 95, 40)]
    expected = dict.fromkeys((str(each) for each in _months(Month.of(days[0]), here.previous())), 0)
    for day in [*days, today() - timedelta(days=2)]:
        if str(Month.of(day)) in expected:
            expected[str(Month.of(day))] += 1
    assert found == {month: (count, None) for month, count in expected.items()}
    assert 0 in expected.values()


def _months(first, last):
    while first <= last:
        yield first
        first = first.next()


def test_without_any_nonconformity_there_is_no_month_of_zero(people):
    assert system.raised(Month(2026, 1), Month(2026, 6)) == {"nco": {}}


def test_time_granted_moves_one_of_the_two_dates_only(people):
    with clock.at(now() - timedelta(days=120)):
        made = factory.at(people, "in_progress")
        first = made.original_due_on
        asked = extensions.ask(made, due_on=first + timedelta(days=15), reason="Supplier", by=people.owner)
        extensions.grant(asked, by=people.lead)
        assert made.due_on == first + timedelta(days=15)
    at = now() - timedelta(days=(today() - first).days - 5)
    with clock.at(at):
        factory.WALK["implemented"](people, made)
    db.session.flush()
    here = Month.of(today())
    assert figures("nct", here.plus(-11), here) == {str(Month.of(made.due_on)): (1, 1)}
    assert figures("ncf", here.plus(-11), here) == {str(Month.of(first)): (0, 1)}


@both_databases
def test_checks_that_said_not_effective_are_counted_by_their_day(people):
    factory.at(people, "closed")
    made = factory.at(people, "effectiveness_due")
    checks.fail_check(made, reason="It happened again.", by=people.lead)
    db.session.flush()
    here = Month.of(today())
    assert figures("eff", here, here) == {str(here): (1, 2)}


def test_answers_of_audits_that_are_held_tell_conformity_and_evidence(people):
    made = checklists.checklist(people, *(f"Question {n}?" for n in range(4)))
    verdicts = (("conform", "Seen."), ("conform", ""), ("minor", "Not there."), ("not_applicable", "None."))
    for place, (value, note) in enumerate(verdicts):
        checklists.answer(made.items[place], people.lead, value=value, note=note, device_seq=place + 1)
    here = Month.of(made.audit.ends_on)
    assert figures("cnf", here, here) == {}
    made.audit.state, made.audit.reported_at = AuditState.REPORTED, now()
    db.session.flush()
    assert figures("cnf", here, here) == {str(here): (2, 3)}
    assert figures("cwe", here, here) == {str(here): (1, 2)}


def test_both_figures_of_the_answers_come_from_one_reading(people, known, monkeypatch):
    seen = []
    reading = system.READERS["cnf"]

    def counting(first, last):
        seen.append(first)
        return reading(first, last)

    monkeypatch.setitem(system.READERS, "cnf", counting)
    monkeypatch.setitem(system.READERS, "cwe", counting)
    queries.board(indicators=[known["CNF"], known["CWE"]])
    assert len(seen) == 1


def test_a_count_of_nothing_is_a_value_and_a_share_of_nothing_is_none():
    assert system.Share(0, None).value == 0
    assert system.Share(0, 0).value is None
    assert system.Share(1, 4).value == 25
    assert date(2026, 1, 1) < today()
