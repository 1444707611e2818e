"""Verbs on plans: write, propose the agenda, change slots, approve; and what auditees answer."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.library import assessable_clauses
from audit_app.accounts.models import Person, Process, Site
from audit_app.agenda import proposal, queries, scope
from audit_app.agenda.models import AuditPlan, Part, PlanState, Reply, Seat, Slot, SlotKind
from audit_app.agenda.times import clock_time, days_of, minute_of_day, moment
from audit_app.agenda.workflow import PLAN, why_no_edit
from audit_app.core.clock import local, now
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.listing import named
from audit_app.notifications import services as notifications
from audit_app.programme.models import Audit, AuditState
from audit_app.trail import services as trail

TEXTS = ("methods", "resources", "spoken", "confidentiality", "follow_up")


def write_plan(audit: Audit, *, by: Person, **texts: str) -> AuditPlan:
    """Write the texts of the plan (methods and sampling, resources, language, confidentiality, follow-up);
    the plan is made when there is none yet."""
    plan = _open(audit, by)
    with trail.act("plan.write", plan, by=by):
        for name in TEXTS:
            setattr(plan, name, texts.get(name, getattr(plan, name) or "").strip())
        _edited(plan, by)
    return plan


def propose_agenda(audit: Audit, *, by: Person) -> list[Any]:
    """Replace the agenda by one proposed from the scope. Returns sentences about what found no place.

    Nobody is asked for who is in another audit's agenda at that time. Raises :class:`Refused` when there is
    nobody to audit, nobody to answer, or nothing in scope.
    """
    plan = _open(audit, by)
    _proposable(audit)
    days = days_of(audit.starts_on, audit.ends_on)
    found = proposal.propose(
        days, scope.topics(audit), scope.auditors(audit), scope.companions(audit), audit.auditees,
        _busy(audit, days),
    )  # fmt: skip
    before = lines(plan)
    drafted = [_drafted(slot, _site_of(slot, audit.sites)) for slot in found.slots]
    with trail.act("plan.propose", plan, by=by, before=before, after=[_line(slot) for slot in drafted]):
        _replies_lost(plan, plan.slots, by)
        plan.slots[:] = drafted
        _edited(plan, by)
    return _left_over(found)


def add_slot(plan: AuditPlan, *, by: Person, **facts: Any) -> Slot:
    """A further slot; see :func:`edit_slot` for the facts."""
    _may(plan, by)
    slot = Slot(uid=str(uuid.uuid4()))
    with db.session.no_autoflush:
        _fill(plan, slot, **facts)
    with trail.act("plan.slot_add", plan, by=by, reason=_line(slot)):
        plan.slots.append(slot)
        _edited(plan, by)
    return slot


def edit_slot(slot: Slot, *, by: Person, **facts: Any) -> Slot:
    """Change a slot: ``kind, day, starts, ends, title, process, clauses, site, place, remote, auditors,
    auditees``. A new time or place asks the auditees again.

    Raises :class:`Refused` naming the field: a time outside the audit's days, an end before the start, a time
    that the clocks leave out, a clause that does not exist, somebody on both sides.
    """
    plan = slot.plan
    _may(plan, by)
    before, placed = _line(slot), _placed(slot)
    with db.session.no_autoflush:
        _fill(plan, slot, **facts)
    with trail.act("plan.slot_edit", plan, by=by, before=[before], reason=_line(slot)):
        slot.sequence += 1
        if _placed(slot) != placed:
            _ask_again(slot)
        _edited(plan, by)
    return slot


def drop_slot(slot: Slot, *, by: Person) -> None:
    """Take a slot out of the agenda."""
    plan = slot.plan
    _may(plan, by)
    with trail.act("plan.slot_drop", plan, by=by, reason=_line(slot)):
        plan.slots.remove(slot)
        _edited(plan, by)


def move_slot(slot: Slot, earlier: bool, *, by: Person) -> Slot:
    """Let a slot change places with its neighbour of the same day and the same auditor (or, without one,
    with the next slot of the day); both keep their length. Nothing happens at the end of a day."""
    plan = slot.plan
    _may(plan, by)
    other = neighbour(slot, earlier)
    if other is None:
        raise Refused(_l("There is no slot before or after it on that day to change places with."))
    first, second = (other, slot) if earlier else (slot, other)
    before = [_line(first), _line(second)]
    start, end = min(first.starts_at, second.starts_at), max(first.ends_at, second.ends_at)
    long_first, long_second = first.ends_at - first.starts_at, second.ends_at - second.starts_at
    with trail.act("plan.slot_move", plan, by=by, before=before):
        second.starts_at, second.ends_at = start, start + long_second
        first.starts_at, first.ends_at = end - long_first, end
        for each in (first, second):
            each.sequence += 1
            _ask_again(each)
        _edited(plan, by)
    db.session.expire(plan, ["slots"])
    return slot


def place_slot(slot: Slot, onto: Slot, *, by: Person) -> Slot:
    """Let a slot take the place of another one of its day, as dragging does: it changes places with each
    neighbour in between, by :func:`move_slot`. Refused when no neighbour lies between the two."""
    _may(slot.plan, by)
    if local(slot.starts_at).date() != local(onto.starts_at).date():
        raise Refused(_l("A slot is dragged within its day. Open it to choose another day."))
    earlier, moved = onto.starts_at < slot.starts_at, False
    goal = onto.starts_at
    while (other := neighbour(slot, earlier)) is not None:
        if other.starts_at < goal if earlier else other.starts_at > goal:
            break
        move_slot(slot, earlier, by=by)
        moved = True
    if not moved:
        raise Refused(_l("There is no slot of the same auditor between the two to change places with."))
    return slot


def neighbour(slot: Slot, earlier: bool) -> Slot | None:
    """The slot that :func:`move_slot` would change places with; meetings and breaks stay where they are."""
    day, mine = local(slot.starts_at).date(), {person.id for person in slot.auditors}
    same = [
        each for each in slot.plan.slots
        if each is not slot and local(each.starts_at).date() == day and each.kind in MOVABLE
        and (not mine or not each.auditors or mine & {person.id for person in each.auditors})
    ]  # fmt: skip
    if slot.kind not in MOVABLE:
        return None
    if earlier:
        before = [each for each in same if each.ends_at <= slot.starts_at]
        return max(before, key=lambda each: each.ends_at, default=None)
    after = [each for each in same if each.starts_at >= slot.ends_at]
    return min(after, key=lambda each: each.starts_at, default=None)


MOVABLE = (SlotKind.WORK, SlotKind.OTHER)


def approve_plan(plan: AuditPlan, *, by: Person) -> AuditPlan:
    """Approve the plan (rule R3): a new edition; everybody named gets it with their dates."""
    with trail.act("plan.approve", plan, by=by):
        PLAN.fire("approve", plan, by=by)
        plan.edition += 1
        plan.approved_by, plan.approved_at = by, now()
    kind = "plan.approved" if plan.edition == 1 else "plan.changed"
    for person in queries.people_of(plan):
        if person.id != by.id:
            notifications.queue_again(kind, to=person, subject=plan)
    return plan


def confirm(slot: Slot, *, by: Person) -> Seat:
    """The auditee agrees to the time."""
    seat = _seat_of(slot, by)
    with trail.act("plan.confirm", slot.plan, by=by, reason=_line(slot)):
        seat.reply, seat.reason, seat.replied_at = Reply.CONFIRMED, "", now()
    return seat


def ask_other_time(slot: Slot, reason: str, *, by: Person) -> Seat:
    """The auditee asks for another time and says why; lead auditor and author of the plan are told."""
    if not reason.strip():
        raise Refused(_l("Say why, and when it would suit you better."), field="reason")
    seat = _seat_of(slot, by)
    with trail.act("plan.other_time", slot.plan, by=by, after=[_line(slot)], reason=reason.strip()):
        seat.reply, seat.reason, seat.replied_at = Reply.OTHER_TIME, reason.strip(), now()
    for person in dict.fromkeys((slot.plan.audit.lead, slot.plan.edited_by)):
        notifications.queue_again("plan.other_time", to=person, subject=slot.plan)
    return seat


def lines(plan: AuditPlan) -> list[str]:
    """The agenda in plain lines, for the trail."""
    return [_line(slot) for slot in plan.slots]


def _line(slot: Slot) -> str:
    about = (
        slot.title or (slot.process.code if slot.process else "") or ", ".join(map(str, slot.clauses or []))
    )
    people = ", ".join(seat.person.name for seat in slot.seats)
    parts = (f"{local(slot.starts_at):%Y-%m-%d} {slot.hours}", slot.kind.value, about, people, slot.place)
    return " · ".join(part for part in parts if part)


def _open(audit: Audit, by: Person) -> AuditPlan:
    """The plan of the audit, made on first use; refused when the person may not change it."""
    why = why_no_edit(audit, by)
    if why is not None:
        raise Refused(why)
    plan = queries.plan_of(audit)
    if plan is None:
        plan = AuditPlan(
            id=audit.id, audit=audit, edited_by=by, edited_at=now(), edition=0, state=PlanState.DRAFT
        )
        db.session.add(plan)
    return plan


def _may(plan: AuditPlan, by: Person) -> None:
    why = why_no_edit(plan.audit, by)
    if why is not None:
        raise Refused(why)


def _edited(plan: AuditPlan, by: Person) -> None:
    """Who changed it last; what was approved has to be approved again."""
    plan.edited_by, plan.edited_at = by, now()
    plan.state, plan.approved_by, plan.approved_at = PlanState.DRAFT, None, None


def _proposable(audit: Audit) -> None:
    if not scope.auditors(audit):
        raise Refused(_l("Choose the lead auditor and the team first: the agenda is spread over them."))
    if not audit.auditees:
        raise Refused(_l("Choose at least one auditee first: somebody has to answer."))
    if not (audit.processes or audit.clauses or audit.departments):
        raise Refused(_l("Say what is audited first: choose processes, clauses or departments."))


def _busy(audit: Audit, days: Sequence[date]) -> dict[Any, list[proposal.Busy]]:
    """When people are in other audits, by person, in minutes of the day."""
    start = datetime.combine(days[0], time(), tzinfo=UTC) - timedelta(days=1)
    end = datetime.combine(days[-1], time(), tzinfo=UTC) + timedelta(days=2)
    found: dict[Any, list[proposal.Busy]] = {}
    for slot in queries.elsewhere(audit.id, start, end):
        busy = (local(slot.starts_at).date(), minute_of_day(slot.starts_at), minute_of_day(slot.ends_at))
        for seat in slot.seats:
            found.setdefault(seat.person, []).append(busy)
    return found


def _site_of(slot: proposal.Drafted, sites: Sequence[Site]) -> Site | None:
    """Where a proposed slot is held: the only place of the audit, else the one where all its auditees sit."""
    if len(sites) == 1:
        return sites[0]
    homes = {each.department.site for each in slot.auditees if each.department is not None}
    return next(iter(homes)) if len(homes) == 1 and homes <= set(sites) else None


def _drafted(slot: proposal.Drafted, site: Site | None) -> Slot:
    topic = slot.topic
    made = Slot(
        uid=str(uuid.uuid4()), sequence=0, kind=slot.kind, title=topic.title if topic else "",
        starts_at=moment(slot.day, clock_time(slot.start)), ends_at=moment(slot.day, clock_time(slot.end)),
        process=topic.process if topic else None, clauses=list(topic.clauses) if topic else [],
        site=None if slot.kind is SlotKind.BREAK else site, place="", remote=False,
    )  # fmt: skip
    _seat(made, slot.auditors, slot.auditees)
    return made


def _left_over(found: proposal.Proposal) -> list[Any]:
    def told(topics: Iterable[proposal.Topic]) -> str:
        return named([t.title or (t.process.name if t.process else ", ".join(t.clauses)) for t in topics])

    words: list[Any] = []
    if found.no_room:
        words.append(_l("No room was left for: %(topics)s. Give the audit another day, or shorten other "
                        "slots and add them.", topics=told(found.no_room)))  # fmt: skip
    if found.nobody:
        words.append(_l("Nobody of the team is independent of, and competent for: %(topics)s. Choose another "
                        "auditor for the team and propose again.", topics=told(found.nobody)))  # fmt: skip
    return words


def _fill(
    plan: AuditPlan, slot: Slot, *, kind: SlotKind, day: date, starts: time, ends: time, title: str = "",
    process: Process | None = None, clauses: Iterable[str] = (), site: Site | None = None, place: str = "",
    remote: bool = False, auditors: Iterable[Person] = (), auditees: Iterable[Person] = (),
) -> None:  # fmt: skip
    kind = SlotKind(kind)
    start, end = _stretch(plan.audit, day, starts, ends)
    clauses = list(dict.fromkeys(clauses))
    _known(clauses)
    if kind is SlotKind.OTHER and not title.strip():
        raise Refused(_l("Say what happens in this slot."), field="title")
    slot.kind, slot.title, slot.process, slot.clauses = kind, title.strip(), process, clauses
    slot.starts_at, slot.ends_at = start, end
    slot.site, slot.place, slot.remote = site, place.strip(), bool(remote)
    _seat(slot, auditors, auditees)


def _stretch(audit: Audit, day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    if not audit.starts_on <= day <= audit.ends_on:
        words = _l(
            "The audit runs from %(first)s to %(last)s. Choose a day between them, or change the dates of "
            "the audit first.",
            first=SaidDay(audit.starts_on),
            last=SaidDay(audit.ends_on),
        )
        raise Refused(words, field="day")
    start, end = moment(day, starts, "starts"), moment(day, ends, "ends")
    if end <= start:
        raise Refused(_l("The slot ends before it begins. Choose a later end."), field="ends")
    return start, end


def _known(clauses: Iterable[str]) -> None:
    known = set(assessable_clauses())
    whole = {".".join(clause.split(".")[:length]) for clause in known for length in range(1, 5)}
    odd = [clause for clause in clauses if clause not in whole]
    if odd:
        words = _l(
            "There is no clause %(clauses)s that can be audited. Write numbers such as 8.6.1, with commas "
            "between.",
            clauses=named(odd),
        )
        raise Refused(words, field="clauses")


def _seat(slot: Slot, auditors: Iterable[Person], auditees: Iterable[Person]) -> None:
    wanted = dict.fromkeys(auditors, Part.AUDITOR)
    for person in auditees:
        if person in wanted:
            words = _l("%(person)s cannot ask and answer in one slot. Choose one side.", person=person.name)
            raise Refused(words, field="auditees")
        wanted[person] = Part.AUDITEE
    seated = {seat.person: seat for seat in slot.seats}
    for person in seated.keys() - wanted.keys():
        slot.seats.remove(seated[person])
    for person, part in wanted.items():
        if person in seated:
            seated[person].part = part
        else:
            slot.seats.append(Seat(person=person, part=part, reply=Reply.OPEN, reason=""))


def _placed(slot: Slot) -> tuple[Any, ...]:
    return (
        slot.starts_at,
        slot.ends_at,
        slot.site_id if slot.site is None else slot.site.id,
        slot.place,
        slot.remote,
    )


def _ask_again(slot: Slot) -> None:
    for seat in slot.seats:
        seat.reply, seat.reason, seat.replied_at = Reply.OPEN, "", None


def _replies_lost(plan: AuditPlan, slots: Iterable[Slot], by: Person) -> None:
    """A new agenda takes the answers of auditees with it; what they asked for stays readable in the trail."""
    said = [f"{seat.person.name}: {seat.reason}" for slot in slots for seat in slot.seats if seat.reason]
    if said:
        trail.note("plan.replies", plan, by=by, before=said)


def _seat_of(slot: Slot, person: Person) -> Seat:
    """The person's place as auditee in an approved plan; refused otherwise."""
    if slot.plan.state is not PlanState.APPROVED:
        raise Refused(_l("The plan is being changed. You are told when it is approved; answer then."))
    if slot.plan.audit.state not in (AuditState.PLANNED, AuditState.NOTIFIED):
        raise Refused(_l("The audit has begun or ended. Speak to the lead auditor."))
    for seat in slot.seats:
        if seat.person_id == person.id and seat.part is Part.AUDITEE:
            return seat
    raise Refused(_l("Only an auditee of this slot answers for it."))
