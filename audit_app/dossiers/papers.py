"""Papers that only a dossier asks for: programme, appointment, plan, distribution, verification."""

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
    Text,
)
from audit_app.exports.values import Badge, Strong, tone_of
from audit_app.findings.models import Finding
from audit_app.programme.models import Audit, Programme
from audit_app.reports import paper_findings
from audit_app.reports.tree import Report

DASH = "–"


def names(rows: Iterable[Any]) -> str:
    """Names in a row; a dash for none."""
    return ", ".join(each.name for each in rows) or DASH


def moment(at: datetime | None) -> str:
    """A moment to the minute on the organisation's clocks."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at is not None else DASH


def paper(title: str, code: str, blocks: Sequence[Block]) -> Document:
    """A document in the language in force, with the organisation's name on it."""
    organisation = accounts.organisation()
    return Document(
        title,
        tuple(blocks),
        organisation=organisation.name if organisation else "",
        code=code,
        language=str(get_locale()),
        created=now(),
        zone=zone(),
    )


def programme(year: Programme, audits: Sequence[Audit]) -> Document:
    """The programme of the year: objectives, risks, methods, its audits, who approved it."""
    blocks = [
        Letterhead(
            _("Audit programme"),
            year.title,
            Badge(year.state.label, tone_of(year.state.tone)),
            (
                (_("Number"), year.code),
                (_("Year"), str(year.year)),
                (_("Audit programme manager"), year.manager.name if year.manager else DASH),
                (
                    _("Approved"),
                    f"{year.approved_by.name}, {moment(year.approved_at)}"
                    if year.approved_by
                    else _("not approved yet"),
                ),
            ),
        ),
        Heading(_("Objectives"), 2),
        Text(year.objectives or DASH),
        Heading(_("Risks and priorities"), 2),
        Text(year.risks or DASH),
        Heading(_("Methods and responsibilities"), 2),
        Text(year.methods or DASH),
        Heading(_("Audits of the year"), 2),
        _audits(audits),
        Heading(_("Why these audits"), 2),
        *_reasons(audits),
        Signatures(
            (
                Signature(_("Audit programme manager"), year.manager.name if year.manager else ""),
                _signed(_("Approved by"), year.approved_by, year.approved_at),
            )
        ),
    ]
    return paper(_("Audit programme"), year.code, blocks)


def _audits(audits: Sequence[Audit]) -> Grid:
    columns = (
        GridColumn(_("No."), 2.1),
        GridColumn(_("Audit"), 3.2),
        GridColumn(_("Dates"), 2),
        GridColumn(_("Processes, clauses, departments"), 4.4),
        GridColumn(_("Lead auditor, team"), 2.4),
        GridColumn(_("State"), 1.7),
    )
    rows = tuple(_audit_row(each) for each in audits)
    return Grid(columns, rows, compact=True, empty=_("No audit is planned yet."))


def _reasons(audits: Sequence[Audit]) -> list[Block]:
    told = tuple((each.code, each.rationale) for each in audits if each.rationale)
    return [Facts(told)] if told else [Text(_("No reason is recorded."))]


def _audit_row(audit: Audit) -> tuple[Any, ...]:
    scope = [names(audit.processes), ", ".join(map(str, audit.clauses)) or DASH, names(audit.departments)]
    return (
        Strong(audit.code),
        (audit.title, str(audit.kind.label)),
        f"{audit.starts_on} – {audit.ends_on}",
        tuple(scope),
        (audit.lead.name if audit.lead else audit.body or DASH, *(m.person.name for m in audit.members)),
        Badge(audit.state.label, tone_of(audit.state.tone)),
    )


def _signed(role: str, person: Any, at: datetime | None) -> Signature:
    return Signature(role, person.name if person else "", at, _("Signed in the system") if at else "")


def appointment(audit: Audit, independence: str) -> Document:
    """Who is appointed to which function, for which days, and that they are independent."""
    columns = (
        GridColumn(_("Name"), 2.4),
        GridColumn(_("Function in the audit"), 2),
        GridColumn(_("Job title"), 3),
        GridColumn(_("Department"), 3),
    )
    seats = [(audit.lead, _("Lead auditor"))] if audit.lead else []
    seats += [(member.person, str(member.role.label)) for member in audit.members]
    rows = tuple(
        (Strong(p.name), role, p.job_title or DASH, p.department.name if p.department else DASH)
        for p, role in seats
    )
    manager = audit.programme.manager
    blocks: list[Block] = [
        Letterhead(_("Appointment of the audit team"), audit.title, None, _head(audit)),
        Text(
            _(
                "For the audit %(code)s the following persons are appointed. They audit "
                "impartially, keep "
                "confidential what they learn, and do not audit their own work (ISO/IEC 20000-1, 9.2.2).",
                code=audit.code,
            )
        ),
        Grid(columns, rows, empty=_("Nobody was named as team.")),
        Heading(_("Independence"), 2),
        Text(independence),
        Signatures(
            (
                Signature(_("Audit programme manager"), manager.name if manager else ""),
                Signature(_("Lead auditor"), audit.lead.name if audit.lead else ""),
            )
        ),
    ]
    return paper(_("Appointment of the audit team"), f"{audit.code}-A", blocks)


def _head(audit: Audit) -> tuple[tuple[str, Any], ...]:
    return (
        (_("Audit"), f"{audit.code} · {audit.kind.label}"),
        (_("Dates"), f"{audit.starts_on} – {audit.ends_on}"),
        (_("Programme"), f"{audit.programme.code} {audit.programme.title}"),
        (_("Notice given"), moment(audit.notified_at)),
    )


def plan(audit: Audit) -> Document:
    """Objectives, scope, criteria, team, auditees and places of an audit."""
    blocks: list[Block] = [
        Letterhead(_("Audit plan"), audit.title, None, _head(audit)),
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
        Letterhead(_("Distribution of nonconformities"), audit.title, None, _head(audit)),
        *paper_findings.matrix(report),
    ]
    return paper(_("Distribution of nonconformities"), f"{audit.code}-D", blocks)


def verification(audit: Audit, findings: Sequence[Finding]) -> Document:
    """What was done about each nonconformity, who verified it, when and with what effect."""
    blocks: list[Block] = [Letterhead(_("Verification record"), audit.title, None, _head(audit))]
    for each in findings:
        blocks += _verified(each)
    return paper(_("Verification record"), f"{audit.code}-V", blocks)


def _verified(finding: Finding) -> list[Block]:
    verifier = finding.verified_by.name if finding.verified_by else _("not verified yet")
    columns = (
        GridColumn(_("No."), 2),
        GridColumn(_("Action"), 5),
        GridColumn(_("Owner"), 2),
        GridColumn(_("Due"), 1.8),
        GridColumn(_("Done"), 2.4),
        GridColumn(_("State"), 2),
    )
    rows = tuple(
        (
            Strong(a.code),
            (a.title, a.done_note) if a.done_note else a.title,
            a.owner.name,
            a.due_on,
            moment(a.done_at),
            Badge(a.state.label, tone_of(a.state.tone)),
        )
        for a in finding.actions
    )
    return [
        Heading(f"{finding.code} {finding.title}", 2),
        Facts(
            (
                (_("Grade"), Badge(finding.grade.label, tone_of(finding.grade.tone))),
                (_("State"), Badge(finding.state.label, tone_of(finding.state.tone))),
                (_("Clause"), finding.clause or DASH),
                (_("Owner"), finding.owner.name if finding.owner else DASH),
                (_("Correction"), finding.correction or DASH),
                (_("Cause"), finding.cause or DASH),
                (_("Similar cases"), finding.similar_cases or DASH),
                (_("Verification"), finding.verification_note or DASH),
                (_("Verified by"), f"{verifier}, {moment(finding.verified_at)}"),
                (_("Effectiveness"), finding.effectiveness_note or DASH),
                (_("Closed on"), str(finding.closed_on or DASH)),
            )
        ),
        Grid(columns, rows, compact=True, empty=_("No action was planned.")),
    ]
