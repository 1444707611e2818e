"""What the page of a report shows beyond the report itself."""

from typing import Any

from flask_babel import gettext as _

from audit_app.accounts.models import Person
from audit_app.programme.models import Audit, AuditState
from audit_app.programme.workflow import leads
from audit_app.reports import exports, queries, telling
from audit_app.reports.compile import findings_of, majors
from audit_app.reports.distribution import distribution
from audit_app.reports.models import AuditReport, ReportState
from audit_app.reports.paper_findings import cell, total
from audit_app.reports.workflow import REPORT, refusals
from audit_app.trail import queries as trail


def page(audit: Audit, person: Person, number: int | None) -> dict[str, Any]:
    """Everything the page shows: the report as issued, or as it would be issued now."""
    words = queries.report_of(audit)
    report, sha256 = exports.report_of(audit, to=person, number=number)
    ready = audit.state not in (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.CANCELLED)
    mine = leads(audit, person) is None and ready
    table = distribution(report)
    grave = majors(findings_of(audit))
    return {
        "audit": audit,
        "words": words,
        "report": report,
        "sha256": sha256,
        "issued": queries.issued(audit),
        "files": queries.hashes(audit),
        "t": telling,
        "table_heads": [*(_unit(each) for each in table.departments), _("Total")],
        "table_rows": [
            (clause, [*(cell(*each) for each in cells), cell(*total(cells))]) for clause, cells in table.rows
        ],
        "offers": REPORT.offers(words, person) if mine else [],
        "may_write": mine and words.state is ReportState.DRAFT,
        "to_approve": grave if grave and sorted(words.grades) != grave else [],
        "may_approve": ready and not refusals(words, person),
        "next_words": next_words(audit, words, grave),
        "history": trail.history(words) if words.id is not None else [],
    }


def _unit(name: Any) -> str:
    return telling.name(name) if name is not None else _("No department")


def next_words(audit: Audit, report: AuditReport, grave: list[str]) -> str:
    """The one sentence that says what happens next."""
    if report.state is ReportState.ISSUED:
        if audit.state is AuditState.IN_PROGRESS:
            return _("The audit was reopened. When the answers are in, it is reported again by a supplement.")
        return _("Nothing more to do here: the report is issued. A correction is a numbered supplement.")
    if audit.state in (AuditState.PLANNED, AuditState.NOTIFIED):
        return _("The report is written after the fieldwork. Below is what the plan already says.")
    if grave and sorted(report.grades) != grave:
        return _(
            "The lead auditor writes what no data can say; a second person approves the major "
            "grades; then the "
            "report is issued."
        )
    return _(
        "The lead auditor writes what no data can say and issues the report. Issuing freezes it for ever."
    )
