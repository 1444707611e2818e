"""Verbs on the two meetings and on diverging opinions. Signatures stay where tablets put them."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.agenda import queries
from audit_app.agenda.models import Attendee, DivergingOpinion, Meeting, MeetingKind
from audit_app.agenda.times import moment
from audit_app.agenda.workflow import why_no_record
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit
from audit_app.trail import services as trail

POINTS: dict[MeetingKind, dict[str, Any]] = {
    MeetingKind.OPENING: {
        "present": _l("Participants introduced, with their roles"),
        "plan": _l("Objectives, scope, criteria and plan confirmed"),
        "methods": _l("Methods explained; the audit is a sample"),
        "channels": _l("Ways of communication agreed, also about progress"),
        "resources": _l("Resources and rooms available, safety rules known"),
        "confidential": _l("Confidentiality and information security confirmed"),
        "grades": _l("Grades of findings explained"),
        "closing": _l("Time and participants of the closing meeting agreed"),
        "feedback": _l("How to complain about conduct or conclusions explained"),
    },
    MeetingKind.CLOSING: {
        "thanks": _l("Thanks for the cooperation"),
        "sample": _l("Reminded that the audit is a sample"),
        "findings": _l("Findings and their grades presented and understood"),
        "conclusion": _l("Conclusion presented"),
        "response": _l("How and by when to respond to nonconformities agreed"),
        "opinions": _l("Diverging opinions discussed and, where they remain, recorded"),
        "report": _l("Date and distribution of the report said"),
        "appeal": _l("How to complain or appeal explained"),
    },
}
"""What is to be said at each meeting (ISO 19011, 6.4.3 and 6.4.10), by a key that is stored."""

Guests = Sequence[tuple[str, str]]
"""People without an account: name and function."""


def record_meeting(
    audit: Audit,
    kind: MeetingKind,
    *,
    day: date,
    begins: time,
    ends: time,
    place: str = "",
    chair: Person | None = None,
    points: Iterable[str] = (),
    further: str = "",
    notes: str = "",
    people: Iterable[Person] = (),
    guests: Guests = (),
    by: Person,
) -> Meeting:
    """Record a meeting, or correct its record: when, where, who was there, what was said.

    Raises :class:`Refused` naming the field when it ends before it begins or nobody was there.
    """
    _may(audit, by)
    kind = MeetingKind(kind)
    held_at, ended_at = moment(day, begins, "begins"), moment(day, ends, "ends")
    if ended_at <= held_at:
        raise Refused(_l("The meeting ends before it begins. Choose a later end."), field="ends")
    if held_at > now():
        raise Refused(_l("This meeting lies ahead. Record it when it has been held."), field="day")
    rows = _rows(people, guests)
    if not rows:
        raise Refused(_l("Say who was there: choose people, or write names."), field="people")
    meeting = queries.meetings_of(audit).get(kind) or Meeting(audit_id=audit.id, kind=kind)
    before = [each.name for each in meeting.attendees]
    names = [each.name for each in rows]
    with trail.act("meeting.record", meeting, by=by, before=before, after=names):
        meeting.audit = audit
        meeting.held_at, meeting.ended_at, meeting.place, meeting.chair = (
            held_at,
            ended_at,
            place.strip(),
            chair,
        )
        meeting.points = [key for key in POINTS[kind] if key in set(points)]
        meeting.further, meeting.notes = further.strip(), notes.strip()
        if [_key(each) for each in meeting.attendees] != [_key(each) for each in rows]:
            meeting.attendees[:] = rows
    return meeting


def record_opinion(
    audit: Audit, *, who: str, words: str, finding: Any = None, about: str = "", settled: str = "", by: Person
) -> DivergingOpinion:
    """Record an opinion that differs from the team's, about a finding of this audit or about a point."""
    _may(audit, by)
    opinion = DivergingOpinion(audit=audit, recorded_by=by, recorded_at=now())
    with db.session.no_autoflush:
        _opine(opinion, audit, who, words, finding, about, settled)
    with trail.act("opinion.record", opinion, by=by):
        db.session.add(opinion)
    return opinion


def edit_opinion(
    opinion: DivergingOpinion, *, who: str, words: str, finding: Any = None, about: str = "",
    settled: str = "", by: Person,
) -> DivergingOpinion:  # fmt: skip
    """Correct an opinion, or write how it was settled."""
    _may(opinion.audit, by)
    with trail.act("opinion.edit", opinion, by=by), db.session.no_autoflush:
        _opine(opinion, opinion.audit, who, words, finding, about, settled)
    return opinion


def _opine(
    opinion: DivergingOpinion, audit: Audit, who: str, words: str, finding: Any, about: str, settled: str
) -> None:
    if not who.strip():
        raise Refused(_l("Say whose opinion it is."), field="who")
    if not words.strip():
        raise Refused(_l("Write down the opinion in their words."), field="opinion")
    if finding is None and not about.strip():
        raise Refused(_l("Say what it is about: choose a finding, or name the point."), field="about")
    if finding is not None and finding.audit_id != audit.id:
        raise Refused(_l("This finding belongs to another audit. Choose one of this audit."), field="finding")
    opinion.who, opinion.words, opinion.settled = who.strip(), words.strip(), settled.strip()
    opinion.finding, opinion.about = finding, about.strip()


def _may(audit: Audit, by: Person) -> None:
    why = why_no_record(audit, by)
    if why is not None:
        raise Refused(why)


def _rows(people: Iterable[Person], guests: Guests) -> list[Attendee]:
    rows = [Attendee(person_id=person.id, name=person.name, function=person.job_title[:100])
            for person in dict.fromkeys(people)]  # fmt: skip
    known = {row.name for row in rows}
    for name, function in guests:
        if name not in known:
            known.add(name)
            rows.append(Attendee(name=name, function=function))
    return rows


def _key(row: Attendee) -> tuple[int | None, str, str]:
    return row.person_id, row.name, row.function
