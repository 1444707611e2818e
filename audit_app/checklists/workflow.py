"""Life of a template version: a draft is edited, a published version is frozen, a newer one replaces it."""

from collections import Counter
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.checklists.models import Question, TemplateVersion
from audit_app.checklists.models import VersionState as V
from audit_app.core.listing import named
from audit_app.core.workflow import Step, Workflow


def has_title(version: TemplateVersion, _person: Person) -> Any:
    """A checklist has a title in at least one language."""
    if version.title_en.strip() or version.title_zh.strip():
        return None
    return _l("Give the checklist a title, in English or in Chinese.")


def has_questions(version: TemplateVersion, _person: Person) -> Any:
    """An empty checklist audits nothing."""
    if any(question.assessable for question in version.questions):
        return None
    return _l("Add at least one question: there is nothing to assess yet.")


def questions_worded(version: TemplateVersion, _person: Person) -> Any:
    """Every question is asked in at least one language, every heading has a title."""
    silent = [question for question in version.questions if not wording(question)]
    if not silent:
        return None
    return _l(
        "Write the words of: %(rows)s.",
        rows=named([question.clause or f"#{question.position}" for question in silent]),
    )


def clauses_unique(version: TemplateVersion, _person: Person) -> Any:
    """A clause number stands once in its section, or an answer could not be told from another."""
    doubles = double_clauses(version.questions)
    if not doubles:
        return None
    return _l(
        "These clause numbers stand more than once in their section: %(clauses)s. "
        "Number them apart, e.g. 4.1-1 and 4.1-2.",
        clauses=named(doubles),
    )


def conditions_earlier(version: TemplateVersion, _person: Person) -> Any:
    """A question depends only on one that stands above it, or nobody could ever reach it."""
    places = {each.lineage: each.position for each in version.questions if each.assessable}
    lost = [
        each.clause or f"#{each.position}"
        for each in version.questions
        if each.asked_if and places.get(each.asked_if, each.position) >= each.position
    ]
    if not lost:
        return None
    return _l(
        "These depend on a question that does not stand above them any more: %(rows)s. Move them, or change "
        "their condition.",
        rows=named(lost),
    )


def wording(question: Question) -> str:
    """What a row says in any language: the question, or the title of a heading."""
    if question.assessable:
        return (question.prompt_en or question.prompt_zh or "").strip()
    return (question.title_en or question.title_zh or "").strip()


def double_clauses(questions: list[Question]) -> list[str]:
    """Clause numbers that stand twice in one section, in reading order; rows without one do not count."""
    times = Counter((each.section.strip(), each.clause.strip()) for each in questions if each.clause.strip())
    return list(dict.fromkeys(clause for (_section, clause), count in times.items() if count > 1))


VERSION = Workflow(
    "template version",
    (
        Step("publish", _l("Publish"), (V.DRAFT,), V.PUBLISHED, P.TEMPLATE_EDIT,
             (has_title, has_questions, questions_worded, clauses_unique, conditions_earlier)),
        Step("retire", _l("Take out of use"), (V.PUBLISHED,), V.RETIRED, P.TEMPLATE_EDIT, tone="secondary"),
    ),
)  # fmt: skip
