"""Who sees which audit, what is late, and what a year covers."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.programme import queries
from audit_app.programme.coverage import coverage, covers
from audit_app.programme.models import AuditKind, TeamRole
from audit_app.programme.year import bars
from tests.databases import both_databases
from tests.programme.factory import plan_audit, plan_year, run_audit


@both_databases
def test_a_process_owner_sees_only_audits_that_touch_them_and_others_see_all(people):
    mine = plan_audit(people)
    other = plan_audit(people, processes=[people.chg], departments=[people.dev], auditees=[people.owner2])
    for person in (people.manager, people.lead, people.auditor, people.boss, people.reader, people.admin):
        assert queries.get(other.id, to=person) is other
    assert list(db.session.scalars(queries.audits(people.owner))) == [mine]
    with pytest.raises(NotVisible):
        queries.get(other.id, to=people.owner)


@pytest.mark.parametrize(
    "facts",
    [
        {"processes": ["inc"]},
        {"departments": ["ops"]},
        {"auditees": ["owner"]},
        {"members": [("owner", TeamRole.OBSERVER)]},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_each_way_in_which_an_audit_touches_an_owner_lets_them_see_it(people, facts):
    given = {"processes": [], "departments": [], "auditees": []}
    for name, values in facts.items():
        given[name] = [
            (getattr(people, v[0]), v[1]) if isinstance(v, tuple) else getattr(people, v) for v in values
        ]
    audit = plan_audit(people, **given)
    assert queries.get(audit.id, to=people.owner) is audit


@both_databases
def test_late_audits_and_reminders(people):
    day = today() - timedelta(days=3)
    programme = plan_year(people, day.year)
    overdue = plan_audit(people, programme, starts_on=day, ends_on=day, recorded=True)
    begun = plan_audit(people, programme, starts_on=day, ends_on=max(day, today()), recorded=True)
    soon = plan_audit(people) if day.year == today().year else None
    assert queries.late(people.manager, today()) == [overdue, begun]
    found = {(kind, person.name, audit.code) for kind, person, audit in queries.due(today())}
    assert ("audit.report_due", "Leo Lead", overdue.code) in found
    assert ("audit.start_due", "Leo Lead", begun.code) in found
    if soon:
        assert {("audit.soon", "Leo Lead", soon.code), ("audit.soon", "Olga Owner", soon.code)} <= found


def test_a_list_needs_the_same_number_of_queries_however_long_it_is(people):
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: counted.append(args[2]))

    def cost():
        db.session.flush()
        db.session.expire_all()
        counted.clear()
        for audit in db.session.scalars(queries.audits(people.manager)):
            assert audit.lead.name
            assert audit.programme.code
            assert audit.processes[0].code
        return len(counted)

    plan_audit(people)
    cost()
    few = cost()
    for _copy in range(4):
        plan_audit(people)
    assert cost() == few


def test_findings_of_an_audit_hide_drafts_from_owners_and_readers(people):
    audit = run_audit(people, plan_audit(people), until="start")
    for code, state in (("NC-1", FindingState.DRAFT), ("NC-2", FindingState.ISSUED)):
        db.session.add(
            Finding(
                code=code,
                state=state,
                grade=Grade.MINOR,
                title="T",
                audit=audit,
                process=people.inc,
                raised_by=people.lead,
                raised_on=today(),
            )
        )
    db.session.flush()
    db.session.refresh(audit)

    def codes(person):
        return [finding.code for finding in queries.findings_of(audit, to=person)]

    assert codes(people.lead) == codes(people.manager) == ["NC-1", "NC-2"]
    assert codes(people.owner) == codes(people.reader) == codes(people.boss) == ["NC-2"]
    assert codes(people.owner2) == codes(people.auditor) == []


def test_a_clause_is_covered_by_itself_or_a_section_above_it():
    assert covers({"8.6"}, "8.6.1")
    assert covers({"8"}, "8.6.1")
    assert covers({"8.6.1"}, "8.6.1")
    assert not covers({"8.1"}, "8.10")
    assert not covers({"8.6.1"}, "8.6.2")


def test_coverage_counts_own_audits_only_and_names_the_gaps(people):
    programme = plan_year(people, 2031)
    plan_audit(people, programme, clauses=["9.2"])
    plan_audit(
        people, programme, kind=AuditKind.STAGE_2, clauses=["4", "5", "6", "7", "8", "9", "10"], lead=None
    )
    found = coverage(queries.of_year(programme, to=people.manager), [people.inc, people.chg])
    assert found.missing_processes == [people.chg]
    assert not {"8.6.1", "9.2.1", "9.2.2"} & set(found.missing_clauses)
    assert "8.6.2" in found.missing_clauses
    assert found.covered_processes == 1


def test_a_bar_fills_its_months_and_the_year_has_twelve(people):
    programme = plan_year(people, 2031)
    audit = plan_audit(
        people, programme, starts_on=today().replace(2031, 11, 20), ends_on=today().replace(2032, 1, 5)
    )
    (bar,) = bars([audit], 2031)
    assert (bar.before, bar.span, bar.after) == (10, 2, 0)


def test_search_finds_chinese_words_of_two_characters(people):
    audit = plan_audit(people, title="运维部 事件管理审核")
    assert queries.search("事件", to=people.owner) == [audit]
    assert queries.search("事件", to=people.owner2) == []
