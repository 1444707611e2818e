"""The state machine can fail: each seeded bug of the protocol is found by it."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.offline import bugs
from tests.offline.machine import Fieldwork, story
from tests.offline.model import Server
from tests.offline.tablet import Tablet

MOST_STORIES = 5000
"""Far more than are needed: which stories come depends on every module that is loaded."""
BUGS = [each for each in vars(bugs).values() if isinstance(each, type) and each.__module__ == bugs.__name__]


def stories_with(bug: type) -> type[Fieldwork]:
    """The state machine over a world that has one bug."""

    class Buggy(Fieldwork):
        tablet_class = bug if issubclass(bug, Tablet) else Tablet
        steps = 0

        def make_server(self) -> Server:
            return bug() if issubclass(bug, Server) else Server()

    return Buggy


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_it_is_found(bug):
    with pytest.raises(AssertionError, match=bug.found_by):
        run_state_machine_as_test(stories_with(bug), settings=story(MOST_STORIES, shrink=False))
