"""Which place in an audit team needs which competence, and what somebody lacks for it.

Trainees learn and technical experts advise, always beside an auditor: they need no auditing competence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.competence.models import Competence, Skill


@dataclass(frozen=True)
class Need:
    """One of these skills is needed; ``each_standard`` asks for one record per standard of the audit."""

    skills: tuple[Skill, ...]
    each_standard: bool = False


KNOWS_THE_STANDARD = Need((Skill.STANDARD,), each_standard=True)

NEEDS: dict[str, tuple[Need, ...]] = {
    "lead": (Need((Skill.LEADING,)), KNOWS_THE_STANDARD),
    "auditor": (Need((Skill.AUDITING, Skill.LEADING)), KNOWS_THE_STANDARD),
    "trainee": (),
    "expert": (),
    "observer": (),
}
"""Place in the team → what it needs, valid from the first to the last day of the audit."""


@dataclass(frozen=True)
class Shortfall:
    """What one person lacks; ``key`` is the skill, or ``standard:`` and its name."""

    person: Person
    key: str
    skill: Skill
    standard: str
    words: Any = field(compare=False)


def shortfalls(
    person: Person,
    place: str,
    records: Sequence[Competence],
    *,
    standards: Iterable[str],
    first: date,
    last: date,
) -> list[Shortfall]:
    """What a person lacks for a place in the team of an audit from ``first`` to ``last`` against
    ``standards``."""
    found = []
    for need in NEEDS[place]:
        for standard in standards if need.each_standard else ("",):
            fitting = [each for each in records if each.skill in need.skills and each.standard == standard]
            missing = [day for day in (first, last) if not any(each.covers_day(day) for each in fitting)]
            if missing:
                skill = need.skills[0]
                words = _sentence(person, skill, standard, fitting, missing[0])
                key = f"standard:{standard}" if standard else skill.value
                found.append(Shortfall(person, key, skill, standard, words))
    return found


def _sentence(person: Person, skill: Skill, standard: str, fitting: list[Competence], day: date) -> Any:
    """The sentence that names person, skill and the date that matters."""
    names = {"person": person.name, "skill": standard or skill.label, "day": day.isoformat()}
    before = [each for each in fitting if each.awarded_on <= day]
    latest = max(before, key=lambda each: (each.ends_on or date.max, each.id), default=None)
    if not fitting:
        return _l(
            "There is no record that %(person)s is competent in “%(skill)s”. Record the competence, "
            "or have a "
            "waiver approved.",
            **names,
        )
    if latest is None:
        start = min(each.awarded_on for each in fitting).isoformat()
        return _l(
            "The competence of %(person)s in “%(skill)s” begins on %(start)s, after the audit's day %(day)s. "
            "Move the audit, or choose another person.",
            start=start,
            **names,
        )
    if latest.withdrawn_on is not None and latest.withdrawn_on <= day:
        return _l(
            "The competence of %(person)s in “%(skill)s” was revoked on %(end)s. Choose another person, or "
            "have a waiver approved.",
            end=latest.withdrawn_on.isoformat(),
            **names,
        )
    end = latest.ends_on.isoformat() if latest.ends_on else ""
    return _l(
        "The competence of %(person)s in “%(skill)s” ends on %(end)s, before the audit's day "
        "%(day)s. Renew it, "
        "choose another person, or have a waiver approved.",
        end=end,
        **names,
    )
