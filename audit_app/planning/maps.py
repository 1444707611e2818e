"""The coverage map as the database knows it, and the answers behind each cell; constant queries."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.checklists import queries as checklists
from audit_app.checklists.models import (
    AnswerBase,
    AnswerRevision,
    Checklist,
    ChecklistItem,
    RecordKind,
    RevisionStatus,
    Template,
    TemplateVersion,
    Verdict,
)
from audit_app.competence.standards import of_home
from audit_app.core.db import db
from audit_app.programme import gaps, heatmap
from audit_app.programme.coverage import coverage
from audit_app.programme.models import EXTERNAL, Audit, AuditState, Programme
from audit_app.programme.queries import visible_to
from audit_app.programme.record_models import GapKind

SEVERITY = {Verdict.MAJOR: 4, Verdict.MINOR: 3, Verdict.OBSERVATION: 2, Verdict.OFI: 1}
"""Of two answers that contradict each other, the map shows the worse one until it is settled."""


@dataclass(frozen=True)
class View:
    """A map with the years it spans and the audits on it."""

    years: tuple[int, ...]
    map: heatmap.Map
    audits: dict[int, Audit]
    programmes: dict[int, Programme]


@dataclass(frozen=True)
class Behind:
    """One item behind a cell: itself, and the answer that counts (two when they contradict each other)."""

    item: ChecklistItem
    audit: Audit
    answers: tuple[AnswerRevision, ...]


def cycle_of(year: int) -> tuple[int, ...]:
    """The certification cycle of a year, from the audits of the certification body. Two queries."""
    opening = select(Programme.year).join(Audit).where(
        Audit.kind.in_(heatmap.OPENS_A_CYCLE), Audit.state != AuditState.CANCELLED
    )  # fmt: skip
    opened = db.session.scalars(opening.distinct()).all()
    first = db.session.scalar(select(Programme.year).order_by(Programme.year).limit(1))
    return heatmap.cycle_years(year, opened, first or year)


def view(year: int, by: heatmap.By, across: heatmap.Across, *, cycle: bool, to: Person) -> View:
    """The map of a year or of its certification cycle."""
    years = cycle_of(year) if cycle else (year,)
    audits = own_audits(years, to)
    processes = accounts.processes()
    rows = heatmap.rows_of(by, coverage(audits, processes), processes, accounts.departments(), audits)
    columns = heatmap.columns_of(across, audits, years)
    drawn = heatmap.drawn(by, across, rows, columns, audits, answers({audit.id for audit in audits}))
    programmes = {
        each.year: each for each in db.session.scalars(select(Programme).where(Programme.year.in_(years)))
    }
    return View(years, drawn, {audit.id: audit for audit in audits}, programmes)


def own_audits(years: Collection[int], to: Person) -> list[Audit]:
    """Our own audits of the programmes of some years that take place, with their scope. Three queries."""
    query = visible_to(to).join(Programme).where(
        Programme.year.in_(years), Audit.kind.not_in(EXTERNAL), Audit.state != AuditState.CANCELLED
    )  # fmt: skip
    loaded = (joinedload(Audit.programme), selectinload(Audit.processes), selectinload(Audit.departments))
    return list(db.session.scalars(query.options(*loaded).order_by(Audit.starts_on, Audit.id)))


def _counts() -> Any:
    """The condition of an answer that counts: accepted, and superseded by none of the same item."""
    child = aliased(AnswerRevision)
    superseded = exists().where(
        AnswerBase.base_id == AnswerRevision.id,
        AnswerBase.child_seq == child.server_seq,
        child.item_id == AnswerRevision.item_id,
        child.status == RevisionStatus.ACCEPTED,
    )
    return (
        AnswerRevision.kind == RecordKind.ANSWER,
        AnswerRevision.status == RevisionStatus.ACCEPTED,
        ~superseded,
    )


def answers(audits: Collection[int]) -> list[heatmap.Answer]:
    """Every checklist item of the audits that is asked, with the verdict that counts. Two queries."""
    heads = select(AnswerRevision.item_id, AnswerRevision.value).where(
        AnswerRevision.audit_id.in_(audits), *_counts()
    ).subquery()  # fmt: skip
    query = (
        select(
            Checklist.audit_id,
            ChecklistItem.id,
            ChecklistItem.clause,
            ChecklistItem.process_id,
            heads.c.value,
            Template.standard,
        )
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Checklist.template_version)
        .join(TemplateVersion.template)
        .outerjoin(heads, heads.c.item_id == ChecklistItem.id)
        .where(Checklist.audit_id.in_(audits), ChecklistItem.assessable)
    )
    found: dict[int, heatmap.Answer] = {}
    skipped = checklists.not_asked_in(audits)
    for audit, item, clause, process, verdict, standard in db.session.execute(query):
        if item in skipped:
            continue
        known = found.get(item)
        if known is None or SEVERITY.get(verdict, 0) > SEVERITY.get(known.verdict, 0):  # type: ignore[call-overload]  # a str is its own key
            value = None if verdict in (None, Verdict.OPEN) else verdict.value
            found[item] = heatmap.Answer(audit, item, _own(clause, standard), process, value)
    return list(found.values())


def _own(clause: str, standard: str) -> str:
    """The clause of our own standard that an item asks about; those of another have equal numbers only."""
    return clause if of_home(standard) else ""


def behind(found: View, row: heatmap.Row, column: heatmap.Column, *, to: Person) -> list[Behind]:
    """The items and answers behind a cell, audit by audit in the order of the checklists. Two queries."""
    audits = row.audits & column.audits
    find = heatmap.finder(found.map.rows)
    query = (
        select(ChecklistItem, Checklist.audit_id, Template.standard)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .join(Checklist.template_version)
        .join(TemplateVersion.template)
        .where(Checklist.audit_id.in_(audits), ChecklistItem.assessable)
        .order_by(Checklist.audit_id, Checklist.id, ChecklistItem.position)
    )
    items = [
        (item, audit)
        for item, audit, standard in db.session.execute(query)
        if row.key in find(_own(item.clause, standard), item.process_id)
    ]
    given: dict[int, list[AnswerRevision]] = {}
    heads = select(AnswerRevision).where(
        AnswerRevision.audit_id.in_(audits), AnswerRevision.value.is_not(None), *_counts()
    ).options(joinedload(AnswerRevision.author).lazyload(Person.roles))  # fmt: skip
    for answer in db.session.scalars(heads.order_by(AnswerRevision.server_seq)):
        given.setdefault(answer.item_id or 0, []).append(answer)
    return [Behind(item, found.audits[audit], tuple(given.get(item.id, ()))) for item, audit in items]


@dataclass(frozen=True)
class Left:
    """A gap of the year, where else in the cycle it is covered, and the reason that could be taken over."""

    gap: gaps.Gap
    elsewhere: tuple[Audit, ...]
    suggestion: str = ""


def left_out(programme: Programme, suggested: dict[str, str], *, to: Person) -> list[Left]:
    """What the year does not cover, with the audits of the cycle's other years that cover it."""
    others = [year for year in cycle_of(programme.year) if year != programme.year]
    processes = accounts.process_scopes()
    found = coverage(own_audits(others, to), processes)
    by_code = {process.code: audits for process, audits in found.processes.items()}
    owner = {clause: process.code for process in processes for clause in process.clauses}
    return [
        Left(
            gap,
            found.clauses.get(gap.key, ()) if gap.kind is GapKind.CLAUSE else by_code.get(gap.key, ()),
            suggested.get(gap.key) or suggested.get(owner.get(gap.key, ""), ""),
        )
        for gap in gaps.of(programme)
    ]
