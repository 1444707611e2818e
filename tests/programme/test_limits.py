"""A competence limited to some clauses stops an assignment outside of them, unless it is waived."""

import pytest

from audit_app.competence.models import Competence
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme import fitness, services, waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import WaiverKind
from tests.people import qualify
from tests.programme.factory import approve, plan_audit


def limit(person, *clauses):
    for each in db.session.query(Competence).filter_by(person_id=person.id, skill="standard"):
        each.clauses = list(clauses)
    db.session.flush()


def seat(people, audit, *members, lead=None):
    team = [(person, TeamRole.AUDITOR) for person in members]
    return services.set_team(audit, lead or people.lead, team, by=people.manager)


def test_an_auditor_whose_competence_lies_elsewhere_is_refused_with_the_clauses(people):
    limit(people.auditor, "8.5", "9.2")
    with pytest.raises(Refused) as refused:
        plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)])
    assert refused.value.field == "members"
    said = str(refused.value)
    assert "Ana Auditor in “ISO/IEC 20000-1:2018” is limited to 8.5, 9.2" in said
    assert "the whole audit lies outside: 8.6.1" in said


@pytest.mark.parametrize("clauses", [("8.6.1",), ("8.6",), ("8",), ("4", "8")])
def test_a_competence_that_holds_the_clauses_or_their_section_is_enough(people, clauses):
    limit(people.auditor, *clauses)
    limit(people.lead, *clauses)
    assert plan_audit(people, members=[(people.auditor, TeamRole.AUDITOR)]).members


def test_a_lead_answers_for_the_whole_audit_and_an_auditor_for_a_part(people):
    limit(people.auditor, "8.6")
    audit = plan_audit(people, clauses=["9.2"], members=[(people.auditor, TeamRole.AUDITOR)])
    limit(people.lead, "8.6")
    with pytest.raises(Refused, match=r"answers for the whole audit, and 9\.2 lies outside") as refused:
        seat(people, audit)
    assert refused.value.field == "lead"


def test_two_limited_records_add_up(people):
    limit(people.lead, "8.6")
    more = qualify(people.lead, people.admin)
    for each in more[:2]:
        db.session.delete(each)
    more[2].clauses = ["9"]
    db.session.flush()
    assert plan_audit(people, clauses=["9.2"]).lead is people.lead
    with pytest.raises(Refused, match=r"limited to 8\.6, 9\. .*10\.1 lies outside"):
        plan_audit(people, title="B", clauses=["9.2", "10.1"])


def test_a_scope_that_grows_beyond_the_leads_competence_is_refused_at_the_clauses(people):
    limit(people.lead, "8.6")
    audit = plan_audit(people)
    facts = {
        "kind": audit.kind, "title": "T", "criteria": audit.criteria, "starts_on": audit.starts_on,
        "ends_on": audit.ends_on, "processes": [people.inc], "departments": [people.ops],
        "auditees": [people.owner], "by": people.manager,
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        services.edit_audit(audit, **facts, clauses=["10.1"])
    assert refused.value.field == "clauses"
    services.edit_audit(audit, **facts, clauses=["8.6.2"])


def test_a_limit_that_came_after_the_assignment_stops_the_notice(people):
    audit = plan_audit(people)
    approve(people, audit.programme)
    limit(people.lead, "9")
    with pytest.raises(Refused, match="is limited to 9"):
        services.notify(audit, by=people.manager)


def test_a_waiver_of_the_limit_lets_them_audit_and_covers_nothing_else(people):
    limit(people.auditor, "9")
    audit = plan_audit(people)
    made = waivers.ask(
        audit, people.auditor, WaiverKind.COMPETENCE, "Nobody else.", "Second reader.", by=people.manager
    )
    waivers.approve_waiver(made, by=people.boss)
    assert made.keys == {"standard:ISO/IEC 20000-1:2018:clauses"}
    assert made.subjects == ["ISO/IEC 20000-1:2018 (8.6.1)"]
    seat(people, audit, people.auditor)
    assert fitness.standing(audit) == []
    for each in db.session.query(Competence).filter_by(person_id=people.auditor.id, skill="standard"):
        each.ends_on = audit.starts_on.replace(day=1, year=audit.starts_on.year - 1)
    db.session.flush()
    assert [each.key for each in fitness.standing(audit)] == ["standard:ISO/IEC 20000-1:2018"]


def test_the_clauses_of_another_standard_are_not_measured_against_this_one(people):
    for person in (people.lead,):
        for each in qualify(person, people.admin)[:2]:
            db.session.delete(each)
        records = db.session.query(Competence).filter_by(person_id=person.id, skill="standard").all()
        records[-1].standard, records[-1].clauses = "ISO 9001:2015", ["7"]
    db.session.flush()
    assert plan_audit(people, criteria="ISO/IEC 20000-1:2018, ISO 9001:2015").lead is people.lead
