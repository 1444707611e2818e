"""The calendar of reviews: planned, held, and due by rule; a review that is missing is told."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme.models import Audit, AuditState
from audit_app.reviews import queries
from audit_app.reviews.compile_audits import DONE
from audit_app.reviews.models import Review, ReviewState

MONTHS_APART = 12
"""A review at least every twelve months: how certification bodies read the planned intervals of 9.3."""
TOLD_BEFORE = timedelta(days=60)
"""So long before that day the missing plan is told to who prepares reviews."""
HAPPENED = frozenset({ReviewState.HELD, ReviewState.APPROVED})


def months_later(day: date, count: int = MONTHS_APART) -> date:
    """The same day so many months on, or the last day of that month where it has no such day."""
    place = day.year * 12 + day.month - 1 + count
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Cell:
    """A month of the year: its first day, what meets in it, whether a review is due by rule on some day."""

    first: date
    reviews: tuple[Review, ...]
    due_on: date | None

    @property
    def now(self) -> bool:
        """The month that is running."""
        return (self.first.year, self.first.month) == (today().year, today().month)


@dataclass(frozen=True)
class Year:
    """A year of reviews. ``due_on``: by when the next one must meet; ``planned``: the one that does."""

    year: int
    cells: tuple[Cell, ...]
    years: tuple[int, ...]
    last: Review | None
    due_on: date | None
    planned: Review | None

    @property
    def missing(self) -> bool:
        """No review is planned by the day by which one must meet."""
        return self.due_on is not None and self.planned is None

    @property
    def late(self) -> bool:
        """That day has passed."""
        return self.due_on is not None and self.due_on < today()


def _last_and_next(rows: Sequence[Review]) -> tuple[Review | None, date | None, Review | None]:
    held = [each for each in rows if each.state in HAPPENED]
    last = max(held, key=lambda each: each.meets_on, default=None)
    if last is None:
        return None, None, None
    due_on = months_later(last.meets_on)
    ahead = [each for each in rows if each.state not in HAPPENED and each.meets_on <= due_on]
    return last, due_on, min(ahead, key=lambda each: each.meets_on, default=None)


def of(year: int, *, to: Person) -> Year:
    """A year as one person may see it; one query whatever the number of reviews."""
    query = queries.visible_to(to).options(joinedload(Review.chair).lazyload(Person.roles))
    rows = list(db.session.scalars(query.order_by(Review.meets_on, Review.id)).unique())
    last, due_on, planned = _last_and_next(rows)
    cells = tuple(
        Cell(
            date(year, month, 1),
            tuple(each for each in rows if (each.meets_on.year, each.meets_on.month) == (year, month)),
            due_on if due_on is not None and (due_on.year, due_on.month) == (year, month) else None,
        )
        for month in range(1, 13)
    )
    years = (
        {each.meets_on.year for each in rows} | {today().year, year} | ({due_on.year} if due_on else set())
    )
    return Year(year, cells, tuple(sorted(years)), last, due_on, planned)


def missing(on: date) -> tuple[Review | None, date | None]:
    """The last review and the day by which the next must meet, when that is near and none is planned."""
    last, due_on, planned = _last_and_next(list(db.session.scalars(select(Review))))
    if due_on is None or planned is not None or due_on - TOLD_BEFORE > on:
        return None, None
    return last, due_on


def audits_in_the_way(review: Review) -> list[Audit]:
    """Own audits of the period that are not reported and end on the day of the meeting or later: the meeting
    comes too early for their results (R12)."""
    query = (
        select(Audit)
        .where(
            Audit.starts_on.between(review.period_from, review.period_to),
            Audit.ends_on >= review.meets_on,
            Audit.state != AuditState.CANCELLED,
            Audit.state.not_in(DONE),
        )
        .order_by(Audit.ends_on, Audit.id)
    )
    return [each for each in db.session.scalars(query) if not each.external]
