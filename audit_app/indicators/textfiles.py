"""Opening a log: plain CSV, gzip or a zip with one CSV in it, in an encoding the profile names; or XLSX."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.imports import open_table, text_of
from audit_app.indicators.profiles import LogProfile, OutageProfile

Result = TypeVar("Result")
Share = Callable[[], float]
"""How much of the file is read, from 0 to 1."""
Read = Callable[[list[str], Iterator[list[str]], Share], Result]

LONGEST_HEADING = 1_000_000
MOST_UNPACKED, MOST_TIMES = 20_000_000, 250
"""A packed file may unfold to so many bytes whatever it is, and beyond that to so many times its size."""
DELIMITERS = ",;\t|"


def rows_of(path: Path, profile: LogProfile | OutageProfile, read: Read[Result]) -> Result:
    """Give ``read`` the header, the rows and the share read of a file; begin again with the next encoding if
    one does not fit.

    Raises Refused when the file cannot be opened, unpacked or decoded, is empty, or is no table.
    """
    try:
        if is_book(path):
            return _from_book(path, read)
        for encoding in profile.encodings:
            try:
                return _read_in(encoding, path, profile.delimiter, read)
            except UnicodeDecodeError:
                continue  # whatever was read so far belongs to the wrong encoding and is dropped
    except csv.Error as error:
        raise Refused(_l("The file is not a readable CSV table: %(reason)s.", reason=str(error))) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refused(
            _l("The packed file is damaged. Unpack it elsewhere and import the CSV file.")
        ) from error
    except OSError as error:
        raise Refused(_l("The file %(file)s cannot be read.", file=path.name)) from error
    raise Refused(
        _l(
            "The file is not in the encoding %(names)s. "
            "Save it as CSV UTF-8, or name its encoding in the profile.",
            names=" / ".join(profile.encodings),
        )
    )


def heading(path: Path, profile: LogProfile | OutageProfile) -> list[str]:
    """The names of the columns. Raises Refused like :func:`rows_of`."""
    return rows_of(path, profile, lambda header, _rows, _share: header)


def _read_in(encoding: str, path: Path, delimiter: str | None, read: Read[Result]) -> Result:
    with _bytes_of(path) as (raw, share), io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        start = text.readline(LONGEST_HEADING)
        if len(start) == LONGEST_HEADING:
            raise csv.Error("the first row has no end")
        if start[:4].lower() == "sep=" and len(start.strip()) == 5:  # Excel's own hint to itself
            delimiter, start = delimiter or start[4], text.readline(LONGEST_HEADING)
        rows = csv.reader(chain((start,), text), delimiter=delimiter or told_by(start))
        header = next(rows, None)
        if not header:
            raise Refused(_l("The file is empty: its first row must name the columns."))
        return read(header, rows, share)


def told_by(start: str) -> str:
    """The delimiter that cuts the first row into most cells; a comma when none does."""

    def width(delimiter: str) -> int:
        return len(next(csv.reader([start], delimiter=delimiter), []))

    return max(DELIMITERS, key=lambda each: (width(each), -DELIMITERS.index(each)))


class Counted(io.RawIOBase):
    """Bytes being unpacked, and not more of them than a packed log can honestly hold."""

    def __init__(self, raw: Any, most: int) -> None:
        self._raw, self._most, self._done = raw, most, 0

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some more bytes; raises Refused when a packed file does not end."""
        got: bytes = self._raw.read(len(buffer))
        buffer[: len(got)] = got
        self._done += len(got)
        if self._done > self._most:
            raise Refused(
                _l(
                    "The packed file unfolds to far more than a log holds and was not read further. "
                    "Unpack it elsewhere, look at it, and import the CSV file."
                )
            )
        return len(got)


@contextmanager
def _bytes_of(path: Path) -> Iterator[tuple[Any, Share]]:
    """The bytes of the CSV itself, and how far they are read. Names are often wrong: the first bytes tell the
    kind of file.
    """
    size = max(path.stat().st_size, 1)
    most = max(MOST_UNPACKED, MOST_TIMES * size)
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)

        def share() -> float:
            return min(1.0, file.tell() / size)

        if start[:2] == b"\x1f\x8b":
            with gzip.open(file, "rb") as unpacked:
                yield _counted(unpacked, most), share
        elif start == b"PK\x03\x04":
            with zipfile.ZipFile(file) as packed, packed.open(_only_table(packed)) as member:
                yield _counted(member, most), share
        else:
            yield file, share


def _counted(raw: Any, most: int) -> Any:
    return io.BufferedReader(Counted(raw, most), 1 << 17)


def _only_table(packed: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one CSV of a zip; what a Mac adds beside it is not counted."""
    tables = [
        info
        for info in packed.infolist()
        if info.filename.lower().endswith(".csv")
        and not info.filename.startswith("__MACOSX/")
        and not info.filename.rsplit("/", 1)[-1].startswith(".")
    ]
    if len(tables) != 1:
        raise Refused(
            _l("The zip must hold exactly one CSV file; this one holds %(count)s.", count=len(tables))
        )
    if tables[0].flag_bits & 1:
        raise Refused(_l("The zip is locked with a password. Unpack it and import the CSV file."))
    return tables[0]


def is_book(path: Path) -> bool:
    """Whether the file is an Excel workbook, whatever its name says. Raises BadZipFile for a damaged one."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return False
        with zipfile.ZipFile(file) as packed:
            return any(name.startswith("xl/") for name in packed.namelist())


def _from_book(path: Path, read: Read[Result]) -> Result:
    """The first sheet with a table; a workbook is read whole, so it is held to the limits of workbooks."""
    table = open_table(path)
    columns = table.columns
    rows = ([text_of(row.cell(column.index)) for column in columns] for row in table.rows())
    return read([column.header for column in columns], rows, lambda: 0.0)
