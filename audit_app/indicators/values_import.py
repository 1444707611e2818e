"""Monthly values out of somebody's table: one row per value, or one row per indicator and a column per month.

Doubts are named by row and column; with one, nothing is stored unless a person asks for the good rows alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.exports.values import one_by_one
from audit_app.imports import (
    Column,
    Field,
    ForeignTable,
    Problem,
    find_column,
    guess_mapping,
    open_table,
    parsing,
    read_rows,
    text_of,
    words_of,
)
from audit_app.imports.values import norm
from audit_app.indicators import corrections, locks
from audit_app.indicators.entry import at, enter_measurement, may_be_entered, refuse_stranger, worked_out
from audit_app.indicators.goals import exact
from audit_app.indicators.log_import import record
from audit_app.indicators.models import Import, Indicator, Measurement, Source
from audit_app.indicators.periods import Month
from audit_app.indicators.reports import Change, Delta, Line, Report, Trouble
from audit_app.trail import services as trail

KIND = "values"
NUMBERS = ("value", "numerator", "denominator")
LONG = (
    Field(
        "indicator",
        _l("Indicator"),
        True,
        aliases=(
            "code",
            "kpi",
            "indicator",
            "kpi code",
            "指标",
            "指标代码",
            "代码",
            "编号",
            "指标名称",
            "名称",
        ),
    ),
    Field(
        "month", _l("Month"), True, "month", ("period", "month", "date", "月份", "月", "期间", "日期", "年月")
    ),
    Field(
        "value", _l("Value"), False, "number", ("value", "actual", "result", "值", "数值", "实际值", "实际")
    ),
    Field("numerator", _l("Numerator"), False, "number", ("numerator", "num", "分子", "达成数")),
    Field("denominator", _l("Denominator"), False, "number", ("denominator", "den", "分母", "总数")),
    Field("comment", _l("Comment"), False, "text", ("comment", "note", "remarks", "备注", "说明", "注释")),
)
"""The columns of the long form. Value, or numerator and denominator, must be there."""
Value = tuple[int, str, Indicator, Month, dict[str, Any]]


@dataclass(frozen=True)
class Reading:
    """A table read and judged: ``values`` are (row, column, indicator, month, facts), problems named by
    place.
    """

    table: ForeignTable
    mapping: dict[str, str]
    wide: bool
    rows: int
    values: tuple[Value, ...]
    problems: tuple[Trouble, ...]
    ambiguous: bool = False


def import_measurements(
    path: Path,
    *,
    by: Person | None,
    filename: str | None = None,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    good_only: bool = False,
) -> Report:
    """Store the values of a table. Raises Refused, naming every row in doubt, unless ``good_only`` is asked
    for.
    """
    reading = read_values(path, filename, sheet, mapping, day_first, by=by)
    name = reading.table.filename
    if reading.problems and not good_only:
        raise Refused(_refusal(reading))
    if not reading.values:
        raise Refused(_l("“%(name)s” holds no value that can be taken.", name=name))
    made = _record(path, reading, by)
    changed = 0
    for _row, _column, indicator, month, facts in reading.values:
        before = at(indicator, month)
        version = before.version if before is not None else 0
        facts = dict(facts)
        if before is not None and "comment" not in facts:
            facts["comment"] = before.comment
        after = enter_measurement(indicator, month, **facts, by=by, imported=made)
        changed += after.version != version
    made.summary = {
        **made.summary,
        "changed": changed,
        "proposed": corrections.tell_of_file(made),
        "months": sorted({str(month) for _r, _c, _i, month, _f in reading.values}),
    }
    db.session.flush()
    trail.note(
        "values.import", made, by=by, file=made.filename, sha256=made.sha256, values=len(reading.values)
    )
    return replace(report_of(reading), stored=made, sha256=made.sha256, changed=changed)


def _record(path: Path, reading: Reading, by: Person | None) -> Import:
    made = record(
        Source.MANUAL,
        path,
        reading.table.filename,
        "",
        reading.rows,
        len(reading.values),
        reading.problems,
        by,
    )
    made.kind = KIND
    db.session.flush()
    return made


def preview_measurements(
    path: Path,
    filename: str | None = None,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    *,
    by: Person | None,
) -> tuple[Reading, Report]:
    """What :func:`import_measurements` would do; nothing is stored."""
    reading = read_values(path, filename, sheet, mapping, day_first, by=by)
    return reading, replace(_compared(reading), sha256=sha256_of(path))


def _compared(reading: Reading) -> Report:
    """The report with what the values would change. A value that an earlier file of the same name brought and
    this one has no longer stays as it is: it is counted as gone.
    """
    report = report_of(reading)
    ids = {line.indicator.id for line in report.figures}
    query = (
        select(Measurement).where(Measurement.indicator_id.in_(ids)).options(joinedload(Measurement.imported))
    )
    stored = {(row.indicator_id, Month.of(row.period)): row for row in db.session.scalars(query)}
    changes, same = [], 0
    here, standing = set(), locks.standing()
    for line in report.figures:
        place = line.indicator.id, line.month
        here.add(place)
        row = stored.get(place)
        if row is not None and (row.value, row.numerator, row.denominator) == (
            line.value,
            line.numerator,
            line.denominator,
        ):
            same += 1
        else:
            old = row.value if row is not None else None
            closed = standing.why(line.month) if row is not None else ""
            changes.append(
                Change(line.indicator, line.month, old, line.value, new_row=row is None, closed=closed)
            )
    new = sum(each.new_row for each in changes)
    gone = sum(
        row.imported is not None and row.imported.kind == KIND and row.imported.filename == report.filename
        for place, row in stored.items()
        if place not in here
    )
    return replace(report, delta=Delta(new, len(changes) - new, same, gone), changes=changes)


def report_of(reading: Reading) -> Report:
    """A reading as a report."""
    lines = []
    for _row, _column, indicator, month, facts in reading.values:
        numbers = worked_out(indicator.told_in(month), *(facts.get(name) for name in NUMBERS))
        lines.append(Line(indicator, month, numbers["value"], numbers["numerator"], numbers["denominator"]))
    taken = _("values: %(count)s", count=f"{len(lines):,}")
    return Report(
        reading.table.filename, reading.rows, len(lines), taken, lines, reading.problems, reading.table.notes
    )


def _refusal(reading: Reading) -> str:
    told, more = [str(problem) for problem in reading.problems[:5]], len(reading.problems) - 5
    if more > 0:
        told.append(_("… and %(count)s more.", count=more))
    name = reading.table.filename
    return _("Nothing was imported from “%(name)s”: %(problems)s", name=name, problems=one_by_one(told))


def read_values(
    path: Path,
    filename: str | None = None,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    *,
    by: Person | None,
) -> Reading:
    """Open the table, tell its form, and read every value; what ``by`` may not enter is a problem of its row.

    Raises Refused for what is no such table.
    """
    table = with_months(open_table(path, filename, sheet, known=words_of(LONG)))
    work = _Work(table, _known(), by)
    months = month_columns(table, day_first)
    used = (
        {key: find_column(table, name).letter for key, name in mapping.items() if name} if mapping else None
    )
    if used is None:
        used = guess_mapping(table, LONG)
    if len(months) >= 2 and not ("month" in used and _has_value(used)):
        return _wide(table, used, months, work)
    if not _has_value(used):
        raise Refused(
            _l(
                "No column of values was found in “%(name)s”. Columns: %(columns)s. Name one “value”, or two "
                "“numerator” and “denominator”, or give every month a column of its own "
                "(2026-01, 2026-02 …).",
                name=table.filename,
                columns=", ".join(str(column) for column in table.columns[:20]),
            )
        )
    return _long(table, used, work, day_first)


def with_months(table: ForeignTable) -> ForeignTable:
    """The table with its heading in the first row that names two months or more: the wide form knows few
    words.
    """
    for row in table.head[:20]:
        if table.header.how == "words" and row.number > table.header.after:
            break
        named = sum(is_month(text_of(cell)) for cell in row.cells)
        if named >= 2:
            return table.set_header(row.number)
    return table


def is_month(text: str) -> bool:
    try:
        return bool(text) and Month.of(parsing.month(text)).year > 1990
    except (parsing.Unreadable, ValueError):
        return False


def _has_value(mapping: Mapping[str, str]) -> bool:
    return "value" in mapping or {"numerator", "denominator"} <= set(mapping)


def month_columns(table: ForeignTable, day_first: bool | None = None) -> dict[str, Month]:
    """Columns whose heading is a month: {letter: month}."""
    found = {}
    for column in table.columns:
        if is_month(column.header):
            found[column.letter] = Month.of(parsing.month(column.header, day_first))
    return found


def _known() -> dict[str, Indicator]:
    """Indicators in use by every name they go under: code, and name in both languages."""
    found: dict[str, Indicator] = {}
    for each in db.session.scalars(select(Indicator).where(Indicator.active).order_by(Indicator.id)):
        for name in (each.name_zh, each.name_en, each.code):
            if name:
                found[norm(name)] = each
    return found


def _long(table: ForeignTable, mapping: dict[str, str], work: "_Work", day_first: bool | None) -> Reading:
    preview = read_rows(table, LONG, mapping, unique=("indicator", "month"), day_first=day_first)
    work.problems += [_trouble(each) for each in preview.problems]
    columns = {key: table.column(letter) for key, letter in mapping.items()}
    for row, facts in zip(preview.good_rows, preview.good, strict=True):
        month = Month.of(facts.pop("month"))
        code = facts.pop("indicator")
        if "comment" in facts:
            facts["comment"] = facts["comment"] or ""
        work.take(row, columns["indicator"], code, month, facts, columns.get("value"))
    rows = len(preview.good) + len({each.row for each in preview.problems}) + len(preview.duplicates)
    return work.done(mapping, wide=False, rows=rows, ambiguous=bool(preview.ambiguous))


def _wide(table: ForeignTable, mapping: dict[str, str], months: dict[str, Month], work: "_Work") -> Reading:
    if "indicator" not in mapping or mapping["indicator"] in months:
        free = [column for column in table.columns if column.letter not in months]
        if not free:
            raise Refused(_l("No column names the indicators in “%(name)s”.", name=table.filename))
        mapping = {"indicator": free[0].letter}
    names, count = table.column(mapping["indicator"]), 0
    columns = [(table.column(letter), month) for letter, month in months.items()]
    marks = {
        column.letter: parsing.decimal_mark(row.cell(column.index) for row in table.rows())
        for column, _month in columns
    }
    for row in table.rows():
        code = text_of(row.cell(names.index))
        if not code:
            continue
        count += 1
        for column, month in columns:
            cell = row.cell(column.index)
            if parsing.is_missing(cell):
                continue
            try:
                number = parsing.number(cell, marks[column.letter])
            except parsing.Unreadable as error:
                work.problems.append(Trouble(row.number, str(column), text_of(cell), error.words))
                continue
            work.take(row.number, names, code, month, {"value": number}, column)
    return work.done({"indicator": names.letter}, wide=True, rows=count)


def _trouble(problem: Problem) -> Trouble:
    shown = "" if problem.value and problem.value in str(problem.words) else problem.value
    return Trouble(problem.row, problem.column, shown, problem.words)


class _Work:
    """Values that passed, and the problems of those that did not."""

    def __init__(self, table: ForeignTable, known: dict[str, Indicator], by: Person | None) -> None:
        self.table, self.known, self.by = table, known, by
        self.values: list[Value] = []
        self.problems: list[Trouble] = []
        self.seen: dict[tuple[int, Month], int] = {}
        self.unknown: set[str] = set()

    def take(
        self, row: int, where: Column, code: str, month: Month, facts: dict[str, Any], place: Column | None
    ) -> None:
        """One value: known indicator, plausible, not there twice."""
        indicator = self.known.get(norm(code))
        column = str(place) if place is not None else ""
        if indicator is None:
            if code not in self.unknown:
                self.unknown.add(code)
                words = _l("there is no indicator of this code or name in the register")
                self.problems.append(Trouble(row, str(where), code, words))
            return
        if all(facts.get(name) is None for name in ("value", "numerator", "denominator")):
            return  # a month without data: a gap, no problem
        try:
            if indicator.source is Source.SYSTEM:
                raise Refused(_l("This indicator is worked out by the system itself."))
            for name in NUMBERS:
                exact(facts.get(name))
            worked_out(indicator.told_in(month), *(facts.get(name) for name in NUMBERS))
            may_be_entered(indicator, month)
            refuse_stranger(indicator, self.by)
        except Refused as refused:
            self.problems.append(Trouble(row, column, "", refused.words))
            return
        first = self.seen.setdefault((indicator.id, month), row)
        if first != row:
            words = _l(
                "%(code)s of %(month)s stands in row %(row)s already",
                code=indicator.code,
                month=month,
                row=first,
            )
            self.problems.append(Trouble(row, str(where), "", words))
            return
        self.values.append((row, column, indicator, month, facts))

    def done(self, mapping: dict[str, str], *, wide: bool, rows: int, ambiguous: bool = False) -> Reading:
        """The finished reading."""
        problems = sorted(self.problems, key=lambda each: each.row)
        return Reading(self.table, mapping, wide, rows, tuple(self.values), tuple(problems), ambiguous)
