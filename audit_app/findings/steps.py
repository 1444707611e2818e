"""What all verbs share: firing a step in a savepoint, and the two plainest checks of what was typed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.workflow import Workflow
from audit_app.findings import cover, policy
from audit_app.findings.models import Action, Finding
from audit_app.trail import services as trail

TITLE = 90
"""Characters of a title made from the first sentence of the nonconformity."""


@contextmanager
def step(
    table: Workflow, name: str, subject: Finding | Action, *, by: Person | None, **details: Any
) -> Iterator[Callable[[], None]]:
    """Inside, set the facts of a step; afterwards it is fired and written to the trail.

    Guards judge the facts just set; a verb that must fire first (because it clears what a guard looks at)
    calls what the block is given. A delegate or deputy is on record as acting for the owner. Raises
    :class:`Refused` with the first reason why not; the record is then
    as it was before.
    """
    owner = cover.acting_for(subject, by) if by is not None else None
    if owner is not None:
        details["for"] = owner.name
    fired = False

    def fire() -> None:
        nonlocal fired
        if not fired:
            table.fire(name, subject, by=by)
            fired = True

    with (
        db.session.begin_nested(),
        trail.act(f"{table.name}.{name}", subject, by=by, **details),
        db.session.no_autoflush,
    ):
        yield fire
        fire()
        if isinstance(subject, Finding):
            subject.next_due_on = policy.next_due(subject)


def said(text: str, words: Any, field: str = "reason") -> str:
    """The text without outer blanks; raises :class:`Refused` with ``words`` when nothing is left."""
    if not text.strip():
        raise Refused(words, field)
    return text.strip()


def not_past(day: date | None) -> None:
    """A deadline is today or later."""
    if day is not None and day < today():
        raise Refused(_l("The due date lies in the past. Choose today or a later day."), "due_on")


def short(text: str) -> str:
    """A title from the first sentence of a text."""
    first = text.strip().splitlines()[0]
    for mark in ("。", ". ", "；", "; "):
        first = first.split(mark)[0]
    first = first.rstrip(".")
    return first if len(first) <= TITLE else first[: TITLE - 1].rstrip() + "…"
