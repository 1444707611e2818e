"""Asking people for their inputs: who writes what until when, and what becomes of it when somebody leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.services import queue
from audit_app.reviews.models import Review, ReviewInput, ReviewState
from audit_app.reviews.workflow import may_write
from audit_app.trail import services as trail

BEFORE_MEETING = timedelta(days=7)
"""Inputs are wanted a week before the meeting, unless another day is said."""
ESCALATED = timedelta(days=3)
"""Days past its date after which an input that is not written is told to who prepares the review."""

UNWRITTEN = and_(ReviewInput.text == "", ReviewInput.nothing_to_report.is_(False))
"""An input that says nothing yet."""


@dataclass(frozen=True)
class Wish:
    """Who is to write an input, until when; ``due_on`` None is the day of the meeting."""

    owner: Person | None
    due_on: date | None = None


def usual_date(review: Review) -> date:
    """The date proposed for the inputs: a week before the meeting, at the earliest today."""
    return max(min(review.meets_on, today()), review.meets_on - BEFORE_MEETING)


def assign_input(
    row: ReviewInput, *, owner: Person | None, due_on: date | None = None, by: Person
) -> ReviewInput:
    """Say who writes an input until when; they are told. Raises :class:`Refused` naming the field."""
    if not by.may(Permission.REVIEW_PREPARE):
        raise Refused(_l("Your role does not allow this."))
    if not may_write(row, by):
        raise Refused(_l("This input cannot be written now, or not by you."))
    if owner is not None and owner is not row.owner and not owner.may(Permission.REVIEW_CONTRIBUTE):
        raise Refused(
            _l("%(name)s cannot write review inputs. Choose somebody else.", name=owner.name), "owner_id"
        )
    if due_on is not None and due_on > row.review.meets_on:
        raise Refused(_l("The input is wanted before the meeting: choose an earlier day."), "due_on")
    if (row.owner, row.due_on) == (owner, due_on):
        return row
    asked = owner is not None and owner is not row.owner
    with (
        db.session.begin_nested(),
        trail.act("review_input.assign", row, by=by, owner=owner.name if owner else ""),
    ):
        row.owner, row.due_on = owner, due_on
        row.asked_at = (now() if asked else row.asked_at) if owner is not None else None
    if asked and owner is not None and owner.id != by.id:
        queue("review_input.assigned", to=owner, subject=row, due=row.wanted_on)
    return row


def ask_all(review: Review, wishes: Mapping[int, Wish], *, by: Person) -> int:
    """Ask several people at once, by id of the input. Returns how many requests changed.

    A refusal names the field of its input (``owner_<id>`` or ``due_<id>``); then nothing is asked.
    """
    changed = 0
    with db.session.begin_nested():
        for row in review.inputs:
            wish = wishes.get(row.id)
            if wish is None or (row.owner, row.due_on) == (wish.owner, wish.due_on):
                continue
            try:
                assign_input(row, owner=wish.owner, due_on=wish.due_on, by=by)
            except Refused as refused:
                field = "due" if refused.field == "due_on" else "owner"
                raise Refused(refused.words, f"{field}_{row.id}") from refused
            changed += 1
    return changed


def _waiting() -> Iterator[ReviewInput]:
    """Inputs with an owner that say nothing yet, of reviews in preparation; in one query."""
    query = (
        select(ReviewInput)
        .join(Review)
        .where(Review.state == ReviewState.PREPARING, ReviewInput.owner_id.is_not(None), UNWRITTEN)
        .options(
            joinedload(ReviewInput.owner).lazyload(Person.roles),
            joinedload(ReviewInput.review).joinedload(Review.prepared_by).lazyload(Person.roles),
        )
        .order_by(ReviewInput.id)
    )
    return iter(db.session.scalars(query).unique())


@dataclass(frozen=True)
class Reminder:
    """One notice to send: its kind, the person, the input, the first day it holds, and until when."""

    kind: str
    to: Person
    subject: ReviewInput
    first: date
    until: date


def due(on: date, ahead: timedelta) -> Iterator[Reminder]:
    """What is to be told on a day: before the date and after it to who writes, past it also to who prepares,
    and to who prepares whatever waits for somebody who is gone.
    """
    for row in _waiting():
        wanted, prepares = row.wanted_on, row.review.prepared_by
        assert row.owner is not None  # the query asks for those with an owner
        if not row.owner.is_active:
            yield Reminder("review_input.left", prepares, row, min(on, wanted), wanted)
            continue
        if wanted >= on:
            if wanted - ahead <= on:
                yield Reminder("review_input.due", row.owner, row, wanted - ahead, wanted)
            continue
        yield Reminder("review_input.late", row.owner, row, wanted + timedelta(days=1), wanted)
        if on >= wanted + ESCALATED and prepares.id != row.owner.id:
            yield Reminder("review_input.escalated", prepares, row, wanted + ESCALATED, wanted)


def _left(person: Person) -> list[ReviewInput]:
    query = (
        select(ReviewInput)
        .join(Review)
        .where(ReviewInput.owner_id == person.id, Review.state == ReviewState.PREPARING, UNWRITTEN)
        .order_by(ReviewInput.id)
    )
    return list(db.session.scalars(query))


def tell_of_leaving(person: Person) -> None:
    """A contributor is gone: who prepares the review is told of each input that waited for them."""
    for row in _left(person):
        queue("review_input.left", to=row.review.prepared_by, subject=row, due=row.wanted_on)
