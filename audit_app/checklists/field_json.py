"""Reading requests of tablets and wording the replies: what the doors of the protocol share."""

import re
from datetime import datetime
from typing import Annotated, Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from audit_app.checklists import payload, protocol
from audit_app.checklists.records import ROW, UUID4, RowId, Uuid4
from audit_app.core.clock import now

Name = Annotated[str, StringConstraints(max_length=100)]


class Take(BaseModel):
    """The wish to take an audit offline."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    audit: RowId
    device_id: Uuid4
    device_name: Name = ""


class Here(BaseModel):
    """A sign of life: the item on the screen, and how much still waits on the tablet."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    audit: RowId
    device_id: Uuid4
    item: RowId | None = None
    waiting: int = Field(default=0, ge=0, le=ROW)
    photos: int = Field(default=0, ge=0, le=ROW)


class File(BaseModel):
    """What the query string of a piece says about its file."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    audit: RowId
    offset: int = Field(ge=0, le=ROW)
    size: int = Field(ge=0, le=ROW)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    device: Uuid4
    item: RowId | None = None
    taken_at: AwareDatetime | None = None

    @property
    def taken(self) -> datetime | None:
        """When the photo was taken, by the clock of the tablet."""
        return self.taken_at


def is_uuid(text: str) -> bool:
    """Whether a text is a UUIDv4 as devices make them."""
    return re.fullmatch(UUID4, text) is not None


def number(name: str) -> int:
    """A whole number of the query string; nonsense counts as 0."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def no(error: str, status: int, **facts: Any) -> tuple[Any, int]:
    """A refusal as JSON."""
    return jsonify(error=error, **facts), status


def batch() -> protocol.Batch | tuple[Any, int]:
    """The batch of this request, or the refusal of its envelope."""
    if (request.content_length or 0) > protocol.LARGEST:
        return no("too_large", 413, most_bytes=protocol.LARGEST, most_items=protocol.MOST)
    given = request.get_json(silent=True)
    asked = given.get("protocol") if isinstance(given, dict) else None
    if isinstance(asked, int) and not protocol.OLDEST <= asked <= protocol.PROTOCOL:
        return no("protocol", 426, min_protocol=protocol.OLDEST, protocol=protocol.PROTOCOL)
    try:
        return protocol.read_batch(given)
    except protocol.Unreadable as error:
        return no("invalid", 422, field=error.field)


def reply(given: protocol.Reply) -> ResponseReturnValue:
    """The reply to a batch."""
    return jsonify(
        chain_ok=given.chain_ok,
        server_seq=given.server_seq,
        row_hash=given.row_hash,
        server_time=payload.moment(now()),
        durable_seq=given.durable_seq,
        results={key: result.plain() for key, result in given.results.items()},
    )
