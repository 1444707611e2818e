"""“My actions”: late and returned first, then by the day, with the next step, and whose it is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event

from audit_app.accounts.permissions import Permission
from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.findings import action_services, answers, cover_services
from audit_app.findings.models import OWNERS_TURN
from audit_app.findings.workflow import FINDING
from audit_app.home import mine
from tests.findings import factory
from tests.people import People

WEEK = timedelta(days=7)


def lines(person: Any) -> list[tuple[str, str]]:
    return [(each.code, each.step.name if each.step else each.waits) for each in mine.of(person)]


def test_late_and_returned_stand_first_and_the_rest_by_the_day(people: People) -> None:
    with clock.at(now() - timedelta(days=60)):
        late = factory.at(people, "accepted", title="Late")
    soon = factory.at(people, "corrected", title="Soon")
    back = factory.at(people, "proposed", title="Back")
    answers.return_plan(back, reason="Training alone.", by=people.lead)
    plan = back.actions[0]
    found = [each.title for each in mine.of(people.owner)]
    assert set(found[:2]) == {late.title, back.title}
    assert found[2:] == [each.title for each in sorted(
        (each for each in mine.of(people.owner) if each.title in (soon.title, plan.title)), key=lambda o: o.due
    )]  # fmt: skip
    assert [str(each.what) for each in mine.of(people.owner)[found.index("Back")].back] == [
        "The plan came back"
    ]


def test_each_line_carries_the_step_that_leads_on(people: People) -> None:
    made = {state: factory.at(people, state) for state in
            ("issued", "accepted", "corrected", "analysed", "planned", "in_progress")}  # fmt: skip
    steps = dict(lines(people.owner))
    assert {state: steps[made[state].code] for state in made} == {
        "issued": "accept", "accepted": "correct", "corrected": "analyse", "analysed": "propose", "planned": "start",
        "in_progress": made["in_progress"].actions[0].code,
    }  # fmt: skip
    action_services.done(made["in_progress"].actions[0], note="Done.", by=people.owner)
    assert dict(lines(people.owner))[made["in_progress"].code] == "report"


def test_what_is_handed_on_or_covered_names_the_owner_and_stays_with_them(
    people: People, client_for: Any
) -> None:
    finding = factory.at(people, "planned")
    action = finding.actions[0]
    cover_services.delegate(
        action, to=people.boss, from_on=today(), to_on=today() + WEEK, reason="Away.", by=people.owner
    )
    cover_services.record_absence(
        people.owner, deputy=people.owner2, from_on=today(), to_on=today() + WEEK, by=people.owner
    )
    assert lines(people.boss) == [(action.code, "done")]
    assert {each.code for each in mine.of(people.owner2)} == {finding.code, action.code}
    assert {each.owner for each in mine.of(people.owner2)} == {"Olga Owner"}
    assert {each.owner for each in mine.of(people.owner)} == {""}
    db.session.commit()
    page = client_for(people.owner2).get("/my-actions").text
    assert "For Olga Owner" in page
    assert f"/findings/actions/{action.id}/step/done" in page
    work = client_for(people.owner2).get("/").text
    assert "Findings of people I stand in for" in work
    assert "Actions I do for others" in work


def test_who_owes_nothing_is_told_so(people: People, client_for: Any, parsed: Any) -> None:
    reply = client_for(people.owner2).get("/my-actions")
    parsed(reply)
    assert "You owe nothing" in reply.text
    assert client_for(people.reader).get("/my-actions").status_code == 403


def test_the_list_costs_the_same_number_of_queries_whatever_its_length(people: People) -> None:
    def cost() -> int:
        db.session.expire_all()
        counted: list[str] = []

        def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            counted.append(statement)

        event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert mine.of(people.owner)
        finally:
            event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    factory.at(people, "in_progress")
    factory.at(people, "accepted")
    db.session.commit()
    few = cost()
    for state in ("issued", "accepted", "analysed", "planned", "in_progress", "in_progress"):
        factory.at(people, state)
    db.session.commit()
    assert cost() == few


def test_the_button_of_each_state_is_a_step_of_the_table_that_the_owner_may_take() -> None:
    assert set(mine.NEXT) == set(OWNERS_TURN)
    for state, name in mine.NEXT.items():
        step = FINDING.by_name[name]
        assert state in step.frm, name
        assert step.needs == Permission.FINDING_ANSWER, name
