"""Verbs on competence: record, renew, withdraw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Person
from audit_app.competence.models import Basis, Competence, Skill
from audit_app.competence.standards import STANDARDS
from audit_app.core.clock import today
from audit_app.core.days import SaidDay
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail


@dataclass(frozen=True)
class Evaluation:
    """On what grounds somebody is held competent, since when, until when, and by whose judgement.

    ``evaluated_by`` is a colleague, ``issuer`` a body outside (with the number of its certificate); one of
    the two is needed. ``ends_on`` empty: without end.
    """

    basis: Basis
    grounds: str
    awarded_on: date
    ends_on: date | None = None
    evaluated_by: Person | None = None
    issuer: str = ""


def add(
    person: Person,
    skill: Skill,
    evaluation: Evaluation,
    *,
    standard: str = "",
    area: str = "",
    clauses: Iterable[str] = (),
    by: Person,
) -> Competence:
    """Record a competence. Raises :class:`Refused` naming the field: dates, evaluator, overlap."""
    skill = Skill(skill)
    _may_hold(person)
    _sound(person, evaluation)
    made = Competence(
        skill=skill,
        standard=_standard(standard) if skill is Skill.STANDARD else "",
        area=_area(area) if skill is Skill.DISCIPLINE else "",
        clauses=sorted(set(clauses), key=clause_order),
    )
    _evaluated(made, evaluation)
    _no_overlap(person, made)
    with trail.act("competence.add", made, by=by, person=person.name, what=str(made.what)):
        made.person = person
        db.session.add(made)
    return made


def add_several(
    person: Person,
    skills: Iterable[Skill],
    evaluation: Evaluation,
    *,
    standard: str = "",
    area: str = "",
    clauses: Iterable[str] = (),
    by: Person,
) -> list[Competence]:
    """Record one evaluation of several skills at once, as a first appointment needs it."""
    wanted, covered = list(dict.fromkeys(Skill(each) for each in skills)), list(clauses)
    if not wanted:
        raise Refused(_l("Choose at least one skill."), field="skills")
    return [
        add(person, each, evaluation, standard=standard, area=area, clauses=covered, by=by) for each in wanted
    ]


def renew(record: Competence, evaluation: Evaluation, *, by: Person) -> Competence:
    """Record a new evaluation of the same competence; the earlier record stays as history."""
    if record.withdrawn_on is not None:
        raise Refused(_l("This record was revoked. Record a new competence instead."))
    if record.renewed_by is not None:
        raise Refused(_l("This record has been renewed already. Renew the newest one."))
    _may_hold(record.person)
    _sound(record.person, evaluation)
    if evaluation.awarded_on <= record.awarded_on:
        words = _l(
            "A renewal is evaluated later than what it renews (%(day)s). Choose a later day.",
            day=SaidDay(record.awarded_on),
        )
        raise Refused(words, field="awarded_on")
    if record.ends_on and (evaluation.ends_on or date.max) <= record.ends_on:
        words = _l("The renewal ends no later than the record it renews. Choose a later last day.")
        raise Refused(words, field="ends_on")
    made = Competence(
        skill=record.skill, standard=record.standard, area=record.area, clauses=list(record.clauses)
    )
    _evaluated(made, evaluation)
    with trail.act("competence.renew", made, by=by, person=record.person.name, what=str(made.what)):
        made.person, made.renews = record.person, record
        db.session.add(made)
    return made


def withdraw(record: Competence, reason: str, *, by: Person) -> Competence:
    """Take a competence back from today on, with a reason: a complaint, a failed observation, an error."""
    if record.withdrawn_on is not None:
        raise Refused(_l("This record was revoked already."))
    if not reason.strip():
        raise Refused(_l("Say why the competence is revoked."), field="reason")
    with trail.act("competence.withdraw", record, by=by):
        record.withdrawn_on, record.withdrawn_reason = today(), reason.strip()
    return record


def _may_hold(person: Person) -> None:
    if not person.is_active:
        words = _l(
            "%(person)s cannot sign in any more, so no competence is recorded. Give the access again first.",
            person=person.name,
        )
        raise Refused(words, field="person")


def _sound(person: Person, evaluation: Evaluation) -> None:
    if not evaluation.grounds.strip():
        words = _l("Say on what grounds: the course, the examination, the audits taken part in.")
        raise Refused(words, field="grounds")
    if evaluation.awarded_on > today():
        words = _l("The day of the evaluation lies in the future. Record it when it has taken place.")
        raise Refused(words, field="awarded_on")
    if evaluation.ends_on is not None and evaluation.ends_on < evaluation.awarded_on:
        words = _l("The last day lies before the day of the evaluation. Choose a later last day.")
        raise Refused(words, field="ends_on")
    if evaluation.evaluated_by is not None and evaluation.evaluated_by.id == person.id:
        words = _l(
            "Nobody evaluates their own competence. Name another person, or the body that issued the "
            "certificate."
        )
        raise Refused(words, field="evaluated_by")
    if evaluation.evaluated_by is None and not evaluation.issuer.strip():
        words = _l("Say who evaluated it: a person, or the body that issued the certificate.")
        raise Refused(words, field="evaluated_by")


def _standard(standard: str) -> str:
    if standard not in STANDARDS.values():
        raise Refused(_l("Choose the standard that is mastered."), field="standard")
    return standard


def _area(area: str) -> str:
    if not area.strip():
        raise Refused(_l("Name the discipline or process area."), field="area")
    return area.strip()


def _evaluated(made: Competence, evaluation: Evaluation) -> None:
    made.basis, made.grounds = Basis(evaluation.basis), evaluation.grounds.strip()
    made.awarded_on, made.ends_on = evaluation.awarded_on, evaluation.ends_on
    made.evaluated_by, made.issuer = evaluation.evaluated_by, evaluation.issuer.strip()


def _no_overlap(person: Person, made: Competence) -> None:
    """The same competence twice at once would hide which of the two counts."""
    same = select(Competence).where(
        Competence.person_id == person.id,
        Competence.skill == made.skill,
        Competence.standard == made.standard,
        Competence.area == made.area,
        Competence.withdrawn_on.is_(None),
    )
    with db.session.no_autoflush:
        known = [each for each in db.session.scalars(same) if each.clauses == made.clauses]
    for each in known:
        starts_before_end = made.awarded_on <= (each.ends_on or date.max)
        if starts_before_end and each.awarded_on <= (made.ends_on or date.max):
            words = _l(
                "%(person)s has this competence already from %(start)s to %(end)s: “%(what)s”. Renew that "
                "record instead, or choose days that do not overlap.",
                person=person.name,
                start=SaidDay(each.awarded_on),
                end=SaidDay(each.ends_on) if each.ends_on else "…",
                what=each.what,
            )
            raise Refused(words, field="awarded_on")
