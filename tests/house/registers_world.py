"""What the registers of findings and improvements add to the world: a repeat and its policy."""

from typing import Any

from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.findings import repeat_services
from audit_app.findings.models import Finding
from audit_app.findings.repeat_models import FindingRepeat
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
    return {}


def addresses(world: Any) -> dict[str, list[dict[str, Any]]]:
    """Parameters of the endpoints of the registers."""
    words = {"nonconformity": "Three of twelve sampled incidents carry no priority.", "clause": "8.6.1"}
    return {"findings.proposals": [words | {"process_id": world.people.inc.id, "grade": "minor"}, {}]}
