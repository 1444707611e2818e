"""The ladder: who hears of a missed first date, on which day, once, and also when the daily run was missed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from audit_app.accounts.permissions import Role
from audit_app.core import clock
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services, answers, checks, escalation, extensions, services
from audit_app.findings.deadline_models import Escalation, Rung, Term
from audit_app.findings.models import Finding
from audit_app.findings.policy import add_working_days
from audit_app.home import due
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People, add_person

ALL = list(Rung)


@contextmanager
def on(day: date, hour: int = 9) -> Iterator[None]:
    with clock.at(datetime.combine(day, datetime.min.time(), tzinfo=clock.zone()) + timedelta(hours=hour)):
        yield


def planned(people: People, **given: Any) -> Finding:
    """Planned, with only its own date to miss: the case is repaired and the action done."""
    subject = factory.at(people, "planned", **given)
    subject.correction_done_on = subject.raised_on
    action_services.done(subject.actions[0], note="Done.", by=people.owner)
    db.session.flush()
    return subject


def reached(subject: Any) -> list[tuple[Rung, date, str]]:
    rows = db.session.query(Escalation).order_by(Escalation.id)
    return [(row.rung, row.day, row.to.name if row.to else "") for row in rows if row.subject is subject]


def head_is(people: People, name: str = "Hilda Head") -> Any:
    head = add_person(name, "hilda@example.org", Role.PROCESS_OWNER, people.ops)
    people.ops.head = head
    db.session.flush()
    return head


@both_databases
def test_each_rung_is_told_on_its_working_day_after_the_first_date_and_only_once(people: People) -> None:
    head_is(people)
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    days = {rung: add_working_days(first, count) for rung, count in escalation.DEFAULT_DAYS.items()}
    with on(first):
        assert escalation.gather() == 0
    expected = []
    names = {
        Rung.OWNER: "Olga Owner",
        Rung.HEAD: "Hilda Head",
        Rung.REPRESENTATIVE: "Mia Manager",
        Rung.REVIEW: "",
    }
    for rung in ALL:
        with on(days[rung] - timedelta(days=1)):
            assert escalation.gather() == 0
        with on(days[rung]):
            assert escalation.gather() == 1
            assert escalation.gather() == 0
        expected.append((rung, days[rung], names[rung]))
    assert reached(subject) == expected
    notices = {(each.kind, each.person.name, each.day) for each in db.session.query(Notice)
               if each.kind.startswith("escalation.")}  # fmt: skip
    assert notices == {
        ("escalation.owner", "Olga Owner", days[Rung.OWNER]),
        ("escalation.head", "Hilda Head", days[Rung.HEAD]),
        ("escalation.representative", "Mia Manager", days[Rung.REPRESENTATIVE]),
        ("escalation.review", "Mia Manager", days[Rung.REVIEW]),
    }
    told = [each for each in trail.history(subject) if each.action == "finding.escalate"]
    assert len(told) == 4
    assert {each.actor_name for each in told} == {"system"}


def test_a_missed_run_is_caught_up_with_the_days_on_which_it_should_have_happened(people: People) -> None:
    head_is(people)
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    with on(add_working_days(first, 12)):
        due.gather()  # what send-notices calls
        assert due.gather() == 0
    assert [(rung, day) for rung, day, _to in reached(subject)] == [
        (rung, add_working_days(first, count)) for rung, count in ((Rung.OWNER, 1), (Rung.HEAD, 5), (Rung.REPRESENTATIVE, 10))
    ]  # fmt: skip


@both_databases
def test_what_was_told_is_never_rewritten(people: People) -> None:
    subject = planned(people)
    with on(subject.original_due_on + timedelta(days=9)):  # type: ignore[operator]  # issued, so it has one
        escalation.gather()
    db.session.commit()
    for statement in ("UPDATE escalation SET to_id = NULL", "DELETE FROM escalation"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_a_missing_or_departed_head_or_one_who_owns_it_is_passed_over(people: People) -> None:
    subject = planned(people)  # Olga owns it and heads the department herself
    assert escalation.addressee(subject, Rung.HEAD) == (Rung.REPRESENTATIVE, people.manager)
    people.ops.head = None
    db.session.flush()
    assert escalation.addressee(subject, Rung.HEAD) == (Rung.REPRESENTATIVE, people.manager)
    head = head_is(people)
    assert escalation.addressee(subject, Rung.HEAD) == (Rung.HEAD, head)
    head.active = False
    assert escalation.addressee(subject, Rung.HEAD) == (Rung.REPRESENTATIVE, people.manager)
    people.manager.active = False
    assert escalation.addressee(subject, Rung.HEAD) == (Rung.REVIEW, None)
    first = subject.original_due_on
    assert first is not None
    with on(add_working_days(first, 5)):
        assert escalation.gather() == 2
    rows = db.session.query(Escalation).all()
    assert [(row.rung, row.told) for row in rows] == [(Rung.OWNER, Rung.OWNER), (Rung.HEAD, Rung.REVIEW)]


def test_an_owner_without_access_is_passed_over_too(people: People) -> None:
    head = head_is(people)
    subject = planned(people)
    people.owner.active = False
    assert escalation.addressee(subject, Rung.OWNER) == (Rung.HEAD, head)


def test_the_representative_is_who_is_named_else_the_first_programme_manager_never_the_owner(
    people: People,
) -> None:
    assert escalation.representative() is people.manager
    days = dict(escalation.DEFAULT_DAYS)
    escalation.set_ladder(days=days, person=people.boss, by=people.admin)
    assert escalation.representative() is people.boss
    people.boss.active = False
    assert escalation.representative() is people.manager
    assert escalation.representative(without=people.manager) is None
    with pytest.raises(Refused, match="no longer active"):
        escalation.set_ladder(days=days, person=people.boss, by=people.admin)


def test_granted_time_makes_the_ladder_wait_and_then_it_stands_where_the_first_date_puts_it(
    people: People,
) -> None:
    head_is(people)
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    until = first + timedelta(days=60)
    request = extensions.ask(subject, due_on=until, reason="Supplier.", by=people.owner)
    with on(add_working_days(first, 1)):
        assert escalation.gather() == 1  # asked is not granted
        extensions.grant(request, by=people.lead)
    with on(until):
        assert escalation.gather() == 0
    with on(until + timedelta(days=1)):
        assert escalation.gather() == 3
    assert [day for _rung, day, _to in reached(subject)][1:] == [until + timedelta(days=1)] * 3


def test_what_is_shown_in_time_or_settled_climbs_no_further(people: People) -> None:
    done, withdrawn = planned(people), planned(people)
    far = done.original_due_on + timedelta(days=90)  # type: ignore[operator]  # issued, so it has one
    factory.attach(done, factory.Upload(), by=people.owner)
    answers.report_done(done, by=people.owner)
    services.withdraw(withdrawn, reason="It does not hold.", by=people.lead)
    factory.finding(people)
    with on(far):
        assert escalation.gather() == 0
    assert escalation.of(done) == escalation.of(withdrawn) == []


def test_a_missed_answer_climbs_by_itself_and_the_missed_action_after_it(people: People) -> None:
    subject = services.issue(factory.finding(people), by=people.lead)
    correction = subject.raised_on + timedelta(days=7)
    with on(add_working_days(correction, 1)):
        escalation.gather()
    assert [row.term for row in db.session.query(Escalation)] == [Term.CORRECTION]
    assert subject.response_due_on is not None
    with on(subject.response_due_on + timedelta(days=20)):
        answers.accept(subject, correction="Set.", correction_done_on=correction, by=people.owner)
        escalation.gather()
        assert {row.term for row in db.session.query(Escalation)} == {Term.CORRECTION, Term.RESPONSE}


def test_actions_of_findings_and_reviews_climb_with_the_department_of_their_owner(people: People) -> None:
    head = head_is(people)
    action = factory.at(people, "planned").actions[0]
    with on(add_working_days(action.original_due_on, 5)):
        escalation.gather()
    assert [(rung, to) for rung, _day, to in reached(action)] == [
        (Rung.OWNER, "Olga Owner"),
        (Rung.HEAD, head.name),
    ]


def test_a_reopened_finding_begins_a_new_ladder(people: People) -> None:
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    with on(add_working_days(first, 1)):
        escalation.gather()
        factory.attach(subject, factory.Upload(), by=people.owner)
        answers.report_done(subject, by=people.owner)
        checks.verify(subject, note="Seen.", by=people.auditor2)
        checks.fail_check(subject, reason="Came back.", by=people.lead)
        again = subject.due_on
        assert escalation.gather() == 0
    assert again is not None
    with on(again + timedelta(days=5)):
        escalation.gather()
    rows = db.session.query(Escalation).filter_by(finding_id=subject.id).order_by(Escalation.id)
    rounds = [(row.round, row.rung) for row in rows]
    assert rounds[0] == (0, Rung.OWNER)
    assert {number for number, _rung in rounds} == {0, 1}


def test_the_page_shows_what_happened_and_what_comes(people: People, client_for: Any, parsed: Any) -> None:
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    assert [(each.rung, each.happened) for each in escalation.of(subject)] == [(rung, False) for rung in ALL]
    with on(add_working_days(first, 6)):
        escalation.gather()
        shown = escalation.of(subject)
    assert [(each.rung, each.happened) for each in shown] == [
        (Rung.OWNER, True), (Rung.HEAD, True), (Rung.REPRESENTATIVE, False), (Rung.REVIEW, False),
    ]  # fmt: skip
    assert [each.day for each in shown] == [add_working_days(first, count) for count in (1, 5, 10, 20)]
    for page in (client_for(people.manager).get(f"/findings/{subject.id}"),
                 client_for(people.owner).get(f"/findings/actions/{subject.actions[0].id}")):  # fmt: skip
        parsed(page)
    page = client_for(people.manager).get(f"/findings/{subject.id}").text
    assert "passed on to “Management representative”" in page
    assert "if nothing is shown by then" in page


def test_the_last_rung_puts_the_case_before_the_next_review_until_it_is_done(people: People) -> None:
    subject = planned(people)
    first = subject.original_due_on
    assert first is not None
    last = add_working_days(first, 20)
    with on(last + timedelta(days=3)):
        escalation.gather()
        assert escalation.for_review(last - timedelta(days=1)) == []
        assert [each.subject for each in escalation.for_review(last)] == [subject]
        factory.attach(subject, factory.Upload(), by=people.owner)
        answers.report_done(subject, by=people.owner)
        assert escalation.for_review(last) == []


def test_a_ladder_climbs_upwards_and_only_those_who_may_set_it(people: People) -> None:
    days = dict(escalation.DEFAULT_DAYS)
    for person in (people.lead, people.owner, people.boss):
        with pytest.raises(Refused, match="administrator"):
            escalation.set_ladder(days=days, person=None, by=person)
    with pytest.raises(Refused, match="must come later") as refused:
        escalation.set_ladder(days=days | {Rung.REPRESENTATIVE: 5}, person=None, by=people.manager)
    assert refused.value.field == "representative"
    with pytest.raises(Refused, match="Between 1 and 365"):
        escalation.set_ladder(days=days | {Rung.OWNER: 0}, person=None, by=people.manager)
    escalation.set_ladder(days=days | {Rung.REVIEW: 40}, person=None, by=people.manager)
    assert escalation.ladder() == days | {Rung.REVIEW: 40}


def test_the_number_of_queries_does_not_grow_with_the_cases(people: People) -> None:
    from sqlalchemy import event

    for _each in range(3):
        planned(people)
    db.session.commit()
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with on(db.session.query(Finding).first().original_due_on + timedelta(days=2)):  # type: ignore[union-attr,operator]
        db.session.expire_all()
        escalation.missed(clock.today())
        few = len(sent)
        for _each in range(6):
            planned(people)
        db.session.commit()
        sent.clear()
        escalation.missed(clock.today() + timedelta(days=400))
    assert len(sent) <= few
