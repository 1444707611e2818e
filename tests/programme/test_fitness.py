"""A conflicted or expired auditor is not saved without a waiver; what happens later is caught at the next step."""

from datetime import date, datetime, timedelta

import pytest

from audit_app.accounts import services as accounts
from audit_app.competence import services as competence
from audit_app.competence.models import Competence
from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import checks
from audit_app.findings.guards import independent_verifier
from audit_app.programme import services, waivers
from audit_app.programme.models import AuditKind, AuditState, TeamRole
from audit_app.programme.waiver_models import WaiverKind, WaiverState
from tests.findings import factory
from tests.people import qualify
from tests.programme.factory import approve, plan_audit, plan_year, report, run_audit


def records(person, *skills):
    query = db.session.query(Competence).filter_by(person_id=person.id)
    return [each for each in query if not skills or each.skill in skills]


def ends(person, day, *skills):
    for each in records(person, *skills):
        each.ends_on = day
    db.session.flush()


def move(people, person, department, days_ago):
    moment = today() - timedelta(days=days_ago)
    with clock.at(datetime(moment.year, moment.month, moment.day, 12, tzinfo=clock.zone())):
        accounts.edit_person(
            person,
            email=person.email,
            name=person.name,
            roles=person.role_set,
            department=department,
            language=person.language,
            by=people.admin,
        )


# --- competence ---------------------------------------------------------------------------------------------


def test_a_lead_without_any_record_is_refused_by_name_and_skill(people):
    for each in records(people.lead):
        db.session.delete(each)
    with pytest.raises(Refused, match="no record that Leo Lead is competent in “Lead auditing”") as refused:
        plan_audit(people)
    assert refused.value.field == "lead"


def test_an_expired_auditor_is_refused_with_the_date(people):
    ends(people.auditor, date(2026, 1, 31), "standard")
    with pytest.raises(Refused) as refused:
        plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)])
    assert refused.value.field == "members"
    said = str(refused.value)
    assert "Ana Auditor" in said
    assert "ISO/IEC 20000-1:2018" in said
    assert "31 Jan 2026" in said


def test_competence_has_to_last_until_the_last_day_of_the_audit(people):
    audit = plan_audit(people, ends_on=today())
    ends(people.lead, today())
    services.set_team(audit, people.lead, [], by=people.manager)
    facts = {"kind": audit.kind, "title": "T", "criteria": audit.criteria, "processes": [people.inc]}
    later = {"starts_on": today(), "ends_on": today() + timedelta(days=2)}
    with pytest.raises(Refused, match="before the audit's day") as refused:
        services.edit_audit(audit, **facts, **later, by=people.manager)
    assert refused.value.field == "ends_on"
    services.edit_audit(audit, **facts, starts_on=today(), ends_on=today(), by=people.manager)


def test_a_competence_that_ends_between_assignment_and_audit_stops_notice_and_start(people):
    audit = plan_audit(people)
    approve(people, audit.programme)
    ends(people.lead, today() - timedelta(days=1), "leading")
    with pytest.raises(Refused, match="Leo Lead in “Lead auditing” ends on"):
        services.notify(audit, by=people.manager)
    ends(people.lead, None, "leading")
    services.notify(audit, by=people.manager)
    competence.withdraw(records(people.lead, "leading")[0], "Complaint", by=people.manager)
    with pytest.raises(Refused, match="was revoked on"):
        services.start(audit, by=people.lead)
    assert audit.state is AuditState.NOTIFIED


def test_a_second_standard_in_the_criteria_needs_its_own_record(people):
    criteria = "ISO/IEC 20000-1:2018 and ISO/IEC 27001:2022"
    with pytest.raises(Refused, match="ISO/IEC 27001:2022"):
        plan_audit(people, criteria=criteria)
    for each in qualify(people.lead, people.admin)[:2]:
        db.session.delete(each)
    records(people.lead, "standard")[-1].standard = "ISO/IEC 27001:2022"
    assert plan_audit(people, criteria=criteria).lead is people.lead


def test_a_lead_auditors_skill_is_enough_to_audit_but_not_the_reverse(people):
    for each in records(people.lead, "auditing"):
        db.session.delete(each)
    for each in records(people.manager, "leading"):
        db.session.delete(each)
    audit = plan_audit(people)
    with pytest.raises(Refused, match="Mia Manager is competent in “Lead auditing”"):
        services.set_team(audit, people.manager, [(people.lead, TeamRole.AUDITOR)], by=people.manager)
    services.set_team(audit, None, [(people.lead, TeamRole.AUDITOR)], by=people.manager)


def test_trainees_experts_and_observers_need_no_auditing_competence(people):
    places = [
        (people.owner2, TeamRole.TRAINEE),
        (people.boss, TeamRole.EXPERT),
        (people.reader, TeamRole.OBSERVER),
    ]
    assert len(plan_audit(people, members=places).members) == 3


@pytest.mark.parametrize("role", [TeamRole.TRAINEE, TeamRole.EXPERT])
def test_a_trainee_or_an_expert_never_audits_alone(people, role):
    audit = plan_audit(people)
    with pytest.raises(Refused, match="do not audit alone"):
        services.set_team(audit, None, [(people.owner2, role)], by=people.manager)


def test_an_audit_by_a_certification_body_asks_nobody_of_ours_for_competence(people):
    for each in records(people.lead):
        db.session.delete(each)
    made = plan_audit(people, kind=AuditKind.SURVEILLANCE, body="East Lake")
    assert made.lead is people.lead


def test_a_past_audit_is_measured_on_its_own_days(people):
    ends(people.lead, date(2020, 6, 1))
    plan_audit(people, plan_year(people, 2020), starts_on=date(2020, 6, 1), ends_on=date(2020, 6, 1))
    with pytest.raises(Refused, match="1 Jun 2020"):
        plan_audit(people, starts_on=date(2020, 6, 1), ends_on=date(2020, 6, 2), recorded=True)


# --- independence over time ---------------------------------------------------------------------------------


def test_who_left_the_department_within_twelve_months_cannot_audit_it_nor_its_processes(people):
    move(people, people.auditor, people.ops, days_ago=500)
    move(people, people.auditor, people.qmo, days_ago=200)
    for scope in (
        {"processes": [people.inc], "departments": []},
        {"processes": [], "departments": [people.ops]},
    ):
        with pytest.raises(Refused, match="worked in “Operations” until") as refused:
            plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)], **scope)
        assert "Ana Auditor" in str(refused.value)


def test_the_months_are_a_setting_of_the_organisation(people):
    move(people, people.auditor, people.ops, days_ago=500)
    move(people, people.auditor, people.qmo, days_ago=200)
    organisation = accounts.set_organisation(
        name_en="H", name_zh="海", independence_months=6, by=people.admin
    )
    assert plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)])
    organisation.independence_months = 24
    with pytest.raises(Refused, match="24 months"):
        plan_audit(people, title="Again", members=[(people.auditor, TeamRole.AUDITOR)])


def test_a_former_process_owner_conflicts_too(people):
    process = people.chg
    process.department = people.sdm
    accounts.edit_process(
        process, code="CHG", name_en="Change management", name_zh="变更管理", owner=people.lead, department=people.sdm,
        clauses=process.clauses, by=people.admin,
    )  # fmt: skip
    tomorrow = today() + timedelta(days=1)
    with clock.at(datetime(tomorrow.year, tomorrow.month, tomorrow.day, 12, tzinfo=clock.zone())):
        accounts.edit_process(
            process, code="CHG", name_en="Change management", name_zh="变更管理", owner=people.owner2,
            department=people.sdm, clauses=process.clauses, by=people.admin,
        )  # fmt: skip
    with pytest.raises(Refused, match="worked in “Change management” until"):
        plan_audit(people, processes=[process], departments=[])


def test_who_worked_there_lately_verifies_no_finding_of_the_area(people):
    finding = factory.at(people, "implemented")
    assert independent_verifier(finding, people.auditor2) is None
    move(people, people.auditor2, people.ops, days_ago=90)
    move(people, people.auditor2, people.sdm, days_ago=30)
    with pytest.raises(Refused, match="You worked in “Operations” until"):
        checks.verify(finding, note="Seen.", by=people.auditor2)


# --- waivers ------------------------------------------------------------------------------------------------


def waive(people, audit, person, kind=WaiverKind.INDEPENDENCE, by=None, approver=None):
    made = waivers.ask(audit, person, kind, "Nobody else.", "Second reader.", by=by or people.manager)
    return waivers.approve_waiver(made, by=approver or people.boss)


def test_a_conflicted_auditor_is_saved_with_an_approved_waiver_and_not_before(people):
    audit = plan_audit(people, processes=[people.slm], departments=[people.sdm], auditees=[people.owner2])
    team = [(people.auditor2, TeamRole.AUDITOR)]
    with pytest.raises(Refused):
        services.set_team(audit, people.lead, team, by=people.manager)
    asked = waivers.ask(
        audit, people.auditor2, WaiverKind.INDEPENDENCE, "Nobody else.", "Second reader.", by=people.manager
    )
    with pytest.raises(Refused):
        services.set_team(audit, people.lead, team, by=people.manager)
    assert waivers.waivers_of(audit) == []
    waivers.approve_waiver(asked, by=people.boss)
    services.set_team(audit, people.lead, team, by=people.manager)
    run_audit(people, audit, until="start")
    assert waivers.waivers_of(audit) == [asked]
    assert sorted(asked.subjects) == ["Service delivery", "Service level management"]


def test_an_expired_auditor_is_saved_with_a_waiver_of_competence_only(people):
    audit = plan_audit(people)
    ends(people.auditor, today() - timedelta(days=1), "standard")
    team = [(people.auditor, TeamRole.AUDITOR)]
    with pytest.raises(Refused, match="no waiver is needed"):
        waive(people, audit, people.auditor)
    made = waive(people, audit, people.auditor, WaiverKind.COMPETENCE)
    assert made.keys == {"standard:ISO/IEC 20000-1:2018"}
    services.set_team(audit, people.lead, team, by=people.manager)


def test_a_waiver_covers_what_it_was_asked_for_and_nothing_that_comes_later(people):
    audit = plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    waive(people, audit, people.auditor2)
    services.set_team(audit, people.lead, [(people.auditor2, TeamRole.AUDITOR)], by=people.manager)
    with pytest.raises(Refused, match="王小明 belongs to the department"):
        services.edit_audit(
            audit, kind=audit.kind, title="T", criteria=audit.criteria, starts_on=audit.starts_on,
            ends_on=audit.ends_on, processes=[people.slm], departments=[people.sdm], by=people.manager,
        )  # fmt: skip


def test_nobody_approves_their_own_waiver_nor_without_the_right(people):
    audit = plan_audit(people, lead=people.lead, processes=[], departments=[people.ops])
    move(people, people.manager, people.ops, days_ago=1)
    asked = waivers.ask(
        audit, people.manager, WaiverKind.INDEPENDENCE, "Nobody else.", "Second reader.", by=people.manager
    )
    with pytest.raises(Refused, match="Nobody approves a waiver for themselves"):
        waivers.approve_waiver(asked, by=people.manager)
    with pytest.raises(Refused, match="Only top management"):
        waivers.approve_waiver(asked, by=people.lead)
    with pytest.raises(Refused, match="for themselves"):
        other = plan_audit(people, title="Other", processes=[], departments=[people.ops])
        waivers.ask(other, people.manager, WaiverKind.INDEPENDENCE, "N", "S", approve=True, by=people.manager)


@pytest.mark.parametrize(("reason", "measure", "field"), [(" ", "M", "reason"), ("R", " ", "measure")])
def test_a_waiver_says_why_and_what_makes_up_for_it(people, reason, measure, field):
    audit = plan_audit(people)
    with pytest.raises(Refused) as refused:
        waivers.ask(audit, people.owner, WaiverKind.INDEPENDENCE, reason, measure, by=people.manager)
    assert refused.value.field == field


def test_the_same_waiver_is_not_asked_twice_but_again_after_it_was_declined(people):
    audit = plan_audit(people)
    first = waivers.ask(audit, people.owner, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)
    with pytest.raises(Refused, match="There is a waiver for Olga Owner"):
        waivers.ask(audit, people.owner, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)
    waivers.withdraw_waiver(first, "No", by=people.boss)
    assert first.state is WaiverState.WITHDRAWN
    for again in (
        lambda: waivers.withdraw_waiver(first, "No", by=people.boss),
        lambda: waivers.approve_waiver(first, by=people.boss),
    ):
        with pytest.raises(Refused, match="already"):
            again()
    waivers.ask(audit, people.owner, WaiverKind.INDEPENDENCE, "R", "M", by=people.manager)


def test_a_withdrawn_waiver_stops_the_audit_and_a_reported_one_keeps_it(people):
    audit = plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    made = waive(people, audit, people.auditor2)
    services.set_team(audit, people.lead, [(people.auditor2, TeamRole.AUDITOR)], by=people.manager)
    run_audit(people, audit, until="notify")
    with pytest.raises(Refused, match="Say why"):
        waivers.withdraw_waiver(made, " ", by=people.boss)
    with db.session.begin_nested() as savepoint:
        waivers.withdraw_waiver(made, "Changed our mind", by=people.boss)
        with pytest.raises(Refused, match="王小明"):
            services.start(audit, by=people.lead)
        savepoint.rollback()
    db.session.expire_all()
    services.start(audit, by=people.lead)
    report(people, audit)
    with pytest.raises(Refused, match="reported with this waiver"):
        waivers.withdraw_waiver(made, "Too late", by=people.boss)
    with pytest.raises(Refused, match="nothing is waived any more"):
        waive(people, audit, people.owner2)
