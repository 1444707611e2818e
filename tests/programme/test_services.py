"""What the verbs on audits keep, refuse and tell."""

from datetime import timedelta

import pytest

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.models import Notice
from audit_app.programme import services
from audit_app.programme.models import AuditKind, AuditState, TeamRole
from audit_app.trail import queries as trail
from tests.programme.factory import approve, plan_audit, plan_year, run_audit


def notices(kind):
    return {notice.person.name for notice in db.session.query(Notice).filter_by(kind=kind)}


def test_codes_count_per_year_and_tell_own_audits_from_external_ones(people):
    programme = plan_year(people, 2031)
    codes = [
        plan_audit(people, programme, kind=kind).code
        for kind in (AuditKind.INTERNAL, AuditKind.SUPPLIER, AuditKind.STAGE_1, AuditKind.GAP)
    ]
    assert programme.code == "SMS-AP-2031"
    assert codes == ["SMS-IA-2031-01", "SMS-IA-2031-02", "SMS-EA-2031-01", "SMS-IA-2031-03"]


def test_a_year_has_one_programme(people):
    plan_year(people, 2031)
    with pytest.raises(Refused) as refused:
        plan_year(people, 2031)
    assert refused.value.field == "year"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"starts_on": today() - timedelta(days=1), "ends_on": today()}, "starts_on"),
        ({"starts_on": today(), "ends_on": today() - timedelta(days=1)}, "ends_on"),
        (
            {
                "starts_on": today().replace(today().year + 1, 6, 1),
                "ends_on": today().replace(today().year + 1, 6, 2),
            },
            "starts_on",
        ),
        ({"title": "  "}, "title"),
    ],
)
def test_a_doubtful_plan_is_refused_at_its_field(people, facts, field):
    with pytest.raises(Refused) as refused:
        plan_audit(people, **facts)
    assert refused.value.field == field


def test_an_audit_of_the_past_is_taken_when_it_is_said_to_be_recorded(people):
    programme = plan_year(people, 2021)
    audit = plan_audit(people, programme, recorded=True)
    assert audit.starts_on.year == 2021


def test_an_auditor_without_the_role_cannot_lead(people):
    with pytest.raises(Refused, match="not the role of a lead auditor"):
        plan_audit(people, lead=people.auditor)


def test_a_process_owner_is_no_auditor_but_may_come_as_expert(people):
    with pytest.raises(Refused, match="not the role of an auditor"):
        plan_audit(people, members=[(people.owner2, TeamRole.AUDITOR)])
    assert plan_audit(people, members=[(people.owner2, TeamRole.EXPERT)]).auditors == [
        people.lead,
        people.owner2,
    ]


def test_nobody_sits_twice_in_a_team(people):
    with pytest.raises(Refused, match="two places"):
        plan_audit(people, members=[(people.lead, TeamRole.AUDITOR)])


def test_the_notice_reaches_auditees_and_team_but_not_its_sender(people):
    audit = plan_audit(
        people, members=[(people.auditor, TeamRole.AUDITOR), (people.manager, TeamRole.OBSERVER)]
    )
    services.notify(audit, by=people.manager)
    assert notices("audit.notified") == {"Leo Lead", "Ana Auditor", "Olga Owner"}


def test_new_dates_after_the_notice_are_told_and_the_version_moves_with_the_scope(people):
    audit = run_audit(people, plan_audit(people), until="notify")
    version = audit.version
    services.edit_audit(
        audit,
        kind=audit.kind,
        title=audit.title,
        criteria=audit.criteria,
        starts_on=audit.starts_on,
        ends_on=audit.ends_on,
        processes=[people.chg],
        auditees=[people.owner2],
        change_reason="Changes went wrong last month",
        by=people.manager,
    )
    assert audit.version == version + 1
    assert notices("audit.changed") == {"Leo Lead", "Otto Owner"}
    assert trail.history(audit)[0].action == "audit.scope"


def test_a_new_team_moves_the_version_and_who_joins_late_is_told(people):
    audit = run_audit(people, plan_audit(people), until="notify")
    version = audit.version
    services.set_team(
        audit, people.lead, [(people.auditor, TeamRole.AUDITOR)], "More to see.", by=people.manager
    )
    assert audit.version == version + 1
    assert "Ana Auditor" in notices("audit.notified")
    services.set_team(audit, people.manager, [], "Ill.", by=people.manager)
    assert (audit.lead, audit.members) == (people.manager, [])


def test_plan_and_team_do_not_change_after_the_report(people):
    audit = run_audit(people, plan_audit(people), until="report")
    with pytest.raises(Refused, match="no longer change"):
        services.set_team(audit, people.manager, [], by=people.manager)


def test_an_audit_does_not_turn_from_our_own_into_an_external_one(people):
    audit = plan_audit(people)
    with pytest.raises(Refused) as refused:
        services.edit_audit(
            audit,
            kind=AuditKind.STAGE_2,
            title="T",
            criteria="C",
            starts_on=audit.starts_on,
            ends_on=audit.ends_on,
            by=people.manager,
        )
    assert refused.value.field == "kind"


def test_a_cancelled_audit_is_told_only_to_those_who_knew(people):
    services.cancel(plan_audit(people), "Merged", by=people.manager)
    assert notices("audit.cancelled") == set()
    services.cancel(run_audit(people, plan_audit(people), until="notify"), "Merged", by=people.manager)
    assert notices("audit.cancelled") == {"Leo Lead", "Olga Owner"}


def test_a_refused_plan_leaves_nothing_behind_and_uses_no_number(people):
    programme = plan_year(people, 2031)
    with pytest.raises(Refused):
        plan_audit(people, programme, lead=people.owner)
    db.session.commit()
    db.session.refresh(programme)
    assert programme.audits == []
    assert plan_audit(people, programme).code == "SMS-IA-2031-01"


def test_no_audit_is_planned_in_a_closed_programme(people):
    audit = plan_audit(people)
    approve(people, audit.programme)
    services.cancel(audit, "No need", by=people.manager)
    services.close_programme(audit.programme, by=people.manager)
    with pytest.raises(Refused, match="closed"):
        plan_audit(people, audit.programme)
    assert audit.state is AuditState.CANCELLED
