"""What the lead auditor decides on work that could not count by itself: held records, files that never came.

A ruling is a further row of the chain with the id and body of the held record, so nothing is changed.
"""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists import queries, sync, uploads
from audit_app.checklists.field_models import PhotoWaiver, QuarantinedItem, Upload
from audit_app.checklists.fieldwork import Answer
from audit_app.checklists.models import AnswerRevision, ChecklistItem, RecordKind, RevisionStatus
from audit_app.checklists.records import FieldFinding
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.evidence.models import Attachment
from audit_app.programme.fieldwork_door import Standing
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

COPIED = (
    "id", "audit_id", "item_id", "kind", "thread", "payload", "base", "value", "note", "flagged", "author_id",
    "device_id", "device_seq", "client_time", "tz_offset", "clock_offset_ms", "template_version",
    "attachment_ids", "body_sha256",
)  # fmt: skip
"""What a ruling says again of the record it is about."""


# --- reads --------------------------------------------------------------------------------------------------
def may_rule(audit: Audit, person: Person) -> bool:
    """The lead auditor of the audit, or who plans audits."""
    leads = audit.lead_id == person.id and person.may(Permission.AUDIT_CONDUCT)
    return leads or person.may(Permission.AUDIT_PLAN)


def waiting(audit: Audit) -> list[AnswerRevision]:
    """Held records of an audit on which nobody has ruled, in the order in which they came."""
    ruling = aliased(AnswerRevision)
    ruled = exists().where(
        ruling.id == AnswerRevision.id,
        ruling.body_sha256 == AnswerRevision.body_sha256,
        ruling.status != RevisionStatus.HELD,
    )
    query = select(AnswerRevision).where(
        AnswerRevision.audit_id == audit.id, AnswerRevision.status == RevisionStatus.HELD, ~ruled
    )
    return list(db.session.scalars(queries.with_author(query.order_by(AnswerRevision.server_seq))))


def decided(audit: Audit) -> list[AnswerRevision]:
    """The rulings on an audit's held records, the newest first."""
    query = select(AnswerRevision).where(
        AnswerRevision.audit_id == audit.id, AnswerRevision.ruled_by_id.is_not(None)
    )
    loaded = queries.with_author(query).options(joinedload(AnswerRevision.ruled_by).lazyload(Person.roles))
    return list(db.session.scalars(loaded.order_by(AnswerRevision.server_seq.desc())))


def get_waiting(server_seq: int, audit: Audit) -> AnswerRevision:
    """A held record of the audit that waits for a ruling. Raises :class:`NotVisible`."""
    found = next((row for row in waiting(audit) if row.server_seq == server_seq), None)
    if found is None:
        raise NotVisible
    return found


def quarantined(audit: Audit) -> list[QuarantinedItem]:
    """Malformed items that named this audit, the newest first."""
    query = select(QuarantinedItem).where(QuarantinedItem.audit_id == audit.id)
    return list(
        db.session.scalars(
            query.options(joinedload(QuarantinedItem.person)).order_by(QuarantinedItem.id.desc())
        )
    )


def missing_files(audit: Audit) -> dict[str, AnswerRevision]:
    """Files that records which count speak of but that are not here, by id; waived ones left out."""
    named: dict[str, AnswerRevision] = {}
    for row in queries.counting(audit):
        for each in row.attachment_ids:
            named.setdefault(each, row)
    if not named:
        return {}
    here = set(db.session.scalars(select(Attachment.id).where(Attachment.id.in_(named))))
    waived = select(PhotoWaiver.attachment_id).where(PhotoWaiver.attachment_id.in_(named))
    here |= set(db.session.scalars(waived))
    return {key: row for key, row in named.items() if key not in here}


def waivers(audit: Audit) -> list[PhotoWaiver]:
    """The files that an audit does without, with the reasons."""
    query = select(PhotoWaiver).where(PhotoWaiver.audit_id == audit.id).options(joinedload(PhotoWaiver.by))
    return list(db.session.scalars(query.order_by(PhotoWaiver.at)))


def names_of(ids: Iterable[str]) -> dict[str, Upload]:
    """What is known of files on their way, by id."""
    return {each.id: each for each in db.session.scalars(select(Upload).where(Upload.id.in_(set(ids))))}


# --- verbs --------------------------------------------------------------------------------------------------
def _refuse_unless_may(audit: Audit, by: Person) -> None:
    if not may_rule(audit, by):
        raise Refused(_l("The lead auditor or the audit programme manager decides on this."))


def admit(row: AnswerRevision, audit: Audit, *, reason: str, by: Person) -> AnswerRevision:
    """Let a held record count, under its author's name and times. Raises :class:`Refused`."""
    _refuse_unless_may(audit, by)
    if not audit.open_for_answers:
        raise Refused(
            _l("The audit takes no answers any more. Reopen it first, or file this as late evidence.")
        )
    if row.held_reason == "id_reuse":
        raise Refused(_l("Another record has this number. Reject this one; the tablet sends it anew."))
    if row.kind is RecordKind.FINDING:
        held = _take_finding(row, by)
        if held:
            raise Refused(_l("The finding cannot be written from this record. File it as late evidence."))
    return _rule(row, RevisionStatus.ACCEPTED, reason.strip(), by, "fieldwork.admit")


def reject(row: AnswerRevision, audit: Audit, *, reason: str, by: Person) -> AnswerRevision:
    """Decide that a held record does not count; it stays readable. A reason is required."""
    _refuse_unless_may(audit, by)
    return _rule(row, RevisionStatus.REJECTED, _needed(reason), by, "fieldwork.reject")


def file_late(row: AnswerRevision, audit: Audit, *, reason: str, by: Person) -> AnswerRevision:
    """Keep what came after the report as late evidence beside the audit. A reason is required."""
    _refuse_unless_may(audit, by)
    return _rule(row, RevisionStatus.LATE, _needed(reason), by, "fieldwork.file_late")


def waive(attachment_id: str, audit: Audit, *, reason: str, by: Person) -> PhotoWaiver:
    """Do without a file that never arrived. A reason is required; it is printed in the record."""
    _refuse_unless_may(audit, by)
    if attachment_id not in missing_files(audit):
        raise NotVisible
    waiver = PhotoWaiver(
        attachment_id=attachment_id, audit_id=audit.id, reason=_needed(reason), by_id=by.id, at=now()
    )
    with trail.act("fieldwork.waive", waiver, by=by):
        db.session.add(waiver)
    return waiver


def _rule(
    row: AnswerRevision, status: RevisionStatus, reason: str, by: Person, action: str
) -> AnswerRevision:
    ruling = AnswerRevision(**{name: getattr(row, name) for name in COPIED})
    ruling.ruled_by_id, ruling.ruling = by.id, reason[:1000]
    sync.append(ruling, status=status, held_reason=row.held_reason)
    for upload in uploads.held_of(row.attachment_ids) if status is not RevisionStatus.REJECTED else ():
        uploads.attach(upload, by=upload.author)
    details = {"reason": reason} if reason else {}
    trail.note(action, ruling, by=by, record=row.id, author=row.author.name, **details)
    return ruling


def _take_finding(row: AnswerRevision, by: Person) -> str:
    """Write the finding of a held record, as the door would have done for its author."""
    taker = sync.TAKERS.get(row.kind.value)
    given = sync.record_of(row)
    item = db.session.get(ChecklistItem, (row.payload or {}).get("item"))
    if taker is None or item is None or not isinstance(given, FieldFinding):
        return "not_allowed"
    return taker(given, item, row.author, by)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refused(_l("Write the reason: it stays with the record."), "reason")
    return reason.strip()


def standing(audit: Audit) -> Standing:
    """What still stands between an audit and its report, for the guards of its workflow."""
    work = queries.standing_of(audit)
    return Standing(
        unanswered=tuple(each.item.clause for each in work.answers if _open(each)),
        incomplete=tuple(each.item.clause for each in work.incomplete),
        disputed=tuple(each.item.clause for each in work.conflicts),
        held=len(waiting(audit)),
        missing_files=len(missing_files(audit)),
    )


def _open(answer: Answer) -> bool:
    """Nobody gave a verdict; whether the verdicts agree is asked beside it."""
    return all(head.value is None for head in answer.heads)
