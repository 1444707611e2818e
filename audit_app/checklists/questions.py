"""Editing the rows of a draft. Positions run from 1 without gaps."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.checklists import fields
from audit_app.checklists.models import Need, Question, ResponseKind, TemplateVersion, facts_of
from audit_app.checklists.services import refuse_unless_draft
from audit_app.checklists.workflow import wording
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail


def add_question(
    version: TemplateVersion, *, after: Question | None = None, by: Person, **facts: Any
) -> Question:
    """A new row below ``after``, or at the end. Raises :class:`Refused` if frozen or empty."""
    refuse_unless_draft(version)
    question = Question(**facts)
    _refuse_silent(question)
    rows = list(version.questions)
    place = rows.index(after) + 1 if after in rows else len(rows)
    question.position = place + 1
    with trail.act("question.add", question, by=by):
        version.questions.insert(place, question)
        _number(version)
    return question


def edit_question(question: Question, *, by: Person, **facts: Any) -> Question:
    """Change a row of a draft."""
    refuse_unless_draft(question.version_of)
    with trail.act("question.edit", question, by=by):
        for name, value in facts.items():
            setattr(question, name, value)
        _refuse_silent(question)
    return question


def move_question(question: Question, *, to: int, by: Person) -> Question:
    """Move a row to a position, counted from 1; beyond the ends means first or last."""
    version = question.version_of
    refuse_unless_draft(version)
    rows = list(version.questions)
    rows.remove(question)
    rows.insert(max(0, min(len(rows), to - 1)), question)
    with trail.act("question.move", question, by=by):
        for place, each in enumerate(rows, start=1):
            each.position = place
    db.session.expire(version, ["questions"])
    return question


def remove_question(question: Question, *, by: Person) -> None:
    """Take a row out of a draft; what it said stays in the trail."""
    version = question.version_of
    refuse_unless_draft(version)
    trail.note("question.remove", version, by=by, reason=question.name, facts=trail.facts_of(question))
    version.questions.remove(question)
    _number(version)
    db.session.flush()


def set_response(
    question: Question,
    kind: ResponseKind,
    settings: Mapping[str, Any],
    *,
    needs: Need,
    weight: int,
    topic: str,
    by: Person,
) -> Question:
    """How a question of a draft is answered and what is in order; ``weight`` runs from 0 to 10.

    Conditions of later questions that name a reply which is not possible any more are taken back.
    """
    refuse_unless_draft(question.version_of)
    if not question.assessable:
        raise Refused(_l("A heading takes no answer. Change it to a question first."))
    if not 0 <= weight <= 10:
        raise Refused(_l("The weight is a whole number from 0 to 10."), "weight")
    complete = fields.KINDS[kind].set_up(settings)
    with trail.act("question.response", question, by=by):
        question.kind, question.settings = kind, complete
        question.needs, question.weight, question.topic = needs, weight, topic
    possible = {key for key, _words in fields.tokens(question)}
    for later in question.version_of.questions:
        if later.asked_if == question.lineage and not set(later.asked_when) <= possible:
            with trail.act("question.condition", later, by=by):
                later.asked_when = [each for each in later.asked_when if each in possible]
                later.asked_if = later.asked_if if later.asked_when else ""
    return question


def set_condition(
    question: Question, on: Question | None, when: Collection[str] = (), *, by: Person
) -> Question:
    """Ask a question only when an earlier one was answered with one of ``when``; ``on`` None: always."""
    refuse_unless_draft(question.version_of)
    if on is not None:
        if on not in earlier_than(question):
            raise Refused(_l("A question can depend only on one that stands above it."), "on")
        possible = [key for key, _words in fields.tokens(on)]
        if not when or not set(when) <= set(possible):
            raise Refused(_l("Choose the answers after which this question is asked."), "when")
        when = [key for key in possible if key in when]
    with trail.act("question.condition", question, by=by):
        question.asked_if = on.lineage if on is not None else ""
        question.asked_when = list(when) if on is not None else []
    return question


def earlier_than(question: Question) -> list[Question]:
    """The questions of the same draft that stand above one."""
    rows = question.version_of.questions
    return [each for each in rows if each.assessable and each.position < question.position]


def take(version: TemplateVersion, taken: Sequence[Question], *, by: Person) -> list[Question]:
    """Take questions of other checklists into a draft, at its end. They stay the same questions (lineage), so
    that both can be compared; one that is here already is refused. A condition comes along when the question
    it depends on does, or is here."""
    refuse_unless_draft(version)
    here = {each.lineage for each in version.questions}
    double = [each.name for each in taken if each.lineage in here]
    if double:
        raise Refused(_l("These are in the draft already: %(names)s.", names="; ".join(double)), "taken")
    if not taken:
        raise Refused(_l("Choose at least one question."), "taken")
    here |= {each.lineage for each in taken}
    made = []
    for each in taken:
        facts = facts_of(each)
        if facts["asked_if"] not in here:
            facts |= {"asked_if": "", "asked_when": []}
        question = Question(**facts | {"position": len(version.questions) + 1})
        with trail.act("question.take", question, by=by, source=each.version_of.name):
            version.questions.append(question)
        made.append(question)
    _number(version)
    db.session.flush()
    return made


def take_over(question: Question, source: Question, *, by: Person) -> Question:
    """Give a question of a draft the words and the kind that the same question has elsewhere now."""
    refuse_unless_draft(question.version_of)
    if source.lineage != question.lineage:
        raise Refused(_l("This is another question. Take it into the draft instead."))
    kept = {"position", "section", "clause", "asked_if", "asked_when", "lineage"}
    with trail.act("question.take_over", question, by=by, source=source.version_of.name):
        for name, value in facts_of(source).items():
            if name not in kept:
                setattr(question, name, value)
    return question


def _number(version: TemplateVersion) -> None:
    for place, each in enumerate(version.questions, start=1):
        if each.position != place:
            each.position = place


def _refuse_silent(question: Question) -> None:
    if wording(question):
        return
    if question.assessable is False:
        raise Refused(_l("Give the heading a title, in English or in Chinese."), "title_en")
    raise Refused(_l("Write the question, in English or in Chinese."), "prompt_en")


def count(version: TemplateVersion) -> int:
    """Assessable questions of a version."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Question)
            .where(Question.version_id == version.id, Question.assessable.is_(True))
        )
        or 0
    )
