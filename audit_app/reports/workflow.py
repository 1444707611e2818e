"""What must be there before a report is issued (rules R4, R5), as a table read from top to bottom.

One way leads from fieldwork to the report: issuing it takes the audit's own step "report", with all that the
programme asks for, and freezes the report in the same breath. A reopened audit is reported again by a
supplement.
"""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.listing import named
from audit_app.core.workflow import Step, Workflow
from audit_app.findings.models import FindingState
from audit_app.programme.models import AuditState
from audit_app.programme.workflow import AUDIT, leads
from audit_app.reports.compile import findings_of, majors
from audit_app.reports.models import AuditReport, ReportState

REPORTED = (AuditState.REPORTED, AuditState.CLOSED)


def leads_audit(report: AuditReport, person: Person) -> Any:
    """The lead auditor of the audit, or the programme manager."""
    return leads(report.audit, person)


def has_conclusion(report: AuditReport, _person: Person) -> Any:
    """A report concludes (9.2.1 a and b)."""
    if report.audit.conclusion.strip():
        return None
    return _l("Write the conclusion: does the audited area conform, and is it effective?")


def says_obstacles(report: AuditReport, _person: Person) -> Any:
    """What hindered the audit is said, or that nothing did."""
    return None if report.obstacles.strip() else _l("Say what hindered the audit, or that nothing did.")


def says_not_covered(report: AuditReport, _person: Person) -> Any:
    """What was not covered is said, or that all of the scope was."""
    if report.not_covered.strip():
        return None
    return _l("Say which parts of the scope were not covered, or that all of it was.")


def has_recipients(report: AuditReport, _person: Person) -> Any:
    """Results are reported to relevant management (9.2.2 c)."""
    return None if report.recipients else _l("Choose who gets the report: fill in the distribution list.")


def grades_approved(report: AuditReport, _person: Person) -> Any:
    """Somebody else than the lead auditor agreed to each major grade (rule R5)."""
    grave = majors(findings_of(report.audit))
    if not grave or sorted(report.grades) == grave:
        return None
    return _l(
        "A second person must approve the major grades before the report is issued: %(codes)s.",
        codes=named(grave),
    )


def audit_ready(report: AuditReport, person: Person) -> Any:
    """What the audit's own step asks for; an audit that is reported already has taken it."""
    audit = report.audit
    if audit.state in REPORTED:
        return None
    step = AUDIT.by_name["report"]
    if audit.state not in step.frm:
        return _l("The audit is “%(state)s”. It is reported after its fieldwork.", state=audit.state.label)
    found = [words for words in AUDIT.missing(step, audit, person) if words]
    return found[0] if found else None


def all_issued(report: AuditReport, _person: Person) -> Any:
    """No finding of the report is still a draft."""
    drafts = [each.code for each in report.audit.findings if each.state is FindingState.DRAFT]
    if not drafts:
        return None
    return _l(
        "These findings are still drafts: %(codes)s. Issue them or withdraw them first.", codes=named(drafts)
    )


def has_majors(report: AuditReport, _person: Person) -> Any:
    """There is a grade to approve that is not approved yet."""
    grave = majors(findings_of(report.audit))
    if not grave:
        return _l("There is no major nonconformity: no second approval is needed.")
    if sorted(report.grades) == grave:
        return _l("The major grades are approved already.")
    return None


def second_person(report: AuditReport, person: Person) -> Any:
    """Neither the lead auditor nor who raised or answers for one of the majors."""
    audit = report.audit
    if audit.lead_id == person.id:
        return _l(
            "The lead auditor cannot give the second approval. Ask the programme manager or "
            "another lead auditor."
        )
    grave = set(majors(findings_of(audit)))
    mine = [f.code for f in audit.findings if f.code in grave and person.id in (f.raised_by_id, f.owner_id)]
    if not mine:
        return None
    return _l(
        "You raised or answer for %(codes)s. Ask somebody else for the second approval.", codes=named(mine)
    )


APPROVAL = (has_majors, second_person)
"""What the second approval asks for; it changes no state, so it is no step."""


def refusals(report: AuditReport, person: Person) -> list[Any]:
    """Why this person cannot approve the major grades now; empty when they can."""
    if not person.may(P.FINDING_APPROVE):
        return [_l("Your role does not approve grades.")]
    return [words for guard in APPROVAL if (words := guard(report, person)) is not None]


R = ReportState
WORDS = (has_conclusion, says_obstacles, says_not_covered, has_recipients)

REPORT = Workflow(
    "report",
    (
        Step(
            "issue",
            _l("Issue the report"),
            (R.DRAFT,),
            R.ISSUED,
            P.AUDIT_CONDUCT,
            (leads_audit, *WORDS, grades_approved, audit_ready, all_issued),
        ),
        Step(
            "supplement",
            _l("Issue a supplement"),
            (R.ISSUED,),
            R.ISSUED,
            P.AUDIT_CONDUCT,
            (leads_audit, grades_approved, audit_ready, all_issued),
            "secondary",
        ),
    ),
)
"""The report of an audit that we conduct. Certification bodies write their own."""
