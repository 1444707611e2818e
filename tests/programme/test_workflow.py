"""Each step of an audit and a programme: who may take it, from where, and what must be there first."""

from datetime import timedelta

import pytest

from audit_app.accounts.permissions import Role
from audit_app.checklists.models import Checklist, ChecklistItem, Template, TemplateVersion
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme import services, workflow
from audit_app.programme.models import AuditKind, AuditState, ProgrammeState
from tests.programme.factory import approve, plan_audit, plan_year, report, run_audit

ROLES = ["admin", "manager", "lead", "auditor", "owner", "boss", "reader"]
TABLES = [workflow.AUDIT, workflow.EXTERNAL_AUDIT, workflow.PROGRAMME]


def test_an_audit_goes_from_plan_to_closing_and_every_moment_is_kept(people):
    audit = run_audit(people, plan_audit(people), until="close")
    assert audit.state is AuditState.CLOSED
    assert all((audit.notified_at, audit.started_at, audit.reported_at, audit.closed_at))
    assert audit.conclusion == "Conforms and works."


@pytest.mark.parametrize(
    ("table", "step"), [(t, s) for t in TABLES for s in t.steps], ids=lambda x: getattr(x, "name", "")
)
def test_a_step_is_offered_only_to_roles_that_the_matrix_grants_it(people, table, step):
    subject = plan_audit(
        people, kind=AuditKind.STAGE_1 if table is workflow.EXTERNAL_AUDIT else AuditKind.INTERNAL
    )
    subject = subject.programme if table is workflow.PROGRAMME else subject
    subject.state = step.frm[0]
    for name in ROLES:
        person = getattr(people, name)
        offered = {offer.step.name for offer in table.offers(subject, person)}
        assert (step.name in offered) == person.may(step.needs), name


@pytest.mark.parametrize("state", list(AuditState))
@pytest.mark.parametrize("step", workflow.AUDIT.steps, ids=lambda step: step.name)
def test_a_step_starts_only_from_its_own_states(people, state, step):
    audit = plan_audit(people)
    audit.state = state
    if state not in step.frm:
        with pytest.raises(Refused):
            workflow.AUDIT.fire(step.name, audit, by=people.manager)
        assert audit.state is state


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        ({"lead": None}, "lead auditor"),
        ({"criteria": ""}, "criteria"),
        ({"processes": [], "departments": []}, "what is audited"),
        ({"auditees": []}, "auditee"),
    ],
)
def test_an_incomplete_plan_is_not_notified_and_the_gap_is_named(people, gap, said):
    with pytest.raises(Refused, match=said):
        services.notify(plan_audit(people, **gap), by=people.manager)


def test_an_audit_does_not_start_before_its_programme_is_approved(people):
    audit = services.notify(plan_audit(people), by=people.manager)
    with pytest.raises(Refused, match="not approved"):
        services.start(audit, by=people.lead)
    approve(people, audit.programme)
    assert services.start(audit, by=people.lead).state is AuditState.IN_PROGRESS


def test_only_its_own_lead_or_the_manager_starts_an_audit(people):
    audit = run_audit(people, plan_audit(people, lead=people.manager), until="notify")
    with pytest.raises(Refused, match="Mia Manager"):
        services.start(audit, by=people.lead)
    services.start(audit, by=people.manager)


def test_somebody_who_became_owner_meanwhile_stops_the_start(people):
    audit = run_audit(people, plan_audit(people), until="notify")
    people.inc.owner = people.lead
    db.session.flush()
    with pytest.raises(Refused, match="owns the process"):
        services.start(audit, by=people.lead)


def _finding(people, audit, **facts):
    finding = Finding(
        **{
            "code": "NC-1",
            "grade": Grade.MINOR,
            "title": "T",
            "audit": audit,
            "raised_by": people.lead,
            "raised_on": today(),
            "state": FindingState.DRAFT,
            **facts,
        }
    )
    db.session.add(finding)
    db.session.flush()
    db.session.refresh(audit)
    return finding


def test_a_report_waits_for_drafts_and_a_closing_for_nonconformities(people):
    audit = run_audit(people, plan_audit(people), until="start")
    finding = _finding(people, audit)
    with pytest.raises(Refused, match="NC-1"):
        report(people, audit, "Good")
    finding.state = FindingState.ISSUED
    report(people, audit, "Good")
    with pytest.raises(Refused, match="NC-1"):
        services.close(audit, by=people.manager)
    finding.state = FindingState.WITHDRAWN
    assert services.close(audit, by=people.manager).state is AuditState.CLOSED


def test_an_open_observation_does_not_hold_up_the_closing(people):
    audit = run_audit(people, plan_audit(people), until="report")
    _finding(people, audit, grade=Grade.OBSERVATION, state=FindingState.ISSUED)
    assert services.close(audit, by=people.manager).state is AuditState.CLOSED


def test_a_report_names_the_checklist_items_without_an_answer(people):
    audit = run_audit(people, plan_audit(people), until="start")
    version = TemplateVersion(
        template=Template(key="t"), number=1, title_en="T", title_zh="T", created_at=now()
    )
    checklist = Checklist(
        audit=audit, template_version=version, created_at=now(), created_by_id=people.lead.id
    )
    checklist.items = [
        ChecklistItem(position=1, clause="8.6", assessable=False),
        ChecklistItem(position=2, clause="8.6.1", assessable=True),
    ]
    db.session.add(checklist)
    db.session.flush()
    with pytest.raises(Refused, match=r"1 checklist items are not answered: 8\.6\.1\."):
        report(people, audit, "Good")


def test_a_report_needs_a_conclusion_and_a_cancellation_a_reason(people):
    audit = run_audit(people, plan_audit(people), until="start")
    with pytest.raises(Refused) as refused:
        services.report(audit, "  ", by=people.lead)
    assert refused.value.field == "conclusion"
    with pytest.raises(Refused) as refused:
        services.cancel(audit, "", by=people.manager)
    assert refused.value.field == "reason"
    assert services.cancel(audit, "Merged", by=people.manager).cancel_reason == "Merged"


def test_an_external_audit_is_recorded_straight_from_its_plan(people):
    day = today() - timedelta(days=1)
    programme = plan_year(people, day.year)
    audit = plan_audit(
        people, programme, kind=AuditKind.SURVEILLANCE, starts_on=day, ends_on=day, lead=None, body="CB"
    )
    services.report(audit, "Certificate kept", by=people.manager)
    assert services.close(audit, by=people.manager).state is AuditState.CLOSED


def test_a_programme_is_approved_by_top_management_and_only_with_an_audit_in_it(people):
    programme = plan_year(people)
    with pytest.raises(Refused, match="at least one audit"):
        services.approve_programme(programme, by=people.boss)
    plan_audit(people, programme)
    db.session.refresh(programme)
    with pytest.raises(Refused, match="role"):
        services.approve_programme(programme, by=people.manager)
    approve(people, programme)
    assert (programme.state, programme.approved_by) == (ProgrammeState.APPROVED, people.boss)


def test_an_approved_programme_is_revised_before_it_changes_and_approved_again(people):
    programme = plan_audit(people).programme
    approve(people, programme)
    with pytest.raises(Refused, match="Revise"):
        services.edit_programme(programme, title="X", objectives="Y", by=people.manager)
    services.revise_programme(programme, "New service", by=people.manager)
    assert (programme.state, programme.approved_by, programme.approved_at) == (
        ProgrammeState.DRAFT,
        None,
        None,
    )
    services.edit_programme(programme, title="X", objectives="Y", by=people.manager)
    services.approve_programme(programme, by=people.boss)


def test_a_programme_closes_after_its_last_audit(people):
    audit = run_audit(people, plan_audit(people), until="report")
    with pytest.raises(Refused, match=audit.code):
        services.close_programme(audit.programme, by=people.manager)
    services.close(audit, by=people.manager)
    assert services.close_programme(audit.programme, by=people.manager).state is ProgrammeState.CLOSED


def test_every_state_says_what_happens_next():
    assert set(workflow.NEXT) == set(AuditState)
    assert set(workflow.PROGRAMME_NEXT) == set(ProgrammeState)
    assert Role.PROGRAMME_MANAGER in services.MAY_LEAD


def test_an_audit_of_our_own_is_reported_by_issuing_its_report_and_in_no_other_way(people):
    audit = run_audit(people, plan_audit(people), until="start")
    with pytest.raises(Refused, match="Issue the report"):
        services.report(audit, "Good", by=people.lead)
    report(people, audit, "Good")
    assert (audit.state, audit.conclusion) == (AuditState.REPORTED, "Good")
    services.reopen(audit, "A tablet came back", by=people.lead)
    with pytest.raises(Refused, match="Issue the report"):
        services.report(audit, "Good", by=people.lead)
    report(people, audit)
    assert audit.state is AuditState.REPORTED
