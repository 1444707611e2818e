"""Which kinds of cause come up most: counts over nonconformities raised in a period, the largest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false

from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.figures import COUNTED
from audit_app.findings.models import NONCONFORMITY, Finding

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
