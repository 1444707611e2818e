"""Editing the rows of a draft. Positions run from 1 without gaps."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts.models import Person
from audit_app.checklists.models import Question, TemplateVersion
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
