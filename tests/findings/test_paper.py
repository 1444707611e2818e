"""The report of a finding holds everything on record: built from the rows themselves, read back in both languages."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from audit_app.core import clock
from audit_app.core.clock import local, now, today
from audit_app.core.db import db
from audit_app.dossiers import papers
from audit_app.evidence.models import Attachment
from audit_app.exports import pdf
from audit_app.exports.document import Signatures
from audit_app.exports.values import speaking
from audit_app.findings import (
    action_services,
    answers,
    checks,
    escalation,
    extensions,
    paper,
    record,
    services,
)
from audit_app.findings.deadline_models import Escalation, Extension, OriginalDate
from audit_app.findings.models import Finding, FindingState, Grade
from audit_app.findings.paper_course import ELSEWHERE
from audit_app.trail.models import TrailEntry
from tests.findings import factory
from tests.findings.factory import WALK
from tests.people import People

LOCALES = {"en": "en", "zh": "zh_Hans_CN"}


def text_of(content: bytes) -> str:
    """All words of a PDF in the order of the drawing, without blanks."""
    return squeezed("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def squeezed(text: str) -> str:
    return "".join(text.split())


def stormy(people: People) -> Finding:
    """A finding with everything that can happen: disputed, delayed, sent back, not effective, opened again."""
    start = now() - timedelta(days=400)

    def day(count: int) -> object:
        return clock.at(start + timedelta(days=count))

    with day(0):
        made = factory.finding(people, audit=factory.audit(people))
        WALK["issued"](people, made)
    with day(3):
        answers.dispute(made, reason="The sample was of another service.", by=people.owner)
    with day(5):
        answers.uphold(made, reason="The contract names this service too.", by=people.lead)
    with day(8):
        WALK["corrected"](people, made)
        WALK["analysed"](people, made)
        factory.corrective(people, made)
        answers.propose(made, by=people.owner)
    with day(9):
        answers.return_plan(made, reason="The plan names no record.", by=people.lead)
    with day(10):
        answers.propose(made, by=people.owner)
        answers.approve_plan(made, **factory.agreed(made), by=people.lead)
    with day(20):
        extensions.ask(
            made, due_on=today() + timedelta(days=60), reason="The tool comes later.", by=people.owner
        )
    with day(21):
        extensions.grant(extensions.waiting(made), note="Agreed once.", by=people.lead)  # type: ignore[arg-type]
        action = made.actions[0]
        action_services.extend(
            action, due_on=today() + timedelta(days=40), reason="Same tool.", by=people.owner
        )
    with day(22):
        action_services.decline(action, reason="The form needs no tool.", by=people.lead)
    with day(95):
        assert escalation.gather() > 0, "the action was due long ago"
        action_services.done(action, note="First form, half of the desk trained.", by=people.owner)
    with day(96):
        action_services.send_back(action, reason="The night shift is missing.", by=people.auditor2)
    with day(97):
        WALK["implemented"](people, made)
    with day(99):
        checks.send_back(made, reason="No list of the trained.", by=people.auditor2)
    with day(101):
        answers.report_done(made, by=people.owner)
        WALK["verified"](people, made)
    with day(200):
        checks.call_checks()
        checks.fail_check(made, reason="Three of sixty again without priority.", by=people.lead)
    with day(205):
        answers.correct(made, correction="Priorities set again.", correction_done_on=today(), by=people.owner)
        answers.analyse(made, **{**factory.CAUSE, "cause": "The interface of the portal skips the form, since it "
                                 "was built before."}, by=people.owner)  # fmt: skip
        factory.corrective(people, made, title="Close the way around the form in the portal")
        answers.propose(made, by=people.owner)
        answers.approve_plan(made, **factory.agreed(made), by=people.lead)
        answers.start(made, by=people.owner)
    with day(210):
        WALK["implemented"](people, made)
        WALK["verified"](people, made)
    with day(330):
        checks.call_checks()
        checks.close(made, **factory.proof(), by=people.lead)
    db.session.flush()
    return made


def on_record(finding: Finding) -> Iterator[str]:
    """Every name, date, moment and reason in the rows about a finding, from the tables."""
    ids = [each.id for each in finding.actions]

    def moment(at: object) -> str:
        return f"{local(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]

    for check in finding.checks:
        yield from (check.by.name, moment(check.at), check.note)
    for row in db.session.query(Extension).filter(
        (Extension.finding_id == finding.id) | Extension.action_id.in_(ids)
    ):
        yield from (str(row.from_on), str(row.to_on), row.reason, row.asked_by.name, moment(row.asked_at))
        yield from (row.decision, row.decided_by.name, moment(row.decided_at))
    for rung in db.session.query(Escalation).filter(
        (Escalation.finding_id == finding.id) | Escalation.action_id.in_(ids)
    ):
        yield from (str(rung.day), str(rung.first_on), rung.to.name if rung.to else "")
    for date in db.session.query(OriginalDate).filter_by(finding_id=finding.id):
        yield str(date.due_on)
    for action in finding.actions:
        yield from (
            action.code,
            action.title,
            action.done_note,
            str(action.due_on),
            str(action.original_due_on),
        )
        yield from (moment(action.done_at), action.done_by.name, moment(action.verified_at), action.verified_by.name)  # type: ignore[union-attr]  # fmt: skip
    keys = [("finding", str(finding.id)), *(("action", str(each)) for each in ids)]
    for kind, key in keys:
        for act in db.session.query(TrailEntry).filter_by(subject_type=kind, subject_id=key):
            details = act.facts.get("details", {})
            yield from (str(details.get("reason", "")), str(details.get("note", "")))
            if kind == "finding" and not act.action.startswith(ELSEWHERE):
                yield moment(act.at)
                yield act.actor_name if act.actor_id else ""
        for file in db.session.query(Attachment).filter_by(kind=kind, subject_id=key):
            yield from (file.filename, file.sha256[:12], file.by.name)
    yield from (finding.correction, finding.cause, finding.similar_cases, str(finding.closed_on))
    yield from (
        finding.effectiveness_criterion,
        finding.effectiveness_record,
        str(finding.effectiveness_due_on),
    )
    for earlier in record.rounds(record.of(finding).acts):
        yield from (earlier.facts["correction"], earlier.facts["cause"], earlier.facts["correction_done_on"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_holds_every_name_date_and_reason_on_record(
    app: Flask, people: People, language: str
) -> None:
    subject = stormy(people)
    with app.test_request_context():
        text = text_of(paper.report(subject, language))
    said = [each for each in on_record(subject) if each]
    assert len(said) > 150
    assert [each for each in said if squeezed(each) not in text] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_verification_record_holds_checks_actions_and_more_time(
    app: Flask, people: People, language: str
) -> None:
    subject = stormy(people)
    assert subject.audit is not None
    with app.test_request_context(), speaking(LOCALES[language]):
        text = text_of(pdf.render(papers.verification(subject.audit, [subject])))
    for check in subject.checks:
        for said in (check.by.name, f"{local(check.at):%Y-%m-%d %H:%M}", check.note):
            assert squeezed(said) in text, said
    for row in subject.extensions:
        assert squeezed(row.reason) in text
        assert str(row.from_on) in text
        assert str(row.to_on) in text
    for action in subject.actions:
        assert action.code in text
        assert squeezed(action.done_note) in text


def test_who_disputed_did_not_accept(app: Flask, people: People) -> None:
    subject = factory.at(people, "issued")
    answers.dispute(subject, reason="The sample was of another service.", by=people.owner)
    answers.uphold(subject, reason="The contract names this service too.", by=people.lead)
    with app.test_request_context():
        text = text_of(paper.report(subject, "en"))
    assert "Owner(auditee):disputed" in text
    assert "Decided:thefindingstands" in text
    assert "Owner(auditee):accepted" not in text, "an owner who was overruled has signed nothing of the kind"


def test_the_owner_who_accepted_signed_and_not_the_one_who_took_over(app: Flask, people: People) -> None:
    subject = factory.at(people, "accepted")
    services.edit(subject, owner=people.owner2, by=people.lead)
    with app.test_request_context():
        parts = [
            each for block in paper.document(subject, "en").blocks for each in getattr(block, "blocks", ())
        ]
    rows = next(each.rows for each in parts if isinstance(each, Signatures))
    signed = {str(row.role): row.name for row in rows if row.signed}
    assert signed["Owner (auditee): accepted"] == people.owner.name


def test_a_withdrawn_finding_owes_nothing_and_waits_for_no_signature(app: Flask, people: People) -> None:
    with clock.at(now() - timedelta(days=200)):
        subject = factory.at(people, "issued")
        answers.dispute(subject, reason="The sample was of another service.", by=people.owner)
        answers.concede(subject, reason="It was.", by=people.lead)
    with app.test_request_context():
        text = text_of(paper.report(subject, "en"))
    assert subject.state is FindingState.WITHDRAWN
    assert "Withdrawnby" in text
    assert "Verifier" not in text
    late = [row[4] for row in _dates(subject)]
    assert late
    assert not any(late)


def _dates(finding: Finding) -> list[tuple[object, ...]]:
    from audit_app.findings import paper_course

    return list(paper_course.dates(record.of(finding))[0].rows)  # type: ignore[union-attr]


@pytest.mark.parametrize("state", factory.PATH)
def test_every_state_has_a_report_whose_parts_are_numbered_in_order(
    app: Flask, people: People, state: str
) -> None:
    subject = factory.at(people, state)
    with app.test_request_context():
        made = paper.document(subject, "en")
    flat = [part for each in made.blocks for part in getattr(each, "blocks", (each,))]
    heads = [each.text for each in flat if getattr(each, "level", 0) == 2]
    assert [str(head).split()[0] for head in heads] == [str(place) for place in range(1, len(heads) + 1)]


def test_a_lighter_finding_asks_for_no_plan_and_no_verifier(app: Flask, people: People) -> None:
    subject = factory.finding(people, Grade.OBSERVATION)
    services.issue(subject, by=people.lead)
    with app.test_request_context():
        text = text_of(paper.report(subject, "en"))
    assert "Planandapproval" not in text
    assert "Verifier" not in text
