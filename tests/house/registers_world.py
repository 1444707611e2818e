"""What the registers of findings and improvements add to the world: a repeat and its policy."""

from io import BytesIO
from typing import Any

from flask import current_app

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.findings import old_importing, old_services, repeat_services
from audit_app.findings.models import Finding, Grade
from audit_app.findings.repeat_models import FindingRepeat
from audit_app.improvements import sources
from audit_app.web import holding
from tests.findings import factory as findings
from tests.improvements import factory
from tests.people import People


def build(p: People, made: dict[str, Finding]) -> dict[str, Any]:
    """The planned finding is a repeat of the closed one; what counts is decided."""
    repeat_services.set_policy(months=12, likeness=50, minors=3, by=p.manager)
    link = FindingRepeat(
        later=made["planned"], earlier=made["closed"], why="clause,process", likeness=100, confirmed_by=p.lead,
        confirmed_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    improvements = {state: factory.at(p, state, title="请求答复模板") for state in factory.PATH}
    ofi = findings.finding(p, Grade.OFI, title="答复模板", by=p.lead)
    findings.services.issue(ofi, by=p.manager)
    origin = sources.find("finding", ofi.id, to=p.manager)
    promoted = factory.proposed(p, title="来自改进机会", origin=origin, by=p.owner)
    sheet = "编号,日期,描述,状态\nOLD-1,2020-01-02,备份未测试,已关闭\nOLD-2,2020-01-02,变更未审批,未关闭\n".encode()
    read = old_importing.preview(sheet, "old.csv", old_services.known())
    facts = {"source": "上海", "filename": "old.csv", "sha256": "0" * 64, "mapping": read.headings}
    old_services.take_in(read.rows, read.numbers, **facts, owner=p.owner, by=p.manager)
    folder = current_app.config["SETTINGS"].data_dir / "uploads"
    held = holding.keep(
        folder, p.manager.id, "old.csv", BytesIO(sheet.replace(b"OLD", b"NEW")), old_register="上海"
    )
    db.session.flush()
    return {"improvements": improvements, "promoted": promoted, "ofi": ofi, "held": held.token}


def addresses(world: Any) -> dict[str, list[dict[str, Any]]]:
    """Parameters of the endpoints of the registers."""
    words = {"nonconformity": "Three of twelve sampled incidents carry no priority.", "clause": "8.6.1"}
    made = world.more["registers"]
    entries = [{"id": each.id} for each in (*made["improvements"].values(), made["promoted"])]
    at = made["improvements"]
    steps = [
        ("proposed", "evaluate"), ("evaluated", "approve"), ("evaluated", "decline"), ("approved", "start"),
        ("in_progress", "implement"), ("implemented", "measure"), ("measured", "close"), ("measured", "resume"),
    ]  # fmt: skip
    return {
        "improvements.show": entries,
        "improvements.edit": entries[:1],
        "improvements.new": [{}, {"source": "finding", "from": made["ofi"].id}],
        "improvements.step": [{"id": at[state].id, "step": step} for state, step in steps],
        "findings.old_preview": [{"token": made["held"]}],
        "findings.old_save": [{"token": made["held"]}],
        "findings.proposals": [words | {"process_id": world.people.inc.id, "grade": "minor"}, {}],
    }
