"""Search over everything a person may see. LIKE on the base tables finds two-character Chinese words too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import ChecklistItem
from audit_app.core.db import db
from audit_app.findings import visibility as findings
from audit_app.findings.models import Action, Finding
from audit_app.indicators import queries as indicators
from audit_app.indicators.models import Indicator
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit
from audit_app.reviews import queries as reviews
from audit_app.reviews.models import Review

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


FIELDS: tuple[Field, ...] = (
    Field(_l("Findings"), "alert-circle", P.FINDING_SEE, findings.visible_to,
          _texts(Finding, "code", "title", "requirement", "objective_evidence", "nonconformity", "location",
                 "clause", "cause", "correction"), "findings.show", lambda row: row.title),
    Field(_l("Actions"), "checklist", P.FINDING_SEE, findings.visible_actions,
          _texts(Action, "code", "title", "done_note"), "findings.action", lambda row: row.title),
    Field(_l("Audits"), "clipboard-check", P.AUDIT_SEE, programme.visible_to,
          _texts(Audit, "code", "title", "objective", "criteria", "conclusion", "body"), "programme.audit",
          lambda row: row.title),
    Field(_l("Checklist items and notes"), "list-check", P.AUDIT_SEE, checklists.visible_items,
          _texts(ChecklistItem, "clause", "title_en", "title_zh", "prompt_en", "prompt_zh"),
          "checklists.item",
          lambda row: f"{row.title or row.prompt} · {row.checklist.audit.code}"),
    Field(_l("Management reviews"), "presentation", P.REVIEW_SEE, reviews.visible_to,
          _texts(Review, "code", "title", "minutes", "suitability", "adequacy", "effectiveness"),
          "reviews.show",
          lambda row: row.title),
    Field(_l("Indicators"), "chart-line", P.INDICATOR_SEE, indicators.visible_to,
          _texts(Indicator, "code", "name_en", "name_zh", "formula_en", "formula_zh"), "indicators.show",
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
