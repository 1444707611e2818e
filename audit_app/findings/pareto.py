"""Which kinds of cause come up most: counts over nonconformities raised in a period, the largest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, func, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.figures import COUNTED
from audit_app.findings.models import NONCONFORMITY, Finding
from audit_app.findings.visibility import seen_by

UNSTATED = "none"
"""Filter value for a cause of which no kind was named."""


@dataclass(frozen=True)
class Bar:
    """A kind of cause with its count; ``share`` and ``cumulative`` in percent of those whose cause is stated.

    ``category`` is None for "not stated", which stands last and has neither share.
    """

    category: CauseCategory | None
    count: int
    share: float | None = None
    cumulative: float | None = None


def pareto(person: Person, date_from: date, date_to: date) -> list[Bar]:
    """The bars over what the person may see, in one query; both days included."""
    query = (
        select(Finding.cause_category, func.count())
        .where(
            seen_by(person),
            COUNTED,
            Finding.grade.in_(NONCONFORMITY),
            Finding.raised_on.between(date_from, date_to),
        )
        .group_by(Finding.cause_category)
    )
    return bars([(category, count) for category, count in db.session.execute(query)])


def bars(counts: Sequence[tuple[CauseCategory | None, int]]) -> list[Bar]:
    """Counts in order, with their shares; those that are equal in the order of the fishbone."""
    order = list(CauseCategory)
    stated = sorted(
        ((category, count) for category, count in counts if category is not None and count),
        key=lambda pair: (-pair[1], order.index(pair[0])),
    )
    total, sum_, found = sum(count for _category, count in stated), 0, []
    for category, count in stated:
        sum_ += count
        found.append(Bar(category, count, 100 * count / total, 100 * sum_ / total))
    rest = sum(count for category, count in counts if category is None)
    return [*found, Bar(None, rest)] if rest else found


def caused(asked: str) -> list[ColumnElement[bool]]:
    """Nonconformities whose cause is of a kind, or was never sorted: what a bar of the Pareto counts."""
    counted = [COUNTED, Finding.grade.in_(NONCONFORMITY)]
    if asked == UNSTATED:
        return [*counted, Finding.cause_category.is_(None)]
    known = asked in {each.value for each in CauseCategory}
    return [*counted, Finding.cause_category == asked] if known else [false()]
