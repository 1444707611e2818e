"""The trends of audits: the programme carried out, evidence behind conform answers, clause by clause."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from flask import url_for
from flask_babel import gettext as _

from audit_app.accounts.library import assessable_clauses, clause_order, clause_subject
from audit_app.exports.charts import Chart, Series
from audit_app.findings.chart_figures import FEWEST
from audit_app.findings.chart_panels import Line, Panel, rate
from audit_app.indicators import system_counts, trend
from audit_app.indicators.system_counts import Answers, Assessed, Outcome
from audit_app.indicators.system_tables import Heat, Spot
from audit_app.indicators.trend import Comparison
from audit_app.programme.models import Audit
from audit_app.web.formats import number, percent

TONES = {
    Outcome.ON_TIME: "good",
    Outcome.LATE: "warn",
    Outcome.OVERDUE: "bad",
    Outcome.AHEAD: "info",
    Outcome.CANCELLED: "neutral",
}
Value = Callable[[Assessed], float | None]
LOW = 90
"""Percent of conformity below which a clause is marked; below two thirds it is marked as bad."""
BAD = 200 / 3


def quarters(audits: Sequence[Audit]) -> list[tuple[str, list[tuple[Outcome, list[Audit]]]]]:
    """The audits by quarter of their planned end and by what became of them, each in order."""
    found: dict[tuple[int, int], dict[Outcome, list[Audit]]] = {}
    for audit in audits:
        row = found.setdefault(system_counts.quarter(audit.ends_on), {})
        row.setdefault(system_counts.outcome(audit), []).append(audit)
    return [
        (f"{year}-Q{place}", [(each, row[each]) for each in Outcome if each in row])
        for (year, place), row in sorted(found.items())
    ]


def carried_out(audits: Sequence[Audit]) -> Panel:
    """The programme quarter by quarter."""
    rows = quarters(audits)
    counts = [Counter({each: len(among) for each, among in row}) for _name, row in rows]
    series = tuple(
        Series(str(each.label), tuple(row[each] for row in counts), TONES[each]) for each in Outcome
    )
    labels = tuple(name for name, _row in rows)
    chart = Chart(
        "stacked", _("Audits by the quarter of their planned end, and what became of them"), labels, series,
        source=_("audit programme"), cases=tuple(sum(row.values()) for row in counts),
    )  # fmt: skip
    lines = tuple(
        Line(
            name,
            tuple((row[each], f"#{name}-{each.value}") for each in Outcome),
            (_rate(row),),
            (_share(row),),
        )
        for name, row in zip(labels, counts, strict=True)
    )
    whole = sum(counts, Counter[Outcome]())
    note = _(
        "Done on time: %(rate)s. On time is reported within 14 days of the planned end; cancelled ones and "
        "those still within their time do not count.",
        rate=_rate(whole),
    )
    columns = (_("Quarter"), *(str(each.label) for each in Outcome))
    return Panel("programme", chart, note, columns, lines, (_("Share done on time"),))


def _parts(row: Counter[Outcome]) -> tuple[int, int]:
    return row[Outcome.ON_TIME], row[Outcome.ON_TIME] + row[Outcome.LATE] + row[Outcome.OVERDUE]


def _rate(row: Counter[Outcome]) -> str:
    return rate(*_parts(row))


def _share(row: Counter[Outcome]) -> float | None:
    part, whole = _parts(row)
    return part / whole if whole else None


def evidence(found: Answers) -> Panel:
    """Per audit: conformity, and the share of conform answers without evidence."""
    labels = tuple(audit.code for audit in found.audits)
    rows = [found.by_audit[audit.id] for audit in found.audits]
    names = (_("Conform answers without evidence"), _("Answers without a nonconformity"))
    bare = tuple(100 * row.bare / row.said_conform if row.said_conform else None for row in rows)
    chart = Chart(
        "bar", _("Answers of each audit, in percent"), labels,
        (Series(names[0], bare, "warn"), Series(names[1], tuple(row.conformity for row in rows), "good")),
        unit="%", decimals=1, source=_("checklists"), cases=tuple(row.judged for row in rows),
    )  # fmt: skip
    lines = tuple(
        Line(
            audit.code,
            tuple((count, _checklists(audit)) for count in (row.bare, row.conform, row.judged)),
            (rate(row.bare, row.said_conform), rate(row.conform, row.judged)),
            (_of(row.bare, row.said_conform), _of(row.conform, row.judged)),
        )
        for audit, row in zip(found.audits, rows, strict=True)
    )
    note = _(
        "Without evidence: %(rate)s. A conform answer without file, note or sample says how the audit was "
        "done, not how the process runs. Audits looked at different clauses: a comparison, not a trend.",
        rate=rate(sum(row.bare for row in rows), sum(row.said_conform for row in rows)),
    )
    columns = (_("Audit"), _("Without evidence"), _("Without a nonconformity"), _("Answers judged"))
    return Panel("evidence", chart, note, columns, lines, (_("Share without evidence"), _("Conformity")))


def _of(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _checklists(audit: Audit) -> str:
    return url_for("checklists.fieldwork", audit_id=audit.id)


def conformity(found: Answers) -> Heat:
    """Clause by audit: the share of answers without a nonconformity; the last two audits compared."""
    note = _(
        "Share of the answers without a nonconformity, and of how many. The last column compares the last "
        "two audits of a clause: two values are a comparison, not a trend."
    )
    title = _("Conformity by clause and audit")
    return _heat("conformity", title, note, found, lambda each: each.conformity, _conform, 0)


def maturity(found: Answers) -> Heat:
    """Clause by audit: the mean of the scores, 0 to 4, where questions are answered by one."""
    note = _("Weighted mean of the scores (0 to 4) of questions that are answered by a score.")
    title = _("Maturity by clause and audit")
    made = _heat("maturity", title, note, found, lambda each: each.maturity, _level, 1)
    return replace(made, empty=_("No question was answered by a score."))


def _conform(each: Assessed, address: str) -> Spot:
    value = each.conformity
    if value is None:
        return Spot("·")
    words = f"{percent(value, 0)} ({number(each.judged)})"
    return Spot(words, value, "good" if value >= LOW else "bad" if value < BAD else "warn", address)


def _level(each: Assessed, address: str) -> Spot:
    value = each.maturity
    return Spot("·") if value is None else Spot(number(value, 1), value, "", address)


def _heat(
    key: str, title: str, note: str, found: Answers, value: Value, spot: Callable[[Assessed, str], Spot],
    decimals: int,
) -> Heat:  # fmt: skip
    told = {
        clause: {audit: each for audit, each in row.items() if value(each) is not None}
        for clause, row in found.by_clause.items()
    }
    audits = [audit for audit in found.audits if any(audit.id in row for row in told.values())]
    rows = []
    for clause in sorted((clause for clause, row in told.items() if row), key=clause_order):
        row = told[clause]
        cells = [
            spot(row[audit.id], _behind(clause, audit)) if audit.id in row else Spot("·") for audit in audits
        ]
        last = [row[audit.id] for audit in audits if audit.id in row][-2:]
        rows.append((f"{clause} {clause_subject(clause)}".strip(), (*cells, _against(last, value))))
    columns = (*(audit.code for audit in audits), _("Last two"))
    links = tuple(url_for("programme.audit", id=audit.id) for audit in audits)
    return Heat(key, title, note, _("Clause"), columns if rows else (), tuple(rows), links, decimals, True)


COMPARED = {Comparison.BETTER: "good", Comparison.WORSE: "bad"}


def _against(last: Sequence[Assessed], value: Value) -> Spot:
    """The last two audits of a clause compared; of few answers that is said."""
    if len(last) < 2:
        return Spot("–")
    before, now = map(value, last)
    word = trend.change(now, before, "higher")
    few = min(each.judged for each in last) < FEWEST and word is not Comparison.SAME
    words = _("%(word)s, of few answers", word=word.label) if few else str(word.label)
    return Spot(words, None, "" if few else COMPARED.get(word, ""))


def _behind(clause: str, audit: Audit) -> str:
    if clause not in assessable_clauses():
        return url_for("programme.audit", id=audit.id)
    return url_for("planning.cell", year=audit.programme.year, row=clause, column=audit.id)


NAMES: dict[str, Callable[[], str]] = {
    "programme": lambda: _("Programme"),
    "evidence": lambda: _("Evidence"),
    "conformity": lambda: _("Conformity"),
    "maturity": lambda: _("Maturity"),
}
"""Names of the parts on paper and of the sheets."""
