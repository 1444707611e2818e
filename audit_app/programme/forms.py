"""Shape and wording of what is typed about programmes and audits."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import ChoosingForm, checks, clause_choices, with_present
from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Department, Person, Process, Site
from audit_app.accounts.permissions import Permission, Role
from audit_app.competence.rules import LEAD
from audit_app.core.clock import today
from audit_app.programme import fitness, versions
from audit_app.programme.models import Audit, AuditKind, Programme, TeamRole
from audit_app.programme.services import MAY_LEAD
from audit_app.web.forms import BaseForm, choice, day, long_text, required, row, rows_as_choices, text

SECTIONS = ("4", "5", "6", "7", "8", "9", "10")


class ProgrammeForm(ChoosingForm):
    """The programme of a year."""

    year = IntegerField(
        _l("Year"),
        validators=[required(), NumberRange(2000, 2100, _l("Choose a year between 2000 and 2100."))],
    )
    title = text(_l("Title"), need=True)
    objectives = long_text(
        _l("Objectives"),
        need=True,
        longest=5000,
        description=_l("What the audits of this year are to find out."),
    )
    risks = long_text(
        _l("Risks and priorities"),
        longest=5000,
        description=_l("Importance of the processes, changes, results of earlier audits (9.2.2)."),
    )
    methods = long_text(_l("Methods and responsibilities"), longest=5000)
    manager = row(_l("Programme manager"))

    def offer(self, programme: Programme | None = None) -> "ProgrammeForm":
        """Fill the choices; the year of a programme that exists does not change."""
        managers = with_present(
            accounts.active_people(Role.PROGRAMME_MANAGER), programme.manager if programme else None
        )
        self.manager.choices = rows_as_choices(managers, empty=True)
        if programme is not None:
            del self.year
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        return {**values, "manager": accounts.one(Person, values["manager"]) if values["manager"] else None}


class AuditForm(ChoosingForm):
    """Plan and scope of an audit."""

    kind = choice(_l("Kind"), AuditKind.choices())
    title = text(_l("Title"), need=True)
    starts_on = day(_l("First day"), need=True)
    ends_on = day(_l("Last day"), need=True)
    criteria = long_text(_l("Criteria"), need=True, longest=2000, description=_l("Against what is audited."))
    objective = long_text(_l("Objective"), longest=5000)
    rationale = long_text(
        _l("Why now, why this scope"),
        longest=2000,
        description=_l("Importance, changes, earlier results (9.2.2)."),
    )
    body = text(
        _l("Certification body"), description=_l("Only for audits that a certification body conducts.")
    )
    processes = checks(_l("Processes"), coerce=int)
    departments = checks(_l("Departments"), coerce=int)
    sites = checks(_l("Sites"), coerce=int)
    auditees = checks(_l("Auditees"), coerce=int)
    clauses = checks(
        _l("Further clauses"), description=_l("The clauses of the chosen processes count by themselves.")
    )
    recorded = BooleanField(_l("The audit has taken place already and is only recorded"))
    change_reason = text(
        _l("Why the plan changes"),
        longest=1000,
        description=_l("The programme is approved: its next version shows this reason."),
    )

    def offer(self, audit: Audit | None = None) -> "AuditForm":
        """Fill the choices; what is in scope already stays in the list although it is out of use by now."""
        if audit is None or not audit.programme.versions:
            del self.change_reason
        present = audit or Audit(processes=[], departments=[], sites=[], auditees=[], clauses=[])
        self.processes.choices = [
            (each.id, f"{each.code} {each.name}")
            for each in with_present(accounts.processes(), *present.processes)
        ]
        self.departments.choices = rows_as_choices(with_present(accounts.departments(), *present.departments))
        self.sites.choices = rows_as_choices(with_present(accounts.sites(), *present.sites))
        self.auditees.choices = rows_as_choices(with_present(accounts.active_people(), *present.auditees))
        whole = [(number, _("%(number)s: the whole section", number=number)) for number in SECTIONS]
        named = [str(clause) for clause in present.clauses if clause not in SECTIONS]
        self.clauses.choices = sorted(whole + clause_choices(*named), key=lambda pair: clause_order(pair[0]))
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the services."""
        values = self.values()
        models = {"processes": Process, "departments": Department, "sites": Site, "auditees": Person}
        chosen: dict[str, Any] = {
            name: accounts.by_ids(model, values[name]) for name, model in models.items()
        }
        return {**values, **chosen, "kind": AuditKind(values["kind"]), "clauses": values["clauses"] or []}


def audit_data(audit: Audit) -> dict[str, Any]:
    """What the form shows of an audit: rows as ids."""
    names = ("title", "starts_on", "ends_on", "criteria", "objective", "rationale", "body")
    scope = {
        name: [each.id for each in getattr(audit, name)]
        for name in ("processes", "departments", "sites", "auditees")
    }
    return (
        {name: getattr(audit, name) for name in names}
        | scope
        | {"kind": audit.kind.value, "clauses": audit.clauses}
    )


class TeamForm(ChoosingForm):
    """Lead and team of an audit."""

    lead = row(_l("Lead auditor"))
    members = checks(_l("Auditors"), coerce=int)
    trainees = checks(_l("Trainees"), coerce=int)
    experts = checks(_l("Technical experts"), coerce=int)
    observers = checks(
        _l("Observers"),
        coerce=int,
        description=_l("Observers do not audit, so they need not be independent."),
    )
    change_reason = text(
        _l("Why the team changes"),
        longest=1000,
        description=_l("The programme is approved: its next version shows this reason."),
    )

    def offer(self, audit: Audit, given: dict[str, Any] | None = None) -> "TeamForm":
        """Fill the choices; people who may not take the place without a waiver are marked. ``given`` is a
        team that was chosen before a detour, instead of the stored one."""
        if not versions.team_is_approved(audit):
            del self.change_reason
        everybody = accounts.active_people()
        marks = fitness.marks(audit, everybody)

        def shown(people: list[Person], place: str = "") -> list[tuple[Any, Any]]:
            def name(each: Person) -> Any:
                why = marks.get((each.id, "independence")) or marks.get((each.id, place))
                return _("%(name)s (%(why)s)", name=each.name, why=why) if why else each.name

            return rows_as_choices(with_present(people, *self.present(audit)), show=name)

        leaders = [each for each in everybody if each.role_set & MAY_LEAD]
        self.lead.choices = [("", "—"), *shown(leaders, LEAD)]
        auditors = [each for each in everybody if each.may(Permission.ANSWER_RECORD)]
        self.members.choices = shown(auditors, TeamRole.AUDITOR.value)
        for field in (self.trainees, self.experts):
            field.choices = shown(everybody)
        self.observers.choices = rows_as_choices(with_present(everybody, *(m.person for m in audit.members)))
        if not self.is_submitted():
            self.process(data=given or self.stored(audit))
        return self

    def here(self) -> dict[str, Any]:
        """The team as chosen now, as query arguments that bring it back."""
        places = {name: self[name].data for name in PLACES}
        return {name: value for name, value in places.items() if value}

    @staticmethod
    def present(audit: Audit) -> list[Person]:
        """Who sits in the team already, whether or not they would be offered now."""
        return audit.auditors

    def stored(self, subject: Any) -> dict[str, Any]:
        """The team as ids by place."""
        by_role = {role: [m.person_id for m in subject.members if m.role is role] for role in TeamRole}
        return {
            "lead": subject.lead_id,
            "members": by_role[TeamRole.AUDITOR],
            "trainees": by_role[TeamRole.TRAINEE],
            "experts": by_role[TeamRole.EXPERT],
            "observers": by_role[TeamRole.OBSERVER],
        }

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        places = (
            (self.members, TeamRole.AUDITOR),
            (self.trainees, TeamRole.TRAINEE),
            (self.experts, TeamRole.EXPERT),
            (self.observers, TeamRole.OBSERVER),
        )
        members = [(person, role) for field, role in places for person in accounts.by_ids(Person, field.data)]
        lead = accounts.one(Person, self.lead.data) if self.lead.data else None
        return {"lead": lead, "members": members, "change_reason": self.values().get("change_reason") or ""}


PLACES = ("lead", "members", "trainees", "experts", "observers")


def chosen(given: Any) -> dict[str, Any]:
    """A team that the address brings back after a competence or a waiver was recorded."""
    if not any(given.getlist(name) for name in PLACES):
        return {}
    numbers = {name: [int(each) for each in given.getlist(name) if each.isdecimal()] for name in PLACES}
    return {**numbers, "lead": numbers["lead"][0] if numbers["lead"] else None}


class StepForm(BaseForm):
    """A step that needs no facts."""


class ReportForm(BaseForm):
    """The conclusion of an audit."""

    conclusion = long_text(
        _l("Conclusion"),
        need=True,
        rows=8,
        description=_l(
            "Conformity with our own requirements and the standard, effectiveness, and what was not covered."
        ),
    )


class ReasonForm(BaseForm):
    """Why an audit is cancelled or a programme revised."""

    reason = long_text(_l("Reason"), need=True, longest=1000)


STEP_FORMS: dict[str, type[BaseForm]] = {
    "report": ReportForm,
    "cancel": ReasonForm,
    "revise": ReasonForm,
    "approve_changes": ReasonForm,
    "reopen": ReasonForm,
}


def new_audit_defaults(programme: Programme) -> dict[str, Any]:
    """What a new audit form starts with."""
    first = today() if programme.year == today().year else today().replace(programme.year, 1, 15)
    return {
        "kind": AuditKind.INTERNAL.value,
        "starts_on": first,
        "ends_on": first,
        "criteria": "ISO/IEC 20000-1:2018",
    }
