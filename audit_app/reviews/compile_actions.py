"""Input a: what became of the decisions of earlier reviews."""

from datetime import date

from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings.models import Action, ActionState
from audit_app.reviews.models import Review
from audit_app.reviews.pack import Block, Column, PreviousAction, Remark, Table, Toned, said

OVER = frozenset({ActionState.VERIFIED.value, ActionState.CANCELLED.value})


def read(review: Review) -> tuple[PreviousAction, ...]:
    """Actions decided in earlier reviews: open ones, and those finished since the last review. Open ones
    first.
    """
    last = db.session.scalar(
        select(func.max(Review.meets_on)).where(Review.meets_on < review.meets_on, Review.id != review.id)
    )
    query = (
        select(Action, Review.code, Person.name)
        .join(Review, Action.review_id == Review.id)
        .join(Person, Action.owner_id == Person.id)
        .where(Review.id != review.id, Review.meets_on <= review.meets_on)
        .order_by(Action.due_on, Action.id)
    )
    rows = [_row(*each) for each in db.session.execute(query) if _recent(each[0], last)]
    return tuple(sorted(rows, key=lambda row: (row.state in OVER, -row.late)))


def _recent(action: Action, last: date | None) -> bool:
    """Still to be done or checked, or finished after the last review met."""
    if action.state.value not in OVER:
        return True
    moment = action.verified_at or action.done_at
    return last is None or moment is None or local(moment).date() >= last


def _row(action: Action, review: str, owner: str) -> PreviousAction:
    day = today()
    late = (day - action.due_on).days if action.state is ActionState.OPEN and action.due_on < day else 0
    return PreviousAction(
        code=action.code,
        review=review,
        title=action.title,
        owner=owner,
        state=action.state.value,
        created_on=action.created_on,
        due_on=action.due_on,
        age=(_over(action, day) - action.created_on).days,
        late=late,
        note=action.verification_note or action.done_note or action.cancel_reason or action.sent_back_reason,
    )


def _over(action: Action, day: date) -> date:
    """Until when a decision was open: today, or the day on which it was verified or given up."""
    moment = action.verified_at or action.done_at
    return local(moment).date() if action.state.value in OVER and moment is not None else day


def for_input(rows: tuple[PreviousAction, ...]) -> tuple[Block, ...]:
    """Input a as a table with its sum."""
    if not rows:
        return (Remark(said("previous.none"), "neutral"),)
    late = sum(row.late > 0 for row in rows)
    closed = sum(row.state in OVER for row in rows)
    summary = said("previous.summary", open=len(rows) - closed, overdue=late, closed=closed)
    return Remark(summary, "bad" if late else "good"), table(rows)


def table(rows: tuple[PreviousAction, ...]) -> Table:
    """The decisions with age, owner and state."""
    columns = (
        Column(said("col.code"), width=15),
        Column(said("col.review"), width=14),
        Column(said("col.title"), width=32),
        Column(said("col.owner"), width=13),
        Column(said("col.state"), width=12),
        Column(said("col.due"), "date", 13),
        Column(said("col.age"), "int", 9),
        Column(said("col.late"), "int", 9),
        Column(said("col.note"), width=28),
    )
    return Table(
        said("table.previous"),
        columns,
        tuple(
            (
                row.code,
                row.review,
                row.title,
                row.owner,
                said(f"action.{row.state}"),
                row.due_on,
                row.age,
                Toned(row.late, "bad") if row.late else None,
                row.note,
            )
            for row in rows
        ),
        empty=said("previous.none"),
    )
