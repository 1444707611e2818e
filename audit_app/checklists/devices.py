"""Tablets: which ones work for whom, what they said still waits on them, their tickets, and the watermark."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists.field_models import DepositTicket, DurableMark, FieldDevice, Presence
from audit_app.checklists.models import AnswerRevision
from audit_app.checklists.protocol import Batch, Reply
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import NotVisible, Refused
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

TICKET_DAYS = 90
"""A deposit ticket is good for so long (docs/offline.md)."""
HERE_SECONDS = 90
"""Somebody who gave a sign of life within this time is shown as present."""
ONE_STORY = timedelta(minutes=10)
"""Batches that find an older server within this time are one return, noted once in the trail."""


# --- reads --------------------------------------------------------------------------------------------------
def visible_to(person: Person) -> Select[FieldDevice]:
    """The tablets a person may see: their own, those on which an audit they lead was taken along, and all of
    them for who manages people or audits."""
    query = select(FieldDevice).options(joinedload(FieldDevice.person), joinedload(FieldDevice.revoked_by))
    if not (person.may(Permission.PEOPLE_MANAGE) or person.may(Permission.AUDIT_PLAN)):
        led = exists().where(
            DepositTicket.device_id == FieldDevice.id,
            DepositTicket.audit_id == Audit.id,
            Audit.lead_id == person.id,
        )
        query = query.where(or_(FieldDevice.person_id == person.id, led))
    return query.order_by(FieldDevice.last_seen_at.desc(), FieldDevice.id)


def get(device_id: str, *, to: Person) -> FieldDevice:
    """One tablet. Raises :class:`NotVisible`."""
    found = db.session.scalars(visible_to(to).where(FieldDevice.id == device_id)).first()
    if found is None:
        raise NotVisible
    return found


def with_tickets(owner: Person, *, to: Person) -> list[tuple[FieldDevice, list[DepositTicket]]]:
    """A person's tablets that ``to`` may see, each with its deposit tickets that are good, by audit."""
    query = select(DepositTicket).where(DepositTicket.person_id == owner.id, DepositTicket.expires_at > now())
    tickets = db.session.scalars(
        query.options(joinedload(DepositTicket.audit)).order_by(DepositTicket.audit_id, DepositTicket.id)
    )
    newest = {(each.device_id, each.audit_id): each for each in tickets}
    found = db.session.scalars(visible_to(to).where(FieldDevice.person_id == owner.id))
    return [
        (device, [each for (place, _audit), each in newest.items() if place == device.id]) for device in found
    ]


def revoked(device_id: str) -> bool:
    """Whether a tablet has been shut out."""
    query = select(FieldDevice.id).where(FieldDevice.id == device_id, FieldDevice.revoked_at.is_not(None))
    return db.session.scalar(query) is not None


def seen(device_id: str, person: Person) -> tuple[int, int]:
    """(highest number up to which nothing is missing, highest number at all) of what this device sent."""
    rows = (
        select(
            AnswerRevision.device_seq.label("seq"),
            func.dense_rank().over(order_by=AnswerRevision.device_seq).label("place"),
        )
        .where(AnswerRevision.device_id == device_id, AnswerRevision.author_id == person.id)
        .subquery()
    )
    whole = db.session.scalar(select(func.max(rows.c.seq)).where(rows.c.seq == rows.c.place))
    return whole or 0, db.session.scalar(select(func.max(rows.c.seq))) or 0


def durable_seq() -> int:
    """The newest record known to be in a backup; 0 when no backup was ever reported, or none still fits."""
    fits = select(AnswerRevision.server_seq).where(
        AnswerRevision.server_seq == DurableMark.seq, AnswerRevision.row_hash == DurableMark.row_hash
    )
    return db.session.scalar(select(func.max(DurableMark.seq)).where(fits.exists())) or 0


def others(audit: Audit, person: Person) -> list[Presence]:
    """Who else works on an audit just now."""
    query = select(Presence).where(
        Presence.audit_id == audit.id,
        Presence.person_id != person.id,
        Presence.at >= now() - timedelta(seconds=HERE_SECONDS),
    )
    return list(db.session.scalars(query.options(joinedload(Presence.person)).order_by(Presence.person_id)))


# --- verbs --------------------------------------------------------------------------------------------------
def meet(device_id: str, person: Person, *, name: str = "") -> FieldDevice:
    """The row of a tablet, made at its first visit. Raises :class:`Refused` when it is another person's."""
    device = db.session.get(FieldDevice, device_id)
    if device is None:
        device = FieldDevice(
            id=device_id, person_id=person.id, name=name[:100], first_seen_at=now(), last_seen_at=now()
        )
        with trail.act("device.enrol", device, by=person):
            db.session.add(device)
    if device.person_id != person.id:
        raise Refused(_l("This store belongs to somebody else. Take the audit offline again on this tablet."))
    if name.strip():
        device.name = name.strip()[:100]
    return device


def touch(batch: Batch, reply: Reply, by: Person) -> None:
    """Keep what a batch tells about its tablet. Forms without a device of their own are not remembered."""
    device = db.session.get(FieldDevice, batch.device_id)
    if device is None or device.person_id != by.id:
        return
    device.last_seen_at = now()
    sent = sum(
        result.status.partition(":")[0] in ("accepted", "duplicate") for result in reply.results.values()
    )
    device.waiting = max(0, batch.outbox_count - sent)
    if not reply.chain_ok:
        first = device.chain_broken_at is None or now() - device.chain_broken_at > ONE_STORY
        device.chain_broken_at = now()
        if first:
            device.offered_again = 0
            trail.note(
                "device.older_server", device, by=by, last_seq=batch.last_seq, waiting=batch.outbox_count
            )
    elif device.chain_broken_at and now() - device.chain_broken_at <= ONE_STORY:
        device.offered_again += len(batch.items)
    db.session.flush()


def take_offline(audit: Audit, device_id: str, *, name: str, by: Person) -> tuple[str, datetime]:
    """A deposit ticket for one audit on one tablet. Returns (ticket, expiry); only its hash is kept."""
    serialize_writes()
    device = meet(device_id, by, name=name)
    if device.revoked_at is not None:
        raise Refused(_l("This tablet was shut out. Ask the administrator for another one."))
    token = secrets.token_urlsafe(32)
    ticket = DepositTicket(
        token_sha256=_fingerprint(token),
        person_id=by.id,
        audit_id=audit.id,
        device_id=device.id,
        issued_at=now(),
        expires_at=now() + timedelta(days=TICKET_DAYS),
    )
    with trail.act("device.take_offline", ticket, by=by):
        db.session.add(ticket)
    return token, ticket.expires_at


def ticket_of(token: str) -> DepositTicket | None:
    """The ticket of a token, while it is good."""
    query = select(DepositTicket).where(
        DepositTicket.token_sha256 == _fingerprint(token), DepositTicket.expires_at > now()
    )
    joined = query.options(joinedload(DepositTicket.person), joinedload(DepositTicket.device))
    return db.session.scalars(joined).first()


def reason_of(ticket: DepositTicket) -> str:
    """Why what comes with a ticket is held: the person or the tablet was shut out, or nobody is signed in."""
    gone = not ticket.person.is_active or ticket.device.revoked_at is not None
    return "revoked" if gone or not ticket.person.may(Permission.ANSWER_RECORD) else "signed_out"


def revoke(device: FieldDevice, *, reason: str, by: Person) -> None:
    """Shut a tablet out: it cannot sync any more, and no sign-in opens its store."""
    if not reason.strip():
        raise Refused(_l("Say why this tablet is shut out, e.g. lost on the train."), "reason")
    if device.revoked_at is not None:
        raise Refused(_l("This tablet is shut out already."))
    with trail.act("device.revoke", device, by=by):
        device.revoked_at, device.revoked_by_id = now(), by.id
        device.revoke_reason = reason.strip()[:500]


def here(audit: Audit, *, item: int | None, device_id: str, waiting: int, photos: int, by: Person) -> None:
    """A sign of life: who works on what, and what still waits on the tablet."""
    serialize_writes()
    found = db.session.get(Presence, (audit.id, by.id)) or Presence(audit_id=audit.id, person_id=by.id)
    found.item_id, found.at = item, now()
    db.session.add(found)
    device = db.session.get(FieldDevice, device_id)
    if device is not None and device.person_id == by.id:
        device.last_seen_at, device.waiting, device.photos = now(), waiting, photos
    db.session.flush()


def mark_durable(seq: int, row_hash: str) -> DurableMark:
    """Note that a backup holds every record up to one. Raises :class:`Refused` when it does not."""
    query = select(AnswerRevision.row_hash).where(AnswerRevision.server_seq == seq)
    if db.session.scalar(query) != row_hash:
        raise Refused(_l("The backup does not end with a record of this database. Nothing was marked."))
    mark = DurableMark(seq=seq, row_hash=row_hash, at=now())
    with trail.act("fieldwork.durable", mark, by=None):
        db.session.add(mark)
    return mark


def store_key(secret: str, person: Person, device_id: str) -> str:
    """The key (32 bytes, base64url) that opens a person's store on one tablet while they are signed in."""
    words = f"tablet store|{person.id}|{device_id}".encode()
    digest = hmac.new(secret.encode(), words, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def taken_offline(audit: Audit) -> list[DepositTicket]:
    """The tablets on which an audit was taken offline, the newest ticket of each."""
    newest = select(func.max(DepositTicket.id)).where(DepositTicket.audit_id == audit.id)
    query = select(DepositTicket).where(DepositTicket.id.in_(newest.group_by(DepositTicket.device_id)))
    loaded = query.options(joinedload(DepositTicket.device), joinedload(DepositTicket.person))
    return list(db.session.scalars(loaded.order_by(DepositTicket.issued_at)))


def forget(person: Person) -> None:
    """The personal data of the person are erased: their tablets lose the names they gave them."""
    db.session.execute(update(FieldDevice).where(FieldDevice.person_id == person.id).values(name=""))
