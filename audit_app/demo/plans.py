"""The chapter of the audit plans: agenda, approval, answers of auditees, the two meetings, an opinion."""

from datetime import time
from functools import partial
from typing import Any

from audit_app.agenda import meetings, queries, services
from audit_app.agenda.models import MeetingKind, Part, Reply, SlotKind
from audit_app.core.clock import local
from audit_app.demo import fieldwork, visits
from audit_app.demo.audits import last_day
from audit_app.demo.story import Story, texts
from audit_app.programme.models import AuditState

WRITTEN, APPROVED, ANSWERED = -25, -22, -21
"""Days before the audit on which its plan is written, approved and answered."""

IN_DETAIL = -300
"""Since when plans name rooms and are answered; older ones tell nobody more for it."""
DISPUTED = "ia3"
"""The audit in which somebody saw it differently."""


def tell(story: Story) -> None:
    """Every audit of our own that somebody leads gets its plan in time, and its meetings when it is held."""
    for entry in texts("audits")["audits"]:
        facts, key = entry["facts"], entry["key"]
        if "lead" not in facts or "cancel" in facts:
            continue
        start = facts["start"]
        story.plan(start + WRITTEN, 10, partial(_write, story, key))
        story.plan(start + APPROVED, 10, partial(_approve, story, key))
        if start >= IN_DETAIL:
            story.plan(start + WRITTEN, 11, partial(_rooms, story, key))
            story.plan(start + ANSWERED, 15, partial(_answer, story, key))
            story.plan(start, 9.1, partial(_sign, story, key, MeetingKind.OPENING))
        story.plan(start, 10, partial(_meet, story, key, MeetingKind.OPENING))
        if "conclusion" in entry["en"]:
            story.plan(start, 10.5, partial(_close, story, key, facts))


def _said(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = story.said(texts("plans")["plan"])
    return found


def _write(story: Story, key: str) -> None:
    """The lead auditor has the agenda proposed and writes the texts."""
    audit, words = story.audits[key], _said(story)
    services.propose_agenda(audit, by=audit.lead)
    services.write_plan(audit, **{name: words[name] for name in services.TEXTS}, by=audit.lead)


def _rooms(story: Story, key: str) -> None:
    """Each auditor keeps to one room of one place; who sits in another place is met by video."""
    audit, words = story.audits[key], _said(story)
    plan, sites = queries.plan_of(audit), audit.sites
    places = {person: sites[place % len(sites)] for place, person in enumerate(audit.auditors)}
    rooms = {
        person: words["rooms"][place % len(words["rooms"])] for place, person in enumerate(audit.auditors)
    }
    for slot in plan.slots if plan else []:
        if slot.kind is not SlotKind.BREAK and slot.auditors:
            start, end, site = local(slot.starts_at), local(slot.ends_at), places[slot.auditors[0]]
            here = [*(places[each] for each in slot.auditors),
                    *(each.department.site for each in slot.auditees if each.department)]  # fmt: skip
            services.edit_slot(
                slot, kind=slot.kind, day=start.date(), starts=start.time(), ends=end.time(),
                title=slot.title, process=slot.process, clauses=slot.clauses, site=site,
                place=rooms[slot.auditors[0]],
                remote=any(each != site for each in here), auditors=slot.auditors,
                auditees=slot.auditees, by=audit.lead,
            )  # fmt: skip


def _approve(story: Story, key: str) -> None:
    audit = story.audits[key]
    lin, chen = story.people["lin"], story.people["chen"]
    plan = queries.plan_of(audit)
    if plan is not None and audit.state in (AuditState.PLANNED, AuditState.NOTIFIED):
        services.approve_plan(plan, by=chen if audit.lead is lin else lin)


def _answer(story: Story, key: str) -> None:
    """Auditees confirm; of an audit ahead, one asks for another time and one has not answered."""
    audit = story.audits[key]
    plan, ahead = queries.plan_of(audit), audit.starts_on >= story.today
    asked = [
        (slot, seat.person) for slot in (plan.slots if plan else []) for seat in slot.seats
        if seat.part is Part.AUDITEE and seat.reply is Reply.OPEN
    ]  # fmt: skip
    work = [pair for pair in asked if pair[0].kind is SlotKind.WORK]
    for slot, person in asked:
        if ahead and (slot, person) == work[0]:
            services.ask_other_time(slot, _said(story)["reason"], by=person)
        elif not ahead or person is not work[-1][1]:
            services.confirm(slot, by=person)


def _close(story: Story, key: str, facts: dict[str, Any]) -> None:
    """The closing meeting is held when the plan says; the last day may be a holiday on which nobody works."""
    plan = queries.plan_of(story.audits[key])
    slot = next((each for each in (plan.slots if plan else []) if each.kind is SlotKind.CLOSING), None)
    day = local(slot.starts_at).date() if slot else story.day(last_day(story, facts))
    offset = story.offset(day)
    if facts["start"] >= IN_DETAIL:
        story.plan(offset, 16.1, partial(_sign, story, key, MeetingKind.CLOSING))
    story.plan(offset, 17.5, partial(_meet, story, key, MeetingKind.CLOSING))


def _sign(story: Story, key: str, kind: MeetingKind) -> None:
    """Everybody who is there signs on the tablet of the lead auditor when the meeting begins."""
    audit = story.audits[key]
    people = [(each, "auditor") for each in audit.auditors] + [(each, "auditee") for each in audit.auditees]
    signed = [visits.signature(person.name, party, kind.value) for person, party in people]
    fieldwork.hand_in(story, audit, audit.lead, signed)


def _meet(story: Story, key: str, kind: MeetingKind) -> None:
    """The meeting is held as planned, and recorded; at one closing somebody saw it differently."""
    audit, words = story.audits[key], _said(story)
    plan = queries.plan_of(audit)
    slot = next((each for each in (plan.slots if plan else []) if each.kind.value == kind.value), None)
    ends_on = local(slot.starts_at).date() if slot else audit.ends_on
    day = audit.starts_on if kind is MeetingKind.OPENING else ends_on
    begins, ends = (time(9), time(9, 30)) if kind is MeetingKind.OPENING else (time(16), time(17))
    guest, function = words["guest"]
    meetings.record_meeting(
        audit, kind, day=day, begins=begins, ends=ends, place=slot.where if slot else "", chair=audit.lead,
        points=list(meetings.POINTS[kind]), people=[*audit.auditors, *audit.auditees],
        guests=[(guest, function)] if key == "sup" else [],
        notes=words["minutes" if kind is MeetingKind.OPENING else "closing"], by=audit.lead,
    )  # fmt: skip
    if key == DISPUTED and kind is MeetingKind.CLOSING:
        who = audit.auditees[0].name
        opinion = meetings.record_opinion(
            audit, who=who, about=words["about"], words=words["opinion"], by=audit.lead
        )
        meetings.edit_opinion(opinion, who=who, about=words["about"], words=words["opinion"],
                              settled=words["settled"], by=audit.lead)  # fmt: skip
