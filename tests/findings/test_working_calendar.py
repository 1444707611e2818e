"""The calendar of working days: chosen on the page, right for the swaps of China, and moving no promised date."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import DatabaseError

from audit_app.core import clock, workdays
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import deadlines, policy, services, working_calendar
from audit_app.findings.deadline_models import Country, DayUnit, Term, WorkCalendar
from audit_app.findings.models import Grade
from audit_app.trail.models import TrailEntry
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People

BEFORE = datetime(2026, 9, 24, 2, tzinfo=UTC)
"""A Thursday before the Mid-Autumn Festival and the National Day of 2026."""


@pytest.fixture(autouse=True)
def no_country(app: Flask) -> Iterator[None]:
    before = workdays.by_setting()
    workdays.use_country("")
    yield
    workdays.use_country(before)


def test_until_somebody_chooses_the_setting_counts(people: People) -> None:
    assert (workdays.country(), working_calendar.in_force()) == ("", None)
    workdays.use_country("CN")
    assert workdays.country() == "CN"
    working_calendar.choose(country=Country.NONE, by=people.manager)
    assert workdays.country() == ""
    working_calendar.choose(country=Country.CHINA, by=people.admin)
    workdays.use_country("")
    assert workdays.country() == "CN"


@both_databases
def test_what_is_chosen_counts_for_what_begins_then_and_moves_nothing_promised(people: People) -> None:
    with clock.at(BEFORE - timedelta(days=1)):
        deadlines.set_period(
            Grade.MINOR, Term.VERIFICATION, number=10, unit=DayUnit.WORKING, by=people.manager
        )
    with clock.at(BEFORE):
        issued, done = factory.at(people, "issued"), factory.at(people, "implemented")
        first = [(row.term, row.due_on) for each in (issued, done) for row in deadlines.first_dates(each)]
        promised = [deadlines.promises(each) for each in (issued, done)]
        assert issued.response_due_on == date(2026, 10, 8)
        assert done.next_due_on == date(2026, 10, 8)
    with clock.at(BEFORE + timedelta(hours=2)):
        working_calendar.choose(country=Country.CHINA, by=people.manager)
        db.session.flush()
        for each in (issued, done):  # whatever is worked out again comes to the same
            assert policy.next_due(each) == each.next_due_on
        assert [deadlines.promises(each) for each in (issued, done)] == promised
        assert first == [(row.term, row.due_on) for e in (issued, done) for row in deadlines.first_dates(e)]
        later = services.issue(factory.finding(people), by=people.lead)
        # 25 September and 1–7 October are off; Saturday the 10th of October is worked.
        assert later.response_due_on == date(2026, 10, 15)


def test_who_may_not_set_deadlines_chooses_no_calendar(people: People) -> None:
    for person in (people.lead, people.auditor, people.owner, people.boss, people.reader):
        with pytest.raises(Refused, match="administrator"):
            working_calendar.choose(country=Country.CHINA, by=person)
    assert db.session.scalars(select(WorkCalendar)).all() == []


def test_choosing_is_in_the_trail_and_the_same_again_is_not(people: People) -> None:
    first = working_calendar.choose(country=Country.CHINA, by=people.manager)
    assert working_calendar.choose(country=Country.CHINA, by=people.admin) is first
    entries = db.session.scalars(select(TrailEntry).where(TrailEntry.action == "calendar.choose")).all()
    assert [(each.actor_name, each.subject_label) for each in entries] == [(people.manager.name, "CN")]


def test_a_choice_that_is_rolled_back_counts_for_nobody(people: People) -> None:
    db.session.commit()
    working_calendar.choose(country=Country.CHINA, by=people.manager)
    assert workdays.country() == "CN"
    db.session.rollback()
    assert workdays.country() == ""
    with db.session.begin_nested() as point:
        working_calendar.choose(country=Country.CHINA, by=people.manager)
        assert workdays.country() == "CN"
        point.rollback()
    assert workdays.country() == ""


def test_the_choice_is_read_once_in_a_transaction(people: People) -> None:
    db.session.commit()
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for _ in range(3):
            policy.add_working_days(date(2026, 9, 24), 30)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([each for each in said if "work_calendar" in each]) == 1


@both_databases
def test_no_choice_is_rewritten(people: People) -> None:
    working_calendar.choose(country=Country.CHINA, by=people.admin)
    db.session.commit()
    for statement in ("UPDATE work_calendar SET country = 'none'", "DELETE FROM work_calendar"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


# --- the page -----------------------------------------------------------------------------------------------


def test_the_page_says_until_when_the_swaps_are_published(people: People, client_for) -> None:
    client = client_for(people.manager)
    page = client.get("/findings/deadlines").text
    assert "setting of the installation counts" in page
    assert "published until" not in page
    assert client.post("/findings/deadlines/calendar", data={"country": "CN"}).status_code == 303
    page = client.get("/findings/deadlines").text
    published = workdays.published_until(workdays.CHINA)
    assert published is not None
    assert f"Officially published until</dt><dd>31 Dec {published.year}" in page
    assert f"Chosen by {people.manager.name}" in page


def test_an_example_beyond_the_published_days_is_called_provisional(people: People, client_for) -> None:
    working_calendar.choose(country=Country.CHINA, by=people.manager)
    table = dict(deadlines.table(date(2026, 12, 28)))
    assert [cell.provisional for cell in table[Grade.MINOR]] == [True, False, False, False, False]
    table = dict(deadlines.table(date(2026, 11, 30)))
    assert not any(cell.provisional for cell in table[Grade.MINOR])
    client = client_for(people.manager)
    deadlines.set_period(Grade.MINOR, Term.VERIFICATION, number=700, unit=DayUnit.WORKING, by=people.manager)
    db.session.commit()
    assert "· provisional</span>" in client.get("/findings/deadlines").text


def test_an_unknown_calendar_comes_back_with_a_sentence(people: People, client_for) -> None:
    answer = client_for(people.manager).post("/findings/deadlines/calendar", data={"country": "FR"})
    assert answer.status_code == 422
    assert client_for(people.owner).get("/findings/deadlines/calendar").status_code == 403
