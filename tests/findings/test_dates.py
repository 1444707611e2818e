"""Due dates in a person's own calendar: what they owe, with an alarm, until it is done."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from audit_app.agenda import feeds
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import action_services, answers, checks, dates
from audit_app.findings.models import Finding
from tests.findings import factory


@pytest.fixture
def read(app, people):
    """``read(person)``: the events of the person's feed, by their summary."""

    def events(person, client):
        token = feeds.make(person)
        db.session.commit()
        text = client.get(f"/calendar/{token}.ics").get_data()
        return {str(each["SUMMARY"]): each for each in Calendar.from_ical(text).walk("VEVENT")}

    return events


def mine(events, *codes):
    return {summary for summary in events if any(code in summary for code in codes)}


def test_an_owner_finds_findings_and_actions_on_their_days_with_an_alarm(app, people, client_for, read):
    made = factory.at(people, "planned")
    action = made.actions[0]
    events = read(people.owner, app.test_client())
    due = events[f"Action due: {action.code} {action.title}"]
    assert due.decoded("DTSTART") == action.due_on
    assert str(due["URL"]).endswith(f"/findings/actions/{action.id}")
    (alarm,) = due.walk("VALARM")
    assert alarm.decoded("TRIGGER") < timedelta(0)
    assert events[f"Answer due: {made.code} {made.title}"].decoded("DTSTART") == made.next_due_on


def test_what_is_done_disappears_and_comes_to_who_verifies_and_who_judges(app, people, client_for, read):
    made = factory.at(people, "planned", audit=factory.audit(people))
    action, client = made.actions[0], app.test_client()
    action_services.done(action, note="Form changed.", by=people.owner)
    assert mine(read(people.owner, client), action.code) == set()
    factory.attach(made, factory.Upload(), by=people.owner)
    answers.report_done(made, by=people.owner)
    db.session.commit()
    assert mine(read(people.owner, client), made.code, action.code) == set()
    assert mine(read(people.auditor, client), made.code) == {f"Verify: {made.code} {made.title}"}
    checks.verify(made, note="Looked at 20 incidents.", by=people.auditor2)
    db.session.commit()
    assert mine(read(people.auditor, client), made.code) == set()
    assert mine(read(people.lead, client), made.code) == {f"Check effectiveness: {made.code} {made.title}"}
    with clock.at(clock.now() + timedelta(days=90)):
        checks.close(made, **factory.proof(), by=people.lead)
    db.session.commit()
    assert mine(read(people.lead, client), made.code) == set()


def test_nobody_reads_the_dates_of_others(app, people, client_for, read):
    made = factory.at(people, "planned")
    assert mine(read(people.owner2, app.test_client()), made.code, made.actions[0].code) == set()


def test_the_words_are_their_readers(app, people, client_for, read):
    people.owner.language = "zh"
    action = factory.at(people, "planned").actions[0]
    assert f"措施到期: {action.code} {action.title}" in read(people.owner, app.test_client())


def test_the_alarm_rings_on_the_morning_of_the_working_day_before():
    monday, wednesday = date(2026, 6, 15), date(2026, 6, 17)
    assert dates._ahead(wednesday) == timedelta(hours=-15)
    assert dates._ahead(monday) == timedelta(hours=-63)  # Friday at nine


def test_the_number_of_queries_does_not_grow_with_the_dates(app, people):
    from sqlalchemy import event

    def counted():
        seen = []
        db.session.expire_all()
        people.owner.may("finding:answer")
        event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        list(dates.entries(people.owner, "http://x"))
        return len(seen)

    factory.at(people, "planned")
    db.session.flush()
    few = counted()
    for _number in range(5):
        factory.at(people, "planned")
    db.session.flush()
    assert counted() == few
    assert db.session.query(Finding).count() == 6
    assert today()
