"""Which place in an audit team needs which competence, and what somebody lacks for it.

Trainees learn and technical experts advise, always beside an auditor: they need no auditing competence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Person
from audit_app.competence.gaps import Hold, reach
from audit_app.competence.models import Competence, Skill
from audit_app.competence.standards import HOME
from audit_app.core.days import SaidDay


@dataclass(frozen=True)
class Need:
    """One of these skills is needed; ``each_standard`` asks for one record per standard of the audit."""

    skills: tuple[Skill, ...]
    each_standard: bool = False


LEAD = "lead"
LIMIT = ":clauses"
"""Ends the key of what a competence leaves out."""

KNOWS_THE_STANDARD = Need((Skill.STANDARD,), each_standard=True)

NEEDS: dict[str, tuple[Need, ...]] = {
    LEAD: (Need((Skill.LEADING,)), KNOWS_THE_STANDARD),
    "auditor": (Need((Skill.AUDITING, Skill.LEADING)), KNOWS_THE_STANDARD),
    "trainee": (),
    "expert": (),
    "observer": (),
}
"""Place in the team → what it needs, valid from the first to the last day of the audit."""


@dataclass(frozen=True)
class Shortfall:
    """What one person lacks. ``key`` is the skill, or ``standard:`` and its name, with ``:clauses`` behind it
    when a limit stands in the way, and ``outside`` is what it leaves out; ``brief`` is the bare reason."""

    person: Person
    key: str
    skill: Skill
    standard: str
    words: Any = field(compare=False)
    brief: Any = field(compare=False)
    outside: str = ""


def shortfalls(
    person: Person,
    place: str,
    records: Sequence[Competence],
    *,
    standards: Iterable[str],
    first: date,
    last: date,
    clauses: Iterable[str] = (),
) -> list[Shortfall]:
    """What a person lacks for a place in the team of an audit from ``first`` to ``last`` against
    ``standards``, over ``clauses`` of the standard of the management system (none: nothing is limited)."""
    found, wanted = [], list(clauses)
    for need in NEEDS[place]:
        for standard in standards if need.each_standard else ("",):
            fitting = [each for each in records if each.skill in need.skills and each.standard == standard]
            said = _said(person, place, need, standard, fitting, (first, last), wanted)
            if said is not None:
                skill = need.skills[0]
                outside, words, brief = said
                key = (f"standard:{standard}" if standard else skill.value) + (LIMIT if outside else "")
                found.append(Shortfall(person, key, skill, standard, words, brief, outside))
    return found


def _said(
    person: Person, place: str, need: Need, standard: str, fitting: list[Competence],
    days: tuple[date, date], clauses: list[str],
) -> tuple[str, Any, Any] | None:  # fmt: skip
    """Clauses left out, sentence and bare reason of what is missing on the first or the last day, if any."""
    names = {"person": person.name, "skill": standard or need.skills[0].label}
    for day in days:
        valid = [each for each in fitting if each.covers_day(day)]
        if not valid:
            return "", *_sentence(names, fitting, day)
        outside = _outside(place, valid, clauses) if standard in ("", HOME) else []
        if outside:
            return listed(outside), *_limits(names, place, valid, outside)
    return None


def _outside(place: str, valid: Sequence[Competence], clauses: list[str]) -> list[str]:
    """The clauses that stop an assignment: a lead answers for every clause of the audit, an auditor is
    stopped only when none of it lies within their competence (which part they take, the agenda says)."""
    reached = {clause: {reach(each.clauses, clause) for each in valid} for clause in clauses}
    if place != LEAD and any(holds & {Hold.HELD, Hold.PART} for holds in reached.values()):
        return []
    return [clause for clause, holds in reached.items() if Hold.HELD not in holds]


def beyond(
    records: Sequence[Competence], standards: Iterable[str], day: date, clauses: Iterable[str]
) -> list[str]:
    """The clauses that a person's competence, valid on a day, does not reach: for the one who asks there.
    Nothing when no record is valid: that is told elsewhere."""
    found: dict[str, None] = {}
    for need in NEEDS["auditor"]:
        for standard in standards if need.each_standard else ("",):
            valid = [
                each for each in records
                if each.skill in need.skills and each.standard == standard and each.covers_day(day)
            ]  # fmt: skip
            if valid and standard in ("", HOME):
                found |= dict.fromkeys(_outside(LEAD, valid, list(clauses)))
    return list(found)


MOST_NAMED = 6
"""Clauses named in a sentence; of more it says how many."""


def listed(clauses: Sequence[str]) -> str:
    """Clauses in the order of the standard, shortened."""
    shown = sorted(clauses, key=clause_order)
    more = len(shown) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


def _limits(
    names: dict[str, Any], place: str, valid: Sequence[Competence], outside: Sequence[str]
) -> tuple[Any, Any]:
    names |= {
        "covered": listed(list(dict.fromkeys(clause for each in valid for clause in each.clauses))),
        "outside": listed(outside),
    }
    brief = _l("%(person)s is competent in “%(skill)s” only for %(covered)s, not for %(outside)s",
               **names)  # fmt: skip
    if place == LEAD:
        words = _l(
            "The competence of %(person)s in “%(skill)s” is limited to %(covered)s. A lead auditor answers "
            "for the whole audit, and %(outside)s lies outside. Choose another person, or have a waiver "
            "approved.",
            **names,
        )
    else:
        words = _l(
            "The competence of %(person)s in “%(skill)s” is limited to %(covered)s, and the whole audit lies "
            "outside: %(outside)s. Choose another person, let %(person)s come as technical expert, or have a "
            "waiver approved.",
            **names,
        )
    return words, brief


def _sentence(names: dict[str, Any], fitting: list[Competence], day: date) -> tuple[Any, Any]:
    """The sentence that names person, skill and the date that matters; and the bare reason."""
    names = names | {"day": SaidDay(day)}
    before = [each for each in fitting if each.awarded_on <= day]
    latest = max(before, key=lambda each: (each.ends_on or date.max, each.id), default=None)
    if not fitting:
        words = _l(
            "There is no record that %(person)s is competent in “%(skill)s”. Record the competence, "
            "or have a "
            "waiver approved.",
            **names,
        )
        return words, _l("%(person)s has no record of competence in “%(skill)s”", **names)
    if latest is None:
        names["start"] = SaidDay(min(each.awarded_on for each in fitting))
        words = _l(
            "The competence of %(person)s in “%(skill)s” begins on %(start)s, after the audit's day %(day)s. "
            "Move the audit, or choose another person.",
            **names,
        )
        return words, _l("%(person)s is competent in “%(skill)s” only from %(start)s on", **names)
    if latest.withdrawn_on is not None and latest.withdrawn_on <= day:
        names["end"] = SaidDay(latest.withdrawn_on)
        words = _l(
            "The competence of %(person)s in “%(skill)s” was revoked on %(end)s. Choose another person, or "
            "have a waiver approved.",
            **names,
        )
        return words, _l("%(person)s has lost the competence in “%(skill)s” on %(end)s", **names)
    names["end"] = SaidDay(latest.ends_on) if latest.ends_on else ""
    words = _l(
        "The competence of %(person)s in “%(skill)s” ends on %(end)s, before the audit's day "
        "%(day)s. Renew it, "
        "choose another person, or have a waiver approved.",
        **names,
    )
    return words, _l("%(person)s is competent in “%(skill)s” only until %(end)s", **names)
