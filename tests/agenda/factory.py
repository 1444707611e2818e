"""Plans for tests, made through the services."""

from datetime import date, time
from typing import Any

from audit_app.agenda import queries, services
from audit_app.agenda.models import AuditPlan, Slot, SlotKind
from audit_app.programme.models import Audit
from tests.people import People
from tests.programme.factory import plan_audit


def audit_ahead(people: People, **facts: Any) -> Audit:
    """An audit of incident and change management on two days that lie wherever the clock of the test says."""
    wanted = {
        "processes": [people.inc, people.slm],
        "departments": [],
        "auditees": [people.owner, people.owner2],
    }
    return plan_audit(people, **{**wanted, **facts})


def proposed(people: People, audit: Audit | None = None, **facts: Any) -> AuditPlan:
    """A plan with the agenda that the scope gives, written by the lead auditor."""
    audit = audit or audit_ahead(people, **facts)
    services.propose_agenda(audit, by=people.lead)
    plan = queries.plan_of(audit)
    assert plan is not None
    return plan


def approved(people: People, plan: AuditPlan | None = None) -> AuditPlan:
    """A plan that the programme manager approved."""
    plan = plan or proposed(people)
    return services.approve_plan(plan, by=people.manager)


def slot(people: People, plan: AuditPlan, day: date, starts: str, ends: str, **facts: Any) -> Slot:
    """A slot of auditing, times as HH:MM; everything can be changed."""
    wanted: dict[str, Any] = {
        "kind": SlotKind.WORK, "day": day, "starts": time.fromisoformat(starts), "ends": time.fromisoformat(ends),
        "process": people.inc, "auditors": [people.lead], "auditees": [people.owner], "by": people.lead,
    }  # fmt: skip
    return services.add_slot(plan, **{**wanted, **facts})


def work(plan: AuditPlan) -> list[Slot]:
    """The slots of auditing."""
    return [each for each in plan.slots if each.kind is SlotKind.WORK]
