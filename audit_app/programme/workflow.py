"""Life of an audit and of a programme (ISO 19011 clauses 5 and 6), as tables read from top to bottom."""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.accounts.permissions import Role
from audit_app.core.clock import local
from audit_app.core.days import SaidDay, SaidDays
from audit_app.core.listing import named
from audit_app.core.workdays import is_working
from audit_app.core.workflow import Offer, Step, Workflow
from audit_app.programme import fitness, gaps, versions
from audit_app.programme.fieldwork_guards import all_answered, all_arrived
from audit_app.programme.independence import Scope
from audit_app.programme.models import Audit, AuditState, Programme, ProgrammeState

NOTICE_DAYS = 7
"""Days between notice and start that are customary (domain practice: about a week); less is remarked, not
refused."""


def scope_of(audit: Audit) -> Scope:
    """The scope of an audit as the independence rule reads it."""
    return fitness.Plan.of(audit).scope


def has_criteria(audit: Audit, _person: Person) -> Any:
    """An audit has criteria (9.2.2 a)."""
    return None if audit.criteria.strip() else _l("Say against what is audited: fill in the criteria.")


def has_scope(audit: Audit, _person: Person) -> Any:
    """An audit has a scope (9.2.2 a)."""
    if audit.clauses or audit.processes or audit.departments:
        return None
    return _l("Say what is audited: choose processes, clauses or departments.")


def has_lead(audit: Audit, _person: Person) -> Any:
    """Somebody leads."""
    return None if audit.lead_id else _l("Choose a lead auditor.")


def has_auditee(audit: Audit, _person: Person) -> Any:
    """Somebody answers for what is audited, and gets the notice."""
    return None if audit.auditees else _l("Choose at least one auditee: somebody has to get the notice.")


def in_year(audit: Audit, _person: Person) -> Any:
    """The first day lies in the year of the programme."""
    if audit.starts_on.year == audit.programme.year:
        return None
    return _l(
        "The audit starts on %(day)s, but the programme is for %(year)s. Change the date, or plan it in "
        "the other "
        "programme.",
        day=SaidDay(audit.starts_on),
        year=audit.programme.year,
    )


def independent(audit: Audit, _person: Person) -> Any:
    """Nobody audits their own area (checked again here, because owners and departments change)."""
    found = fitness.not_waived(fitness.dependent(audit.auditors, fitness.Plan.of(audit)), audit)
    return found[0].words if found else None


def competent(audit: Audit, _person: Person) -> Any:
    """Everybody in the team is competent on every day of the audit (asked again: records end)."""
    seats = fitness.places(audit.lead, [(member.person, member.role) for member in audit.members])
    found = fitness.not_waived(fitness.incompetent(seats, fitness.Plan.of(audit)), audit)
    return found[0].words if found else None


def programme_approved(audit: Audit, _person: Person) -> Any:
    """The plan is approved before the audit starts (rule R3)."""
    if audit.programme.state is ProgrammeState.APPROVED:
        return None
    return _l(
        "The programme %(code)s is not approved. Ask top management to approve it before the audit starts.",
        code=audit.programme.code,
    )


def plan_approved(audit: Audit, _person: Person) -> Any:
    """Where there is a plan by the hour, it is approved before the audit starts (rule R3)."""
    if audit.plan is None or audit.plan.state == "approved":
        return None
    return _l("The audit plan is not approved. Have it approved before the audit starts.")


def leads(audit: Audit, person: Person) -> Any:
    """The lead auditor of this audit, or the programme manager."""
    if audit.lead_id == person.id or Role.PROGRAMME_MANAGER in person.role_set:
        return None
    name = audit.lead.name if audit.lead else "–"
    return _l("Only the lead auditor (%(name)s) or the programme manager can do this.", name=name)


def no_drafts(audit: Audit, _person: Person) -> Any:
    """What was found is issued or withdrawn before the report."""
    drafts = [finding.code for finding in audit.findings if finding.state == "draft"]
    if not drafts:
        return None
    return _l(
        "These findings are still drafts: %(codes)s. Issue them or withdraw them first.", codes=named(drafts)
    )


def settled(audit: Audit, _person: Person) -> Any:
    """Every nonconformity is closed or withdrawn."""
    open_ = [finding.code for finding in audit.findings if finding.is_nonconformity and not finding.settled]
    if not open_:
        return None
    return _l(
        "These nonconformities are not closed yet: %(codes)s. The audit closes after them.",
        codes=named(open_),
    )


A = AuditState
PLAN = (has_lead, has_criteria, has_scope, has_auditee, in_year, independent, competent)

AUDIT = Workflow(
    "audit",
    (
        Step("notify", _l("Notify auditees and team"), (A.PLANNED,), A.NOTIFIED, P.AUDIT_PLAN, PLAN),
        Step(
            "start",
            _l("Start the audit"),
            (A.NOTIFIED,),
            A.IN_PROGRESS,
            P.AUDIT_CONDUCT,
            (leads, programme_approved, plan_approved, independent, competent),
        ),
        Step(
            "report",
            _l("Report the audit"),
            (A.IN_PROGRESS,),
            A.REPORTED,
            P.AUDIT_CONDUCT,
            (leads, all_answered, all_arrived, no_drafts),
        ),
        Step(
            "close",
            _l("Close the audit"),
            (A.REPORTED,),
            A.CLOSED,
            P.AUDIT_CLOSE,
            (settled, all_arrived),
            "success",
        ),
        Step(
            "reopen",
            _l("Reopen the audit"),
            (A.REPORTED,),
            A.IN_PROGRESS,
            P.AUDIT_CONDUCT,
            (leads,),
            "secondary",
        ),
        Step(
            "cancel",
            _l("Cancel the audit"),
            (A.PLANNED, A.NOTIFIED, A.IN_PROGRESS),
            A.CANCELLED,
            P.AUDIT_PLAN,
            (),
            "danger",
        ),
    ),
)
"""An audit that we conduct."""

EXTERNAL_AUDIT = Workflow(
    "external audit",
    (
        Step(
            "report",
            _l("Record the result"),
            (A.PLANNED, A.NOTIFIED, A.IN_PROGRESS),
            A.REPORTED,
            P.AUDIT_PLAN,
            (has_criteria, all_answered, all_arrived, no_drafts),
        ),
        Step(
            "notify",
            _l("Notify auditees and team"),
            (A.PLANNED,),
            A.NOTIFIED,
            P.AUDIT_PLAN,
            (has_criteria, has_scope, has_auditee, in_year, independent),
        ),
        Step("start", _l("Mark as in progress"), (A.NOTIFIED,), A.IN_PROGRESS, P.AUDIT_PLAN, (independent,)),
        Step("close", _l("Close the audit"), (A.REPORTED,), A.CLOSED, P.AUDIT_CLOSE, (settled,), "success"),
        Step(
            "cancel",
            _l("Cancel the audit"),
            (A.PLANNED, A.NOTIFIED, A.IN_PROGRESS),
            A.CANCELLED,
            P.AUDIT_PLAN,
            (),
            "danger",
        ),
    ),
)
"""An audit that a certification body conducts and we record: it may go straight to its report."""


def workflow_of(audit: Audit) -> Workflow:
    """The table that this audit follows."""
    return EXTERNAL_AUDIT if audit.external else AUDIT


def offers(audit: Audit, person: Person) -> list[Offer]:
    """The steps of an audit as a person sees them now."""
    return workflow_of(audit).offers(audit, person)


def has_objectives(programme: Programme, _person: Person) -> Any:
    """A programme has objectives (ISO 19011, 5.2)."""
    return None if programme.objectives.strip() else _l("Write down the objectives of the programme first.")


def has_audits(programme: Programme, _person: Person) -> Any:
    """There is something to approve."""
    if any(audit.state is not A.CANCELLED for audit in programme.audits):
        return None
    return _l("Plan at least one audit first: there is nothing to approve yet.")


def gaps_justified(programme: Programme, _person: Person) -> Any:
    """What the year leaves out was accepted by somebody, with a reason (9.2.2, rule R1)."""
    open_ = [gap.key for gap in gaps.unjustified(programme)]
    if not open_:
        return None
    return _l(
        "Not covered by any audit of this year: %(gaps)s. Plan an audit for each, or give the reason under "
        "“Coverage”.",
        gaps=named(open_),
    )


def differs(programme: Programme, _person: Person) -> Any:
    """There is something new to approve."""
    if any(versions.since_approval(programme)):
        return None
    return _l("The programme is as it was approved: there is nothing new to approve.")


def audits_done(programme: Programme, _person: Person) -> Any:
    """Every audit came to an end."""
    open_ = [audit.code for audit in programme.audits if audit.state not in (A.CLOSED, A.CANCELLED)]
    return _l("These audits are still open: %(codes)s.", codes=named(open_)) if open_ else None


S = ProgrammeState

PROGRAMME = Workflow(
    "programme",
    (
        Step(
            "approve",
            _l("Approve the programme"),
            (S.DRAFT,),
            S.APPROVED,
            P.PROGRAMME_APPROVE,
            (has_objectives, has_audits, gaps_justified),
        ),
        Step(
            "approve_changes",
            _l("Approve the changes"),
            (S.APPROVED,),
            S.APPROVED,
            P.PROGRAMME_APPROVE,
            (has_audits, gaps_justified, differs),
        ),
        Step("revise", _l("Revise the programme"), (S.APPROVED,), S.DRAFT, P.PROGRAMME_EDIT, (), "warning"),
        Step(
            "close",
            _l("Close the programme"),
            (S.APPROVED,),
            S.CLOSED,
            P.PROGRAMME_EDIT,
            (audits_done,),
            "success",
        ),
    ),
)

NEXT: dict[AuditState, Any] = {
    A.PLANNED: _l("Complete the plan: scope, dates, lead and team. Then notify the auditees and the team."),
    A.NOTIFIED: _l("The lead auditor prepares the checklists and starts the audit on the agreed day."),
    A.IN_PROGRESS: _l(
        "The team answers the checklists and issues its findings; then the lead auditor reports."
    ),
    A.REPORTED: _l("The owners answer the nonconformities; when all are closed, the audit is closed."),
    A.CLOSED: _l("Nothing more: the audit is closed and its record is kept."),
    A.CANCELLED: _l("Nothing more: the audit was cancelled. The reason stands below."),
}
"""One sentence per state: what happens next."""

PROGRAMME_NEXT: dict[ProgrammeState, Any] = {
    S.DRAFT: _l(
        "The programme manager plans the audits of the year; then top management approves the programme."
    ),
    S.APPROVED: _l("The audits are conducted as planned. When all are closed, the programme is closed."),
    S.CLOSED: _l("Nothing more: the year is closed and its record is kept."),
}


def may_attach(audit: Audit, _person: Person) -> Any:
    """Why files cannot be attached to the audit itself any more; None while they can."""
    if audit.state not in (A.CLOSED, A.CANCELLED):
        return None
    return _l(
        "%(code)s is closed or cancelled, so its record stays as it is. "
        "Attach the file to a finding that is still open.",
        code=audit.code,
    )


def remarks(audit: Audit) -> list[Any]:
    """What is not refused but worth a word on the audit's page."""
    return [*_days_off(audit), *_short_notice(audit)]


def _days_off(audit: Audit) -> list[Any]:
    """Days of an audit still to come on which nobody works; and a year whose holidays are not known yet."""
    if audit.external or audit.state not in (A.PLANNED, A.NOTIFIED):
        return []
    span = range((audit.ends_on - audit.starts_on).days + 1)
    days = [audit.starts_on + timedelta(days=number) for number in span]
    free = [day for day in days if not is_working(day)]
    found = []
    if free:
        found.append(_l("Nobody works on %(days)s (weekend or public holiday). Move the audit, or agree the "
                        "day with the auditees.", days=SaidDays(free)))  # fmt: skip
    return found


def _short_notice(audit: Audit) -> list[Any]:
    if audit.notified_at is None or audit.external or audit.state is not A.NOTIFIED:
        return []
    ahead = (audit.starts_on - local(audit.notified_at).date()).days
    if ahead >= NOTICE_DAYS:
        return []
    return [
        _l(
            "Notice was given %(days)s days ahead; %(usual)s are customary. Ask the auditees whether the "
            "date suits.",
            days=max(ahead, 0),
            usual=NOTICE_DAYS,
        )
    ]
