"""The populated world for the sweeps."""

import pytest
from flask import Flask

from tests.house.world import World, build
from tests.people import People


@pytest.fixture
def world(app: Flask, people: People) -> World:
    """At least one of everything, committed."""
    return build(people)
