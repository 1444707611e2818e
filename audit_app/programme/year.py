"""The year at a glance: each audit as a bar over the twelve months, as plain values for an HTML grid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from audit_app.programme.models import Audit


@dataclass(frozen=True)
class Bar:
    """One row of the grid: empty months before, months the audit touches, empty months after; 12 in all."""

    audit: Audit
    before: int
    span: int
    after: int


def months(year: int) -> list[date]:
    """The first day of each month."""
    return [date(year, month, 1) for month in range(1, 13)]


def bars(audits: Iterable[Audit], year: int) -> list[Bar]:
    """The bars of a year, cut at its ends; an audit of another year stands in the month nearest to it."""
    found = []
    for audit in audits:
        first = min(max(_month(audit.starts_on, year), 1), 12)
        last = min(max(_month(audit.ends_on, year), first), 12)
        found.append(Bar(audit, first - 1, last - first + 1, 12 - last))
    return found


def _month(day: date, year: int) -> int:
    """Month number counted from January of ``year``; 13 is January of the next one."""
    return (day.year - year) * 12 + day.month
