"""Titles of the clauses of the standards, from the checklists that ship: they carry each clause's own title.

A question of an organisation's checklist is titled as its author liked; a table by clause needs the name
that everybody knows the clause by.
"""

from collections.abc import Collection

from sqlalchemy import select

from audit_app.checklists.models import Question, Template, TemplateVersion, VersionState
from audit_app.competence.standards import clause_told
from audit_app.core.db import db
from audit_app.core.frozen import Name


def titles_of(told: Collection[str]) -> dict[str, Name]:
    """Titles of clauses as :func:`clause_told` tells them ("8.4.3", "27001 4.1"); without the unknown ones.

    One query; the newest version of a shipped checklist has the last word.
    """
    bare = {each.rpartition(" ")[2] for each in told if each}
    if not bare:
        return {}
    query = (
        select(Template.standard, Question.clause, Question.title_en, Question.title_zh)
        .join(Question.version_of)
        .join(TemplateVersion.template)
        .where(Template.shipped, TemplateVersion.state != VersionState.DRAFT, Question.clause.in_(bare))
        .order_by(TemplateVersion.number, Question.position.desc())
    )
    found = {
        clause_told(standard, clause): Name(title_en, title_zh)
        for standard, clause, title_en, title_zh in db.session.execute(query)
        if title_en or title_zh
    }
    return {each: found[each] for each in told if each in found}
