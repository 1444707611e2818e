"""Whether the actions helped: not before its day, by a record made since, judged by somebody else."""

from datetime import timedelta
from typing import Any

import pytest

from audit_app.core import clock
from audit_app.core.clock import today
from audit_app.core.errors import Refused
from audit_app.findings import checks
from audit_app.findings.models import CheckKind, FindingState, Proof
from audit_app.findings.workflow import FINDING
from tests.findings import factory
from tests.findings.test_workflow import take
from tests.people import People


def test_effectiveness_is_not_judged_before_its_day(people: People) -> None:
    subject = factory.at(people, "verified")
    with pytest.raises(Refused, match="cannot be seen earlier"):
        take(people, "close", subject)
    assert subject.effectiveness_note == ""
    assert checks.call_checks() == []


def test_a_late_action_moves_the_day_of_the_check(people: People) -> None:
    subject = factory.at(people, "in_progress")
    agreed = subject.effectiveness_due_on
    assert agreed is not None
    with clock.at(clock.now() + timedelta(days=60)):
        factory.WALK["implemented"](people, subject)
        factory.WALK["verified"](people, subject)
        assert subject.effectiveness_due_on == today() + timedelta(days=30)


def test_the_daily_command_calls_for_the_check_once_and_catches_up(people: People) -> None:
    with clock.at(clock.now() - factory.LONG_AGO):
        subject = factory.at(people, "verified")
    assert checks.call_checks() == [subject]
    assert checks.call_checks() == []
    assert subject.state is FindingState.EFFECTIVENESS_DUE
    with pytest.raises(Refused):
        FINDING.fire("call_check", subject, by=people.manager)


@pytest.mark.parametrize(
    ("lack", "words"),
    [
        ({"effectiveness_note": " "}, "cause is gone"),
        ({"shown_by": None}, "what shows the effect"),
        ({"shown_by": Proof.DOCUMENT}, "intention, not the effect"),
        ({"record": ""}, "Name the record"),
        ({"record_on": None}, "Name the record"),
        ({"record_on": today() + timedelta(days=1)}, "still to come"),
        ({"record_on": today() - timedelta(days=81)}, "older than the actions"),
    ],
)
def test_effectiveness_is_shown_by_a_record_made_since(
    people: People, lack: dict[str, Any], words: str
) -> None:
    subject = factory.at(people, "effectiveness_due")
    with pytest.raises(Refused, match=words):
        take(people, "close", subject, **lack)
    assert (subject.state, subject.closed_at) == (FindingState.EFFECTIVENESS_DUE, None)


def test_who_did_the_work_does_not_judge_its_effect(people: People) -> None:
    subject = factory.at(people, "effectiveness_due")
    subject.actions[0].done_by = people.lead
    with pytest.raises(Refused, match="took part"):
        take(people, "close", subject)


def test_a_failed_check_opens_the_finding_again_counts_and_keeps_the_look(people: People) -> None:
    subject = take(people, "fail_check", factory.at(people, "effectiveness_due"))
    assert (subject.state, subject.effectiveness_failures, subject.reopened) == (FindingState.ACCEPTED, 1, 1)
    assert [(each.kind, each.passed) for each in subject.checks] == [
        (CheckKind.VERIFICATION, True), (CheckKind.EFFECTIVENESS, False),
    ]  # fmt: skip
    assert (subject.correction_done_on, subject.planned_by, subject.verified_by) == (None, None, None)
