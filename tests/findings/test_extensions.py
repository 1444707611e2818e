"""More time: asked for with a reason, decided by another person, counted, and never the first date."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.exc import IntegrityError

from audit_app.accounts.permissions import Role
from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.findings import action_services, answers, extensions, services
from audit_app.findings.deadline_models import Extension, ExtensionState
from audit_app.findings.models import Action, Finding
from audit_app.home import work
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People, add_person

BOTH = pytest.mark.parametrize("pick", [lambda f: f, lambda f: f.actions[0]], ids=["finding", "action"])
Pick = Callable[[Finding], Finding | Action]


def later(subject: Any, days: int = 30) -> date:
    day: date = subject.due_on or today()
    return day + timedelta(days=days)


def asked(people: People, subject: Finding | Action, **given: Any) -> Extension:
    facts = {"due_on": later(subject), "reason": "The supplier is late.", "by": people.owner} | given
    return extensions.ask(subject, **facts)


def kinds(person: Any) -> list[str]:
    return [each.kind for each in db.session.query(Notice).filter_by(person_id=person.id)]


@both_databases
@BOTH
def test_the_owner_asks_another_person_grants_and_the_first_date_stays(people: People, pick: Pick) -> None:
    subject = pick(factory.at(people, "planned"))
    first = subject.due_on
    request = asked(people, subject)
    assert (subject.due_on, extensions.waiting(subject), extensions.counted(subject)) == (first, request, 0)
    extensions.grant(request, note="Once.", by=people.lead)
    assert (subject.due_on, subject.original_due_on) == (request.to_on, first)
    assert (extensions.waiting(subject), extensions.counted(subject)) == (None, 1)
    assert (request.decided_by, request.decision, request.from_on) == (people.lead, "Once.", first)
    if isinstance(subject, Finding):
        assert subject.next_due_on == request.to_on


@BOTH
def test_a_refusal_keeps_the_date_says_why_and_is_not_counted(people: People, pick: Pick) -> None:
    subject = pick(factory.at(people, "planned"))
    first, request = subject.due_on, asked(people, subject)
    with pytest.raises(Refused, match="Say why the date stays"):
        extensions.refuse(request, reason=" ", by=people.lead)
    extensions.refuse(request, reason="It is urgent.", by=people.lead)
    assert (subject.due_on, request.state, extensions.counted(subject)) == (first, ExtensionState.REFUSED, 0)
    with pytest.raises(Refused, match="decided already"):
        extensions.grant(request, by=people.manager)
    again = asked(people, subject, reason="Now the part is ordered.")
    assert subject.extensions == [request, again]


@BOTH
def test_neither_asker_nor_owner_decides(people: People, pick: Pick) -> None:
    subject = pick(factory.at(people, "planned"))
    request = asked(people, subject, by=people.lead)  # written down for the owner
    with pytest.raises(Refused, match="You wrote this request"):
        extensions.grant(request, by=people.lead)
    with pytest.raises(Refused, match="granted by a lead auditor"):
        extensions.grant(request, by=people.owner)
    subject.owner = people.manager  # the new owner was none when it was asked
    db.session.flush()
    with pytest.raises(Refused, match="You own"):
        extensions.refuse(request, reason="No.", by=people.manager)
    lead2 = add_person("Lea Lead", "lea@example.org", Role.LEAD_AUDITOR)
    assert extensions.grant(request, by=lead2).granted


def test_an_owner_who_could_decide_does_not_decide_for_themselves(people: People) -> None:
    subject = factory.at(people, "planned")
    subject.owner = people.lead
    db.session.flush()
    request = asked(people, subject, by=people.lead)
    with pytest.raises(Refused, match="You own"):
        extensions.grant(request, by=people.lead)
    subject.owner = people.owner  # handing it over opens no door either
    db.session.flush()
    with pytest.raises(Refused, match="You own"):
        extensions.grant(request, by=people.lead)


@both_databases
def test_the_database_knows_who_may_not_decide_and_that_one_request_waits(people: People) -> None:
    subject = factory.at(people, "planned")
    number, first = subject.id, subject.due_on
    db.session.commit()
    assert first is not None
    base: dict[str, Any] = {
        "finding_id": number, "from_on": first, "to_on": first + timedelta(days=1), "reason": "Late.",
        "owner_id": people.owner.id, "asked_by_id": people.lead.id, "asked_at": now(), "state": ExtensionState.ASKED,
    }  # fmt: skip
    granted = {"state": ExtensionState.GRANTED, "decided_at": now()}
    for wrong, name in (
        (granted | {"decided_by_id": people.lead.id}, "decided_by_another"),
        (granted | {"decided_by_id": people.owner.id}, "not_decided_by_owner"),
        (granted, "decided"),
        ({"to_on": first}, "later_than_before"),
        ({"reason": ""}, "has_a_reason"),
        ({"asked_by_id": None}, "somebody_asked"),
        ({"action_id": subject.actions[0].id}, "finding_or_action"),
        (
            granted | {"state": ExtensionState.REFUSED, "decided_by_id": people.manager.id},
            "refused_with_a_reason",
        ),
    ):
        with pytest.raises(IntegrityError, match=name), db.session.begin_nested():
            db.session.add(Extension(**base | wrong))
            db.session.flush()
    db.session.add(Extension(**base))
    db.session.commit()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(Extension(**base))
        db.session.flush()


@BOTH
def test_what_cannot_be_asked_is_refused_with_a_sentence(people: People, pick: Pick) -> None:
    subject = pick(factory.at(people, "planned"))
    for wrong, said in (
        ({"due_on": subject.due_on}, "must be later"),
        ({"due_on": today() - timedelta(days=1)}, "past"),
        ({"reason": "  "}, "Say why"),
        ({"by": people.owner2}, "asked for by the owner"),
        ({"by": people.auditor}, "asked for by the owner"),
    ):
        with pytest.raises(Refused, match=said):
            asked(people, subject, **wrong)
    asked(people, subject)
    with pytest.raises(Refused, match="waits already"):
        asked(people, subject, due_on=later(subject, 90))


def test_nothing_is_asked_before_issue_or_after_the_work_is_done(people: People) -> None:
    for state in ("draft", "implemented", "verified", "closed"):
        subject = factory.at(people, state)
        with pytest.raises(Refused, match="matters only until"):
            asked(people, subject, due_on=today() + timedelta(days=99))


def test_a_day_that_has_passed_before_the_decision_is_not_granted(people: People) -> None:
    subject = factory.at(people, "planned")
    request = asked(people, subject)
    with clock.at(now() + timedelta(days=200)), pytest.raises(Refused, match="has passed"):
        extensions.grant(request, by=people.lead)


def test_a_request_lapses_with_what_it_was_about(people: People) -> None:
    first, second = factory.at(people, "planned"), factory.at(people, "planned")
    action, finding = asked(people, first.actions[0]), asked(people, first)
    action_services.done(first.actions[0], note="Done.", by=people.owner)
    factory.attach(first, factory.Upload(), by=people.owner)
    answers.report_done(first, by=people.owner)
    theirs, last = asked(people, second), asked(people, second.actions[0])
    services.withdraw(second, reason="It does not hold.", by=people.lead)
    assert {each.state for each in (action, finding, theirs, last)} == {ExtensionState.LAPSED}


def test_those_who_may_decide_are_told_and_then_the_owner(people: People) -> None:
    subject = factory.at(people, "planned")
    request = asked(people, subject)
    assert "finding.extension_asked" in kinds(people.lead)  # she issued it
    assert "finding.extension_asked" not in kinds(people.manager)
    extensions.refuse(request, reason="Urgent.", by=people.lead)
    assert "finding.extension_declined" in kinds(people.owner)
    extensions.grant(asked(people, subject.actions[0], by=people.lead), by=people.manager)
    assert "action.extension_asked" in kinds(people.manager)  # the issuer wrote it, so others are asked
    assert "action.extended" in kinds(people.owner)


def test_every_request_and_decision_stands_in_the_trail(people: People) -> None:
    subject = factory.at(people, "planned")
    extensions.grant(asked(people, subject), by=people.lead)
    extensions.refuse(asked(people, subject, due_on=later(subject, 60)), reason="Enough.", by=people.lead)
    found = [(each.action, each.actor_id) for each in trail.history(subject)]
    assert ("finding.extension_ask", people.owner.id) in found
    assert ("finding.extend", people.lead.id) in found
    assert ("finding.extension_decline", people.lead.id) in found


def test_only_requests_of_what_one_sees_are_listed_and_opened(people: People) -> None:
    request = asked(people, factory.at(people, "planned", audit=factory.audit(people)))
    own = asked(people, factory.at(people, "planned"), by=people.manager)
    manager = [each.id for each in db.session.scalars(extensions.open_to(people.manager))]
    assert manager == [request.id, own.id]
    assert [each.id for each in db.session.scalars(extensions.to_decide(people.manager))] == [request.id]
    assert [each.id for each in db.session.scalars(extensions.open_to(people.owner2))] == []
    with pytest.raises(NotVisible):
        extensions.get(request.id, to=people.owner2)
    piles = {pile.kind.key: [task.code for task in pile.tasks] for pile in work.piles(people.manager)}
    assert piles["more_time"] == [request.subject.code]


# --- the pages ----------------------------------------------------------------------------------------------


@BOTH
def test_a_request_is_written_decided_and_shown_with_its_history(
    people: People, client_for: Any, parsed: Any, pick: Pick
) -> None:
    finding = factory.at(people, "planned", audit=factory.audit(people))
    subject = pick(finding)
    kept, number = subject.due_on, subject.id
    show = f"/findings/{number}" if isinstance(subject, Finding) else f"/findings/actions/{number}"
    ask = f"{show}/extend" if isinstance(subject, Finding) else f"{show}/step/extend"
    client, lead = client_for(people.owner), client_for(people.lead)
    db.session.commit()
    wrong = client.post(ask, data={"due_on": "", "reason": "The supplier is late.", "term": "corrective"})
    assert wrong.status_code == 422
    assert "The supplier is late." in wrong.text
    assert kept is not None
    for day, said in ((kept, "must be later"), (date(2020, 1, 1), "This day has passed")):
        reply = client.post(
            ask, data={"due_on": day.isoformat(), "reason": "The supplier is late.", "term": "corrective"}
        )
        assert reply.status_code == 422
        assert said in reply.text
        assert "The supplier is late." in reply.text
    wanted = (kept + timedelta(days=30)).isoformat()
    assert client.post(
        ask, data={"due_on": wanted, "reason": "The supplier is late.", "term": "corrective"}
    ).status_code in (
        302,
        303,
    )
    page = client.get(show)
    parsed(page)
    assert "asks for more time" in page.text
    assert "Somebody else decides" in page.text
    request = db.session.query(Extension).one().id
    listing = lead.get("/findings/extensions")
    parsed(listing)
    assert f"/findings/extensions/{request}" in listing.text
    parsed(lead.get(f"/findings/extensions/{request}"))
    refused = lead.post(f"/findings/extensions/{request}", data={"decision": "refuse", "reason": ""})
    assert refused.status_code == 422
    assert "Say why the date stays" in refused.text
    assert lead.post(f"/findings/extensions/{request}", data={"decision": "grant"}).status_code == 303
    page = client.get(show)
    parsed(page)
    assert "Granted" in page.text
    assert "Leo Lead" in page.text
    assert client.get(f"/findings/extensions/{request}").status_code == 403
    parsed(lead.get(f"/findings/extensions/{request}"))
    assert "decided already" in lead.get(f"/findings/extensions/{request}").text


def test_the_registers_show_the_first_date_how_late_and_how_often_extended(
    people: People, client_for: Any
) -> None:
    subject = factory.at(people, "planned")
    for each in (subject, subject.actions[0]):
        extensions.grant(asked(people, each), by=people.lead)
    db.session.commit()
    client = client_for(people.manager)
    assert "extended once" in client.get("/findings/").text
    for address, title in (
        ("/findings/export", "First due date"),
        ("/findings/actions/export", "First due date"),
    ):
        sheet = load_workbook(BytesIO(client.get(address).data)).worksheets[-1]
        rows = list(sheet.iter_rows(values_only=True))
        head = next(row for row in rows if title in row)
        row = rows[rows.index(head) + 1]
        assert row[head.index("More time granted")] == 1
        assert row[head.index("Days past the first date")] is None
        assert row[head.index(title)] < row[head.index("Due")]
    assert client.get("/findings/?aged=1-30").status_code == 200
    assert client.get("/findings/?aged=x").status_code == 200
    assert client.get("/findings/actions?aged=91-").status_code == 200
