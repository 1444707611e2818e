"""Verbs on plans: what is refused with a sentence, what follows, what is told."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from audit_app.accounts.models import ProcessClause, Site
from audit_app.agenda import queries, services, workflow
from audit_app.agenda.exports import plan_document
from audit_app.agenda.models import PlanState, Reply, SlotKind
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.models import Notice
from audit_app.programme import services as audits
from audit_app.programme.models import TeamRole
from audit_app.trail import queries as trail
from tests.agenda.factory import approved, audit_ahead, proposed, slot, work
from tests.people import add_person
from tests.programme.factory import approve, plan_audit, report


@pytest.fixture(autouse=True)
def on_a_monday():
    with clock.at(datetime(2026, 6, 1, 2, tzinfo=UTC)):
        yield


def edit(each, **facts):
    start, end = clock.local(each.starts_at), clock.local(each.ends_at)
    stored = {
        "kind": each.kind, "day": start.date(), "starts": start.time(), "ends": end.time(), "title": each.title,
        "process": each.process, "clauses": each.clauses, "site": each.site, "place": each.place,
        "remote": each.remote, "auditors": each.auditors, "auditees": each.auditees,
    }  # fmt: skip
    return services.edit_slot(each, **{**stored, **facts})


def test_the_agenda_comes_from_the_scope_in_one_step(people):
    plan = proposed(people)
    assert plan.slots[0].kind is SlotKind.OPENING
    assert plan.slots[-1].kind is SlotKind.CLOSING
    assert {each.process.code for each in work(plan)} == {"INC", "SLM"}
    assert {person for each in work(plan) for person in each.auditees} == {people.owner, people.owner2}
    assert not workflow.problems(plan, people.lead)
    assert "agenda" in str(trail.history(plan)[0].sentence)


def test_clauses_without_a_process_become_topics_of_their_sections(people):
    plan = proposed(people, clauses=["4.1", "4.2", "8.6.1", "8.7.1", "9.2"], processes=[people.inc])
    groups = [each.clauses for each in work(plan) if each.process is None]
    assert sorted(groups) == [["4.1", "4.2"], ["8.7.1"], ["9.2"]]


def test_a_section_whose_clauses_all_belong_to_a_process_is_not_asked_for_twice(people):
    plan = proposed(people, clauses=["8.6.1", "8.3.3", "8.6"], processes=[people.inc])
    groups = [each.clauses for each in work(plan) if each.process is None]
    assert groups == [["8.3.3"], ["8.6"]], "8.6 holds more than incident management"
    people.inc.clause_rows = [ProcessClause(clause=f"8.6.{n}", position=n) for n in (1, 2, 3)]
    db.session.flush()
    again = proposed(people, clauses=["8.3.3", "8.6"], processes=[people.inc], title="Once more")
    assert [each.clauses for each in work(again) if each.process is None] == [["8.3.3"]]


def test_without_team_auditee_or_scope_the_proposal_says_what_is_missing(people):
    with pytest.raises(Refused, match="lead auditor"):
        services.propose_agenda(audit_ahead(people, lead=None), by=people.manager)
    with pytest.raises(Refused, match="auditee"):
        services.propose_agenda(audit_ahead(people, auditees=[]), by=people.manager)
    with pytest.raises(Refused, match="what is audited"):
        services.propose_agenda(audit_ahead(people, processes=[]), by=people.manager)


def test_only_lead_and_programme_manager_write_the_plan(people):
    with pytest.raises(Refused, match="Only the lead"):
        services.propose_agenda(audit_ahead(people), by=people.auditor)


def test_a_slot_outside_the_days_of_the_audit_is_refused_at_its_day(people):
    plan = proposed(people)
    with pytest.raises(Refused, match="runs from") as refused:
        slot(people, plan, date(2026, 6, 9), "10:00", "11:00")
    assert refused.value.field == "day"


def test_a_slot_that_ends_before_it_begins_is_refused_at_its_end(people):
    with pytest.raises(Refused, match="ends before") as refused:
        slot(people, proposed(people), date(2026, 6, 1), "11:00", "10:00")
    assert refused.value.field == "ends"


def test_a_clause_that_does_not_exist_and_a_person_on_both_sides_are_refused(people):
    plan = proposed(people)
    with pytest.raises(Refused, match=r"99\.9") as refused:
        slot(people, plan, date(2026, 6, 1), "10:00", "11:00", clauses=["99.9"])
    assert refused.value.field == "clauses"
    with pytest.raises(Refused, match="ask and answer"):
        slot(people, plan, date(2026, 6, 1), "10:00", "11:00", auditees=[people.lead])


def test_dates_of_the_audit_that_move_leave_no_slot_behind_unseen(people):
    plan = approved(people)
    audits.edit_audit(
        plan.audit, kind=plan.audit.kind, title="Incidents", criteria="ISO", starts_on=date(2026, 6, 8),
        ends_on=date(2026, 6, 9), processes=plan.audit.processes, auditees=plan.audit.auditees, by=people.manager,
    )  # fmt: skip
    assert any("Outside the days" in str(words) for words in workflow.problems(plan, people.lead))
    assert "Outside the days" in str(workflow.inside_days(plan, people.manager))


def test_overlapping_slots_are_kept_and_stand_before_the_approval_in_a_sentence(people):
    plan = proposed(people)
    first = work(plan)[0]
    local = clock.local(first.starts_at)
    slot(
        people,
        plan,
        local.date(),
        f"{local:%H:%M}",
        f"{local + timedelta(minutes=30):%H:%M}",
        process=people.chg,
    )
    found = queries.clashes_of(plan)
    assert len(found) == 1
    assert "Leo Lead" in str(found[0].words)
    assert "Olga Owner" in str(found[0].words)
    with pytest.raises(Refused, match="Asked for twice"):
        services.approve_plan(plan, by=people.manager)


def test_a_room_that_is_needed_twice_is_named(people):
    plan = proposed(people, members=[(people.auditor, TeamRole.AUDITOR)])
    for auditor, auditee in ((people.lead, people.owner), (people.auditor, people.owner2)):
        slot(people, plan, date(2026, 6, 1), "13:00", "14:00", auditors=[auditor], auditees=[auditee],
             site=people.site, place=" Room 5 ")  # fmt: skip
    assert any("Head office · Room 5" in str(clash.words) for clash in queries.clashes_of(plan))
    for each in plan.slots:
        if each.place:
            edit(each, remote=True, by=people.lead)
    assert not [clash for clash in queries.clashes_of(plan) if "room" in str(clash.words)]


def test_a_person_asked_for_by_another_audit_at_that_time_is_named_with_its_code(people):
    first = proposed(people)
    other = proposed(people, audit_ahead(people, title="Second"))
    busy = work(first)[0]
    local = clock.local(busy.starts_at)
    slot(people, other, local.date(), f"{local:%H:%M}", f"{local + timedelta(minutes=30):%H:%M}")
    assert any(first.code in str(clash.words) for clash in queries.clashes_of(other))
    audits.cancel(first.audit, "Not needed", by=people.manager)
    assert not any(first.code in str(clash.words) for clash in queries.clashes_of(other))


def test_a_slot_of_auditing_without_auditee_stands_before_the_approval(people):
    plan = proposed(people)
    slot(people, plan, date(2026, 6, 2), "14:00", "15:00", auditees=[], auditors=[])
    with pytest.raises(Refused, match="Nobody answers"):
        services.approve_plan(plan, by=people.manager)


def test_an_author_does_not_approve_their_own_plan(people):
    audit = audit_ahead(people)
    services.propose_agenda(audit, by=people.manager)
    plan = queries.plan_of(audit)
    with pytest.raises(Refused, match="You wrote"):
        services.approve_plan(plan, by=people.manager)
    assert services.approve_plan(plan, by=people.boss).state is PlanState.APPROVED


def test_a_lead_auditor_cannot_approve_a_plan(people):
    audit = audit_ahead(people)
    services.propose_agenda(audit, by=people.manager)
    with pytest.raises(Refused, match="role"):
        services.approve_plan(queries.plan_of(audit), by=people.lead)


def test_an_audit_with_a_plan_starts_only_when_the_plan_is_approved(people):
    plan = proposed(people)
    approve(people, plan.audit.programme)
    audits.notify(plan.audit, by=people.manager)
    with pytest.raises(Refused, match="plan is not approved"):
        audits.start(plan.audit, by=people.lead)
    approved(people, plan)
    assert audits.start(plan.audit, by=people.lead).state == "in_progress"


def test_an_audit_without_a_plan_starts_as_before(people):
    audit = plan_audit(people)
    approve(people, audit.programme)
    audits.notify(audit, by=people.manager)
    assert audits.start(audit, by=people.lead).state == "in_progress"


def test_a_change_after_the_approval_needs_a_new_one_and_asks_the_auditees_again(people):
    plan = approved(people)
    mine = next(each for each in work(plan) if people.owner in each.auditees)
    services.confirm(mine, by=people.owner)
    edit(mine, title="Incidents and their records", by=people.lead)
    assert (plan.state, plan.approved_by) == (PlanState.DRAFT, None)
    assert {seat.reply for seat in mine.seats if seat.person is people.owner} == {Reply.CONFIRMED}
    edit(mine, starts=time(15), ends=time(15, 20), by=people.lead)
    assert {seat.reply for seat in mine.seats} == {Reply.OPEN}
    assert approved(people, plan).edition == 2


def notices(kind):
    return list(db.session.scalars(select(Notice).where(Notice.kind == kind)))


def test_everybody_named_is_told_of_the_approval_and_again_of_a_second_one_on_the_same_day(people):
    plan = approved(people)
    assert {each.person_id for each in notices("plan.approved")} == {
        people.lead.id, people.owner.id, people.owner2.id,
    }  # fmt: skip
    for _round in range(2):
        services.write_plan(plan.audit, methods=f"Interviews {_round}", by=people.lead)
        services.approve_plan(plan, by=people.manager)
        for notice in notices("plan.changed"):
            assert notice.sent_at is None
            notice.sent_at = clock.now()
    assert len(notices("plan.changed")) == 3


def test_an_auditee_asks_for_another_time_with_a_reason_and_the_lead_is_told(people):
    plan = approved(people)
    mine = next(each for each in work(plan) if people.owner in each.auditees)
    with pytest.raises(Refused, match="Say why"):
        services.ask_other_time(mine, " ", by=people.owner)
    services.ask_other_time(mine, "Release night, better on Tuesday", by=people.owner)
    seat = next(seat for seat in mine.seats if seat.person is people.owner)
    assert (seat.reply, seat.reason) == (Reply.OTHER_TIME, "Release night, better on Tuesday")
    assert [each.person_id for each in notices("plan.other_time")] == [people.lead.id]
    with pytest.raises(Refused, match="Only an auditee"):
        services.confirm(mine, by=people.owner2)


def test_nobody_confirms_a_plan_that_is_being_changed(people):
    plan = proposed(people)
    with pytest.raises(Refused, match="being changed"):
        services.confirm(work(plan)[0], by=people.owner)


def test_two_slots_change_places_and_keep_their_length(people):
    plan = proposed(people, audit_ahead(people, ends_on=date(2026, 6, 1)))
    first, second = work(plan)
    begin, end, lengths = first.starts_at, second.ends_at, (first.minutes, second.minutes)
    services.move_slot(second, True, by=people.lead)
    assert (second.starts_at, first.ends_at) == (begin, end)
    assert (first.minutes, second.minutes) == lengths
    assert not queries.clashes_of(plan)
    with pytest.raises(Refused, match="no slot before"):
        services.move_slot(second, True, by=people.lead)


def test_a_new_proposal_keeps_what_stood_there_in_the_trail(people):
    plan = approved(people)
    mine = next(each for each in work(plan) if people.owner in each.auditees)
    services.ask_other_time(mine, "Release night", by=people.owner)
    services.propose_agenda(plan.audit, by=people.lead)
    told = [entry.facts.get("details", {}) for entry in trail.history(plan)]
    assert any("Release night" in str(each.get("before")) for each in told)
    assert any("INC" in str(each.get("before")) for each in told)


def test_three_hundred_people_in_a_meeting_simply_work(people):
    crowd = [add_person(f"Guest {n}", f"guest{n}@example.org", "read_only") for n in range(300)]
    plan = approved(people, proposed(people, auditees=[people.owner, people.owner2, *crowd]))
    assert len(plan.slots[0].seats) == 303
    assert len(notices("plan.approved")) == 303


def test_a_slot_over_the_change_of_the_clocks_lasts_as_long_as_it_really_does(people, monkeypatch):
    before = clock.zone()
    clock.use_zone("Europe/Berlin")
    try:
        audit = audit_ahead(people, starts_on=date(2026, 10, 24), ends_on=date(2026, 10, 25))
        plan = services.write_plan(audit, by=people.lead)
        night = slot(people, plan, date(2026, 10, 25), "01:00", "04:00")
        assert (night.hours, night.minutes) == ("01:00–04:00", 240)
        spring = audit_ahead(
            people, starts_on=date(2027, 3, 27), ends_on=date(2027, 3, 28), programme=year(people)
        )
        plan = services.write_plan(spring, by=people.lead)
        with pytest.raises(Refused, match="no 02:30") as refused:
            slot(people, plan, date(2027, 3, 28), "02:30", "04:00")
        assert refused.value.field == "starts"
    finally:
        clock.use_zone(str(before))


def year(people):
    from tests.programme.factory import plan_year

    return plan_year(people, 2027)


def test_after_the_report_the_plan_no_longer_changes(people):
    plan = approved(people)
    approve(people, plan.audit.programme)
    audits.notify(plan.audit, by=people.manager)
    audits.start(plan.audit, by=people.lead)
    report(people, plan.audit)
    with pytest.raises(Refused, match="no longer changes"):
        services.write_plan(plan.audit, methods="x", by=people.lead)


def test_a_proposed_slot_is_held_where_its_auditees_sit_when_the_audit_has_several_places(people):
    there = Site(code="CTU", name_en="Chengdu", name_zh="成都")
    db.session.add(there)
    people.owner2.department.site = there
    audit = audit_ahead(people, sites=[people.site, there])
    plan = proposed(people, audit)
    work = [each for each in plan.slots if each.kind is SlotKind.WORK and each.auditees]
    assert {each.site for each in work if each.auditees == [people.owner2]} == {there}
    assert {each.site for each in work if each.auditees == [people.owner]} == {people.site}


def test_the_paper_of_a_plan_says_that_a_place_is_open_where_there_are_several(people):
    there = Site(code="CTU", name_en="Chengdu", name_zh="成都")
    db.session.add(there)
    plan = proposed(people, audit_ahead(people, sites=[people.site, there]))
    plan.slots[0].site, plan.slots[0].place = None, "Room 3"
    plan.slots[-1].site = there
    words = repr(plan_document(plan))
    assert "place open · Room 3" in words
    assert "Chengdu" in words
