"""Shape and wording of what is typed about plans, slots, answers, meetings, opinions."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TimeField

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import ChoosingForm, checks, with_present
from audit_app.accounts.models import Person, Process, Site
from audit_app.agenda.meetings import POINTS
from audit_app.agenda.models import AuditPlan, DivergingOpinion, Meeting, MeetingKind, Slot, SlotKind
from audit_app.agenda.recurring import MONTHS
from audit_app.core.clock import local
from audit_app.core.days import SaidDay
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit
from audit_app.web.forms import BaseForm, choice, day, long_text, required, row, rows_as_choices, text

CLAUSE_MARKS = re.compile(r"[,，、;；\s]+")
NAME_AND_FUNCTION = re.compile(r"\s*[,，;；\t]\s*")


def clock(label: Any) -> TimeField:
    """A time of day."""
    return TimeField(label, validators=[required()], render_kw={"step": 300})


class PlanForm(ChoosingForm):
    """What a plan says beside scope, team and agenda."""

    methods = long_text(
        _l("Methods and sampling"),
        longest=5000,
        description=_l("Interviews, observation, records; how samples are drawn; what is done remotely."),
    )
    resources = long_text(_l("Resources and logistics"), longest=5000, rows=3)
    spoken = text(_l("Language of the audit"))
    confidentiality = long_text(_l("Confidentiality duties"), longest=2000, rows=3)
    follow_up = long_text(
        _l("Follow-up of earlier audits"),
        longest=5000,
        rows=3,
        description=_l("Actions whose effect is looked at again."),
    )


class SlotForm(ChoosingForm):
    """One slot of the agenda."""

    kind = choice(_l("What happens"), SlotKind.choices())
    day = day(_l("Day"), need=True)
    starts = clock(_l("Begins"))
    ends = clock(_l("Ends"))
    title = text(_l("Title"), description=_l("Only where process or clauses do not say it."))
    process_id = row(_l("Process"))
    clauses = text(
        _l("Clauses"), longest=2000, description=_l("Numbers with commas between, e.g. 8.6.1, 8.6.2")
    )
    site = row(_l("Site"))
    place = text(_l("Room, or address of the remote meeting"))
    remote = BooleanField(_l("Remote"))
    auditors = checks(_l("Auditors"), coerce=int)
    auditees = checks(_l("Auditees"), coerce=int)

    def offer(self, audit: Audit, slot: Slot | None = None) -> "SlotForm":
        """Fill the choices: the scope of the audit first, the team, and everybody who may answer."""
        processes = [*audit.processes, *(p for p in accounts.processes() if p not in audit.processes)]
        self.process_id.choices = rows_as_choices(
            with_present(processes, slot.process if slot else None), empty=True,
            show=lambda each: f"{each.code} {each.name}",
        )  # fmt: skip
        self.site.choices = rows_as_choices(
            with_present(accounts.sites(), slot.site if slot else None), empty=True
        )
        team = list(dict.fromkeys([*audit.auditors, *(member.person for member in audit.members)]))
        self.auditors.choices = rows_as_choices(with_present(team, *(slot.auditors if slot else [])))
        others = [p for p in accounts.active_people() if p not in team and p not in audit.auditees]
        everybody = [*audit.auditees, *others]
        self.auditees.choices = rows_as_choices(with_present(everybody, *(slot.auditees if slot else [])))
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        chosen = values.pop("process_id")
        return {
            **values,
            "clauses": [part for part in CLAUSE_MARKS.split(values["clauses"]) if part],
            "process": accounts.one(Process, chosen) if chosen else None,
            "site": accounts.one(Site, values["site"]) if values["site"] else None,
            "auditors": accounts.by_ids(Person, values["auditors"]),
            "auditees": accounts.by_ids(Person, values["auditees"]),
        }


def slot_data(slot: Slot) -> dict[str, Any]:
    """What the form shows of a slot."""
    start, end = local(slot.starts_at), local(slot.ends_at)
    return {
        "kind": slot.kind.value, "day": start.date(), "starts": start.time(), "ends": end.time(),
        "title": slot.title, "process_id": slot.process_id, "clauses": ", ".join(map(str, slot.clauses)),
        "site": slot.site_id, "place": slot.place, "remote": slot.remote,
        "auditors": [person.id for person in slot.auditors],
        "auditees": [person.id for person in slot.auditees],
    }  # fmt: skip


def new_slot_data(audit: Audit, plan: AuditPlan | None) -> dict[str, Any]:
    """A new slot begins where the last one ends."""
    found: dict[str, Any] = {"kind": SlotKind.WORK.value, "day": audit.starts_on}
    if plan is not None and plan.slots:
        last = local(max(slot.ends_at for slot in plan.slots))
        found |= {"day": last.date(), "starts": last.time()}
    if audit.lead_id:
        found["auditors"] = [audit.lead_id]
    return found


class OtherTimeForm(BaseForm):
    """Why a time does not suit."""

    reason = long_text(_l("Why, and when would it suit you?"), need=True, longest=1000)


class ApproveForm(BaseForm):
    """An approval needs no facts."""


class NextForm(BaseForm):
    """When the next audit is held."""

    months = choice(_l("How much later"), [], coerce=int)
    with_agenda = BooleanField(_l("Take the agenda over, day by day"), default=True)

    def offer(self, audit: Audit) -> "NextForm":
        """Each period with the days it leads to."""
        from audit_app.agenda.recurring import next_days

        self.months.choices = [
            (months, _("%(months)s months later: %(first)s to %(last)s", months=months,
                       first=SaidDay(first), last=SaidDay(last)))
            for months in MONTHS for first, last in [next_days(audit, months)]
        ]  # fmt: skip
        return self


class MeetingForm(ChoosingForm):
    """The record of a meeting."""

    day = day(_l("Day"), need=True)
    begins = clock(_l("Begins"))
    ends = clock(_l("Ends"))
    place = text(_l("Place"))
    chair = row(_l("Chair"))
    points = checks(_l("Points made"))
    further = long_text(_l("Further points"), longest=5000, rows=3)
    people = checks(_l("Who was there"), coerce=int)
    guests = long_text(
        _l("Others who were there"),
        longest=20000,
        rows=3,
        description=_l("One per line: name, function. For people without an account here."),
    )
    notes = long_text(_l("Minutes"), rows=5)

    def offer(self, audit: Audit, kind: MeetingKind, meeting: Meeting | None) -> "MeetingForm":
        """Fill the choices: team and auditees first."""
        there = [each.person for each in meeting.attendees if each.person] if meeting else []
        named = list(dict.fromkeys([*audit.auditors, *(m.person for m in audit.members), *audit.auditees]))
        others = [person for person in accounts.active_people() if person not in named]
        everybody = with_present([*named, *others], *there)
        self.people.choices = rows_as_choices(everybody)
        self.chair.choices = rows_as_choices(
            with_present(named, meeting.chair if meeting else None), empty=True
        )
        self.points.choices = list(POINTS[kind].items())
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        values = self.values()
        return {
            **values,
            "chair": accounts.one(Person, values["chair"]) if values["chair"] else None,
            "people": accounts.by_ids(Person, values["people"]),
            "points": values["points"] or [],
            "guests": guests(values["guests"]),
        }


def guests(typed: str) -> list[tuple[str, str]]:
    """Names and functions, one pair a line. Raises :class:`Refused` for a name too long to keep."""
    found = []
    for line in typed.splitlines():
        name, _comma, function = (
            part.strip() for part in re.sub(NAME_AND_FUNCTION, "\t", line.strip(), count=1).partition("\t")
        )
        if name:
            found.append((name, function))
        if len(name) > 100 or len(function) > 100:
            raise Refused(_l("A name or function is longer than 100 characters: one person a line, please."),
                          field="guests")  # fmt: skip
    return found


def meeting_data(
    audit: Audit, kind: MeetingKind, meeting: Meeting | None, slot: Slot | None
) -> dict[str, Any]:
    """The record so far; a new one begins with what the agenda planned."""
    if meeting is not None:
        begun, ended = local(meeting.held_at), local(meeting.ended_at)
        return {
            "day": begun.date(), "begins": begun.time(), "ends": ended.time(), "place": meeting.place,
            "chair": meeting.chair_id, "points": meeting.points, "further": meeting.further,
            "notes": meeting.notes,
            "people": [each.person_id for each in meeting.attendees if each.person_id],
            "guests": "\n".join(f"{each.name}, {each.function}" if each.function else each.name
                                for each in meeting.attendees if not each.person_id),
        }  # fmt: skip
    planned: dict[str, Any] = {
        "day": audit.starts_on if kind is MeetingKind.OPENING else audit.ends_on, "chair": audit.lead_id,
        "points": list(POINTS[kind]),
        "people": [person.id for person in dict.fromkeys([*audit.auditors, *audit.auditees])],
    }  # fmt: skip
    if slot is not None:
        begun, ended = local(slot.starts_at), local(slot.ends_at)
        people = [seat.person_id for seat in slot.seats] or planned["people"]
        planned |= {"day": begun.date(), "begins": begun.time(), "ends": ended.time(), "people": people,
                    "place": slot.where}  # fmt: skip
    return planned


class OpinionForm(ChoosingForm):
    """A diverging opinion."""

    who = text(_l("Whose opinion"), need=True)
    finding = row(_l("About the finding"))
    about = text(_l("About the point"), longest=300, description=_l("If it is not about one finding."))
    opinion = long_text(_l("Opinion"), need=True, longest=5000)
    settled = long_text(
        _l("How it was settled"),
        longest=5000,
        rows=3,
        description=_l("Leave it empty while it is open; the report then names it as unresolved."),
    )

    def offer(self, findings: Any) -> "OpinionForm":
        """Fill the choices with the findings that the person sees."""
        self.finding.choices = rows_as_choices(findings, empty=True, show=lambda f: f"{f.code} {f.title}")
        return self


def opinion_data(opinion: DivergingOpinion) -> dict[str, Any]:
    """What the form shows of an opinion."""
    names = ("who", "about", "settled")
    stored = {name: getattr(opinion, name) for name in names}
    return stored | {"finding": opinion.finding_id, "opinion": opinion.words}
