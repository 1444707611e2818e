"""Verbs on the yearly programme: write, approve, revise, close."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications import services as notifications
from audit_app.programme import versions
from audit_app.programme.models import Programme, ProgrammeState
from audit_app.programme.workflow import PROGRAMME
from audit_app.trail import services as trail

FIRST_YEAR, LAST_YEAR = 2000, 2100


def add_programme(
    year: int,
    title: str,
    objectives: str,
    risks: str = "",
    methods: str = "",
    manager: Person | None = None,
    *,
    by: Person,
) -> Programme:
    """Write the audit programme of a year (9.2.2); its code reads ``SMS-AP-2026``. One per year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused(_l("Choose a year between 2000 and 2100."), field="year")
    if db.session.scalar(select(func.count()).where(Programme.year == year)):
        raise Refused(
            _l("There is a programme for %(year)s already. Open it and edit it.", year=year), field="year"
        )
    organisation = accounts.organisation()
    prefix = organisation.code_prefix if organisation else "SMS"
    programme = Programme(code=f"{prefix}-AP-{year}", year=year, state=ProgrammeState.DRAFT)
    _facts(programme, title, objectives, risks, methods, manager)
    with trail.act("programme.add", programme, by=by):
        db.session.add(programme)
    return programme


def edit_programme(
    programme: Programme,
    *,
    title: str,
    objectives: str,
    risks: str = "",
    methods: str = "",
    manager: Person | None = None,
    by: Person,
) -> Programme:
    """Change a draft. What was approved is revised first, so that approval always means the present text."""
    if programme.state is not ProgrammeState.DRAFT:
        raise Refused(_l("The programme is approved. Take the step “Revise the programme” first."))
    with trail.act("programme.edit", programme, by=by):
        _facts(programme, title, objectives, risks, methods, manager)
    return programme


def approve_programme(programme: Programme, *, by: Person) -> Programme:
    """Approve, as top management: this freezes a version; the programme manager is told."""
    return _approved(programme, "approve", by)


def approve_changes(programme: Programme, reason: str, *, by: Person) -> Programme:
    """Approve what changed since the last approval, as a new version with the reason of it."""
    if not reason.strip():
        raise Refused(_l("Say why the programme changes: the new version keeps it."), field="reason")
    return _approved(programme, "approve_changes", by, reason=reason.strip())


def _approved(programme: Programme, step: str, by: Person, **details: str) -> Programme:
    with trail.act("programme.approve", programme, by=by, **details):
        PROGRAMME.fire(step, programme, by=by)
        programme.approved_by, programme.approved_at = by, now()
        programme.revision_reason = details.get("reason", programme.revision_reason)
        versions.freeze(programme, by=by, at=programme.approved_at)
        programme.revision_reason = ""
    if programme.manager is not None and programme.manager.id != by.id:
        notifications.queue("programme.approved", to=programme.manager, subject=programme)
    return programme


def revise_programme(programme: Programme, reason: str, *, by: Person) -> Programme:
    """Open an approved programme again; top management is asked to approve the new text."""
    if not reason.strip():
        raise Refused(_l("Say why the programme is revised."), field="reason")
    with trail.act("programme.revise", programme, by=by, reason=reason.strip()):
        PROGRAMME.fire("revise", programme, by=by)
        programme.approved_by = programme.approved_at = None
        programme.revision_reason = reason.strip()
    for person in accounts.people_with(Permission.PROGRAMME_APPROVE):
        notifications.queue("programme.revised", to=person, subject=programme)
    return programme


def close_programme(programme: Programme, *, by: Person) -> Programme:
    """Close the year when all its audits are closed or cancelled."""
    with trail.act("programme.close", programme, by=by):
        PROGRAMME.fire("close", programme, by=by)
    return programme


def _facts(
    programme: Programme, title: str, objectives: str, risks: str, methods: str, manager: Person | None
) -> None:
    if not title.strip():
        raise Refused(_l("Give the programme a title."), field="title")
    if not objectives.strip():
        raise Refused(_l("Write down what the programme is to achieve."), field="objectives")
    programme.title, programme.objectives = title.strip(), objectives.strip()
    programme.risks, programme.methods, programme.manager = risks.strip(), methods.strip(), manager
