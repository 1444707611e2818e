"""From what arrived to what is kept: one way for files from forms and from tablets.

In this order: its kind by content, no password, no virus, and only then are its insides looked at. A picture
is drawn anew; the hash of an attachment is that of what is stored, and that of what came stands in the trail.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l

from audit_app.core import scanner
from audit_app.core.errors import Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.evidence import office, pictures, sealed, sniff

HEAD = 4096
_folder: Path | None = None


class Infected(Refused):
    """The virus scanner found something; ``virus`` is what it calls it."""

    def __init__(self, virus: str, name: str) -> None:
        super().__init__(
            _l(
                "“%(name)s” was not taken: the virus scanner found “%(virus)s” in it. Tell your IT "
                "department where the file is from.",
                name=name,
                virus=virus,
            ),
            "files",
        )
        self.virus, self.name = virus, name


class NotScanned(Refused):
    """The virus scanner does not answer, and nothing is taken without it. The file can be sent again."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _l(
                "“%(name)s” was not taken: the virus scanner does not answer. Send it again in some minutes; "
                "if that does not help, tell your administrator.",
                name=name,
            ),
            "files",
        )


@dataclass(frozen=True)
class Settled:
    """A file as it is kept: where it lies for now, its kind, its pixels, and the hash of what came if that
    was something else."""

    path: Path
    media_type: str
    pixels: int = 0
    received: str = ""


def use_folder(folder: Path, clamd: str = "", clamd_needed: bool = True) -> None:
    """Where evidence files live, and which virus scanner is asked (set once by ``create_app``)."""
    global _folder
    _folder = folder
    scanner.use(scanner.Scanner(clamd, clamd_needed))


def folder() -> Path:
    """Where evidence files live."""
    if _folder is None:
        raise RuntimeError("use_folder() was not called.")
    return _folder


def place() -> Path:
    """A new empty file beside the evidence, on the same disk, so that a link puts it into place."""
    folder().mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder(), prefix=".incoming-")
    os.close(handle)
    return Path(name)


@contextmanager
def settled(path: Path, name: str) -> Iterator[Settled]:
    """What is kept of the file at ``path``, until the block ends. Raises :class:`Refused`, of which
    :class:`Infected` and :class:`NotScanned` are two."""
    with path.open("rb") as file:
        media_type = sniff.media_type(file.read(HEAD), name)
    sealed.refuse(path, media_type, name)
    _scan(path, name)
    if media_type == "application/x-ole-storage" and not office.is_old_kind(path):
        raise sniff.not_taken(name)
    if media_type == sniff.PACKED:
        kind = office.kind_of(path, name)
        if kind is None:
            raise sniff.not_taken(name)
        media_type = kind
    if not pictures.is_drawn(media_type):
        yield Settled(path, media_type)
        return
    drawn = place()
    try:
        pixels = pictures.redraw(path, drawn, media_type, name)
        yield Settled(drawn, media_type, pixels, sha256_of(path))
    finally:
        drawn.unlink(missing_ok=True)


def _scan(path: Path, name: str) -> None:
    try:
        virus = scanner.found_in(path)
    except scanner.Away as away:
        raise NotScanned(name) from away
    except scanner.TooLarge as error:
        raise Refused(
            _l("“%(name)s” is larger than the virus scanner takes. Send a smaller file.", name=name), "files"
        ) from error
    if virus:
        raise Infected(virus, name)
