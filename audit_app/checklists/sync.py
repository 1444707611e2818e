"""The one door for answers, online and offline: every revision is appended, nothing is ever overwritten.

A batch is one transaction with a savepoint per revision. Whoever calls commits, and replies only after that.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists.models import (
    AnswerBase,
    AnswerRevision,
    Checklist,
    ChecklistItem,
    RevisionStatus,
    TemplateVersion,
    Verdict,
)
from audit_app.checklists.protocol import Batch, Reply, Result, Revision, first_field
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, TeamMember, TeamRole
from audit_app.trail.services import GENESIS, canonical, plain

CLOCK_SUSPECT_MS = 5 * 60 * 1000
"""A device whose clock is off by more than this gets a notice; its answers count all the same."""


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


def receive(batch: Batch, *, by: Person) -> Reply:
    """Take a batch in. Flushes; the caller commits, and only then replies.

    A status per revision: ``accepted``; ``duplicate`` (the same body came before); ``id_reuse`` (the id came
    before with another body: both are kept); ``held:closed``, ``held:not_assigned``, ``held:template`` (kept
    for the lead auditor, not an answer yet); ``wrong_user``; ``invalid:<field>``; ``retry``.
    """
    serialize_writes()
    parsed = [_parse(raw, place) for place, raw in enumerate(batch.items)]
    door = _Door(batch, [each for _key, each in parsed if isinstance(each, Revision)], by)
    reply = Reply(chain_ok(batch.last_seq, batch.last_hash), 0, "")
    for key, each in parsed:
        result = door.take(each) if isinstance(each, Revision) else each
        if key not in reply.results or result.status != "duplicate":
            reply.results[key] = result
    reply.server_seq, reply.row_hash = door.last
    return reply


def _parse(raw: Any, place: int) -> tuple[str, Revision | Result]:
    given = raw.get("id") if isinstance(raw, dict) else None
    key = given if isinstance(given, str) and 0 < len(given) <= 64 else f"#{place}"
    try:
        return key, Revision.model_validate(raw)
    except (ValidationError, UnicodeError) as error:
        field = first_field(error) if isinstance(error, ValidationError) else "note"
        return key, Result(f"invalid:{field}")


class _Door:
    """What a batch needs to know, read in a number of queries that does not grow with it."""

    def __init__(self, batch: Batch, revisions: list[Revision], by: Person) -> None:
        self.device, self.by = batch.device_id, by
        self.known = _by_id(each.id for each in revisions)
        bases = {base for each in revisions for base in each.base}
        self.places = {**_items_of(bases), **_items_of(self.known)}
        self.items = _items({each.item for each in revisions}, by)
        self.team = _team({item.checklist.audit_id for item in self.items.values()}, by)
        self.versions = _versions({each.template_version for each in revisions})
        self.forks = _device_rows(self.device, [each.device_seq for each in revisions])
        self.last = last_row()

    def take(self, given: Revision) -> Result:
        """One revision, in a savepoint of its own."""
        refused = self._refused(given)
        if refused is not None:
            return refused
        sha = given.body_sha256(self.device)
        earlier = self.known.get(given.id, {})
        if sha in earlier:
            return Result("duplicate", earlier[sha])
        held = "id_reuse" if earlier else self._held(given)
        try:
            with db.session.begin_nested():
                row = self._append(given, sha, held)
        except DBAPIError:
            return Result("retry")
        self._remember(given, sha, row, held)
        status = "accepted" if not held else "id_reuse" if held == "id_reuse" else f"held:{held}"
        return Result(status, row.server_seq, self._warnings(given))

    def _refused(self, given: Revision) -> Result | None:
        """Why a revision is not even kept: another person's, an item that is not there, a broken rule."""
        if given.author != self.by.id:
            return Result("wrong_user")
        item = self.items.get(given.item)
        if item is None or not item.assessable:
            return Result("invalid:item")
        if item.checklist.audit_id != given.audit:
            return Result("invalid:audit")
        if given.value == "not_applicable" and not given.note.strip():
            return Result("invalid:note")
        if given.id in given.base or any(self.places.get(b, given.item) != given.item for b in given.base):
            return Result("invalid:base")
        if given.id not in self.known and _closes_a_circle(given):
            return Result("invalid:base")
        return None

    def _held(self, given: Revision) -> str:
        """Why a revision waits for the lead auditor; empty when it counts at once."""
        checklist = self.items[given.item].checklist
        version = self.versions.get(given.template_version)
        if version is None or version.template_id != checklist.template_version.template_id:
            return "template"
        if not checklist.audit.open_for_answers:
            return "closed"
        lead = checklist.audit.lead_id == self.by.id
        assigned = self.by.may(Permission.ANSWER_RECORD) and (lead or checklist.audit_id in self.team)
        return "" if assigned else "not_assigned"

    def _append(self, given: Revision, sha: str, held: str) -> AnswerRevision:
        seq, previous = self.last
        row = AnswerRevision(
            server_seq=seq + 1,
            id=given.id,
            audit_id=given.audit,
            item_id=given.item,
            base=given.base,
            value=Verdict(given.value) if given.value else None,
            note=given.note,
            flagged=given.flagged,
            author_id=self.by.id,
            device_id=self.device,
            device_seq=given.device_seq,
            client_time=_to_milliseconds(given.client_time),
            tz_offset=given.tz_offset,
            clock_offset_ms=given.clock_offset_ms,
            template_version=given.template_version,
            attachment_ids=given.attachment_ids,
            body_sha256=sha,
            received_at=now(),
            status=RevisionStatus.HELD if held else RevisionStatus.ACCEPTED,
            held_reason=held,
            prev_hash=previous,
            row_hash="",
        )
        row.row_hash = hash_of(row)
        db.session.add(row)
        db.session.flush()
        db.session.add_all(
            [AnswerBase(child_seq=row.server_seq, base_id=base) for base in dict.fromkeys(given.base)]
        )
        db.session.flush()
        return row

    def _remember(self, given: Revision, sha: str, row: AnswerRevision, held: str) -> None:
        self.last = (row.server_seq, row.row_hash)
        self.known.setdefault(given.id, {})[sha] = row.server_seq
        if held != "id_reuse":
            self.places[given.id] = given.item

    def _warnings(self, given: Revision) -> tuple[str, ...]:
        suspect = abs(given.clock_offset_ms) > CLOCK_SUSPECT_MS
        forked = self.forks.setdefault(given.device_seq, given.id) != given.id
        return ("clock_suspect",) * suspect + ("device_forked",) * forked


# --- reading what the door needs ----------------------------------------------------------------------------
def _by_id(ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """id → body hash → server_seq of what came before."""
    query = select(AnswerRevision.id, AnswerRevision.body_sha256, AnswerRevision.server_seq)
    found: dict[str, dict[str, int]] = {}
    for key, sha, seq in db.session.execute(query.where(AnswerRevision.id.in_(set(ids)))):
        found.setdefault(key, {})[sha] = seq
    return found


def _items_of(ids: Iterable[str]) -> dict[str, int]:
    """Which item each known revision answers."""
    query = select(AnswerRevision.id, AnswerRevision.item_id).where(AnswerRevision.id.in_(set(ids)))
    return dict(db.session.execute(query).all())


def _items(ids: set[int], by: Person) -> dict[int, ChecklistItem]:
    """The items that the person may see, with checklist, audit and template version."""
    visible = programme.visible_to(by).with_only_columns(Audit.id).order_by(None)
    query = (
        select(ChecklistItem)
        .join(ChecklistItem.checklist)
        .where(ChecklistItem.id.in_(ids), Checklist.audit_id.in_(visible))
        .options(
            joinedload(ChecklistItem.checklist).joinedload(Checklist.audit),
            joinedload(ChecklistItem.checklist).joinedload(Checklist.template_version),
        )
    )
    return {item.id: item for item in db.session.scalars(query)}


def _team(audits: set[int], by: Person) -> set[int]:
    """Audits among these in whose team the person works (observers do not)."""
    query = select(TeamMember.audit_id).where(
        TeamMember.audit_id.in_(audits), TeamMember.person_id == by.id, TeamMember.role != TeamRole.OBSERVER
    )
    return set(db.session.scalars(query))


def _versions(ids: set[int]) -> dict[int, TemplateVersion]:
    query = select(TemplateVersion).where(TemplateVersion.id.in_(ids))
    return {version.id: version for version in db.session.scalars(query)}


def _device_rows(device: str, numbers: list[int]) -> dict[int, str]:
    """device_seq → id of what this device sent before: another id means that the device was cloned."""
    query = select(AnswerRevision.device_seq, AnswerRevision.id).where(
        AnswerRevision.device_id == device, AnswerRevision.device_seq.in_(numbers)
    )
    return dict(db.session.execute(query).all())


def _closes_a_circle(given: Revision) -> bool:
    """Whether a base of this revision was itself made on top of it: then no head would be left.

    That takes a device that names a base before sending it, so most revisions need one short query.
    """
    edges = select(AnswerBase.base_id, AnswerRevision.id).join(
        AnswerRevision, AnswerRevision.server_seq == AnswerBase.child_seq
    )
    seen, front = set[str](), {given.id}
    while front:
        found = {child for _base, child in db.session.execute(edges.where(AnswerBase.base_id.in_(front)))}
        if found & set(given.base):
            return True
        front = found - seen
        seen |= found
    return False


# --- the chain ----------------------------------------------------------------------------------------------
def last_row() -> tuple[int, str]:
    """(server_seq, row_hash) of the newest row; (0, zeros) before the first."""
    query = select(AnswerRevision.server_seq, AnswerRevision.row_hash)
    row = db.session.execute(query.order_by(AnswerRevision.server_seq.desc()).limit(1)).first()
    return (row.server_seq, row.row_hash) if row else (0, GENESIS)


def chain_ok(seq: int | None, row_hash: str | None) -> bool:
    """Whether what a device saw last is still here unchanged (it is not after a restore from a backup)."""
    if not seq:
        return True
    query = select(AnswerRevision.row_hash).where(AnswerRevision.server_seq == seq)
    return db.session.scalar(query) == row_hash


def hash_of(row: AnswerRevision) -> str:
    """SHA-256 (hex) over everything in the row but the hash itself, the hash of the row before included."""
    body = {
        column.key: plain(getattr(row, column.key))
        for column in AnswerRevision.__table__.columns
        if column.key != "row_hash"
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def verify() -> list[str]:
    """Walk the whole chain of answers; one line per problem, at most one, since all after it hangs on it."""
    previous, expected = GENESIS, 1
    query = select(AnswerRevision).order_by(AnswerRevision.server_seq).execution_options(yield_per=1000)
    for row in db.session.scalars(query):
        if row.server_seq != expected or row.prev_hash != previous or hash_of(row) != row.row_hash:
            return [f"answers: revision {expected} is broken (the {expected - 1} before it are whole)"]
        previous, expected = row.row_hash, expected + 1
    return []


def _to_milliseconds(moment: Any) -> Any:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
