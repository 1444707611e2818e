"""What the page benchmark asks for: an audit of 62 items under way, and very many findings."""

import random
import uuid
from datetime import date, timedelta

from flask_security import hash_password
from sqlalchemy import insert, select

from audit_app.accounts.models import Department, Organisation, Person, Process, ProcessClause, Site
from audit_app.accounts.permissions import Role
from audit_app.accounts.sign_in import ensure_roles
from audit_app.checklists import services as checklists
from audit_app.checklists.models import Template, TemplateVersion
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings.models import Finding, FindingState, Grade, Origin
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme


def audit_under_way(password: str) -> dict[str, int]:
    """One lead auditor with an audit of the whole standard. Returns the ids that the pages need."""
    roles = ensure_roles()
    site = Site(code="HQ", name_en="Head office", name_zh="总部")
    department = Department(code="OPS", name_en="Operations", name_zh="运维部", site=site)
    lead, owner = (
        Person(
            name=name, email=f"{name}@bench.example", fs_uniquifier=uuid.uuid4().hex, language="en",
            password=hash_password(password), roles=[roles[role] for role in granted],
        )
        for name, granted in (("lead", (Role.LEAD_AUDITOR, Role.PROGRAMME_MANAGER)), ("owner", (Role.PROCESS_OWNER,)))
    )  # fmt: skip
    process = Process(
        code="INC", name_en="Incident management", name_zh="事件管理", owner=owner, department=department
    )
    process.clause_rows = [ProcessClause(clause="8.6.1", position=0)]
    programme = Programme(
        code=f"SMS-AP-{today().year}", year=today().year, title="Programme", objectives="All clauses"
    )
    audit = Audit(
        code=f"SMS-IA-{today().year}-01", programme=programme, kind=AuditKind.INTERNAL, title="Whole standard",
        criteria="ISO/IEC 20000-1:2018", starts_on=today(), ends_on=today(), state=AuditState.IN_PROGRESS, lead=lead,
    )  # fmt: skip
    organisation = Organisation(id=1, name_en="Benchmark", name_zh="基准", scope_en="", scope_zh="")
    db.session.add_all([organisation, site, department, lead, owner, process, programme, audit])
    db.session.flush()
    checklists.load_shipped(by=None)
    version = db.session.scalars(
        select(TemplateVersion).join(Template).where(Template.key.startswith("iso20000"))
    ).one()
    checklist = checklists.add_checklist(audit, version, by=lead)
    item = next(each for each in checklist.items if each.assessable)
    return {
        "audit": audit.id, "item": item.id, "version": version.id, "person": lead.id,
        "owner": owner.id, "process": process.id, "department": department.id,
    }  # fmt: skip


def many_findings(count: int, ids: dict[str, int]) -> None:
    """Findings of five years in every state, some 25 an audit: how they came about does not matter here."""
    audits = past_audits(max(1, count // 25), ids)
    chance = random.Random(20000)
    states, rows = list(FindingState), []
    for number in range(1, count + 1):
        raised = today() - timedelta(days=chance.randint(0, 1800))
        state = FindingState.CLOSED if chance.random() < 0.8 else chance.choice(states[:5])
        closed = raised + timedelta(days=chance.randint(20, 120)) if state is FindingState.CLOSED else None
        rows.append(row(number, raised, state, closed, chance, {**ids, "audit": chance.choice(audits)}))
    for start in range(0, count, 2000):
        db.session.execute(insert(Finding), rows[start : start + 2000])


def past_audits(count: int, ids: dict[str, int]) -> list[int]:
    """Closed audits of earlier years, spread over their programmes."""
    years = [today().year - back for back in range(1, 6)]
    programmes = [
        Programme(code=f"SMS-AP-{year}", year=year, title="Programme", objectives="All clauses")
        for year in years
    ]
    db.session.add_all(programmes)
    db.session.flush()
    rows = [
        {
            "code": f"SMS-IA-{number:06d}", "programme_id": programmes[number % 5].id, "kind": AuditKind.INTERNAL,
            "title": f"Audit {number}", "criteria": "ISO/IEC 20000-1:2018", "clauses": ["8.6.1"], "lead_id": ids["person"],
            "starts_on": date(years[number % 5], 3, 1), "ends_on": date(years[number % 5], 3, 2),
            "state": AuditState.CLOSED, "version": 1,
        }
        for number in range(count)
    ]  # fmt: skip
    db.session.execute(insert(Audit), rows)
    return list(db.session.scalars(select(Audit.id).where(Audit.state == AuditState.CLOSED)))


def row(
    number: int,
    raised: date,
    state: FindingState,
    closed: date | None,
    chance: random.Random,
    ids: dict[str, int],
) -> dict[str, object]:
    """One row, complete for the constraints that hold for light grades."""
    due = raised + timedelta(days=60)
    return {
        "code": f"OBS-{raised.year}-{number:06d}", "origin": Origin.INTERNAL_AUDIT, "state": state,
        "grade": chance.choice([Grade.OBSERVATION, Grade.OFI]), "title": f"Record {number} was not found in time",
        "requirement": "Records are kept", "objective_evidence": "Sample of twelve", "nonconformity": "", "location": "",
        "clause": chance.choice(["8.6.1", "8.5.1.2", "7.2", "9.1"]), "audit_id": ids["audit"],
        "process_id": ids["process"], "department_id": ids["department"], "owner_id": ids["owner"],
        "raised_by_id": ids["person"], "raised_on": raised, "due_on": due, "original_due_on": due,
        "next_due_on": None if closed else due, "closed_on": closed, "version": 1,
    }  # fmt: skip
