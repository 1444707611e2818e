"""The rows of a foreign table as values of our fields, with every doubt named by row and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from audit_app.core.errors import Refused
from audit_app.imports import parsing
from audit_app.imports.mapping import Field
from audit_app.imports.tables import ForeignTable
from audit_app.imports.values import Cell, Column, Row, is_blank, text_of


@dataclass(frozen=True)
class Problem:
    """A cell (or a row: ``column`` is empty) that could not be taken; ``row`` as in the spreadsheet."""

    row: int
    column: str
    value: str
    words: Any

    def __str__(self) -> str:
        if not self.column:
            return str(_l("Row %(row)s: %(words)s", row=self.row, words=self.words))
        return str(
            _l(
                "Row %(row)s, column %(column)s: %(words)s",
                row=self.row,
                column=self.column,
                words=self.words,
            )
        )


@dataclass(frozen=True)
class Skipped:
    """A row that was left out on purpose, and why."""

    row: int
    words: Any


@dataclass(frozen=True)
class Duplicate:
    """A row that says the same as an earlier one."""

    row: int
    first: int


@dataclass
class Preview:
    """What a table would give. ``good`` and ``good_rows`` (their row numbers) run in parallel.

    ``ambiguous`` are keys of date fields for which a person must choose ``day_first``; their rows are
    ``held`` back.
    """

    good: list[dict[str, Any]] = field(default_factory=list)
    good_rows: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    held: int = 0


@dataclass(frozen=True)
class _Reader:
    """A field, its column and what the whole column says about dates and decimals."""

    field: Field
    column: Column
    mark: str
    order: bool | str | None

    def read(self, value: Cell) -> Any:
        kind = self.field.kind
        if kind == "text":
            return text_of(value) or None
        if parsing.is_missing(value):
            return None
        if kind == "number":
            return parsing.number(value, self.mark)
        if kind == "month":
            return parsing.month(value, self.order)
        if kind == "bool":
            return parsing.truth(value)
        if kind == "choice":
            return parsing.choice(value, self.field.choices)
        found = parsing.moment(value, self.order)
        return found if kind == "datetime" else found.date()


def read_rows(
    table: ForeignTable,
    fields: Sequence[Field],
    mapping: Mapping[str, str],
    *,
    unique: Sequence[str] = (),
    day_first: bool | None = None,
    section: str | None = None,
) -> Preview:
    """Read all rows by a mapping of field keys to column letters; nothing is stored.

    ``unique`` are the keys that make a row the same thing as another: an equal row is a duplicate, one that
    differs elsewhere a problem. Without it, only rows equal in every field are duplicates. ``day_first``
    settles 03/04/2026. ``section`` is a key under which the heading row above (a row with a single text) is
    given to the rows below it. Raises :class:`Refused` when a required field has no column, and for what
    :meth:`ForeignTable.rows` refuses.
    """
    lacking = [each.label for each in fields if each.required and each.key not in mapping]
    if lacking:
        raise Refused(
            _l("Choose a column for: %(fields)s.", fields=", ".join(str(label) for label in lacking))
        )
    columns = {each.key: table.column(mapping[each.key]) for each in fields if each.key in mapping}
    wanted = {column.index for column in columns.values()}
    rows = [_slim(row, wanted) for row in table.rows()]
    readers = [_reader(each, columns[each.key], rows, day_first) for each in fields if each.key in columns]
    work = _Work(readers, tuple(unique), section)
    for row in rows:
        work.take(row)
    return work.finish()


def _slim(row: Row, wanted: set[int]) -> Row:
    """The row without the contents that nobody asked for: a wide log would fill the memory.

    That they are filled still shows, since a row with a single text may be a section.
    """
    if len(row.filled) == 1:
        return row
    cells = (cell if index in wanted or cell is None else True for index, cell in enumerate(row.cells))
    return Row(row.number, tuple(cells))


def _reader(each: Field, column: Column, rows: Sequence[Row], day_first: bool | None) -> _Reader:
    mark: str = ""
    order: bool | str | None = day_first
    if each.kind == "number":
        mark = parsing.decimal_mark(row.cell(column.index) for row in rows)
    elif each.kind in {"date", "datetime", "month"} and day_first is None:
        order = parsing.day_order(row.cell(column.index) for row in rows)
    return _Reader(each, column, mark, order)


class _Work:
    """One pass over the rows."""

    def __init__(self, readers: list[_Reader], unique: tuple[str, ...], section: str | None) -> None:
        self.readers = readers
        self.unique = unique
        self.section = section
        self.preview = Preview()
        self.heading: str | None = None
        self.seen: dict[tuple[Any, ...], tuple[int, dict[str, Any]]] = {}
        self.doubts: dict[str, list[tuple[int, Cell]]] = {}

    def take(self, row: Row) -> None:
        """Sort one row into the preview."""
        mine = [reader for reader in self.readers if not is_blank(row.cell(reader.column.index))]
        if self._is_section(row, mine):
            self.heading = text_of(row.cell(row.filled[0]))
            self.preview.sections.append((row.number, self.heading))
        elif not mine:
            self.preview.skipped.append(Skipped(row.number, _l("nothing in the chosen columns")))
        elif len(mine) > 1 and all(self._repeats_header(reader, row) for reader in mine):
            self.preview.skipped.append(Skipped(row.number, _l("the heading again")))
        else:
            values = self._values(row)
            if values is not None:
                self._keep(row.number, values)

    def _is_section(self, row: Row, mine: list[_Reader]) -> bool:
        if self.section is None or len(row.filled) != 1 or not isinstance(row.cell(row.filled[0]), str):
            return False
        needed = {reader.field.key for reader in self.readers if reader.field.required}
        return len(self.readers) > 1 and needed != {reader.field.key for reader in mine}

    @staticmethod
    def _repeats_header(reader: _Reader, row: Row) -> bool:
        return " ".join(text_of(row.cell(reader.column.index)).split()) == reader.column.header

    def _values(self, row: Row) -> dict[str, Any] | None:
        """The values of a row; None when it has a problem (noted) or waits for the order of day and month."""
        values: dict[str, Any] = {}
        whole = True
        for reader in self.readers:
            cell = row.cell(reader.column.index)
            try:
                value = reader.read(cell)
            except parsing.Ambiguous:
                self.doubts.setdefault(reader.field.key, []).append((row.number, cell))
                whole = False
                continue
            except parsing.Unreadable as error:
                self.preview.problems.append(
                    Problem(row.number, str(reader.column), text_of(cell), error.words)
                )
                whole = False
                continue
            if value is None and reader.field.required:
                words = _l("“%(field)s” is needed and is empty.", field=reader.field.label)
                self.preview.problems.append(Problem(row.number, str(reader.column), text_of(cell), words))
                whole = False
            values[reader.field.key] = value
        if self.section is not None:
            values[self.section] = self.heading
        return values if whole else None

    def _keep(self, number: int, values: dict[str, Any]) -> None:
        same = tuple(values.get(key) for key in self.unique or sorted(values))
        if same in self.seen:
            first, earlier = self.seen[same]
            if earlier == values:
                self.preview.duplicates.append(Duplicate(number, first))
            else:
                words = _l("The same as row %(first)s, but with other values: keep only one.", first=first)
                self.preview.problems.append(Problem(number, "", "", words))
            return
        self.seen[same] = (number, values)
        self.preview.good.append(values)
        self.preview.good_rows.append(number)

    def finish(self) -> Preview:
        """The preview, with one problem for each column whose dates can be read in two ways."""
        held: set[int] = set()
        for reader in self.readers:
            doubts = self.doubts.get(reader.field.key)
            if not doubts:
                continue
            held |= {number for number, _cell in doubts}
            self.preview.ambiguous.append(reader.field.key)
            number, cell = doubts[0]
            words = _n(
                "“%(value)s” can be read in two ways: choose whether the day or the month comes first "
                "(%(num)s row waits).",
                "“%(value)s” can be read in two ways: choose whether the day or the month comes first "
                "(%(num)s rows wait).",
                len(doubts),
                value=text_of(cell),
            )
            self.preview.problems.append(Problem(number, str(reader.column), text_of(cell), words))
        self.preview.held = len(held)
        self.preview.problems.sort(key=lambda each: each.row)
        return self.preview
