"""Verbs on audits: plan, choose the team, notify, start, report, close, cancel."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.accounts.permissions import Permission, Role
from audit_app.core.clock import now, today
from audit_app.core.counters import next_code
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications import services as notifications
from audit_app.programme import fitness, queries, versions
from audit_app.programme.fitness import Members, Plan
from audit_app.programme.independence import Scope
from audit_app.programme.models import (
    EXTERNAL,
    Audit,
    AuditKind,
    AuditState,
    Programme,
    ProgrammeState,
    TeamMember,
    TeamRole,
)
from audit_app.programme.programmes import (
    add_programme,
    approve_changes,
    approve_programme,
    close_programme,
    edit_programme,
    revise_programme,
)
from audit_app.programme.workflow import workflow_of
from audit_app.trail import services as trail
from audit_app.trail.queries import history

__all__ = [
    "add_audit", "edit_audit", "set_team", "notify", "start", "report", "close", "cancel",
    "add_programme", "approve_changes", "approve_programme", "close_programme", "edit_programme",
    "revise_programme",
]  # fmt: skip

MAY_LEAD = frozenset({Role.LEAD_AUDITOR, Role.PROGRAMME_MANAGER})
CHANGEABLE = (AuditState.PLANNED, AuditState.NOTIFIED, AuditState.IN_PROGRESS)


def add_audit(
    programme: Programme,
    kind: AuditKind,
    title: str,
    criteria: str,
    starts_on: date,
    ends_on: date,
    objective: str = "",
    rationale: str = "",
    clauses: Iterable[str] = (),
    processes: Iterable[Process] = (),
    departments: Iterable[Department] = (),
    sites: Iterable[Site] = (),
    auditees: Iterable[Person] = (),
    lead: Person | None = None,
    members: Members = (),
    *,
    body: str = "",
    recorded: bool = False,
    by: Person,
) -> Audit:
    """Plan an audit in a programme and give it its code, e.g. ``SMS-IA-2026-01`` (external:
    ``SMS-EA-2026-01``).

    ``body`` is the certification body of an external audit; ``recorded`` says that it took place before
    it was
    entered, so its dates may lie in the past. Raises :class:`Refused` naming the field: dates, state of the
    programme, or somebody who would audit their own area.
    """
    kind = AuditKind(kind)
    _programme_open(programme)
    _dates(starts_on, ends_on, programme, past=recorded or kind in EXTERNAL)
    audit = Audit(kind=kind, state=AuditState.PLANNED, starts_on=starts_on, ends_on=ends_on)
    _facts(audit, title, criteria, objective, rationale, body)
    with db.session.no_autoflush:
        _scope(audit, clauses, processes, departments, sites, auditees)
        _check_team(None, lead, members, Plan.of(audit))
        _seat(audit, lead, members)
        audit.code = _code(kind, programme.year)
    with trail.act("audit.add", audit, by=by, **_named(audit)):
        audit.programme = programme
        db.session.add(audit)
    return audit


def edit_audit(
    audit: Audit,
    *,
    kind: AuditKind,
    title: str,
    criteria: str,
    starts_on: date,
    ends_on: date,
    objective: str = "",
    rationale: str = "",
    clauses: Iterable[str] = (),
    processes: Iterable[Process] = (),
    departments: Iterable[Department] = (),
    sites: Iterable[Site] = (),
    auditees: Iterable[Person] = (),
    body: str = "",
    recorded: bool = False,
    change_reason: str = "",
    by: Person,
) -> Audit:
    """Change plan and scope until the report; who was notified is told. A scope that its team may not
    audit is refused."""
    _changeable(audit)
    kind = AuditKind(kind)
    if (kind in EXTERNAL) != audit.external:
        words = _l(
            "The code %(code)s says who conducts the audit. Cancel this one and plan another.",
            code=audit.code,
        )
        raise Refused(words, field="kind")
    moved = (starts_on, ends_on) != (audit.starts_on, audit.ends_on)
    if moved:
        _dates(
            starts_on,
            ends_on,
            audit.programme,
            past=recorded or audit.external or starts_on == audit.starts_on,
        )
    scope = Scope(tuple(processes), tuple(departments), tuple(auditees), on=starts_on)
    plan = Plan.over(scope, ends_on, criteria, kind, clauses := list(clauses))
    _check_plan(audit, plan, moved or criteria != audit.criteria)
    before, approved = _named(audit), versions.copy_of(audit)
    with trail.act("audit.edit", audit, by=by):
        audit.kind, audit.starts_on, audit.ends_on = kind, starts_on, ends_on
        _facts(audit, title, criteria, objective, rationale, body)
        _scope(audit, clauses, scope.processes, scope.departments, sites, scope.auditees)
        versions.reason_given(audit, approved, change_reason)
        flag_modified(audit, "title")  # scope alone may have changed: the version must tell a second editor
    after = _named(audit)
    if before != after:
        trail.note("audit.scope", audit, by=by, before=before, after=after)
    if audit.state is not AuditState.PLANNED and (moved or before != after):
        _tell("audit.changed", audit, queries.people_of(audit), by)
    return audit


def set_team(
    audit: Audit, lead: Person | None, members: Members, change_reason: str = "", *, by: Person
) -> Audit:
    """Choose lead and team. Raises :class:`Refused` when somebody would audit their own area (9.2.2, rule
    R2), and when an approved programme changes and nobody says why."""
    _changeable(audit)
    _check_team(audit, lead, members, Plan.of(audit))
    before, approved = _team_words(audit), versions.copy_of(audit)
    why = change_reason.strip()
    known = {person.id for person in audit.auditors} | {member.person_id for member in audit.members}
    joined = [person for person, _role in members] + ([lead] if lead else [])
    new = [person for person in joined if person.id not in known]
    told = {"reason": why} if why else {}
    with trail.act("audit.team", audit, by=by, before=before, after=_words(lead, members), **told):
        _seat(audit, lead, members)
        versions.reason_given(audit, approved, why)
        flag_modified(audit, "title")  # the team is in rows of its own: the version must tell a second editor
    if audit.state is not AuditState.PLANNED:
        _tell("audit.notified", audit, new, by)
    return audit


def notify(audit: Audit, *, by: Person) -> Audit:
    """Send the notice of the audit to auditees and team; the plan must be complete."""
    _step("notify", audit, by, "notified_at")
    _tell("audit.notified", audit, queries.people_of(audit), by)
    return audit


def start(audit: Audit, *, by: Person) -> Audit:
    """Open the audit: from now on answers are recorded."""
    return _step("start", audit, by, "started_at")


def report(audit: Audit, conclusion: str, *, by: Person) -> Audit:
    """Report the audit with its conclusion; answers are then closed. Auditees and the programme's manager
    are told.

    An audit of our own is reported by issuing its report, which freezes it first: raises :class:`Refused`
    while none is frozen since the audit was last reopened. What a certification body found is recorded.
    """
    if not conclusion.strip():
        words = _l("Write the conclusion: does the audited area conform, and is it effective?")
        raise Refused(words, field="conclusion")
    if not audit.external and not _report_frozen(audit):
        raise Refused(_l("Our own audits are reported by issuing their report. Issue the report instead."))
    _step("report", audit, by, "reported_at", conclusion=conclusion.strip())
    _tell("audit.reported", audit, [*audit.auditees, audit.programme.manager], by)
    return audit


def _report_frozen(audit: Audit) -> bool:
    """Whether a report or supplement was frozen since the audit was last reopened."""
    kept = db.metadata.tables["frozen_report"]  # of a higher floor
    newest = db.session.scalar(select(func.max(kept.c.frozen_at)).where(kept.c.audit_id == audit.id))
    reopened = next((each.at for each in history(audit) if each.action == "audit.reopen"), None)
    return newest is not None and (reopened is None or newest > reopened)


def close(audit: Audit, *, by: Person) -> Audit:
    """Close the audit when its nonconformities are settled."""
    return _step("close", audit, by, "closed_at")


def reopen(audit: Audit, reason: str, *, by: Person) -> Audit:
    """Take answers again after the report, e.g. for a tablet that came back late; the reason stays in the
    trail."""
    if not reason.strip():
        raise Refused(_l("Say why the audit is reopened: the report was already given."), field="reason")
    with trail.act("audit.reopen", audit, by=by, reason=reason.strip()):
        workflow_of(audit).fire("reopen", audit, by=by)
        audit.reported_at = None
    return audit


def cancel(audit: Audit, reason: str, *, by: Person) -> Audit:
    """Cancel with a reason; whoever had the notice is told."""
    if not reason.strip():
        raise Refused(
            _l("Say why the audit is cancelled: the programme must explain its gaps."), field="reason"
        )
    told = audit.state is not AuditState.PLANNED
    _step("cancel", audit, by, None, cancel_reason=reason.strip())
    if told:
        _tell("audit.cancelled", audit, queries.people_of(audit), by)
    return audit


def _step(name: str, audit: Audit, by: Person, moment: str | None, **facts: Any) -> Audit:
    with trail.act(f"audit.{name}", audit, by=by):
        workflow_of(audit).fire(name, audit, by=by)
        if moment:
            setattr(audit, moment, now())
        for key, value in facts.items():
            setattr(audit, key, value)
    return audit


def _code(kind: AuditKind, year: int) -> str:
    organisation = accounts.organisation()
    prefix = organisation.code_prefix if organisation else "SMS"
    return next_code(f"{prefix}-{'EA' if kind in EXTERNAL else 'IA'}-{{year}}-{{number:02d}}", year)


def _programme_open(programme: Programme) -> None:
    if programme.state is ProgrammeState.CLOSED:
        raise Refused(
            _l("The programme %(code)s is closed. Plan the audit in another one.", code=programme.code)
        )


def _changeable(audit: Audit) -> None:
    if audit.state not in CHANGEABLE:
        words = _l("The audit is “%(state)s”: its plan and team no longer change.", state=audit.state.label)
        raise Refused(words)


def _dates(starts_on: date, ends_on: date, programme: Programme, *, past: bool) -> None:
    if ends_on < starts_on:
        raise Refused(
            _l("The last day lies before the first. Choose a last day from the first on."), field="ends_on"
        )
    if starts_on.year != programme.year:
        words = _l(
            "The programme is for %(year)s. Choose a first day in that year, or plan the audit in the "
            "other programme.",
            year=programme.year,
        )
        raise Refused(words, field="starts_on")
    if not past and starts_on < today():
        words = _l(
            "The first day lies in the past. Choose a date from today on, or tick that the audit has taken "
            "place "
            "already and is only recorded."
        )
        raise Refused(words, field="starts_on")


def _facts(audit: Audit, title: str, criteria: str, objective: str, rationale: str, body: str) -> None:
    if not title.strip():
        raise Refused(_l("Give the audit a title."), field="title")
    audit.title, audit.criteria, audit.body = title.strip(), criteria.strip(), body.strip()
    audit.objective, audit.rationale = objective.strip(), rationale.strip()


def _scope(
    audit: Audit,
    clauses: Iterable[str],
    processes: Iterable[Process],
    departments: Iterable[Department],
    sites: Iterable[Site],
    auditees: Iterable[Person],
) -> None:
    audit.clauses = list(dict.fromkeys(clauses))
    audit.processes, audit.departments = _once(processes), _once(departments)
    audit.sites, audit.auditees = _once(sites), _once(auditees)


def _once(rows: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(rows))


def _check_team(audit: Audit | None, lead: Person | None, members: Members, plan: Plan) -> None:
    if lead is not None and not lead.role_set & MAY_LEAD:
        words = _l(
            "%(person)s has not the role of a lead auditor. Choose a lead auditor, or have the role given "
            "first.",
            person=lead.name,
        )
        raise Refused(words, field="lead")
    seated = [person for person, _role in members] + ([lead] if lead else [])
    for person in seated:
        if seated.count(person) > 1:
            words = _l("%(person)s has two places in the team. Leave one of them.", person=person.name)
            raise Refused(words, field="members")
        if not person.active:
            words = _l("%(person)s cannot sign in any more. Choose another person.", person=person.name)
            raise Refused(words, field="members")
    for person, role in members:
        if role is TeamRole.AUDITOR and not person.may(Permission.ANSWER_RECORD):
            words = _l(
                "%(person)s has not the role of an auditor. Choose an auditor, or let %(person)s come as "
                "trainee, "
                "expert or observer.",
                person=person.name,
            )
            raise Refused(words, field="members")
    fitness.refuse_alone(lead, members)
    fitness.refuse_dependent(audit, lead, members, plan)
    fitness.refuse_incompetent(audit, lead, members, plan)


def _check_plan(audit: Audit, plan: Plan, days_or_criteria: bool) -> None:
    """A plan that its team may not audit is refused; competence is asked again when days or criteria change,
    and its limits when the clauses do."""
    members = [(each.person, each.role) for each in audit.members]
    fitness.refuse_dependent(audit, audit.lead, members, plan, "processes")
    if days_or_criteria:
        fitness.refuse_incompetent(audit, audit.lead, members, plan, "ends_on")
    elif plan.clauses != Plan.of(audit).clauses:
        fitness.refuse_limited(audit, audit.lead, members, plan, "clauses")


def _seat(audit: Audit, lead: Person | None, members: Members) -> None:
    audit.lead = lead
    seated = {member.person: member for member in audit.members}
    wanted = {person: TeamRole(role) for person, role in members}
    for person in seated.keys() - wanted.keys():
        audit.members.remove(seated[person])
    for person, role in wanted.items():
        if person in seated:
            seated[person].role = role
        else:
            audit.members.append(TeamMember(person=person, role=role))


def _named(audit: Audit) -> dict[str, list[str]]:
    """The scope by codes and names, for the trail."""
    return {
        "processes": [process.code for process in audit.processes],
        "departments": [department.code for department in audit.departments],
        "sites": [site.code for site in audit.sites],
        "auditees": [person.name for person in audit.auditees],
        "clauses": [str(clause) for clause in audit.clauses],
    }


def _team_words(audit: Audit) -> list[str]:
    return _words(audit.lead, [(member.person, member.role) for member in audit.members])


def _words(lead: Person | None, members: Members) -> list[str]:
    return ([f"{lead.name} (lead)"] if lead else []) + [
        f"{person.name} ({role.value})" for person, role in members
    ]


def _tell(kind: str, audit: Audit, people: Iterable[Person | None], by: Person) -> None:
    """Queue a notice to each, but not to the one who did it."""
    for person in dict.fromkeys(people):
        if person is not None and person.id != by.id:
            notifications.queue(kind, to=person, subject=audit)
