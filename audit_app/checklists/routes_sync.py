"""The HTTP side of the doors for what is recorded in the field. JSON in, JSON out, never a redirect."""

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from pydantic import ValidationError

from audit_app.accounts.permissions import Permission
from audit_app.checklists import devices, field_json, payload, protocol, queries, sync
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.routes_library import me
from audit_app.core.clock import now
from audit_app.programme import queries as programme
from audit_app.web.access import allow, json_door


@blueprint.get("/sync/hello")
@json_door
@allow(Permission.AUDIT_SEE)
def sync_hello() -> ResponseReturnValue:
    """Who is signed in, a fresh CSRF token, the server's time, what it has of this tablet, and the key of
    its store."""
    device = request.args.get("device", "")
    known = field_json.is_uuid(device) and not devices.revoked(device)
    whole, highest = devices.seen(device, me()) if known else (0, 0)
    secret = current_app.config["SECRET_KEY"]
    return jsonify(
        chain_ok=sync.chain_ok(field_json.number("seq") or None, request.args.get("hash")),
        server_time=payload.moment(now()),
        user={"id": me().id, "name": me().name},
        csrf=generate_csrf(),
        protocol=protocol.PROTOCOL,
        min_protocol=protocol.OLDEST,
        durable_seq=devices.durable_seq(),
        seen={device: whole} if known else {},
        highest={device: highest} if known else {},
        store_key=devices.store_key(secret, me(), device) if known else None,
        revoked=field_json.is_uuid(device) and not known,
    )


@blueprint.post("/sync")
@json_door
@allow(Permission.ANSWER_RECORD)
def sync_door() -> ResponseReturnValue:
    """Take a batch of records. The reply leaves after the commit, so what it acknowledges is on disk."""
    batch = field_json.batch()
    if isinstance(batch, tuple):
        return batch
    if devices.revoked(batch.device_id):
        return field_json.no("device_revoked", 403)
    return field_json.reply(sync.receive(batch, by=me()))


@blueprint.get("/sync/changes")
@json_door
@allow(Permission.AUDIT_SEE)
def sync_changes() -> ResponseReturnValue:
    """What was recorded in an audit since a ``server_seq``; ``more`` says that there is further.

    ``after`` means nothing after a restore: a tablet quotes the chain here too, and reads anew if it broke.
    """
    audit = programme.get_alone(field_json.number("audit"), to=me())
    spoken = field_json.number("protocol") or protocol.OLDEST
    rows = queries.changes(audit, field_json.number("after"), answers_only=spoken < 2)
    codes = payload.codes_of(audit, rows)
    seq, row_hash = sync.last_row()
    return jsonify(
        chain_ok=sync.chain_ok(field_json.number("seq") or None, request.args.get("hash")),
        server_seq=seq,
        row_hash=row_hash,
        server_time=payload.moment(now()),
        open=audit.open_for_answers,
        more=len(rows) == 500,
        changes=[payload.of_revision(row, codes) for row in rows],
    )


@blueprint.post("/sync/take")
@json_door
@allow(Permission.ANSWER_RECORD)
def sync_take() -> ResponseReturnValue:
    """Take an audit offline: a deposit ticket, and everything the fieldwork screen holds."""
    try:
        asked = field_json.Take.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        return field_json.no("invalid", 422, field=protocol.first_field(error))
    audit = programme.get(asked.audit, to=me())
    if not (audit.open_for_answers and sync.may_answer(audit, me())):
        return field_json.no("not_assigned", 403)
    ticket, expires = devices.take_offline(audit, asked.device_id, name=asked.device_name, by=me())
    work = queries.fieldwork(audit, to=me())
    bundle = payload.of_fieldwork(work, me(), queries.clause_texts(work, to=me()), may_answer=True)
    return jsonify(ticket=ticket, expires_at=payload.moment(expires), bundle=bundle)


@blueprint.post("/sync/presence")
@json_door
@allow(Permission.ANSWER_RECORD)
def sync_presence() -> ResponseReturnValue:
    """A sign of life from a tablet; tells who else works on the audit."""
    try:
        told = field_json.Here.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        return field_json.no("invalid", 422, field=protocol.first_field(error))
    audit = programme.get_alone(told.audit, to=me())
    devices.here(
        audit, item=told.item, device_id=told.device_id, waiting=told.waiting, photos=told.photos, by=me()
    )
    return jsonify(others=[payload.of_presence(each) for each in devices.others(audit, me())])
