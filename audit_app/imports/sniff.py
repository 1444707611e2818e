"""What a file really is, told by its content: names lie, and so do the types that browsers send."""

import io
import re

from flask_babel import lazy_gettext as _l

from audit_app.core import packed
from audit_app.core.errors import Refused
from audit_app.core.packed import Fault
from audit_app.imports.values import Limits

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
)


def is_workbook(data: bytes, name: str, limits: Limits) -> bool:
    """True for an XLSX workbook that is safe to open, False for what may be delimited text.

    Raises :class:`Refused` with a sentence that says what to do for everything else.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise Refused(_l("“%(name)s” is empty: choose a file with a table in it.", name=name))
    if data.startswith(b"PK"):
        _check_zip(data, name, limits)
        return True
    if data.startswith(OLE):
        _refuse_ole(data, name)
    for mark, kind in _MARKS:
        if data.startswith(mark):
            raise Refused(
                _l(
                    "“%(name)s” is a %(kind)s file, not a table: save the table as XLSX or CSV.",
                    name=name,
                    kind=kind,
                )
            )
    _refuse_markup(data, name)
    return False


def _refuse_ole(data: bytes, name: str) -> None:
    """Compound files: a workbook locked by a password, or the format of Excel before 2007."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused(
            _l(
                "“%(name)s” is protected by a password: open it in Excel, remove the password, save.",
                name=name,
            )
        )
    raise Refused(
        _l(
            "“%(name)s” is in the old Excel format (.xls): open it and save it as an Excel workbook (.xlsx).",
            name=name,
        )
    )


def _refuse_markup(data: bytes, name: str) -> None:
    """Web pages and XML that carry the name of a spreadsheet (many systems “export to Excel” this way)."""
    start = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if re.match(rb"<(!doctype html|html|head|body|meta|table|style|script)\b", start):
        raise Refused(
            _l(
                "“%(name)s” is a web page with the name of a table: open it in Excel and save it as .xlsx.",
                name=name,
            )
        )
    if start.startswith(b"<?xml"):
        raise Refused(_l("“%(name)s” is an XML file: open it in Excel and save it as .xlsx.", name=name))


def _check_zip(data: bytes, name: str, limits: Limits) -> None:
    most = packed.Limits(unpacked=limits.unpacked, ratio=limits.ratio, ratio_from=limits.ratio_from)
    try:
        names = packed.check(io.BytesIO(data), most)
    except packed.Unsafe as unsafe:
        raise _unsafe(unsafe.fault, name) from unsafe
    _check_parts(names, name)


def _unsafe(fault: Fault, name: str) -> Refused:
    """The sentence for an archive that is not opened."""
    if fault is Fault.LOCKED:
        return Refused(_l("“%(name)s” is an archive with a password: unpack it first.", name=name))
    if fault in (Fault.DAMAGED, Fault.ENTITIES):
        return damaged(name)
    return Refused(
        _l(
            "“%(name)s” unpacks to far more than a table needs and was not opened: copy the cells that "
            "matter "
            "into a new workbook.",
            name=name,
        )
    )


def damaged(name: str) -> Refused:
    """The refusal of a workbook that cannot be read to its end."""
    return Refused(
        _l(
            "“%(name)s” is damaged or incomplete: open it in Excel, save it again as .xlsx, or send it "
            "again.",
            name=name,
        )
    )


def _check_parts(names: frozenset[str], name: str) -> None:
    if "xl/workbook.bin" in names:
        raise Refused(_l("“%(name)s” is a binary workbook (.xlsb): open it and save it as .xlsx.", name=name))
    if not any(each.startswith("xl/") for each in names):
        raise Refused(
            _l(
                "“%(name)s” is an archive or another kind of document, not an Excel workbook: save the "
                "table as "
                "XLSX or CSV.",
                name=name,
            )
        )
