"""Catching up: days on which nothing ran are told once, with the day since which each thing holds."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit_app.core import clock as clocks
from audit_app.core.clock import at, today
from audit_app.core.db import db
from audit_app.findings import action_services, services
from audit_app.home import due
from audit_app.notifications import services as notifications
from audit_app.notifications.models import Gathered, Notice
from tests.databases import both_databases
from tests.findings import factory

MONDAY = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def told():
    db.session.expire_all()
    rows = db.session.query(Notice).filter(
        Notice.kind.in_(["finding.due", "finding.late", "action.due", "action.late"])
    )
    return sorted((each.kind, each.day) for each in rows)


def issued(people, days):
    made = factory.finding(people, owner=people.owner)
    services.issue(made, due_on=today() + timedelta(days=days), by=people.lead)
    made.response_due_on, made.next_due_on = None, made.due_on
    db.session.commit()
    return made


@both_databases
def test_a_server_that_was_off_for_days_tells_everything_once_with_its_day(app, people):
    with at(MONDAY):
        issued(people, 9), issued(people, 3), issued(people, 40)
        assert due.gather() == 1
    first = date(2026, 6, 15)
    assert told() == [("finding.due", first)]
    with at(MONDAY + 5 * DAY):
        assert due.gather() == 2
        assert due.gather() == 0
    assert told() == [
        ("finding.due", first),
        ("finding.due", first + 2 * DAY),
        ("finding.late", first + 4 * DAY),
    ]
    assert notifications.last_gathered() == first + 5 * DAY


def test_after_weeks_off_what_is_late_is_told_once_and_not_also_as_due_soon(app, people):
    with at(MONDAY):
        made = issued(people, 10)
        due.gather()
    with at(MONDAY + 30 * DAY):
        due.gather()
    late = made.due_on + DAY
    assert told() == [("finding.late", late + 14 * DAY)]


def test_what_was_done_on_the_missed_days_is_told_to_nobody(app, people):
    with at(MONDAY):
        made = factory.at(people, "planned")
        action = made.actions[0]
        db.session.commit()
        due.gather()
    with at(MONDAY + 16 * DAY):
        action_services.done(action, note="Done in time.", by=people.owner)
        db.session.commit()
    with at(MONDAY + 30 * DAY):
        due.gather()
    assert [kind for kind, _day in told() if kind.startswith("action")] == []


def test_a_competence_that_ended_while_the_server_was_off_for_long_is_still_told(app, people):
    from tests.people import qualify

    with at(MONDAY):
        db.session.query(Notice).delete()
        qualify(people.auditor, people.admin, until=today() + 100 * DAY)
        due.gather()
    with at(MONDAY + 170 * DAY):
        due.gather()
    kinds = {each.kind for each in db.session.query(Notice).filter_by(person_id=people.auditor.id)}
    assert "competence.ended" in kinds


def test_a_clock_that_was_wrong_for_a_day_neither_loses_nor_doubles(app, people):
    with at(MONDAY):
        issued(people, 3)
        due.gather()
    with at(MONDAY - 2 * DAY):
        assert due.gather() == 0
    with at(MONDAY):
        assert due.gather() == 0
    assert db.session.get(Gathered, 1).day == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("America/Havana", date(2026, 3, 8)),
        ("America/Havana", date(2026, 11, 1)),
        ("Africa/Cairo", date(2026, 4, 24)),
        ("Africa/Cairo", date(2026, 10, 30)),
    ],
)
def test_clocks_that_change_at_midnight_double_and_lose_no_day(app, people, name, change):
    before = clocks.zone()
    clocks.use_zone(name)
    try:
        start = datetime(change.year, change.month, change.day, tzinfo=UTC) - 2 * DAY
        with at(start):
            for days in range(7, 12):
                issued(people, days)
        moment, days = start, []
        while moment < start + 4 * DAY:
            with at(moment):
                due.gather()
                db.session.commit()
                days.append(today())
            moment += timedelta(minutes=30)
        reminders = db.session.query(Notice).filter_by(kind="finding.due").order_by(Notice.id).all()
        wanted = sorted(set(days))[:5]
        assert sorted({each.day for each in reminders}) == [day for day in wanted if day <= days[-1]]
        assert len(reminders) == len({each.subject_id for each in reminders})
        assert [clocks.local(each.queued_at).date() for each in reminders] == [each.day for each in reminders]
    finally:
        clocks.use_zone(str(before))
