"""Repeats: proposed while one writes, confirmed by a person, shown as a chain on page, paper and sheet."""

import itertools
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import event

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import exports, paper, repeat_services, repeats, services
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.findings.repeats import Wording
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.findings.test_routes import STATEMENT
from tests.people import People

AGAIN = "In the sample of 20 incidents of August, four had no priority."


def earlier(people: People, days: int = 100, **given: Any) -> Finding:
    """An issued finding of some days ago: incidents without priority in operations."""
    made = factory.at(people, "issued", raised_on=today() - timedelta(days=days), **given)
    return made


def draft(people: People, **given: Any) -> Wording:
    """The same fault being written up."""
    facts: dict[str, Any] = {
        "nonconformity": AGAIN,
        "clause": "8.6.1",
        "process_id": people.inc.id,
        "grade": Grade.MINOR,
    }
    return Wording(**(facts | given))


def proposed(people: People, wording: Wording, to: Person | None = None) -> list[str]:
    return [each.code for each in repeats.proposals(wording, to=to or people.manager)]


@both_databases
def test_the_same_fault_in_the_same_area_is_proposed_with_what_agrees(app: Flask, people: People) -> None:
    made = earlier(people)
    found = repeats.proposals(draft(people), to=people.manager)
    assert [each.code for each in found] == [made.code]
    assert found[0].same_clause
    assert found[0].same_process
    assert found[0].same_department, "the department of the process counts although none was chosen"
    assert found[0].likeness >= 50


def test_chinese_is_compared_as_well(people: People) -> None:
    made = earlier(people, title="", nonconformity="抽查的12个事件中有3个未定优先级。")
    wording = draft(people, nonconformity="抽样20条事件单，有4条没有填写优先级。")
    assert proposed(people, wording) == [made.code]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"clause": "8.5.1.2"}, "another clause"),
        ({"nonconformity": "Users were not asked whether the service works again."}, "another fault"),
        ({"nonconformity": "priority"}, "too little is said"),
        ({"clause": "", "process_id": None}, "nothing is known of the area"),
    ],
)
def test_what_differs_in_clause_or_words_is_not_proposed(
    people: People, changed: dict[str, Any], why: str
) -> None:
    earlier(people)
    assert proposed(people, draft(people, **changed)) == [], why


def test_another_area_needs_words_that_are_more_alike(people: People) -> None:
    made = earlier(people)
    rule = repeat_services.set_policy(months=12, likeness=50, minors=3, by=people.manager)
    here = repeats.proposals(draft(people), to=people.manager)[0].likeness
    rule.likeness = here - 5
    assert proposed(people, draft(people)) == [made.code]
    assert proposed(people, draft(people, process_id=people.chg.id)) == []
    same_words = draft(people, process_id=people.chg.id, nonconformity=made.nonconformity, title=made.title)
    assert proposed(people, same_words) == [made.code]


def test_drafts_withdrawn_findings_and_those_before_the_window_are_no_repeats(people: People) -> None:
    factory.finding(people, raised_on=today() - timedelta(days=9))
    services.withdraw(earlier(people), reason="Does not hold", by=people.lead)
    earlier(people, days=400)
    assert proposed(people, draft(people)) == []
    repeat_services.set_policy(months=24, likeness=50, minors=3, by=people.manager)
    assert len(proposed(people, draft(people))) == 1


def test_a_person_is_proposed_only_what_they_may_see(people: People) -> None:
    made = earlier(people)
    assert proposed(people, draft(people), to=people.lead) == []
    assert proposed(people, draft(people), to=people.manager) == [made.code]


def test_what_was_chosen_stays_on_the_list_although_the_words_changed(people: People) -> None:
    made = earlier(people)
    other = draft(people, nonconformity="Something quite different came to light here.")
    found = repeats.proposals(other, to=people.manager, chosen=[made.id])
    assert [(each.code, each.chosen) for each in found] == [(made.code, True)]


def test_a_repeat_in_the_area_speaks_for_a_major_and_so_do_several_minors_on_one_clause(
    people: People,
) -> None:
    earlier(people)
    wording = draft(people)
    found = repeats.upgrade(wording, repeats.proposals(wording, to=people.manager), to=people.manager)
    assert found is not None
    assert (found.repeats, found.minors, found.enough) == (1, 2, False)
    earlier(people, process=people.chg, nonconformity="Users were not asked.", title="Other")
    found = repeats.upgrade(wording, [], to=people.manager)
    assert found is not None
    assert (found.repeats, found.minors, found.enough) == (0, 3, True)
    assert repeats.upgrade(draft(people, grade=Grade.MAJOR), [], to=people.manager) is None


# --- confirming ---------------------------------------------------------------------------------------------


@both_databases
def test_raising_keeps_the_choice_with_who_and_when_and_the_trail_tells_it(
    app: Flask, people: People
) -> None:
    first = earlier(people)
    made = factory.finding(people, nonconformity=AGAIN, by=people.manager)
    repeat_services.keep(made, [first.id], by=people.manager)
    link = db.session.query(FindingRepeat).one()
    assert (link.later, link.earlier, link.confirmed_by) == (made, first, people.manager)
    assert link.why == "clause,process,department"
    acts = [each for each in trail.history(made) if each.action == "finding.repeat"]
    assert acts[0].facts["details"]["earlier"] == first.code


def test_taking_the_choice_back_removes_the_link_and_leaves_its_trace(people: People) -> None:
    first = earlier(people)
    made = factory.finding(people, by=people.manager)
    repeat_services.keep(made, [first.id], by=people.manager)
    repeat_services.edit(made, repeat_of=[], by=people.manager)
    assert db.session.query(FindingRepeat).count() == 0
    assert "finding.not_repeat" in {each.action for each in trail.history(made)}
    repeat_services.keep(made, [first.id], by=people.manager)
    repeat_services.edit(made, title="Other words", by=people.manager)
    assert db.session.query(FindingRepeat).count() == 1, "None leaves the links as they are"


def test_only_an_earlier_finding_that_stands_can_be_repeated(people: People) -> None:
    made = factory.finding(people, by=people.manager)
    with pytest.raises(Refused, match="draft"):
        repeat_services.confirm(
            made, factory.finding(people, raised_on=today() - timedelta(days=3)), by=people.manager
        )
    with pytest.raises(Refused, match="not earlier"):
        repeat_services.confirm(made, factory.at(people, "issued"), by=people.manager)
    settled = factory.at(people, "closed")
    with pytest.raises(Refused, match="no longer"):
        repeat_services.confirm(settled, earlier(people), by=people.manager)


def test_foreign_findings_cannot_be_named_by_their_number(people: People) -> None:
    foreign = earlier(people, process=people.chg)
    made = factory.finding(people)
    repeat_services.keep(made, [foreign.id, 99999], by=people.auditor2)
    assert db.session.query(FindingRepeat).count() == 0


def test_the_policy_is_set_by_who_runs_the_programme(people: People) -> None:
    with pytest.raises(Refused):
        repeat_services.set_policy(months=6, likeness=60, minors=2, by=people.auditor)
    repeat_services.set_policy(months=6, likeness=60, minors=2, by=people.manager)
    repeat_services.set_policy(months=7, likeness=60, minors=2, by=people.manager)
    assert (repeats.policy().months, repeats.policy().minors) == (7, 2)


# --- chains -------------------------------------------------------------------------------------------------


def three(people: People) -> list[Finding]:
    """A fault that came back twice."""
    made = [earlier(people, 200), earlier(people, 100), factory.finding(people, by=people.manager)]
    links = itertools.pairwise(made)
    for before, after in links:
        link = FindingRepeat(
            later=after, earlier=before, why="clause", likeness=80, confirmed_by=people.manager,
            confirmed_at=now(),
        )  # fmt: skip
        db.session.add(link)
    db.session.flush()
    return made


@both_databases
def test_the_chain_goes_back_and_forth_from_any_of_its_findings(app: Flask, people: People) -> None:
    made = three(people)
    for each in made:
        assert [link.code for link in repeats.chain(each, to=people.manager)] == [one.code for one in made]
    assert repeats.chain(earlier(people), to=people.manager) == []


def test_a_chain_shows_a_person_only_what_they_may_see(people: People) -> None:
    made = three(people)
    assert [each.code for each in repeats.chain(made[0], to=people.owner)] == [one.code for one in made[:2]]


def test_the_chain_stands_on_the_report_and_in_the_register(people: People) -> None:
    made = three(people)
    document = paper.document(made[1], "en")
    assert any("Chain of repeats" in str(getattr(block, "text", "")) for block in document.blocks)
    book = load_workbook(BytesIO(exports.register(repeats.visible_to(people.manager), "en", people.manager)))
    rows = list(book.active.iter_rows(values_only=True))
    head = next(row for row in rows if "Repeat of" in row)
    column = head.index("Repeat of")
    codes = {row[0]: row[column] for row in rows[rows.index(head) + 1 :]}
    assert codes[made[1].code] == made[0].code
    assert codes[made[2].code] == made[1].code
    assert not codes[made[0].code]


# --- on screen ----------------------------------------------------------------------------------------------


def test_the_form_proposes_while_one_types_and_raising_keeps_what_was_ticked(
    people: People, client_for: Any, parsed: Any
) -> None:
    first = earlier(people)
    db.session.commit()
    client = client_for(people.manager)
    typed = {
        **STATEMENT, "nonconformity": AGAIN, "process_id": people.inc.id, "repeat_of": first.id,
        "repeats_shown": "1",
    }  # fmt: skip
    asked = {"nonconformity": AGAIN, "clause": "8.6.1", "process_id": people.inc.id, "grade": "minor"}
    reply = client.get("/findings/repeats", query_string=asked)
    assert reply.status_code == 200
    assert first.code in reply.text
    assert "consider grading this one as major" in reply.text
    assert "checked" not in reply.text
    assert "checked" in client.get("/findings/repeats", query_string=asked | {"repeat_of": first.id}).text
    refused = client.post("/findings/new", data=typed | {"grade": ""})
    assert refused.status_code == 422
    parsed(refused)
    assert "checked" in refused.text
    assert client.post("/findings/new", data=typed).status_code == 302
    made = db.session.query(Finding).filter(Finding.state == FindingState.DRAFT).one()
    page = client.get(f"/findings/{made.id}")
    parsed(page)
    assert "Chain of repeats" in page.text
    edit = client.get(f"/findings/{made.id}/edit")
    parsed(edit)
    assert "checked" in edit.text


def test_nonsense_in_the_address_is_no_error(people: People, client_for: Any) -> None:
    db.session.commit()
    client = client_for(people.manager)
    query = (
        "?process_id=x&grade=zz&repeat_of=-1&repeat_of=99999999999999&clause=8.6.1&nonconformity=" + "a" * 300
    )
    assert client.get("/findings/repeats" + query).status_code == 200
    assert client.get("/findings/repeats?finding=424242").status_code == 404


def test_what_counts_is_set_on_its_page(people: People, client_for: Any, parsed: Any) -> None:
    db.session.commit()
    client = client_for(people.manager)
    parsed(client.get("/findings/repeats/policy"))
    assert client.post("/findings/repeats/policy", data={"months": "0"}).status_code == 422
    sent = client.post("/findings/repeats/policy", data={"months": "18", "likeness": "55", "minors": "4"})
    assert sent.status_code == 302
    assert repeats.policy().months == 18
    assert client_for(people.auditor).get("/findings/repeats/policy").status_code == 403


def test_the_page_of_a_finding_asks_as_many_queries_with_a_long_chain(people: People) -> None:
    made = three(people)
    counted: list[str] = []

    def count(*args: Any) -> None:
        counted.append(args[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        repeats.chain(made[0], to=people.manager)
        first = len(counted)
        counted.clear()
        repeats.proposals(draft(people), to=people.manager, chosen=[made[0].id])
        repeats.earlier_codes(to=people.manager)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert first == 1
    assert len(counted) <= 5


def test_what_came_before_on_the_requirement_is_looked_for_within_the_months_of_the_policy(
    people: People,
) -> None:
    def raised(day: date) -> Finding:
        return services.issue(factory.finding(people, raised_on=day), by=people.lead)

    year = today() - relativedelta(months=12)
    old, near, present = raised(year - timedelta(days=1)), raised(year), raised(today())
    assert repeats.earlier(present, to=people.manager) == [near]
    assert repeats.earlier(near, to=people.manager) == [old]
    repeat_services.set_policy(months=24, likeness=50, minors=3, by=people.manager)
    assert repeats.earlier(present, to=people.manager) == [near, old]


def test_what_came_before_is_shown_only_to_who_may_see_it(people: People) -> None:
    first = services.issue(factory.finding(people), by=people.lead)
    second = services.issue(factory.finding(people), by=people.lead)
    assert repeats.earlier(second, to=people.manager) == [first]
    assert repeats.earlier(second, to=people.owner2) == []
