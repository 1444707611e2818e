"""Nonconformities by clause and department (不符合项分布表), counted from a report."""

from dataclasses import dataclass

from audit_app.accounts.library import clause_order
from audit_app.core.frozen import Name
from audit_app.reports.tree import Found, Report


@dataclass(frozen=True)
class Distribution:
    """``departments``: the columns; ``rows``: per clause (major, minor) in each; None is the column of no
    department."""

    departments: tuple[Name | None, ...]
    rows: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

    @property
    def totals(self) -> tuple[tuple[int, int], ...]:
        """(major, minor) per department."""
        columns = range(len(self.departments))
        return tuple(
            (sum(cells[place][0] for _c, cells in self.rows), sum(cells[place][1] for _c, cells in self.rows))
            for place in columns
        )


def distribution(report: Report) -> Distribution:
    """Of all departments of the scope, also those without a nonconformity, and of those that findings
    name.
    """
    found = report.nonconformities
    audited = [each.name for each in report.scope.departments]
    named = [each.department for each in found if each.department is not None]
    columns: list[Name | None] = list(dict.fromkeys([*audited, *named]))
    if any(each.department is None for each in found) or not columns:
        columns.append(None)
    clauses = sorted({each.clause for each in found}, key=clause_order)
    return Distribution(
        tuple(columns),
        tuple((clause, tuple(_cell(found, clause, column) for column in columns)) for clause in clauses),
    )


def _cell(found: tuple[Found, ...], clause: str, department: Name | None) -> tuple[int, int]:
    here = [each for each in found if each.clause == clause and each.department == department]
    major = sum(each.grade == "major" for each in here)
    return major, len(here) - major
