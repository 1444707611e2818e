"""The verbs on improvements: the only code that changes their rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now, today
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.improvements.models import Better, Improvement, ImprovementSource, ImprovementState, TargetKind
from audit_app.improvements.sources import Origin
from audit_app.improvements.workflow import IMPROVEMENT, may_edit
from audit_app.notifications.services import queue
from audit_app.trail import services as trail

CODE = "IMP-{year}-{number:03d}"


def _said(text: str, words: Any, field: str) -> str:
    if not text.strip():
        raise Refused(words, field)
    return text.strip()


@contextmanager
def _step(name: str, improvement: Improvement, *, by: Person, **details: Any) -> Iterator[None]:
    """Inside, set the facts of a step; then it is fired and written to the trail, or nothing has changed."""
    with (
        db.session.begin_nested(),
        trail.act(f"improvement.{name}", improvement, by=by, **details),
        db.session.no_autoflush,
    ):
        yield
        IMPROVEMENT.fire(name, improvement, by=by)


def propose(
    *,
    title: str,
    description: str,
    process: Process | None = None,
    department: Department | None = None,
    origin: Origin | None = None,
    by: Person,
) -> Improvement:
    """Put a proposal into the register; everybody who works here may. Raises :class:`Refused`."""
    if not by.may(Permission.IMPROVEMENT_PROPOSE):
        raise Refused(_l("Your role reads only. Tell somebody who works here what could be better."))
    words = _said(title, _l("Say in one line what could be better."), "title")
    why = _said(description, _l("Say what it would change and for whom."), "description")
    with db.session.begin_nested():
        made = Improvement(
            code=next_code(CODE, today().year), state=ImprovementState.PROPOSED, title=words, description=why,
            source=origin.source if origin else ImprovementSource.STAFF,
            source_id=origin.id if origin else None,
            source_code=origin.code if origin else "", process=process,
            department=department or (process.department if process is not None else None), proposed_by=by,
            proposed_on=today(), better=Better.HIGHER,
        )  # fmt: skip
        with trail.act("improvement.propose", made, by=by):
            db.session.add(made)
    for person in accounts.people_with(Permission.IMPROVEMENT_EVALUATE):
        if person.id != by.id:
            queue("improvement.proposed", to=person, subject=made)
    return made


def edit(
    improvement: Improvement,
    *,
    title: str,
    description: str,
    process: Process | None,
    department: Department | None,
    by: Person,
) -> Improvement:
    """Word a proposal better, as long as it is not decided."""
    if not may_edit(improvement, by):
        raise Refused(_l("This proposal is no longer changed, or not by you."))
    words = _said(title, _l("Say in one line what could be better."), "title")
    why = _said(description, _l("Say what it would change and for whom."), "description")
    with db.session.begin_nested(), trail.act("improvement.edit", improvement, by=by):
        improvement.title, improvement.description = words, why
        improvement.process, improvement.department = process, department
    return improvement


def evaluate(
    improvement: Improvement,
    *,
    benefit: int,
    effort: int,
    risk: int,
    evaluation_note: str = "",
    owner: Person | None = None,
    due_on: date | None = None,
    target_kind: TargetKind | None = None,
    target_what: str = "",
    better: Better = Better.HIGHER,
    unit: str = "",
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    by: Person,
) -> Improvement:
    """Score a proposal by the criteria (1 to 5 each), and set its target, owner and date as far as known.

    May be done again until it is decided. Raises :class:`Refused`.
    """
    if due_on is not None and due_on < today():
        raise Refused(_l("This day has passed. Choose today or a later day."), "due_on")
    if owner is not None and not owner.may(Permission.IMPROVEMENT_PROPOSE):
        raise Refused(_l("%(name)s only reads here. Choose somebody else.", name=owner.name), "owner_id")
    if target is not None and (target_kind is None or not target_what.strip()):
        raise Refused(_l("Say what the target is for and what is measured."), "target_kind")
    note = _said(evaluation_note, _l("Say how you came to these scores."), "evaluation_note")
    with _step("evaluate", improvement, by=by):
        improvement.benefit, improvement.effort, improvement.risk = benefit, effort, risk
        improvement.evaluation_note = note
        improvement.owner, improvement.due_on = owner, due_on
        improvement.target_kind, improvement.target_what = target_kind, target_what.strip()
        improvement.better, improvement.unit = better, unit.strip()
        improvement.baseline, improvement.target = baseline, target
        improvement.evaluated_by, improvement.evaluated_at = by, now()
    return improvement


def approve(improvement: Improvement, *, by: Person) -> Improvement:
    """Decide to do it: by another person than its proposer, with a target, an owner and a date."""
    with _step("approve", improvement, by=by):
        improvement.decided_by, improvement.decided_at = by, now()
    queue("improvement.approved", to=improvement.owner, subject=improvement)
    if improvement.proposed_by_id != improvement.owner_id:
        queue("improvement.approved", to=improvement.proposed_by, subject=improvement)
    return improvement


def decline(improvement: Improvement, *, reason: str, by: Person) -> Improvement:
    """Decide not to do it; the reason is told to the proposer."""
    words = _said(reason, _l("Say why it is declined: the proposer reads this."), "reason")
    with _step("decline", improvement, by=by, reason=words):
        improvement.decided_by, improvement.decided_at = by, now()
        improvement.declined_reason = words
    queue("improvement.declined", to=improvement.proposed_by, subject=improvement)
    return improvement


def start(improvement: Improvement, *, by: Person) -> Improvement:
    """Work has begun."""
    with _step("start", improvement, by=by):
        improvement.started_on = today()
    return improvement


def implement(improvement: Improvement, *, note: str, by: Person) -> Improvement:
    """It is in place; what remains is to measure."""
    words = _said(note, _l("Say what was put in place."), "note")
    with _step("implement", improvement, by=by):
        improvement.implemented_on, improvement.implementation_note = today(), words
    return improvement


def measure(
    improvement: Improvement, *, measured: Decimal | None, measured_on: date | None, note: str, by: Person
) -> Improvement:
    """Record the value measured against the target; whether it is reached is computed."""
    if measured is None:
        raise Refused(_l("Enter the value that was measured."), "measured")
    if measured_on is None or measured_on > today():
        raise Refused(_l("Enter the day of the measurement: today or an earlier day."), "measured_on")
    words = _said(note, _l("Say where the value comes from."), "note")
    with _step("measure", improvement, by=by):
        improvement.measured, improvement.measured_on = measured, measured_on
        improvement.measurement_note = words
    queue("improvement.measured", to=improvement.decided_by, subject=improvement)
    return improvement


def close(improvement: Improvement, *, note: str, by: Person) -> Improvement:
    """Report the result, reached or not, and close."""
    words = _said(note, _l("Say what the improvement brought, and what was learnt."), "note")
    with _step("close", improvement, by=by):
        improvement.closed_by, improvement.closed_at, improvement.closed_on = by, now(), today()
        improvement.closing_note = words
    queue("improvement.closed", to=improvement.proposed_by, subject=improvement)
    return improvement


def resume(improvement: Improvement, *, due_on: date | None, note: str, by: Person) -> Improvement:
    """The target is not reached yet: the work goes on until a new date. The trail keeps what was measured."""
    words = _said(note, _l("Say what is done differently now."), "note")
    if due_on is None or due_on < today():
        raise Refused(_l("Choose today or a later day."), "due_on")
    with _step("resume", improvement, by=by, reason=words):
        improvement.due_on = due_on
        improvement.measured = improvement.measured_on = improvement.implemented_on = None
    queue("improvement.approved", to=improvement.owner, subject=improvement)
    return improvement
