"""Office files: told by what is in them, never opened here, refused when they would harm who opens them."""

import mmap
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core import packed
from audit_app.core.errors import Refused
from audit_app.core.packed import Fault

START = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "word/document.xml": START + "wordprocessingml.document",
    "xl/workbook.xml": START + "spreadsheetml.sheet",
    "ppt/presentation.xml": START + "presentationml.presentation",
}
"""The part that makes a packed file a document, a workbook or a set of slides (ECMA-376, part 1)."""
STREAMS = tuple(
    each.encode("utf-16-le") for each in ("WordDocument", "Workbook", "Book\x00", "PowerPoint Document")
)
"""Streams of the formats before 2007; installers and e-mails are compound files too, without them."""
WORDS: dict[Fault, Any] = {
    Fault.DAMAGED: _l("it is damaged or incomplete. Open it, save it again, and attach it again."),
    Fault.LOCKED: _l("it is locked with a password. Save it without one and attach it again."),
    Fault.MANY: _l("it holds thousands of parts. Save what matters as PDF and attach that."),
    Fault.HUGE: _l("it unpacks to far more than a document holds. Save what matters as PDF and attach that."),
    Fault.NESTED: _l("it holds archives within archives. Attach what is in them one by one."),
    Fault.PATHS: _l("its parts point out of it. Save what matters as PDF and attach that."),
    Fault.ENTITIES: _l(
        "its parts are not what an office file holds. Open it, save it anew, attach it again."
    ),
}


def kind_of(path: Path, name: str) -> str | None:
    """Media type of a packed office file; None when it is another archive. Raises :class:`Refused`."""
    try:
        with path.open("rb") as file:
            parts = packed.check(file, every_part=False)
    except packed.Unsafe as unsafe:
        raise Refused(
            _l("“%(name)s” cannot be attached: %(why)s", name=name, why=WORDS[unsafe.fault]), "files"
        ) from unsafe
    if any(part.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for part in parts):
        raise Refused(
            _l("“%(name)s” holds macros. Save it without them (.docx, .xlsx, .pptx) and attach it again.",
               name=name),
            "files",
        )  # fmt: skip
    found = [kind for part, kind in KINDS.items() if part in parts]
    return found[0] if len(found) == 1 and "[Content_Types].xml" in parts else None


def is_old_kind(path: Path) -> bool:
    """Whether a compound file is a document, workbook or set of slides of the formats before 2007."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(each) >= 0 for each in STREAMS)
