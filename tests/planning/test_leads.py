"""Who is proposed to lead: independent and competent on the day, and free; and the words when nobody is."""

from datetime import date, timedelta

from flask_babel import force_locale
from sqlalchemy import event

from audit_app.accounts.permissions import Role
from audit_app.competence.models import Competence
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.planning import services
from audit_app.programme import fitness, leads, waivers
from audit_app.programme import services as programme
from audit_app.programme.models import AuditState
from audit_app.programme.waiver_models import WaiverKind
from tests.people import add_person, add_process, qualify
from tests.planning.test_routes import words
from tests.programme.factory import plan_audit, plan_year

NEXT = today().year + 1


def ending(person, day, *skills):
    for each in db.session.query(Competence).filter_by(person_id=person.id):
        if not skills or each.skill in skills:
            each.ends_on = day
    db.session.flush()


def planned(people, years=1):
    return services.plan_audits(services.propose(NEXT, years, by=people.manager), by=people.manager)


def test_whose_competence_ends_before_the_day_is_not_proposed_and_the_next_one_is(people):
    ending(people.lead, date(NEXT, 1, 1), "leading")
    audits = planned(people)
    assert {audit.lead for audit in audits} == {people.manager}
    assert all(fitness.standing(audit) == [] for audit in audits)


def test_nobody_is_proposed_whom_the_audits_own_rule_would_refuse(people):
    ending(people.lead, date(NEXT, 6, 30))
    audits = planned(people, 3)
    led = [audit for audit in audits if audit.lead is people.lead]
    assert all(audit.ends_on <= date(NEXT, 6, 30) for audit in led)
    assert all(audit.lead for audit in audits)


def test_an_audit_without_a_lead_says_of_each_person_why(app, people):
    people.slm.owner = people.lead
    ending(people.manager, date(NEXT, 1, 31), "leading")
    audit = next(each for each in planned(people) if people.slm in each.processes)
    assert audit.lead is None
    assert [str(each) for each in leads.bench().reasons(audit)] == [
        "Leo Lead owns the process “Service level management”",
        f"Mia Manager is competent in “Lead auditing” only until 31 Jan {NEXT}",
    ]
    said = leads.bench().reasons(audit)[1]
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert str(said) == f"Mia Manager的“审核组长能力”仅有效至{NEXT}年1月31日"


def test_who_audits_elsewhere_on_the_day_or_sits_in_the_team_is_told_so(people):
    plan_year(people, NEXT)
    first = plan_audit(people, lead=people.lead)
    day = {"starts_on": first.starts_on, "ends_on": first.ends_on}
    second = plan_audit(people, title="B", lead=None, members=[(people.manager, "auditor")], **day)
    assert [str(each) for each in leads.bench().reasons(second)] == [
        f"Leo Lead audits {first.code} at that time",
        "Mia Manager sits in the team already",
    ]
    assert leads.bench().available(second) == []


def test_leads_are_proposed_again_once_competence_was_renewed_or_a_waiver_approved(people):
    ending(people.lead, date(NEXT, 1, 1))
    ending(people.manager, date(NEXT, 1, 1))
    proposal = services.propose(NEXT, 1, by=people.manager)
    audits = services.plan_audits(proposal, by=people.manager)
    assert [audit.lead for audit in audits] == [None] * len(audits)
    assert services.propose_leads(proposal, by=people.manager) == []
    made = waivers.ask(
        audits[0], people.lead, WaiverKind.COMPETENCE, "Course in May.", "Seconded.", by=people.manager
    )
    waivers.approve_waiver(made, by=people.boss)
    db.session.refresh(audits[0])
    assert services.propose_leads(proposal, by=people.manager) == [audits[0]]
    assert audits[0].lead is people.lead
    ending(people.manager, None)
    assert len(services.propose_leads(proposal, by=people.manager)) == len(audits) - 1
    assert all(audit.lead for audit in audits)


def queries_of(action):
    sent = []

    def count(*told):
        sent.append(told[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        action()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(sent)


def test_the_number_of_queries_does_not_grow_with_processes_and_auditors(people):
    def proposed():
        db.session.commit()
        proposal = services.propose(NEXT, 3, by=people.manager)
        lines = {line.code: line for line in proposal.lines if line.months}
        counted = queries_of(lambda: services.days_and_leads(lines, True))
        db.session.rollback()
        return counted

    few = proposed()
    for number in range(12):
        add_process(f"P{number}", f"P {number}", f"过程{number}", ["8.6.1"], people.owner2, people.sdm)
        person = add_person(f"Lead {number}", f"l{number}@example.org", Role.LEAD_AUDITOR, people.qmo)
        qualify(person, people.admin)
    assert proposed() == few


def test_the_proposal_page_says_why_an_audit_has_no_lead_and_offers_to_propose_again(people, client_for):
    ending(people.lead, date(NEXT, 1, 31), "leading")
    ending(people.manager, date(NEXT, 1, 31), "leading")
    proposal = services.propose(NEXT, 1, by=people.manager)
    services.plan_audits(proposal, by=people.manager)
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/proposals/{proposal.id}"
    page = words(client.get(url))
    assert "Nobody is competent, independent and free" in page
    assert f"Leo Lead is competent in “Lead auditing” only until 31 Jan {NEXT}" in page
    assert client.post(f"{url}/leads").status_code == 303
    assert "No further lead auditor could be proposed" in words(client.get(url))
    ending(people.lead, None)
    db.session.commit()
    assert "could lead by now" in words(client.get(url))
    assert client.post(f"{url}/leads").status_code == 303
    db.session.expire_all()
    assert all(audit.lead_id == people.lead.id for audit in proposal.audits)


def test_the_audits_own_page_says_it_too_and_names_who_could_lead(people, client_for):
    ending(people.manager, today() - timedelta(days=1))
    audit = plan_audit(people, lead=None)
    db.session.commit()
    client, url = client_for(people.manager), f"/programme/audits/{audit.id}"
    assert "Leo Lead could lead" in words(client.get(url))
    ending(people.lead, today() - timedelta(days=1))
    db.session.commit()
    page = words(client.get(url))
    assert "Nobody is competent, independent and free" in page
    assert "Mia Manager is competent in" in page


def test_an_audit_that_has_a_lead_or_is_over_asks_for_none(people):
    audit = plan_audit(people)
    assert leads.without_lead([audit]) == []
    programme.set_team(audit, None, [], by=people.manager)
    assert leads.without_lead([audit]) == [audit]
    audit.state = AuditState.CANCELLED
    assert leads.without_lead([audit]) == []
