"""The populated world behind the browser tests too."""

from tests.house.conftest import world as world
