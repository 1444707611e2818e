"""When a plan may be changed and approved (rule R3), when meetings may be recorded."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.agenda import queries, team
from audit_app.agenda.models import AuditPlan, PlanState, Slot, SlotKind
from audit_app.core.clock import local
from audit_app.core.days import SaidDay
from audit_app.core.listing import named
from audit_app.core.workflow import Step, Workflow
from audit_app.programme.models import Audit, AuditState

CHANGEABLE = (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)
RECORDABLE = (*CHANGEABLE, AuditState.REPORTED)


def why_no_edit(audit: Audit, person: Person) -> Any:
    """Why the person cannot change the agenda now; None when they can."""
    if audit.state not in CHANGEABLE:
        return _l("The audit is “%(state)s”: its plan no longer changes.", state=audit.state.label)
    if person.may(P.AUDIT_PLAN) or (person.may(P.AUDIT_CONDUCT) and audit.lead_id == person.id):
        return None
    return _l("Only the lead auditor or the programme manager changes the plan.")


def why_no_record(audit: Audit, person: Person) -> Any:
    """Why the person cannot record meetings and opinions; None when they can."""
    if audit.state not in RECORDABLE:
        return _l("The audit is “%(state)s”: its meetings no longer change.", state=audit.state.label)
    if person.may(P.AUDIT_PLAN) or person.id in {each.id for each in audit.auditors}:
        return None
    return _l("Only the audit team or the programme manager records the meetings.")


def outside(plan: AuditPlan) -> list[Slot]:
    """Slots that do not lie in the days of the audit (its dates may have changed since)."""
    first, last = plan.audit.starts_on, plan.audit.ends_on
    return [
        slot
        for slot in plan.slots
        if not (first <= local(slot.starts_at).date() and local(slot.ends_at).date() <= last)
    ]


def _told(slots: list[Slot]) -> str:
    return named([f"{local(slot.starts_at):%m-%d} {slot.hours} {slot.name}" for slot in slots])


def has_agenda(plan: AuditPlan, _person: Person) -> Any:
    """There is an agenda with both meetings."""
    kinds = {slot.kind for slot in plan.slots}
    if SlotKind.OPENING in kinds and SlotKind.CLOSING in kinds and SlotKind.WORK in kinds:
        return None
    return _l("The agenda needs an opening meeting, at least one slot of auditing, and a closing meeting.")


def everybody_named(plan: AuditPlan, _person: Person) -> Any:
    """Somebody asks and somebody answers in every slot of auditing."""
    bare = [slot for slot in plan.slots if slot.kind is SlotKind.WORK and not slot.auditees]
    if bare:
        return _l("Nobody answers in these slots: %(slots)s. Choose an auditee for each.", slots=_told(bare))
    bare = [slot for slot in plan.slots if slot.kind is SlotKind.WORK and not slot.auditors]
    if bare:
        return _l("Nobody audits in these slots: %(slots)s. Choose an auditor for each.", slots=_told(bare))
    return None


def inside_days(plan: AuditPlan, _person: Person) -> Any:
    """The agenda lies in the days of the audit."""
    found = outside(plan)
    if not found:
        return None
    return _l(
        "Outside the days of the audit (%(first)s to %(last)s): %(slots)s. Move them, or change the dates.",
        first=SaidDay(plan.audit.starts_on),
        last=SaidDay(plan.audit.ends_on),
        slots=_told(found),
    )


def no_clash(plan: AuditPlan, _person: Person) -> Any:
    """Nobody and no room is asked for twice."""
    found = queries.clashes_of(plan)
    return found[0].words if found else None


def within_competence(plan: AuditPlan, _person: Person) -> Any:
    """Nobody asks about clauses that their competence leaves out."""
    found = team.beyond_competence(plan)
    return found[0] if found else None


def not_author(plan: AuditPlan, person: Person) -> Any:
    """Four eyes: whoever wrote the plan does not approve it alone."""
    if plan.edited_by_id != person.id:
        return None
    return _l("You wrote this plan. Somebody else approves it: the programme manager, or top management.")


PLAN = Workflow(
    "plan",
    (
        Step(
            "approve",
            _l("Approve the plan"),
            (PlanState.DRAFT,),
            PlanState.APPROVED,
            P.PLAN_APPROVE,
            (has_agenda, everybody_named, inside_days, no_clash, within_competence, not_author),
            "success",
        ),
    ),
)


def problems(plan: AuditPlan, person: Person) -> list[Any]:
    """What stands between the plan and its approval, whoever approves: a sentence each."""
    found = [guard(plan, person) for guard in (has_agenda, everybody_named, inside_days)]
    said = [words for words in found if words is not None]
    return said + [clash.words for clash in queries.clashes_of(plan)] + team.beyond_competence(plan)


def may_attach(plan: AuditPlan, _person: Person) -> Any:
    """Files hang on the audit, not on its plan."""
    return _l("Attach the file to the audit %(code)s itself.", code=plan.code)
