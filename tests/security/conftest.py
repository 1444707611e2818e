"""The populated world of the house, with a second site and with a text of its own in every row."""

from tests.house.conftest import world as world
from tests.notifications.conftest import clock as clock
from tests.notifications.conftest import mailbox as mailbox
