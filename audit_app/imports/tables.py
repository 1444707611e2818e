"""A foreign table as one plain value: sheets, heading, columns, rows with their numbers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from audit_app.core.errors import Refused
from audit_app.imports import delimited, headers, workbook
from audit_app.imports.headers import Header
from audit_app.imports.sniff import is_workbook
from audit_app.imports.values import Column, Limits, Merge, Row, text_of

HEAD = 200
"""Filled rows kept from the top of the sheet: heading, columns and samples are taken from them."""

LIMITS = Limits()


@dataclass(frozen=True)
class ForeignTable:
    """A table that somebody else made.

    ``sheets`` are the titles to choose from, ``sheet`` the chosen one (for delimited text, the file's name).
    ``notes`` are sentences about what a reader should know, e.g. formulas without a stored result.
    """

    filename: str
    sheets: tuple[str, ...]
    sheet: str
    head: tuple[Row, ...]
    header: Header
    notes: tuple[Any, ...] = ()
    merges: tuple[Merge, ...] = field(default=(), repr=False)
    source: workbook.Sheet | delimited.TextSheet | None = field(default=None, repr=False)
    limits: Limits = LIMITS

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns with their headings; columns without heading and content are left out."""
        return headers.columns(self.head, self.header, self.merges)

    def column(self, letter: str) -> Column:
        """The column of a letter. Raises :class:`Refused` when the table has none."""
        for each in self.columns:
            if each.letter == letter:
                return each
        raise Refused(_l("“%(name)s” has no column %(column)s.", name=self.filename, column=letter))

    def rows(self) -> Iterator[Row]:
        """The rows below the heading, numbered as in the spreadsheet; empty rows are left out.

        Raises :class:`Refused` beyond ``limits.rows`` rows or ``limits.columns`` columns.
        """
        count = 0
        for row in _limited(self.source.rows() if self.source else iter(()), self.limits, self.filename):
            if row.number <= self.header.after:
                continue
            count += 1
            if count > self.limits.rows:
                raise Refused(
                    _l(
                        "“%(name)s” has more than %(limit)s rows: split it, or take only the period you "
                        "need.",
                        name=self.filename,
                        limit=self.limits.rows,
                    )
                )
            yield row

    def sample(self, count: int = 5) -> list[tuple[int, list[str]]]:
        """The first rows below the heading as (row number, texts in the order of ``columns``)."""
        below = [row for row in self.head if row.number > self.header.after]
        return [(row.number, [text_of(row.cell(c.index)) for c in self.columns]) for row in below[:count]]

    def guess_header(self, known: Collection[str] = ()) -> "ForeignTable":
        """The same table with its heading guessed; ``known`` are names that headings are likely to have."""
        return replace(self, header=headers.guess(self.head, self.merges, known))

    def set_header(self, row: int | None) -> "ForeignTable":
        """The same table with the heading in the row that a person named; None when it has no heading.

        Raises :class:`Refused` when the row is empty or too far down.
        """
        if row is None:
            return replace(self, header=headers.NO_HEADER)
        for place, each in enumerate(self.head):
            if each.number == row:
                return replace(self, header=headers.around(self.head, place, self.merges, "hand"))
        raise Refused(_l("Row %(row)s cannot be the heading: it is empty or too far down.", row=row))


def open_table(
    source: Path | str | bytes,
    filename: str | None = None,
    sheet: str | None = None,
    *,
    known: Collection[str] = (),
    limits: Limits = LIMITS,
) -> ForeignTable:
    """Open a workbook or delimited text, told by content; choose a sheet and guess the heading.

    ``source`` is a path or the bytes; ``filename`` is for the sentences only. Without ``sheet`` the visible
    sheet that holds most names of ``known`` is taken, else the first one that looks like a table.
    Raises :class:`Refused` with a sentence that says what to do about anything that is no table.
    """
    name = filename or (Path(source).name if not isinstance(source, bytes) else "?")
    data = source if isinstance(source, bytes) else _read(Path(source), name)
    if is_workbook(data, name, limits):
        with workbook.opened(data, name) as book:
            return _open_workbook(book, data, name, sheet, known, limits)
    text = delimited.decode(data, name)
    found = delimited.TextSheet(text, delimited.sniff_delimiter(text), name)
    head = tuple(islice(_limited(found.rows(), limits, name), HEAD))
    if not head:
        raise Refused(_l("“%(name)s” is empty: choose a file with a table in it.", name=name))
    return ForeignTable(
        name, (name,), name, head, headers.NO_HEADER, source=found, limits=limits
    ).guess_header(known)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(_l("“%(name)s” cannot be opened: check that the file is there.", name=name)) from error


def _open_workbook(
    book: Any, data: bytes, name: str, title: str | None, known: Collection[str], limits: Limits
) -> ForeignTable:
    all_sheets = workbook.sheets(book)
    titles = tuple(each for each, _visible in all_sheets)

    def read(each: str) -> ForeignTable:
        found = workbook.sheet(book, data, each, name)
        head = tuple(islice(_limited(found.rows_in(book), limits, name), HEAD))
        return _sheet_table(found, head, titles, known, limits)

    if title is not None:
        if title not in titles:
            raise Refused(
                _l(
                    "“%(name)s” has no sheet “%(sheet)s”; it has: %(sheets)s.",
                    name=name,
                    sheet=title,
                    sheets=", ".join(titles),
                )
            )
        table = read(title)
        if not table.head:
            raise Refused(_l("The sheet “%(sheet)s” of “%(name)s” is empty.", sheet=title, name=name))
        return table
    shown = [each for each, visible in all_sheets if visible] or list(titles)
    best: ForeignTable | None = None
    for each in shown:
        table = read(each)
        if table.head and (best is None or _likely(table) > _likely(best)):
            best = table
        if best and _likely(best) >= (bool(known), True):
            break  # no later sheet can be likelier, and each costs a pass over the file
    if best is None:
        raise Refused(
            _l("No sheet of “%(name)s” holds anything: choose a file with a table in it.", name=name)
        )
    return best


def _likely(table: ForeignTable) -> tuple[bool, bool]:
    """Sheets with known names first, then sheets that look like tables; ties stay in the file's order."""
    return (table.header.how == "words", len(table.columns) > 1 and len(table.head) > 1)


def _sheet_table(
    found: workbook.Sheet,
    head: tuple[Row, ...],
    titles: tuple[str, ...],
    known: Collection[str],
    limits: Limits,
) -> ForeignTable:
    notes: tuple[Any, ...] = ()
    if found.unstored:
        notes = (
            _n(
                "%(num)s formula has no stored result and reads as empty: open the file in Excel and "
                "save it once.",
                "%(num)s formulas have no stored result and read as empty: open the file in Excel and "
                "save it once.",
                found.unstored,
            ),
        )
    table = ForeignTable(
        found.name, titles, found.title, head, headers.NO_HEADER, notes, found.merges, found, limits
    )
    return table.guess_header(known)


def _limited(rows: Iterator[Row], limits: Limits, name: str) -> Iterator[Row]:
    for row in rows:
        if len(row.cells) > limits.columns and any(i >= limits.columns for i in row.filled):
            raise Refused(
                _l(
                    "Row %(row)s of “%(name)s” has more than %(limit)s columns: keep only those that matter.",
                    row=row.number,
                    name=name,
                    limit=limits.columns,
                )
            )
        yield row
