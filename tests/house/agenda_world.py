"""Plans, meetings and opinions of the world: one approved plan, one in draft."""

from datetime import datetime, time, timedelta
from typing import Any

from audit_app.agenda import feeds, meetings, queries, services
from audit_app.agenda.models import Attendee, DivergingOpinion, MeetingKind, Part, Seat, Slot, SlotKind
from audit_app.core.clock import now, today, zone
from audit_app.core.db import db
from audit_app.programme.models import Audit
from tests.people import People, add_person


def build(audit: Audit, other: Audit, p: People) -> None:
    """An approved plan with an answer, a draft, an opening meeting, an opinion, a feed."""
    services.propose_agenda(audit, by=p.lead)
    plan = queries.plan_of(audit)
    assert plan is not None
    services.write_plan(audit, methods="访谈、观察、抽样", by=p.lead)
    services.approve_plan(plan, by=p.manager)
    asked = next(slot for slot in plan.slots if slot.kind is SlotKind.WORK)
    services.ask_other_time(asked, "当天发布版本", by=p.owner)
    services.propose_agenda(other, by=p.lead)
    meetings.record_meeting(
        audit, MeetingKind.OPENING, day=today() - timedelta(days=1), begins=time(9), ends=time(9, 30), place="会议室",
        chair=p.lead, points=["plan"], people=[p.lead, p.owner], guests=[("李雷", "供应商")], notes="无异议。", by=p.lead,
    )  # fmt: skip
    meetings.record_opinion(audit, who="Olga Owner", about="抽样量", words="样本太少。", by=p.lead)
    feeds.make(p.lead)


def addresses(audit: Audit, other: Audit) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the endpoints."""
    audits = [{"id": audit.id}, {"id": other.id}]
    plan, draft = queries.plan_of(audit), queries.plan_of(other)
    assert plan is not None
    assert draft is not None
    slots = [{"id": each.id, "slot": each.slots[1].id} for each in (plan, draft)]
    opinion = queries.diverging_opinions(audit)[0].id
    return {
        "agenda.show": audits,
        "agenda.paper": audits,
        "agenda.edit": audits,
        "agenda.propose": audits,
        "agenda.slot_new": audits,
        "agenda.slot_edit": slots,
        "agenda.slot_act": [slots[1] | {"verb": verb} for verb in ("earlier", "later", "confirm", "drop")],
        "agenda.other_time": slots[:1],
        "agenda.approve": audits[1:],
        "agenda.next_audit": audits,
        "agenda.one_audit": audits,
        "agenda.meetings_page": audits,
        "agenda.attendance": audits,
        "agenda.meeting_edit": [each | {"kind": kind} for each in audits for kind in ("opening", "closing")],
        "agenda.opinion_new": audits,
        "agenda.opinion_edit": [{"id": audit.id, "opinion": opinion}],
    }


def grow(audit: Audit, other: Audit, p: People, count: int) -> None:
    """So many more slots with people of their own, attendees and opinions."""
    meeting = queries.meetings_of(audit)[MeetingKind.OPENING]
    begin = datetime.combine(audit.starts_on, time(9), tzinfo=zone())
    for number in range(count):
        guest = add_person(f"Guest {number}", f"guest{number}@example.org", "read_only", p.dev)
        for plan in (audit.plan, other.plan):
            at = begin + timedelta(minutes=10 * number)
            seats = [Seat(person=guest, part=Part.AUDITEE), Seat(person=p.owner, part=Part.AUDITEE)]
            slot = Slot(uid=f"grown-{plan.id}-{number}", kind=SlotKind.WORK, starts_at=at, process=p.slm, site=p.site,
                        ends_at=at + timedelta(minutes=10), seats=seats, place=f"{number}")  # fmt: skip
            plan.slots.append(slot)
        meeting.attendees.append(Attendee(person=guest, name=guest.name))
        db.session.add(
            DivergingOpinion(
                audit=audit, who=guest.name, about="样本", words="太少", recorded_by=guest, recorded_at=now()
            )
        )
    db.session.flush()
