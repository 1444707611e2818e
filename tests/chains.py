"""Holds, in every test that sends a request, what kept pages rest on: no change without a new head of a chain."""

import re
from typing import Any

import click
from flask import has_request_context
from sqlalchemy import Engine, event

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
CHAINS = {"trail_entry", "answer_revision"}
UNTOLD = {
    "notice", "presence", "field_device", "deposit_ticket", "upload", "quarantined_item", "durable_mark",
    "sign_in_tries",
}  # fmt: skip
"""Written without a line in a chain. No kept page may read them; unread notices are counted in its key."""


def watch(engine: Engine) -> None:
    """A request or command that commits a change to any table must have written the trail or an answer in the same breath."""

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if found := WRITES.match(statement):
            connection.info.setdefault("written", set()).add(found.group(1))

    @event.listens_for(engine, "rollback")
    def forget(connection: Any) -> None:
        connection.info.pop("written", None)

    @event.listens_for(engine, "commit")
    def check(connection: Any) -> None:
        written = connection.info.pop("written", set())
        asked = has_request_context() or click.get_current_context(silent=True)
        if asked and written - UNTOLD and not written & CHAINS:
            raise AssertionError(
                f"Somebody changes {sorted(written)} and neither the trail nor an answer tells it."
            )
