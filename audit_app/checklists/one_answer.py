"""One answer from an ordinary form, put into the shape of a batch so that it passes through the same door."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import flash
from flask_babel import gettext as _
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.checklists import fields, protocol
from audit_app.checklists.models import AnswerRevision, ChecklistItem, Verdict
from audit_app.core.clock import now, zone
from audit_app.core.db import db
from audit_app.programme.models import Audit

FORMS = uuid.UUID("5b0c8f5e-6d0e-4d0f-9b57-2f1f6a3c9a10")
"""The name space of the devices that stand for a person's forms."""


def batch(audit: Audit, given: Mapping[str, str], by: Person) -> protocol.Batch:
    """The batch of one form. The id was made when the form was drawn, so sending it twice is a duplicate."""
    device = str(uuid.uuid5(FORMS, str(by.id)))
    moment, seq = _when(device, given.get("revision", ""))
    offset = moment.astimezone(zone()).utcoffset()
    reply, value = _reply(audit, given)
    revision: dict[str, Any] = {
        "id": given.get("revision", ""),
        "audit": audit.id,
        "item": _number(given.get("item", "")),
        "base": [each for each in given.get("base", "").split(",") if each],
        "value": value,
        "note": given.get("note", "").replace("\r\n", "\n"),
        "flagged": given.get("flagged") == "1",
        "author": by.id,
        "device_seq": seq,
        "client_time": moment.isoformat(),
        "tz_offset": int(offset.total_seconds() // 60) if offset else 0,
        "clock_offset_ms": 0,
        "reply": reply,
        "template_version": _number(given.get("template_version", "")),
    }
    return protocol.Batch(protocol=protocol.PROTOCOL, device_id=device, items=[revision])


def _reply(audit: Audit, given: Mapping[str, str]) -> tuple[str, str | None]:
    """Reply and verdict of a form. A tapped reply proposes the verdict; a tapped verdict keeps the reply."""
    value = given.get("value") or None
    reply = given.get("reply", given.get("reply_now", "")).replace("\r\n", "\n")
    if value == Verdict.OPEN.value:
        return "", None
    item = db.session.get(ChecklistItem, _number(given.get("item", "")))
    if item is None or not reply:
        return reply, value
    try:
        reply = fields.read(item, reply)
    except fields.NotReadable:
        return reply, value
    proposed = None if value else fields.judge(item, reply, audit.starts_on)
    return reply, proposed.value if proposed else value


def say(result: protocol.Result) -> Any:
    """Tell what became of it. Returns the sentence to show when it was not kept, else None."""
    if result.status == "accepted":
        flash(_("Saved."), "success")
    elif result.status == "duplicate":
        flash(_("This answer was saved before."), "info")
    elif result.status.startswith("held:"):
        flash(
            _("This answer is kept for the lead auditor to decide: the audit does not take it now."),
            "warning",
        )
    elif result.status == "invalid:note":
        return _("Not saved: say why this is not applicable, in the note.")
    elif result.status == "invalid:reply":
        return _(
            "Not saved: the question does not take this answer. Write a number with a point before the "
            "decimals, a date as year-month-day, or choose one of the answers offered."
        )
    else:
        return _("Not saved. What you typed is still here: answer once more.")
    return None


def _when(device: str, revision: str) -> tuple[datetime, int]:
    """Moment and number of this revision: those it was first sent with, if it comes a second time."""
    mine = select(AnswerRevision.client_time, AnswerRevision.device_seq).where(
        AnswerRevision.device_id == device
    )
    first = db.session.execute(mine.where(AnswerRevision.id == revision)).first()
    if first:
        return first.client_time, first.device_seq
    last = db.session.scalar(
        select(func.max(AnswerRevision.device_seq)).where(AnswerRevision.device_id == device)
    )
    return now(), (last or 0) + 1


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
