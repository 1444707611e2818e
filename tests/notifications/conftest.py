"""A mail server for every test that wants one, and a clock that stands in working hours."""

from datetime import UTC, datetime

import pytest

from tests.notifications import mailbox as boxes

MONDAY = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
"""A Monday at ten in Shanghai, and a worked day."""


@pytest.fixture
def mailbox(settings):
    """A real local mail server; the application is set to use it."""
    with boxes.opened() as box:
        settings.smtp_url = box.url
        yield box


@pytest.fixture
def clock(app):
    """``clock(moment)`` moves the clock of the test; it begins on a Monday at ten in Shanghai."""
    from audit_app.core import clock as clocks

    tokens = []

    def move(moment):
        tokens.append(clocks._moved.set(moment.astimezone(UTC)))

    move(MONDAY)
    yield move
    for token in reversed(tokens):
        clocks._moved.reset(token)
