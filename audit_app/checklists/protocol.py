"""What a device sends and gets back: the shapes of the offline protocol (version 1), read strictly."""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from audit_app.trail.services import canonical

PROTOCOL = 1
OLDEST = 1
"""The oldest protocol still spoken; an older client gets 426 and keeps its answers."""
MOST = 200
"""Revisions in one batch."""
LARGEST = 1_000_000
"""Bytes of one batch."""

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
UUID4 = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
ROW = 2**31 - 1


def _storable(text: str) -> str:
    """Both databases can keep it: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    text.encode("utf-8")
    return text


Uuid = Annotated[str, StringConstraints(pattern=UUID)]
Uuid4 = Annotated[str, StringConstraints(pattern=UUID4)]
RowId = Annotated[int, Field(ge=1, le=ROW)]
Note = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_storable)]
Value = Literal["conform", "minor", "major", "observation", "ofi", "good_practice", "not_applicable"]


class Revision(BaseModel):
    """One answer as one person gave it on one device. ``value`` None means "not yet"; times carry their zone.

    ``base`` holds the ids of the heads its author saw; ``tz_offset`` is minutes east of UTC.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    id: Uuid4
    audit: RowId
    item: RowId
    base: list[Uuid4] = Field(max_length=50)
    value: Value | None
    note: Note = ""
    flagged: bool = False
    author: RowId
    device_seq: RowId
    client_time: Annotated[AwareDatetime, Field(strict=False)]
    tz_offset: int = Field(ge=-900, le=900)
    clock_offset_ms: int = Field(ge=-(2**62), le=2**62)
    template_version: RowId
    attachment_ids: list[Uuid] = Field(default_factory=list, max_length=100)

    def body_sha256(self, device_id: str) -> str:
        """SHA-256 (hex) over the canonical body: two revisions with one id are the same if this is."""
        body = {"device_id": device_id, **self.model_dump(mode="json")}
        return hashlib.sha256(canonical(body).encode()).hexdigest()


class Batch(BaseModel):
    """What a device sends at once. Items are checked one by one: a bad one takes no other with it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    protocol: int
    device_id: Uuid
    last_seq: int | None = Field(default=None, ge=0, le=ROW)
    last_hash: str | None = Field(default=None, max_length=64)
    outbox_count: int = Field(default=0, ge=0)
    items: list[Any] = Field(max_length=MOST)


class Unreadable(Exception):
    """The envelope is not a batch; ``field`` names what is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def read_batch(data: Any) -> Batch:
    """The batch in a JSON value. Raises :class:`Unreadable`."""
    try:
        return Batch.model_validate(data)
    except ValidationError as error:
        raise Unreadable(first_field(error)) from error


def first_field(error: ValidationError) -> str:
    """Name of the first field that is wrong."""
    place = error.errors()[0]["loc"]
    return str(place[0]) if place else "body"


@dataclass(frozen=True)
class Result:
    """What became of one revision. ``warnings`` hold clock_suspect and device_forked."""

    status: str
    server_seq: int | None = None
    warnings: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As the reply carries it: ``held:closed`` is status held with the reason beside it."""
        status, _colon, reason = self.status.partition(":")
        found: dict[str, Any] = {"status": status}
        if reason:
            found["reason"] = reason
        if self.server_seq is not None:
            found["server_seq"] = self.server_seq
        if self.warnings:
            found["warnings"] = list(self.warnings)
        return found


@dataclass
class Reply:
    """The answer to a batch: a status per id. An id without a status is not acknowledged."""

    chain_ok: bool
    server_seq: int
    row_hash: str
    results: dict[str, Result] = field(default_factory=dict)
