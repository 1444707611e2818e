"""The field part of the world: a tablet with everything that can be in it, on the way, held or missing."""

import uuid

from audit_app.accounts.models import Person
from audit_app.checklists import chain, devices, rulings, sync, uploads
from audit_app.checklists.models import Checklist, ChecklistItem
from audit_app.checklists.protocol import Batch
from audit_app.core.db import db
from audit_app.programme.models import AuditState
from tests.checklists import factory, field

TABLET = "33333333-3333-4333-8333-333333333333"


def send(by: Person, *records: object) -> None:
    """A batch of the tablet."""
    sync.receive(Batch(protocol=2, device_id=TABLET, items=list(records)), by=by)


def build(checklist: Checklist, item: ChecklistItem, auditor: Person, lead: Person) -> tuple[int, str]:
    """One row of every table that remembers tablets. Returns (server_seq of a held record, id of a file on its way)."""
    audit = checklist.audit
    devices.take_offline(audit, TABLET, name="平板一号", by=auditor)
    never, gone = str(uuid.uuid4()), str(uuid.uuid4())
    send(
        auditor,
        field.note(audit, auditor, "机柜没有标签", attachment_ids=[never], items=[item.id]),
        field.note(audit, auditor, "照片遗失", attachment_ids=[gone], device_seq=2),
        field.signature(audit, auditor, device_seq=3),
        {"id": "nonsense", "audit": audit.id},
    )
    uploads.receive(
        uploads.Announced(never, 10, "a" * 64, "机柜.jpg", TABLET), b"12345", 0, audit=audit, item=item, held=False,
        by=auditor,
    )  # fmt: skip
    rulings.waive(gone, audit, reason="平板损坏", by=lead)
    devices.here(audit, item=item.id, device_id=TABLET, waiting=1, photos=1, by=auditor)
    audit.state, before = AuditState.REPORTED, audit.state
    send(
        auditor, factory.revision(item, auditor, device_seq=4), factory.revision(item, auditor, device_seq=5)
    )
    audit.state = before
    rulings.reject(rulings.waiting(audit)[0], audit, reason="不在范围内", by=lead)
    devices.mark_durable(*chain.last_row())
    db.session.flush()
    return rulings.waiting(audit)[0].server_seq, never
