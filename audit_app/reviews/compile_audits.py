"""What the audits of the period say for input c3."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Process
from audit_app.checklists.models import AnswerBase, AnswerRevision, RevisionStatus, Verdict
from audit_app.checklists.queries import not_asked_in
from audit_app.core.clock import local, today
from audit_app.core.db import db
from audit_app.findings.figures import COUNTED
from audit_app.findings.models import Finding, Grade
from audit_app.programme.coverage import Coverage, coverage
from audit_app.programme.models import Audit, AuditState
from audit_app.reviews import compile_clauses
from audit_app.reviews.compile_findings import share
from audit_app.reviews.pack import Block, Column, Line, Many, Plot, Remark, Table, Toned, Value, said

DONE = frozenset({AuditState.REPORTED, AuditState.CLOSED})
GRADE_WIDTHS = {Grade.MAJOR: 7, Grade.MINOR: 7, Grade.OBSERVATION: 9, Grade.OFI: 10, Grade.GOOD_PRACTICE: 10}
UNANSWERED = frozenset({Verdict.NOT_APPLICABLE, Verdict.OPEN, None})


@dataclass(frozen=True)
class Audits:
    """Audits that start in the period, with their findings and answers counted."""

    rows: tuple[Audit, ...]
    coverage: Coverage
    grades: dict[int, Counter[Grade]]
    verdicts: dict[int, Counter[Any]]
    date_from: date
    date_to: date
    end: date

    @property
    def live(self) -> list[Audit]:
        """Not cancelled."""
        return [audit for audit in self.rows if audit.state is not AuditState.CANCELLED]

    @property
    def own(self) -> list[Audit]:
        """Not cancelled and not by a certification body."""
        return [audit for audit in self.live if not audit.external]

    def late(self, audits: Sequence[Audit]) -> list[Audit]:
        """Neither done nor cancelled, and their dates have passed."""
        return [audit for audit in audits if audit.state not in DONE and audit.ends_on < self.end]

    @staticmethod
    def done(audits: Sequence[Audit]) -> list[Audit]:
        """Reported or closed."""
        return [audit for audit in audits if audit.state in DONE]

    def assessed(self, audit: Audit) -> tuple[int, int]:
        """Items without nonconformity, and all items assessed (not applicable ones left out)."""
        counted = self.verdicts.get(audit.id, Counter())
        whole = sum(count for verdict, count in counted.items() if verdict not in UNANSWERED)
        return whole - counted[Verdict.MAJOR] - counted[Verdict.MINOR], whole


def read(date_from: date, date_to: date) -> Audits:
    """The audits of a period in a constant number of queries."""
    query = (
        select(Audit)
        .where(Audit.starts_on.between(date_from, date_to))
        .options(joinedload(Audit.programme), selectinload(Audit.processes).selectinload(Process.clause_rows))
        .order_by(Audit.starts_on, Audit.id)
    )
    audits = tuple(db.session.scalars(query).unique())
    processes = list(db.session.scalars(select(Process).where(Process.active).order_by(Process.code)))
    ids = [audit.id for audit in audits]
    done = [audit for audit in audits if audit.state in DONE]
    counted = (coverage(done, processes), _grades(ids), _verdicts(ids))
    return Audits(audits, *counted, date_from, date_to, min(date_to, today()))


def _grades(ids: list[int]) -> dict[int, Counter[Grade]]:
    found: dict[int, Counter[Grade]] = defaultdict(Counter)
    query = (
        select(Finding.audit_id, Finding.grade, func.count())
        .where(COUNTED, Finding.audit_id.in_(ids))
        .group_by(Finding.audit_id, Finding.grade)
    )
    for audit_id, grade, count in db.session.execute(query):
        found[audit_id or 0][grade] = count
    return found


def _verdicts(ids: list[int]) -> dict[int, Counter[Any]]:
    """The answers that stand: of an item's heads the newest."""
    child = exists().where(AnswerBase.base_id == AnswerRevision.id)
    newest = (
        select(func.max(AnswerRevision.server_seq))
        .where(AnswerRevision.audit_id.in_(ids), AnswerRevision.status == RevisionStatus.ACCEPTED, ~child)
        .group_by(AnswerRevision.item_id)
    )
    query = (
        select(AnswerRevision.audit_id, AnswerRevision.value, func.count())
        .where(AnswerRevision.server_seq.in_(newest), AnswerRevision.item_id.not_in(not_asked_in(ids)))
        .group_by(AnswerRevision.audit_id, AnswerRevision.value)
    )
    found: dict[int, Counter[Any]] = defaultdict(Counter)
    for audit_id, value, count in db.session.execute(query):
        found[audit_id][value] = count
    return found


def for_input(found: Audits) -> tuple[Block, ...]:
    """Input c3."""
    if not found.rows:
        return (Remark(said("audit.none"), "bad"), *compile_clauses.clauses(found.end))
    programme = (_programmes(found), *compile_clauses.quarters(found.date_from, found.date_to))
    clauses = compile_clauses.clauses(found.end)
    return (*_remarks(found), *_plots(found), *programme, _audits(found), *clauses)


def _remarks(found: Audits) -> list[Remark]:
    cover = found.coverage
    remarks = [
        Remark(
            said("audit.coverage", part=cover.covered_clauses, whole=len(cover.clauses)),
            "good" if not cover.missing_clauses else "warn",
        )
    ]
    if cover.missing_clauses:
        remarks.append(Remark(said("audit.uncovered", clauses=Many(tuple(cover.missing_clauses))), "warn"))
    pairs = [found.assessed(audit) for audit in found.live]
    part, whole = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    if whole:
        remarks.append(Remark(said("audit.share", part=part, whole=whole, share=share(part, whole)), "info"))
    return remarks


def _plots(found: Audits) -> list[Plot]:
    audits = [audit for audit in found.live if found.grades.get(audit.id)]
    if not audits:
        return []
    tones = {
        Grade.MAJOR: "bad",
        Grade.MINOR: "warn",
        Grade.OBSERVATION: "info",
        Grade.OFI: "neutral",
        Grade.GOOD_PRACTICE: "good",
    }
    lines = tuple(
        Line(
            said(f"grade.{grade.value}"),
            tuple(Decimal(found.grades[audit.id][grade]) for audit in audits),
            tone,
        )
        for grade, tone in tones.items()
        if any(found.grades[audit.id][grade] for audit in audits)
    )
    labels = tuple(audit.code for audit in audits)
    return [Plot("stacked", said("plot.grades"), labels, lines, "n", source=said("value.this_system"))]


def _programmes(found: Audits) -> Table:
    by_programme: dict[str, list[Audit]] = defaultdict(list)
    for audit in found.rows:
        by_programme[audit.programme.code].append(audit)
    columns = (
        Column(said("col.programme"), width=24),
        Column(said("col.planned"), "int"),
        Column(said("col.done"), "int"),
        Column(said("col.behind"), "int"),
        Column(said("col.cancelled"), "int"),
    )
    rows = []
    for code, audits in sorted(by_programme.items()):
        live = [audit for audit in audits if audit.state is not AuditState.CANCELLED]
        late = len(found.late(live))
        rows.append(
            (
                said("value.named", code=code, name=audits[0].programme.title),
                len(live),
                len(found.done(live)),
                Toned(late, "bad") if late else 0,
                len(audits) - len(live),
            )
        )
    return Table(said("table.programmes"), columns, tuple(rows))


def _audits(found: Audits) -> Table:
    columns = (
        Column(said("col.audit"), width=26),
        Column(said("col.kind"), width=11),
        Column(said("col.dates"), width=15),
        Column(said("col.state"), width=10),
        Column(said("col.assessed"), "int", 11),
        Column(said("col.conform"), "number", 10, 1),
        *(Column(said(f"col.{grade.value}"), "int", GRADE_WIDTHS[grade]) for grade in Grade),
    )
    return Table(said("table.audits"), columns, tuple(_audit(found, audit) for audit in found.rows))


def _audit(found: Audits, audit: Audit) -> tuple[Value, ...]:
    part, whole = found.assessed(audit)
    counted = found.grades.get(audit.id, Counter())
    state: Value = said(f"audit.{audit.state.value}")
    if audit in found.late(found.live):
        state = Toned(said("col.behind"), "bad")
    return (
        said("value.named", code=audit.code, name=audit.title),
        said(f"audit_kind.{audit.kind.value}"),
        _days(audit),
        state,
        whole or None,
        Decimal(part) * 100 / whole if whole else None,
        *(counted[grade] or None for grade in Grade),
    )


def _days(audit: Audit) -> Value:
    one = audit.starts_on == audit.ends_on
    return audit.starts_on if one else said("value.range", first=audit.starts_on, last=audit.ends_on)


def last_report(date_from: date, date_to: date) -> date | None:
    """Day of the last internal audit report of the period (R12)."""
    query = select(func.max(Audit.reported_at)).where(
        Audit.starts_on.between(date_from, date_to), Audit.state != AuditState.CANCELLED
    )
    moment = db.session.scalar(query)
    return None if moment is None else local(moment).date()
