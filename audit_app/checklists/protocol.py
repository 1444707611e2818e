"""What a device sends and gets back: the shapes of the offline protocol, read strictly (docs/offline.md).

Protocol 1 knew answers only, protocol 2 no replies beside a verdict; what they send is read without these.
"""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit_app.checklists.records import ROW, Uuid
from audit_app.checklists.records import Unreadable as Unreadable
from audit_app.checklists.records import first_field as first_field

PROTOCOL = 3
OLDEST = 1
"""The oldest protocol still spoken; an older client gets 426 and keeps its answers."""
MOST = 200
"""Revisions in one batch."""
LARGEST = 1_000_000
"""Bytes of one batch."""


class Batch(BaseModel):
    """What a device sends at once. Records are checked one by one: a bad one takes no other with it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    protocol: int
    device_id: Uuid
    last_seq: int | None = Field(default=None, ge=0, le=ROW)
    last_hash: str | None = Field(default=None, max_length=64)
    outbox_count: int = Field(default=0, ge=0)
    items: list[Any] = Field(max_length=MOST)


def read_batch(data: Any) -> Batch:
    """The batch in a JSON value. Raises :class:`Unreadable`."""
    try:
        return Batch.model_validate(data)
    except ValidationError as error:
        raise Unreadable(first_field(error)) from error


@dataclass(frozen=True)
class Result:
    """What became of one record. ``warnings`` hold clock_suspect and device_forked."""

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
    durable_seq: int = 0
    results: dict[str, Result] = field(default_factory=dict)
