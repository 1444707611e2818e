"""Reading plans, appointments, meetings and opinions: seen by whoever sees their audit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.agenda.clashes import Booking, Clash, clashes
from audit_app.agenda.models import (
    Attendee,
    AuditPlan,
    CalendarFeed,
    DivergingOpinion,
    Meeting,
    MeetingKind,
    Part,
    PlanState,
    Reply,
    Seat,
    Slot,
    SlotKind,
)
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import RecordKind
from audit_app.checklists.signatures import Signed, signed
from audit_app.core.clock import local
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit, AuditState, TeamMember


def _slot_parts() -> tuple[Any, ...]:
    """What is read with slots. A function, because options may be built only when all models are known."""
    return (
        joinedload(Slot.process),
        joinedload(Slot.site),
        selectinload(Slot.seats).joinedload(Seat.person).joinedload(Person.department),
    )


def plan_of(audit: Audit) -> AuditPlan | None:
    """The plan of an audit with its slots and people; None while there is none."""
    query = select(AuditPlan).where(AuditPlan.id == audit.id).options(
        joinedload(AuditPlan.edited_by), joinedload(AuditPlan.approved_by),
        selectinload(AuditPlan.slots).options(*_slot_parts()),
    )  # fmt: skip
    return db.session.scalar(query)


def get(audit_id: int, *, to: Person) -> AuditPlan:
    """The plan of an audit. Raises :class:`NotVisible`, also when there is none."""
    found = plan_of(programme.get(audit_id, to=to))
    if found is None:
        raise NotVisible
    return found


def slot_of(plan: AuditPlan, slot_id: int) -> Slot:
    """One slot of a plan. Raises :class:`NotVisible`."""
    for slot in plan.slots:
        if slot.id == slot_id:
            return slot
    raise NotVisible


def booking(slot: Slot) -> Booking:
    """A slot as the rule of clashes reads it: nobody is needed in a break, no room for a remote talk."""
    room = None if slot.remote or not slot.place else (slot.site_id, slot.place.casefold())
    return Booking(
        slot.id, slot.plan.code, slot.name, slot.starts_at, slot.ends_at,
        {} if slot.kind is SlotKind.BREAK else {seat.person_id: seat.person.name for seat in slot.seats},
        room, slot.where,
    )  # fmt: skip


def elsewhere(
    plan_id: int, start: datetime, end: datetime, people: Iterable[int] | None = None
) -> list[Slot]:
    """Slots of other audits that overlap a stretch of time, of those that still take place."""
    query = select(Slot).join(Slot.plan).join(AuditPlan.audit).where(
        Slot.plan_id != plan_id, Slot.starts_at < end, Slot.ends_at > start,
        Slot.kind != SlotKind.BREAK, Audit.state != AuditState.CANCELLED,
    ).options(contains_eager(Slot.plan).contains_eager(AuditPlan.audit), *_slot_parts())  # fmt: skip
    if people is not None:
        query = query.where(Slot.seats.any(Seat.person_id.in_(list(people))))
    return list(db.session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def clashes_of(plan: AuditPlan) -> list[Clash]:
    """What the agenda asks for twice, within itself and with the agendas of other audits."""
    if not plan.slots:
        return []
    own = [booking(slot) for slot in plan.slots]
    others = elsewhere(plan.id, min(b.starts_at for b in own), max(b.ends_at for b in own))
    return clashes(own, [booking(slot) for slot in others])


def people_of(plan: AuditPlan) -> list[Person]:
    """Everybody in the agenda or named on the audit, each once."""
    seated = [seat.person for slot in plan.slots for seat in slot.seats]
    return list(dict.fromkeys([*programme.people_of(plan.audit), *seated]))


def _named(person: Person) -> Any:
    return Slot.seats.any(Seat.person_id == person.id)


ANNOUNCED = (AuditState.NOTIFIED, AuditState.IN_PROGRESS, AuditState.REPORTED, AuditState.CLOSED)


def appointments(person: Person, *, audit: Audit | None = None, since: datetime | None = None) -> list[Slot]:
    """The person's slots in audits that are announced or whose plan is approved, in the order of time."""
    query = select(Slot).join(Slot.plan).join(AuditPlan.audit).where(
        _named(person), Audit.state.in_(ANNOUNCED) | (AuditPlan.state == PlanState.APPROVED)
    ).options(contains_eager(Slot.plan).contains_eager(AuditPlan.audit), *_slot_parts())  # fmt: skip
    if audit is not None:
        query = query.where(Slot.plan_id == audit.id)
    if since is not None:
        query = query.where(Slot.ends_at >= since)
    return list(db.session.scalars(query.order_by(Slot.starts_at, Slot.id)))


def without_agenda(person: Person, since: datetime) -> list[Audit]:
    """Announced audits of a person that have no slot for them: they show in a calendar as whole days."""
    query = select(Audit).where(
        (Audit.lead_id == person.id)
        | Audit.members.any(TeamMember.person_id == person.id)
        | Audit.auditees.any(Person.id == person.id),
        Audit.state.in_((*ANNOUNCED, AuditState.CANCELLED)),
        ~Audit.plan.has(AuditPlan.slots.any(_named(person))),
        Audit.notified_at.is_not(None),
        Audit.ends_on >= local(since).date(),
    )
    return list(db.session.scalars(query.order_by(Audit.starts_on, Audit.id)))


def to_confirm(person: Person) -> Select[Any]:
    """Approved plans in which the person, as auditee, has not said yes to a time."""
    seat = Seat.person_id == person.id
    waiting = Slot.seats.any(seat & (Seat.part == Part.AUDITEE) & (Seat.reply == Reply.OPEN))
    return select(AuditPlan).join(AuditPlan.audit).where(
        AuditPlan.slots.any(waiting), AuditPlan.state == PlanState.APPROVED,
        Audit.state.in_((AuditState.PLANNED, AuditState.NOTIFIED)),
    ).options(contains_eager(AuditPlan.audit))  # fmt: skip


def to_approve(person: Person) -> Select[Any]:
    """Plans in draft with an agenda that somebody else wrote."""
    return select(AuditPlan).join(AuditPlan.audit).where(
        AuditPlan.state == PlanState.DRAFT, AuditPlan.slots.any(), AuditPlan.edited_by_id != person.id,
        Audit.state.in_((AuditState.PLANNED, AuditState.NOTIFIED)),
    ).options(contains_eager(AuditPlan.audit))  # fmt: skip


def meetings_of(audit: Audit) -> dict[MeetingKind, Meeting]:
    """The meetings of an audit that were recorded, opening first, with who was there."""
    query = select(Meeting).where(Meeting.audit_id == audit.id).options(
        joinedload(Meeting.chair),
        selectinload(Meeting.attendees).joinedload(Attendee.person).joinedload(Person.department),
    )  # fmt: skip
    found = {meeting.kind: meeting for meeting in db.session.scalars(query)}
    return {kind: found[kind] for kind in MeetingKind if kind in found}


def diverging_opinions(audit: Audit) -> list[DivergingOpinion]:
    """Opinions that differ from the team's, in the order recorded; ``settled`` is empty while open."""
    query = select(DivergingOpinion).where(DivergingOpinion.audit_id == audit.id).options(
        joinedload(DivergingOpinion.finding), joinedload(DivergingOpinion.recorded_by)
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(DivergingOpinion.id)))


def opinion_of(audit: Audit, opinion_id: int) -> DivergingOpinion:
    """One opinion on an audit. Raises :class:`NotVisible`."""
    for opinion in diverging_opinions(audit):
        if opinion.id == opinion_id:
            return opinion
    raise NotVisible


def signatures_of(audit: Audit) -> tuple[Signed, ...]:
    """What was signed on tablets at the two meetings."""
    return signed(checklists.threads(audit, RecordKind.SIGNATURE))


def feed_of(person: Person) -> CalendarFeed | None:
    """The person's feed that is in force."""
    query = select(CalendarFeed).where(CalendarFeed.person_id == person.id, CalendarFeed.revoked_at.is_(None))
    return db.session.scalar(query)


def feed_by(token_sha256: str) -> CalendarFeed:
    """The feed in force of a secret. Raises :class:`NotVisible` for one unknown, revoked, or of somebody
    whose account has ended."""
    query = select(CalendarFeed).where(
        CalendarFeed.token_sha256 == token_sha256, CalendarFeed.revoked_at.is_(None)
    )
    found = db.session.scalar(query.options(joinedload(CalendarFeed.person)))
    if found is None or not found.person.is_active:
        raise NotVisible
    return found


def busy_elsewhere(audit: Audit, start: datetime, end: datetime) -> list[Slot]:
    """What other agendas ask for around the days of an audit."""
    return elsewhere(audit.id, start - timedelta(hours=1), end + timedelta(hours=1))
