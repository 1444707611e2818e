"""The HTTP side of the door for answers. JSON in, JSON out, never a redirect."""

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from audit_app.accounts.permissions import Permission
from audit_app.checklists import payload, protocol, queries, sync
from audit_app.checklists.blueprint import blueprint
from audit_app.checklists.routes_library import me
from audit_app.core.clock import now
from audit_app.programme import queries as programme
from audit_app.web.access import allow


@blueprint.get("/sync/hello")
@allow(Permission.AUDIT_SEE)
def sync_hello() -> ResponseReturnValue:
    """Who is signed in, a fresh CSRF token, the server's time, and whether the chain is the one last seen."""
    seq = request.args.get("seq", "")
    known = int(seq) if seq.isdecimal() and len(seq) < 10 else None
    return jsonify(
        chain_ok=sync.chain_ok(known, request.args.get("hash")),
        server_time=payload.moment(now()),
        user={"id": me().id, "name": me().name},
        csrf=generate_csrf(),
        protocol=protocol.PROTOCOL,
        min_protocol=protocol.OLDEST,
    )


@blueprint.post("/sync")
@allow(Permission.ANSWER_RECORD)
def sync_door() -> ResponseReturnValue:
    """Take a batch of revisions. The reply leaves after the commit, so what it acknowledges is on disk."""
    if (request.content_length or 0) > protocol.LARGEST:
        return _no("too_large", 413, most_bytes=protocol.LARGEST, most_items=protocol.MOST)
    given = request.get_json(silent=True)
    asked = given.get("protocol") if isinstance(given, dict) else None
    if isinstance(asked, int) and not protocol.OLDEST <= asked <= protocol.PROTOCOL:
        return _no("protocol", 426, min_protocol=protocol.OLDEST, protocol=protocol.PROTOCOL)
    try:
        batch = protocol.read_batch(given)
    except protocol.Unreadable as error:
        return _no("invalid", 422, field=error.field)
    reply = sync.receive(batch, by=me())
    return jsonify(
        chain_ok=reply.chain_ok,
        server_seq=reply.server_seq,
        row_hash=reply.row_hash,
        server_time=payload.moment(now()),
        results={key: result.plain() for key, result in reply.results.items()},
    )


@blueprint.get("/sync/changes")
@allow(Permission.AUDIT_SEE)
def sync_changes() -> ResponseReturnValue:
    """Answers given to an audit since a ``server_seq``; ``more`` says that there are further ones."""
    audit = programme.get_alone(_number("audit"), to=me())
    rows = queries.changes(audit, _number("after"))
    return jsonify(
        server_time=payload.moment(now()),
        open=audit.open_for_answers,
        more=len(rows) == 500,
        changes=[payload.of_revision(row) for row in rows],
    )


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _no(error: str, status: int, **facts: Any) -> ResponseReturnValue:
    return jsonify(error=error, **facts), status
