"""The receipt of an audit: what of which tablet is on the server, and what is known to be missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.checklists import devices, queries, rulings
from audit_app.checklists.field_models import DepositTicket, FieldDevice, Upload, UploadState
from audit_app.checklists.models import AnswerRevision, ChecklistItem, RecordKind, RevisionStatus
from audit_app.core.db import db
from audit_app.evidence.models import Attachment
from audit_app.programme.models import Audit


@dataclass
class Line:
    """One tablet (or the forms of one person): counts of what the server has of it for this audit.

    ``numbers_missing`` counts the tablet's own numbers below its highest that never arrived, over all audits.
    """

    person: Person
    device_id: str
    device: FieldDevice | None = None
    ticket: DepositTicket | None = None
    kinds: dict[RecordKind, int] = field(default_factory=dict)
    held: int = 0
    files: int = 0
    last_received: datetime | None = None
    numbers_missing: int = 0

    @property
    def records(self) -> int:
        """All records that count or counted."""
        return sum(self.kinds.values())

    @property
    def back(self) -> bool:
        """Whether everything the tablet spoke of is here, and it was seen since the audit was taken along."""
        if self.device is None:
            return True
        waits = self.device.waiting or self.device.photos or self.numbers_missing
        unseen = self.ticket is not None and self.device.last_seen_at <= self.ticket.issued_at
        return not waits and not unseen


def lines(audit: Audit) -> list[Line]:
    """One line per person and tablet, in a number of queries that does not grow with the records."""
    found: dict[tuple[str, int], Line] = {}
    counts, files = db.session.execute(_counts(audit)).all(), db.session.execute(_files(audit)).all()
    people = _people({row.author_id for row in (*counts, *files)})
    for device, author, kind, status, count, last in counts:
        line = found.setdefault((device, author), Line(people[author], device))
        if status is RevisionStatus.ACCEPTED:
            line.kinds[kind] = line.kinds.get(kind, 0) + count
        line.last_received = max(filter(None, (line.last_received, last)))
    _held(audit, found)
    _tablets(audit, found)
    for device, author, count in files:
        found.setdefault((device, author), Line(people[author], device)).files = count
    for device, highest, count in db.session.execute(_numbers({line.device_id for line in found.values()})):
        for line in found.values():
            if line.device_id == device and line.device is not None:
                line.numbers_missing = highest - count
    return sorted(
        _by_hand(found.values()), key=lambda line: (line.person.sort_key or line.person.name, line.device_id)
    )


def _by_hand(lines: Iterable[Line]) -> list[Line]:
    """One line for all that a person recorded in browsers that never took an audit along."""
    kept: list[Line] = []
    online: dict[int, Line] = {}
    for line in lines:
        if line.device is not None:
            kept.append(line)
            continue
        first = online.setdefault(line.person.id, line)
        if first is line:
            kept.append(line)
            continue
        for kind, count in line.kinds.items():
            first.kinds[kind] = first.kinds.get(kind, 0) + count
        first.held, first.files = first.held + line.held, first.files + line.files
        first.last_received = max(filter(None, (first.last_received, line.last_received)), default=None)
    return kept


def _people(ids: set[int]) -> dict[int, Person]:
    """The persons of these numbers, in one query."""
    return {person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))}


def _counts(audit: Audit) -> Any:
    row = AnswerRevision
    keys = (row.device_id, row.author_id, row.kind, row.status)
    last = func.max(row.received_at).label("last")
    return select(*keys, func.count(), last).where(row.audit_id == audit.id).group_by(*keys)


def _held(audit: Audit, found: dict[tuple[str, int], Line]) -> None:
    for row in rulings.waiting(audit):
        found[row.device_id, row.author_id].held += 1


def _tablets(audit: Audit, found: dict[tuple[str, int], Line]) -> None:
    for ticket in devices.taken_offline(audit):
        key = (ticket.device_id, ticket.person_id)
        line = found.setdefault(key, Line(ticket.person, ticket.device_id))
        line.ticket, line.device = ticket, ticket.device
    ids = {line.device_id for line in found.values() if line.device is None}
    for device in db.session.scalars(select(FieldDevice).where(FieldDevice.id.in_(ids))):
        found[device.id, device.person_id].device = device


def _files(audit: Audit) -> Any:
    keys = (Upload.device_id, Upload.author_id)
    stored = select(*keys, func.count()).join(Attachment, Attachment.id == Upload.id)
    mine = stored.where(Upload.audit_id == audit.id, Upload.state == UploadState.STORED)
    return mine.group_by(*keys)


def _numbers(ids: set[str]) -> Any:
    row = AnswerRevision
    count = func.count(row.device_seq.distinct())
    return (
        select(row.device_id, func.max(row.device_seq), count)
        .where(row.device_id.in_(ids))
        .group_by(row.device_id)
    )


def to_audit_again(device: FieldDevice) -> dict[Audit, list[ChecklistItem]]:
    """For a lost tablet: the questions without an answer in the audits that were taken along on it."""
    tickets = select(DepositTicket.audit_id).where(DepositTicket.device_id == device.id).distinct()
    found: dict[Audit, list[ChecklistItem]] = {}
    for audit in db.session.scalars(select(Audit).where(Audit.id.in_(tickets)).order_by(Audit.starts_on)):
        if audit.open_for_answers:
            heads = queries.heads(audit)
            open_ = [item for item in queries.items_of(audit) if not heads.get(item.id)]
            found[audit] = open_
    return found
