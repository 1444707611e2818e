"""Coverage as a map: what (clause, process, department) against when (audit, month), for a year or a cycle.

Pure: audits, processes and answers in, cells out. Which audit covers what is decided in ``coverage.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from audit_app.accounts.library import clause_order, clause_subject
from audit_app.accounts.models import Department, Process
from audit_app.core.labels import Label
from audit_app.exports.values import listed
from audit_app.programme.coverage import Coverage
from audit_app.programme.models import Audit, AuditKind, AuditState

CYCLE = 3
"""Years between certification and recertification."""
OPENS_A_CYCLE = frozenset({AuditKind.STAGE_2, AuditKind.RECERTIFICATION})
HELD = frozenset({AuditState.REPORTED, AuditState.CLOSED})
UNSORTED = "other"
"""Row of what the grouping does not know: processes new in 2018, or without department."""


class By(Label):
    """What the rows are."""

    CLAUSE = "clause", _l("Clause")
    PROCESS = "process", _l("Process (2018)")
    LEGACY = "legacy", _l("Process (2005: thirteen)")
    DEPARTMENT = "department", _l("Department")


class Across(Label):
    """What the columns are."""

    AUDIT = "audit", _l("Audit")
    MONTH = "month", _l("Month")
    YEAR = "year", _l("Year")


class Mark(Label):
    """What stands in a cell. Each has a sign of its own, so that the map reads without colour."""

    NONE = "none", _l("Not covered"), "secondary"
    PLANNED = "planned", _l("Planned"), "info"
    UNDER_WAY = "under_way", _l("Under way"), "purple"
    HELD = "held", _l("Audited, no checklist item here"), "secondary"
    CONFORM = "conform", _l("Audited, no nonconformity"), "success"
    MINOR = "minor", _l("Minor nonconformity"), "warning"
    MAJOR = "major", _l("Major nonconformity"), "danger"

    @property
    def sign(self) -> str:
        """The sign of the mark: shapes that stay apart in greyscale."""
        return _SIGNS[self.value]


_SIGNS = {
    "none": "·",
    "planned": "○",
    "under_way": "◐",
    "held": "◇",
    "conform": "●",
    "minor": "▲",
    "major": "■",
}


@dataclass(frozen=True)
class Answer:
    """The verdict on one checklist item that counts now; None while it is open."""

    audit_id: int
    item_id: int
    clause: str
    process_id: int | None
    verdict: str | None


@dataclass(frozen=True)
class Row:
    """One row: what it holds, and the audits that cover it."""

    key: str
    label: str
    clauses: frozenset[str]
    processes: frozenset[int]
    audits: frozenset[int]


@dataclass(frozen=True)
class Column:
    """One column: an audit, a month with the audits that touch it, or a year with those of its programme."""

    key: str
    label: str
    title: str
    audits: frozenset[int]
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """What is known where a row meets a column."""

    mark: Mark
    audits: frozenset[int] = frozenset()
    items: int = 0
    answered: int = 0
    minors: int = 0
    majors: int = 0

    @property
    def short(self) -> str:
        """The sign, and the number that matters: nonconformities, or answers given of answers asked."""
        if self.majors + self.minors:
            return f"{self.mark.sign} {self.majors + self.minors}"
        if self.mark is Mark.UNDER_WAY and self.items:
            return f"{self.mark.sign} {self.answered}/{self.items}"
        return f"{self.mark.sign} {self.answered}" if self.answered else self.mark.sign

    @property
    def words(self) -> str:
        """The cell in words, for a reader who hears it or points at it."""
        told = [str(self.mark.label)]
        if self.items:
            told.append(
                _("%(answered)s of %(items)s items answered", answered=self.answered, items=self.items)
            )
        if self.majors:
            told.append(ngettext("%(num)s major nonconformity", "%(num)s major nonconformities", self.majors))
        if self.minors:
            told.append(ngettext("%(num)s minor nonconformity", "%(num)s minor nonconformities", self.minors))
        return listed(told)


@dataclass(frozen=True)
class Map:
    """Rows, columns and the cells between them; ``missing`` are the rows that no audit covers."""

    by: By
    across: Across
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, row: Row, column: Column) -> Cell:
        """The cell where they meet."""
        return self.cells.get((row.key, column.key), NOTHING)

    @property
    def missing(self) -> list[Row]:
        """Rows without any audit."""
        return [row for row in self.rows if not row.audits]

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Headings over the columns with how many columns each spans."""
        found: dict[str, int] = {}
        for column in self.columns:
            found[column.group] = found.get(column.group, 0) + 1
        return list(found.items())


NOTHING = Cell(Mark.NONE)


def cycle_years(year: int, opened: Iterable[int], first: int) -> tuple[int, ...]:
    """The three years of the certification cycle that a year lies in.

    ``opened`` are the years of stage 2 and recertification audits: the cycle begins the year after. Without
    any, cycles are counted from the year of the first programme.
    """
    before = [each for each in opened if each < year] or [each for each in opened if each >= year]
    anchor = max(before) + 1 if before else first
    start = anchor + (year - anchor) // CYCLE * CYCLE
    return tuple(range(start, start + CYCLE))


def rows_of(
    by: By,
    found: Coverage,
    processes: Sequence[Process],
    departments: Sequence[Department],
    audits: Iterable[Audit],
) -> list[Row]:
    """The rows of a grouping, in the order of the standard, of the codes, or of the 2005 numbers."""
    if by is By.CLAUSE:
        return [
            Row(
                clause,
                f"{clause} {clause_subject(clause)}".strip(),
                frozenset({clause}),
                frozenset(),
                _ids(covering),
            )
            for clause, covering in found.clauses.items()
        ]
    if by is By.PROCESS:
        return [_row(each.code, f"{each.code} {each.name}", [each], found) for each in processes]
    if by is By.LEGACY:
        return _legacy(processes, found)
    visited: dict[int, set[int]] = defaultdict(set)
    for audit in audits:
        for department in audit.departments:
            visited[department.id].add(audit.id)
    mine: dict[int | None, list[Process]] = defaultdict(list)
    for process in processes:
        mine[process.department_id].append(process)
    rows = [
        _row(each.code, f"{each.code} {each.name}", mine[each.id], found, visited[each.id])
        for each in departments
    ]
    rest = [
        process
        for key, group in mine.items()
        if key not in {each.id for each in departments}
        for process in group
    ]
    return rows + ([_row(UNSORTED, _("Without department"), rest, found)] if rest else [])


def _legacy(processes: Sequence[Process], found: Coverage) -> list[Row]:
    groups: dict[int, list[Process]] = defaultdict(list)
    for process in processes:
        groups[process.legacy_number or 0].append(process)
    return [
        _row(str(number), f"{number} {group[0].legacy}", group, found)
        if number
        else _row(UNSORTED, _("Not in the 2005 edition"), group, found)
        for number, group in sorted(groups.items(), key=lambda pair: (pair[0] == 0, pair[0]))
    ]


def _row(
    key: str, label: str, processes: Iterable[Process], found: Coverage, more: Iterable[int] = ()
) -> Row:
    held = list(processes)
    covering = {audit.id for process in held for audit in found.processes.get(process, ())} | set(more)
    clauses = frozenset(clause for process in held for clause in process.clauses)
    return Row(key, label, clauses, frozenset(process.id for process in held), frozenset(covering))


def _ids(audits: Iterable[Audit]) -> frozenset[int]:
    return frozenset(audit.id for audit in audits)


def by_audit(audits: Iterable[Audit]) -> list[Column]:
    """One column per audit, in the order of the first day."""
    ordered = sorted(audits, key=lambda audit: (audit.starts_on, audit.code))
    return [
        Column(str(each.id), each.code, each.title, frozenset({each.id}), str(each.programme.year))
        for each in ordered
    ]


def by_month(audits: Iterable[Audit], years: Iterable[int]) -> list[Column]:
    """One column per month of the years; an audit stands in every month it touches."""
    held: dict[str, set[int]] = defaultdict(set)
    for audit in audits:
        first, last = (day.year * 12 + day.month - 1 for day in (audit.starts_on, audit.ends_on))
        for month in range(first, last + 1):
            held[f"{month // 12}-{month % 12 + 1:02d}"].add(audit.id)
    keys = [(year, month, f"{year}-{month:02d}") for year in years for month in range(1, 13)]
    return [Column(key, str(month), key, frozenset(held[key]), str(year)) for year, month, key in keys]


def by_year(audits: Iterable[Audit], years: Iterable[int]) -> list[Column]:
    """One column per programme of the years: what a cycle shows at a glance."""
    held: dict[int, set[int]] = defaultdict(set)
    for audit in audits:
        held[audit.programme.year].add(audit.id)
    return [Column(str(year), str(year), str(year), frozenset(held[year])) for year in years]


def columns_of(across: Across, audits: Sequence[Audit], years: Sequence[int]) -> list[Column]:
    """The columns that are asked for."""
    if across is Across.AUDIT:
        return by_audit(audits)
    return by_year(audits, years) if across is Across.YEAR else by_month(audits, years)


def drawn(
    by: By,
    across: Across,
    rows: Sequence[Row],
    columns: Sequence[Column],
    audits: Iterable[Audit],
    answers: Iterable[Answer],
) -> Map:
    """The map: for each row and column the worst that was found, or how far the audits are."""
    states = {audit.id: audit.state for audit in audits}
    tallies = tally(rows, answers)
    cells = {}
    for row in rows:
        for column in columns:
            here = row.audits & column.audits
            if here:
                cells[row.key, column.key] = _cell(
                    here, [tallies.get((row.key, each)) for each in here], states
                )
    return Map(by, across, tuple(rows), tuple(columns), cells)


def tally(rows: Sequence[Row], answers: Iterable[Answer]) -> dict[tuple[str, int], list[int]]:
    """Items, answered, minors and majors per row and audit."""
    find = finder(rows)
    found: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for answer in answers:
        for key in find(answer.clause, answer.process_id):
            counts = found[key, answer.audit_id]
            counts[0] += 1
            counts[1] += answer.verdict is not None
            counts[2] += answer.verdict == "minor"
            counts[3] += answer.verdict == "major"
    return found


def finder(rows: Sequence[Row]) -> Any:
    """A function from the clause and process of an item to the keys of its rows; remembers what it found.

    An item counts for its process when it names one; else for its clause, or the nearest one above or below.
    """
    by_process: dict[int, list[str]] = defaultdict(list)
    by_clause: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for process in row.processes:
            by_process[process].append(row.key)
        for clause in row.clauses:
            by_clause[clause].append(row.key)
    known: dict[tuple[str, int | None], tuple[str, ...]] = {}

    def find(clause: str, process: int | None) -> tuple[str, ...]:
        if (clause, process) not in known:
            keys = by_process.get(process or 0) or _near(clause, by_clause)
            known[clause, process] = tuple(dict.fromkeys(keys))
        return known[clause, process]

    return find


def _near(clause: str, by_clause: Mapping[str, list[str]]) -> list[str]:
    parts = clause.split(".")
    for length in range(len(parts), 0, -1):
        above = ".".join(parts[:length])
        if above in by_clause:
            return by_clause[above]
    below = sorted((each for each in by_clause if each.startswith(f"{clause}.")), key=clause_order)
    return [key for each in below for key in by_clause[each]]


def _cell(here: Iterable[int], counts: Iterable[list[int] | None], states: Mapping[int, AuditState]) -> Cell:
    items, answered, minors, majors = (
        sum(each) for each in zip(*([0] * 4, *filter(None, counts)), strict=True)
    )
    return Cell(_mark([states[each] for each in here], items, answered, minors, majors),
                frozenset(here), items, answered, minors, majors)  # fmt: skip


def _mark(states: Sequence[AuditState], items: int, answered: int, minors: int, majors: int) -> Mark:
    if majors:
        return Mark.MAJOR
    if minors:
        return Mark.MINOR
    if all(state in HELD for state in states):
        return Mark.CONFORM if answered else Mark.HELD
    if answered or AuditState.IN_PROGRESS in states or any(state in HELD for state in states):
        return Mark.UNDER_WAY
    return Mark.PLANNED
