"""Opening a log: plain CSV, gzip, or a zip with one CSV in it, in one of the encodings a profile names."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.indicators.profiles import LogProfile, OutageProfile

Result = TypeVar("Result")
Read = Callable[[list[str], Iterator[list[str]]], Result]


def rows_of(path: Path, profile: LogProfile | OutageProfile, read: Read[Result]) -> Result:
    """Give ``read`` the header and the rows of a file; begin again with the next encoding if one does not
    fit.

    Raises Refused when the file cannot be opened, unpacked or decoded, is empty, or is not CSV.
    """
    for encoding in profile.encodings:
        try:
            return _read_in(encoding, path, profile.delimiter, read)
        except UnicodeDecodeError:
            continue  # whatever was read so far belongs to the wrong encoding and is dropped
        except csv.Error as error:
            raise Refused(
                _l("The file is not a readable CSV table: %(reason)s.", reason=str(error))
            ) from error
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


def _read_in(encoding: str, path: Path, delimiter: str, read: Read[Result]) -> Result:
    with _bytes_of(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        rows = csv.reader(text, delimiter=delimiter)
        header = next(rows, None)
        if not header:
            raise Refused(_l("The file is empty: its first row must name the columns."))
        return read(header, rows)


@contextmanager
def _bytes_of(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The bytes of the CSV itself. The kind of file is told by its first bytes, as names are often wrong."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(file, "rb") as unpacked:
                yield unpacked
        elif start == b"PK\x03\x04":
            with zipfile.ZipFile(file) as packed, packed.open(_only_table(packed)) as member:
                yield member
        else:
            yield file


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
