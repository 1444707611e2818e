"""The verbs of the cycle: what they do, and the sentence with which each refuses."""

from datetime import date, timedelta

import pytest
import time_machine

from audit_app.certification import queries, services
from audit_app.certification.milestones import MilestoneKind
from audit_app.certification.models import CertificateState, RuleKind, Unit
from audit_app.certification.standing import standing
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import extensions, external
from audit_app.findings import services as findings
from audit_app.findings.models import Grade, Origin
from audit_app.home import due
from audit_app.notifications.models import Notice
from audit_app.programme.models import AuditKind
from audit_app.trail import queries as trail
from tests.certification import factory
from tests.findings import factory as found


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(factory.NOW, tick=True):
        yield


def test_the_rules_that_ship_come_once_and_each_names_its_source(people):
    made = services.load_rules(by=people.manager)
    assert [scheme.code for scheme in made] == ["ISO17021-1", "CN-ITSMS"]
    assert services.load_rules(by=people.manager) == []
    assert all(rule.source for scheme in queries.schemes() for rule in scheme.rules)


def test_a_rule_without_a_source_is_refused_and_stays_as_it_was(people):
    rule = factory.scheme(people).rules[0]
    with pytest.raises(Refused, match="Name the source"):
        services.edit_rule(rule, amount=4, unit=Unit.MONTHS, source="  ", by=people.manager)
    assert rule.amount == 3


def test_a_changed_rule_moves_the_window_at_once(people):
    certificate = factory.certified(people)
    rule = next(each for each in certificate.scheme.rules if each.kind is RuleKind.FIRST)
    before = standing(certificate).next
    services.edit_rule(rule, amount=10, unit=Unit.MONTHS, source="Contract 7, clause 4", by=people.manager)
    after = standing(certificate).next
    assert before is not None
    assert after is not None
    assert (before.due_on, after.due_on) == (date(2026, 3, 20), date(2026, 1, 20))
    assert trail.history(rule)[0].action == "certification_rule.edit"


def test_the_validity_follows_from_the_decision(people):
    certificate = factory.certified(people)
    assert certificate.state is CertificateState.CERTIFIED
    assert certificate.valid_until == date(2028, 3, 19)
    assert [each.action for each in trail.history(certificate)] == [
        "certificate.certify",
        "certificate.begin",
    ]


def test_a_decision_before_stage_2_is_refused(people):
    certificate = factory.preparing(people)
    with pytest.raises(Refused, match="Stage 2 is not reported"):
        services.certify(certificate, decided_on=date(2026, 1, 1), by=people.manager)
    two = factory.audit(people, AuditKind.STAGE_2, date(2026, 2, 1))
    with pytest.raises(Refused, match="before the end of stage 2") as refused:
        services.certify(certificate, decided_on=date(2026, 1, 1), by=people.manager)
    assert refused.value.field == "decided_on"
    assert certificate.decided_on is None
    assert services.certify(certificate, decided_on=two.ends_on, by=people.manager).decided_on == two.ends_on


@pytest.mark.parametrize("until", [date(2026, 3, 1), date(2026, 2, 20)])
def test_a_validity_not_after_the_decision_is_refused(people, until):
    certificate = factory.preparing(people)
    factory.audit(people, AuditKind.STAGE_2, date(2026, 2, 1))
    with pytest.raises(Refused, match="not after its decision"):
        services.certify(certificate, decided_on=date(2026, 3, 1), valid_until=until, by=people.manager)
    assert certificate.state is CertificateState.PREPARING


def test_a_decision_in_the_future_is_refused(people):
    with pytest.raises(Refused, match="cannot lie in the future"):
        services.certify(factory.preparing(people), decided_on=date(2027, 1, 1), by=people.manager)


def test_one_cycle_runs_at_a_time(people):
    first = factory.preparing(people)
    with pytest.raises(Refused, match=f"{first.code} is running"):
        factory.preparing(people)
    services.end(first, reason="Project stopped", by=people.manager)
    assert factory.preparing(people).code != first.code


def test_only_who_plans_audits_changes_the_cycle(people):
    with pytest.raises(Refused, match="does not plan the certification cycle"):
        factory.preparing(people, by=people.reader)


def test_before_stage_2_the_three_classic_checks_are_said_in_words(people):
    certificate = factory.preparing(people, operating_since=date(2026, 10, 1))
    words = " ".join(str(check.words) for check in standing(certificate).missing)
    assert "the minimum is reached on 1 Jan 2027" in words
    assert "No internal audit is reported" in words
    assert "No management review has met" in words


def test_a_review_before_the_internal_audit_does_not_count_as_after_it(people):
    certificate = factory.preparing(people)
    factory.review(people, date(2026, 9, 1))
    factory.audit(people, AuditKind.INTERNAL, date(2026, 9, 10))
    words = " ".join(str(check.words) for check in standing(certificate).missing)
    assert "hold a review after it" in words
    factory.review(people, date(2026, 9, 30))
    assert "hold a review after it" not in " ".join(str(c.words) for c in standing(certificate).missing)


def test_a_review_kept_on_paper_counts_when_it_says_where_the_minutes_are(people):
    with pytest.raises(Refused, match="where the minutes"):
        factory.preparing(people, review_before_on=date(2026, 9, 1))
    certificate = factory.preparing(people, review_before_on=date(2026, 9, 1), review_before_note="Binder 3")
    assert any("kept on paper: Binder 3" in str(check.words) for check in standing(certificate).checks)


def test_in_the_cycle_an_internal_audit_older_than_a_year_is_missing(people):
    certificate = factory.certified(people)
    words = " ".join(str(check.words) for check in standing(certificate).missing)
    assert "The last internal audit ended on 21 Nov 2024, too long before the next step" in words
    assert "Surveillance audit 1: no audit is planned" in words


def test_a_window_that_has_passed_is_told_every_week_to_who_plans_audits(people):
    factory.certified(people)
    due.gather()
    kinds = {notice.kind for notice in db.session.query(Notice).filter_by(person_id=people.manager.id)}
    assert "certificate.passed" in kinds
    assert due.gather() == 0


def test_a_window_within_the_days_of_warning_is_told_ahead(people):
    factory.certified(people, decided_on=date(2026, 1, 15))
    due.gather()
    kinds = {notice.kind for notice in db.session.query(Notice).filter_by(person_id=people.manager.id)}
    assert "certificate.window" in kinds


def test_nothing_is_told_while_the_window_is_far(people):
    factory.certified(people, decided_on=date(2026, 8, 15))
    due.gather()
    assert not db.session.query(Notice).filter(Notice.kind.startswith("certificate")).count()


def test_the_recertification_begins_the_next_cycle_from_the_old_end(people):
    old = factory.certified(people, decided_on=date(2023, 12, 10))
    with pytest.raises(Refused, match="recertification audit is not reported"):
        services.renew(old, decided_on=date(2026, 11, 20), by=people.manager)
    factory.audit(people, AuditKind.RECERTIFICATION, date(2026, 10, 20))
    following = services.renew(old, decided_on=date(2026, 11, 20), by=people.manager)
    assert (old.state, following.state) == (CertificateState.RENEWED, CertificateState.CERTIFIED)
    assert (old.valid_until, following.valid_until) == (date(2026, 12, 9), date(2029, 12, 9))
    assert queries.current(people.reader) is following
    assert MilestoneKind.STAGE_2 not in {each.kind for each in standing(following).stations}


def test_after_the_window_of_restoring_a_new_cycle_is_needed(people):
    old = factory.certified(people, decided_on=date(2023, 6, 1))
    factory.audit(people, AuditKind.RECERTIFICATION, date(2026, 5, 20))
    with pytest.raises(Refused, match="That window has passed"):
        services.renew(old, decided_on=date(2026, 11, 20), by=people.manager)


def test_a_suspension_has_a_reason_and_is_lifted_only_while_valid(people):
    certificate = factory.certified(people)
    with pytest.raises(Refused, match="Say why"):
        services.suspend(certificate, reason=" ", by=people.manager)
    services.suspend(certificate, reason="Surveillance overdue", by=people.manager)
    assert services.resume(certificate, by=people.manager).state is CertificateState.CERTIFIED


@pytest.fixture
def nonconformity(people):
    audit = factory.audit(people, AuditKind.SURVEILLANCE, date(2026, 11, 20))
    return found.finding(people, Grade.MINOR, audit=audit, origin=Origin.EXTERNAL_AUDIT, by=people.manager)


def test_our_due_date_is_drawn_in_to_the_deadline_of_the_body(people, nonconformity):
    external.set_body_deadline(
        nonconformity, body_reference="NC-1/3", body_due_on=date(2026, 12, 20), by=people.manager
    )
    findings.issue(nonconformity, by=people.lead)
    assert nonconformity.due_on == date(2026, 12, 20)
    with pytest.raises(Refused, match="wants the answer by 20 Dec 2026"):
        extensions.ask(nonconformity, due_on=date(2027, 1, 31), reason="Supplier", by=people.manager)


def test_a_deadline_set_later_draws_in_the_date_that_was_given(people, nonconformity):
    findings.issue(nonconformity, by=people.lead)
    assert nonconformity.due_on == factory.TODAY + timedelta(days=60)
    external.set_body_deadline(nonconformity, body_due_on=date(2026, 12, 1), by=people.manager)
    assert (nonconformity.due_on, nonconformity.next_due_on) == (date(2026, 12, 1), date(2026, 12, 1))


def test_a_finding_of_our_own_audit_has_no_deadline_of_the_body(people):
    own = found.finding(people, audit=found.audit(people))
    with pytest.raises(Refused, match="Only findings of a certification body"):
        external.set_body_deadline(own, body_due_on=date(2026, 12, 1), by=people.manager)


def test_a_deadline_before_the_audit_is_refused(people, nonconformity):
    with pytest.raises(Refused, match="lies before the audit"):
        external.set_body_deadline(nonconformity, body_due_on=date(2026, 11, 1), by=people.manager)


def words_missing(certificate):
    return " ".join(str(check.words) for check in standing(certificate).missing)


def test_an_answer_owed_to_the_body_is_missing_until_the_actions_are_done(people):
    certificate = factory.certified(people)
    assert any("No answer is owed" in str(check.words) for check in standing(certificate).checks)
    audit = factory.audit(people, AuditKind.SURVEILLANCE, date(2026, 11, 20))
    one = found.finding(people, Grade.MINOR, audit=audit, origin=Origin.EXTERNAL_AUDIT, by=people.manager)
    assert "without its deadline: 1" in words_missing(certificate)
    external.set_body_deadline(one, body_due_on=date(2026, 12, 20), by=people.manager)
    assert "Answers owed to the body: 1, the first by 20 Dec 2026" in words_missing(certificate)
    external.set_body_deadline(one, body_due_on=date(2026, 11, 22), by=people.manager)
    assert "was due on 22 Nov 2026" in words_missing(certificate)
    findings.withdraw(one, reason="Withdrawn by the body", by=people.manager)
    assert "owed" not in words_missing(certificate)


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (date(2026, 9, 1), "Major nonconformities of stage 2 to verify by 2 Mar 2027: 1"),
        (date(2026, 2, 1), "was to be verified by 2 Aug 2026. Stage 2 must be held again"),
    ],
)
def test_a_major_of_stage_2_has_six_months(people, held, sentence):
    certificate = factory.preparing(people)
    audit = factory.audit(people, AuditKind.STAGE_2, held)
    found.finding(people, Grade.MAJOR, audit=audit, origin=Origin.EXTERNAL_AUDIT, by=people.manager)
    assert sentence in words_missing(certificate)
