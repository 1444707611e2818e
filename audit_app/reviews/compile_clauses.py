"""How the audits of the system go, quarter by quarter and clause by clause (9.2, input c3)."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from audit_app.accounts.library import clause_order
from audit_app.core.db import db
from audit_app.findings.chart_figures import FEWEST
from audit_app.indicators import system_counts, trend
from audit_app.indicators.system import HELD
from audit_app.indicators.system_audits import BAD, LOW
from audit_app.indicators.system_counts import Answers, Assessed, Outcome
from audit_app.programme.models import EXTERNAL, Audit
from audit_app.reviews.compile_trends import QUARTERS, named_clause, quarter_name
from audit_app.reviews.pack import Block, Column, Figure, Remark, Table, Toned, Value, said

AUDITS = 6
"""Latest audits side by side."""
ROWS = 12
"""Clauses on paper; the page and the workbook hold more."""
TONES = {Outcome.LATE: "warn", Outcome.OVERDUE: "bad"}
JUDGED = {trend.Comparison.BETTER: "good", trend.Comparison.WORSE: "bad"}
Measure = Callable[[Assessed], float | None]


def quarters(first: date, last: date) -> tuple[Block, ...]:
    """Our own audits planned to end in a time, by quarter and what became of them. One query."""
    query = (
        select(Audit)
        .where(Audit.ends_on.between(first, last), Audit.kind.not_in(EXTERNAL))
        .order_by(Audit.ends_on)
    )
    rows: dict[str, Counter[Outcome]] = {}
    for audit in db.session.scalars(query).unique():
        rows.setdefault(quarter_name(audit.ends_on), Counter())[system_counts.outcome(audit)] += 1
    if not rows:
        return ()
    part, whole = _on_time(sum(rows.values(), Counter()))
    told = said("audit.quarters", part=part, whole=whole, share=_percent(part, whole, 1))
    columns = (
        Column(said("col.quarter"), width=14),
        Column(said("col.planned"), "int", 11),
        *(Column(said(f"carried_out.{each.value}"), "int", 15) for each in Outcome),
        Column(said("col.on_time_share"), "number", 15, 1),
    )
    cells = tuple(
        (
            name,
            sum(counted.values()),
            *(_count(each, counted[each]) for each in Outcome),
            _percent(*_on_time(counted), 1),
        )
        for name, counted in list(rows.items())[-QUARTERS:]
    )
    return (Remark(told, "info"), Table(said("table.programme_quarters"), columns, cells))


def _count(outcome: Outcome, count: int) -> Value:
    return Toned(count, TONES[outcome]) if count and outcome in TONES else count


def _on_time(counted: Counter[Outcome]) -> tuple[int, int]:
    part = counted[Outcome.ON_TIME]
    return part, part + counted[Outcome.LATE] + counted[Outcome.OVERDUE]


def _percent(part: int, whole: int, decimals: int) -> Figure:
    return Figure(Decimal(part) * 100 / whole if whole else None, decimals, "%")


def clauses(last: date) -> tuple[Block, ...]:
    """Conformity and maturity of each clause in the latest of our own audits with answers. Five queries."""
    query = (
        select(Audit)
        .where(Audit.ends_on <= last, Audit.kind.not_in(EXTERNAL), Audit.state.in_(HELD))
        .order_by(Audit.ends_on.desc(), Audit.id.desc())
        .limit(2 * AUDITS)  # some have no answers in this system
    )
    found = system_counts.answers(list(reversed(db.session.scalars(query).unique().all())))
    audits = [audit for audit in found.audits if any(audit.id in row for row in found.by_clause.values())]
    if not audits:
        return ()
    audits = audits[-AUDITS:]
    told = Remark(said("audit.clauses", count=len(audits), low=LOW, bad=int(BAD) + 1), "info")
    shown = _table("table.clause_conformity", found, audits, lambda each: each.conformity, _share, 0)
    levels = _table("table.clause_maturity", found, audits, lambda each: each.maturity, _level, 1)
    return (told, shown, *([levels] if levels.rows else []))


def _share(value: float) -> Value:
    tone = "good" if value >= LOW else "bad" if value < BAD else "warn"
    return Toned(_figure(value, 0, "%"), tone)


def _level(value: float) -> Value:
    return _figure(value, 1, "")


def _figure(value: float, decimals: int, unit: str) -> Figure:
    return Figure(Decimal(str(round(value, 4))), decimals, unit)


def _table(
    key: str,
    found: Answers,
    audits: list[Audit],
    value: Measure,
    cell: Callable[[float], Value],
    decimals: int,
) -> Table:
    """Clauses down, audits across: worst in its latest audit first, then in the order of the standard."""
    rows = []
    for clause, by_audit in found.by_clause.items():
        known = {
            audit.id: (by_audit[audit.id], number)
            for audit in audits
            if audit.id in by_audit and (number := value(by_audit[audit.id])) is not None
        }
        if known:
            latest = list(known.values())[-2:]
            cells = (cell(known[each.id][1]) if each.id in known else None for each in audits)
            row = (named_clause(clause), *cells, latest[-1][0].judged, _against(latest))
            rows.append(((latest[-1][1], clause_order(clause)), row))
    columns = (
        Column(said("col.clause"), width=30),
        *(Column(short, "number", 9, decimals) for short in _short([audit.code for audit in audits])),
        Column(said("col.answers"), "int", 11),
        Column(said("col.last_two"), width=19),
    )
    return Table(said(key), columns, tuple(row for _order, row in sorted(rows, key=_first)), limit=ROWS)


def _short(codes: list[str]) -> list[Value]:
    """Codes as heads of narrow columns: kind, year and number, as long as those tell the audits apart.

    Year and number alone would read as a month.
    """
    ends = ["-".join(code.split("-")[-3:]) for code in codes]
    told = ends if len(set(ends)) == len(codes) else codes
    return [said("value.short", code=code, short=short) for code, short in zip(codes, told, strict=True)]


def _first(pair: tuple[tuple[float, tuple[object, ...]], tuple[Value, ...]]) -> tuple[object, ...]:
    return pair[0]


def _against(latest: list[tuple[Assessed, float]]) -> Value:
    """The last two audits of a clause beside each other; of few answers that is said."""
    if len(latest) < 2:
        return None
    (before, was), (now, value) = latest
    word = trend.change(value, was, "higher")
    told = said(f"compared.{word.value}")
    if min(before.judged, now.judged) < FEWEST and word is not trend.Comparison.SAME:
        return said("value.few", word=told)
    return Toned(told, JUDGED[word]) if word in JUDGED else told
