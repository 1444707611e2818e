"""The protocol keeps its promise in 50,000 steps of everything that happens in the field."""

from hypothesis.stateful import run_state_machine_as_test

from tests.offline.machine import Fieldwork, story

EXAMPLES, STEPS = 1050, 50


def test_the_promise_holds_in_fifty_thousand_steps():
    class Counted(Fieldwork):
        steps = 0

    run_state_machine_as_test(Counted, settings=story(EXAMPLES, STEPS))
    assert Counted.steps >= 50_000
