"""The real application behind the doors of the model: the same tablets, people and accidents, over SQLite."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from audit_app.checklists import devices, fieldwork, protocol, queries, rulings, sync
from audit_app.checklists.field_models import FieldDevice, QuarantinedItem, Upload, UploadState
from audit_app.checklists.models import AnswerRevision, ChecklistItem
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit, AuditState, TeamMember
from tests.offline.model import (
    AUDITS,
    LEAD,
    UNKNOWN_VERSION,
    VERSION,
    Crash,
    Record,
    Reply,
    Row,
)
from tests.offline.place import EPOCH, Place


class RealServer:
    """The application, asked through its doors; what is no door (a ruling, a restore) as the staff does it."""

    def __init__(self, place: Place, start: Path) -> None:
        self.place, self.world = place, None
        place.put_back(start)
        self.crashing, self.failing = False, set()
        self.backups: list[tuple[float, Path]] = []
        self.known: list[Row] = []
        self.clients: dict[int, Any] = {}
        self.day = 0.0

    @property
    def day(self) -> float:
        """Days since the story began."""
        return self._day

    @day.setter
    def day(self, day: float) -> None:
        self._day = day
        self.place.clock.move_to(EPOCH + timedelta(days=day))
        self.clients.clear()  # people sign in again the next morning

    # --- talking --------------------------------------------------------------------------------------------
    def client(self, session: int) -> Any:
        """The browser of somebody who is signed in, or of nobody."""
        if session not in self.clients:
            app, people = self.place.app, self.place.ids
            who = self.person(session) if session in people else None
            client = self.place.client_for(who) if who else app.test_client()
            client.environ_base = {**client.environ_base, "HTTP_ACCEPT": "application/json"}
            self.clients[session] = client
        return self.clients[session]

    def person(self, key: int) -> Any:
        """The row of a person."""
        return db.session.get(type(self.place.admin), self.place.ids[key])

    def audit(self, key: int) -> Audit:
        """The row of an audit."""
        return db.session.get(Audit, self.place.audits[key])

    def said(self, reply: Any, session: int = 0) -> Reply:
        """A reply in the terms of the model; new rows are remembered with who was signed in."""
        given = reply.get_json(silent=True)
        assert given is not None, (reply.status_code, reply.get_data()[:200])
        if reply.status_code >= 400 and "next" not in given:
            assert "error" in given and reply.status_code < 500, given  # noqa: PT018
        if "server_time" in given:
            given["server_time"] = self.days(given["server_time"])
        self.rows(session)
        return given

    def days(self, moment: str) -> float:
        """A moment as days since the story began, to the day."""
        return float((datetime.fromisoformat(moment) - EPOCH) // timedelta(days=1))

    def wire(self, record: Record) -> Record:
        """A record as the contract has it."""
        place = self.place
        return {
            **record,
            "audit": place.audits[record["audit"]],
            "item": place.items[record["item"]],
            "author": place.ids[record["author"]],
            "client_time": (EPOCH + timedelta(days=record["client_time"])).isoformat(timespec="milliseconds"),
            "tz_offset": 480,
            "clock_offset_ms": 0,
            "template_version": place.version if record["template_version"] == VERSION else 9_999,
        }

    def model(self, wire: Record) -> Record:
        """The other way."""
        place = self.place
        back = {real: key for key, real in place.audits.items()}
        items = {real: key for key, real in place.items.items()}
        people = {real: key for key, real in place.ids.items()}
        version = VERSION if wire["template_version"] == place.version else UNKNOWN_VERSION
        when = wire["client_time"]
        when = datetime.fromisoformat(when) if isinstance(when, str) else when
        return {
            "id": wire["id"], "audit": back[wire["audit"]], "item": items[wire["item"]], "base": wire["base"],
            "value": wire["value"], "note": wire["note"], "author": people[wire["author"]],
            "client_time": (when - EPOCH) / timedelta(days=1), "template_version": version,
            "attachment_ids": wire["attachment_ids"], "device_seq": wire["device_seq"],
        }  # fmt: skip

    def envelope(self, batch: Reply) -> Reply:
        """A batch as the contract has it."""
        seq, row_hash = batch["last_seq"], batch["last_hash"]
        items = [self.wire(record) for record in batch["items"]]
        return {**batch, "protocol": 2, "last_seq": seq, "last_hash": row_hash, "items": items}

    # --- doors ----------------------------------------------------------------------------------------------
    def hello(self, session: int, device: str, last: tuple[int, str]) -> Reply:
        """GET /sync/hello"""
        address = f"/sync/hello?device={device}&seq={last[0]}&hash={last[1]}"
        found = self.said(self.client(session).get(address))
        people = {real: key for key, real in self.place.ids.items()}
        return {**found, "user": people[found["user"]["id"]]} if "user" in found else found

    def sync(self, session: int, batch: Reply) -> Reply:
        """POST /sync"""
        if self.crashing:
            raise Crash
        return self.said(self.client(session).post("/sync", json=self.envelope(batch)), session)

    def deposit(self, ticket: str, batch: Reply) -> Reply:
        """POST /sync/deposit"""
        headers = {"Authorization": f"Bearer {ticket}"}
        return self.said(self.client(0).post("/sync/deposit", json=self.envelope(batch), headers=headers))

    def take_offline(self, session: int, audit: int, device: str) -> Reply:
        """POST /sync/take"""
        told = {"audit": self.place.audits[audit], "device_id": device, "device_name": "Tablet"}
        return self.said(self.client(session).post("/sync/take", json=told))

    def changes(self, session: int, audit: int, after: int, last: tuple[int, str]) -> Reply:
        """GET /sync/changes"""
        told = f"audit={self.place.audits[audit]}&after={after}&protocol=2&seq={last[0]}&hash={last[1]}"
        found = self.said(self.client(session).get(f"/sync/changes?{told}"))
        items = {real: key for key, real in self.place.items.items()}
        for each in found.get("changes", ()):
            each["item"] = items[each["item"]]
        return found

    def put_photo(self, session: int, photo: str, offset: int, size: int, sha256: str, part: bytes) -> Reply:
        """PUT /sync/attachments/<id>"""
        made = next(each for each in self.world.made if photo in each.record["attachment_ids"])
        audit, item = self.place.audits[made.record["audit"]], self.place.items[made.record["item"]]
        told = f"audit={audit}&item={item}&offset={offset}&size={size}&sha256={sha256}&name=p.png"
        address = f"/sync/attachments/{photo}?{told}&device={made.device}"
        found = self.said(self.client(session).put(address, data=part))
        return {"state": "stored"} if found.get("state") in ("stored", "held") else found

    def photo_state(self, session: int, photo: str) -> Reply:
        """GET /sync/attachments/<id>"""
        found = self.said(self.client(session).get(f"/sync/attachments/{photo}"))
        return {**found, "state": "stored"} if found.get("state") == "held" else found

    def import_file(self, batches: list[Reply]) -> None:
        """What the lead auditor brings in, audit by audit, as the import does."""
        for batch in batches:
            for key in AUDITS:
                items = [record for record in batch["items"] if record["audit"] == key]
                for start in range(0, len(items), protocol.MOST):
                    given = self.envelope({**batch, "items": items[start : start + protocol.MOST]})
                    author = self.person(items[0]["author"])
                    sync.receive(
                        protocol.read_batch(given),
                        by=author,
                        held_as="file",
                        only_audit=given["items"][0]["audit"],
                    )
                    db.session.commit()
                    self.rows(LEAD)

    # --- looking --------------------------------------------------------------------------------------------
    def rows(self, session: int = 0) -> list[Row]:
        """All rows in the terms of the model; those that are new came under this session."""
        query = select(AnswerRevision).where(AnswerRevision.server_seq > len(self.known))
        people = {real: key for key, real in self.place.ids.items()}
        for row in db.session.scalars(query.order_by(AnswerRevision.server_seq)):
            facts = {column.key: getattr(row, column.key) for column in AnswerRevision.__table__.columns}
            facts |= {"audit": row.audit_id, "item": row.item_id, "author": row.author_id}
            body = self.model({**facts, "value": row.value.value if row.value else None})
            ruled = people.get(row.ruled_by_id, 0)
            status, prev = row.status.value, row.prev_hash
            self.known.append(
                Row(
                    row.server_seq,
                    body,
                    row.device_id,
                    session,
                    status,
                    row.held_reason,
                    ruled,
                    prev,
                    row.row_hash,
                )
            )
        db.session.rollback()
        return self.known

    def quarantined(self) -> list[Record]:
        """Malformed records."""
        return [self.model(json.loads(raw)) for raw in db.session.scalars(select(QuarantinedItem.raw))]

    def chain_ok(self, seq: int, row_hash: str) -> bool:
        """As the doors say it."""
        return sync.chain_ok(seq, row_hash)

    def heads(self, item: int) -> set[str]:
        """As every page shows them."""
        found = queries.heads_of(db.session.get(ChecklistItem, self.place.items[item]))
        return {row.id for row in found}

    def missing(self, device: str) -> set[int]:
        """Numbers below the highest that have not come."""
        numbers = {row.body["device_seq"] for row in self.known if row.device == device}
        return set(range(1, max(numbers, default=0))) - numbers

    def verify(self) -> bool:
        """`run.py verify` for the chain of answers."""
        return sync.verify() == []

    def why_open(self, audit: int) -> list[str]:
        """What the lead auditor's page counts."""
        disputed = [rows for rows in queries.heads(self.audit(audit)).values() if fieldwork.disputed(rows)]
        return ["conflict" for _rows in disputed] + ["photo" for _photo in self.missing_photos(audit)]

    def missing_photos(self, audit: int) -> set[str]:
        """Files that never came."""
        return set(rulings.missing_files(self.audit(audit)))

    def photo_here(self, photo: str) -> bool:
        """Whether it is whole, as evidence or set aside until its record is admitted."""
        upload = db.session.get(Upload, photo, populate_existing=True)
        return upload is not None and upload.state in (UploadState.STORED, UploadState.HELD)

    def is_open(self, audit: int) -> bool:
        """Whether answers count at once."""
        return self.audit(audit).open_for_answers

    def is_revoked(self, person: int) -> bool:
        """Whether the account is withdrawn."""
        return not self.person(person).active

    def is_device_revoked(self, device: str) -> bool:
        """Whether the doors are shut to a device."""
        return devices.revoked(device)

    # --- the staff ------------------------------------------------------------------------------------------
    def close(self, audit: int) -> bool:
        """The report is issued, unless something stands in between."""
        if self.why_open(audit):
            return False
        self.audit(audit).state = AuditState.REPORTED
        db.session.commit()
        return True

    def reopen(self, audit: int) -> None:
        """Answers count again."""
        self.audit(audit).state = AuditState.IN_PROGRESS
        db.session.commit()

    def waive(self, photo: str) -> None:
        """Do without a photo."""
        for key in AUDITS:
            if photo in self.missing_photos(key):
                rulings.waive(photo, self.audit(key), reason="The tablet was lost", by=self.person(LEAD))
        db.session.commit()

    def undecided(self) -> list[Row]:
        """Held records that wait."""
        waiting = [row.server_seq for key in AUDITS for row in rulings.waiting(self.audit(key))]
        return [self.known[seq - 1] for seq in waiting]

    def rule(self, row: Row, ruling: str) -> bool:
        """The lead auditor decides."""
        audit, verb = self.audit(row.body["audit"]), {"admit": rulings.admit, "reject": rulings.reject}
        held = db.session.get(AnswerRevision, row.seq)
        try:
            verb.get(ruling, rulings.file_late)(held, audit, reason="Seen", by=self.person(LEAD))
        except Refused:
            db.session.rollback()
            return False
        db.session.commit()
        self.rows(LEAD)
        return True

    def assign(self, person: int, there: bool) -> None:
        """The team changes."""
        for key in AUDITS if person != LEAD else ():
            audit = self.audit(key)
            audit.members = [each for each in audit.members if each.person_id != self.place.ids[person]]
            if there:
                audit.members.append(TeamMember(person=self.person(person)))
        db.session.commit()

    def revoke(self, person: int, gone: bool) -> None:
        """An account is withdrawn, or given back."""
        self.person(person).active = not gone
        db.session.commit()

    def revoke_device(self, device: str) -> None:
        """A lost tablet is shut out, if it was ever taken offline."""
        found = db.session.get(FieldDevice, device)
        if found is not None and found.revoked_at is None:
            admin = db.session.get(type(self.place.admin), self.place.admin_id)
            devices.revoke(found, reason="Lost", by=admin)
        db.session.commit()

    def backup(self) -> None:
        """A copy, then the mark that it is one."""
        self.backups.append((self.day, self.place.copy(f"backup-{len(self.backups)}")))
        if self.rows():
            devices.mark_durable(self.known[-1].seq, self.known[-1].hash)
            db.session.commit()

    def restore(self, number: int) -> None:
        """A copy comes back; later copies belong to an abandoned line."""
        self.place.put_back(self.backups[number][1])
        del self.backups[number + 1 :]
        before = self.known
        self.known = []
        for row in self.rows():
            session = before[row.seq - 1].session
            self.known[row.seq - 1] = Row(
                row.seq,
                row.body,
                row.device,
                session,
                row.status,
                row.reason,
                row.admitted_by,
                row.prev,
                row.hash,
            )
        self.clients.clear()


def png(n: int) -> bytes:
    """A photo, each one another."""
    out = io.BytesIO()
    Image.new("RGB", (2, 2), (n % 256, n // 256, 7)).save(out, "PNG")
    return out.getvalue()
