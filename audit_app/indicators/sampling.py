"""Samples of the imported ticket log for auditors: what there is, and a draw that can be repeated."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from audit_app.core.clock import local, zone
from audit_app.core.db import db
from audit_app.core.lots import draw
from audit_app.indicators.models import TicketRow
from audit_app.indicators.periods import Month, months, span_of

MOST = 1000
"""Ids in one sample; a sampling record holds no more."""
CHOICES = 200
"""Priorities or categories offered."""


@dataclass(frozen=True)
class Sample:
    """A drawn sample and what it was drawn from."""

    population: int
    seed: str
    ids: list[str]


def population(
    first: Month | None = None, last: Month | None = None, priority: str = "", category: str = ""
) -> Select[str]:
    """Numbers of the tickets opened in the months (by the organisation's clock), of a priority and
    category; what is left empty narrows nothing."""
    query = select(TicketRow.number)
    if first is not None:
        query = query.where(TicketRow.opened_at >= span_of(first, first, zone()).start)
    if last is not None:
        query = query.where(TicketRow.opened_at < span_of(last, last, zone()).end)
    if priority:
        query = query.where(TicketRow.priority == priority)
    if category:
        query = query.where(TicketRow.category == category)
    return query


def sample(size: int, seed: str, **narrowed: Any) -> Sample:
    """Draw from the tickets that :func:`population` describes."""
    numbers = list(db.session.scalars(population(**narrowed)))
    return Sample(len(numbers), seed, draw(numbers, min(size, MOST), seed))


def choices() -> dict[str, list[str]]:
    """What can be chosen: months, newest first, priorities, categories. Empty when no log was imported."""
    span = select(func.min(TicketRow.opened_at), func.max(TicketRow.opened_at))
    first, last = db.session.execute(span).one()
    covered = list(months(Month.of(local(first)), Month.of(local(last)))) if first is not None else []
    return {
        "months": [str(month) for month in reversed(covered)],
        "priorities": _named(TicketRow.priority),
        "categories": _named(TicketRow.category),
    }


def _named(column: Any) -> list[str]:
    query = select(column).where(column != "").distinct().order_by(column).limit(CHOICES)
    return list(db.session.scalars(query))
