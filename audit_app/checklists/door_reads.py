"""What the door must know of a batch before it takes it: a number of queries that does not grow with it."""

from collections.abc import Iterable

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from audit_app.accounts.models import Person
from audit_app.checklists.field_models import DepositTicket
from audit_app.checklists.models import (
    AnswerBase,
    AnswerRevision,
    Checklist,
    ChecklistItem,
    RevisionStatus,
    TemplateVersion,
)
from audit_app.checklists.records import AnyRecord
from audit_app.core.db import db
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, TeamMember, TeamRole


def by_id(ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """id → body hash → server_seq of what came before."""
    query = select(AnswerRevision.id, AnswerRevision.body_sha256, AnswerRevision.server_seq)
    query = query.where(AnswerRevision.id.in_(set(ids))).order_by(AnswerRevision.server_seq)
    found: dict[str, dict[str, int]] = {}
    for key, sha, seq in db.session.execute(query):
        found.setdefault(key, {}).setdefault(sha, seq)
    return found


def held_of(ids: Iterable[str]) -> dict[int, str]:
    """server_seq → why it is held, of records that came before and that nobody has admitted since."""
    admitted = aliased(AnswerRevision)
    counts = exists().where(
        admitted.id == AnswerRevision.id,
        admitted.body_sha256 == AnswerRevision.body_sha256,
        admitted.status == RevisionStatus.ACCEPTED,
    )
    query = select(AnswerRevision.server_seq, AnswerRevision.held_reason).where(
        AnswerRevision.id.in_(set(ids)), AnswerRevision.status == RevisionStatus.HELD, ~counts
    )
    return dict(db.session.execute(query).all())


def places_of(ids: Iterable[str]) -> dict[str, str]:
    """What each known record is about, as ``place`` of the records says it. An id used twice keeps its
    first."""
    query = select(AnswerRevision.id, AnswerRevision.item_id, AnswerRevision.thread)
    query = query.where(AnswerRevision.id.in_(set(ids))).order_by(AnswerRevision.server_seq)
    found: dict[str, str] = {}
    for key, item, thread in db.session.execute(query):
        found.setdefault(key, f"item:{item}" if item is not None else f"thread:{thread}")
    return found


def visible(audits: set[int], by: Person) -> set[int]:
    """Those of the audits that the person may see now."""
    query = programme.visible_to(by).with_only_columns(Audit.id).order_by(None)
    return set(db.session.scalars(query.where(Audit.id.in_(audits))))


def reachable(audits: set[int], by: Person) -> dict[int, Audit]:
    """Audits that the person sees, or saw when they took them offline or recorded something in them.

    Work done in good faith after an assignment has moved must find its way to the lead auditor.
    """
    if not audits:
        return {}
    took = exists().where(DepositTicket.audit_id == Audit.id, DepositTicket.person_id == by.id)
    recorded = exists().where(AnswerRevision.audit_id == Audit.id, AnswerRevision.author_id == by.id)
    seen = Audit.id.in_(programme.visible_to(by).with_only_columns(Audit.id).order_by(None))
    query = select(Audit).where(Audit.id.in_(audits), or_(seen, took, recorded))
    return {audit.id: audit for audit in db.session.scalars(query)}


def items(ids: set[int], audits: Iterable[int]) -> dict[int, ChecklistItem]:
    """The items among these that belong to the audits, with checklist and template version."""
    query = (
        select(ChecklistItem)
        .join(ChecklistItem.checklist)
        .where(ChecklistItem.id.in_(ids), Checklist.audit_id.in_(set(audits)))
        .options(joinedload(ChecklistItem.checklist).joinedload(Checklist.template_version))
    )
    return {item.id: item for item in db.session.scalars(query)}


def team(audits: Iterable[int], by: Person) -> set[int]:
    """Audits among these in whose team the person works (observers do not)."""
    query = select(TeamMember.audit_id).where(
        TeamMember.audit_id.in_(set(audits)),
        TeamMember.person_id == by.id,
        TeamMember.role != TeamRole.OBSERVER,
    )
    return set(db.session.scalars(query))


def versions(ids: set[int]) -> dict[int, TemplateVersion]:
    """Template versions by id."""
    query = select(TemplateVersion).where(TemplateVersion.id.in_(ids))
    return {version.id: version for version in db.session.scalars(query)}


def device_rows(device: str, numbers: list[int]) -> dict[int, str]:
    """device_seq → id of what this device sent before: another id means that the device was cloned."""
    query = select(AnswerRevision.device_seq, AnswerRevision.id).where(
        AnswerRevision.device_id == device, AnswerRevision.device_seq.in_(numbers)
    )
    return dict(db.session.execute(query).all())


def named_as_base(ids: Iterable[str]) -> set[str]:
    """Those ids that a record which came before was made on top of."""
    query = select(AnswerBase.base_id).where(AnswerBase.base_id.in_(set(ids))).distinct()
    return set(db.session.scalars(query))


def closes_a_circle(given: AnyRecord) -> bool:
    """Whether a base of this record was itself made on top of it: then no head would be left.

    That takes a device that names a base before sending it, so hardly any record is looked at here.
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
