"""The same question in several checklists: what a draft can take, and where a question reads otherwise."""

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from audit_app.checklists.models import Question, TemplateVersion, VersionState
from audit_app.core.db import db


def reusable(version: TemplateVersion, words: str = "", source: int | None = None) -> list[Question]:
    """Questions of other published checklists that are not in a draft yet, with their versions. One query."""
    here = select(Question.lineage).where(Question.version_id == version.id)
    query = (
        select(Question)
        .join(Question.version_of)
        .options(contains_eager(Question.version_of))
        .where(
            TemplateVersion.state == VersionState.PUBLISHED,
            TemplateVersion.template_id != version.template_id,
            Question.assessable.is_(True),
            Question.lineage.not_in(here),
        )
    )
    for word in words.split()[:6]:
        columns = (
            Question.clause, Question.title_en, Question.title_zh, Question.prompt_en, Question.prompt_zh,
        )  # fmt: skip
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if source is not None:
        query = query.where(Question.version_id == source)
    return list(db.session.scalars(query.order_by(TemplateVersion.template_id, Question.position)))


def newer_words(version: TemplateVersion) -> dict[int, Question]:
    """question id → the same question in another published checklist that reads otherwise. One query.

    Only questions published after this draft was begun are news to its author.
    """
    mine = {each.lineage: each for each in version.questions if each.assessable}
    query = (
        select(Question)
        .join(Question.version_of)
        .options(contains_eager(Question.version_of))
        .where(
            Question.lineage.in_(mine),
            TemplateVersion.state == VersionState.PUBLISHED,
            TemplateVersion.template_id != version.template_id,
            TemplateVersion.published_at > version.created_at,
        )
        .order_by(TemplateVersion.published_at)
    )
    compared = (
        "title_en", "title_zh", "prompt_en", "prompt_zh", "evidence_en", "evidence_zh", "kind", "settings",
    )  # fmt: skip
    return {
        mine[each.lineage].id: each
        for each in db.session.scalars(query)
        if any(getattr(each, name) != getattr(mine[each.lineage], name) for name in compared)
    }
