"""Papers that only a dossier asks for: plan, distribution, verification; what all of them share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.core.clock import local, now, zone
from audit_app.exports.document import (
    Block,
    Document,
    Facts,
    Grid,
    GridColumn,
    Heading,
    Letterhead,
    Signature,
    Signatures,
)
from audit_app.exports.values import Badge, Strong, days, listed, titled, tone_of
from audit_app.findings import paper_course, record
from audit_app.findings.models import Action, Finding, FindingState
from audit_app.findings.record import Record
from audit_app.programme.models import Audit
from audit_app.reports import paper_findings
from audit_app.reports.tree import Report

DASH = "–"


def names(rows: Iterable[Any]) -> str:
    """Names in a row; a dash for none."""
    return listed(each.name for each in rows) or DASH


def moment(at: datetime | None) -> str:
    """A moment to the minute on the organisation's clocks."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at is not None else DASH


def paper(title: str, code: str, blocks: Sequence[Block], *, version: str = "", mark: str = "") -> Document:
    """A document in the language in force, with the organisation's name on it."""
    organisation = accounts.organisation()
    return Document(
        title,
        tuple(blocks),
        organisation=organisation.name if organisation else "",
        code=code,
        version=version,
        watermark=mark,
        language=str(get_locale()),
        created=now(),
        zone=zone(),
    )


def signed(role: str, person: Any, at: datetime | None) -> Signature:
    """A line of the sign-off: signed in the system where there is a moment, else for a pen."""
    return Signature(role, person.name if person else "", at, _("Signed in the system") if at else "")


def head(audit: Audit) -> tuple[tuple[str, Any], ...]:
    """What stands at the top of every paper of an audit."""
    return (
        (_("Audit"), f"{audit.code} · {audit.kind.label}"),
        (_("Dates"), days(audit.starts_on, audit.ends_on)),
        (_("Programme"), f"{audit.programme.code} {audit.programme.title}"),
        (_("Notice given"), moment(audit.notified_at)),
    )


def plan(audit: Audit) -> Document:
    """Objectives, scope, criteria, team, auditees and places of an audit."""
    blocks: list[Block] = [
        Letterhead(_("Audit plan"), audit.title, None, head(audit)),
        Facts(
            (
                (_("Objectives"), audit.objective or DASH),
                (_("Criteria"), audit.criteria or DASH),
                (_("Processes"), names(audit.processes)),
                (_("Clauses"), ", ".join(map(str, audit.clauses)) or DASH),
                (_("Departments"), names(audit.departments)),
                (_("Places"), names(audit.sites)),
                (_("Why now, why this scope"), audit.rationale or DASH),
                (_("Methods"), audit.programme.methods or DASH),
                (_("Team"), names(audit.auditors)),
                (_("Auditees"), names(audit.auditees)),
            )
        ),
        Signatures(
            (
                Signature(_("Lead auditor"), audit.lead.name if audit.lead else ""),
                Signature(
                    _("Audit programme manager"),
                    names([audit.programme.manager] if audit.programme.manager else []),
                ),
            )
        ),
    ]
    return paper(_("Audit plan"), f"{audit.code}-P", blocks)


def distribution(audit: Audit, report: Report) -> Document:
    """Clause × department, as in the report."""
    blocks = [
        Letterhead(_("Distribution of nonconformities"), audit.title, None, head(audit)),
        *(each for each in paper_findings.matrix(report) if not isinstance(each, Heading)),
    ]
    return paper(_("Distribution of nonconformities"), f"{audit.code}-D", blocks)


def actions(rows: Iterable[Action], *, empty: str = "") -> Grid:
    """What was to be done: by whom, until when, done when, verified by whom."""
    columns = (
        GridColumn(_("No."), 2),
        GridColumn(_("Action"), 5),
        GridColumn(_("Owner"), 2),
        GridColumn(_("Due"), 1.8),
        GridColumn(_("Done"), 2.4),
        GridColumn(_("Verified by"), 2.4),
        GridColumn(_("State"), 2),
    )
    cells = tuple(
        (
            Strong(each.code),
            (each.title, each.done_note) if each.done_note else each.title,
            each.owner.name,
            each.due_on,
            moment(each.done_at),
            (each.verified_by.name, moment(each.verified_at)) if each.verified_by else DASH,
            Badge(each.state.label, tone_of(each.state.tone)),
        )
        for each in rows
    )
    return Grid(columns, cells, compact=True, empty=empty)


def verification(audit: Audit, findings: Sequence[Finding]) -> Document:
    """What was done about each nonconformity, on what evidence, who verified it, when and with what effect;
    with what was disputed, delayed, sent back, not effective or opened again."""
    blocks: list[Block] = [Letterhead(_("Verification record"), audit.title, None, head(audit))]
    for each in record.of_many(findings):
        blocks += _verified(each)
    return paper(_("Verification record"), f"{audit.code}-V", blocks)


def _verified(on_record: Record) -> list[Block]:
    finding = on_record.finding
    blocks: list[Block] = [Heading(f"{finding.code} {finding.title}", 2), Facts(_stated(on_record))]
    parts = [(_("Dispute and decision"), paper_course.dispute(on_record))]
    if finding.proposed_at is not None or finding.effectiveness_criterion:
        parts.append((_("Plan and approval"), paper_course.plan(on_record)))
    if finding.state is not FindingState.WITHDRAWN:
        parts += [
            (_("Actions"), paper_course.actions(on_record)),
            (_("Dates, more time, escalation"), paper_course.dates(on_record)),
            (
                _("Verification and effectiveness"),
                [*paper_course.checks(on_record), *paper_course.ends(finding)],
            ),
        ]
    parts.append((_("Opened again"), paper_course.rounds(on_record)))
    for title, body in parts:
        blocks += [Heading(title, 3), *body] if body else []
    return blocks


def _stated(on_record: Record) -> tuple[tuple[str, Any], ...]:
    """The answer of the owner; of what was withdrawn, who withdrew it, when and why."""
    finding = on_record.finding
    told: list[tuple[str, Any]] = [
        (_("Grade"), Badge(finding.grade.label, tone_of(finding.grade.tone))),
        (_("State"), Badge(finding.state.label, tone_of(finding.state.tone))),
    ]
    if finding.state is FindingState.WITHDRAWN:
        act = on_record.last(*record.ENDINGS)
        by = (_("Withdrawn by"), paper_course.who(act.actor_name, act.at)) if act else None
        return (*told, (_("Why withdrawn"), finding.withdrawn_reason or DASH), *((by,) if by else ()))
    correction: tuple[Any, ...] = (finding.correction or DASH,)
    if finding.correction_done_on is not None:
        correction = (*correction, titled(_("Corrected on"), finding.correction_done_on.isoformat()))
    files = tuple(f"{file.filename} ({code}, {file.sha256[:12]})" for code, file in on_record.files)
    return (
        *told,
        (_("Clause"), finding.clause or DASH),
        (_("Owner"), finding.owner.name if finding.owner else DASH),
        (_("Correction"), correction),
        (_("Cause"), finding.cause or DASH),
        (_("Similar cases"), finding.similar_cases or DASH),
        (_("Evidence"), files or DASH),
    )
