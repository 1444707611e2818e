"""More time for every date of the policy: asked by who keeps it, decided by another, the first date stays."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import answers, checks, deadlines, escalation, extensions, policy
from audit_app.findings.deadline_models import Escalation, ExtensionState, OriginalDate, Term
from audit_app.findings.models import Finding
from audit_app.notifications.models import Notice
from audit_app.trail import queries as trail
from tests.databases import both_databases
from tests.findings import factory
from tests.people import People

STATES = {
    Term.RESPONSE: "accepted",
    Term.CORRECTION: "accepted",
    Term.CORRECTIVE: "planned",
    Term.VERIFICATION: "implemented",
    Term.EFFECTIVENESS: "verified",
}
"""A state in which the date runs."""
ALL = pytest.mark.parametrize("term", list(Term), ids=[each.value for each in Term])


def asker(people: People, term: Term) -> Any:
    return people.owner if term in extensions.OWNERS else people.auditor


def dates(finding: Finding, term: Term) -> tuple[date | None, date | None]:
    """The first date and the one that counts, as the page shows them."""
    found = next(each for each in deadlines.promises(finding) if each.term is term)
    return found.first_on, found.due_on


def asked(people: People, finding: Finding, term: Term, days: int = 3, **given: Any) -> Any:
    present = deadlines.due_now(finding, term)
    assert present is not None
    facts = {"due_on": present + timedelta(days=days), "reason": "Illness.", "by": asker(people, term)}
    return extensions.ask(finding, term=term, **facts | given)


def first_row(finding: Finding, term: Term) -> date | None:
    query = db.session.query(OriginalDate.due_on)
    return query.filter_by(finding_id=finding.id, term=term, round=finding.reopened).scalar()


@both_databases
@ALL
def test_a_later_date_counts_the_first_one_stays_and_it_is_counted(people: People, term: Term) -> None:
    subject = factory.at(people, STATES[term])
    first, present = dates(subject, term)
    assert first == present
    request = asked(people, subject, term)
    assert dates(subject, term) == (first, present), "until it is decided nothing moves"
    extensions.grant(request, by=people.lead)
    assert dates(subject, term) == (first, request.to_on)
    assert first_row(subject, term) == first
    assert extensions.counted(subject) == 1
    acts = {each.action: each.facts for each in trail.history(subject)}
    assert acts["finding.extension_ask"]["details"]["term"] == term.value
    assert "finding.extend" in acts


@ALL
def test_a_refusal_moves_nothing_and_nobody_decides_their_own_request(people: People, term: Term) -> None:
    subject = factory.at(people, STATES[term])
    before = dates(subject, term)
    request = asked(people, subject, term, by=people.lead)
    with pytest.raises(Refused, match="You wrote this request"):
        extensions.grant(request, by=people.lead)
    with pytest.raises(Refused):
        extensions.grant(request, by=people.owner)
    extensions.refuse(request, reason="Somebody else can do it.", by=people.manager)
    assert (dates(subject, term), extensions.counted(subject)) == (before, 0)


def test_the_next_step_is_due_on_the_day_that_was_granted(people: People) -> None:
    waiting = factory.at(people, "implemented")
    extensions.grant(asked(people, waiting, Term.VERIFICATION), by=people.lead)
    assert waiting.next_due_on == policy.verify_by(waiting) + timedelta(days=3)
    checks.verify(waiting, note="Seen.", by=people.auditor)
    agreed = waiting.effectiveness_due_on
    extensions.grant(asked(people, waiting, Term.EFFECTIVENESS, 20), by=people.lead)
    assert waiting.next_due_on == agreed + timedelta(days=20)
    answering = factory.at(people, "accepted")
    extensions.grant(asked(people, answering, Term.RESPONSE), by=people.lead)
    assert answering.next_due_on == answering.response_due_on


@pytest.mark.parametrize(
    ("state", "term", "who", "said"),
    [
        ("accepted", Term.VERIFICATION, "auditor", "does not run now"),
        ("planned", Term.RESPONSE, "owner", "matters only until"),
        ("corrected", Term.CORRECTION, "owner", "matters only until"),
        ("implemented", Term.CORRECTIVE, "owner", "matters only until"),
        ("verified", Term.VERIFICATION, "auditor", "does not run now"),
        ("proposed", Term.EFFECTIVENESS, "auditor", "does not run now"),
        ("closed", Term.EFFECTIVENESS, "auditor", "does not run now"),
        ("implemented", Term.VERIFICATION, "owner", "those who verify"),
        ("accepted", Term.RESPONSE, "auditor", "asked for by the owner"),
    ],
)
def test_a_date_that_does_not_run_or_is_somebody_elses_is_not_asked_for(
    people: People, state: str, term: Term, who: str, said: str
) -> None:
    subject = factory.at(people, state)
    with pytest.raises(Refused, match=said):
        extensions.ask(
            subject, term=term, due_on=today() + timedelta(days=300), reason="Late.", by=getattr(people, who)
        )


@pytest.mark.parametrize("term", [Term.RESPONSE, Term.CORRECTION])
def test_nothing_before_the_corrective_action_is_due_after_it(people: People, term: Term) -> None:
    subject = factory.at(people, "accepted")
    with pytest.raises(Refused, match="nothing before it is due later") as refused:
        asked(people, subject, term, 300)
    assert refused.value.field == "due_on"


@pytest.mark.parametrize(
    ("term", "verb"),
    [
        (Term.CORRECTION, lambda f, p: answers.correct(
            f, correction="Set.", correction_done_on=today(), by=p.owner)),
        (Term.VERIFICATION, lambda f, p: checks.verify(f, note="Seen.", by=p.auditor)),
        (Term.VERIFICATION, lambda f, p: checks.send_back(f, reason="Not yet.", by=p.auditor)),
    ],
)  # fmt: skip
def test_a_request_lapses_when_its_date_is_kept(people: People, term: Term, verb: Any) -> None:
    subject = factory.at(people, STATES[term])
    request = asked(people, subject, term)
    verb(subject, people)
    assert request.state is ExtensionState.LAPSED


def test_a_request_for_the_check_outlives_the_verification(people: People) -> None:
    subject = factory.at(people, "implemented")
    request = asked(people, subject, Term.EFFECTIVENESS, 40)
    checks.verify(subject, note="Seen.", by=people.auditor)
    assert request.waiting
    extensions.grant(request, by=people.lead)
    assert subject.effectiveness_due_on == request.to_on


def test_time_granted_before_it_was_reopened_does_not_count_in_the_new_round(people: People) -> None:
    subject = factory.at(people, "accepted")
    extensions.grant(asked(people, subject, Term.CORRECTION), by=people.lead)
    assert dates(subject, Term.CORRECTION)[1] == first_row(subject, Term.CORRECTION) + timedelta(days=3)
    closed = factory.at(people, "closed")
    closed.extensions.extend(subject.extensions)
    with clock.at(clock.now() + timedelta(days=200)):
        checks.reopen(closed, reason="Came back.", by=people.lead)
        assert dates(closed, Term.CORRECTION) == (today() + timedelta(days=7),) * 2


def test_verified_anew_after_it_was_sent_back_begins_with_a_date_of_its_own(people: People) -> None:
    subject = factory.at(people, "implemented")
    kept = first_row(subject, Term.VERIFICATION)
    checks.send_back(subject, reason="Not yet.", by=people.auditor)
    with clock.at(clock.now() + timedelta(days=20)):
        answers.report_done(subject, by=people.owner)
        assert dates(subject, Term.VERIFICATION) == (policy.verify_by(subject),) * 2
    assert first_row(subject, Term.VERIFICATION) == kept


def test_the_ladder_waits_for_the_day_granted_and_counts_from_the_first(people: People) -> None:
    subject = factory.at(people, "accepted")
    first, _present = dates(subject, Term.CORRECTION)
    assert first is not None
    extensions.grant(asked(people, subject, Term.CORRECTION, 2), by=people.lead)
    with clock.at(clock.now() + timedelta(days=9)):
        escalation.gather()
        assert db.session.query(Escalation).filter_by(term=Term.CORRECTION).count() == 0
    with clock.at(clock.now() + timedelta(days=10)):
        escalation.gather()
        rows = db.session.query(Escalation).filter_by(term=Term.CORRECTION).all()
        assert {row.first_on for row in rows} == {first}


def test_who_asked_is_told_of_a_verification_and_the_notice_names_its_date(people: People) -> None:
    subject = factory.at(people, "implemented")
    request = asked(people, subject, Term.VERIFICATION)
    told = db.session.query(Notice).filter_by(kind="finding.extension_asked").first()
    assert told.facts["due"] == request.from_on.isoformat()
    extensions.grant(request, by=people.lead)
    told = db.session.query(Notice).filter_by(kind="finding.extended").one()
    assert (told.person_id, told.facts["due"]) == (people.auditor.id, request.to_on.isoformat())


def test_the_page_offers_the_dates_that_run_and_shows_what_was_asked(
    people: People, client_for: Any, parsed: Any
) -> None:
    subject = factory.at(people, "accepted", audit=factory.audit(people))
    db.session.commit()
    client = client_for(people.owner)
    page = client.get(f"/findings/{subject.id}/extend")
    parsed(page)
    offered = {term for term in Term if f'value="{term.value}"' in page.text}
    assert offered == {Term.RESPONSE, Term.CORRECTION, Term.CORRECTIVE}
    wanted = subject.response_due_on + timedelta(days=2)
    sent = {"term": "response", "due_on": wanted.isoformat(), "reason": "Illness."}
    assert (
        client.post(f"/findings/{subject.id}/extend", data=sent | {"term": "verification"}).status_code == 422
    )
    assert client.post(f"/findings/{subject.id}/extend", data=sent).status_code == 302
    assert "for “Response” until" in client.get(f"/findings/{subject.id}").text
    request = subject.extensions[0]
    decider = client_for(people.manager)
    parsed(decider.get("/findings/extensions"))
    shown = decider.get(f"/findings/extensions/{request.id}")
    parsed(shown)
    assert "Response · " in shown.text
    assert decider.post(f"/findings/extensions/{request.id}", data={"decision": "grant"}).status_code == 303
    assert client_for(people.auditor).get(f"/findings/{subject.id}/extend").status_code == 200
