"""The populated world for the sweeps."""

import pytest
from flask import Flask

from audit_app.config import Settings
from tests.databases import Databases
from tests.house import kept_world
from tests.house.world import World, build
from tests.people import People


@pytest.fixture
def world(app: Flask, people: People, databases: Databases, settings: Settings) -> World:
    """At least one of everything, committed."""
    made: World = kept_world.put("world", build, people, databases, settings.data_dir)
    return made
