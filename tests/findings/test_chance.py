"""Random people fire random steps with random facts: the rules hold whatever happens."""

from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.findings import action_services, answers, checks, services
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.guards import attached, belongs_to
from audit_app.findings.models import (
    ActionKind,
    ActionState,
    CheckKind,
    Finding,
    FindingState,
    Grade,
    Proof,
)
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


def close(f: Finding, by: Any, words: str) -> None:
    checks.close(
        f,
        effectiveness_note=words,
        shown_by=list(Proof)[len(words) % len(Proof)],
        record=words,
        record_on=today() - timedelta(days=len(words)),
        by=by,
    )


def approve(f: Finding, by: Any, words: str) -> None:
    answers.approve_plan(
        f, effectiveness_criterion=words, effectiveness_due_on=today() + timedelta(days=3 * len(words)), by=by
    )


ACTS = {
    "issue": issue,
    "accept": lambda f, by, w: answers.accept(f, by=by),
    "dispute": lambda f, by, w: answers.dispute(f, reason=w, by=by),
    "uphold": lambda f, by, w: answers.uphold(f, reason=w, by=by),
    "concede": lambda f, by, w: answers.concede(f, reason=w, by=by),
    "correct": lambda f, by, w: answers.correct(f, correction=w, correction_done_on=today(), by=by),
    "add": add,
    "analyse": lambda f, by, w: answers.analyse(
        f, cause=w, similar_cases=w, cause_category=CauseCategory.PROCESS, by=by
    ),
    "propose": lambda f, by, w: answers.propose(f, by=by),
    "approve": approve,
    "return": lambda f, by, w: answers.return_plan(f, reason=w, by=by),
    "start": lambda f, by, w: answers.start(f, by=by),
    "done": each_done,
    "cancel": cancel,
    "verify_action": verify_action,
    "attach": lambda f, by, w: factory.attach(f, factory.Upload(), by=by),
    "report": lambda f, by, w: answers.report_done(f, by=by),
    "verify": lambda f, by, w: checks.verify(f, note=w, by=by),
    "send_back": lambda f, by, w: checks.send_back(f, reason=w, by=by),
    "day": lambda f, by, w: checks.call_checks(),
    "close": close,
    "fail": lambda f, by, w: checks.fail_check(f, reason=w, by=by),
    "reopen": lambda f, by, w: checks.reopen(f, reason=w, by=by),
    "withdraw": lambda f, by, w: services.withdraw(f, reason=w, by=by),
    "regrade": lambda f, by, w: services.regrade(f, grade=Grade.MAJOR, reason=w, by=by),
}
STEPS = st.tuples(
    st.sampled_from(sorted(ACTS)), st.sampled_from(NAMES), WORDS, st.sampled_from([0, 0, 0, 31])
)
LIKELY = [
    ("issue", "lead"), ("accept", "owner"), ("correct", "owner"), ("analyse", "owner"), ("add", "owner"),
    ("propose", "owner"), ("approve", "lead"), ("done", "owner"), ("attach", "owner"), ("report", "owner"),
    ("verify", "auditor2"), ("day", "lead"), ("close", "lead"),
]  # fmt: skip
DISPUTED = [
    LIKELY[0],
    ("dispute", "owner"),
    ("uphold", "manager"),
    *LIKELY[2:7],
    ("start", "owner"),
    *LIKELY[7:],
]
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
    assert finding.closed_by not in (finding.owner, finding.implemented_by)
    assert not belongs_to(finding.closed_by, finding)
    assert finding.effectiveness_criterion
    assert finding.effectiveness_shown_by not in (None, Proof.DOCUMENT)
    done = clock.local(finding.implemented_at).date()
    assert finding.effectiveness_record_on >= done
    assert finding.closed_on >= max(done + timedelta(days=30), finding.effectiveness_due_on)
    assert finding.planned_by is not finding.owner
    assert {each.kind for each in finding.checks if each.passed} == set(CheckKind)


def test_no_chance_closes_a_nonconformity_without_cause_evidence_and_independent_verification(
    app: Flask, people: People
) -> None:
    """More than 5,000 steps of random people with random facts on days that pass at random."""
    reached: set[FindingState] = set()
    taken = 0

    @settings(max_examples=160, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(STEPS, min_size=24, max_size=24),
        st.sampled_from([Grade.MINOR, Grade.MAJOR]),
        st.sampled_from([LIKELY, LIKELY, DISPUTED]),
    )
    def run(steps: list[tuple[str, str, str, int]], grade: Grade, story: list[tuple[str, str]]) -> None:
        nonlocal taken
        finding = factory.finding(people, grade, by=people.auditor)
        likely, moment = iter(story), clock.now()
        for name, who, words, days in steps:
            moment += timedelta(days=days)
            turns = [(name, who, words)]
            if words.strip():
                turns += [(*each, words) for each in [next(likely, None)] if each is not None]
            for act, person, text in turns:
                taken += 1
                with clock.at(moment):
                    _try(people, finding, act, person, text)
                reached.add(finding.state)
        db.session.rollback()

    run()
    assert taken >= 5000
    assert reached == set(FindingState)


def _try(people: People, finding: Finding, act: str, person: str, text: str) -> None:
    """One person tries one step: refused, nothing has changed; closed, everything is there."""
    before, owned = facts_of(finding), [facts_of(action) for action in finding.actions]
    version, looks = finding.version, len(finding.checks)
    try:
        with db.session.begin_nested():
            ACTS[act](finding, getattr(people, person), text)
    except Refused:
        assert facts_of(finding) == before
        assert [facts_of(action) for action in finding.actions] == owned
        assert (finding.version, len(finding.checks)) == (version, looks)
    if finding.state is FindingState.CLOSED:
        check_closed(people, finding)
