"""Verbs of an audit's own copy of a checklist."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.checklists import sync
from audit_app.checklists.field_models import DepositTicket
from audit_app.checklists.models import (
    AnswerRevision,
    Checklist,
    ChecklistItem,
    Question,
    TemplateVersion,
    VersionState,
    facts_of,
)
from audit_app.competence.standards import of_home
from audit_app.core.clock import now
from audit_app.core.db import db, serialize_writes
from audit_app.core.errors import Refused
from audit_app.programme.models import Audit
from audit_app.standards import crosswalk
from audit_app.standards.naming import bare_clause
from audit_app.trail import services as trail


def add_checklist(
    audit: Audit, version: TemplateVersion, *, by: Person, clauses: Collection[str] | None = None
) -> Checklist:
    """Give an audit its own copy of a published version.

    ``clauses`` narrows it: None takes everything, else the named clauses, what stands below them, and the
    headings above. Raises :class:`Refused` when nothing is left, for a closed audit, and for a second copy.
    """
    if not audit.open_for_answers:
        raise Refused(_l("This audit takes no answers any more, so a checklist cannot be added."))
    if not (by.may(Permission.AUDIT_PLAN) or sync.may_answer(audit, by)):
        raise Refused(_l("Checklists are added by the audit team or the programme manager."))
    if version.state is not VersionState.PUBLISHED:
        raise Refused(_l("Only a published version can be used in an audit. Publish it first."), "version_id")
    if any(each.version_id == version.id for each in audit.checklists):
        raise Refused(_l("This audit has a copy of this version already."), "version_id")
    chosen = _chosen(version, clauses)
    items = _copies(_with_headings(version.questions, chosen), version.template.standard)
    with db.session.no_autoflush:  # a half-made row must not be flushed by the queries of the trail
        checklist = Checklist(
            audit=audit,
            template_version=version,
            created_at=now(),
            created_by_id=by.id,
            clauses=None if clauses is None else sorted(clauses),
        )
        checklist.items = items
        with trail.act("checklist.add", checklist, by=by, questions=sum(each.assessable for each in chosen)):
            db.session.add(checklist)
    return checklist


def remove_checklist(checklist: Checklist, *, by: Person) -> None:
    """Take a checklist out of an audit while nobody has answered it."""
    serialize_writes()
    if _answers(checklist):
        raise Refused(_l("This checklist has answers; answers are never deleted, so it stays."))
    if not (by.may(Permission.AUDIT_PLAN) or sync.may_answer(checklist.audit, by)):
        raise Refused(_l("Checklists are removed by the audit team or the programme manager."))
    trail.note("checklist.remove", checklist, by=by, template=checklist.name)
    db.session.delete(checklist)
    db.session.flush()


def offered(audit: Audit) -> dict[int, TemplateVersion]:
    """checklist id → the newer published version that a planned audit can still take over. One query."""
    if not audit.checklists or not audit.open_for_answers or audit.started_at is not None:
        return {}
    mine = {each.template_version.template_id: each for each in audit.checklists}
    query = select(TemplateVersion).where(
        TemplateVersion.template_id.in_(mine), TemplateVersion.state == VersionState.PUBLISHED
    )
    return {
        mine[version.template_id].id: version
        for version in db.session.scalars(query)
        if version.number > mine[version.template_id].template_version.number
    }


def is_offered() -> ColumnElement[bool]:
    """The condition of an audit that :func:`offered` finds something for."""
    newer, own = aliased(TemplateVersion), aliased(TemplateVersion)
    return exists().where(
        Checklist.audit_id == Audit.id,
        own.id == Checklist.version_id,
        newer.template_id == own.template_id,
        newer.number > own.number,
        newer.state == VersionState.PUBLISHED,
        Audit.started_at.is_(None),
    )


def adopt(checklist: Checklist, version: TemplateVersion, *, by: Person) -> Checklist:
    """Bring a planned audit's copy to a newer version of the same checklist, narrowed as it was.

    Refused once the audit has begun, was answered or was taken onto a tablet: an answer belongs to the words
    it was given to.
    """
    serialize_writes()
    audit = checklist.audit
    if not (by.may(Permission.AUDIT_PLAN) or sync.may_answer(audit, by)):
        raise Refused(_l("Checklists are changed by the audit team or the programme manager."))
    if offered(audit).get(checklist.id) is not version:
        raise Refused(_l("There is nothing newer for this audit to take over. Open the page again."))
    if _answers(checklist) or db.session.scalar(
        select(func.count()).select_from(DepositTicket).where(DepositTicket.audit_id == audit.id)
    ):
        raise Refused(
            _l(
                "This audit has answers, or a tablet has taken it along. It keeps the version it was planned "
                "with."
            )
        )
    chosen = _chosen(version, checklist.clauses)
    with trail.act("checklist.adopt", checklist, by=by, was=checklist.template_version.number):
        checklist.items = []
        db.session.flush()
        checklist.template_version = version
        checklist.items = _copies(_with_headings(version.questions, chosen), version.template.standard)
    return checklist


def _answers(checklist: Checklist) -> int:
    """Records of any kind about a checklist's questions."""
    query = (
        select(func.count())
        .select_from(AnswerRevision)
        .join(ChecklistItem, ChecklistItem.id == AnswerRevision.item_id)
        .where(ChecklistItem.checklist_id == checklist.id)
    )
    return db.session.scalar(query) or 0


def _chosen(version: TemplateVersion, clauses: Collection[str] | None) -> list[Question]:
    """The rows of a version that belong to the clauses. Raises :class:`Refused` when nothing is left."""
    chosen = [each for each in version.questions if clauses is None or within(each.clause, clauses)]
    if not any(each.assessable for each in chosen):
        raise Refused(
            _l(
                "No question of this checklist belongs to the clauses of the audit. "
                "Take all questions instead."
            ),
            "scope",
        )
    return chosen


def within(clause: str, clauses: Collection[str]) -> bool:
    """Whether a clause is one of ``clauses`` or stands below one of them (8.5.1.2 stands below 8.5)."""
    return any(clause == each or clause.startswith(f"{each}.") for each in clauses)


def _with_headings(questions: list[Question], chosen: list[Question]) -> list[Question]:
    """The chosen rows and every heading above them, in reading order."""
    parents = {each.clause: each for each in questions if each.clause}
    wanted = {each.id for each in chosen}
    for each in chosen:
        above, steps = parents.get(each.section), 0
        while above is not None and steps < 20:
            if not above.assessable:
                wanted.add(above.id)
            above, steps = parents.get(above.section), steps + 1
    return [each for each in questions if each.id in wanted]


def _copies(questions: list[Question], standard: str) -> list[ChecklistItem]:
    """The questions as items of an audit: each with its process, and with the subject that it shares with the
    questions of other standards, as its author or else the crosswalk says."""
    processes, home = accounts.processes(), of_home(standard)
    by_clause = {clause: process.id for process in processes for clause in process.clauses}
    by_code = {process.code: process.id for process in processes}
    made = []
    for question in questions:
        item = ChecklistItem(**facts_of(question))
        own = by_code.get(question.process_code)
        item.process_id = (by_clause.get(question.clause) or own) if home else own
        item.topic = question.topic or crosswalk.topic_of(standard, bare_clause(question.clause))
        made.append(item)
    return made
