"""Reads of the library and of fieldwork. Answers are derived from the graph of revisions, never stored."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, selectinload

from audit_app.accounts.models import Person
from audit_app.checklists import conditions, notes, signatures
from audit_app.checklists.fieldwork import Answer, Fieldwork, place_of, with_sisters
from audit_app.checklists.models import (
    AnswerBase,
    AnswerRevision,
    Checklist,
    ChecklistItem,
    Question,
    RecordKind,
    RevisionStatus,
    Template,
    TemplateVersion,
    VersionState,
)
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.evidence import queries as evidence
from audit_app.programme import queries as programme
from audit_app.programme.models import Audit
from audit_app.standards import queries as standards
from audit_app.standards.models import ClauseText


# --- library ------------------------------------------------------------------------------------------------
def visible_templates(to: Person) -> Select[TemplateVersion]:
    """The versions a person may see: published and replaced ones; drafts for those who may edit."""
    query = select(TemplateVersion).options(joinedload(TemplateVersion.template))
    if not to.may("template:see"):
        return query.where(TemplateVersion.id < 0)
    if not to.may("template:edit"):
        query = query.where(TemplateVersion.state != VersionState.DRAFT)
    return query


def library(to: Person, words: str = "", state: str = "") -> list[tuple[Template, list[TemplateVersion]]]:
    """Templates with the versions the person may see, newest version first, those that ship first."""
    query = visible_templates(to).join(TemplateVersion.template)
    for word in words.split()[:6]:
        columns = (TemplateVersion.title_en, TemplateVersion.title_zh, Template.standard)
        query = query.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if state in {each.value for each in VersionState}:
        query = query.where(TemplateVersion.state == VersionState(state))
    query = query.order_by(Template.shipped.desc(), Template.id, TemplateVersion.number.desc())
    found: dict[Template, list[TemplateVersion]] = {}
    for version in db.session.scalars(query):
        found.setdefault(version.template, []).append(version)
    return list(found.items())


def question_counts(versions: Iterable[TemplateVersion]) -> dict[int, int]:
    """Assessable questions per version, in one query."""
    query = (
        select(Question.version_id, func.count())
        .where(Question.version_id.in_([each.id for each in versions]), Question.assessable.is_(True))
        .group_by(Question.version_id)
    )
    return dict(db.session.execute(query).all())


def get_version(version_id: int, *, to: Person) -> TemplateVersion:
    """A version with its questions. Raises :class:`NotVisible`."""
    query = visible_templates(to).where(TemplateVersion.id == version_id)
    found = db.session.scalars(query.options(selectinload(TemplateVersion.questions))).first()
    if found is None:
        raise NotVisible
    return found


def get_question(question_id: int, *, to: Person) -> Question:
    """A row of a version the person may see. Raises :class:`NotVisible`."""
    question = db.session.get(Question, question_id)
    if question is None:
        raise NotVisible
    get_version(question.version_id, to=to)
    return question


def published() -> list[TemplateVersion]:
    """Versions that an audit can be given now."""
    query = (
        select(TemplateVersion)
        .join(TemplateVersion.template)
        .options(contains_eager(TemplateVersion.template))
    )
    query = query.where(TemplateVersion.state == VersionState.PUBLISHED)
    return list(db.session.scalars(query.order_by(Template.shipped.desc(), Template.id)))


def usages(version: TemplateVersion) -> int:
    """How many audits hold a copy of a version."""
    query = select(func.count()).select_from(Checklist).where(Checklist.version_id == version.id)
    return db.session.scalar(query) or 0


# --- items --------------------------------------------------------------------------------------------------
def _visible_audits(to: Person) -> Any:
    return programme.visible_to(to).with_only_columns(Audit.id).order_by(None)


def visible_items(to: Person) -> Select[ChecklistItem]:
    """The assessable items of the audits a person may see, newest audit first (for the search)."""
    return (
        select(ChecklistItem)
        .join(ChecklistItem.checklist)
        .where(Checklist.audit_id.in_(_visible_audits(to)), ChecklistItem.assessable.is_(True))
        .options(contains_eager(ChecklistItem.checklist).joinedload(Checklist.audit))
        .order_by(Checklist.audit_id.desc(), ChecklistItem.checklist_id, ChecklistItem.position)
    )


def items_of(audit: Audit) -> list[ChecklistItem]:
    """The assessable items of an audit, in reading order."""
    query = select(ChecklistItem).join(ChecklistItem.checklist).where(Checklist.audit_id == audit.id)
    return list(
        db.session.scalars(
            query.where(ChecklistItem.assessable.is_(True)).order_by(Checklist.id, ChecklistItem.position)
        )
    )


def get_item(item_id: int, *, to: Person) -> ChecklistItem:
    """An item of an audit the person may see. Raises :class:`NotVisible`."""
    found = db.session.scalars(visible_items(to).where(ChecklistItem.id == item_id)).first()
    if found is None:
        raise NotVisible
    return found


def get_checklist(checklist_id: int, *, to: Person) -> Checklist:
    """A checklist of an audit the person may see. Raises :class:`NotVisible`."""
    query = select(Checklist).where(Checklist.id == checklist_id, Checklist.audit_id.in_(_visible_audits(to)))
    found = db.session.scalars(query).first()
    if found is None:
        raise NotVisible
    return found


# --- the graph of revisions ---------------------------------------------------------------------------------
def head() -> Any:
    """Hash of the newest answer of all, as a part of a larger query: the same hash means the same answers."""
    newest = select(AnswerRevision.row_hash).order_by(AnswerRevision.server_seq.desc()).limit(1)
    return newest.scalar_subquery()


def standing() -> Select[AnswerRevision]:
    """Accepted records that no accepted record of the same item, or of the same thread, names as its base."""
    child = aliased(AnswerRevision)
    named = exists().where(
        AnswerBase.base_id == AnswerRevision.id,
        AnswerBase.child_seq == child.server_seq,
        or_(child.item_id == AnswerRevision.item_id, child.thread == AnswerRevision.thread),
        child.status == RevisionStatus.ACCEPTED,
    )
    return select(AnswerRevision).where(AnswerRevision.status == RevisionStatus.ACCEPTED, ~named)


def with_author(query: Select[AnswerRevision]) -> Select[AnswerRevision]:
    """The same query with the authors, but without their roles, which nobody asks for here."""
    return query.options(joinedload(AnswerRevision.author).lazyload(Person.roles))


def heads(audit: Audit) -> dict[int, list[AnswerRevision]]:
    """The heads per item of an audit, oldest first: one is the answer, several are a conflict. One query."""
    query = with_author(
        standing().where(AnswerRevision.audit_id == audit.id, AnswerRevision.item_id.is_not(None))
    )
    found: dict[int, list[AnswerRevision]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(AnswerRevision.server_seq)):
        if row.item_id is not None:
            found[row.item_id].append(row)
    return dict(found)


def not_asked_in(audits: Collection[int]) -> frozenset[int]:
    """Items of several audits that no answer leads to. One query over the checklists with conditions."""
    conditional = select(ChecklistItem.checklist_id).where(ChecklistItem.asked_if != "")
    given = standing().where(AnswerRevision.audit_id.in_(audits)).subquery()
    answer = aliased(AnswerRevision, given)
    query = (
        select(ChecklistItem, answer)
        .options(lazyload("*"))
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .outerjoin(answer, answer.item_id == ChecklistItem.id)
        .where(
            Checklist.audit_id.in_(audits),
            Checklist.id.in_(conditional),
            ChecklistItem.assessable.is_(True),
        )
        .order_by(Checklist.id, ChecklistItem.position, answer.server_seq)
    )
    found: dict[ChecklistItem, list[AnswerRevision]] = {}
    for item, row in db.session.execute(query):
        found.setdefault(item, []).extend([row] if row is not None else [])
    return conditions.not_asked(place_of(Answer(item, tuple(rows))) for item, rows in found.items())


def threads(audit: Audit, *kinds: RecordKind) -> list[AnswerRevision]:
    """The heads of an audit's notes, findings and signatures, oldest first."""
    query = standing().where(AnswerRevision.audit_id == audit.id, AnswerRevision.kind.in_(kinds))
    return list(db.session.scalars(with_author(query.order_by(AnswerRevision.server_seq))))


def counting(audit: Audit) -> list[AnswerRevision]:
    """Every record of an audit that counts now: the heads of all kinds. One query."""
    query = standing().where(AnswerRevision.audit_id == audit.id)
    return list(db.session.scalars(with_author(query.order_by(AnswerRevision.server_seq))))


def heads_of(item: ChecklistItem) -> list[AnswerRevision]:
    """The heads of one item, oldest first."""
    query = with_author(standing().where(AnswerRevision.item_id == item.id))
    return list(db.session.scalars(query.order_by(AnswerRevision.server_seq)))


def history(item: ChecklistItem) -> list[AnswerRevision]:
    """Every revision of an item, newest first, held ones included."""
    query = with_author(select(AnswerRevision).where(AnswerRevision.item_id == item.id))
    return list(db.session.scalars(query.order_by(AnswerRevision.server_seq.desc())))


def changes(
    audit: Audit, after: int, limit: int = 500, *, answers_only: bool = False
) -> list[AnswerRevision]:
    """Accepted records of an audit that the server took after a ``server_seq``, in that order."""
    query = select(AnswerRevision).where(
        AnswerRevision.audit_id == audit.id,
        AnswerRevision.server_seq > after,
        AnswerRevision.status == RevisionStatus.ACCEPTED,
    )
    if answers_only:
        query = query.where(AnswerRevision.kind == RecordKind.ANSWER)
    return list(db.session.scalars(with_author(query.order_by(AnswerRevision.server_seq).limit(limit))))


def field_records(audit: Audit) -> list[AnswerRevision]:
    """Accepted notes, findings and signatures of an audit, oldest first."""
    query = select(AnswerRevision).where(
        AnswerRevision.audit_id == audit.id,
        AnswerRevision.kind != RecordKind.ANSWER,
        AnswerRevision.status == RevisionStatus.ACCEPTED,
    )
    return list(db.session.scalars(with_author(query.order_by(AnswerRevision.server_seq))))


# --- fieldwork ----------------------------------------------------------------------------------------------
def fieldwork(audit: Audit, *, to: Person) -> Fieldwork:
    """Everything the fieldwork screen and the record need, in a number of queries that does not grow."""
    rows, field = _answers(audit)
    items = [row.item for row in rows]
    return Fieldwork(
        audit,
        rows,
        earlier(audit, items, to=to),
        _findings(audit),
        notes.noted(field),
        signatures.signed(field),
    )


def standing_of(audit: Audit) -> Fieldwork:
    """The same without earlier audits, findings and signatures: what closing an audit asks."""
    rows, field = _answers(audit)
    return Fieldwork(audit, rows, notes=notes.noted(field))


def _answers(audit: Audit) -> tuple[tuple[Answer, ...], list[AnswerRevision]]:
    """The rows of an audit's checklists with their answers, and the heads of its notes and signatures."""
    query = (
        select(ChecklistItem)
        .join(ChecklistItem.checklist)
        .where(Checklist.audit_id == audit.id)
        .options(
            contains_eager(ChecklistItem.checklist)
            .joinedload(Checklist.template_version)
            .joinedload(TemplateVersion.template),
            joinedload(ChecklistItem.process).options(lazyload("*")),
        )
        .order_by(Checklist.id, ChecklistItem.position)
    )
    items = list(db.session.scalars(query))
    found = heads(audit)
    files = evidence.of_many("checklist_item", [item.id for item in items])
    field = threads(audit, RecordKind.NOTE, RecordKind.SIGNATURE)
    of_item = notes.by_item(notes.noted(field))
    rows = [
        Answer(
            item,
            tuple(found.get(item.id, ())),
            tuple(files.get(item.id, ())),
            of_item.get(item.id, ()),
        )
        for item in items
    ]
    return with_sisters(rows), field


def clause_texts(work: Fieldwork, *, to: Person) -> dict[int, ClauseText]:
    """Per item the organisation's own licensed clause text, where the person may read it. One query."""
    pairs = {
        answer.item.id: (answer.item.checklist.template_version.template.standard, answer.item.clause)
        for answer in work.questions
    }
    found = standards.texts_for(pairs.values(), to=to)
    return {item: found[pair] for item, pair in pairs.items() if pair in found}


def earlier(audit: Audit, items: Sequence[ChecklistItem], *, to: Person) -> dict[int, AnswerRevision]:
    """Per item what the last earlier audit answered to the same clause of the same template. One query."""
    wanted = {
        (item.checklist.template_version.template_id, item.clause): item.id for item in items if item.clause
    }
    if not wanted:
        return {}
    query = (
        with_author(standing())
        .add_columns(TemplateVersion.template_id, ChecklistItem.clause)
        .join(ChecklistItem, ChecklistItem.id == AnswerRevision.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(TemplateVersion, TemplateVersion.id == Checklist.version_id)
        .join(Audit, Audit.id == Checklist.audit_id)
        .where(
            TemplateVersion.template_id.in_({template for template, _clause in wanted}),
            ChecklistItem.clause.in_({clause for _template, clause in wanted}),
            Audit.id != audit.id,
            Audit.starts_on <= audit.starts_on,
            Audit.id.in_(_visible_audits(to)),
        )
        .order_by(Audit.starts_on, Audit.id, AnswerRevision.server_seq)
    )
    found: dict[int, AnswerRevision] = {}
    for row, template, clause in db.session.execute(query):
        if (template, clause) in wanted:
            found[wanted[template, clause]] = row
    return found


def _findings(audit: Audit) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for finding in audit.findings:
        if finding.item_id is not None:
            found[finding.item_id].append(finding)
    return dict(found)
