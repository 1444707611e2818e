"""Templates, audits with checklists, and answers that went through the one door."""

import uuid
from typing import Any

from audit_app.accounts.models import Person
from audit_app.checklists import questions, services, sync
from audit_app.checklists.models import Checklist, ChecklistItem, TemplateVersion
from audit_app.checklists.protocol import Batch, Reply
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme.models import Audit, AuditKind, AuditState, Programme, TeamMember
from tests.people import People

DEVICE = "11111111-1111-4111-8111-111111111111"


def draft(people: People, *prompts: str, title: str = "Own checklist") -> TemplateVersion:
    """A draft with one question per prompt, on clauses 8.6.1, 8.6.2, …"""
    version = services.add_template(title_en=title, by=people.lead)
    for number, prompt in enumerate(prompts or ("Is it recorded?", "Is it reviewed?"), start=1):
        questions.add_question(
            version, clause=f"8.6.{number}", section="8.6", assessable=True, prompt_en=prompt, by=people.lead
        )
    return version


def published(people: People, *prompts: str) -> TemplateVersion:
    """The same, published."""
    return services.publish(draft(people, *prompts), by=people.lead)


def shipped(key: str = "iso20000-1-2018") -> TemplateVersion:
    """A template that ships, in the library."""
    services.load_shipped()
    return next(v for v in db.session.query(TemplateVersion) if v.template.key == key)


def audit(
    people: People, state: AuditState = AuditState.IN_PROGRESS, code: str = "IA-1", **facts: Any
) -> Audit:
    """An audit led by Leo with Ana in the team."""
    programme = db.session.query(Programme).first() or Programme(
        code="P-1", year=today().year, title="Year", objectives="Find out"
    )
    wanted = {
        "title": "Incidents", "criteria": "ISO/IEC 20000-1:2018", "clauses": ["8.6"], "starts_on": today(),
        "ends_on": today(), "lead": people.lead, "kind": AuditKind.INTERNAL,
    }  # fmt: skip
    made = Audit(code=code, programme=programme, state=state, **{**wanted, **facts})
    made.members = [TeamMember(person=people.auditor)]
    made.auditees = [people.owner]
    db.session.add(made)
    db.session.flush()
    return made


def checklist(people: People, *prompts: str, **facts: Any) -> Checklist:
    """An audit's copy of a small published checklist."""
    return services.add_checklist(audit(people, **facts), published(people, *prompts), by=people.lead)


def revision(item: ChecklistItem, by: Person, **facts: Any) -> dict[str, Any]:
    """A revision as a device makes it; everything can be changed."""
    return {
        "id": str(uuid.uuid4()),
        "audit": item.checklist.audit_id,
        "item": item.id,
        "base": [],
        "value": "conform",
        "note": "Seen: three records.",
        "author": by.id,
        "device_seq": 1,
        "client_time": "2026-03-10T09:30:00.000+08:00",
        "tz_offset": 480,
        "clock_offset_ms": 0,
        "template_version": item.checklist.version_id,
        "attachment_ids": [],
        **facts,
    }


def batch(*items: Any, device: str = DEVICE, **facts: Any) -> Batch:
    """Several revisions at once."""
    return Batch(protocol=1, device_id=device, items=list(items), **facts)


def send(by: Person, *items: Any, **facts: Any) -> Reply:
    """Through the door."""
    return sync.receive(batch(*items, **facts), by=by)


def answer(item: ChecklistItem, by: Person, **facts: Any) -> str:
    """An accepted answer; returns its id."""
    given = revision(item, by, **facts)
    assert send(by, given).results[given["id"]].status == "accepted"
    return str(given["id"])
