"""Telling what weighs, proposing, adjusting and planning, over a real database."""

from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings.models import Grade
from audit_app.planning import facts, phrases, queries, services
from audit_app.planning.models import NoteKind, ProposalState
from audit_app.programme import services as programme
from audit_app.programme.models import Audit, Programme
from audit_app.programme.workflow import independent
from tests.findings import factory as findings
from tests.programme.factory import approve, plan_audit, plan_year

NEXT = today().year + 1


def line_of(proposal, code):
    return next(each for each in proposal.lines if each.code == code)


def test_a_proposal_has_a_line_for_each_process_and_one_for_the_rest_of_the_standard(people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    assert {line.code for line in proposal.lines} == {"INC", "CHG", "SLM", "SMS"}
    assert "4.1" in line_of(proposal, "SMS").clauses
    assert "8.6.1" not in line_of(proposal, "SMS").clauses


def test_every_proposal_says_its_reasons_in_both_languages(app, people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    assert phrases.reasons(line_of(proposal, "INC")) == [
        "Normal importance (2 points)",
        "Never audited so far (3 points)",
        "5 points in all: once a year.",
        "1 clause: 0.5 auditor day per audit.",
    ]
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert phrases.reasons(line_of(proposal, "INC"))[1] == "从未审核（3 分）"


def test_changes_and_demands_weigh_until_they_no_longer_hold(people):
    note = services.add_note(people.inc, NoteKind.CHANGE, "New ticket tool", today(), by=people.manager)
    services.add_note(people.inc, NoteKind.LEGAL, "Network security law", today(), by=people.manager)
    _processes, known, _last = facts.gathered(today().replace(NEXT, 1, 1))
    assert (known["INC"].changes, known["INC"].legal) == (1, 1)
    services.end_note(note, by=people.manager)
    _processes, known, _last = facts.gathered(today().replace(NEXT, 1, 1))
    assert (known["INC"].changes, known["INC"].legal) == (0, 1)
    with pytest.raises(Refused, match="already"):
        services.end_note(note, by=people.manager)


def test_a_change_before_the_last_audit_was_looked_at_then_and_weighs_no_more(people):
    services.add_note(people.inc, NoteKind.CHANGE, "Old", today() - timedelta(days=9), by=people.manager)
    audit = plan_audit(people)
    _processes, known, last = facts.gathered(today().replace(NEXT, 1, 1))
    assert known["INC"].changes == 0
    assert last["INC"] == audit.ends_on.year * 12 + audit.ends_on.month - 1
    assert known["INC"].months_since is not None


def test_earlier_results_weigh_by_grade_and_a_repeat_is_counted(people):
    for grade in (Grade.MINOR, Grade.MINOR, Grade.MAJOR):
        findings.at(people, "issued", grade)
    found = facts.gathered(today().replace(NEXT, 1, 1))[1]["INC"]
    assert (found.majors, found.minors, found.repeats) == (1, 2, 2)


def test_a_change_needs_words_and_a_day_that_has_come(people):
    with pytest.raises(Refused, match="sentence") as refused:
        services.add_note(people.inc, NoteKind.CHANGE, "  ", today(), by=people.manager)
    assert refused.value.field == "sentence"
    with pytest.raises(Refused, match="up to today"):
        services.add_note(people.inc, NoteKind.CHANGE, "X", today() + timedelta(days=1), by=people.manager)


def test_an_adjustment_keeps_the_reason_and_what_was_proposed(people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    line = line_of(proposal, "INC")
    before = dict(line.proposed)
    services.adjust(line, [NEXT * 12 + 8], 1.5, "After the move in August", by=people.manager)
    assert (line.months, line.days, line.adjusted, line.proposed) == ([NEXT * 12 + 8], 1.5, True, before)
    assert [(each.before, each.reason, each.by) for each in line.changes] == [
        (before, "After the move in August", people.manager)
    ]


@pytest.mark.parametrize(
    ("months", "days", "reason", "field"),
    [
        ([NEXT * 12 + 12], 1, "R", "months"),
        ([NEXT * 12 - 1], 1, "R", "months"),
        ([NEXT * 12], 0, "R", "days"),
        ([NEXT * 12], 9, "R", "days"),
        ([NEXT * 12], 1, " ", "reason"),
    ],
)
def test_a_bad_adjustment_is_refused_with_its_field_and_changes_nothing(people, months, days, reason, field):
    line = line_of(services.propose(NEXT, 1, by=people.manager), "INC")
    before = dict(line.proposed)
    with pytest.raises(Refused) as refused:
        services.adjust(line, months, days, reason, by=people.manager)
    assert refused.value.field == field
    assert (line.proposed, line.adjusted, line.changes) == (before, False, [])


def test_the_reason_of_a_change_can_never_be_altered(people):
    line = line_of(services.propose(NEXT, 1, by=people.manager), "INC")
    services.adjust(line, [NEXT * 12 + 8], 1, "Because", by=people.manager)
    db.session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text("UPDATE proposal_change SET reason = 'No'"))
    db.session.rollback()


def test_a_proposal_becomes_audits_in_one_step_with_independent_leads(people):
    proposal = services.propose(NEXT, 3, by=people.manager)
    audits = services.plan_audits(proposal, by=people.manager)
    assert proposal.state is ProposalState.PLANNED
    assert {audit.programme.year for audit in audits} == {NEXT, NEXT + 1, NEXT + 2}
    assert all(audit.starts_on.year == audit.programme.year for audit in audits)
    assert all(independent(audit, people.manager) is None for audit in audits)
    assert {audit.lead for audit in audits} <= {people.lead, people.manager, None}
    assert any(audit.lead for audit in audits)
    inc = next(audit for audit in audits if people.inc in audit.processes)
    assert inc.auditees == [people.owner]
    assert "INC: Normal importance (2 points)" in inc.rationale


def test_what_the_manager_wrote_stands_in_the_audit(people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    services.adjust(line_of(proposal, "INC"), [NEXT * 12 + 8], 1, "After August", by=people.manager)
    audits = services.plan_audits(proposal, propose_leads=False, by=people.manager)
    inc = next(audit for audit in audits if people.inc in audit.processes)
    assert (inc.starts_on.month, inc.lead) == (9, None)
    assert "After August" in inc.rationale


def test_a_proposal_is_turned_into_audits_once(people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    services.plan_audits(proposal, by=people.manager)
    with pytest.raises(Refused, match="Turned into audits"):
        services.plan_audits(proposal, by=people.manager)
    with pytest.raises(Refused, match="Turned into audits"):
        services.adjust(proposal.lines[0], [], 1, "R", by=people.manager)


def test_an_approved_programme_takes_no_proposal(people):
    plan = plan_year(people, NEXT)
    plan_audit(people, plan)
    proposal = services.propose(NEXT, 1, by=people.manager)
    approve(people, plan)
    before = db.session.query(Audit).count()
    for attempt in (
        lambda: services.plan_audits(proposal, by=people.manager),
        lambda: services.propose(NEXT, 1, by=people.manager),
    ):
        with pytest.raises(Refused, match="Revise"):
            attempt()
    assert db.session.query(Audit).count() == before


def test_a_programme_without_processes_is_refused_in_a_sentence(people):
    for process in (people.inc, people.chg, people.slm):
        process.active = False
    db.session.flush()
    with pytest.raises(Refused, match="no processes yet"):
        services.propose(NEXT, 1, by=people.manager)
    assert queries.proposals(people.manager) == []


@pytest.mark.parametrize("year", [today().year - 1, today().year + 11])
def test_the_past_and_the_far_future_are_not_planned(people, year):
    with pytest.raises(Refused) as refused:
        services.propose(year, 1, by=people.manager)
    assert refused.value.field == "first_year"


def test_a_new_proposal_for_the_same_years_puts_the_open_one_aside(people):
    old = services.propose(NEXT, 1, by=people.manager)
    services.propose(NEXT, 3, by=people.manager)
    assert old.state is ProposalState.DISCARDED


def test_an_emptied_proposal_plans_nothing(people):
    proposal = services.propose(NEXT, 1, by=people.manager)
    for line in proposal.lines:
        if line.months:
            services.adjust(line, [], line.days, "Not this year", by=people.manager)
    with pytest.raises(Refused, match="No audit is left"):
        services.plan_audits(proposal, by=people.manager)
    assert db.session.query(Programme).count() == 0


def test_a_missing_programme_is_worded_like_the_one_before(people):
    programme.add_programme(today().year, "T", "Our aim", "A risk", "How", people.manager, by=people.manager)
    services.plan_audits(services.propose(NEXT, 1, by=people.manager), by=people.manager)
    made = db.session.query(Programme).filter_by(year=NEXT).one()
    assert (made.objectives, made.risks, made.methods) == ("Our aim", "A risk", "How")
