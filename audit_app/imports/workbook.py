"""XLSX workbooks, read as a stream: a sheet that claims a million rows costs what its real rows cost."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from audit_app.imports.sniff import damaged
from audit_app.imports.values import Cell, Merge, Row, index_of

_BROKEN = (
    zipfile.BadZipFile,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    SyntaxError,  # xml.etree.ParseError is one
    TypeError,
    ValueError,
)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# A formula whose result is an empty text is stored too: it has t="str", and is no reason to complain.
_UNSTORED = re.compile(
    rb"<(?:\w+:)?c (?:(?! t=)[^>])*>\s*"
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^<]*</(?:\w+:)?f>)\s*(?:<v\s*/>|<v></v>)?\s*</"
)
_ZEROS = re.compile(r"^0\.(0+)$")
_PERCENT = re.compile(r"^[0#,]*0(?:\.[0#]+)?\s*%")
_CHUNK = 200


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its rows are read from the file each time they are asked for."""

    data: bytes
    title: str
    name: str
    merges: tuple[Merge, ...]
    unstored: int

    def rows(self) -> Iterator[Row]:
        """Rows that hold something. A cell merged downwards is repeated in each of its rows."""
        with opened(self.data, self.name) as book:
            yield from self.rows_in(book)

    def rows_in(self, book: Any) -> Iterator[Row]:
        """The same from a workbook that is open already."""
        down = _Down(self.merges)
        sheet = book[self.title]
        sheet.reset_dimensions()
        for number, cells in enumerate(_quietly(sheet.iter_rows()), start=1):
            values = down.fill(number, [_plain(cell) for cell in cells])
            while values and values[-1] is None:
                values.pop()
            if values:
                yield Row(number, tuple(values))


class _Down:
    """Repeats a cell merged downwards within one column (people merge the area over its questions)."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        tall = [each for each in merges if each.left == each.right and each.bottom > each.top]
        self.starting = {(each.top, each.left): each.bottom for each in tall}
        self.tops = {each.top for each in tall}
        self.running: dict[int, tuple[int, Cell]] = {}

    def fill(self, number: int, values: list[Cell]) -> list[Cell]:
        """The row with what hangs over it from above."""
        if not values:
            return values  # an empty row stays empty, whatever is merged across it
        for column, (bottom, value) in list(self.running.items()):
            if number > bottom:
                del self.running[column]
            elif any(each is not None for each in values) and column < len(values):
                values[column] = value
        if number in self.tops:
            for column, value in enumerate(values):
                if value is not None and (number, column) in self.starting:
                    self.running[column] = (self.starting[number, column], value)
        return values


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """The workbook, open. Opening reads all shared texts, so it is done as seldom as possible.

    Raises :class:`Refused` for a damaged file, also when the damage shows only while rows are read.
    """
    try:
        book = _open(data)
        try:
            yield book
        finally:
            book.close()
    except _BROKEN as error:
        raise damaged(name) from error


def sheets(book: Any) -> list[tuple[str, bool]]:
    """Titles of the worksheets and whether each is visible."""
    return [(sheet.title, sheet.sheet_state == "visible") for sheet in book.worksheets]


def sheet(book: Any, data: bytes, title: str, name: str) -> Sheet:
    """One worksheet, with its merged areas and the number of formulas whose result is not stored."""
    merges, unstored = _scan(book[title])
    return Sheet(data, title, name, merges, unstored)


def _open(data: bytes) -> Any:
    with warnings.catch_warnings():
        # openpyxl warns of decorations that it drops; nobody reads them here.
        warnings.simplefilter("ignore")
        import openpyxl  # loaded by the first workbook, not by the first page
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except InvalidFileException as error:
            raise ValueError(str(error)) from error


def _quietly(rows: Iterator[Any]) -> Iterator[Any]:
    """The same rows; warnings of the reader are dropped without staying switched off between rows."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunk = list(islice(rows, _CHUNK))
        if not chunk:
            return
        yield from chunk


def _scan(sheet: Any) -> tuple[tuple[Merge, ...], int]:
    """Merged areas and unstored formulas, from the raw bytes: the streaming reader tells neither."""
    merges: list[Merge] = []
    unstored = 0
    rest = b""
    with sheet._get_source() as source:
        while block := source.read(1 << 20):
            text = rest + block
            cut = max(text.rfind(b"<mergeCell"), text.rfind(b"<c "), len(text) - 4096, 0)
            for found in _MERGE.finditer(text, 0, cut):
                merges.append(_merge(found))
            unstored += _count_unstored(text[:cut])
            rest = text[cut:]
    merges.extend(_merge(found) for found in _MERGE.finditer(rest))
    return tuple(merges), unstored + _count_unstored(rest)


def _count_unstored(xml: bytes) -> int:
    return len(_UNSTORED.findall(xml)) if b"<f" in xml or b":f" in xml else 0


def _merge(found: "re.Match[bytes]") -> Merge:
    left, top, right, bottom = (part.decode() for part in found.groups())
    return Merge(int(top), int(bottom), index_of(left), index_of(right))


def _plain(cell: Any) -> Cell:
    """The value of a cell as the person sees it: percent as text, fixed decimals kept (8.10, not 8.1)."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = value.replace("_x000D_\n", "\n").replace("_x000D_", "")
        return value if value.strip() else None
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, date | datetime | time | timedelta):
        return value
    return str(value)


def _number(value: int | float, shown: str) -> Cell:
    if _PERCENT.match(shown):
        percent = (Decimal(format(value, ".15g")) * 100).normalize()
        return f"{percent:f}%"
    decimals = _ZEROS.match(shown)
    if decimals and isinstance(value, float) and round(value, len(decimals[1])) == value:
        return f"{value:.{len(decimals[1])}f}"
    return value
