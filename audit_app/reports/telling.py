"""From the facts of a report to words, in the language now in force."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import in_reader_language
from audit_app.checklists.models import Verdict
from audit_app.core.frozen import Name
from audit_app.exports import values
from audit_app.findings.models import Grade
from audit_app.programme.models import AuditKind, TeamRole
from audit_app.reports.tree import Counts, Report, Result, Unit

DASH = "–"
TONES = {"danger": "bad", "warning": "warn", "success": "good", "info": "info"}
ROLES: dict[str, Any] = {
    "lead": _l("Lead auditor"),
    "auditee": _l("Auditee"),
    "recipient": _l("Recipient"),
    **{role.value: role.label for role in TeamRole},
}
MEETINGS: dict[str, Any] = {"opening": _l("Opening meeting"), "closing": _l("Closing meeting")}
METHODS: dict[str, Any] = {
    "random": _l("at random"),
    "judgement": _l("by judgement"),
    "all": _l("all records"),
}
CHANGES: dict[str, Any] = {
    "added": _l("Finding added"),
    "withdrawn": _l("Finding withdrawn"),
    "grade": _l("Grade"),
    "title": _l("Title"),
    "requirement": _l("Requirement"),
    "evidence": _l("Objective evidence"),
    "statement": _l("Statement"),
    "location": _l("Location"),
    "clause": _l("Clause"),
    "answers": _l("Answers"),
}


def name(of: Name | None) -> str:
    """A name in the language in force; a dash for none."""
    return in_reader_language(of.en, of.zh) if of is not None else DASH


def listed(words: Iterable[str]) -> str:
    """Words in a row, as the language puts them; a dash for none."""
    return values.listed(words) or DASH


def units(rows: Iterable[Unit]) -> str:
    """Processes, departments or sites in a row."""
    return listed(f"{each.code} {name(each.name)}" for each in rows)


def day(moment: date | None) -> str:
    """A day in ISO 8601."""
    return moment.isoformat() if moment is not None else DASH


def moment(at: datetime | None, zone: str) -> str:
    """A moment to the minute on the organisation's clocks."""
    return DASH if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def span(report: Report) -> str:
    """First and last day of the audit."""
    first, last = report.meta.starts_on, report.meta.ends_on
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def grade(key: str) -> str:
    """A grade in words."""
    return str(Grade(key).label)


def grade_label(key: str) -> Grade:
    """A grade with its tone on the screen."""
    return Grade(key)


def grade_tone(key: str) -> str:
    """The tone of a grade on paper."""
    return TONES.get(Grade(key).tone, "neutral")


def kind(key: str) -> str:
    """What sort of audit."""
    return str(AuditKind(key).label)


def verdict(key: str) -> str:
    """A verdict in words."""
    return str(Verdict(key).label)


def role(key: str) -> str:
    """What somebody did in the audit."""
    return str(ROLES.get(key, key))


def meeting(key: str) -> str:
    """Which meeting."""
    return str(MEETINGS.get(key, key))


def counts(found: Counts) -> str:
    """Counts as one line: only the verdicts that occur."""
    return listed(f"{each.label} {number}" for each in Verdict if (number := getattr(found, each.value)))


def fulfilled(found: Counts) -> str:
    """Degree of fulfilment; words where nothing was judged."""
    share = found.fulfilled
    return _("not judged") if share is None else f"{share} %"


def maturity(result: Result) -> str:
    """Weighted mean of the scores of a process, from 0 to 4; a dash without one."""
    return DASH if result.maturity is None else f"{result.maturity:.1f}"


def answers(said: str) -> str:
    """``conform=3 minor=1`` in words."""
    pairs = (pair.partition("=") for pair in said.split())
    return listed(f"{verdict(key)} {number}" for key, _mark, number in pairs)


def changed(what: str, said: str) -> str:
    """One side of a change in words."""
    if not said:
        return DASH
    if what == "grade":
        return grade(said)
    return answers(said) if what == "answers" else said


def result_words(found: Counts, codes: tuple[str, ...]) -> tuple[str, str]:
    """(words, tone) of how a process or clause came out."""
    if found.major:
        return _("Major nonconformity"), "bad"
    if found.minor:
        return _("Minor nonconformity"), "warn"
    if not found.judged:
        return (_("Not applicable"), "neutral") if found.not_applicable else (_("Not examined"), "neutral")
    return (_("Conform, with remarks"), "info") if codes else (_("Conform"), "good")
