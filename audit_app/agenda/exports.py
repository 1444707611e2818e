"""The audit plan and the attendance sheets as documents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.agenda.meetings import POINTS
from audit_app.agenda.models import (
    AuditPlan,
    DivergingOpinion,
    Meeting,
    MeetingKind,
    PlanState,
    Slot,
    SlotKind,
)
from audit_app.checklists.record_parts import drawn
from audit_app.checklists.signatures import Signed
from audit_app.core.clock import local, now, zone
from audit_app.exports.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    KeepTogether,
    Letterhead,
    PageBreak,
    Signature,
    Signatures,
    Text,
)
from audit_app.exports.values import Badge, Check, Pen, Strong, days, listed, titled, tone_of
from audit_app.programme.models import Audit
from audit_app.web.formats import weekday

EMPTY_LINES = 8
"""Lines for further names on a sheet that is printed before the meeting."""


def plan_document(plan: AuditPlan) -> Document:
    """The audit plan (ISO 19011, 6.3.2): objectives, scope, criteria, team, timetable, methods."""
    audit = plan.audit
    blocks: list[Block] = [
        Letterhead(
            _("Audit plan"), audit.title, Badge(plan.state.label, tone_of(plan.state.tone)), _head(plan)
        ),
        Heading(_("Objective, scope, criteria"), 2),
        Facts(_scope(audit)),
        Heading(_("Audit team"), 2),
        _team(audit),
        *_timetable(plan),
        *_texts(plan),
        KeepTogether((Heading(_("Sign-off"), 2), Signatures(_signed_off(plan)))),
    ]
    edition = str(plan.edition) if plan.edition else _("draft")
    mark = "" if plan.state is PlanState.APPROVED else _("DRAFT")
    return _document(_("Audit plan"), blocks, f"{audit.code}-P", edition, mark)


def _document(title: str, blocks: Sequence[Block], code: str, version: str = "", mark: str = "") -> Document:
    organisation = accounts.organisation()
    return Document(
        title, tuple(blocks), organisation=organisation.name if organisation else "", code=code,
        version=version, language=str(get_locale()), created=now(), zone=zone(), watermark=mark,
    )  # fmt: skip


def _head(plan: AuditPlan) -> tuple[tuple[str, Any], ...]:
    audit = plan.audit
    return (
        (_("Audit"), audit.code),
        (_("Kind"), str(audit.kind.label)),
        (_("Dates"), days(audit.starts_on, audit.ends_on)),
        (_("Places"), listed(site.name for site in audit.sites) or "–"),
        (_("Version"), plan.edition or _("not approved yet")),
        (_("Times"), _("local time, %(zone)s", zone=str(zone()))),
    )


def _scope(audit: Audit) -> tuple[tuple[str, Any], ...]:
    return (
        (_("Objective"), audit.objective or "–"),
        (_("Criteria"), audit.criteria),
        (_("Processes"), listed(process.name for process in audit.processes) or "–"),
        (_("Clauses"), ", ".join(map(str, audit.clauses)) or "–"),
        (_("Departments"), listed(department.name for department in audit.departments) or "–"),
        (_("Auditees"), _names(audit.auditees) or "–"),
    )


def _team(audit: Audit) -> Grid:
    rows: list[tuple[Any, ...]] = [
        (Strong(audit.lead.name), _("Lead auditor"), _department(audit.lead))
    ] if audit.lead else []  # fmt: skip
    rows += [(m.person.name, str(m.role.label), _department(m.person)) for m in audit.members]
    columns = (GridColumn(_("Name"), 2), GridColumn(_("Role in the team"), 2), GridColumn(_("Department"), 2))
    return Grid(columns, tuple(rows), compact=True, empty=_("No team has been chosen yet."))


def _department(person: Any) -> str:
    return person.department.name if person.department else "–"


def _timetable(plan: AuditPlan) -> list[Block]:
    blocks: list[Block] = [Heading(_("Timetable"), 2)]
    by_day: dict[date, list[Slot]] = {}
    for slot in plan.slots:
        by_day.setdefault(local(slot.starts_at).date(), []).append(slot)
    columns = (
        GridColumn(_("Time"), 1.2), GridColumn(_("Subject of the slot"), 2.6), GridColumn(_("Clauses"), 1.6),
        GridColumn(_("Auditors"), 1.6), GridColumn(_("Auditees"), 1.8), GridColumn(_("Place"), 1.4),
    )  # fmt: skip
    for which, slots in by_day.items():
        blocks += [Heading(weekday(which), 3), Grid(columns, tuple(map(_row, slots)), compact=True)]
    return blocks if by_day else [*blocks, Text(_("There is no agenda yet."))]


def _row(slot: Slot) -> tuple[Any, ...]:
    if slot.kind is SlotKind.BREAK:
        return (slot.hours, slot.name, "", "", "", "")
    clauses = ", ".join(map(str, slot.clauses)) if slot.title or slot.process else ""
    shown = clauses or (", ".join(map(str, slot.clauses)))
    name = str(slot.kind.label) if not slot.title and slot.process is None else slot.name
    return (Strong(slot.hours), name, shown, _names(slot.auditors), _names(slot.auditees), _where(slot))


def _where(slot: Slot) -> str:
    """Place and room; of an audit in several places one that names none says that it is open."""
    several = len(slot.plan.audit.sites) > 1
    if several and slot.site is None and not slot.remote:
        return " · ".join(filter(None, (_("place open"), slot.place)))
    return slot.where


MOST_NAMES = 40


def _names(people: Iterable[Any]) -> str:
    """Names with commas; of three hundred the first forty and how many more (the rest is on the page)."""
    names = [person.name for person in people]
    rest = len(names) - MOST_NAMES
    return listed(names[:MOST_NAMES]) + (f" (+{rest})" if rest > 0 else "")


def _texts(plan: AuditPlan) -> list[Block]:
    """What the plan says in words; what was left empty says so."""
    parts = (
        (_("Methods and sampling"), plan.methods),
        (_("Resources and logistics"), plan.resources),
        (_("Language of the audit"), plan.spoken),
        (_("Confidentiality duties"), plan.confidentiality),
        (_("Follow-up of earlier audits"), plan.follow_up),
        (
            _("Distribution list"),
            _("Everybody named in this plan: %(people)s", people=_names(_everybody(plan))),
        ),
    )
    return [Heading(_("Methods, resources, follow-up"), 2),
            Facts(tuple((name, words or _("nothing particular")) for name, words in parts))]  # fmt: skip


def _everybody(plan: AuditPlan) -> list[Any]:
    seated = [seat.person for slot in plan.slots for seat in slot.seats]
    return list(dict.fromkeys([*plan.audit.auditors, *plan.audit.auditees, *seated]))


def _signed_off(plan: AuditPlan) -> tuple[Signature, ...]:
    mark = _("in the system")
    approved = (
        Signature(_("Plan approved by"), plan.approved_by.name, plan.approved_at, mark)
        if plan.approved_by
        else Signature(_("Plan approved by"))
    )
    return (Signature(_("Plan prepared by"), plan.edited_by.name, plan.edited_at, mark), approved)


def attendance_document(
    audit: Audit,
    held: Mapping[MeetingKind, Meeting],
    planned: Mapping[MeetingKind, Slot | None],
    signatures: Sequence[Signed],
    opinions: Sequence[DivergingOpinion],
) -> Document:
    """The sheets of opening and closing meeting: agenda, who was there, signatures; then diverging opinions.

    A meeting that is not recorded yet is printed with those who are expected and with lines for a pen.
    """
    blocks: list[Block] = []
    for kind in MeetingKind:
        meeting, slot = held.get(kind), planned.get(kind)
        signed = [each for each in signatures if each.meeting == kind.value]
        people = _people(audit, meeting, slot)
        blocks += [PageBreak()] if blocks else []
        blocks += [
            Letterhead(str(kind.label), audit.title, facts=_meeting_facts(audit, meeting, slot)),
            Heading(_("Agenda"), 2),
            Bullets(_points(kind, meeting)),
            Heading(_("Who was there"), 2),
            _sheet(people, {each.name: each for each in signed}, blank=meeting is None),
        ]
        others = [each for each in signed if each.name not in {name for name, *_rest in people}]
        if others:
            blocks += [Heading(_("Signatures given on the screen"), 2), Signatures(tuple(map(drawn, others)))]
        if meeting is not None and meeting.notes:
            blocks += [Heading(_("Minutes"), 2), Text(meeting.notes)]
    blocks += _opinions(opinions)
    return _document(_("Attendance of opening and closing meeting"), blocks, f"{audit.code}-M")


def _meeting_facts(audit: Audit, meeting: Meeting | None, slot: Slot | None) -> tuple[tuple[str, Any], ...]:
    if meeting is not None:
        when = f"{local(meeting.held_at):%Y-%m-%d %H:%M}–{local(meeting.ended_at):%H:%M}"
        place, chair = meeting.place, meeting.chair.name if meeting.chair else ""
    else:
        coming = f"{local(slot.starts_at):%Y-%m-%d} {slot.hours}" if slot else ""
        when = _("%(time)s (planned)", time=coming) if slot else ""
        place, chair = slot.where if slot else "", audit.lead.name if audit.lead else ""
    return (
        (_("Audit"), audit.code),
        (_("When"), when or "–"),
        (_("Place"), place or "–"),
        (_("Chair"), chair or "–"),
    )


def _points(kind: MeetingKind, meeting: Meeting | None) -> tuple[Any, ...]:
    made = set(meeting.points) if meeting is not None else set()
    points = [Check(key in made, str(words)) for key, words in POINTS[kind].items()]
    further = meeting.further.splitlines() if meeting is not None else []
    return (*points, *(Check(True, line) for line in further if line.strip()))


Row = tuple[str, str, str]
"""Name, department, function."""


def _people(audit: Audit, meeting: Meeting | None, slot: Slot | None) -> list[Row]:
    if meeting is not None:
        return [(each.name, _department(each.person) if each.person else "–", each.function)
                for each in meeting.attendees]  # fmt: skip
    seated = [seat.person for seat in slot.seats] if slot else [*audit.auditors, *audit.auditees]
    return [(person.name, _department(person), person.job_title) for person in dict.fromkeys(seated)]


def _signed(one: Signed) -> Pen:
    """What somebody drew, with the time by their device and, where it differs, at the server."""
    at, had = (f"{local(each):%Y-%m-%d %H:%M}" for each in (one.client_time, one.received_at))
    told = at if at == had else _("%(time)s; at the server %(server)s", time=at, server=had)
    return Pen(one.strokes, (one.width, one.height), told)


def _sheet(people: Sequence[Row], signed: Mapping[str, Signed], *, blank: bool) -> Grid:
    columns = (
        GridColumn(_("No."), 0.7, "right"), GridColumn(_("Name"), 1.5), GridColumn(_("Department"), 2.2),
        GridColumn(_("Function"), 3), GridColumn(_("Signature"), 2),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (number, name, department, function or "–", _signed(signed[name]) if name in signed else "\n")
        for number, (name, department, function) in enumerate(people, 1)
    ]
    rows += [("", "\n", "", "", "") for _line in range(EMPTY_LINES)] if blank else []
    return Grid(columns, tuple(rows), compact=not blank, empty=_("Nobody is named yet."))


def _opinions(opinions: Sequence[DivergingOpinion]) -> list[Block]:
    if not opinions:  # one line: as a chapter of its own it used to stand alone on a last page
        return [Text(titled(_("Diverging opinions"), _("None recorded.")))]
    columns = (GridColumn(_("Whose opinion"), 1.2), GridColumn(_("About"), 1.8), GridColumn(_("Opinion"), 3),
               GridColumn(_("How it was settled"), 2.4))  # fmt: skip
    rows = tuple((o.who, o.subject, o.words, o.settled or _("unresolved")) for o in opinions)
    return [Heading(_("Diverging opinions"), 2), Grid(columns, rows)]
