"""Findings at every stage of their life, made by the same services a person uses."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from audit_app.core import clock
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.evidence.services import attach as attach
from audit_app.findings import action_services, answers, checks, services
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.models import (
    Action,
    ActionKind,
    ActionState,
    Finding,
    FindingState,
    Grade,
    Origin,
    Proof,
)
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme, TeamMember
from tests.people import People

PATH = (
    "draft", "issued", "accepted", "corrected", "analysed", "proposed", "planned", "in_progress", "implemented",
    "verified", "effectiveness_due", "closed",
)  # fmt: skip
"""The way of a nonconformity."""
LONG_AGO = timedelta(days=80)
"""So long before today the actions of a finding were done whose effect can be judged today."""


class Upload:
    """What a browser sends: a name and a stream."""

    def __init__(
        self, filename: str = "record.txt", content: bytes = b"Change record 4711, approved by the CAB.\n"
    ):
        self.filename = filename
        self.stream = BytesIO(content)


def audit(people: People, state: AuditState = AuditState.IN_PROGRESS, code: str = "IA-2026-01") -> Audit:
    """An audit of incident management led by Leo with Ana in the team."""
    programme = db.session.query(Programme).first() or Programme(
        code="P-2026", year=2026, title="2026", objectives="Cover all clauses"
    )
    made = Audit(
        code=code,
        programme=programme,
        kind=AuditKind.INTERNAL,
        title="Incident management",
        criteria="ISO/IEC 20000-1:2018",
        starts_on=today(),
        ends_on=today() + timedelta(days=1),
        state=state,
        lead=people.lead,
        clauses=["8.6.1"],
    )
    made.members = [TeamMember(person=people.auditor)]
    made.processes, made.departments, made.auditees = [people.inc], [people.ops], [people.owner]
    db.session.add_all([programme, made])
    db.session.flush()
    return made


def finding(people: People, grade: Grade = Grade.MINOR, **given: Any) -> Finding:
    """A draft raised by Ana against incident management, owned by Olga."""
    facts: dict[str, Any] = {
        "grade": grade,
        "title": "Priority missing on major incidents",
        "requirement": "8.6.1: incidents shall be classified by impact and urgency.",
        "objective_evidence": "INC0010023, INC0010045 and INC0010051 of May carry no priority.",
        "nonconformity": "Three of twelve sampled incidents were worked on without a priority.",
        "location": "Operations, service desk, ticket system",
        "clause": "8.6.1",
        "process": people.inc,
        "department": None,
        "owner": None,
        "origin": Origin.INTERNAL_AUDIT,
        "by": people.auditor,
    } | given
    return services.raise_finding(**facts)


def corrective(people: People, subject: Finding, **given: Any) -> Action:
    """A corrective action of Olga's, due in three weeks."""
    facts: dict[str, Any] = {
        "title": "Make priority mandatory in the incident form and train the desk",
        "owner": people.owner,
        "due_on": today() + timedelta(days=21),
        "kind": ActionKind.CORRECTIVE,
        "finding": subject,
        "by": people.owner,
    } | given
    return action_services.add_action(**facts)


def at(people: People, state: str, grade: Grade = Grade.MINOR, **given: Any) -> Finding:
    """A finding walked to a state of the full path by the people who may; far states began long ago."""
    stop = PATH.index(state)
    far = stop > PATH.index("verified")
    with clock.at(now() - LONG_AGO) if far else nullcontext():
        made = finding(people, grade, **given)
        for name in PATH[1 : min(stop, PATH.index("verified")) + 1]:
            WALK[name](people, made)
    for name in PATH[PATH.index("verified") + 1 : stop + 1]:
        WALK[name](people, made)
    return made


def _plan(people: People, made: Finding) -> None:
    corrective(people, made)
    answers.propose(made, by=made.owner or people.owner)


def _do(people: People, made: Finding) -> None:
    for action in made.actions:
        if action.state is ActionState.OPEN:
            action_services.done(action, note="Form changed, 14 people trained.", by=action.owner)
    attach(made, Upload(), by=made.owner or people.owner)
    answers.report_done(made, by=made.owner or people.owner)


CAUSE: dict[str, Any] = {
    "cause_category": CauseCategory.TECHNOLOGY,
    "cause": "The form lets the desk save without a priority, because the field was optional since the migration.",
    "similar_cases": "Service requests and problems looked at: 40 records, all classified.",
}


def proof() -> dict[str, Any]:
    """What shows that a cause is gone: a sample of today."""
    return {
        "effectiveness_note": "No incident without priority in three months.",
        "shown_by": Proof.SAMPLE,
        "record": "Sixty incidents of the last month, list INC-S-07",
        "record_on": today(),
    }


def agreed(made: Finding) -> dict[str, Any]:
    """Criterion and day of the check, as the policy proposes the earliest."""
    last = max(action.due_on for action in made.actions)
    return {
        "effectiveness_criterion": "No incident without a priority in sixty records.",
        "effectiveness_due_on": last + timedelta(days=30),
    }


WALK: dict[str, Callable[[People, Finding], Any]] = {
    "issued": lambda p, f: services.issue(f, by=p.lead),
    "accepted": lambda p, f: answers.accept(f, by=f.owner or p.owner),
    "corrected": lambda p, f: answers.correct(
        f,
        correction="Priorities were set on the three incidents.",
        correction_done_on=today(),
        by=f.owner or p.owner,
    ),
    "analysed": lambda p, f: answers.analyse(f, **CAUSE, by=f.owner or p.owner),
    "proposed": _plan,
    "planned": lambda p, f: answers.approve_plan(f, **agreed(f), by=p.lead),
    "in_progress": lambda p, f: answers.start(f, by=f.owner or p.owner),
    "implemented": _do,
    "verified": lambda p, f: checks.verify(
        f, note="Looked at the form and at 20 incidents of June.", by=p.auditor2
    ),
    "effectiveness_due": lambda p, f: checks.call_checks(),
    "closed": lambda p, f: checks.close(f, **proof(), by=p.lead),
}
"""The step into each state of the path, by the person whose turn it is."""


def many(people: People, count: int, *, since: date | None = None) -> None:
    """Rows straight into the table, for lists and figures: every third is late, every fifth closed."""
    first, moment = since or today() - timedelta(days=900), now()
    rows = []
    start = db.session.query(Finding).count()
    for number in range(start, start + count):
        raised = first + timedelta(days=number % 900)
        closed = number % 5 == 0
        rows.append(
            {
                "code": f"OBS-{raised.year}-{number + 1:05d}",
                "grade": Grade.OBSERVATION if number % 2 else Grade.OFI,
                "origin": Origin.INTERNAL_AUDIT,
                "state": FindingState.CLOSED if closed else FindingState.ISSUED,
                "title": f"Row {number}",
                "objective_evidence": f"Record {number}",
                "clause": f"8.{number % 7 + 1}",
                "process_id": (people.inc, people.chg, people.slm)[number % 3].id,
                "department_id": (people.ops, people.dev, people.sdm, people.qmo)[number % 4].id,
                "owner_id": (people.owner, people.owner2)[number % 2].id,
                "raised_by_id": people.auditor.id,
                "raised_on": raised,
                "next_due_on": None if closed or number % 3 else raised + timedelta(days=30),
                "closed_by_id": people.lead.id if closed else None,
                "closed_at": moment if closed else None,
                "closed_on": raised + timedelta(days=20) if closed else None,
                "version": 1,
                "reopened": 0,
            }
        )
    db.session.execute(Finding.__table__.insert(), rows)
    db.session.flush()
