"""An old register of nonconformities from a sheet: which columns, which rows, what is doubtful. Stores
nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.findings import old_actions
from audit_app.findings.models import Grade, Origin
from audit_app.findings.old_fields import ACTION_FIELDS, COLUMNS, FIELDS, LONGEST
from audit_app.imports import (
    ForeignTable,
    Limits,
    Problem,
    find_column,
    guess_mapping,
    open_table,
    read_rows,
    words_of,
)
from audit_app.imports.values import norm

LIMITS = Limits(rows=5_000)
"""Nonconformities taken in at a time: more than most organisations collect in twenty years."""


@dataclass(frozen=True)
class Known:
    """What the file may refer to, by its name in small letters: rows of processes, departments, people."""

    processes: Mapping[str, Any]
    departments: Mapping[str, Any]
    people: Mapping[str, Any]
    everyone: Mapping[str, Any]
    codes: Collection[str]
    action_codes: Collection[str]
    today: date


@dataclass(frozen=True)
class OldPreview:
    """What a sheet would give: ``rows`` are ready to import, ``numbers`` are their rows in the sheet."""

    table: ForeignTable
    mapping: Mapping[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Any] = field(default_factory=list)
    refusal: Any = None
    ambiguous: bool = False
    """A date can be read in two ways and somebody must say which."""
    words_only: dict[str, list[int]] = field(default_factory=dict)
    """Rows whose action stays words, by the reason (``old_actions.WHY_WORDS``)."""

    @property
    def actions(self) -> int:
        """Rows that bring an action with them."""
        return sum(row["action"] is not None for row in self.rows)

    @property
    def headings(self) -> dict[str, str]:
        """The mapping by headings: what is remembered for the next file of the source."""
        return {key: self.table.column(letter).header for key, letter in self.mapping.items()}

    def count(self, state: str) -> int:
        """Rows that come in as ``open`` or ``closed``."""
        return sum(row["state"] == state for row in self.rows)


def preview(
    data: bytes,
    filename: str,
    known: Known,
    *,
    sheet: str | None = None,
    header: int | None = None,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    day_first: bool | None = None,
) -> OldPreview:
    """Read a sheet as an old register. ``header`` is the row of the heading (0: there is none; None: guess).

    ``mapping`` gives columns by letter; None takes what is ``remembered`` by heading and guesses the rest.
    Raises :class:`Refused` for a file or sheet that cannot be read; a mapping that does not fit is a
    ``refusal`` in the preview.
    """
    table = open_table(data, filename, sheet, known=words_of(COLUMNS), limits=LIMITS)
    if header is not None:
        table = table.set_header(header or None)
    try:
        if mapping is None:
            letters = _proposed(table, remembered or {})
        else:
            letters = {key: find_column(table, name).letter for key, name in mapping.items() if name}
        found = read_rows(table, FIELDS, letters, unique=("code",), day_first=day_first)
        actions = _actions(table, letters, day_first)
    except Refused as refused:
        return OldPreview(table, mapping or {}, refusal=refused.words)
    kept = OldPreview(
        table,
        letters,
        problems=list(found.problems),
        remarks=list(table.notes),
        ambiguous=bool(found.ambiguous),
    )
    for each in found.skipped:
        kept.remarks.append(_l("Row %(row)s is left out: %(words)s.", row=each.row, words=each.words))
    for double in found.duplicates:
        kept.remarks.append(
            _l(
                "Row %(row)s says the same as row %(first)s and is left out.",
                row=double.row,
                first=double.first,
            )
        )
    for number, row in zip(found.good_rows, found.good, strict=True):
        _keep(kept, number, row, known)
    _judge_actions(kept, actions, known)
    kept.problems.sort(key=lambda problem: problem.row)
    return kept


def _proposed(table: ForeignTable, remembered: Mapping[str, str]) -> dict[str, str]:
    """Columns of the last file of this source where they are still called so; the rest by their names."""
    headings = {column.header: column.letter for column in table.columns if column.header}
    letters = {key: headings[name] for key, name in remembered.items() if name in headings}
    guessed = guess_mapping(table, COLUMNS)
    for key, letter in guessed.items():
        if key not in letters and letter not in letters.values():
            letters[key] = letter
    return letters


def _actions(
    table: ForeignTable, letters: Mapping[str, str], day_first: bool | None
) -> dict[int, dict[str, Any]]:
    """What the rows say of their action, by row. A date that cannot be read costs the action, not the row."""
    number = next(each for each in FIELDS if each.key == "code")
    found = read_rows(table, (number, *ACTION_FIELDS), letters, unique=("code",), day_first=day_first)
    keys = [each.key for each in ACTION_FIELDS]
    rows = zip(found.good_rows, found.good, strict=True)
    return {number: {key: row.get(key) for key in keys} for number, row in rows}


def _judge_actions(kept: OldPreview, said: Mapping[int, dict[str, Any]], known: Known) -> None:
    """Give each ready row its action, or None; say once for each reason which rows keep theirs as words."""
    taken = set(known.action_codes)
    for number, row in zip(kept.numbers, kept.rows, strict=True):
        found = old_actions.judged(row, said.get(number), kept.mapping, known.everyone, taken, known.today)
        row["action"] = None
        if isinstance(found, str):
            kept.words_only.setdefault(found, []).append(number)
        elif found is not None:
            row["action"] = found
            taken |= {found.code} - {""}
    kept.remarks.extend(old_actions.remark(key, rows) for key, rows in kept.words_only.items())


def _keep(kept: OldPreview, number: int, row: dict[str, Any], known: Known) -> None:
    """One row to its place: ready or a problem. What it refers to and nobody knows is said and left empty."""
    row = {key: row.get(key) for key in (each.key for each in FIELDS)}
    wrong = _wrong(row, known)
    if wrong is not None:
        key, words = wrong
        column = str(kept.table.column(kept.mapping[key])) if key in kept.mapping else ""
        kept.problems.append(Problem(number, column, "", words))
        return
    row["state"] = row["state"] or ("closed" if row["closed_on"] else "open")
    row["grade"] = Grade(row["grade"] or "minor")
    row["origin"] = Origin(row["origin"] or "internal_audit")
    if row["state"] == "closed" and row["closed_on"] is None:
        kept.remarks.append(
            _l("Row %(row)s is closed without a day: the day it was raised is taken.", row=number)
        )
        row["closed_on"] = row["raised_on"]
    if row["state"] == "open":
        row["closed_on"] = None
    if row["due_on"] is not None and row["due_on"] < row["raised_on"]:
        kept.remarks.append(
            _l("Row %(row)s is due before it was raised: its due date is left out.", row=number)
        )
        row["due_on"] = None
    lists = {"process": known.processes, "department": known.departments, "owner": known.people}
    for key, names in lists.items():
        row[key] = _referred(kept, number, key, row[key], names)
    kept.rows.append(row)
    kept.numbers.append(number)


def _referred(kept: OldPreview, number: int, key: str, said: str | None, names: Mapping[str, Any]) -> Any:
    found = names.get(norm(said)) if said else None
    if said and found is None:
        label = next(each.label for each in FIELDS if each.key == key)
        kept.remarks.append(
            _l(
                "Row %(row)s: %(field)s “%(value)s” is not known here and is left empty.",
                row=number,
                field=label,
                value=said[:60],
            )
        )
    return found


def _wrong(row: Mapping[str, Any], known: Known) -> tuple[str, Any] | None:
    """Field and words why a row cannot be taken; None when it can."""
    for key, longest in LONGEST.items():
        if row.get(key) and len(row[key]) > longest:
            return key, _l(
                "this is longer than %(max)s characters: shorten it, or choose another column.", max=longest
            )
    if row["code"] in known.codes:
        return "code", _l("%(code)s exists here already.", code=row["code"])
    if row["raised_on"] > known.today:
        return "raised_on", _l("this day is still to come.")
    if row["closed_on"] is not None and not row["raised_on"] <= row["closed_on"] <= known.today:
        return "closed_on", _l("it cannot have been closed before it was raised, nor in the future.")
    return None


def by_names(rows: Iterable[Any], *attributes: str) -> dict[str, Any]:
    """Rows under each of their names, as :func:`preview` looks them up; a name of two rows names neither."""
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for row in rows:
        for name in {norm(str(getattr(row, each) or "")) for each in attributes} - {""}:
            if found.setdefault(name, row) is not row:
                twice.add(name)
    return {name: row for name, row in found.items() if name not in twice}
