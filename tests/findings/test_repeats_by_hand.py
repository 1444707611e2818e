"""Repeats linked by hand: by number and with a reason, shown like proposed ones, taken back with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import repeat_exports, repeat_services, repeats
from audit_app.findings.models import Finding
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.reviews import compile_repeats
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.findings.test_repeats import earlier
from tests.people import People


@both_databases
def test_a_repeat_that_was_not_proposed_is_linked_by_its_number_with_a_reason(
    app: Flask, people: People
) -> None:
    first = earlier(people, clause="9.2", nonconformity="Nobody looked at the list of suppliers.")
    made = factory.at(people, "closed")
    repeat_services.link_by_hand(
        made,
        number=f" {first.code.lower().replace('-', chr(0xFF0D))} ",
        reason="Same cause.",
        by=people.manager,
    )
    link = db.session.query(FindingRepeat).one()
    assert (link.earlier, link.reason, link.confirmed_by) == (first, "Same cause.", people.manager)
    assert [each.code for each in repeats.chain(made, to=people.manager)] == [first.code, made.code]
    act = next(each for each in trail.history(made) if each.action == "finding.repeat")
    assert act.facts["details"]["reason"] == "Same cause."
    found = compile_repeats.blocks(today() - timedelta(days=400), today())
    assert found[1].rows[0][-1] == first.code, "input c1 names it like a proposed one"
    assert exports_of_chain(made) == [first.code, made.code]


def exports_of_chain(finding: Finding) -> list[str]:
    """The codes that the report of a finding prints as its chain."""
    grid = next(block for block in repeat_exports.blocks(finding, {}) if hasattr(block, "rows"))
    return [row[0] for row in grid.rows]


def test_a_wrong_link_is_taken_back_with_a_reason_and_leaves_its_trace(people: People) -> None:
    first, made = earlier(people), factory.at(people, "closed")
    link = repeat_services.link_by_hand(made, number=first.code, reason="Same cause.", by=people.manager)
    with pytest.raises(Refused, match="not the same fault"):
        repeat_services.take_back(link, reason="  ", by=people.manager)
    repeat_services.take_back(link, reason="Another team.", by=people.manager)
    assert db.session.query(FindingRepeat).count() == 0
    act = next(each for each in trail.history(made) if each.action == "finding.not_repeat")
    assert (act.facts["details"], act.actor_id) == (
        {"earlier": first.code, "reason": "Another team."}, people.manager.id
    )  # fmt: skip


def test_what_cannot_be_linked_by_hand_is_refused_with_a_sentence(people: People) -> None:
    first, made = earlier(people), factory.at(people, "planned")

    def link(number: str, by: Person, reason: str = "Same cause.") -> Any:
        return repeat_services.link_by_hand(made, number=number, reason=reason, by=by)

    for number, by, said in (
        ("NC-1999-999", people.manager, "No finding NC-1999-999"),
        (made.code, people.manager, "not earlier"),
        (factory.finding(people, raised_on=today() - timedelta(days=9)).code, people.manager, "is a draft"),
        (first.code, people.owner, "linked by whoever"),
    ):
        with pytest.raises(Refused, match=said):
            link(number, by)
    with pytest.raises(Refused, match="Say why"):
        link(first.code, people.manager, " ")
    link(first.code, people.manager)
    with pytest.raises(Refused, match="linked already"):
        link(first.code, people.manager)


def test_the_page_links_by_number_and_takes_back(people: People, client_for: Any) -> None:
    first, made = earlier(people), factory.at(people, "planned")
    db.session.commit()
    client = client_for(people.manager)
    assert "No earlier finding is linked" in client.get(f"/findings/{made.id}").text
    address = f"/findings/{made.id}/repeats/link"
    answer = client.post(address, data={"number": "NC-1999-999", "reason": "The same cause"})
    assert answer.status_code == 422
    assert "The same cause" in answer.text, "nothing typed is lost"
    assert client.post(address, data={"number": first.code, "reason": "The same cause"}).status_code == 303
    assert "Linked by hand by" in client.get(f"/findings/{made.id}").text
    undo = f"/findings/{made.id}/repeats/{first.id}/take-back"
    assert client.post(undo, data={"reason": ""}).status_code == 422
    assert client_for(people.reader).get(undo).status_code == 403
    assert client.post(undo, data={"reason": "Another fault"}).status_code == 303
    assert client.get(undo).status_code == 404
    assert "Another fault" in client.get(f"/findings/{made.id}").text, "the trail says why"
