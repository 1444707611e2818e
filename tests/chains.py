"""Holds, in every test that sends a request, what kept pages rest on: no change without a new head of a chain."""

import re
from typing import Any

import click
from flask import has_request_context
from sqlalchemy import Engine, event

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
CHAINS = {"trail_entry", "answer_revision"}
UNTOLD = {
    "notice": "a notice follows from an act that has its line; whether it was seen is nobody's act on a record",
    "presence": "a sign of life: who looks at an audit just now, overwritten every few seconds",
    "field_device": "a sign of life: when a tablet was last seen and what waited on it; enrolling and shutting out have lines",
    "deposit_ticket": "its last day moves with each sign of life; taking an audit offline has a line",
    "upload": "pieces of a file on their way; once whole it becomes an attachment, which has a line",
    "sign_in_session": "a sign of life: when a session was last used; signing in, signing out and ending have lines",
    "sign_in_tries": "counts tries against an account or address, for the limits; a sign-in has a line",
}
"""Written without a line in a chain, and why. No kept page may read them; unread notices are counted in its key."""


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
        if asked and written - UNTOLD.keys() and not written & CHAINS:
            raise AssertionError(
                f"Somebody changes {sorted(written)} and neither the trail nor an answer tells it."
            )
