"""Search over everything a person may see. LIKE on the base tables finds two-character Chinese words too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import AnswerRevision, ChecklistItem, RevisionStatus, TemplateVersion
from audit_app.core.db import db
from audit_app.findings import visibility as findings
from audit_app.findings.models import Action, Finding
from audit_app.improvements import queries as improvements
from audit_app.improvements.models import Improvement
from audit_app.indicators import objective_standing
from audit_app.indicators import queries as indicators
from audit_app.indicators.models import Indicator
from audit_app.indicators.objective_models import Objective
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit
from audit_app.reviews import queries as reviews
from audit_app.reviews.models import Review, ReviewInput

SHORTEST = 2
MOST = 20


@dataclass(frozen=True)
class Field:
    """One kind of record that can be found: where to look, who may see it, how a hit is shown."""

    label: Any
    icon: str
    needs: P
    visible: Callable[[Person], Select[Any]]
    columns: tuple[Any, ...]
    endpoint: str
    title: Callable[[Any], str]
    key: Callable[[Any], int] = lambda row: int(row.id)


@dataclass(frozen=True)
class Hits:
    """What was found of one kind."""

    field: Field
    rows: tuple[Any, ...]
    more: bool


def _texts(model: Any, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(model, name) for name in names)


def _inputs(person: Person) -> Select[Any]:
    """The inputs of the reviews a person may see, newest review first."""
    seen = reviews.visible_to(person).order_by(None).with_only_columns(Review.id)
    query = select(ReviewInput).where(ReviewInput.review_id.in_(seen))
    return query.options(joinedload(ReviewInput.review)).order_by(ReviewInput.id.desc())


LAST_NOTE = (
    select(AnswerRevision.note)
    .where(AnswerRevision.item_id == ChecklistItem.id, AnswerRevision.status == RevisionStatus.ACCEPTED)
    .order_by(AnswerRevision.server_seq.desc())
    .limit(1)
    .correlate(ChecklistItem)
    .scalar_subquery()
)
"""The newest note on an item: what the auditor saw is what people look for."""

FIELDS: tuple[Field, ...] = (
    Field(_l("Findings"), "alert-circle", P.FINDING_SEE, findings.visible_to,
          _texts(Finding, "code", "title", "requirement", "objective_evidence", "nonconformity", "location",
                 "clause", "cause", "correction"), "findings.show", lambda row: row.title),
    Field(_l("Actions"), "checklist", P.FINDING_SEE, findings.visible_actions,
          _texts(Action, "code", "title", "done_note"), "findings.action", lambda row: row.title),
    Field(_l("Improvements"), "bulb", P.IMPROVEMENT_SEE, improvements.visible_to,
          _texts(Improvement, "code", "title", "description", "source_code"), "improvements.show",
          lambda row: row.title),
    Field(_l("Audits"), "clipboard-check", P.AUDIT_SEE, programme.visible_to,
          _texts(Audit, "code", "title", "objective", "criteria", "conclusion", "body"), "programme.audit",
          lambda row: row.title),
    Field(_l("Checklist items and notes"), "list-check", P.AUDIT_SEE, checklists.visible_items,
          (*_texts(ChecklistItem, "clause", "title_en", "title_zh", "prompt_en", "prompt_zh"), LAST_NOTE),
          "checklists.item",
          lambda row: f"{row.title or row.prompt} · {row.checklist.audit.code}"),
    Field(_l("Management reviews"), "presentation", P.REVIEW_SEE, reviews.visible_to,
          _texts(Review, "code", "title", "minutes", "suitability", "adequacy", "effectiveness"),
          "reviews.show",
          lambda row: row.title),
    Field(_l("Review inputs"), "edit", P.REVIEW_SEE, _inputs, _texts(ReviewInput, "text", "reason"),
          "reviews.input", lambda row: str(row.key.label)),
    Field(_l("Checklists of the library"), "books", P.TEMPLATE_SEE, checklists.visible_templates,
          _texts(TemplateVersion, "title_en", "title_zh", "source"), "checklists.show", lambda row: row.name),
    Field(_l("People"), "users", P.PEOPLE_MANAGE, accounts.visible_to,
          _texts(Person, "name", "email", "job_title"), "accounts.person", lambda row: row.name),
    Field(_l("Indicators"), "chart-line", P.INDICATOR_SEE, indicators.visible_to,
          _texts(Indicator, "code", "name_en", "name_zh", "formula_en", "formula_zh"), "indicators.show",
          lambda row: row.name),
    Field(_l("Objectives"), "target-arrow", P.INDICATOR_SEE, objective_standing.visible_to,
          _texts(Objective, "code", "name_en", "name_zh", "measures", "result"), "indicators.objective",
          lambda row: row.name),
)  # fmt: skip


def search(words: str, person: Person) -> list[Hits]:
    """Records that contain every word, kind by kind; one query per kind."""
    parts = words.split()[:6]
    if len(words.strip()) < SHORTEST:
        return []
    found = []
    for field in FIELDS:
        if not person.may(field.needs):
            continue
        query = field.visible(person)
        for part in parts:
            query = query.where(or_(*(column.icontains(part, autoescape=True) for column in field.columns)))
        rows = list(db.session.scalars(query.limit(MOST + 1)).unique())
        if rows:
            found.append(Hits(field, tuple(rows[:MOST]), len(rows) > MOST))
    return found
