"""Raising, wording, grading, deadlines, codes."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm.exc import StaleDataError

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services, answers, extensions, policy, services
from audit_app.findings.models import ActionKind, Finding, Grade
from audit_app.notifications.models import Notice
from audit_app.programme.models import AuditState
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People


def test_each_kind_of_finding_has_its_own_series_and_majors_share_it_with_minors(people: People) -> None:
    year = today().year
    grades = (Grade.MINOR, Grade.MAJOR, Grade.OBSERVATION, Grade.OFI, Grade.GOOD_PRACTICE)
    codes = [factory.finding(people, grade).code for grade in grades]
    assert codes == [
        f"NC-{year}-001",
        f"NC-{year}-002",
        f"OBS-{year}-001",
        f"OFI-{year}-001",
        f"GP-{year}-001",
    ]


def test_a_new_year_starts_from_one(people: People) -> None:
    factory.finding(people)
    assert factory.finding(people, raised_on=date(2025, 12, 31)).code == "NC-2025-001"


@both_databases
def test_many_people_at_once_get_codes_without_gaps_and_without_doubles(app: Flask) -> None:
    got: list[str] = []
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with app.app_context():
                for turn in range(5):
                    code = next_code("NC-{year}-{number:03d}", 2026)
                    if (number + turn) % 4 == 0:
                        db.session.rollback()
                    else:
                        db.session.commit()
                        got.append(code)
                db.session.remove()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(got) == [f"NC-2026-{n:03d}" for n in range(1, len(got) + 1)]
    assert len(got) == 30


def test_what_is_left_empty_follows_from_the_process(people: People) -> None:
    made = factory.finding(people, title="", nonconformity="No priority. And more words that follow.")
    assert (made.title, made.department, made.owner) == ("No priority", people.ops, people.owner)


@pytest.mark.parametrize("state", [AuditState.CLOSED, AuditState.CANCELLED])
def test_a_closed_audit_takes_no_findings_and_says_what_to_do(people: People, state: AuditState) -> None:
    with pytest.raises(Refused, match="follow-up") as refused:
        factory.finding(people, audit=factory.audit(people, state))
    assert refused.value.field == "audit_id"


def test_only_the_team_and_the_programme_manager_raise_on_an_audit(people: People) -> None:
    audit = factory.audit(people)
    with pytest.raises(Refused, match="team"):
        factory.finding(people, audit=audit, by=people.auditor2)
    with pytest.raises(Refused):
        factory.finding(people, by=people.owner)
    for person in (people.auditor, people.lead, people.manager):
        assert factory.finding(people, audit=audit, by=person).audit is audit


def test_a_refused_raise_uses_no_number(people: People) -> None:
    with pytest.raises(Refused):
        factory.finding(people, nonconformity=" ", objective_evidence="")
    assert factory.finding(people).code.endswith("-001")


def test_issuing_starts_the_deadlines_of_the_grade(people: People) -> None:
    minor = services.issue(factory.finding(people), by=people.lead)
    major = services.issue(factory.finding(people, Grade.MAJOR), by=people.lead)
    light = services.issue(factory.finding(people, Grade.OBSERVATION), by=people.lead)
    assert minor.due_on == today() + timedelta(days=60)
    assert major.due_on == today() + timedelta(days=30)
    assert minor.next_due_on == minor.response_due_on == policy.add_working_days(today(), 10)
    assert (light.due_on, light.response_due_on, light.next_due_on) == (None, None, None)


def test_working_days_skip_weekends() -> None:
    friday = date(2026, 7, 3)
    assert policy.add_working_days(friday, 1) == date(2026, 7, 6)
    assert policy.add_working_days(friday, 10) == date(2026, 7, 17)
    assert policy.add_working_days(date(2026, 7, 4), 1) == date(2026, 7, 6)


def test_a_deadline_before_today_is_refused_everywhere(people: People) -> None:
    yesterday = today() - timedelta(days=1)
    draft, planned = factory.finding(people), factory.at(people, "planned")
    acts: list[Any] = [
        lambda: services.issue(draft, due_on=yesterday, by=people.lead),
        lambda: extensions.ask(planned, due_on=yesterday, reason="Late.", by=people.lead),
        lambda: factory.corrective(people, planned, due_on=yesterday),
        lambda: action_services.extend(planned.actions[0], due_on=yesterday, reason="Late.", by=people.owner),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.field == "due_on"


def test_the_next_date_moves_with_the_state(people: People) -> None:
    planned, done = factory.at(people, "planned"), factory.at(people, "implemented")
    verified, closed = factory.at(people, "verified"), factory.at(people, "closed")
    assert planned.next_due_on == planned.due_on
    assert done.next_due_on == today() + timedelta(days=14)
    assert verified.next_due_on == verified.effectiveness_due_on == today() + timedelta(days=21 + 30)
    assert closed.next_due_on is None
    assert not closed.overdue


def test_more_time_keeps_the_first_date_and_needs_somebody_else(people: People) -> None:
    subject = factory.at(people, "planned")
    first = subject.due_on
    assert first is not None
    later = first + timedelta(days=30)
    with pytest.raises(Refused):
        extensions.ask(subject, due_on=first, reason="Same.", by=people.owner)
    request = extensions.ask(subject, due_on=later, reason="Supplier is late.", by=people.owner)
    with pytest.raises(Refused):
        extensions.grant(request, by=people.owner)
    extensions.grant(request, by=people.lead)
    assert (subject.due_on, subject.original_due_on, subject.next_due_on) == (later, first, later)


def test_a_draft_is_edited_by_its_author_an_issued_one_by_who_may_issue(people: People) -> None:
    draft, issued = factory.finding(people), factory.at(people, "issued")
    assert services.edit(draft, title="Better", by=people.auditor).title == "Better"
    for person in (people.auditor, people.owner):
        with pytest.raises(Refused):
            services.edit(issued, title="Better", by=person)
    with pytest.raises(Refused) as refused:
        services.edit(issued, objective_evidence="", by=people.lead)
    assert refused.value.field == "objective_evidence"
    services.edit(issued, owner=people.owner2, by=people.lead)
    told = db.session.query(Notice).filter_by(kind="finding.issued", person_id=people.owner2.id).count()
    assert (issued.owner, told) == (people.owner2, 1)


def test_a_regrade_keeps_the_code_and_is_refused_across_series(people: People) -> None:
    subject = factory.at(people, "issued")
    code = subject.code
    with pytest.raises(Refused, match="keeps its number"):
        services.regrade(subject, grade=Grade.OFI, reason="Not that bad.", by=people.lead)
    services.regrade(subject, grade=Grade.MAJOR, reason="Third time this year.", by=people.lead)
    assert (subject.grade, subject.code) == (Grade.MAJOR, code)
    mine = services.issue(factory.finding(people, by=people.lead), by=people.manager)
    with pytest.raises(Refused, match="did not raise"):
        services.regrade(mine, grade=Grade.MAJOR, reason="Bad.", by=people.lead)


def test_withdrawing_ends_the_open_actions_and_an_auditor_may_drop_only_an_own_draft(people: People) -> None:
    subject = factory.at(people, "planned")
    with pytest.raises(Refused):
        services.withdraw(subject, reason="No.", by=people.auditor)
    services.withdraw(subject, reason="Outside the scope.", by=people.lead)
    assert subject.actions[0].cancel_reason == "Outside the scope."
    assert services.withdraw(factory.finding(people), reason="Typo.", by=people.auditor).settled
    with pytest.raises(Refused):
        services.withdraw(factory.finding(people, by=people.lead), reason="No.", by=people.auditor)


def test_a_plan_and_its_first_action_are_kept_or_refused_together(people: People) -> None:
    subject = factory.at(people, "analysed")
    typed: dict[str, Any] = {
        "action_title": "Change the form",
        "action_owner": people.owner,
        "action_due_on": today(),
    }
    with pytest.raises(Refused):
        answers.propose(subject, **(typed | {"action_title": subject.correction}), by=people.owner)
    assert subject.actions == []
    answers.propose(subject, **typed, by=people.owner)
    assert [action.code for action in subject.actions] == [f"ACT-{today().year}-001"]


def test_an_action_needs_somebody_who_can_do_it(people: People) -> None:
    subject = factory.at(people, "accepted")
    for owner in (None, people.reader):
        with pytest.raises(Refused) as refused:
            factory.corrective(people, subject, owner=owner)
        assert refused.value.field == "owner_id"
    with pytest.raises(ValueError, match="never to both"):
        action_services.add_action(
            title="x", owner=people.owner, due_on=today(), kind=ActionKind.DECISION, by=people.manager
        )


def test_every_act_is_on_the_trail_with_its_sentence(app: Flask, people: People) -> None:
    subject = factory.at(people, "closed")
    with app.test_request_context():
        said = [str(entry.sentence) for entry in reversed(trail.history(subject))]
    assert said == [
        "wrote up the finding", "issued the finding", "accepted the finding", "reported the correction",
        "stated the cause", "proposed the plan", "approved the plan", "started the actions", "attached a file",
        "reported the actions done", "verified the actions", "called for the check of effectiveness",
        "closed the finding as effective",
    ]  # fmt: skip


@both_databases
def test_two_people_saving_at_once_the_second_is_stopped_by_the_database(people: People) -> None:
    subject = factory.finding(people)
    db.session.commit()
    assert subject.version == 1
    table = Finding.__table__
    db.session.execute(table.update().where(table.c.id == subject.id).values(version=2, title="First"))
    with pytest.raises(StaleDataError):
        services.edit(subject, title="Second", by=people.auditor)


def test_the_notices_reach_the_person_whose_turn_it_is(people: People) -> None:
    factory.at(people, "closed")
    told = {
        (notice.kind, db.session.get_one(Person, notice.person_id).name)
        for notice in db.session.query(Notice)
    }
    assert {("finding.issued", "Olga Owner"), ("finding.implemented", "Ana Auditor")} <= told
    assert ("finding.closed", "Olga Owner") in told
