"""A file of unsent answers, saved on a tablet that could not send: read, and held for the lead auditor.

A file proves nothing about who wrote it, so nothing in it counts by itself; the same rules apply to each
record as at the door.
"""

import base64
import binascii
import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit_app.accounts.models import Person
from audit_app.checklists import sync, uploads
from audit_app.checklists.protocol import MOST, PROTOCOL, Batch
from audit_app.checklists.records import RowId, Uuid4
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

LARGEST = 60 << 20
"""Bytes of one file."""


class Owner(BaseModel):
    """Whose tablet it was."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    id: RowId
    name: str = ""


class Saved(BaseModel):
    """The file as a tablet writes it (docs/offline.md)."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    format: Literal["fieldwork-unsent"]
    version: Literal[1]
    audit: RowId
    device_id: Uuid4
    person: Owner
    items: list[Any] = Field(max_length=20_000)
    attachments: list[dict[str, Any]] = Field(default_factory=list, max_length=2_000)


@dataclass(frozen=True)
class Outcome:
    """What became of a file: records held now, those that were here before, those that no record is."""

    held: int
    known: int
    unreadable: int
    files: int
    files_refused: int


def read(content: bytes) -> Saved:
    """The file in its bytes. Raises :class:`Refused` when it is no such file."""
    if len(content) > LARGEST:
        raise Refused(_l("The file is larger than 60 MB. Save the unsent answers in several files."), "file")
    try:
        return Saved.model_validate(json.loads(content))
    except (ValueError, ValidationError, RecursionError) as error:
        raise Refused(
            _l(
                "This is not a file of unsent answers. On the tablet, choose “Save unsent answers to a file” "
                "and bring that file."
            ),
            "file",
        ) from error


def take_in(saved: Saved, audit: Audit, *, by: Person) -> Outcome:
    """Hold everything in the file for the lead auditor. Raises :class:`Refused` for another audit's file."""
    if saved.audit != audit.id:
        raise Refused(
            _l("This file belongs to another audit. Open that audit and bring the file there."), "file"
        )
    author = db.session.get(Person, saved.person.id)
    if author is None:
        raise Refused(_l("Nobody here has the number of the person who saved this file."), "file")
    statuses: Counter[str] = Counter()
    for start in range(0, len(saved.items), MOST):
        batch = Batch(protocol=PROTOCOL, device_id=saved.device_id, items=saved.items[start : start + MOST])
        reply = sync.receive(batch, by=author, held_as="file", only_audit=audit.id)
        statuses.update(result.status.partition(":")[0] for result in reply.results.values())
    files = Counter(_file(each, saved, audit, author) for each in saved.attachments)
    held, known = statuses["held"] + statuses["id_reuse"], statuses["duplicate"]
    outcome = Outcome(
        held,
        known,
        sum(statuses.values()) - held - known,
        files["held"],
        files["refused"] + files["checksum"] + files["away"],
    )
    trail.note("fieldwork.import", audit, by=by, author=author.name, held=outcome.held, known=outcome.known)
    return outcome


def _file(given: dict[str, Any], saved: Saved, audit: Audit, author: Person) -> str:
    try:
        content = base64.b64decode(str(given.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        return "refused"
    told = uploads.Announced(
        str(given.get("id", "")), len(content), str(given.get("sha256", "")), str(given.get("name", "file")),
        saved.device_id,
    )  # fmt: skip
    if not uploads.is_id(told.id) or not re.fullmatch(r"[0-9a-f]{64}", told.sha256):
        return "refused"
    send = partial(uploads.receive, told, audit=audit, item=None, held=True, by=author)
    found = send(content, 0)
    if found.state == "behind":  # the tablet had sent a part of it before it was cut off
        found = send(content[found.next :], found.next)
    return found.state
