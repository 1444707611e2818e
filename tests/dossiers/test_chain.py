"""The chain of dates: what is compared, what is named with both dates, and which reason is given for it."""

from datetime import date, time, timedelta

import pytest

from audit_app.agenda import meetings
from audit_app.agenda.models import MeetingKind
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.dossiers import chain, contents
from audit_app.dossiers.chain import Chain, Step
from audit_app.findings.models import Grade
from audit_app.programme import waivers
from audit_app.programme.models import TeamRole
from audit_app.programme.waiver_models import WaiverKind
from tests.findings import factory as findings
from tests.house.more_world import review
from tests.programme import factory as programme
from tests.reports import factory


def told(people, audit):
    found = Chain()
    db.session.flush()
    db.session.expire_all()
    chain.of_audit(found, audit, contents.nonconformities(audit, to=people.manager))
    return found


def names(found):
    return [(each.first, each.then) for each in found.remarks]


def test_a_pair_in_order_is_counted_and_not_named():
    found = Chain()
    found.pair("IA", Step("First", today()), Step("Then", today()))
    found.pair("IA", Step("First", None), Step("Then", today()))
    assert (found.compared, found.remarks) == (1, [])


def test_a_pair_out_of_order_is_named_with_both_dates_and_plainly_without_a_reason():
    found = Chain()
    found.pair("IA", Step("First", today()), Step("Then", today() - timedelta(days=2)))
    (named,) = found.remarks
    assert (named.first_on, named.then_on) == (str(today()), str(today() - timedelta(days=2)))
    assert named.why == "no reason is recorded"


def test_two_moments_of_one_day_are_compared_and_printed_by_the_hour():
    found, at = Chain(), now()
    found.pair("IA", Step("First", at), Step("Then", at - timedelta(microseconds=1)))
    assert ":" in found.remarks[0].first_on
    found.pair("IA", Step("First", at), Step("Then", today()))
    assert len(found.remarks) == 1


def test_an_audit_done_in_order_has_no_remark_and_a_row_of_dates(people):
    audit = factory.audited(people, "conform", "minor")
    factory.found(people, audit)
    factory.issued(people, audit)
    audit.ends_on = audit.starts_on
    found = told(people, audit)
    assert found.remarks == []
    assert found.compared >= 6
    ((code, dates),) = found.rows
    assert code == audit.code
    assert len(dates) == len(chain.columns())


def test_a_report_before_the_last_day_and_an_action_before_the_report_are_named(people):
    audit = factory.audited(people)
    made = factory.found(people, audit)
    factory.issued(people, audit)
    audit.ends_on = today() + timedelta(days=1)
    made.implemented_at, made.implemented_by = now() - timedelta(days=4), people.owner
    found = told(people, audit)
    assert names(found) == [
        ("Last day of the audit", "Report issued"),
        ("Report issued", f"{made.code}: actions done"),
    ]
    assert {each.why for each in found.remarks} == {"no reason is recorded"}


def test_a_notice_before_the_programme_was_approved_is_named(people):
    audit = factory.audited(people)
    audit.notified_at -= timedelta(days=9)
    found = told(people, audit)
    assert ("Programme approved", "Audit notified") in names(found)
    assert ("Team appointed", "Audit notified") in names(found)


def test_an_audit_begun_without_an_approved_programme_is_named(people):
    audit = programme.plan_audit(people)
    audit.started_at = now()
    assert names(told(people, audit)) == [("Programme approved", "Start of the audit")]


def test_who_joined_after_the_notice_is_named_with_the_reason_of_the_waiver(people):
    audit = programme.plan_audit(people, processes=[people.slm], departments=[], auditees=[people.owner2])
    programme.run_audit(people, audit, until="notify")
    asked = waivers.ask(
        audit, people.auditor2, WaiverKind.INDEPENDENCE, "Only he reads the tool.", "Read twice.",
        by=people.manager,
    )  # fmt: skip
    waivers.approve_waiver(asked, by=people.boss)
    programme.services.set_team(
        audit, people.lead, [(people.auditor2, TeamRole.AUDITOR)], "Two auditors are needed.",
        by=people.manager,
    )  # fmt: skip
    (named,) = told(people, audit).remarks
    assert (named.first, named.then) == ("Team appointed", "Audit notified")
    assert "Only he reads the tool." in named.why
    assert "Two auditors are needed." in named.why


def test_records_after_the_closing_meeting_are_named(people):
    """The factory answers on 10 March 2026, a day after both meetings of this test."""
    audit = factory.audited(people, "conform")
    for kind, begins in ((MeetingKind.OPENING, time(0, 0)), (MeetingKind.CLOSING, time(0, 1))):
        meetings.record_meeting(
            audit, kind, day=date(2026, 3, 9), begins=begins, ends=time(0, begins.minute + 1), people=[people.lead],
            by=people.lead,
        )  # fmt: skip
    assert ("Last record of the checklist", "End of the closing meeting") in names(told(people, audit))


@pytest.mark.parametrize(("due_in", "why"), [(9, "lies after the review"), (-9, "no reason is recorded")])
def test_a_verification_after_the_review_is_named_with_its_due_date_where_that_is_the_reason(
    people, due_in, why
):
    held, found = review(people, "approved", "Review of the year"), Chain()
    last, due = held.meets_on - timedelta(days=3), held.meets_on + timedelta(days=due_in)
    verified = {"IA-1": [("NC-1", now() + timedelta(days=5), due)]}
    chain.of_review(found, held, [("IA-1", last, last)], verified)
    (named,) = found.remarks
    assert (named.subject, named.first) == (held.code, "NC-1: verified")
    assert why in named.why


def test_a_report_after_the_review_and_one_that_never_came_are_named(people):
    held, found = review(people, "approved", "Review of the year"), Chain()
    last, late = held.meets_on - timedelta(days=3), held.meets_on + timedelta(days=3)
    chain.of_review(found, held, [("IA-1", late, last), ("IA-2", None, last), ("IA-3", last, last)], {})
    assert [(each.first, each.first_on) for each in found.remarks] == [
        ("Report of IA-1 issued", str(late)),
        ("Report of IA-2 issued", "not there"),
    ]


def test_a_certification_audit_without_a_review_before_it_is_named(people):
    audit = programme.plan_audit(people, kind="surveillance", body="East Lake", lead=None)
    programme.services.report(audit, "Kept.", by=people.manager)
    found = Chain()
    chain.of_certification(found, audit, to=people.manager)
    assert [each.first for each in found.remarks] == ["A management review in the year before"]


def test_a_certification_audit_after_review_and_internal_audit_is_in_order(people):
    review(people, "approved", "Review of the year")
    ours = factory.audited(people)
    factory.found(people, ours, Grade.OBSERVATION)
    factory.issued(people, ours)
    ours.starts_on = ours.ends_on = today() - timedelta(days=2)
    audit = programme.plan_audit(people, kind="surveillance", body="East Lake", lead=None)
    programme.services.report(audit, "Kept.", by=people.manager)
    db.session.flush()
    found = Chain()
    chain.of_certification(found, audit, to=people.manager)
    assert (found.compared, found.remarks) == (2, [])


def test_a_last_action_after_the_last_verification_is_explained_by_what_waits_for_its_own(people):
    audit = factory.audited(people, "conform")
    first = findings.at(people, "verified", audit=audit)
    second = findings.at(people, "implemented", audit=audit)
    (note,) = told(people, audit).notes
    assert second.code in note
    assert first.code not in note
    second.verified_at, second.verified_by = now(), people.auditor
    assert told(people, audit).notes == []
