"""Under which clause a finding counts: the standards share their numbers, not their clauses.

10.2 is improvement in our own standard and nonconformity in ISO/IEC 27001. A finding raised from a question
of another standard counts under that one, as long as nobody changed its clause.
"""

from typing import Any

from sqlalchemy import case, func, literal, select

from audit_app.checklists.models import Checklist, ChecklistItem, Template, TemplateVersion
from audit_app.competence.standards import clause_told, of_home
from audit_app.core.db import db
from audit_app.findings.models import Finding


def other_standards() -> list[str]:
    """Standards of checklists that are not the management system's own. One query."""
    known = db.session.scalars(select(Template.standard).distinct())
    return [each for each in known if each and not of_home(each)]


def other_standard(row: Any, among: list[str]) -> Any:
    """SQL: the standard of the question that a finding was raised from, if it is another one; else ''.

    ``row``: ``Finding`` or an alias of it; ``among``: what :func:`other_standards` found.
    """
    if not among:
        return literal("")  # no row has to be looked at
    item = (
        select(Template.standard)
        .join(TemplateVersion, TemplateVersion.template_id == Template.id)
        .join(Checklist, Checklist.version_id == TemplateVersion.id)
        .join(ChecklistItem, ChecklistItem.checklist_id == Checklist.id)
        .where(
            ChecklistItem.id == row.item_id, ChecklistItem.clause == row.clause, Template.standard.in_(among)
        )
        .correlate(row)
    )
    return case((row.item_id.is_(None), ""), else_=func.coalesce(item.scalar_subquery(), ""))


def clause_of(finding: Finding) -> str:
    """The clause of one finding with its standard, where that is another one; its question must be loaded."""
    item = finding.item
    if item is None or item.clause != finding.clause:
        return finding.clause
    return clause_told(item.checklist.template_version.template.standard, finding.clause)
