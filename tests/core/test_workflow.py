"""The one state machine."""

from dataclasses import dataclass, field
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.core.errors import Refused
from audit_app.core.workflow import Step, Workflow


class State(Enum):
    """States of the example."""

    OPEN = "open"
    DONE = "done"


@dataclass
class Task:
    """A subject."""

    state: State = State.OPEN
    note: str = ""


@dataclass
class Somebody:
    """A person with permissions."""

    permissions: set[str] = field(default_factory=set)

    def may(self, permission):
        return permission in self.permissions


def has_note(task, _person):
    """Guard of the example."""
    return None if task.note else "Write a note first."


TABLE = Workflow(
    "task",
    [
        Step("finish", "Finish", (State.OPEN,), State.DONE, "task:finish", (has_note,)),
        Step("reopen", "Reopen", (State.DONE,), State.OPEN, "task:reopen"),
    ],
)
WORKER = Somebody({"task:finish"})


def test_a_step_needs_its_state_its_role_and_its_guards():
    task = Task()
    with pytest.raises(Refused, match="Write a note first"):
        TABLE.fire("finish", task, by=WORKER)
    task.note = "all good"
    with pytest.raises(Refused, match="role does not allow"):
        TABLE.fire("finish", task, by=Somebody())
    assert task.state is State.OPEN
    TABLE.fire("finish", task, by=WORKER)
    with pytest.raises(Refused, match="is not possible"):
        TABLE.fire("finish", task, by=WORKER)


def test_what_is_missing_is_offered_with_its_reason_but_not_open():
    assert [(offer.step.name, offer.missing) for offer in TABLE.offers(Task(), WORKER)] == [
        ("finish", ("Write a note first.",))
    ]
    assert TABLE.open_to(Task(), WORKER) == []


def test_a_table_that_names_a_step_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        Workflow("twice", [TABLE.steps[0], TABLE.steps[0]])


@given(
    state=st.sampled_from(State),
    note=st.text(max_size=3),
    rights=st.sets(st.sampled_from(["task:finish", "task:reopen"])),
    name=st.sampled_from(["finish", "reopen"]),
)
def test_the_screen_and_the_rule_never_disagree(state, note, rights, name):
    task, person = Task(state, note), Somebody(rights)
    shown = name in [step.name for step in TABLE.open_to(task, person)]
    assert shown == TABLE.allows(name, task, person)
    try:
        TABLE.fire(name, task, by=person)
        taken = True
    except Refused:
        taken = False
        assert task.state is state
    assert taken == shown
