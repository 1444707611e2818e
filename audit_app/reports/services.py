"""Verbs on reports: write, approve major grades, issue, supplement. Issuing freezes."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.core.frozen import digest
from audit_app.notifications.services import queue
from audit_app.programme import services as programme
from audit_app.programme.models import Audit, AuditState
from audit_app.programme.workflow import leads
from audit_app.reports import queries
from audit_app.reports.compile import compile_report, findings_of, majors
from audit_app.reports.models import AuditReport, FrozenReport, FrozenReportFile, ReportState
from audit_app.reports.supplements import compare
from audit_app.reports.tree import CODEC, Report, Signed, Supplement
from audit_app.reports.workflow import REPORT, refusals
from audit_app.trail import services as trail

Renderer = Callable[[Report], Mapping[tuple[str, str], bytes]]
"""Makes the files of a report: {(language, kind): bytes}."""


def write(
    audit: Audit,
    *,
    conclusion: str,
    obstacles: str,
    not_covered: str,
    follow_up: str = "",
    recipients: Iterable[Person] = (),
    others: str = "",
    by: Person,
) -> AuditReport:
    """Keep what the lead auditor writes: conclusion, obstacles, areas not covered, agreed follow-up,
    distribution.

    Who may approve major grades is told once there are any. Raises :class:`Refused` once the report is
    issued: a
    correction is a supplement.
    """
    report = queries.report_of(audit)
    words = leads(audit, by)
    if words is not None:
        raise Refused(words)
    if report.state is ReportState.ISSUED:
        raise Refused(_l("The report is issued and never changes. Issue a supplement to correct it."))
    before = sorted(person.name for person in report.recipients)
    with db.session.begin_nested():
        with trail.act("report.write", report, by=by):
            report.obstacles, report.not_covered = obstacles.strip(), not_covered.strip()
            report.follow_up, report.others = follow_up.strip(), others.strip()
            report.recipients = list(dict.fromkeys(recipients))
        after = sorted(person.name for person in report.recipients)
        if before != after:
            trail.note("report.recipients", report, by=by, before=before, after=after)
        if audit.conclusion != conclusion.strip():
            with trail.act("report.conclude", audit, by=by):
                audit.conclusion = conclusion.strip()
    _ask_for_approval(report, by)
    return report


def _ask_for_approval(report: AuditReport, by: Person) -> None:
    manager = report.audit.programme.manager
    grave = majors(findings_of(report.audit))
    if manager is not None and manager.id != by.id and grave and sorted(report.grades) != grave:
        queue("report.to_approve", to=manager, subject=report.audit)


def approve_grades(audit: Audit, *, by: Person) -> AuditReport:
    """The second approval of the major grades (rule R5), for exactly those that stand now.

    A major that is added or taken back later asks for a new one.
    """
    report = queries.report_of(audit)
    for words in refusals(report, by):
        raise Refused(words)
    grave = majors(findings_of(audit))
    with db.session.begin_nested(), trail.act("report.approve_grades", report, by=by, codes=grave):
        report.grades, report.grades_by, report.grades_at = grave, by, now()
    queue("report.grades_approved", to=audit.lead, subject=audit)
    return report


def issue(audit: Audit, render: Renderer, *, by: Person) -> FrozenReport:
    """Issue the report: the audit becomes "reported" if it is not yet, and everything is frozen as it stands.

    ``render`` makes the files that are kept. An audit that was reported before reports were kept can be
    issued
    late. Raises :class:`Refused` with the first thing that is missing.
    """
    report = queries.report_of(audit)
    with db.session.begin_nested():
        with trail.act("report.issue", report, by=by):
            REPORT.fire("issue", report, by=by)
        frozen = _freeze(report, 0, None, render, by)
        _take_step(audit, by)
    _tell("report.issued", report, by)
    return frozen


def supplement(audit: Audit, reason: str, correction: str, render: Renderer, *, by: Person) -> FrozenReport:
    """Correct an issued report by a numbered supplement, which says why, what, and what changed since.

    The report itself stays as it is. An audit that was reopened is reported again by it.
    """
    report = queries.report_of(audit)
    for text, field, words in (
        (reason, "reason", _l("Say why the report is corrected.")),
        (correction, "correction", _l("Say what is to be read instead.")),
    ):
        if not text.strip():
            raise Refused(words, field)
    earlier = queries.issued(audit)
    with db.session.begin_nested():
        with trail.act("report.supplement", report, by=by, reason=reason.strip(), number=len(earlier)):
            REPORT.fire("supplement", report, by=by)
        last, first = CODEC.read(earlier[-1].snapshot), earlier[0]
        present = compile_report(report, to=by)
        changes, answers = compare(last, present)
        made = Supplement(reason.strip(), correction.strip(), first.sha256, changes, answers)
        frozen = _freeze(report, len(earlier), made, render, by)
        _take_step(audit, by)
    _tell("report.supplemented", report, by)
    return frozen


def _take_step(audit: Audit, by: Person) -> None:
    if audit.state is AuditState.IN_PROGRESS:
        programme.report(audit, audit.conclusion, by=by)


def _freeze(
    report: AuditReport, number: int, made: Supplement | None, render: Renderer, by: Person
) -> FrozenReport:
    audit = report.audit
    tree = compile_report(report, number=number, issued=Signed(by.name, now()), supplement=made, to=by)
    snapshot = CODEC.write(tree)
    frozen = FrozenReport(
        audit=audit,
        number=number,
        snapshot=snapshot,
        sha256=digest(snapshot),
        frozen_at=tree.meta.compiled_at,
        frozen_by=by,
    )
    db.session.add(frozen)
    db.session.flush()
    trail.note("report.freeze", frozen, by=by, sha256=frozen.sha256)
    for (language, kind), content in sorted(render(tree).items()):
        sha256 = hashlib.sha256(content).hexdigest()
        db.session.add(
            FrozenReportFile(
                audit_id=audit.id,
                number=number,
                language=language,
                format=kind,
                content=content,
                sha256=sha256,
            )
        )
    db.session.flush()
    return frozen


def _tell(kind: str, report: AuditReport, by: Person) -> None:
    for person in report.recipients:
        if person.id != by.id:
            queue(kind, to=person, subject=report.audit)


def verify() -> list[str]:
    """What does not match any more: frozen reports whose JSON, and files whose bytes, differ from their
    hash.
    """
    problems = []
    for kept in db.session.scalars(select(FrozenReport).execution_options(yield_per=4)):
        if not CODEC.sound(kept.snapshot, kept.sha256):
            problems.append(str(_("%(code)s: the frozen report does not match its hash", code=kept.code)))
    query = select(FrozenReportFile, Audit.code).join(Audit, FrozenReportFile.audit_id == Audit.id)
    for file, code in db.session.execute(query.execution_options(yield_per=4)):
        if hashlib.sha256(file.content).hexdigest() != file.sha256:
            facts: dict[str, Any] = {"code": code, "name": f"{file.format.upper()} ({file.language})"}
            problems.append(str(_("%(code)s: the kept file %(name)s does not match its hash", **facts)))
    return problems
