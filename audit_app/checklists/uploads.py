"""Files from tablets, piece by piece: resumable, on disk before they are acknowledged, checked by hash.

The bytes received so far lie beside the evidence under the id of the upload; their number is the truth about
how far it has come. Only the last piece makes an attachment, in the same transaction as its trail line.
"""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.checklists.field_models import Upload, UploadState
from audit_app.checklists.models import ChecklistItem
from audit_app.checklists.records import UUID4
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.core.fingerprint import sha256_of
from audit_app.evidence import intake
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from audit_app.programme.models import Audit

PIECE = 1 << 20
"""Bytes of one piece at most."""


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
    ``next``), ``stored``, ``held``, ``checksum`` (all of it was thrown away: start over), ``refused``,
    ``away`` (all of it is here, but the virus scanner does not answer: ask again later).
    """
    serialize_writes()
    upload = db.session.get(Upload, told.id)
    if upload is not None and upload.author_id != by.id:
        return Progress("refused", reason="wrong_user")
    if upload is None or upload.state is UploadState.REFUSED:
        reason = _refusal(told, item or audit)
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
    if have == upload.size:  # the last piece is here, and what came after it did not come to its end
        return _finish(upload, path, held, by)
    if offset != have or offset + len(piece) > upload.size or not piece:
        return Progress("behind", have)
    _write(path, piece, offset)
    if offset + len(piece) < upload.size:
        return Progress("partial", offset + len(piece))
    return _finish(upload, path, held, by)


WORDS: dict[str, Any] = {
    "empty": _l("The file is empty. Take the photo again."),
    "too_large": _l("The file is larger than 50 MB. Send a smaller one."),
    "full": _l("This record holds as many files as it can. Put several into one PDF."),
    "changed": _l("The file has changed since the sending began. Attach it again."),
    "wrong_user": _l("This file belongs to somebody else."),
}
"""Why a file is refused, for the person who holds the tablet."""


def _refusal(told: Announced, subject: ChecklistItem | Audit) -> str:
    if told.size <= 0:
        return "empty"
    if told.size > evidence.LARGEST:
        return "too_large"
    return "full" if evidence.full(subject) is not None else ""


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
    if sha256_of(path) != upload.sha256:
        path.unlink()
        return Progress("checksum", 0)
    try:
        if held:
            with intake.settled(path, upload.filename):
                upload.state = UploadState.HELD
        attachment = None if held else attach(upload, by=by)
    except (
        intake.NotScanned
    ) as refused:  # nothing is wrong with the file: it stays here and is asked for again
        return Progress("away", upload.size, message=refused.words)
    except Refused as refused:
        reason = "content"
        if isinstance(refused, intake.Infected):
            evidence.tell_of([refused], upload.item or upload.audit, by=by)
            reason = "infected"
        return _refuse(upload, path, reason, refused.words)
    upload.done_at = now()
    db.session.flush()
    return Progress(upload.state.value, upload.size, attachment=attachment)


def _refuse(upload: Upload, path: Path, reason: str, words: Any) -> Progress:
    path.unlink(missing_ok=True)
    upload.state, upload.reason = UploadState.REFUSED, reason
    db.session.flush()
    return Progress("refused", reason=reason, message=words)


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


def forget(upload_id: str) -> None:
    """Remove the bytes of an upload that never became evidence."""
    _partial(upload_id).unlink(missing_ok=True)


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
