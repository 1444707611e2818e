"""Improvements at every stage of their life."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from audit_app.core.clock import today
from audit_app.improvements import services
from audit_app.improvements.models import Better, Improvement, TargetKind
from tests.people import People

PATH = ("proposed", "evaluated", "approved", "in_progress", "implemented", "measured", "closed")


def proposed(people: People, **given: Any) -> Improvement:
    """A proposal of Ana's about incident management."""
    facts: dict[str, Any] = {
        "title": "Answer templates for the ten most frequent requests",
        "description": "Half of the requests are answered by hand with the same words.",
        "process": people.inc,
        "by": people.auditor,
    } | given
    return services.propose(**facts)


def at(people: People, state: str, **given: Any) -> Improvement:
    """An improvement walked to a state: Mia evaluates, Ben approves and closes, Olga carries it out."""
    own = {name: given.pop(name) for name in ("by", "title", "origin") if name in given}
    measured = given.pop("measured", Decimal("97.5"))
    made, stop = proposed(people, **own), PATH.index(state)
    evaluation: dict[str, Any] = {
        "benefit": 4, "effort": 2, "risk": 1, "evaluation_note": "Seen with the service desk.",
        "owner": people.owner, "due_on": today() + timedelta(days=60), "target_kind": TargetKind.QUALITY,
        "target_what": "Requests answered in target", "better": Better.HIGHER, "unit": "%",
        "baseline": Decimal("88.2"), "target": Decimal(95),
    }  # fmt: skip
    steps: tuple[tuple[Any, dict[str, Any]], ...] = (
        (services.evaluate, evaluation | given | {"by": people.manager}),
        (services.approve, {"by": people.boss}),
        (services.start, {"by": people.owner}),
        (services.implement, {"note": "Templates are in the tool.", "by": people.owner}),
        (
            services.measure,
            {"measured": measured, "measured_on": today(), "note": "SLA report", "by": people.owner},
        ),
        (services.close, {"note": "Answers are quicker.", "by": people.boss}),
    )
    for verb, facts in steps[:stop]:
        verb(made, **facts)
    return made
