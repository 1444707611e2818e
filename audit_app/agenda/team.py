"""The team against the agenda: who has no slot yet, and whose slots go beyond their competence."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import contains_eager

from audit_app.accounts.models import Person
from audit_app.agenda.models import AuditPlan, Part, Seat, Slot, SlotKind
from audit_app.competence import queries as competence
from audit_app.competence.rules import LIMIT, beyond, listed
from audit_app.competence.standards import standards_in
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.programme.models import Audit, AuditState, TeamMember, TeamRole
from audit_app.programme.waiver_models import Waiver, WaiverKind

COMING = (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)


def without_slot(plan: AuditPlan) -> list[Person]:
    """Who is in the team and in no slot: they joined after the agenda was made."""
    if not plan.slots or plan.audit.state not in COMING:
        return []
    seated = {seat.person_id for slot in plan.slots for seat in slot.seats if seat.part is Part.AUDITOR}
    return [person for person in plan.audit.auditors if person.id not in seated]


def _seated(person: Any) -> ColumnElement[bool]:
    seat = exists().where(
        Seat.slot_id == Slot.id, Slot.plan_id == AuditPlan.id, Seat.person_id == person,
        Seat.part == Part.AUDITOR,
    )  # fmt: skip
    return seat.correlate(AuditPlan, TeamMember)


def _with_agenda() -> Select[Any]:
    query = select(AuditPlan).join(AuditPlan.audit).options(contains_eager(AuditPlan.audit))
    return query.where(Audit.state.in_(COMING), AuditPlan.slots.any())


def waits_for_slot(person: Person) -> Select[Any]:
    """Plans whose agenda has no slot for a person of the team."""
    member = Audit.members.any((TeamMember.person_id == person.id) & (TeamMember.role != TeamRole.OBSERVER))
    return _with_agenda().where(or_(Audit.lead_id == person.id, member), ~_seated(person.id))


def to_seat(person: Person) -> Select[Any]:
    """Plans of audits that a person leads whose agenda leaves somebody of the team out."""
    waiting = exists().where(
        TeamMember.audit_id == Audit.id, TeamMember.role != TeamRole.OBSERVER, ~_seated(TeamMember.person_id)
    )
    return _with_agenda().where(Audit.lead_id == person.id, waiting.correlate(Audit, AuditPlan))


def beyond_competence(plan: AuditPlan) -> list[Any]:
    """Slots in which somebody asks about clauses that their competence leaves out, without a waiver."""
    audit = plan.audit
    if audit.external:
        return []
    asking = {m.person_id for m in audit.members if m.role is TeamRole.AUDITOR} | {audit.lead_id}
    people = [person for person in audit.auditors if person.id in asking]
    allowed = limits_waived(audit)
    records, standards, found = competence.of_people(people), standards_in(audit.criteria), []
    for slot in plan.slots:
        if slot.kind is not SlotKind.WORK:
            continue
        clauses = [str(clause) for clause in slot.clauses or (slot.process.clauses if slot.process else ())]
        day = local(slot.starts_at).date()
        for person in slot.auditors:
            if person.id not in asking or person.id in allowed:
                continue
            outside = beyond(records.get(person.id, []), standards, day, clauses)
            if outside:
                names = {"person": person.name, "clauses": listed(outside), "slot": slot.name}
                found.append(_beyond(**names, when=f"{local(slot.starts_at):%m-%d} {slot.hours}"))
    return found


def limits_waived(audit: Audit) -> set[int]:
    """Whose limits of competence are waived for an audit, by their number."""
    query = select(Waiver.person_id, Waiver.covers).where(
        Waiver.audit_id == audit.id, Waiver.kind == WaiverKind.COMPETENCE, Waiver.approved_at.is_not(None),
        Waiver.withdrawn_at.is_(None),
    )  # fmt: skip
    return {
        person for person, covers in db.session.execute(query)
        if any(each["key"].endswith(LIMIT) for each in covers)
    }  # fmt: skip


def _beyond(**facts: Any) -> Any:
    return _l(
        "The competence of %(person)s leaves out %(clauses)s, asked about in “%(slot)s” (%(when)s). Choose "
        "another auditor for the slot, or have a waiver approved.",
        **facts,
    )
