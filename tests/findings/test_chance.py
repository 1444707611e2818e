"""Random people fire random steps with random facts: the rules hold whatever happens."""

from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services, services
from audit_app.findings.models import ActionKind, ActionState, Finding, FindingState, Grade
from audit_app.findings.workflow import attached, belongs_to
from audit_app.trail.services import facts_of
from tests.findings import factory
from tests.people import People

NAMES = ("manager", "lead", "auditor", "auditor2", "owner", "owner2", "boss", "reader")
WORDS = st.sampled_from(["", " ", "Set the priority.", "The field is optional.", "Seen 20 records."])


def issue(f: Finding, by: Any, _w: str) -> None:
    services.issue(f, by=by)


def add(f: Finding, by: Any, words: str) -> None:
    action_services.add_action(
        title=words,
        owner=by,
        due_on=today() + timedelta(days=len(words)),
        kind=ActionKind.CORRECTIVE,
        finding=f,
        by=by,
    )


def each_done(f: Finding, by: Any, words: str) -> None:
    for action in f.actions:
        action_services.done(action, note=words, by=by)


def cancel(f: Finding, by: Any, words: str) -> None:
    for action in f.actions:
        action_services.cancel(action, reason=words, by=by)


def verify_action(f: Finding, by: Any, words: str) -> None:
    for action in f.actions:
        action_services.verify(action, note=words, by=by)


ACTS = {
    "issue": issue,
    "accept": lambda f, by, w: services.accept(f, correction=w, by=by),
    "add": add,
    "plan": lambda f, by, w: services.plan(f, cause=w, similar_cases=w, by=by),
    "done": each_done,
    "cancel": cancel,
    "verify_action": verify_action,
    "attach": lambda f, by, w: factory.attach(f, factory.Upload(), by=by),
    "report": lambda f, by, w: services.report_done(f, by=by),
    "verify": lambda f, by, w: services.verify(f, note=w, by=by),
    "send_back": lambda f, by, w: services.send_back(f, reason=w, by=by),
    "close": lambda f, by, w: services.close(f, effectiveness_note=w, by=by),
    "reopen": lambda f, by, w: services.reopen(f, reason=w, by=by),
    "withdraw": lambda f, by, w: services.withdraw(f, reason=w, by=by),
    "regrade": lambda f, by, w: services.regrade(f, grade=Grade.MAJOR, reason=w, by=by),
}
STEPS = st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(NAMES), WORDS)
LIKELY = [
    ("issue", "lead"), ("accept", "owner"), ("add", "owner"), ("plan", "owner"), ("done", "owner"),
    ("attach", "owner"), ("report", "owner"), ("verify", "auditor2"), ("close", "lead"),
]  # fmt: skip
"""Tried in turn beside the random ones, so that many runs reach the far end of the path."""


def check_closed(people: People, finding: Finding) -> None:
    """What must be true of a closed nonconformity."""
    verifier = finding.verified_by
    assert finding.cause
    assert finding.correction
    assert finding.similar_cases
    assert finding.effectiveness_note
    assert attached(finding)
    assert verifier is not None
    live = [action for action in finding.actions if action.state is not ActionState.CANCELLED]
    assert any(action.kind is ActionKind.CORRECTIVE for action in live)
    assert all(action.state is ActionState.VERIFIED for action in live)
    assert verifier not in (finding.owner, finding.implemented_by, *(action.owner for action in live))
    assert not belongs_to(verifier, finding)
    assert finding.closed_by is not finding.owner


def test_no_chance_closes_a_nonconformity_without_cause_evidence_and_independent_verification(
    app: Flask, people: People
) -> None:
    reached: set[FindingState] = set()

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(STEPS, min_size=20, max_size=20), st.sampled_from([Grade.MINOR, Grade.MAJOR]))
    def run(steps: list[tuple[str, str, str]], grade: Grade) -> None:
        finding = factory.finding(people, grade, by=people.auditor)
        likely = iter(LIKELY)
        for name, who, words in steps:
            turns = [(name, who, words)]
            if words.strip():
                turns += [(*each, words) for each in [next(likely, None)] if each is not None]
            for act, person, text in turns:
                before, owned = facts_of(finding), [facts_of(action) for action in finding.actions]
                version = finding.version
                try:
                    with db.session.begin_nested():
                        ACTS[act](finding, getattr(people, person), text)
                except Refused:
                    assert facts_of(finding) == before
                    assert [facts_of(action) for action in finding.actions] == owned
                    assert finding.version == version
                reached.add(finding.state)
                if finding.state is FindingState.CLOSED:
                    check_closed(people, finding)
        db.session.rollback()

    run()
    assert reached == set(FindingState)
