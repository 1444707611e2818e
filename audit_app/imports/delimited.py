"""Delimited text: which encoding, which delimiter, and its rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.imports.values import Cell, Row

TRIED = "UTF-8, UTF-16, GB18030"
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DELIMITERS = ",;\t|"
_SAMPLE = 60


def decode(data: bytes, name: str) -> str:
    """Text of UTF-8 (with or without mark), UTF-16 (likewise) or GB18030 bytes.

    Raises :class:`Refused` naming what was tried. GB18030 accepts nearly any bytes, so text that would come
    out as rare characters only (Western text in an old encoding does) is refused rather than garbled.
    """
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and not _looks_chinese(data):
            continue
        text = text.removeprefix("\ufeff")
        if _BINARY.search(text):
            continue
        return text
    if b"\x00" in data[:4096]:
        raise Refused(_l("“%(name)s” is not a table that can be read: save it as XLSX or CSV.", name=name))
    raise Refused(
        _l(
            "The characters of “%(name)s” could not be read (tried %(tried)s): save it as “CSV UTF-8” or "
            "as XLSX.",
            name=name,
            tried=TRIED,
        )
    )


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if b"\x00" in data:
        # Without a mark, the side on which the zero bytes of ASCII stand tells the byte order; in what is no
        # text they stand on both sides.
        head = data[:65536]
        high, low = head[1::2].count(0), head[0::2].count(0)
        if 10 * min(high, low) > max(high, low):
            return ()
        return ("utf-16-le",) if high > low else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _looks_chinese(data: bytes) -> bool:
    """Whether most double bytes lie where common Chinese characters do (both bytes from A1 up)."""
    common = rare = 0
    for pair in re.findall(
        rb"[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]|[\x81-\xfe][\x40-\xfe]", data[:200_000]
    ):
        if len(pair) == 4 or (pair[0] >= 0xA1 and pair[1] >= 0xA1):
            common += 1
        else:
            rare += 1
    return common >= rare


def sniff_delimiter(text: str) -> str:
    """The delimiter under which the first rows have the most regular shape; a comma when there is none."""
    told = re.match(r"\s*sep=(.)\r?\n", text, re.IGNORECASE)
    if told:
        return told[1]
    sample = text[:200_000]
    scores = [(_score(sample, delimiter), -order) for order, delimiter in enumerate(_DELIMITERS)]
    return _DELIMITERS[-max(scores)[1]]


def _score(sample: str, delimiter: str) -> tuple[float, bool, int]:
    """(regularity, keeps the rules of quoting, width): higher is likelier."""
    strict = True
    try:
        rows = _head(sample, delimiter, strict=True)
    except csv.Error:
        strict = False
        try:
            rows = _head(sample, delimiter, strict=False)
        except csv.Error:
            return (0.0, False, 0)
    if not rows:
        return (0.0, strict, 0)
    width, times = max(Counter(len(row) for row in rows).items(), key=lambda each: (each[1], each[0]))
    if width < 2:
        # A title above a table is one cell wide; so is every line under a wrong delimiter.
        wide = [len(row) for row in rows if len(row) > 1]
        return (0.3 * len(wide) / len(rows), strict, max(wide, default=1))
    broken = sum(_torn(cell) for row in rows for cell in row)
    cells = sum(len(row) for row in rows)
    return (round(times / len(rows) * (1 - broken / cells), 2), strict, width)


def _head(sample: str, delimiter: str, strict: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=strict)
    rows: list[list[str]] = []
    try:
        for row in islice(reader, _SAMPLE):
            if any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error as error:
        if strict and "unexpected end of data" in str(error):
            return rows  # the sample ends within a quoted cell
        raise
    return rows


def _torn(cell: str) -> bool:
    """A cell with a quotation mark at one end only was cut in two by a wrong delimiter."""
    return cell.startswith('"') != cell.endswith('"')


@dataclass(frozen=True)
class TextSheet:
    """Delimited text as the one sheet of a table."""

    text: str
    delimiter: str
    name: str

    def rows(self) -> Iterator[Row]:
        """Rows that hold something; a record with line breaks in a cell counts as one row, as in Excel."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if number == 1 and len(cells) <= 2 and cells and cells[0].lower().startswith("sep="):
                    continue
                values: list[Cell] = [cell if cell.strip() else None for cell in cells]
                if any(value is not None for value in values):
                    yield Row(number, tuple(values))
        except csv.Error as error:
            raise Refused(
                _l(
                    "“%(name)s” cannot be read after row %(row)s: look for a quotation mark that is "
                    "never closed.",
                    name=self.name,
                    row=number,
                )
            ) from error
