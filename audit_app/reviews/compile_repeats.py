"""What came back: the confirmed repeats among the findings of the period, for input c1."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from audit_app.core.db import db
from audit_app.findings.figures import COUNTED
from audit_app.findings.models import Finding
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.reviews.pack import Block, Column, Remark, Table, Value, said

PAPER_ROWS = 20


def blocks(date_from: date, date_to: date) -> tuple[Block, ...]:
    """A sentence and a table: each finding of the period that repeats earlier ones. Nothing if none does."""
    earlier = aliased(Finding)
    query = (
        select(Finding.code, Finding.title, Finding.clause, Finding.raised_on, earlier.code.label("before"))
        .join(FindingRepeat, FindingRepeat.later_id == Finding.id)
        .join(earlier, earlier.id == FindingRepeat.earlier_id)
        .where(COUNTED, Finding.raised_on.between(date_from, date_to))
        .order_by(Finding.id, earlier.raised_on, earlier.id)
    )
    found: dict[str, tuple[str, str, date, list[str]]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.code, (row.title, row.clause, row.raised_on, []))[3].append(row.before)
    if not found:
        return ()
    columns = (
        Column(said("col.code"), width=14), Column(said("col.title"), width=34),
        Column(said("col.clause"), width=10), Column(said("col.opened"), "date", 12),
        Column(said("col.repeat_of"), width=20),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = [
        (code, title, clause or said("value.unnamed"), raised_on, ", ".join(before))
        for code, (title, clause, raised_on, before) in found.items()
    ]
    sentence = Remark(said("nc.repeats", count=len(found)), "warn")
    return (sentence, Table(said("table.repeats"), columns, tuple(rows), limit=PAPER_ROWS))
