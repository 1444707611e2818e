"""Writing, second approval, issuing and supplements: what they change, whom they tell, what they refuse."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import answers
from audit_app.findings import services as findings
from audit_app.findings.models import Grade
from audit_app.notifications.models import Notice
from audit_app.programme import services as programme
from audit_app.programme.models import AuditState
from audit_app.reports import exports, queries, services
from audit_app.reports.models import FrozenReportFile, ReportState
from audit_app.reports.tree import CODEC
from audit_app.trail.models import TrailEntry
from tests.programme.factory import run_audit
from tests.reports import factory


def issue(audit, people):
    return services.issue(audit, exports.render_all, by=people.lead)


def correct(audit, people, reason="A grade was wrong."):
    return services.supplement(audit, reason, "Read minor instead.", exports.render_all, by=people.lead)


def told(kind):
    return [row.person_id for row in db.session.scalars(select(Notice).where(Notice.kind == kind))]


def test_issuing_takes_the_audits_own_step_and_freezes_four_files(people):
    audit = factory.audited(people, "conform", "minor")
    frozen = factory.issued(people, audit)
    assert audit.state is AuditState.REPORTED
    assert queries.report_of(audit).state is ReportState.ISSUED
    assert (frozen.code, frozen.number) == (f"{audit.code}-R", 0)
    kept = db.session.scalars(select(FrozenReportFile)).all()
    assert {(each.language, each.format) for each in kept} == {
        ("zh", "pdf"), ("en", "pdf"), ("zh", "xlsx"), ("en", "xlsx")
    }  # fmt: skip
    assert services.verify() == []


def test_everybody_on_the_distribution_list_is_told(people):
    factory.issued(people)
    assert sorted(told("report.issued")) == sorted([people.owner.id, people.boss.id])


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("conclusion", "Write the conclusion"),
        ("obstacles", "what hindered"),
        ("not_covered", "not covered"),
        ("recipients", "who gets the report"),
    ],
)
def test_a_report_without_a_part_that_only_the_lead_can_say_is_not_issued(people, missing, words):
    audit = factory.written(
        people, factory.audited(people), **{missing: [] if missing == "recipients" else " "}
    )
    with pytest.raises(Refused, match=words):
        issue(audit, people)
    assert audit.state is AuditState.IN_PROGRESS


def test_what_the_audits_own_step_asks_for_is_asked_here_too(people):
    audit = factory.written(people, factory.audited(people, "conform"))
    factory.findings.finding(people, audit=audit)
    db.session.refresh(audit)
    with pytest.raises(Refused, match="still drafts"):
        issue(audit, people)


def test_an_audit_that_has_not_begun_is_not_reported(people):
    audit = factory.programme.plan_audit(people)
    factory.written(people, audit)
    with pytest.raises(Refused, match="after its fieldwork"):
        issue(audit, people)


def test_a_major_grade_needs_a_second_person_who_is_not_the_lead_auditor(people):
    audit = factory.audited(people)
    major = factory.found(people, audit, Grade.MAJOR)
    factory.written(people, audit)
    assert told("report.to_approve") == [people.manager.id]
    with pytest.raises(Refused, match=major.code):
        issue(audit, people)
    with pytest.raises(Refused, match="lead auditor cannot give"):
        services.approve_grades(audit, by=people.lead)
    with pytest.raises(Refused, match="does not approve"):
        services.approve_grades(audit, by=people.auditor)
    services.approve_grades(audit, by=people.manager)
    report = CODEC.read(issue(audit, people).snapshot)
    assert report.grades.name == people.manager.name


def test_who_raised_the_major_does_not_approve_it(people):
    audit = factory.audited(people)
    made = factory.findings.finding(people, Grade.MAJOR, audit=audit, by=people.manager)
    findings.issue(made, by=people.lead)
    db.session.refresh(audit)
    with pytest.raises(Refused, match="You raised"):
        services.approve_grades(audit, by=people.manager)


def test_a_major_that_is_added_after_the_approval_asks_for_a_new_one(people):
    audit = factory.audited(people)
    factory.found(people, audit, Grade.MAJOR)
    services.approve_grades(factory.written(people, audit), by=people.manager)
    second = factory.found(people, audit, Grade.MAJOR, title="Another")
    with pytest.raises(Refused, match=second.code):
        issue(audit, people)


def test_without_a_major_there_is_nothing_to_approve(people):
    with pytest.raises(Refused, match="no major"):
        services.approve_grades(factory.audited(people), by=people.manager)


def test_only_the_lead_auditor_or_the_programme_manager_writes_and_issues(people):
    audit = factory.audited(people)
    with pytest.raises(Refused, match="lead auditor"):
        factory.written(people, audit, by=people.auditor)
    factory.written(people, audit, by=people.manager)
    with pytest.raises(Refused, match="does not allow"):
        services.issue(audit, exports.render_all, by=people.auditor)


def test_an_issued_report_is_not_written_again_and_not_issued_twice(people):
    audit = factory.audited(people)
    factory.issued(people, audit)
    with pytest.raises(Refused, match="never changes"):
        factory.written(people, audit)
    with pytest.raises(Refused, match="not possible"):
        issue(audit, people)


def test_the_report_stays_as_it_was_when_findings_move_on(people):
    audit = factory.audited(people)
    made = factory.found(people, audit)
    before = factory.issued(people, audit).snapshot
    answers.accept(made, correction="Priorities were set.", by=people.owner)
    made.title = "Something else"
    db.session.flush()
    report, _sha = exports.report_of(audit, to=people.lead)
    assert CODEC.write(report) == before
    assert [each.title for each in report.findings] == ["Priority missing on major incidents"]


def test_a_supplement_names_what_changed_and_leaves_the_report_alone(people):
    audit = factory.audited(people, "conform")
    made = factory.found(people, audit)
    first = factory.issued(people, audit)
    made.nonconformity = "Four of twelve."
    later = factory.found(people, audit, Grade.OBSERVATION, title="Late")
    frozen = correct(audit, people)
    assert (frozen.number, frozen.code) == (1, f"{audit.code}-R-S1")
    made_of = CODEC.read(frozen.snapshot).supplement
    assert made_of.report_sha256 == first.sha256
    assert {(each.code, each.what) for each in made_of.changes} == {
        (made.code, "statement"),
        (later.code, "added"),
    }
    assert queries.frozen(audit, 0).snapshot == first.snapshot
    assert correct(audit, people).number == 2


def test_an_audit_that_was_reopened_is_reported_again_by_a_supplement(people):
    audit = factory.audited(people, "conform")
    factory.issued(people, audit)
    programme.reopen(audit, "A tablet came back late.", by=people.lead)
    correct(audit, people)
    assert audit.state is AuditState.REPORTED


def test_a_supplement_needs_its_reason_and_its_words(people):
    audit = factory.audited(people)
    factory.issued(people, audit)
    with pytest.raises(Refused, match="why"):
        services.supplement(audit, " ", "x", exports.render_all, by=people.lead)
    with pytest.raises(Refused, match="instead"):
        services.supplement(audit, "x", " ", exports.render_all, by=people.lead)


def test_an_audit_reported_before_reports_were_kept_is_issued_late(people):
    audit = run_audit(people, factory.programme.plan_audit(people), until="start")
    audit.state, audit.reported_at, audit.closed_at = AuditState.CLOSED, now(), now()
    assert factory.issued(people, audit).number == 0
    assert audit.state is AuditState.CLOSED


def test_the_database_itself_refuses_to_change_what_was_issued(people):
    factory.issued(people)
    db.session.commit()
    for table in ("frozen_report", "frozen_report_file"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(f"UPDATE {table} SET sha256 = 'x'"))
        db.session.rollback()


def test_every_act_is_in_the_trail(people):
    audit = factory.audited(people)
    factory.found(people, audit, Grade.MAJOR)
    services.approve_grades(factory.written(people, audit), by=people.manager)
    issue(audit, people)
    acts = set(db.session.scalars(select(TrailEntry.action)))
    assert {
        "report.write", "report.recipients", "report.conclude", "report.approve_grades", "report.issue",
        "report.freeze", "audit.report",
    } <= acts  # fmt: skip


def test_a_list_of_three_hundred_recipients_is_kept_whole(people):
    from audit_app.accounts.permissions import Role
    from tests.people import add_person

    many = [add_person(f"P {n}", f"many{n}@example.org", Role.PROCESS_OWNER) for n in range(300)]
    audit = factory.written(people, factory.audited(people), recipients=many)
    assert len(CODEC.read(issue(audit, people).snapshot).recipients) == 300
    assert len(told("report.issued")) == 300
