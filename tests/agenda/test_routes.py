"""The pages of plan, meetings and calendar, through the client."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from audit_app.agenda import meetings, queries, services
from audit_app.agenda.models import CalendarFeed, MeetingKind, PlanState, Reply
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.notifications import letters
from audit_app.notifications.models import Notice
from audit_app.programme import services as audits
from audit_app.programme.models import Audit, TeamRole
from tests.agenda.factory import approved, audit_ahead, proposed, work
from tests.programme.factory import plan_audit

PAGES = ["plan", "plan/edit", "plan/slots/new", "plan/slots/1", "plan/approve", "next", "meetings",
         "meetings/opening", "meetings/closing", "opinions/new"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("full", [False, True])
def test_every_page_is_clean_html_in_both_languages(people, client_for, parsed, page, language, full):
    people.manager.language = language
    audit = audit_ahead(people)
    if full:
        proposed(people, audit)
    reply = client_for(people.manager).get(f"/audits/{audit.id}/{page}")
    assert reply.status_code == (200 if full or page not in ("plan/slots/1", "plan/approve") else 404)
    if reply.status_code == 200:
        assert parsed(reply).find(".//h1") is not None


def test_a_plan_is_proposed_edited_and_approved_through_the_pages(people, client_for):
    audit = audit_ahead(people)
    lead, url = client_for(people.lead), f"/audits/{audit.id}/plan"
    assert lead.post(f"{url}/propose").status_code == 303
    slot = work(queries.plan_of(audit))[0]
    day = clock.local(slot.starts_at).date().isoformat()
    facts = {"kind": "work", "day": day, "starts": "14:00", "ends": "15:00", "clauses": "8.6.1，8.6.2",
             "auditors": [people.lead.id], "auditees": [people.owner.id], "place": "Room 5", "version": "1"}  # fmt: skip
    stale = lead.post(f"{url}/slots/{slot.id}", data={**facts, "version": "0"})
    assert stale.status_code == 422
    version = str(queries.plan_of(audit).version)
    assert lead.post(f"{url}/slots/{slot.id}", data={**facts, "version": version}).status_code == 303
    changed = queries.slot_of(queries.plan_of(audit), slot.id)
    assert (changed.hours, changed.clauses, changed.place) == ("14:00–15:00", ["8.6.1", "8.6.2"], "Room 5")
    assert lead.post(f"{url}/approve").status_code == 403
    assert client_for(people.manager).post(f"{url}/approve").status_code == 303
    assert queries.plan_of(audit).state is PlanState.APPROVED


def test_what_was_typed_about_a_slot_outside_the_days_is_kept_with_the_reason(people, client_for, parsed):
    audit = audit_ahead(people)
    late = (audit.ends_on + timedelta(days=3)).isoformat()
    reply = client_for(people.lead).post(
        f"/audits/{audit.id}/plan/slots/new",
        data={
            "kind": "other",
            "day": late,
            "starts": "10:00",
            "ends": "11:00",
            "title": "Tour of the data centre",
        },
    )
    assert reply.status_code == 422
    text = reply.get_data(as_text=True)
    assert "Tour of the data centre" in text
    assert "The audit runs from" in text
    assert queries.plan_of(audit) is None


def test_the_first_slot_makes_the_plan(people, client_for):
    audit = audit_ahead(people)
    day = audit.starts_on.isoformat()
    data = {"kind": "opening", "day": day, "starts": "09:00", "ends": "09:30"}
    assert client_for(people.lead).post(f"/audits/{audit.id}/plan/slots/new", data=data).status_code == 303
    assert [each.hours for each in queries.plan_of(audit).slots] == ["09:00–09:30"]


def test_an_auditee_confirms_and_asks_for_another_time_on_the_page(people, client_for):
    plan = approved(people)
    mine = next(each for each in work(plan) if people.owner in each.auditees)
    client, url = client_for(people.owner), f"/audits/{plan.id}/plan"
    assert "Ask for another time" in client.get(url).get_data(as_text=True)
    assert client.post(f"{url}/slots/{mine.id}/confirm").status_code == 303
    seat = next(seat for seat in mine.seats if seat.person_id == people.owner.id)
    assert seat.reply is Reply.CONFIRMED
    assert client.post(f"{url}/slots/{mine.id}/other-time", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/slots/{mine.id}/other-time", data={"reason": "Tuesday"}).status_code == 303
    assert "Tuesday" in client_for(people.lead).get(url).get_data(as_text=True)
    other = next(each for each in work(plan) if people.owner not in each.auditees)
    assert client.get(f"{url}/slots/{other.id}/other-time").status_code == 303


def test_an_auditee_changes_nothing_in_the_agenda(people, client_for):
    plan = approved(people)
    client, slot = client_for(people.owner), work(plan)[0].id
    for verb in ("drop", "earlier", "later"):
        client.post(f"/audits/{plan.id}/plan/slots/{slot}/{verb}")
    assert queries.plan_of(plan.audit).state is PlanState.APPROVED
    assert client.post(f"/audits/{plan.id}/plan/propose").status_code == 403


def test_what_waits_for_an_answer_and_for_approval_stands_at_home(people, client_for):
    plan = proposed(people)
    assert f"/audits/{plan.id}/plan" in client_for(people.manager).get("/").get_data(as_text=True)
    approved(people, plan)
    assert f"/audits/{plan.id}/plan" in client_for(people.owner).get("/").get_data(as_text=True)
    assert f"/audits/{plan.id}/plan" not in client_for(people.manager).get("/").get_data(as_text=True)


def test_slots_move_with_buttons_and_the_page_returns_to_them(people, client_for):
    plan = proposed(people, audit_ahead(people, ends_on=today()))
    second = work(plan)[1]
    reply = client_for(people.lead).post(f"/audits/{plan.id}/plan/slots/{second.id}/earlier")
    assert reply.location.endswith(f"#slot-{second.id}")
    assert work(queries.plan_of(plan.audit))[0].id == second.id


def test_the_next_audit_has_the_same_scope_and_agenda_a_period_later(people, client_for):
    plan = approved(people)
    made = client_for(people.manager)
    reply = made.post(f"/audits/{plan.id}/next", data={"months": "12", "with_agenda": "y"})
    assert reply.status_code == 422
    assert "There is no open programme" in reply.get_data(as_text=True)
    audits.add_programme(today().year + 1, "Next", "Goals", "", "", people.manager, by=people.manager)
    reply = made.post(f"/audits/{plan.id}/next", data={"months": "12", "with_agenda": "y"})
    assert reply.status_code == 303
    after = db.session.get(Audit, int(reply.location.rsplit("/", 1)[1]))
    assert [each.code for each in after.processes] == ["INC", "SLM"]
    assert after.lead_id == people.lead.id
    copied = queries.plan_of(after)
    assert copied.state is PlanState.DRAFT
    assert copied.slots[0].hours == plan.slots[0].hours
    assert all(
        after.starts_on <= clock.local(each.starts_at).date() <= after.ends_on for each in copied.slots
    )


def test_who_has_left_is_not_taken_along_and_is_named(people, client_for):
    audit = plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)])
    people.auditor.active = False
    audits.add_programme(today().year + 1, "Next", "Goals", "", "", people.manager, by=people.manager)
    client = client_for(people.manager)
    reply = client.post(f"/audits/{audit.id}/next", data={"months": "12"})
    text = client.get(reply.location).get_data(as_text=True)
    assert "Not taken along, choose anew: Ana Auditor." in text


# --- calendars -------------------------------------------------------------------------------------------------------


def secret_of(client):
    page = client.post("/calendar/feed").get_data(as_text=True)
    return re.search(r"/calendar/([\w-]{43})\.ics", page).group(1)


def test_a_feed_is_read_by_its_secret_alone_and_holds_only_its_persons_times(app, people, client_for):
    plan = approved(people)
    token = secret_of(client_for(people.owner))
    reply = app.test_client().get(f"/calendar/{token}.ics")
    assert reply.status_code == 200
    assert reply.content_type.startswith("text/calendar")
    found = Calendar.from_ical(reply.get_data())
    mine = queries.appointments(people.owner)
    assert [str(event["UID"]) for event in found.walk("VEVENT")] == [
        f"{each.uid}@audit-plan" for each in mine
    ]
    assert mine
    assert len(mine) < len(plan.slots)
    first = found.walk("VEVENT")[0]
    assert first.decoded("DTSTART") == mine[0].starts_at
    assert first["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert found.walk("VTIMEZONE")


def test_the_secret_itself_is_nowhere_in_the_database(people, client_for):
    token = secret_of(client_for(people.owner))
    feed = db.session.query(CalendarFeed).one()
    assert token not in str(vars(feed))
    assert len(feed.token_sha256) == 64
    assert token not in client_for(people.owner).get("/calendar").get_data(as_text=True)


def test_a_revoked_replaced_or_invented_secret_and_one_of_somebody_who_left_open_nothing(
    app, people, client_for
):
    client, public = client_for(people.owner), app.test_client()
    first = secret_of(client)
    second = secret_of(client)
    assert public.get(f"/calendar/{first}.ics").status_code == 404
    assert public.get(f"/calendar/{second}.ics").status_code == 200
    people.owner.active = False
    assert public.get(f"/calendar/{second}.ics").status_code == 404
    people.owner.active = True
    assert client.post("/calendar/feed/revoke").status_code == 303
    assert public.get(f"/calendar/{second}.ics").status_code == 404
    assert public.get("/calendar/%00%F0.ics").status_code == 404


def test_a_feed_shows_an_audit_without_agenda_as_whole_days_and_nothing_unannounced(app, people, client_for):
    audit = plan_audit(people)
    proposed(people, audit_ahead(people, title="Not announced"))
    token = secret_of(client_for(people.owner))

    def read():
        reply = app.test_client().get(f"/calendar/{token}.ics")
        return Calendar.from_ical(reply.get_data()).walk("VEVENT")

    assert read() == []
    audits.notify(audit, by=people.manager)
    (event,) = read()
    assert event.decoded("DTSTART") == audit.starts_on
    assert event.decoded("DTEND") == audit.ends_on + timedelta(days=1)
    audits.cancel(audit, "Moved", by=people.manager)
    assert str(read()[0]["STATUS"]) == "CANCELLED"


def test_times_keep_their_hour_over_a_change_of_the_clocks_in_the_calendar(people):
    from audit_app.agenda import calendar

    before = clock.zone()
    clock.use_zone("Europe/Berlin")
    try:
        with clock.at(datetime(2026, 10, 1, tzinfo=UTC)):
            audit = audit_ahead(
                people, starts_on=datetime(2026, 10, 23).date(), ends_on=datetime(2026, 10, 26).date()
            )
            plan = approved(people, proposed(people, audit))
            text = calendar.text_of(calendar.events_for(people.lead, "http://x", audit), name="x")
    finally:
        clock.use_zone(str(before))
    events = Calendar.from_ical(text).walk("VEVENT")
    opening, closing = events[0].decoded("DTSTART"), events[-1].decoded("DTSTART")
    assert (
        opening.astimezone(ZoneInfo("Europe/Berlin")).hour,
        closing.astimezone(ZoneInfo("Europe/Berlin")).hour,
    ) == (9, 16)
    assert opening.utcoffset() - closing.utcoffset() == timedelta(hours=1)
    assert len(events) == len([each for each in plan.slots if people.lead in each.auditors])


def test_the_notice_of_an_approved_plan_carries_the_persons_times_as_a_calendar(app, people):
    plan = approved(people)
    notice = db.session.query(Notice).filter_by(kind="plan.approved", person_id=people.owner.id).one()
    links = letters.Links(lambda each: "http://x/")
    mail = letters.compose(
        app.config["SETTINGS"], people.owner, [notice], links, message_id="<1@x>", at=clock.now()
    )
    (enclosed,) = mail.iter_attachments()
    assert (enclosed.get_content_type(), enclosed.get_param("method")) == ("text/calendar", "PUBLISH")
    assert enclosed.get_filename() == f"{plan.code}.ics"
    events = Calendar.from_ical(enclosed.get_content()).walk("VEVENT")
    assert len(events) == len(queries.appointments(people.owner))


def test_my_times_of_one_audit_come_as_a_file(people, client_for):
    plan = approved(people)
    reply = client_for(people.owner).get(f"/audits/{plan.id}/plan.ics")
    assert Calendar.from_ical(reply.get_data()).walk("VEVENT")


# --- meetings --------------------------------------------------------------------------------------------------------


def meeting(crew, **more):
    return {"day": today().isoformat(), "begins": "00:00", "ends": "00:30", "place": "Room 1", "chair": crew.lead.id,
            "people": [crew.lead.id, crew.owner.id], "points": ["present", "plan"],
            "guests": "Zhang Wei, supplier\n李雷，供应商代表", "notes": "All agreed."} | more  # fmt: skip


def test_a_meeting_is_recorded_with_attendance_of_people_and_guests(people, client_for):
    audit = audit_ahead(people)
    client, url = client_for(people.auditor2), f"/audits/{audit.id}/meetings"
    assert client.post(f"{url}/opening", data=meeting(people)).status_code == 422
    reply = client_for(people.lead).post(f"{url}/opening", data=meeting(people))
    assert reply.status_code == 303
    found = queries.meetings_of(audit)
    assert list(found) == [MeetingKind.OPENING]
    names = [(each.name, each.function) for each in found[MeetingKind.OPENING].attendees]
    assert names[-2:] == [("Zhang Wei", "supplier"), ("李雷", "供应商代表")]
    assert len(names) == 4
    text = client_for(people.owner).get(url).get_data(as_text=True)
    assert "Zhang Wei" in text
    assert "All agreed." in text


def test_a_meeting_ahead_backwards_or_without_people_is_refused_and_nothing_typed_is_lost(people, client_for):
    audit = audit_ahead(people)
    client, url = client_for(people.lead), f"/audits/{audit.id}/meetings/closing"
    ahead = (today() + timedelta(days=2)).isoformat()
    for wrong, words in (
        ({"day": ahead}, "lies ahead"), ({"begins": "10:00", "ends": "09:00"}, "ends before"),
        ({"people": [], "guests": ""}, "who was there"), ({"guests": "x" * 101}, "longer than 100"),
    ):  # fmt: skip
        reply = client.post(url, data=meeting(people, **{"points": ["thanks"], **wrong}))
        assert reply.status_code == 422, wrong
        assert words in reply.get_data(as_text=True), wrong
        assert "All agreed." in reply.get_data(as_text=True)
    assert queries.meetings_of(audit) == {}


def test_a_diverging_opinion_is_recorded_and_later_settled(people, client_for):
    from audit_app.findings.models import Grade
    from tests.findings import factory

    audit = audit_ahead(people)
    finding = factory.finding(people, Grade.MINOR, audit=audit, by=people.lead)
    client, url = client_for(people.lead), f"/audits/{audit.id}/opinions"
    facts = {
        "who": "Olga Owner",
        "finding": finding.id,
        "about": "",
        "opinion": "It is an observation.",
        "settled": "",
    }
    assert client.post(f"{url}/new", data={**facts, "finding": ""}).status_code == 422
    assert client.post(f"{url}/new", data=facts).status_code == 303
    (opinion,) = queries.diverging_opinions(audit)
    assert (opinion.finding.id, opinion.settled) == (finding.id, "")
    settled = {**facts, "settled": "Stays minor; the owner agrees.", "version": "1"}
    assert client.post(f"{url}/{opinion.id}", data=settled).status_code == 303
    assert queries.diverging_opinions(audit)[0].settled.startswith("Stays minor")


def test_an_opinion_about_a_finding_of_another_audit_is_refused(people):
    from audit_app.core.errors import Refused
    from audit_app.findings.models import Grade
    from tests.findings import factory

    finding = factory.finding(people, Grade.MINOR, audit=plan_audit(people), by=people.lead)
    with pytest.raises(Refused, match="another audit"):
        meetings.record_opinion(audit_ahead(people), who="x", words="y", finding=finding, by=people.lead)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_plan_and_attendance_sheets_are_printed_in_both_languages(people, client_for, language):
    from io import BytesIO

    from pypdf import PdfReader

    plan = approved(people)
    services.write_plan(plan.audit, methods="Interviews <b>& records</b>", by=people.lead)
    meetings.record_meeting(
        plan.audit, MeetingKind.OPENING, day=today(), begins=datetime(2026, 1, 1, 0, 0).time(),
        ends=datetime(2026, 1, 1, 0, 1).time(), people=[people.lead, people.owner], points=["plan"], by=people.lead,
    )  # fmt: skip
    client = client_for(people.manager)
    texts = {}
    for name in ("plan", "attendance"):
        reply = client.get(f"/audits/{plan.id}/{name}.pdf?lang={language}")
        assert reply.status_code == 200
        texts[name] = "\n".join(page.extract_text() for page in PdfReader(BytesIO(reply.get_data())).pages)
    assert ("审核计划" if language == "zh" else "Audit plan") in texts["plan"]
    assert "09:00–09:30" in texts["plan"]
    assert "Olga Owner" in texts["plan"]
    assert "Interviews <b>& records</b>" in texts["plan"]
    assert ("首次会议" if language == "zh" else "Opening meeting") in texts["attendance"]
    assert ("末次会议" if language == "zh" else "Closing meeting") in texts["attendance"]
