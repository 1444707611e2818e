"""Deadlines by grade and type: what is promised, what never changes, what ages, and which days count."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit_app import tables
from audit_app.core import clock, workdays
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import (
    action_services,
    answers,
    checks,
    deadlines,
    extensions,
    external,
    policy,
    queries,
    services,
)
from audit_app.findings.deadline_models import DayUnit, DeadlinePolicy, Term
from audit_app.findings.models import Finding, Grade
from audit_app.programme.models import AuditKind
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People

assert tables.MODULES
WORKING, CALENDAR = DayUnit.WORKING, DayUnit.CALENDAR


@pytest.fixture
def china() -> Iterator[None]:
    workdays.use_country("CN")
    yield
    workdays.use_country("")


@pytest.fixture
def zone() -> Iterator[Any]:
    before = str(clock.zone())
    yield clock.use_zone
    clock.use_zone(before)


def first(subject: Finding) -> dict[tuple[Term, int], date]:
    return {(row.term, row.round): row.due_on for row in deadlines.first_dates(subject)}


def test_without_rows_the_defaults_of_the_product_count(people: People) -> None:
    for grade, days in ((Grade.MAJOR, 30), (Grade.MINOR, 60)):
        assert policy.period(grade, Term.RESPONSE) == policy.Period(10, working=True)
        assert policy.period(grade, Term.CORRECTION) == policy.Period(7)
        assert policy.period(grade, Term.CORRECTIVE) == policy.Period(days)
        assert policy.period(grade, Term.VERIFICATION) == policy.Period(14)
        assert policy.period(grade, Term.EFFECTIVENESS) == policy.Period(90)
    for grade in (Grade.OBSERVATION, Grade.OFI, Grade.GOOD_PRACTICE):
        assert [policy.period(grade, term) for term in Term] == [None] * 5


def test_working_days_leave_out_chinas_holidays_and_count_the_swapped_saturdays(china: None) -> None:
    # National Day 2025: 1–8 October off; Sunday 28 September and Saturday 11 October are worked instead.
    assert policy.add_working_days(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert policy.add_working_days(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert policy.add_working_days(date(2025, 9, 30), 3) == date(2025, 10, 11)
    workdays.use_country("")
    assert policy.add_working_days(date(2025, 9, 30), 3) == date(2025, 10, 3)


@both_databases
def test_a_period_that_is_set_counts_for_what_begins_then_and_moves_nothing_promised(people: People) -> None:
    before = factory.at(people, "planned")
    done, verified = factory.at(people, "implemented"), factory.at(people, "verified")
    promised = [
        (f.response_due_on, f.due_on, f.next_due_on, f.effectiveness_due_on) for f in (before, done, verified)
    ]
    rows = [first(each) for each in (before, done, verified)]
    for term, number in (
        (Term.CORRECTIVE, 45),
        (Term.VERIFICATION, 3),
        (Term.EFFECTIVENESS, 120),
        (Term.RESPONSE, 5),
    ):
        deadlines.set_period(Grade.MINOR, term, number=number, unit=CALENDAR, by=people.manager)
    for each in (before, done, verified):  # whatever is worked out again comes to the same
        each.next_due_on = policy.next_due(each)
    db.session.flush()
    assert promised == [
        (f.response_due_on, f.due_on, f.next_due_on, f.effectiveness_due_on) for f in (before, done, verified)
    ]
    assert rows == [first(each) for each in (before, done, verified)]
    later = services.issue(factory.finding(people), by=people.lead)
    assert later.due_on == today() + timedelta(days=45)
    assert later.response_due_on == today() + timedelta(days=5)
    checked = {each.term: each.due_on for each in deadlines.promises(done)}
    assert checked[Term.VERIFICATION] == today() + timedelta(days=14)


def test_what_counted_at_a_moment_is_known_afterwards(people: People) -> None:
    moment = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with clock.at(moment):
        deadlines.set_period(Grade.MAJOR, Term.VERIFICATION, number=5, unit=WORKING, by=people.admin)
    with clock.at(moment + timedelta(days=10)):
        deadlines.set_period(Grade.MAJOR, Term.VERIFICATION, number=20, unit=CALENDAR, by=people.manager)
    assert policy.period(Grade.MAJOR, Term.VERIFICATION, moment - timedelta(days=1)) == policy.Period(14)
    assert policy.period(Grade.MAJOR, Term.VERIFICATION, moment + timedelta(days=1)) == policy.Period(5, True)
    assert policy.period(Grade.MAJOR, Term.VERIFICATION) == policy.Period(20)
    row = policy.setting(Grade.MAJOR, Term.VERIFICATION)
    assert row is not None
    assert row.changed_by is people.manager


@both_databases
def test_no_period_that_was_set_is_rewritten(people: People) -> None:
    deadlines.set_period(Grade.MAJOR, Term.RESPONSE, number=5, unit=WORKING, by=people.admin)
    db.session.commit()
    for statement in ("UPDATE deadline_policy SET number = 9", "DELETE FROM deadline_policy"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


@pytest.mark.parametrize(
    ("term", "number", "said"),
    [
        (Term.RESPONSE, 90, "after the corrective action"),
        (Term.CORRECTION, 61, "after the corrective action"),
        (Term.CORRECTIVE, 5, "after the corrective action"),
        (Term.CORRECTIVE, None, "needs a date"),
        (Term.EFFECTIVENESS, 29, "before 30 days"),
        (Term.VERIFICATION, 0, "Between 1 and 730"),
        (Term.VERIFICATION, -3, "Between 1 and 730"),
        (Term.VERIFICATION, 731, "Between 1 and 730"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    people: People, term: Term, number: int | None, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        deadlines.set_period(Grade.MINOR, term, number=number, unit=CALENDAR, by=people.manager)
    assert refused.value.field == "number"
    assert db.session.query(DeadlinePolicy).count() == 0


def test_only_administrator_and_programme_manager_set_periods(people: People) -> None:
    for person in (people.lead, people.auditor, people.owner, people.boss, people.reader):
        with pytest.raises(Refused, match="administrator"):
            deadlines.set_period(Grade.MINOR, Term.CORRECTION, number=3, unit=CALENDAR, by=person)
    with pytest.raises(Refused, match="good practice"):
        deadlines.set_period(Grade.GOOD_PRACTICE, Term.CORRECTION, number=3, unit=CALENDAR, by=people.admin)
    assert (
        deadlines.set_period(Grade.OFI, Term.CORRECTIVE, number=180, unit=CALENDAR, by=people.admin).number
        == 180
    )
    light = services.issue(factory.finding(people, Grade.OFI), by=people.lead)
    assert light.due_on == light.next_due_on == today() + timedelta(days=180)


def test_a_period_taken_away_promises_no_date(people: People) -> None:
    deadlines.set_period(Grade.MINOR, Term.RESPONSE, number=None, unit=CALENDAR, by=people.admin)
    subject = services.issue(factory.finding(people), by=people.lead)
    assert (subject.response_due_on, subject.next_due_on) == (None, subject.due_on)


def test_a_major_with_more_time_than_a_minor_is_remarked(people: People) -> None:
    assert deadlines.remarks() == []
    deadlines.set_period(Grade.MAJOR, Term.CORRECTIVE, number=90, unit=CALENDAR, by=people.admin)
    assert "more time than a minor" in str(deadlines.remarks()[0])


def test_the_worked_example_follows_the_periods_one_after_the_other(people: People) -> None:
    day = date(2026, 3, 2)
    table = dict(deadlines.table(day))
    assert [cell.example for cell in table[Grade.MAJOR]] == [
        date(2026, 3, 16), date(2026, 3, 9), date(2026, 4, 1), date(2026, 4, 15), date(2026, 7, 14),
    ]  # fmt: skip
    assert [cell.example for cell in table[Grade.OBSERVATION]] == [None] * 5


# --- the first dates ----------------------------------------------------------------------------------------


def test_issuing_keeps_the_first_date_of_answer_correction_and_corrective_action(people: People) -> None:
    subject = services.issue(factory.finding(people, Grade.MAJOR), by=people.lead)
    assert first(subject) == {
        (Term.RESPONSE, 0): policy.add_working_days(today(), 10),
        (Term.CORRECTION, 0): today() + timedelta(days=7),
        (Term.CORRECTIVE, 0): today() + timedelta(days=30),
    }


def test_nothing_is_promised_after_an_earlier_agreed_corrective_action(people: People) -> None:
    agreed = today() + timedelta(days=3)
    subject = services.issue(factory.finding(people), due_on=agreed, by=people.lead)
    assert set(first(subject).values()) == {agreed}


def test_a_due_date_before_the_finding_or_beyond_the_period_is_refused(people: People) -> None:
    subject = factory.finding(people, Grade.MAJOR, raised_on=today() - timedelta(days=5))
    for day, said in ((today() - timedelta(days=6), "past"), (today() + timedelta(days=31), "at the latest")):
        with pytest.raises(Refused, match=said) as refused:
            services.issue(subject, due_on=day, by=people.lead)
        assert refused.value.field == "due_on"
    assert (subject.state.value, subject.due_on) == ("draft", None)
    assert services.issue(subject, due_on=today(), by=people.lead).due_on == today()


@both_databases
def test_the_database_refuses_another_first_date(people: People) -> None:
    subject = factory.at(people, "planned")
    db.session.commit()
    other = (today() + timedelta(days=400)).isoformat()
    for table, said in (("finding", "stays"), ("action", "stays"), ("original_date", "append-only")):
        column = "due_on" if table == "original_date" else "original_due_on"
        for value in (f"'{other}'", "NULL"):
            with pytest.raises(DatabaseError, match=said):
                db.session.execute(text(f"UPDATE {table} SET {column} = {value}"))
            db.session.rollback()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text("DELETE FROM original_date"))
    db.session.rollback()
    db.session.execute(text("UPDATE finding SET original_due_on = original_due_on, title = 'Same date'"))
    assert subject.original_due_on


def test_no_verb_changes_a_first_date(people: People) -> None:
    subject = factory.at(people, "planned")
    action = subject.actions[0]
    kept = (subject.original_due_on, action.original_due_on)
    dates = first(subject)

    def check() -> None:
        db.session.flush()
        assert (subject.original_due_on, action.original_due_on) == kept
        rows = first(subject)
        assert {key: rows.get(key) for key in dates} == dates
        dates.update(rows)  # the first date of verification joins them with the report

    for each in (action, subject):
        request = extensions.ask(
            each, due_on=each.due_on + timedelta(days=40), reason="Late.", by=people.owner
        )
        extensions.grant(request, by=people.lead)
        check()
    services.edit(subject, owner=people.owner2, by=people.lead)
    services.edit(subject, owner=people.owner, by=people.lead)
    services.regrade(subject, grade=Grade.MAJOR, reason="Third time.", by=people.lead)
    action_services.edit(action, title="Other words", owner=people.owner, by=people.owner)
    check()
    action_services.done(action, note="Done.", by=people.owner)
    factory.attach(subject, factory.Upload(), by=people.owner)
    answers.report_done(subject, by=people.owner)
    checks.send_back(subject, reason="Not yet.", by=people.auditor2)
    answers.report_done(subject, by=people.owner)
    checks.verify(subject, note="Seen.", by=people.auditor2)
    with clock.at(clock.now() + timedelta(days=100)):
        checks.close(subject, **factory.proof(), by=people.lead)
        check()
    with clock.at(clock.now() + timedelta(days=200)):
        checks.reopen(subject, reason="Came back.", by=people.lead)
        check()
        assert first(subject)[Term.CORRECTIVE, 1] == subject.due_on == today() + timedelta(days=30)


def test_no_form_offers_a_first_date() -> None:
    from audit_app.findings import deadline_forms, forms
    from audit_app.web.forms import BaseForm

    kinds = [
        kind for module in (forms, deadline_forms) for kind in vars(module).values() if isinstance(kind, type)
    ]
    named = {name for kind in kinds if issubclass(kind, BaseForm) for name in vars(kind)}
    assert {"due_on", "number"} <= named
    assert not {name for name in named if name.startswith(("original", "first_", "from_on"))}


def test_the_body_may_draw_our_date_in_but_the_first_one_stays(people: People) -> None:
    audit = factory.audit(people)
    subject = services.issue(factory.finding(people, audit=audit), by=people.lead)
    kept, audit.kind = subject.original_due_on, AuditKind.SURVEILLANCE
    external.set_body_deadline(subject, body_due_on=today() + timedelta(days=20), by=people.manager)
    assert (subject.due_on, subject.original_due_on) == (today() + timedelta(days=20), kept)


# --- ageing -------------------------------------------------------------------------------------------------


def listed(people: People, band: str) -> list[str]:
    return [each.code for each in db.session.scalars(queries.listing(people.manager, {"aged": band}))]


@both_databases
def test_ageing_counts_from_the_first_date_and_never_from_the_extended_one(people: People) -> None:
    subject = factory.at(people, "planned")
    action = subject.actions[0]
    for each in (subject, action):
        request = extensions.ask(
            each, due_on=today() + timedelta(days=360), reason="Supplier.", by=people.owner
        )
        extensions.grant(request, by=people.lead)
    assert subject.original_due_on is not None
    begin = datetime.combine(subject.original_due_on, datetime.min.time(), tzinfo=clock.zone())
    for days, band in ((0, "0"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"),
                       (91, "91-"), (250, "91-")):  # fmt: skip
        with clock.at(begin + timedelta(days=days, hours=12)):
            assert deadlines.days_late(subject) == days
            assert not subject.overdue
            found = {key for key in deadlines.BANDS if subject.code in listed(people, key)}
            assert found == ({band} if band else set()), days
    late = (action.original_due_on - subject.original_due_on).days
    with clock.at(begin + timedelta(days=40 + late, hours=12)):
        rows = db.session.scalars(queries.action_listing(people.manager, {"aged": "31-60"}))
        assert [each.code for each in rows] == [action.code]
    assert listed(people, "nonsense") == [subject.code]


def test_what_is_done_stops_ageing_and_what_is_settled_has_none(people: People) -> None:
    done, closed = factory.at(people, "implemented"), factory.at(people, "closed")
    with clock.at(clock.now() + timedelta(days=300)):
        assert (
            deadlines.days_late(done)
            == deadlines.days_late(closed)
            == deadlines.days_late(done.actions[0])
            == 0
        )
        assert listed(people, "91-") == []


# --- days are those of the organisation ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "name", "day"),
    [
        ("2026-03-08T15:59:00+00:00", "Asia/Shanghai", date(2026, 3, 8)),  # 23:59 there
        ("2026-03-08T16:01:00+00:00", "Asia/Shanghai", date(2026, 3, 9)),  # 00:01 there
        ("2026-03-28T21:59:00+00:00", "Asia/Beirut", date(2026, 3, 28)),  # 23:59, and then midnight is 01:00
        ("2026-03-28T22:01:00+00:00", "Asia/Beirut", date(2026, 3, 29)),  # 01:01 on the day of 23 hours
        ("2026-09-06T03:59:00+00:00", "America/Santiago", date(2026, 9, 5)),  # 23:59 before midnight is skipped
        ("2026-09-06T04:01:00+00:00", "America/Santiago", date(2026, 9, 6)),
        ("2026-04-05T02:59:00+00:00", "America/Santiago", date(2026, 4, 4)),  # 23:59, and 23:00 comes again
        ("2026-04-05T03:01:00+00:00", "America/Santiago", date(2026, 4, 4)),  # 23:01 for the second time
        ("2026-04-05T04:01:00+00:00", "America/Santiago", date(2026, 4, 5)),
    ],
)  # fmt: skip
def test_dates_are_counted_from_the_day_of_the_organisation_also_when_midnight_is_skipped_or_comes_twice(
    people: People, zone: Any, moment: str, name: str, day: date
) -> None:
    zone(name)
    with clock.at(datetime.fromisoformat(moment)):
        assert today() == day
        subject = services.issue(factory.finding(people, Grade.MAJOR), by=people.lead)
        assert (subject.raised_on, subject.due_on) == (day, day + timedelta(days=30))
        assert first(subject)[Term.CORRECTION, 0] == day + timedelta(days=7)
        for name in ("accepted", "corrected", "analysed"):
            factory.WALK[name](people, subject)
        action = factory.corrective(people, subject, due_on=day)
        answers.propose(subject, by=people.owner)
        factory.WALK["planned"](people, subject)
        action_services.done(action, note="Done.", by=people.owner)
        factory.attach(subject, factory.Upload(), by=people.owner)
        answers.report_done(subject, by=people.owner)
        assert subject.next_due_on == day + timedelta(days=14)
        assert (deadlines.days_late(action), deadlines.days_late(subject)) == (0, 0)


def test_a_date_is_missed_from_the_first_minute_of_the_next_day_there(people: People, zone: Any) -> None:
    zone("Asia/Beirut")
    with clock.at(datetime(2026, 3, 20, 10, tzinfo=UTC)):
        subject = services.issue(factory.finding(people), due_on=date(2026, 3, 28), by=people.lead)
    with clock.at(datetime(2026, 3, 28, 21, 59, 59, tzinfo=UTC)):
        assert (subject.overdue, deadlines.days_late(subject), listed(people, "1-30")) == (False, 0, [])
    with clock.at(datetime(2026, 3, 28, 22, 0, tzinfo=UTC)):
        assert (subject.overdue, deadlines.days_late(subject), listed(people, "1-30")) == (
            True,
            1,
            [subject.code],
        )


def test_who_answers_in_time_is_not_late_because_the_approval_is(people: People) -> None:
    finding = factory.at(people, "proposed")
    assert {each.term: each.met_on for each in deadlines.promises(finding)}[Term.RESPONSE] == today()
    answers.return_plan(finding, reason="Say who does it.", by=people.lead)
    assert {each.term: each.met_on for each in deadlines.promises(finding)}[Term.RESPONSE] is None
