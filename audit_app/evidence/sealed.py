"""Files locked with a password are no evidence: nobody can look at them now, and nobody in six years.

Both marks stand in plain bytes: a PDF names its encryption in the trailer or in the dictionary of its
cross-reference stream (ISO 32000, 7.6), an Office file that is locked becomes a compound file with a stream
called ``EncryptedPackage`` (MS-OFFCRYPTO, 1.3.2).
"""

import mmap
import re
from pathlib import Path

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused

MARKS: dict[str, re.Pattern[bytes]] = {
    "application/pdf": re.compile(rb"/Encrypt[\s\x00]*(?:\d+[\s\x00]+\d+[\s\x00]+R|<<)"),
    "application/x-ole-storage": re.compile(re.escape("EncryptedPackage".encode("utf-16-le"))),
}


def refuse(path: Path, media_type: str, name: str) -> None:
    """Raise :class:`Refused` when the file is locked with a password. A memory map, whatever the size."""
    mark = MARKS.get(media_type)
    if mark is None or path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        locked = mark.search(content) is not None
    if locked:
        raise Refused(
            _l(
                "“%(name)s” is locked with a password: nobody could check it. Save it without one and attach "
                "it again.",
                name=name,
            ),
            "files",
        )
