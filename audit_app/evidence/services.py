"""Taking a file in: checked by content, named by its hash, written once, flushed to disk before the row
exists."""

import contextlib
import hashlib
import os
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import sealed, sniff
from audit_app.evidence.models import Attachment
from audit_app.trail import services as trail

CHUNK = 1 << 20
LARGEST = 50 * CHUNK
"""Bytes of one file."""
MOST_FILES = 20
"""Files sent at once."""

_folder: Path | None = None


def use_folder(folder: Path) -> None:
    """Where evidence files live (set once by ``create_app``)."""
    global _folder
    _folder = folder


def path_of(sha256: str) -> Path:
    """Place of a stored file: two letters of its hash, then the hash."""
    if _folder is None:
        raise RuntimeError("use_folder() was not called.")
    return _folder / sha256[:2] / sha256


def attach(subject: Any, file: Any, *, caption: str = "", by: Person) -> Attachment:
    """Store a file and hang it on a subject.

    ``file`` has ``filename`` and ``stream`` (werkzeug's FileStorage does). Raises :class:`Refused` when it
    is empty, too big, locked with a password, or not of a kind that is allowed by its content.
    """
    name = clean_name(file.filename)
    return _hang(subject, name, _store(file.stream, name), caption, by)


@dataclass
class Taken:
    """What became of several files: those on the subject now, and a sentence for each refused one."""

    kept: list[Attachment] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)


def attach_all(subject: Any, files: Sequence[Any], *, caption: str = "", by: Person) -> Taken:
    """Attach what can be attached; each file that cannot is named with the reason, and costs no other one.

    The same file under the same name is kept once: whoever sends a form twice attaches nothing twice.
    """
    taken = Taken()
    for number, file in enumerate(files):
        name = clean_name(file.filename)
        try:
            if number >= MOST_FILES:
                raise Refused(
                    _l("“%(name)s”: at most %(count)d files at a time. Send it afterwards.", name=name,
                       count=MOST_FILES),
                    "files",
                )  # fmt: skip
            stored = _store(file.stream, name)
        except Refused as refused:
            taken.refused.append(refused.words)
            continue
        known = db.session.scalars(
            select(Attachment).where(
                Attachment.kind == subject.__tablename__, Attachment.subject_id == str(subject.id),
                Attachment.sha256 == stored[0], Attachment.filename == name,
            )
        ).first()  # fmt: skip
        taken.kept.append(known or _hang(subject, name, stored, caption, by))
    return taken


def _hang(subject: Any, name: str, stored: tuple[str, int, str], caption: str, by: Person) -> Attachment:
    sha256, size, media_type = stored
    attachment = Attachment(
        id=str(uuid.uuid4()),
        kind=subject.__tablename__,
        subject_id=str(subject.id),
        filename=name,
        caption=caption[:500],
        sha256=sha256,
        size=size,
        media_type=media_type,
        at=now(),
        by_id=by.id,
    )
    db.session.add(attachment)
    db.session.flush()
    trail.note("evidence.attach", subject, by=by, file=name, sha256=sha256)
    return attachment


def media_type_of(path: Path, name: str) -> str:
    """Media type of a file on disk, by its content. Raises :class:`Refused` for kinds that are not taken."""
    with path.open("rb") as file:
        media_type = sniff.media_type(file.read(4096), name)
    sealed.refuse(path, media_type, name)
    return media_type


def adopt(
    subject: Any, path: Path, *, attachment_id: str, name: str, by: Person, caption: str = ""
) -> Attachment:
    """Make a file that lies on this disk already an attachment under an id made elsewhere; the file moves.

    Raises :class:`Refused` when its kind is not taken.
    """
    media_type = media_type_of(path, name)
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
        os.fsync(file.fileno())
    target = path_of(digest.hexdigest())
    target.parent.mkdir(parents=True, exist_ok=True)
    _into_place(path, target)
    attachment = Attachment(
        id=attachment_id, kind=subject.__tablename__, subject_id=str(subject.id), filename=clean_name(name),
        caption=caption[:500], sha256=digest.hexdigest(), size=size, media_type=media_type, at=now(),
        by_id=by.id,
    )  # fmt: skip
    db.session.add(attachment)
    db.session.flush()
    trail.note("evidence.attach", subject, by=by, file=attachment.filename, sha256=attachment.sha256)
    return attachment


def _into_place(path: Path, target: Path) -> None:
    """A hard link first: should the transaction fail, the bytes still lie where the sender goes on."""
    with contextlib.suppress(FileExistsError):  # the same bytes were attached before, or just now
        os.link(path, target)
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clean_name(name: str | None) -> str:
    """The file's own name without any path, at most 200 characters; it is only ever shown, never used as a
    path."""
    base = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(letter for letter in base if letter.isprintable()).strip().strip(".")
    return base[-200:] or "file"


def _store(stream: IO[bytes], name: str) -> tuple[str, int, str]:
    """Write the stream under its hash. Returns (sha256, size, media type)."""
    target_folder = path_of("00").parent.parent
    target_folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, temporary = tempfile.mkstemp(dir=target_folder, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    raise Refused(
                        _l("“%(name)s” is larger than 50 MB. Send a smaller file.", name=name), "files"
                    )
                head = head or chunk[:4096]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise Refused(_l("“%(name)s” is empty. Choose the file again.", name=name), "files")
        media_type = sniff.media_type(head, name)
        sealed.refuse(Path(temporary), media_type, name)
        target = path_of(digest.hexdigest())
        target.parent.mkdir(exist_ok=True)
        os.replace(temporary, target)
        return digest.hexdigest(), size, media_type
    finally:
        Path(temporary).unlink(missing_ok=True)
