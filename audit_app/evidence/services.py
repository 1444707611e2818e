"""Taking a file in: checked by content, named by its hash, written once, flushed to disk before the row
exists."""

import contextlib
import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import intake, sniff
from audit_app.evidence.intake import Infected, Settled
from audit_app.evidence.models import Attachment
from audit_app.trail import services as trail

CHUNK = 1 << 20
LARGEST = 50 * CHUNK
"""Bytes of one file."""
MOST_FILES = 20
"""Files sent at once."""

MOST_ON_SUBJECT = 1_000
MOST_BYTES_ON_SUBJECT = 5 << 30
MOST_PIXELS_AT_ONCE = 250_000_000
"""Pixels of all pictures sent at once: each is drawn anew while the sender waits."""


@dataclass(frozen=True)
class Stored:
    """A file under its hash. ``received``: the hash of what arrived, when that was something else."""

    sha256: str
    size: int
    media_type: str
    received: str = ""
    pixels: int = 0


def path_of(sha256: str) -> Path:
    """Place of a stored file: two letters of its hash, then the hash."""
    return intake.folder() / sha256[:2] / sha256


def attach(subject: Any, file: Any, *, caption: str = "", by: Person) -> Attachment:
    """Store a file and hang it on a subject.

    ``file`` has ``filename`` and ``stream`` (werkzeug's FileStorage does). Raises :class:`Refused` when it
    is empty, too big, locked with a password, not of a kind allowed by its content, or unsafe to open.
    """
    name = clean_name(file.filename)
    stored = _store(file.stream, name)
    return _hang(subject, sniff.named(name, stored.media_type), stored, caption, by)


@dataclass
class Taken:
    """What became of several files: those on the subject now, a sentence for each refused one, and in which
    the virus scanner found something."""

    kept: list[Attachment] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    infected: list[Infected] = field(default_factory=list)


def attach_all(subject: Any, files: Sequence[Any], *, caption: str = "", by: Person) -> Taken:
    """Attach what can be attached; each file that cannot is named with the reason, and costs no other one.

    The same file under the same name is kept once: whoever sends a form twice attaches nothing twice.
    """
    taken, pixels, away = Taken(), 0, False
    for number, file in enumerate(files):
        name = clean_name(file.filename)
        try:
            if number >= MOST_FILES or pixels > MOST_PIXELS_AT_ONCE:
                raise _too_many(name, number)
            if (words := full(subject)) is not None:
                raise Refused(words, "files")
            if away:
                raise intake.NotScanned(name)
            stored = _store(file.stream, name)
        except Refused as refused:
            taken.refused.append(refused.words)
            away = away or isinstance(refused, intake.NotScanned)  # one wait is long enough
            if isinstance(refused, Infected):
                taken.infected.append(refused)
            continue
        pixels += stored.pixels
        name = sniff.named(name, stored.media_type)
        known = db.session.scalars(
            select(Attachment).where(
                Attachment.kind == subject.__tablename__, Attachment.subject_id == str(subject.id),
                Attachment.sha256 == stored.sha256, Attachment.filename == name,
            )
        ).first()  # fmt: skip
        taken.kept.append(known or _hang(subject, name, stored, caption, by))
    tell_of(taken.infected, subject, by=by)
    return taken


def _too_many(name: str, number: int) -> Refused:
    if number >= MOST_FILES:
        words = _l("“%(name)s”: at most %(count)d files at a time. Send it afterwards.", name=name,
                   count=MOST_FILES)  # fmt: skip
    else:
        words = _l("“%(name)s”: these pictures are too large to be sent all at once. Send it afterwards.",
                   name=name)  # fmt: skip
    return Refused(words, "files")


def full(subject: Any) -> Any:
    """The words for a subject that takes no more files; None while it does."""
    held = select(func.count(), func.coalesce(func.sum(Attachment.size), 0)).where(
        Attachment.kind == subject.__tablename__, Attachment.subject_id == str(subject.id)
    )
    count, size = db.session.execute(held).one()
    if count < MOST_ON_SUBJECT and size < MOST_BYTES_ON_SUBJECT:
        return None
    return _l(
        "This record holds as many files as it can (%(count)d files, %(size)d MB). Put several into one PDF, "
        "or attach them to a record of their own.",
        count=count,
        size=size >> 20,
    )


def tell_of(infected: Sequence[Infected], subject: Any, *, by: Person) -> None:
    """What the virus scanner found goes into the trail, although nothing was taken."""
    for each in infected:
        trail.note("evidence.infected", subject, by=by, file=each.name, virus=each.virus)


def _hang(
    subject: Any, name: str, stored: Stored, caption: str, by: Person, attachment_id: str = ""
) -> Attachment:
    attachment = Attachment(
        id=attachment_id or str(uuid.uuid4()),
        kind=subject.__tablename__,
        subject_id=str(subject.id),
        filename=name,
        caption=caption[:500],
        sha256=stored.sha256,
        size=stored.size,
        media_type=stored.media_type,
        at=now(),
        by_id=by.id,
    )
    db.session.add(attachment)
    db.session.flush()
    came = {"received": stored.received} if stored.received else {}
    trail.note("evidence.attach", subject, by=by, file=name, sha256=stored.sha256, **came)
    return attachment


def adopt(
    subject: Any, path: Path, *, attachment_id: str, name: str, by: Person, caption: str = ""
) -> Attachment:
    """Make a file that lies on this disk already an attachment under an id made elsewhere. It stays where it
    is: should the transaction fail, the sender goes on from there.

    Raises like :func:`attach`.
    """
    name = clean_name(name)
    with intake.settled(path, name) as settled:
        name = sniff.named(name, settled.media_type)
        return _hang(subject, name, _put_away(settled), caption, by, attachment_id)


def _put_away(settled: Settled) -> Stored:
    """Under the hash of what is stored, on disk before the row that names it exists."""
    digest, size = hashlib.sha256(), 0
    with settled.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            digest.update(chunk)
        os.fsync(file.fileno())
    target = path_of(digest.hexdigest())
    target.parent.mkdir(parents=True, exist_ok=True)
    _into_place(settled.path, target)
    return Stored(digest.hexdigest(), size, settled.media_type, settled.received, settled.pixels)


def _into_place(path: Path, target: Path) -> None:
    """A hard link: the same bytes may have been attached before, or just now, and what came stays until the
    transaction is over."""
    with contextlib.suppress(FileExistsError):
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


def _store(stream: IO[bytes], name: str) -> Stored:
    """Write the stream under the hash of what is kept of it."""
    arrived = intake.place()
    try:
        size = 0
        with arrived.open("wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > LARGEST:
                    raise Refused(
                        _l("“%(name)s” is larger than 50 MB. Send a smaller file.", name=name), "files"
                    )
                file.write(chunk)
        if not size:
            raise Refused(_l("“%(name)s” is empty. Choose the file again.", name=name), "files")
        with intake.settled(arrived, name) as settled:
            return _put_away(settled)
    finally:
        arrived.unlink(missing_ok=True)
