"""The real application keeps the same promise: the same stories through its doors, on SQLite with full sync."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis.stateful import run_state_machine_as_test

from tests.offline import place as places
from tests.offline import real
from tests.offline.machine import Fieldwork, story


@pytest.fixture
def stories(app, people, client_for, settings, tmp_path):
    """``stories(examples, steps)``: how many steps were taken."""
    with time_machine.travel(places.EPOCH - timedelta(days=1), tick=True) as clock:
        place = places.Place(app, people, client_for, tmp_path, clock)
        start = place.copy("start")

        class Real(Fieldwork):
            steps = 0

            def make_server(self):
                return real.RealServer(place, start)

            def __init__(self):
                super().__init__()
                self.server.world = self.world

            def photo(self, n):
                return real.png(n)

        def run(examples, steps):
            run_state_machine_as_test(Real, settings=story(examples, steps, shrink=False))
            return Real.steps

        yield run


@pytest.mark.slow
def test_the_promise_holds_in_the_real_application(stories):
    assert stories(12, 40) >= 300


@pytest.mark.long
def test_the_promise_holds_in_ten_thousand_steps_of_the_real_application(stories):
    assert stories(210, 50) >= 10_000
