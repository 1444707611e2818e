"""Nobody audits a process or department of their own: not when planning, not when scope or team changes."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme import services
from audit_app.programme.independence import Scope, conflicts
from audit_app.programme.models import TeamRole
from audit_app.programme.workflow import scope_of
from tests.programme.factory import plan_audit


def test_the_owner_the_head_a_member_and_an_auditee_conflict(people):
    assert conflicts([people.owner], Scope(processes=(people.inc,)))
    assert conflicts([people.owner2], Scope(departments=(people.dev,)))
    assert conflicts([people.lead], Scope(departments=(people.qmo,)))
    assert conflicts([people.auditor2], Scope(processes=(people.slm,)))
    assert conflicts([people.lead], Scope(auditees=(people.lead,)))
    assert not conflicts(
        [people.lead], Scope((people.inc, people.chg, people.slm), (people.ops, people.sdm), (people.owner,))
    )


def test_the_refusal_names_the_person_what_conflicts_and_what_to_do(people):
    with pytest.raises(Refused) as refused:
        plan_audit(people, processes=[people.slm], members=[(people.auditor2, TeamRole.AUDITOR)])
    assert refused.value.field == "members"
    assert "王小明" in str(refused.value)
    assert "Service level management" in str(refused.value)
    assert "Choose another person" in str(refused.value)


def test_widening_the_scope_over_the_leads_department_is_refused(people):
    audit = plan_audit(people)
    with pytest.raises(Refused, match="Leo Lead belongs to"):
        services.edit_audit(
            audit,
            kind=audit.kind,
            title="T",
            criteria="C",
            starts_on=audit.starts_on,
            ends_on=audit.ends_on,
            departments=[people.qmo],
            by=people.manager,
        )
    assert audit.departments == [people.ops]


def test_an_observer_need_not_be_independent(people):
    audit = plan_audit(people, members=[(people.owner, TeamRole.OBSERVER)], auditees=[people.owner])
    assert audit.auditors == [people.lead]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_combination_of_team_and_scope_is_saved_with_a_conflict(people, app: Flask, data):
    everybody = [
        people.manager,
        people.lead,
        people.auditor,
        people.auditor2,
        people.owner,
        people.owner2,
        people.boss,
    ]

    def some(rows):
        return data.draw(st.lists(st.sampled_from(rows), unique=True, max_size=3))

    def scope():
        return {
            "processes": some([people.inc, people.chg, people.slm]),
            "departments": some([people.ops, people.dev, people.sdm, people.qmo]),
            "auditees": some(everybody),
        }

    def team():
        members = [(person, data.draw(st.sampled_from(list(TeamRole)))) for person in some(everybody)]
        return {"lead": data.draw(st.sampled_from([None, *everybody])), "members": members}

    try:
        try:
            audit = plan_audit(people, **scope(), **team())
        except Refused:
            db.session.rollback()
            audit = plan_audit(people)
        assert not conflicts(audit.auditors, scope_of(audit))
        for _turn in range(3):
            with db.session.begin_nested() as savepoint:
                try:
                    if data.draw(st.booleans()):
                        services.set_team(audit, **team(), by=people.manager)
                    else:
                        services.edit_audit(
                            audit,
                            kind=audit.kind,
                            title="T",
                            criteria="C",
                            starts_on=audit.starts_on,
                            ends_on=audit.ends_on,
                            **scope(),
                            by=people.manager,
                        )
                except Refused:
                    savepoint.rollback()
            db.session.expire_all()
            assert not conflicts(audit.auditors, scope_of(audit))
    finally:
        db.session.rollback()
