"""Files from tablets, piece by piece: resumable, on disk before they are acknowledged, checked by hash.

The bytes received so far lie beside the evidence under the id of the upload; their number is the truth about
how far it has come. Only the last piece makes an attachment, in the same transaction as its trail line.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from PIL import Image
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.checklists.field_models import Upload, UploadState
from audit_app.checklists.models import ChecklistItem
from audit_app.checklists.records import UUID4
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from audit_app.programme.models import Audit

PIECE = 1 << 20
"""Bytes of one piece at most."""
MOST_PIXELS = 100_000_000


@dataclass(frozen=True)
class Announced:
    """What a tablet says of a file before it sends it. ``size`` in bytes, ``sha256`` in hex."""

    id: str
    size: int
    sha256: str
    name: str
    device: str
    taken_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """Where an upload stands: ``next`` is the offset wanted next, ``reason`` why it was refused."""

    state: str
    next: int = 0
    reason: str = ""
    message: Any = ""
    attachment: Attachment | None = None


def is_id(text: str) -> bool:
    """Whether a text can be the id of an upload: a UUIDv4, and so also safe as the name of a file."""
    return re.fullmatch(UUID4, text) is not None


def progress(upload_id: str, by: Person) -> Progress:
    """How far one's own upload has come."""
    upload = db.session.get(Upload, upload_id)
    if upload is None or upload.author_id != by.id:
        return Progress("unknown")
    have = _size(_partial(upload.id)) if upload.state is UploadState.PARTIAL else upload.size
    return Progress(upload.state.value, have, upload.reason, attachment=db.session.get(Attachment, upload.id))


def receive(
    told: Announced,
    piece: bytes,
    offset: int,
    *,
    audit: Audit,
    item: ChecklistItem | None,
    held: bool,
    by: Person,
) -> Progress:
    """Take one piece. ``held`` keeps the whole file aside until the lead auditor admits its record.

    States: ``partial`` (go on at ``next``), ``behind`` (that piece does not follow what is here: go on at
    ``next``), ``stored``, ``held``, ``checksum`` (all of it was thrown away: start over), ``refused``.
    """
    serialize_writes()
    upload = db.session.get(Upload, told.id)
    if upload is not None and upload.author_id != by.id:
        return Progress("refused", reason="wrong_user")
    if upload is None or upload.state is UploadState.REFUSED:
        reason = _refusal(told)
        if reason:
            return Progress("refused", reason=reason, message=WORDS[reason])
        upload = upload or Upload(id=told.id, author_id=by.id, begun_at=now())
        _announce(upload, told, audit, item)
    if upload.state is not UploadState.PARTIAL:
        if upload.state is UploadState.STORED:
            _partial(upload.id).unlink(missing_ok=True)
        return progress(told.id, by)
    if (upload.size, upload.sha256) != (told.size, told.sha256):
        return Progress("refused", reason="changed", message=WORDS["changed"])
    path = _partial(upload.id)
    have = _size(path)
    if offset != have or offset + len(piece) > upload.size or not piece:
        return Progress("behind", have)
    _write(path, piece, offset)
    if offset + len(piece) < upload.size:
        return Progress("partial", offset + len(piece))
    return _finish(upload, path, held, by)


WORDS: dict[str, Any] = {
    "empty": _l("The file is empty. Take the photo again."),
    "too_large": _l("The file is larger than 50 MB. Send a smaller one."),
    "type": _l("Only photos (JPEG, PNG, WebP, HEIC), PDF, Word, Excel, PowerPoint and plain text are taken."),
    "not_an_image": _l("The photo cannot be read: it is broken or far too large. Take it again."),
    "changed": _l("The file has changed since the sending began. Attach it again."),
    "wrong_user": _l("This file belongs to somebody else."),
}
"""Why a file is refused, for the person who holds the tablet."""


def _refusal(told: Announced) -> str:
    if told.size <= 0:
        return "empty"
    return "too_large" if told.size > evidence.LARGEST else ""


def _announce(upload: Upload, told: Announced, audit: Audit, item: ChecklistItem | None) -> None:
    upload.audit_id, upload.item_id = audit.id, item.id if item else None
    upload.device_id, upload.filename = told.device, evidence.clean_name(told.name)
    upload.size, upload.sha256, upload.taken_at = told.size, told.sha256, told.taken_at
    upload.state, upload.reason = UploadState.PARTIAL, ""
    _partial(upload.id).unlink(missing_ok=True)
    _sweep()
    db.session.add(upload)
    db.session.flush()


def _sweep() -> None:
    """Take away what lies under its hash by now: it stayed until the transaction that stored it was over."""
    lying = {path.name: path for path in _partial("x").parent.iterdir()}
    done = select(Upload.id).where(Upload.id.in_(lying), Upload.state == UploadState.STORED)
    for upload_id in db.session.scalars(done):
        lying[upload_id].unlink(missing_ok=True)


def _finish(upload: Upload, path: Path, held: bool, by: Person) -> Progress:
    """The last piece is here: check, then make the attachment, or keep the file aside."""
    if _sha256(path) != upload.sha256:
        path.unlink()
        return Progress("checksum", 0)
    try:
        media_type = evidence.media_type_of(path, upload.filename)
        _look_at(path, media_type)
    except Refused:
        return _refuse(upload, path, "type")
    except OSError:
        return _refuse(upload, path, "not_an_image")
    upload.done_at = now()
    if held:
        upload.state = UploadState.HELD
        db.session.flush()
        return Progress("held", upload.size)
    return Progress("stored", upload.size, attachment=attach(upload, by=by))


def _refuse(upload: Upload, path: Path, reason: str) -> Progress:
    path.unlink(missing_ok=True)
    upload.state, upload.reason = UploadState.REFUSED, reason
    db.session.flush()
    return Progress("refused", reason=reason, message=WORDS[reason])


def attach(upload: Upload, *, by: Person) -> Attachment:
    """Make a whole upload the evidence of its item, or of its audit when it belongs to a note."""
    subject: Any = upload.item or upload.audit
    attachment = evidence.adopt(
        subject, _partial(upload.id), attachment_id=upload.id, name=upload.filename, by=by
    )
    upload.state = UploadState.STORED
    db.session.flush()
    return attachment


def held_of(ids: list[str]) -> list[Upload]:
    """The uploads among these that wait for the lead auditor."""
    query = select(Upload).where(Upload.id.in_(ids), Upload.state == UploadState.HELD)
    return list(db.session.scalars(query.order_by(Upload.begun_at, Upload.id)))


# --- the bytes ----------------------------------------------------------------------------------------------
def _partial(upload_id: str) -> Path:
    """Where the bytes of an upload lie; the id was checked to be a UUID, so it is safe as a name."""
    folder = evidence.path_of("00").parent.parent / ".partial"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / upload_id


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _write(path: Path, piece: bytes, offset: int) -> None:
    with path.open("r+b" if path.exists() else "wb") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(PIECE):
            digest.update(chunk)
    return digest.hexdigest()


def _look_at(path: Path, media_type: str) -> None:
    """Decode what claims to be a picture. Raises ``OSError`` when it is none (HEIC is not decoded here)."""
    if not media_type.startswith("image/") or media_type == "image/heic":
        return
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise OSError("too many pixels")
            picture.load()
    except (Image.DecompressionBombError, SyntaxError, ValueError) as error:
        raise OSError("cannot be decoded") from error
