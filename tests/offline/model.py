"""The protocol of docs/offline.md without web and without database: what a right server does, in plain words.

Everything a tablet may ask is a method that takes and gives JSON-like values, as the doors do; so the tablets of
`tests/offline/tablet.py` can speak to this server or to the real application (`tests/offline/real.py`).
"""

import hashlib
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Any

GENESIS = "0" * 64
LEAD, MEMBER, OTHER = 1, 2, 3
"""The lead auditor, a member of the team from the start, and an auditor who comes and goes."""
AUDITS = {1: (11, 12), 2: (21,)}
"""Audits with their questions."""
VALUES = ("conform", "minor", "major", "observation", None)
VERSION, UNKNOWN_VERSION = 1, 99
TICKET_DAYS = 90
PAGE = 3
"""Revisions in one answer of ``changes``: small, so that pages and cursors matter."""

Record = dict[str, Any]
Reply = dict[str, Any]
SIGNED_OUT: Reply = {"error": "signed_out"}
DEVICE_REVOKED: Reply = {"error": "device_revoked"}


class Crash(Exception):
    """The server died before its commit: nothing happened and nobody gets a reply."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the server keeps it. ``session`` is who was signed in when it came (0: nobody, by ticket)."""

    seq: int
    body: Record
    device: str
    session: int
    status: str
    reason: str
    admitted_by: int
    prev: str
    hash: str = ""


def hash_of(row: Row) -> str:
    """SHA-256 over everything in the row but its own hash."""
    return hashlib.sha256(repr(replace(row, hash="")).encode()).hexdigest()


@dataclass
class Photo:
    """A file on its way: the bytes that have come, and whether it is whole."""

    size: int
    sha256: str
    came: bytes = b""
    state: str = "partial"


@dataclass
class State:
    """Everything in the server's database. A backup is a copy of it; a transaction works on a copy."""

    rows: list[Row] = field(default_factory=list)
    quarantine: list[Any] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)
    team: set[int] = field(default_factory=lambda: {LEAD, MEMBER})
    revoked: set[int] = field(default_factory=set)
    revoked_devices: set[str] = field(default_factory=set)
    tickets: dict[str, tuple[int, int, str, float]] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    waived: set[str] = field(default_factory=set)
    rulings: dict[int, str] = field(default_factory=dict)
    durable: int = 0

    def copy(self) -> "State":
        """Containers are copied; what is in them never changes (photos are replaced, not changed)."""
        return State(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})


class Server:
    """The doors, and what the lead auditor and the administrator do. Each door is one transaction."""

    def __init__(self) -> None:
        self.state = State()
        self.day = 0.0
        self.backups: list[tuple[float, State]] = []
        self.failing: set[int] = set()
        """Places in the next batch whose savepoint fails (a lock, a full disk)."""
        self.crashing = False
        self.counted_tickets = 0

    # --- doors ----------------------------------------------------------------------------------------------
    def hello(self, session: int, device: str, last: tuple[int, str]) -> Reply:
        """Whether the chain is the one last seen, who is signed in, and what came from which device."""
        if session in self.state.revoked or not session:
            return SIGNED_OUT
        return {**self._envelope(self.state, last), "user": session, "seen": {device: self.seen(device)}}

    def sync(self, session: int, batch: Reply) -> Reply:
        """A batch of somebody who is signed in."""
        if session in self.state.revoked or not session:
            return SIGNED_OUT
        return self._receive(batch, session, session, "")

    def deposit(self, ticket: str, batch: Reply) -> Reply:
        """A batch without a session: it is all held, and only what the ticket's person made."""
        person, audit, device, until = self.state.tickets.get(ticket, (0, 0, "", 0.0))
        if not person or until < self.day:
            return SIGNED_OUT
        if device != batch["device_id"] or any(each["audit"] != audit for each in batch["items"]):
            return SIGNED_OUT
        gone = person in self.state.revoked or device in self.state.revoked_devices
        return self._receive(batch, person, 0, "revoked" if gone else "signed_out")

    def take_offline(self, session: int, audit: int, device: str) -> Reply:
        """A ticket for this person, audit and device."""
        if session in self.state.revoked or not session:
            return SIGNED_OUT
        if device in self.state.revoked_devices:
            return DEVICE_REVOKED
        self.counted_tickets += 1
        ticket = f"ticket-{self.counted_tickets}"
        self.state.tickets[ticket] = (session, audit, device, self.day + TICKET_DAYS)
        return {"ticket": ticket}

    def import_file(self, batches: list[Reply]) -> Reply:
        """What the lead auditor brings in from a tablet's file: kept, held, in the name of its author."""
        results: Reply = {}
        for batch in batches:
            results |= self._receive(batch, None, LEAD, "file")["results"]
        return {"results": results}

    def changes(self, session: int, audit: int, after: int, last: tuple[int, str]) -> Reply:
        """A page of what counts in an audit since a number; and is the chain the one last seen?"""
        if session in self.state.revoked or not session:
            return SIGNED_OUT
        rows = [
            row for row in self.state.rows[after:] if row.status == "accepted" and row.body["audit"] == audit
        ]
        page = [{**row.body, "seq": row.seq} for row in rows[:PAGE]]
        return {**self._envelope(self.state, last), "changes": page, "more": len(rows) > PAGE}

    def put_photo(self, session: int, photo: str, offset: int, size: int, sha256: str, part: bytes) -> Reply:
        """The bytes of a photo from an offset on."""
        if session in self.state.revoked or not session:
            return SIGNED_OUT
        known = self.state.photos.get(photo, Photo(size, sha256))
        if known.state == "stored":
            return {"state": "stored"}
        if offset != len(known.came):
            return {"next": len(known.came), "conflict": True}
        came = known.came + part
        whole = len(came) == size
        if whole and hashlib.sha256(came).hexdigest() != sha256:
            self.state.photos.pop(photo, None)
            return {"error": "checksum", "next": 0}
        self.state.photos[photo] = Photo(size, sha256, came, "stored" if whole else "partial")
        return {"state": "stored"} if whole else {"next": len(came)}

    def photo_state(self, session: int, photo: str) -> Reply:
        """What the server has of a photo."""
        known = self.state.photos.get(photo)
        return {"state": known.state, "next": len(known.came)} if known else {"state": "unknown", "next": 0}

    # --- receiving ------------------------------------------------------------------------------------------
    def _receive(self, batch: Reply, author: int | None, session: int, held: str) -> Reply:
        if batch["device_id"] in self.state.revoked_devices and not held:
            return DEVICE_REVOKED
        draft, results = self.state.copy(), {}
        for place, record in enumerate(batch["items"]):
            result = {"status": "retry"}
            if place not in self.failing:
                result = self.receive_one(draft, record, batch["device_id"], author, session, held)
            if record["id"] not in results or result["status"] != "duplicate":
                results[record["id"]] = result
        reply = {**self._envelope(draft, (batch["last_seq"], batch["last_hash"])), "results": results}
        self.commit(draft)
        return reply

    def commit(self, draft: State) -> None:
        """From here on it is on disk; only then the reply leaves."""
        if self.crashing:
            raise Crash
        self.state = draft

    def receive_one(
        self, draft: State, record: Record, device: str, author: int | None, session: int, held: str
    ) -> Reply:
        """One record: its status. What is not refused is appended to the chain, held or accepted."""
        if not self.may_speak_for(record, author):
            return {"status": "wrong_user"}
        if record["value"] not in VALUES:
            draft.quarantine.append(record)
            return {"status": "invalid", "reason": "value"}
        earlier = [row for row in draft.rows if row.body["id"] == record["id"]]
        for row in earlier:
            if row.body == record and row.device == device:
                return self._again(row)
        reason = "id_reuse" if earlier else held or self.held_reason(draft, record)
        row = self.append(draft, record, device, session, reason)
        return {**self._told(reason), "server_seq": row.seq, "warnings": self._warnings(draft, row)}

    def _again(self, row: Row) -> Reply:
        """A record that came before. An id that was in use must be told again: its answer does not count yet."""
        if row.reason == "id_reuse":
            return {"status": "id_reuse", "server_seq": row.seq}
        found = {"status": "duplicate", "server_seq": row.seq}
        return {**found, "reason": row.reason} if row.status == "held" else found

    @staticmethod
    def _told(reason: str) -> Reply:
        if not reason:
            return {"status": "accepted"}
        return {"status": "id_reuse"} if reason == "id_reuse" else {"status": "held", "reason": reason}

    def may_speak_for(self, record: Record, author: int | None) -> bool:
        """A record is bound to its author; only a file that the lead auditor imports speaks for others."""
        return author is None or record["author"] == author

    def held_reason(self, draft: State, record: Record) -> str:
        """Why a record waits for the lead auditor; empty when it counts at once."""
        if record["template_version"] != VERSION:
            return "template"
        if record["audit"] in draft.closed:
            return "closed"
        return "" if record["author"] in draft.team else "not_assigned"

    def append(
        self, draft: State, record: Record, device: str, session: int, reason: str, admitted_by: int = 0
    ) -> Row:
        """The next row of the chain."""
        prev = draft.rows[-1].hash if draft.rows else GENESIS
        status = "held" if reason else "accepted"
        row = Row(len(draft.rows) + 1, record, device, session, status, reason, admitted_by, prev)
        row = replace(row, hash=hash_of(row))
        draft.rows.append(row)
        return row

    def _warnings(self, draft: State, row: Row) -> list[str]:
        number = row.body["device_seq"]
        forked = any(
            each.device == row.device
            and each.body["device_seq"] == number
            and each.body["id"] != row.body["id"]
            for each in draft.rows
        )
        return ["device_forked"] * forked

    def _envelope(self, state: State, last: tuple[int, str]) -> Reply:
        rows = state.rows
        return {
            "chain_ok": self.chain_ok(*last),
            "server_seq": len(rows),
            "row_hash": rows[-1].hash if rows else GENESIS,
            "server_time": self.day,
            "durable_seq": state.durable,
        }

    # --- reading --------------------------------------------------------------------------------------------
    def chain_ok(self, seq: int, row_hash: str) -> bool:
        """Whether what a tablet saw last is still here unchanged."""
        if not seq:
            return True
        rows = self.state.rows
        return seq <= len(rows) and rows[seq - 1].hash == row_hash

    def rows(self) -> list[Row]:
        """All rows, oldest first."""
        return self.state.rows

    def quarantined(self) -> list[Any]:
        """Malformed records, as they came."""
        return self.state.quarantine

    def heads(self, item: int) -> set[str]:
        """Ids of the accepted answers to a question that no accepted answer to it names."""
        rows = [row for row in self.state.rows if row.status == "accepted" and row.body["item"] == item]
        named = {base for row in rows for base in row.body["base"]}
        return {row.body["id"] for row in rows} - named

    def seen(self, device: str) -> int:
        """Up to which number everything of a device has come, without a gap."""
        numbers, found = self._numbers(device), 0
        while found + 1 in numbers:
            found += 1
        return found

    def missing(self, device: str) -> set[int]:
        """Numbers below the highest that have not come."""
        numbers = self._numbers(device)
        return set(range(1, max(numbers, default=0))) - numbers

    def _numbers(self, device: str) -> set[int]:
        return {row.body["device_seq"] for row in self.state.rows if row.device == device}

    def verify(self) -> bool:
        """Whether the chain is whole."""
        prev = GENESIS
        for number, row in enumerate(self.state.rows, start=1):
            if row.seq != number or row.prev != prev or hash_of(row) != row.hash:
                return False
            prev = row.hash
        return True

    # --- what the lead auditor does -------------------------------------------------------------------------
    def why_open(self, audit: int) -> list[str]:
        """What keeps an audit from being closed: conflicts, and photos that are not here."""
        conflicts = ["conflict" for item in AUDITS[audit] if self._differ(self.heads(item))]
        return conflicts + ["photo" for _photo in self.missing_photos(audit)]

    def _differ(self, ids: set[str]) -> bool:
        """Whether answers say different things; two people who say the same do not contradict each other."""
        rows = [row for row in self.state.rows if row.status == "accepted" and row.body["id"] in ids]
        return len({row.body["value"] for row in rows}) > 1

    def photo_here(self, photo: str) -> bool:
        """Whether a photo is whole on the server."""
        known = self.state.photos.get(photo)
        return known is not None and known.state == "stored"

    def missing_photos(self, audit: int) -> set[str]:
        """Photos that an accepted answer names and that have not come and were not waived."""
        state = self.state
        named = {
            photo
            for row in state.rows
            if row.status == "accepted" and row.body["audit"] == audit
            for photo in row.body["attachment_ids"]
        }
        return {photo for photo in named if not self.photo_here(photo)} - state.waived

    def close(self, audit: int) -> bool:
        """Close an audit, if nothing keeps it open."""
        if self.why_open(audit):
            return False
        self.state.closed.add(audit)
        return True

    def is_open(self, audit: int) -> bool:
        """Whether answers count at once."""
        return audit not in self.state.closed

    def reopen(self, audit: int) -> None:
        """Answers count again."""
        self.state.closed.discard(audit)

    def waive(self, photo: str) -> None:
        """Do without a photo, with a reason."""
        self.state.waived.add(photo)

    def undecided(self) -> list[Row]:
        """Held rows that wait for a ruling."""
        return [row for row in self.state.rows if row.status == "held" and row.seq not in self.state.rulings]

    def rule(self, row: Row, ruling: str) -> bool:
        """``admit``, ``reject`` or ``late``. Admitted is a new row: same record, accepted, with who admitted it."""
        if row.reason == "id_reuse" and ruling == "admit":
            return False
        counts = any(e.status == "accepted" and e.body["id"] == row.body["id"] for e in self.state.rows)
        if ruling == "admit" and (counts or not self.is_open(row.body["audit"])):
            return False
        if ruling == "admit":
            self.append(self.state, row.body, row.device, LEAD, "", admitted_by=LEAD)
        self.state.rulings[row.seq] = ruling
        return True

    # --- what administrators do -----------------------------------------------------------------------------
    def assign(self, person: int, there: bool) -> None:
        """Put somebody into the team, or take them out."""
        (self.state.team.add if there else self.state.team.discard)(person)

    def revoke(self, person: int, gone: bool) -> None:
        """Withdraw a person's account, or give it back."""
        (self.state.revoked.add if gone else self.state.revoked.discard)(person)

    def revoke_device(self, device: str) -> None:
        """A lost tablet: its doors are shut."""
        self.state.revoked_devices.add(device)

    def is_revoked(self, person: int) -> bool:
        """Whether the account is withdrawn."""
        return person in self.state.revoked

    def is_device_revoked(self, device: str) -> bool:
        """Whether the doors are shut to a device."""
        return device in self.state.revoked_devices

    def backup(self) -> None:
        """Copy database and evidence; what is in the copy is durable from now on."""
        self.backups.append((self.day, self.state.copy()))
        self.state.durable = len(self.state.rows)

    def restore(self, number: int) -> None:
        """Put a backup in place. Later backups belong to an abandoned line and are thrown away."""
        self.state = self.backups[number][1].copy()
        del self.backups[number + 1 :]
