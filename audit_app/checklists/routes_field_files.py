"""Files from tablets, piece by piece, and the deposit: what a ticket may hand in without a sign-in."""

from typing import Any

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists import devices, door_reads, field_json, protocol, sync, uploads
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.routes_library import me
from audit_app.web.access import allow, by_ticket, json_door
from audit_app.web.transactions import keep_anyway

STATUS = {
    "partial": 200,
    "behind": 409,
    "stored": 201,
    "held": 201,
    "checksum": 422,
    "refused": 422,
    "away": 503,
}


@blueprint.get("/sync/attachments/<id>")
@json_door
@allow(Permission.ANSWER_RECORD)
def file_progress(id: str) -> ResponseReturnValue:
    """How far a file has come, so that a tablet goes on where it was cut off."""
    found = uploads.progress(id, me()) if field_json.is_uuid(id) else uploads.Progress("unknown")
    return jsonify(state=found.state, next=found.next, reason=found.reason)


@blueprint.put("/sync/attachments/<id>")
@json_door
@allow(Permission.ANSWER_RECORD)
def file_piece(id: str) -> ResponseReturnValue:
    """Take one piece of a file."""
    return _piece(id, me(), held=False)


@blueprint.post("/sync/deposit")
@json_door
@by_ticket
def deposit() -> ResponseReturnValue:
    """What a revoked or signed-out person recorded, by ticket: all of it is held for the lead auditor."""
    ticket = _ticket()
    if ticket is None:
        return field_json.no("ticket", 401)
    batch = field_json.batch()
    if isinstance(batch, tuple):
        return batch
    if batch.device_id != ticket.device_id:
        return field_json.no("ticket", 401)
    held_as = devices.reason_of(ticket)
    return field_json.reply(
        sync.receive(batch, by=ticket.person, held_as=held_as, only_audit=ticket.audit_id)
    )


@blueprint.put("/sync/deposit/attachments/<id>")
@json_door
@by_ticket
def deposit_piece(id: str) -> ResponseReturnValue:
    """One piece of a file, by ticket."""
    ticket = _ticket()
    if ticket is None:
        return field_json.no("ticket", 401)
    return _piece(id, ticket.person, held=True, only_audit=ticket.audit_id, device=ticket.device_id)


def _ticket() -> Any:
    scheme, _blank, word = request.headers.get("Authorization", "").partition(" ")
    return devices.ticket_of(word.strip()) if scheme.lower() == "bearer" and word.strip() else None


def _piece(
    id: str, by: Person, *, held: bool, only_audit: int | None = None, device: str = ""
) -> ResponseReturnValue:
    if not field_json.is_uuid(id):
        return field_json.no("invalid", 422, field="id")
    if (request.content_length or 0) > uploads.PIECE:
        return field_json.no("too_large", 413, most_bytes=uploads.PIECE)
    try:
        told = field_json.File.model_validate(request.args.to_dict())
    except ValidationError as error:
        return field_json.no("invalid", 422, field=protocol.first_field(error))
    if device and told.device != device:
        return field_json.no("ticket", 401)
    if not device and devices.revoked(told.device):
        return field_json.no("device_revoked", 403)
    audit = door_reads.reachable({told.audit}, by).get(told.audit)
    if audit is None or (only_audit is not None and audit.id != only_audit):
        return field_json.no("invalid", 422, field="audit")
    items = door_reads.items({told.item}, [audit.id]) if told.item else {}
    if told.item and told.item not in items:
        return field_json.no("invalid", 422, field="item")
    held = held or not (audit.open_for_answers and sync.may_answer(audit, by))
    announced = uploads.Announced(id, told.size, told.sha256, told.name, told.device, told.taken_at)
    item = items[told.item] if told.item else None
    found = uploads.receive(
        announced, request.get_data(), told.offset, audit=audit, item=item, held=held, by=by
    )
    return _said(found)


def _said(found: uploads.Progress) -> ResponseReturnValue:
    status = STATUS[found.state]
    if found.state == "checksum":
        return field_json.no("checksum", status, next=0)
    if found.state == "away":
        keep_anyway()
        reply, _status = field_json.no("scanner", status, message=str(found.message))
        reply.headers["Retry-After"] = "60"
        return reply, status
    if found.state == "refused":
        keep_anyway()
        return field_json.no("refused", status, reason=found.reason, message=str(found.message))
    file = None
    if found.attachment is not None:
        file = {
            "id": found.attachment.id,
            "name": found.attachment.filename,
            "url": url_for("evidence.download", id=found.attachment.id),
            "image": found.attachment.is_image,
        }
    return jsonify(state=found.state, next=found.next, file=file), status
