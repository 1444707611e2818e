"""Whether an archive may be opened: nothing in it is unpacked to find out, beyond the start of each part.

An archive from outside is a promise: small on the wire, whatever it likes once it is open. These are the
ways in which such promises are broken, as they are known of zip files and of the office files made of them.
A lying directory is harmless: ``zipfile`` stops at the size that it states.
"""

import zipfile
import zlib
from dataclasses import dataclass
from enum import Enum
from tempfile import SpooledTemporaryFile
from typing import IO
from xml.parsers import expat  # stopped before the first element: it never meets an entity

CHUNK = 1 << 16
HEAD = 64


class Fault(Enum):
    """Why an archive is not opened."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    MANY = "many"
    HUGE = "huge"
    NESTED = "nested"
    PATHS = "paths"
    ENTITIES = "entities"


class Unsafe(Exception):
    """An archive that is not to be opened, and why. No words: each door has its own."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Limits:
    """``unpacked`` bytes of all parts together; a part may be ``ratio`` times its packed size once it is
    larger than ``ratio_from`` bytes; ``nested`` bytes of one archive within."""

    entries: int = 5_000
    unpacked: int = 400_000_000
    ratio: int = 250
    ratio_from: int = 20_000_000
    nested: int = 50_000_000


def check(file: IO[bytes], limits: Limits | None = None, *, every_part: bool = True) -> frozenset[str]:
    """The names of the parts of an archive that is safe to open. Raises :class:`Unsafe`.

    An office file may hold office files (the table behind a chart), one level deep. ``every_part`` looks for
    document types in each part that begins as XML does, whatever its name; without it, only in ``.xml`` and
    ``.rels`` (a text may hold a web page, which nobody reads as XML).
    """
    return _check(file, limits or Limits(), every_part, depth=0)


def _check(file: IO[bytes], limits: Limits, every_part: bool, depth: int) -> frozenset[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_directory(parts, limits)
            for part in parts:
                _check_part(archive, part, limits, every_part, depth)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise Unsafe(Fault.DAMAGED) from error
    return frozenset(part.filename for part in parts)


def _check_directory(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    """What the directory alone tells. Two parts of one name are read differently by different programs."""
    if len(parts) > limits.entries:
        raise Unsafe(Fault.MANY)
    if any(part.flag_bits & 1 for part in parts):
        raise Unsafe(Fault.LOCKED)
    if any(_leads_out(part.orig_filename) for part in parts):
        raise Unsafe(Fault.PATHS)
    if len({part.filename for part in parts}) != len(parts):
        raise Unsafe(Fault.DAMAGED)
    if sum(part.file_size for part in parts) > limits.unpacked or any(
        _swells(part, limits) for part in parts
    ):
        raise Unsafe(Fault.HUGE)


def _swells(part: zipfile.ZipInfo, limits: Limits) -> bool:
    return part.file_size > limits.ratio_from and part.file_size > limits.ratio * max(part.compress_size, 1)


def _leads_out(name: str) -> bool:
    return "\x00" in name or "\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/")


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits, every_part: bool, depth: int
) -> None:
    with archive.open(part) as stream:
        head = stream.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        if depth or part.file_size > limits.nested:
            raise Unsafe(Fault.NESTED)
        with archive.open(part) as stream, SpooledTemporaryFile(max_size=CHUNK * 16) as within:
            while chunk := stream.read(CHUNK):
                within.write(chunk)
            within.seek(0)
            _check(within, limits, every_part, depth + 1)
    elif (every_part or part.filename.endswith((".xml", ".rels"))) and _begins_as_xml(head):
        with archive.open(part) as stream:
            if _has_document_type(stream):
                raise Unsafe(Fault.ENTITIES)


def _begins_as_xml(head: bytes) -> bool:
    return head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


class _Found(Exception):
    """The parser has come as far as it needs to."""


def _has_document_type(stream: IO[bytes]) -> bool:
    """Whether a document type stands before the first element, however much is written before it.

    No office file has one; one that has it wants to smuggle entities in.
    """
    parser, told = expat.ParserCreate(), []

    def at_type(*_facts: object) -> None:
        told.append(True)
        raise _Found

    def at_element(*_facts: object) -> None:
        raise _Found

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = at_type, at_element
    try:
        while block := stream.read(CHUNK):
            parser.Parse(block)
    except _Found:
        return bool(told)
    except expat.ExpatError:  # whoever reads it further will meet the same error, and has words for it
        return False
    return False
