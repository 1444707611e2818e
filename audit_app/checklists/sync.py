"""The one door for what is recorded in the field, online and offline: every record is appended, nothing is
ever overwritten.

A batch is one transaction with a savepoint per record. Whoever calls commits, and replies only after that.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists import devices, door_reads, fields
from audit_app.checklists.chain import chain_ok as chain_ok
from audit_app.checklists.chain import hash_of as hash_of
from audit_app.checklists.chain import last_row as last_row
from audit_app.checklists.chain import verify as verify
from audit_app.checklists.field_models import QuarantinedItem
from audit_app.checklists.models import (
    AnswerBase,
    AnswerRevision,
    ChecklistItem,
    RecordKind,
    RevisionStatus,
    Verdict,
)
from audit_app.checklists.protocol import Batch, Reply, Result
from audit_app.checklists.records import (
    ROW,
    AnyRecord,
    FieldFinding,
    FieldNote,
    Revision,
    Unreadable,
    read_record,
)
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit, TeamRole
from audit_app.trail import services as trail

CLOCK_SUSPECT_MS = 5 * 60 * 1000
"""A device whose clock is off by more than this gets a notice; what it recorded counts all the same."""
QUARANTINE_PER_DEVICE, LARGEST_RAW = 500, 64 * 1024
"""So many malformed items, of so many characters, are kept of one device."""

NOT_PAYLOAD = {
    "id", "kind", "audit", "base", "author", "device_seq", "client_time", "tz_offset", "clock_offset_ms",
    "attachment_ids", "thread", "text",
}  # fmt: skip
"""Fields of a record that have columns of their own."""

Taker = Callable[[FieldFinding, ChecklistItem, Person, Person], str]
TAKERS: dict[str, Taker] = {}
"""kind → ``take(record, item, author, by)`` of the owning domain; gives why it is held instead, or "". Filled
by ``create_app``, because findings stand on a floor above."""


def may_answer(audit: Audit, person: Person) -> bool:
    """Whether a person may record answers: by role, and as lead or working member of this audit's team."""
    return person.may(Permission.ANSWER_RECORD) and (
        audit.lead_id == person.id
        or any(m.person_id == person.id and m.role is not TeamRole.OBSERVER for m in audit.members)
    )


def may_attach(item: ChecklistItem, person: Person) -> Any:
    """Why files cannot be attached to a question now, by the rule for its answers; None when they can."""
    audit = item.checklist.audit
    if not audit.open_for_answers:
        return _l("This audit takes no answers any more. What was recorded stays as it is.")
    if not may_answer(audit, person):
        return _l("Files are attached to a question by the audit team. Ask the lead auditor to attach it.")
    return None


def receive(batch: Batch, *, by: Person, held_as: str = "", only_audit: int | None = None) -> Reply:
    """Take a batch in. Flushes; the caller commits, and only then replies.

    A status per record: ``accepted``; ``duplicate`` (the same body came before; ``duplicate:<reason>``
    while it is held); ``id_reuse`` (the id came before with another body: both are kept);
    ``held:<reason>`` (kept for the lead auditor, does not count yet); ``wrong_user``;
    ``invalid:<field>`` (kept raw in quarantine); ``retry``.

    ``held_as`` is why nothing of this batch may count by itself (a deposit, a file); ``only_audit`` the one
    audit that a deposit ticket is for.
    """
    serialize_writes()
    parsed = [_parse(raw, place) for place, raw in enumerate(batch.items)]
    records = [each for _key, each in parsed if not isinstance(each, Result)]
    door = _Door(batch, records, by, held_as, only_audit)
    door.audits |= door_reads.reachable(_named(batch.items) - set(door.audits), by)
    reply = Reply(chain_ok(batch.last_seq, batch.last_hash), 0, "")
    for (key, each), raw in zip(parsed, batch.items, strict=True):
        result = each if isinstance(each, Result) else door.take(each)
        if result.status.startswith("invalid:"):
            _quarantine(batch, raw, result.status.partition(":")[2], door.audits, by)
        if key not in reply.results or not result.status.startswith("duplicate"):
            reply.results[key] = result
    reply.server_seq, reply.row_hash = door.last
    reply.durable_seq = devices.durable_seq()
    devices.touch(batch, reply, by)
    return reply


def _parse(raw: Any, place: int) -> tuple[str, AnyRecord | Result]:
    given = raw.get("id") if isinstance(raw, dict) else None
    key = given if isinstance(given, str) and 0 < len(given) <= 64 else f"#{place}"
    try:
        return key, read_record(raw)
    except Unreadable as error:
        return key, Result(f"invalid:{error.field}")


def _named(raws: Iterable[Any]) -> set[int]:
    """The audits that raw items name, as far as they are numbers that a row can have."""
    found = (raw.get("audit") for raw in raws if isinstance(raw, dict))
    return {
        each for each in found if isinstance(each, int) and not isinstance(each, bool) and 0 < each <= ROW
    }


def _quarantine(batch: Batch, raw: Any, field: str, audits: Mapping[int, Audit], by: Person) -> None:
    """Keep a malformed item as it came, once; a person can then read what was meant."""
    text = json.dumps(raw, sort_keys=True)[:LARGEST_RAW]
    sha = hashlib.sha256(text.encode()).hexdigest()
    mine = (
        select(func.count()).select_from(QuarantinedItem).where(QuarantinedItem.device_id == batch.device_id)
    )
    known = db.session.scalar(mine.where(QuarantinedItem.raw_sha256 == sha))
    if known or (db.session.scalar(mine) or 0) >= QUARANTINE_PER_DEVICE:
        return
    audit = next((each for each in _named([raw]) if each in audits), None)
    kept = QuarantinedItem(
        at=now(), person_id=by.id, device_id=batch.device_id, audit_id=audit, field=field[:60], raw=text,
        raw_sha256=sha,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    trail.note("fieldwork.quarantine", kept, by=by, field=field[:60], sha256=sha)


class _Door:
    """What a batch needs to know, read once, and the rules that each record passes."""

    def __init__(
        self, batch: Batch, records: list[AnyRecord], by: Person, held_as: str, only_audit: int | None
    ) -> None:
        self.device, self.by, self.held_as, self.only_audit = batch.device_id, by, held_as, only_audit
        self.known = door_reads.by_id(each.id for each in records)
        self.held = door_reads.held_of(self.known)
        self.places = door_reads.places_of({base for each in records for base in each.base} | set(self.known))
        self.audits = door_reads.reachable({each.audit for each in records}, by)
        self.visible = door_reads.visible(set(self.audits), by)
        self.items = door_reads.items({item for each in records for item in _items_of(each)}, self.audits)
        self.team = door_reads.team(self.audits, by)
        answers = [each for each in records if isinstance(each, Revision)]
        self.versions = door_reads.versions({each.template_version for each in answers})
        self.forks = door_reads.device_rows(self.device, [each.device_seq for each in records])
        self.named = door_reads.named_as_base(each.id for each in records)
        self.last = last_row()

    def take(self, given: AnyRecord) -> Result:
        """One record, in a savepoint of its own."""
        refused = self._refused(given)
        if refused is not None:
            return refused
        sha = given.body_sha256(self.device)
        earlier = self.known.get(given.id, {})
        if sha in earlier:
            return self._again(earlier[sha])
        try:
            with db.session.begin_nested():
                held = "id_reuse" if earlier else self._held(given) or self._taken(given)
                row = self._append(given, sha, held)
        except DBAPIError:
            return Result("retry")
        self._remember(given, sha, row, held)
        if held == "id_reuse":
            trail.note("fieldwork.id_reuse", row, by=self.by, device=self.device, record=given.id)
        status = "accepted" if not held else "id_reuse" if held == "id_reuse" else f"held:{held}"
        return Result(status, row.server_seq, self._warnings(given))

    def _again(self, seq: int) -> Result:
        """What came before. That it does not count yet is said again: the first reply may have been lost."""
        held = self.held.get(seq, "")
        if held == "id_reuse":
            return Result("id_reuse", seq)
        return Result(f"duplicate:{held}" if held else "duplicate", seq)

    def _refused(self, given: AnyRecord) -> Result | None:
        """Why a record is not even kept: another person's, an item that is not there, a broken rule."""
        if given.author != self.by.id:
            return Result("wrong_user")
        wrong = self._misplaced(given)
        if wrong is not None:
            return wrong
        if isinstance(given, Revision) and given.value == "not_applicable" and not given.note.strip():
            return Result("invalid:note")
        if isinstance(given, Revision) and not self._known_reply(given):
            return Result("invalid:reply")
        bases = (self.places.get(base, given.place) for base in given.base)
        if given.id in given.base or any(place != given.place for place in bases):
            return Result("invalid:base")
        if given.id in self.named and given.id not in self.known and door_reads.closes_a_circle(given):
            return Result("invalid:base")
        return None

    def _known_reply(self, given: Revision) -> bool:
        """Whether the reply is one that the question takes, in its canonical form. One to a version of the
        question that has changed since is kept as it came: the answer was given to those words."""
        item = self.items[given.item]
        if given.template_version != item.checklist.version_id:
            return True
        try:
            return fields.read(item, given.reply) == given.reply
        except fields.NotReadable:
            return False

    def _misplaced(self, given: AnyRecord) -> Result | None:
        field = "items" if isinstance(given, FieldNote) else "item"
        for key in _items_of(given):
            item = self.items.get(key)
            if item is None or not item.assessable:
                return Result(f"invalid:{field}")
            if item.checklist.audit_id != given.audit:
                return Result("invalid:audit")
        elsewhere = self.only_audit is not None and given.audit != self.only_audit
        return Result("invalid:audit") if given.audit not in self.audits or elsewhere else None

    def _held(self, given: AnyRecord) -> str:
        """Why a record waits for the lead auditor; empty when it counts at once."""
        if self.held_as:
            return self.held_as
        audit = self.audits[given.audit]
        if isinstance(given, Revision):
            version = self.versions.get(given.template_version)
            own = self.items[given.item].checklist.template_version
            if version is None or version.template_id != own.template_id:
                return "template"
        if not audit.open_for_answers:
            return "closed"
        working = audit.id in self.visible and (audit.lead_id == self.by.id or audit.id in self.team)
        return "" if working and self.by.may(Permission.ANSWER_RECORD) else "not_assigned"

    def _taken(self, given: AnyRecord) -> str:
        """Let the owning domain do its part; what it refuses is kept for the lead auditor."""
        taker = TAKERS.get(given.kind)
        if taker is None or not isinstance(given, FieldFinding):
            return ""
        try:
            with db.session.begin_nested():  # refused halfway, it has changed nothing
                return taker(given, self.items[given.item], self.by, self.by)
        except Refused:
            return "not_allowed"

    def _append(self, given: AnyRecord, sha: str, held: str) -> AnswerRevision:
        status = RevisionStatus.HELD if held else RevisionStatus.ACCEPTED
        row = AnswerRevision(
            id=given.id,
            audit_id=given.audit,
            base=given.base,
            author_id=self.by.id,
            device_id=self.device,
            device_seq=given.device_seq,
            client_time=_to_milliseconds(given.client_time),
            tz_offset=given.tz_offset,
            clock_offset_ms=given.clock_offset_ms,
            attachment_ids=given.attachment_ids,
            body_sha256=sha,
            **_own_columns(given),
        )
        return append(row, status=status, held_reason=held, after=self.last)

    def _remember(self, given: AnyRecord, sha: str, row: AnswerRevision, held: str) -> None:
        self.last = (row.server_seq, row.row_hash)
        self.known.setdefault(given.id, {})[sha] = row.server_seq
        if held:
            self.held[row.server_seq] = held
        self.named.update(given.base)
        if held != "id_reuse":
            self.places[given.id] = given.place

    def _warnings(self, given: AnyRecord) -> tuple[str, ...]:
        suspect = abs(given.clock_offset_ms) > CLOCK_SUSPECT_MS
        forked = self.forks.setdefault(given.device_seq, given.id) != given.id
        return ("clock_suspect",) * suspect + ("device_forked",) * forked


def append(
    row: AnswerRevision,
    *,
    status: RevisionStatus,
    held_reason: str = "",
    after: tuple[int, str] | None = None,
) -> AnswerRevision:
    """Hang a new row on the chain: number, time of arrival and hashes are given here and nowhere else."""
    serialize_writes()
    seq, previous = after or last_row()
    row.server_seq, row.prev_hash, row.row_hash = seq + 1, previous, ""
    row.received_at, row.status, row.held_reason = now(), status, held_reason
    row.kind = row.kind or RecordKind.ANSWER
    row.ruling = row.ruling or ""
    row.row_hash = hash_of(row)
    db.session.add(row)
    db.session.flush()
    if row.base:
        bases = [{"child_seq": row.server_seq, "base_id": base} for base in dict.fromkeys(row.base)]
        db.session.execute(insert(AnswerBase), bases)
    return row


def record_of(row: AnswerRevision) -> AnyRecord:
    """A stored record in the shape in which its tablet sent it."""
    fields: dict[str, Any] = {
        "id": row.id, "kind": row.kind.value, "audit": row.audit_id, "base": row.base,
        "author": row.author_id, "device_seq": row.device_seq, "client_time": row.client_time,
        "tz_offset": row.tz_offset,
        "clock_offset_ms": row.clock_offset_ms, "attachment_ids": row.attachment_ids, **(row.payload or {}),
    }  # fmt: skip
    if row.kind is RecordKind.ANSWER:
        fields |= {
            "item": row.item_id, "value": row.value.value if row.value else None, "note": row.note,
            "flagged": row.flagged, "template_version": row.template_version,
        }  # fmt: skip
    else:
        fields["thread"] = row.thread
    if row.kind is RecordKind.NOTE:
        fields["text"] = row.note
    return read_record(fields)


def _items_of(given: AnyRecord) -> list[int]:
    """The items that a record names."""
    if isinstance(given, FieldNote):
        return given.items
    return [given.item] if isinstance(given, Revision | FieldFinding) else []


def _own_columns(given: AnyRecord) -> dict[str, Any]:
    """The columns in which the kinds differ."""
    if isinstance(given, Revision):
        return {
            "kind": RecordKind.ANSWER,
            "item_id": given.item,
            "value": Verdict(given.value) if given.value else None,
            "note": given.note,
            "flagged": given.flagged,
            "template_version": given.template_version,
            "payload": _beside(given) or None,
        }
    return {
        "kind": RecordKind(given.kind),
        "thread": given.thread,
        "value": None,
        "note": given.text if isinstance(given, FieldNote) else "",
        "flagged": False,
        "template_version": 0,
        "payload": given.model_dump(mode="json", exclude=NOT_PAYLOAD),
    }


def _to_milliseconds(moment: Any) -> Any:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _beside(given: Revision) -> dict[str, Any]:
    """What an answer holds beside verdict and note."""
    sample = {"sample": given.sample.model_dump(mode="json")} if given.sample else {}
    return sample | ({"reply": given.reply} if given.reply else {})
