"""Who sees what; lists in a constant number of queries; figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.findings import checks, queries, services
from audit_app.findings.models import Finding, Grade
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def sees(person: str, people: People, finding: Finding) -> bool:
    try:
        return queries.get(finding.id, to=getattr(people, person)) is finding
    except NotVisible:
        return False


EVERYBODY = ("admin", "manager", "lead", "auditor", "auditor2", "owner", "owner2", "boss", "reader")


def test_a_draft_is_seen_by_auditors_of_the_audit_and_managers_only(people: People) -> None:
    draft = factory.finding(people, audit=factory.audit(people))
    assert {each for each in EVERYBODY if sees(each, people, draft)} == {
        "admin",
        "manager",
        "lead",
        "auditor",
        "boss",
    }


def test_an_issued_finding_is_seen_by_those_concerned(people: People) -> None:
    issued = factory.at(people, "issued", audit=factory.audit(people))
    seen = {each for each in EVERYBODY if sees(each, people, issued)}
    assert seen == {"admin", "manager", "lead", "auditor", "boss", "reader", "owner"}


def test_an_action_opens_its_finding_to_its_owner(people: People) -> None:
    subject = factory.at(people, "accepted")
    assert not sees("owner2", people, subject)
    action = factory.corrective(people, subject, owner=people.owner2)
    assert sees("owner2", people, subject)
    assert queries.get_action(action.id, to=people.owner2) is action
    with pytest.raises(NotVisible):
        queries.get_action(action.id, to=people.auditor2)


def test_a_verifier_keeps_seeing_what_was_verified(people: People) -> None:
    assert sees("auditor2", people, factory.at(people, "verified"))


def test_filters_narrow_and_nonsense_is_left_out(people: People) -> None:
    minor, light = (
        factory.at(people, "issued"),
        factory.finding(people, Grade.OFI, clause="9.2.1", process=people.chg),
    )

    def found(**given: str) -> set[Finding]:
        return set(db.session.scalars(queries.listing(people.manager, given)).unique())

    assert found(state="open") == {minor, light}
    assert found(state="issued") == {minor}
    assert found(grade="nc") == {minor}
    assert found(grade="ofi") == {light}
    assert found(clause="9.2") == {light}
    assert found(clause="9") == {light}
    assert found(process=str(people.chg.id), department=str(people.dev.id)) == {light}
    assert found(owner=str(people.owner.id)) == {minor}
    assert found(q="NO PRIORITY, no") == set()
    assert found(q="carry no PRIORITY") == {minor, light}
    assert found(q="100%") == set()
    assert found(q=light.code.lower()) == {light}
    assert found(state="nonsense", process="x", raised_from="soon") == {minor, light}
    assert found(grade="nonsense") == set()
    assert found(raised_from=today().isoformat(), raised_to=today().isoformat()) == {minor, light}
    assert found(raised_from=(today() + timedelta(days=1)).isoformat()) == set()


def test_late_means_the_next_step_is_past_its_date(people: People) -> None:
    late, fine, closed = (
        factory.at(people, "planned"),
        factory.at(people, "planned"),
        factory.at(people, "closed"),
    )
    late.next_due_on = today() - timedelta(days=1)
    fine.next_due_on = today()
    db.session.flush()
    assert list(db.session.scalars(queries.listing(people.manager, {"overdue": "1"}))) == [late]
    assert (late.overdue, fine.overdue, closed.overdue) == (True, False, False)


@both_databases
def test_sorting_by_the_next_date_puts_empty_dates_last_both_ways(people: People) -> None:
    soon, none = factory.at(people, "issued"), factory.finding(people)
    for sort in ("due", "-due"):
        assert list(db.session.scalars(queries.listing(people.manager, {}, sort))) == [soon, none]


def page_cost(app: Flask, people: People, person: str) -> int:
    db.session.expire_all()
    who = getattr(people, person)
    assert who.permissions
    with app.test_request_context("/findings/"), counted() as sent:
        from audit_app.web.pages import paginate

        for finding in paginate(queries.listing(who, {"state": "open"})):
            assert [finding.owner.name, finding.department.name, finding.process.name, finding.audit]
    return len(sent)


@pytest.mark.parametrize("person", ["manager", "lead", "owner"])
def test_a_list_costs_the_same_number_of_queries_whatever_its_length(
    app: Flask, people: People, person: str
) -> None:
    factory.many(people, 10)
    few = page_cost(app, people, person)
    factory.many(people, 10000, since=date(2020, 1, 1))
    assert page_cost(app, people, person) == few <= 4


@both_databases
def test_the_board_counts_what_the_person_sees(people: People) -> None:
    for state in ("draft", "issued", "planned", "closed"):
        factory.at(people, state)
    board = queries.board(people.manager)
    assert (board.open, board.by_grade[Grade.MINOR], board.overdue) == (2, 2, 0)
    assert (board.months[-1].opened, board.months[-1].closed) == (2, 1)
    assert sum(month.opened for month in board.months) == 3
    assert sum(count for _key, count, _first, _last in board.ages) == board.open
    mine = queries.board(people.owner)
    assert (mine.open, mine.my_findings, mine.my_actions) == (2, 2, 1)
    nobody = queries.board(people.auditor2)
    assert (nobody.open, nobody.actions_open) == (0, 0)


def test_the_board_costs_the_same_number_of_queries_whatever_the_rows(people: People) -> None:
    queries.board(people.owner)
    with counted() as few:
        queries.board(people.owner)
    factory.many(people, 2000)
    with counted() as many:
        queries.board(people.owner)
    assert len(few) == len(many) <= 10


def test_the_months_of_a_board_end_with_this_one_and_cross_years() -> None:
    from audit_app.findings.figures import month_starts

    assert month_starts(date(2026, 2, 9), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


@both_databases
def test_statistics_of_a_period(people: People) -> None:
    first = factory.at(people, "implemented")
    again = factory.at(people, "issued")
    elsewhere = factory.at(people, "issued", clause="8.5.1", process=people.chg, owner=people.owner2)
    factory.at(people, "draft")
    services.withdraw(factory.at(people, "issued"), reason="No.", by=people.lead)
    light = factory.finding(people, Grade.OBSERVATION)
    checks.settle(services.issue(light, by=people.lead), effectiveness_note="Noted.", by=people.lead)
    first.due_on = again.due_on = today()
    db.session.flush()
    day = today()
    found = queries.statistics(day, day)
    assert (found.opened, found.closed, found.open_now) == (4, 1, 3)
    assert found.top_clauses == [("8.6.1", 2), ("8.5.1", 1)]
    assert found.matrix == {("8.6.1", people.ops.id): 2, ("8.5.1", people.dev.id): 1}
    assert found.by_department == {people.ops.id: 3, people.dev.id: 1}
    assert (found.recurring.numerator, found.recurring.denominator) == (1, 3)
    assert (found.on_time.numerator, found.on_time.denominator) == (1, 1)
    assert found.on_time.percent == 100
    assert found.average_age == 0
    assert elsewhere.clause == "8.5.1"
    empty = queries.statistics(day - timedelta(days=9), day - timedelta(days=8))
    assert (empty.opened, empty.average_age, empty.on_time.percent) == (0, None, None)


def test_clauses_sort_as_in_the_standard() -> None:
    assert sorted(["8.10", "8.2.1", "8.9", "8.2"], key=queries.clause_order) == [
        "8.2",
        "8.2.1",
        "8.9",
        "8.10",
    ]


@both_databases
def test_the_clauses_offered_as_filter_are_those_in_use(people: People) -> None:
    assert queries.clauses_in_use() == []
    for clause in ("8.10", "8.6.1", "", "8.2", "8.6.1"):
        factory.finding(people, clause=clause)
    assert queries.clauses_in_use() == ["8.2", "8.6.1", "8.10"]


def test_search_finds_by_code_and_words(people: People) -> None:
    subject = factory.at(people, "planned")
    assert queries.search("service desk", people.manager) == [subject]
    assert queries.search("  ", people.manager) == []
    assert queries.search_actions("mandatory", people.owner) == subject.actions
    assert queries.search("service desk", people.owner2) == []
