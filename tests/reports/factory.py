"""An audit in progress with answers and findings, and its report written and issued."""

from typing import Any

from audit_app.checklists import services as services_of_checklists
from audit_app.core.db import db
from audit_app.findings.models import Finding, Grade
from audit_app.programme.models import Audit, TeamRole
from audit_app.reports import exports, services
from audit_app.reports.models import FrozenReport
from tests.checklists import factory as checklists
from tests.findings import factory as findings
from tests.people import People
from tests.programme import factory as programme

WORDS = {
    "conclusion": "Incident management conforms and works, but for one point.",
    "obstacles": "None.",
    "not_covered": "Night shift was not interviewed.",
    "follow_up": "Answers within ten working days.",
}


def audited(people: People, *values: str) -> Audit:
    """Leo's audit of incident management with Ana; a checklist with a question per verdict given."""
    audit = programme.plan_audit(
        people, objective="See whether incidents are handled.", sites=[people.site],
        members=[(people.auditor, TeamRole.AUDITOR)],
    )  # fmt: skip
    programme.run_audit(people, audit, until="start")
    if values:
        version = checklists.published(people, *(f"Question {number}" for number in range(len(values))))
        made = services_of_checklists.add_checklist(audit, version, by=people.lead)
        items = [item for item in made.items if item.assessable]
        for number, (item, value) in enumerate(zip(items, values, strict=True), 1):
            checklists.answer(item, people.auditor, value=value, device_seq=number)
        db.session.refresh(audit)
    return audit


def found(people: People, audit: Audit, grade: Grade = Grade.MINOR, **given: Any) -> Finding:
    """An issued finding of the audit."""
    made = findings.at(people, "issued", grade, audit=audit, **given)
    db.session.refresh(audit)
    return made


def written(people: People, audit: Audit, **given: Any) -> Audit:
    """Everything is written that the lead has to write."""
    services.write(audit, **{"recipients": [people.owner, people.boss], "by": people.lead, **WORDS, **given})
    return audit


def issued(people: People, audit: Audit | None = None) -> FrozenReport:
    """The report as issued."""
    return services.issue(written(people, audit or audited(people)), exports.render_all, by=people.lead)
