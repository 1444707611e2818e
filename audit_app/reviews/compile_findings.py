"""What the findings say for inputs c1 and d: counted from one reading of the rows, so that all tables
agree.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.findings import figures
from audit_app.findings.models import (
    Action,
    ActionKind,
    ActionState,
    Finding,
    Grade,
)
from audit_app.reviews import compile_trends
from audit_app.reviews.compile_months import matrix
from audit_app.reviews.compile_trends import GRADE_TONE, clause_of
from audit_app.reviews.nonconformities import Findings, late
from audit_app.reviews.pack import (
    Block,
    Column,
    Figure,
    Line,
    Month,
    Name,
    Plot,
    Remark,
    Table,
    Toned,
    Value,
    said,
)

PAPER_ROWS = 20


def for_input(found: Findings) -> tuple[Block, ...]:
    """Input c1."""
    if not found.rows:
        return (Remark(said("nc.none"), "good"),)
    counted = compile_trends.for_input(found)
    tables = (*_across(found), _months(found), *counted, _matrix(found), _open(found))
    return (*_remarks(found), *_plots(found), *tables)


def share(part: int, whole: int) -> Figure:
    """A share in percent; no value of nothing."""
    return Figure(Decimal(part) * 100 / whole if whole else None, 1, "%")


def _remarks(found: Findings) -> list[Remark]:
    still, overdue = found.open_on(found.end), found.overdue_on(found.end)
    first = said(
        "nc.summary",
        opened=len(found.raised()),
        closed=len(found.closed()),
        open=len(still),
        overdue=len(overdue),
    )
    remarks = [Remark(first, "bad" if overdue else "info")]
    if grades := Counter(row.grade for row in found.raised()):
        by_grade = said("nc.grades", major=grades[Grade.MAJOR], minor=grades[Grade.MINOR])
        remarks.append(Remark(by_grade, "info"))
    for key, one in (("nc.on_time", found.shares.on_time), ("nc.recurring", found.shares.recurring)):
        facts: dict[str, Value] = {
            "part": one.numerator,
            "whole": one.denominator,
            "share": share(one.numerator, one.denominator),
        }
        remarks.append(Remark(said(key, **facts), "info"))
    if still:
        days = Decimal(sum((found.end - row.raised_on).days for row in still)) / len(still)
        remarks.append(Remark(said("nc.age", days=Figure(days, 0)), "info"))
    return remarks


def _months(found: Findings) -> Table:
    names = ("opened", "closed", "open", "overdue")
    columns = (Column(said("col.month"), "month"), *(Column(said(f"col.{name}"), "int") for name in names))
    return Table(
        said("table.nc_months"),
        columns,
        tuple((Month(one.first), *counts) for one, counts in found.by_month),
        where="book",
    )


def _across(found: Findings) -> list[Table]:
    """The same on paper: months across."""
    rows = found.by_month
    lines: list[tuple[Value, tuple[Value, ...]]] = [
        (said(f"col.{name}"), tuple(counts[place] for _one, counts in rows))
        for place, name in enumerate(("opened", "closed", "open", "overdue"))
    ]
    return matrix(said("table.nc_months"), said("col.count"), [one for one, _counts in rows], lines)


def _plots(found: Findings) -> list[Plot]:
    rows = found.by_month
    labels = tuple(Month(one.first) for one, _counts in rows)

    def line(place: int, key: str, tone: str) -> Line:
        return Line(said(key), tuple(Decimal(counts[place]) for _one, counts in rows), tone)

    system = said("value.this_system")
    return [
        Plot(
            "bar",
            said("plot.nc"),
            labels,
            (line(0, "col.opened", "warn"), line(1, "col.closed", "good")),
            "n",
            source=system,
        ),
        Plot(
            "line",
            said("plot.nc_open"),
            labels,
            (line(2, "col.open", "info"), line(3, "col.overdue", "bad")),
            "n",
            source=system,
        ),
    ]


def _matrix(found: Findings) -> Table:
    """The distribution table that auditors know: clauses down, departments across."""
    rows = found.raised()
    heads = {row.department: Name(row.department_en, row.department_zh) for row in rows if row.department}
    codes = sorted(heads)
    other = [None] if any(row.department is None for row in rows) else []
    counted = Counter((clause_of(row), row.department) for row in rows)
    clauses = sorted({clause_of(row) for row in rows}, key=_clause_order)
    columns = (
        Column(said("col.clause"), width=10),
        *(Column(heads[code], "int", 8) for code in codes),
        *(Column(said("value.unnamed"), "int", 8) for _none in other),
        Column(said("col.total"), "int", 7),
    )
    table = tuple(
        (
            clause or said("value.unnamed"),
            *(counted[clause, code] or None for code in (*codes, *other)),
            sum(counted[clause, code] for code in (*codes, *other)),
        )
        for clause in clauses
    )
    return Table(said("table.nc_matrix"), columns, table, empty=said("nc.none"))


def _clause_order(clause: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (99, part) for part in clause.split(".")]


def _open(found: Findings) -> Table:
    columns = (
        Column(said("col.code"), width=14),
        Column(said("col.title"), width=27),
        Column(said("col.grade"), width=14),
        Column(said("col.owner"), width=13),
        Column(said("col.state"), width=12),
        Column(said("col.due"), "date", 13),
        Column(said("col.late"), "int", 9),
    )
    end = found.end
    rows = [(_days_late(row, end), row) for row in found.open_on(end)]
    rows.sort(key=lambda pair: (-pair[0], pair[1].due_on or date.max, pair[1].code))
    return Table(
        said("table.nc_open"),
        columns,
        tuple(
            (
                row.code,
                row.title,
                Toned(said(f"col.{row.grade.value}"), GRADE_TONE[row.grade]),
                row.owner or None,
                said(f"finding.{row.state.value}"),
                row.due_on,
                Toned(days, "bad") if days else None,
            )
            for days, row in rows
        ),
        limit=PAPER_ROWS,
        empty=said("nc.none"),
    )


def _days_late(row: Any, day: date) -> int:
    return (day - row.due_on).days if late(row, day) else 0


def improvements(date_from: date, date_to: date) -> tuple[Block, ...]:
    """Input d: opportunities of the period or still open, and improvement actions."""
    wanted = or_(Finding.closed_on.is_(None), Finding.closed_on >= date_from)
    ofis = db.session.execute(
        select(Finding.code, Finding.title, Finding.state, Finding.raised_on, Person.name)
        .outerjoin(Person, Finding.owner_id == Person.id)
        .where(figures.COUNTED, Finding.grade == Grade.OFI, Finding.raised_on <= date_to, wanted)
        .order_by(Finding.id.desc())
    ).all()
    actions = db.session.execute(
        select(Action.code, Action.title, Action.state, Action.due_on, Person.name)
        .outerjoin(Person, Action.owner_id == Person.id)
        .where(
            Action.kind == ActionKind.IMPROVEMENT,
            Action.state != ActionState.CANCELLED,
            Action.created_on <= date_to,
            or_(Action.state == ActionState.OPEN, Action.created_on >= date_from),
        )
        .order_by(Action.id.desc())
    ).all()
    if not ofis and not actions:
        return (Remark(said("improve.none"), "neutral"),)
    found = [
        _listed("table.ofis", "opened", "finding", ofis),
        _listed("table.improvements", "due", "action", actions),
    ]
    return tuple(table for table in found if table.rows)


def _listed(title: str, day: str, kind: str, rows: Any) -> Table:
    columns = (
        Column(said("col.code"), width=14),
        Column(said("col.title"), width=34),
        Column(said("col.owner"), width=14),
        Column(said("col.state"), width=12),
        Column(said(f"col.{day}"), "date", 10),
    )
    return Table(
        said(title),
        columns,
        tuple(
            (code, words, owner, said(f"{kind}.{state.value}"), on) for code, words, state, on, owner in rows
        ),
        limit=PAPER_ROWS,
    )
