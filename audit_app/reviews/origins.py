"""Where a figure comes from: the rows behind it. Worked out from the keys and codes that a pack holds, so
that packs frozen before have their links too, and none of their bytes changes. Links lead to the rows as they
are today, which the page says.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from audit_app.accounts.library import assessable_clauses
from audit_app.accounts.models import Department, Process
from audit_app.competence.standards import clause_told
from audit_app.core.db import db
from audit_app.findings.chart_figures import NONE
from audit_app.findings.models import Action, Finding
from audit_app.findings.told import other_standards
from audit_app.improvements.models import Improvement
from audit_app.indicators.models import Indicator
from audit_app.indicators.objective_models import Objective
from audit_app.programme.models import Audit, Programme
from audit_app.reviews.pack import Block, Figure, Many, Month, Name, Plot, Remark, Said, Table, Toned, Value

Place = tuple[str, dict[str, Any]]
"""A page and its filters, in the words of ``url_for``."""
NC = "nc"
"""Filter of the register: nonconformities of either grade."""
KINDS = (
    ("findings.show", Finding),
    ("findings.action", Action),
    ("improvements.show", Improvement),
    ("indicators.objective", Objective),
    ("programme.audit", Audit),
)
PLACES: dict[str, str] = {
    "plot.met": "indicators.index",
    "plot.grades": "programme.audits",
    "indicator": "indicators.index",
    "audit": "programme.audits",
    "improve": "improvements.index",
    "objective": "indicators.objectives",
    "previous": "findings.actions",
    "signal": "indicators.index",
    "correction": "indicators.correction_list",
}
"""Where a sentence or chart without a code leads, by its key or the part before the point."""


@dataclass(frozen=True)
class Rows:
    """The records that a pack names, by code or name: one query a kind. ``first``, ``last``: its period."""

    first: date
    last: date
    codes: Mapping[str, Place] = field(default_factory=dict)
    names: Mapping[str, Place] = field(default_factory=dict)
    processes: Mapping[str, int] = field(default_factory=dict)
    departments: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)
    """Year of the programme of each audit named, by the id of the audit."""
    standards: Mapping[str, str] = field(default_factory=dict)
    """Standards of other checklists as the register filters by them, by the number told before a clause."""

    @property
    def period(self) -> dict[str, str]:
        """The period as filter of the register."""
        return {"raised_from": self.first.isoformat(), "raised_to": self.last.isoformat()}


def read(blocks: Iterable[Block], first: date, last: date) -> Rows:
    """The records named in compiled blocks."""
    wanted = set(_codes(blocks))
    codes: dict[str, Place] = {}
    for endpoint, kind in KINDS:
        query: Any = select(kind.code, kind.id).where(kind.code.in_(wanted))
        codes |= {code: (endpoint, {"id": id}) for code, id in db.session.execute(query)}
    indicators = db.session.execute(select(Indicator.code, Indicator.name_en, Indicator.id))
    names: dict[str, Place] = {}
    for code, name, id in indicators:
        codes.setdefault(code, ("indicators.show", {"id": id}))
        names[name] = ("indicators.show", {"id": id})
    processes = {row.code: row.id for row in db.session.execute(select(Process.code, Process.id))}
    offices = db.session.execute(select(Department.name_en, Department.id))
    departments = {row.name_en: row.id for row in offices}
    held = select(Audit.id, Programme.year).join(Audit.programme).where(Audit.code.in_(wanted))
    years = {row.id: row.year for row in db.session.execute(held)}
    standards = {clause_told(each, "-").partition(" ")[0]: each for each in other_standards()}
    return Rows(first, last, codes, names, processes, departments, years, standards)


def _codes(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table):
            yield from (code for row in block.rows for cell in row for code in _codes_of(cell))
            yield from (code for column in block.columns for code in _codes_of(column.title))
        elif isinstance(block, Plot):
            yield from (code for label in block.labels for code in _codes_of(label))


def _codes_of(value: Value) -> Iterator[str]:
    """What could be a code in a value: its text, or the code among its facts."""
    if isinstance(value, str) and len(value) <= 40:
        yield value
    elif isinstance(value, Toned):
        yield from _codes_of(value.value)
    elif isinstance(value, Many):
        yield from (code for each in value.values for code in _codes_of(each))
    elif isinstance(value, Said):
        yield from (str(fact) for name, fact in value.facts if name == "code")
        yield from (code for name, fact in value.facts if name == "name" for code in _codes_of(fact))


def key_of(value: Value) -> str:
    """The key of a sentence; "" for what is none."""
    return value.key if isinstance(value, Said) else ""


def of_row(row: Iterable[Value], rows: Rows) -> Place | None:
    """The first record that a row names."""
    return next((rows.codes[code] for cell in row for code in _codes_of(cell) if code in rows.codes), None)


def of_cell(table: Table, row: tuple[Value, ...], column: int, rows: Rows) -> Place | None:
    """What stands behind one cell of a table: every figure, the first cell, and what names a record."""
    if row[column] is None:
        return None
    own = of_row((row[column],), rows) if key_of(table.title) not in COUNTED else None
    if column and own is None and table.columns[column].kind not in FIGURES and not _measured(row[column]):
        return None
    head = table.columns[column].title
    counted = COUNTED.get(key_of(table.title))
    if counted is not None:
        return counted(row, head, rows)
    place = of_row(row, rows)
    if place is not None and place[0] == "programme.audit" and key_of(head)[4:] in GRADES:
        return "findings.index", {"audit": place[1]["id"], "grade": key_of(head)[4:]}
    return own or place


FIGURES = frozenset({"int", "number", "percent", "figure"})
"""Kinds of columns that hold figures."""


def _measured(value: Value) -> bool:
    """Whether a cell holds a figure, whatever its column says."""
    inner = value.value if isinstance(value, Toned) else value
    return isinstance(inner, Figure | int | Decimal)


GRADES = frozenset({"major", "minor", "observation", "ofi", "good_practice"})


def _register(rows: Rows, head: Value = None, **more: Any) -> Place:
    """The nonconformities raised in the period; under the head of a quarter, of a year or of the time before
    the period, those of that time.
    """
    if (span := _span(head, rows)) is not None:
        more |= {"raised_from": span[0].isoformat(), "raised_to": span[1].isoformat()}
    return "findings.index", {"grade": NC, **rows.period, **more}


PART = re.compile(r"(\d{4})(?:-Q([1-4]))?", re.ASCII)


def _span(head: Value, rows: Rows) -> tuple[date, date] | None:
    """First and last day that the head of a column speaks of, where it is not the period."""
    if isinstance(head, Said) and head.key == "col.before":
        first, last = (dict(head.facts)[name] for name in ("first", "last"))
        if isinstance(first, Month) and isinstance(last, Month):
            return first.first, _month_end(last.first)
        return (first, last) if isinstance(first, date) and isinstance(last, date) else None
    found = PART.fullmatch(head) if isinstance(head, str) else None
    if found is None:
        return None
    year, begin, end = int(found[1]), 1, 12
    if found[2]:
        begin, end = int(found[2]) * 3 - 2, int(found[2]) * 3
    return max(date(year, begin, 1), rows.first), min(_month_end(date(year, end, 1)), rows.last)


def _month_end(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _month(row: tuple[Value, ...], head: Value, rows: Rows) -> Place | None:
    """Raised or closed in a month: its list. Open at its end: what was raised until then."""
    kind, month = (head, row[0]) if isinstance(row[0], Month) else (row[0], head)
    if not isinstance(month, Month):
        return _register(rows)
    first = month.first
    last = _month_end(first)
    if key_of(kind) == "col.closed":
        return "findings.index", {"grade": NC, "closed_from": str(first), "closed_to": str(last)}
    begin = {"raised_from": str(first)} if key_of(kind) == "col.opened" else {}
    return "findings.index", {"grade": NC, **begin, "raised_to": str(last)}


def _grade(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    value = row[0].value if isinstance(row[0], Toned) else row[0]
    return _register(rows, head, grade=key_of(value).partition(".")[2] or NC)


def _clause(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    """A clause, and in the matrix a department too; a clause of another standard is told with its number."""
    more: dict[str, Any] = {"on_clause": NONE}
    if told := dict(row[0].facts).get("code") if isinstance(row[0], Said) else row[0]:
        standard, _gap, more["on_clause"] = str(told).rpartition(" ")
        if standard in rows.standards:
            more["standard"] = rows.standards[standard]
    if isinstance(head, Name) and head.en in rows.departments:
        more["department"] = rows.departments[head.en]
    return _register(rows, head, **more)


def _process(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    found = next((rows.processes[code] for code in _codes_of(row[0]) if code in rows.processes), NONE)
    return _register(rows, head, process=found)


def _department(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    name = dict(row[0].facts).get("name") if isinstance(row[0], Said) else None
    return _register(rows, head, department=rows.departments.get(getattr(name, "en", ""), NONE))


def _origin(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    return _register(rows, head, origin=key_of(row[0]).partition(".")[2])


def _aged(row: tuple[Value, ...], head: Value, _rows: Rows) -> Place:
    """Open on the day of the row; under the head of an age those raised so long before."""
    day = row[0]
    if not isinstance(day, date):
        return "findings.index", {"grade": NC}
    found = {"grade": NC, "open_on": str(day)}
    facts = dict(head.facts) if isinstance(head, Said) else {}
    low, high, more = facts.get("first"), facts.get("last"), facts.get("days")
    if isinstance(more, int):
        found["raised_to"] = str(day - timedelta(days=more + 1))
    if isinstance(low, int) and isinstance(high, int):
        found |= {"raised_from": str(day - timedelta(days=high)), "raised_to": str(day - timedelta(days=low))}
    return "findings.index", found


def _quarter(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    """The audits of a quarter on the page of the trends, at what became of them."""
    span = _span(row[0], rows)
    if span is None:
        return "programme.audits", {}
    found: dict[str, Any] = {"view": "audits", "first_day": str(span[0]), "last_day": str(span[1])}
    if key_of(head).startswith("carried_out."):
        found["_anchor"] = f"{row[0]}-{key_of(head).partition('.')[2]}"
    return "indicators.system", found


def _answers(row: tuple[Value, ...], head: Value, rows: Rows) -> Place:
    """The answers of a clause in the audit of the column; elsewhere all audits of the clauses."""
    place = of_row((head,), rows)
    if place is None:
        return "indicators.system", {"view": "clauses"}
    clause, audit = next(_codes_of(row[0]), ""), place[1]["id"]
    if clause not in assessable_clauses() or audit not in rows.years:
        return place
    return "planning.cell", {"year": rows.years[audit], "row": clause, "column": audit}


def _programme(row: tuple[Value, ...], _head: Value, _rows: Rows) -> Place:
    years = [code[-4:] for code in _codes_of(row[0]) if code[-4:].isdecimal()]
    return ("programme.show", {"year": int(years[0])}) if years else ("programme.index", {})


def _corrected(row: tuple[Value, ...], _head: Value, rows: Rows) -> Place:
    """What happened to the value of the month."""
    place, month = of_row(row[:1], rows), row[1]
    if place is None or not isinstance(month, Month):
        return "indicators.correction_list", {}
    return "indicators.month", {**place[1], "month": f"{month.first:%Y-%m}"}


COUNTED: dict[str, Any] = {
    "table.corrections": _corrected,
    "table.nc_months": _month,
    "table.nc_grades": _grade,
    "table.nc_clauses": _clause,
    "table.nc_matrix": _clause,
    "table.nc_processes": _process,
    "table.nc_departments": _department,
    "table.nc_origins": _origin,
    "table.nc_ages": _aged,
    "table.programme_quarters": _quarter,
    "table.clause_conformity": _answers,
    "table.clause_maturity": _answers,
    "table.programmes": _programme,
}
"""Tables whose rows are counts: what of the register each counts."""


def of_said(one: Said, rows: Rows) -> Place | None:
    """What stands behind a sentence: the indicator it names, else the list it was counted from."""
    facts = dict(one.facts)
    named = next((rows.codes[code] for code in _codes_of(one) if code in rows.codes), None)
    name = facts.get("name")
    if named is None and isinstance(name, Name):
        named = rows.names.get(name.en)
    if named is not None:
        return named
    kind = one.key.partition(".")[0] if one.key.partition(".")[0] != "why" else _why(one.key)
    if kind in ("nc", "plot.nc", "table.nc"):
        return _register(rows)
    endpoint = PLACES.get(one.key) or PLACES.get(kind)
    return None if endpoint is None else (endpoint, {})


def _why(key: str) -> str:
    """Which list the reason of a light was counted from."""
    words = key.removeprefix("why.").partition("_")[0]
    return {"nc": "nc", "audits": "audit", "actions": "previous"}.get(words, "indicator")


def of_plot(plot: Plot, rows: Rows) -> Place | None:
    """What stands behind a chart as a whole."""
    if not isinstance(plot.title, Said):
        return of_row(plot.labels, rows)
    if plot.title.key.startswith("plot.nc"):
        return _register(rows)
    return of_said(plot.title, rows) or of_row(plot.labels, rows)


def of_label(plot: Plot, place: int, rows: Rows) -> Place | None:
    """What stands behind the numbers of one label of a chart."""
    label = plot.labels[place]
    if isinstance(plot.title, Said) and plot.title.key.startswith("plot.nc") and isinstance(label, Month):
        return _month((label,), Said("col.opened" if plot.title.key == "plot.nc" else ""), rows)
    return of_row((label,), rows) or of_plot(plot, rows)


def of_block(block: Block, rows: Rows) -> Place | None:
    """What stands behind a remark or a chart."""
    if isinstance(block, Remark):
        return of_said(block.said, rows)
    return of_plot(block, rows) if isinstance(block, Plot) else None
