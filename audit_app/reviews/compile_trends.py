"""How the nonconformities of the system go: by kind and quarter beside the time before, and how old the open
ones are (10.1, input c1). Counts and comparisons; what a trend is, only signals say (decision 0019).
"""

from collections import Counter
from collections.abc import Callable, Hashable
from datetime import date
from typing import Any

from audit_app.accounts.library import shipped_processes
from audit_app.competence.standards import clause_told
from audit_app.findings.models import Grade
from audit_app.indicators.periods import Month as Calendar
from audit_app.indicators.periods import months
from audit_app.indicators.system_counts import AGES, quarter
from audit_app.reviews.nonconformities import Findings
from audit_app.reviews.pack import Block, Column, Month, Name, Remark, Said, Table, Toned, Value, said

GRADE_TONE = {Grade.MAJOR: "bad", Grade.MINOR: "warn"}
ROWS = 6
"""Rows of a kind on paper; the page and the workbook hold more, and "+n more" says how many."""
QUARTERS = 8
"""Quarters side by side; a longer period is counted by years."""


def for_input(found: Findings) -> tuple[Block, ...]:
    """The counts by kind and the ageing; no counts where nothing was raised in the period or before it."""
    counted = [_kind(found, *each) for each in KINDS] if found.raised() or found.before else []
    compared = [Remark(said("nc.compared"), "info")] if counted and found.known_before else []
    return (*compared, *counted, _ages(found))


def parts(first: date, last: date) -> list[str]:
    """The quarters ("2026-Q1") of a time; its years ("2026") where that would be too many."""
    days = [each.first for each in months(Calendar.of(first), Calendar.of(last))]
    named = list(dict.fromkeys(map(quarter_name, days)))
    return named if len(named) <= QUARTERS else list(dict.fromkeys(f"{day.year}" for day in days))


def quarter_name(day: date) -> str:
    """The quarter of a day as it stands in both languages: "2026-Q1"."""
    year, place = quarter(day)
    return f"{year}-Q{place}"


def _before(first: date, last: date) -> Said:
    """The head of the time before: in months where it has whole ones, else in days."""
    if first == Calendar.of(first).first and last == Calendar.of(last).last:
        return said("col.before", first=Month(first), last=Month(Calendar.of(last).first))
    return said("col.before", first=first, last=last)


def clause_of(row: Any) -> str:
    """The clause of a finding, with its standard where that is not our own."""
    return clause_told(row.standard, row.number)


def named_clause(clause: str) -> Value:
    """A clause with the process that it belongs to: a bare number tells a managing director nothing."""
    process = next((each for each in shipped_processes() if clause in each.clauses), None)
    if process is None:
        return clause
    return said("value.named", code=clause, name=Name(process.name_en, process.name_zh))


def _clause_name(row: Any) -> Value:
    return named_clause(clause_of(row)) or said("value.unnamed")


def _named(what: str) -> Callable[[Any], Value]:
    def name(row: Any) -> Value:
        code, english, chinese = getattr(row, what), getattr(row, f"{what}_en"), getattr(row, f"{what}_zh")
        return said("value.named", code=code, name=Name(english, chinese)) if code else said("value.unnamed")

    return name


def _grade_name(row: Any) -> Value:
    return Toned(said(f"grade.{row.grade.value}"), GRADE_TONE[row.grade])


KINDS: tuple[tuple[str, str, Callable[[Any], Hashable], Callable[[Any], Value]], ...] = (
    ("grades", "grade", lambda row: row.grade, _grade_name),
    ("clauses", "clause", clause_of, _clause_name),
    ("processes", "process", lambda row: row.process, _named("process")),
    ("departments", "department", lambda row: row.department, _named("department")),
    ("origins", "origin", lambda row: row.origin, lambda row: said(f"origin.{row.origin.value}")),
)
"""Table, column, what rows have in common, and what that is called."""


def _kind(
    found: Findings, table: str, column: str, key: Callable[[Any], Any], name: Callable[[Any], Value]
) -> Table:
    """Nonconformities raised in the period by one kind: all, those of the time before, and by quarter."""
    raised = found.raised()
    heads = parts(found.date_from, found.end)
    years = "-" not in heads[0]
    total: Counter[Any] = Counter(map(key, raised))
    by_part = Counter(
        (key(row), f"{row.raised_on.year}" if years else quarter_name(row.raised_on)) for row in raised
    )
    earlier: Counter[Any] = Counter()
    for row in found.before:
        earlier[key(row)] += row.count
    names = {key(row): name(row) for row in (*found.before, *raised)}
    order = sorted(names, key=lambda each: (-total[each], -earlier[each], each is None, str(each)))
    columns = (
        Column(said(f"col.{column}"), width=30),
        Column(said("col.count"), "int", 11),
        Column(_before(*found.span_before), "int", 17),
        *(Column(each, "int", 9) for each in heads),
    )
    rows = tuple(
        (
            names[each],
            total[each],
            earlier[each] if found.known_before else None,
            *(by_part[each, head] or None for head in heads),
        )
        for each in order
    )
    return Table(said(f"table.nc_{table}"), columns, rows, limit=ROWS)


def _ages(found: Findings) -> Table:
    """What was open at the end of each quarter, and at the end of the period, by days since it was raised."""
    ends = {
        quarter_name(each.first): min(each.last, found.end)
        for each in months(Calendar.of(found.date_from), Calendar.of(found.end))
    }
    bands = tuple(
        said("age.more", days=low - 1) if high is None else said("age.band", first=low, last=high)
        for low, high in AGES
    )
    columns = (
        Column(said("col.day"), "date", 16),
        *(Column(band, "int", 14) for band in bands),
        Column(said("col.total"), "int", 10),
    )
    rows = []
    for day in list(ends.values())[-QUARTERS:]:
        ages = [(day - row.raised_on).days for row in found.open_on(day)]
        counts = [sum(low <= age and (high is None or age <= high) for age in ages) for low, high in AGES]
        oldest: Value = Toned(counts[-1], "warn") if counts[-1] else 0
        rows.append((day, *counts[:-1], oldest, len(ages)))
    return Table(said("table.nc_ages"), columns, tuple(rows))
