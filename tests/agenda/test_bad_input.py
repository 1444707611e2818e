"""Bad input around plans and audits: a sentence each, and nothing typed is lost."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from audit_app.agenda import calendar, queries
from audit_app.competence.models import Competence
from audit_app.core import clock
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.notifications.models import Notice
from audit_app.programme.models import AuditState
from audit_app.reports import services as reports
from audit_app.reports.exports import render_all
from tests.agenda.factory import audit_ahead, proposed, slot, work
from tests.people import add_person
from tests.planning.test_routes import ticked, words
from tests.programme.factory import approve, plan_audit, plan_year
from tests.reports import factory


def test_an_audit_outside_its_programme_year_is_refused_beside_the_day_and_all_is_kept(people, client_for):
    plan_year(people)
    db.session.commit()
    year = today().year
    typed = {
        "kind": "internal", "title": "到明年去", "criteria": "ISO/IEC 20000-1:2018", "starts_on": f"{year + 1}-03-01",
        "ends_on": f"{year + 1}-03-02", "processes": [people.inc.id], "rationale": "After the move.",
    }  # fmt: skip
    reply = client_for(people.manager).post(f"/programme/audits/new?year={year}", data=typed)
    assert reply.status_code == 422
    assert f"The programme is for {year}. Choose a first day in that year" in words(reply)
    for kept in ("到明年去", f'value="{year + 1}-03-01"', f'value="{year + 1}-03-02"', "After the move."):
        assert kept in reply.text
    assert str(people.inc.id) in ticked(reply)


def test_an_overlapping_agenda_is_kept_and_the_page_says_who_is_asked_for_twice(people, client_for):
    plan = proposed(people)
    first = work(plan)[0]
    begin = local(first.starts_at)
    made = slot(
        people, plan, begin.date(), f"{begin:%H:%M}", f"{begin + timedelta(minutes=30):%H:%M}", title="Again"
    )
    db.session.commit()
    page = words(client_for(people.lead).get(f"/audits/{plan.id}/plan"))
    assert f"Asked for twice on {begin:%Y-%m-%d %H:%M}" in page
    assert "Again" in page
    refused = client_for(people.manager).post(f"/audits/{plan.id}/plan/approve")
    assert "Asked for twice" in words(refused)
    db.session.expire_all()
    assert made in queries.plan_of(plan.audit).slots
    assert plan.state == "draft"


def test_a_plan_without_auditee_says_which_slot_and_which_step_is_missing(people, client_for):
    plan = proposed(people)
    slot(people, plan, local(plan.slots[0].starts_at).date(), "18:00", "18:30", title="Alone", auditees=[])
    bare = audit_ahead(people, title="B", auditees=[])
    db.session.commit()
    client = client_for(people.lead)
    assert "Nobody answers in these slots" in words(client.get(f"/audits/{plan.id}/plan"))
    assert client.post(f"/audits/{bare.id}/plan/propose").status_code == 303
    assert "Choose at least one auditee first" in words(client.get(f"/audits/{bare.id}/plan"))
    notify = client_for(people.manager).post(f"/programme/audits/{bare.id}/step/notify")
    assert notify.status_code == 422
    assert "auditee" in words(notify)


def test_a_competence_that_ends_between_assignment_and_audit_is_said_on_the_page_and_stops_it(
    people, client_for
):
    audit = plan_audit(people)
    approve(people, audit.programme)
    gone = today() - timedelta(days=1)
    for each in db.session.query(Competence).filter_by(person_id=people.lead.id, skill="leading"):
        each.ends_on = gone
    db.session.commit()
    client = client_for(people.manager)
    said = f"The competence of Leo Lead in “Lead auditing” ends on {gone:%-d %b %Y}"
    assert said in words(client.get(f"/programme/audits/{audit.id}"))
    reply = client.post(f"/programme/audits/{audit.id}/step/notify")
    assert reply.status_code == 422
    assert said in words(reply)
    db.session.expire_all()
    assert (audit.state, audit.lead_id) == (AuditState.PLANNED, people.lead.id)


@pytest.fixture
def berlin():
    before = clock.zone()
    clock.use_zone("Europe/Berlin")
    yield ZoneInfo("Europe/Berlin")
    clock.use_zone(str(before))


@pytest.mark.parametrize(
    ("sunday", "minutes", "offsets"),
    [(date(2026, 3, 29), 120, (1, 2)), (date(2026, 10, 25), 240, (2, 1))],
)
def test_a_slot_over_the_change_of_the_clocks_is_right_in_minutes_and_calendar(
    people, berlin, sunday, minutes, offsets
):
    with clock.at(datetime(2026, 1, 5, 12, tzinfo=UTC)):
        audit = audit_ahead(people, starts_on=sunday, ends_on=sunday)
        plan = proposed(people, audit)
        night = slot(people, plan, sunday, "01:00", "04:00", title="Night shift")
        db.session.flush()
        assert (night.hours, night.minutes) == ("01:00–04:00", minutes)
        event = Calendar.from_ical(calendar.text_of([calendar.slot_event(night, "http://x")], name="x")).walk(
            "VEVENT"
        )[0]
        start, end = event.decoded("DTSTART"), event.decoded("DTEND")
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=minutes)
        assert tuple(each.utcoffset() // timedelta(hours=1) for each in (start, end)) == offsets
        day = [each for each in plan.slots if each is not night]
        assert min(local(each.starts_at).hour for each in day) == 9


def test_a_time_that_the_clocks_leave_out_is_refused_beside_it_and_the_rest_is_kept(
    people, berlin, client_for
):
    sunday = date(today().year + 1, 3, 31)
    sunday -= timedelta(days=(sunday.weekday() + 1) % 7)
    audit = audit_ahead(people, programme=plan_year(people, sunday.year), starts_on=sunday, ends_on=sunday)
    db.session.commit()
    typed = {"kind": "work", "day": sunday.isoformat(), "starts": "02:30", "ends": "04:00", "title": "夜班"}
    reply = client_for(people.lead).post(f"/audits/{audit.id}/plan/slots/new", data=typed)
    assert reply.status_code == 422
    assert "there is no 02:30: the clocks are put forward over it" in words(reply)
    assert 'value="02:30"' in reply.text
    assert "夜班" in reply.text


def test_three_hundred_people_on_the_distribution_list_are_kept_by_the_form_and_all_are_told(
    people, client_for
):
    crowd = [add_person(f"Guest {n:03d}", f"guest{n}@example.org", "read_only") for n in range(300)]
    audit = factory.written(people, factory.audited(people), recipients=crowd)
    db.session.commit()
    client = client_for(people.lead)
    typed = {"recipients": [each.id for each in crowd], "conclusion": "可行", "others": "x" * 2001}
    reply = client.post(f"/audits/{audit.id}/report/words", data=typed)
    assert reply.status_code == 422
    boxes = re.findall(r'<input[^>]*name="recipients"[^>]*>', reply.text)
    assert sum("checked" in box for box in boxes) == 300
    assert "可行" in reply.text
    reports.issue(audit, render_all, by=people.lead)
    assert db.session.query(Notice).filter_by(kind="report.issued").count() == 300
