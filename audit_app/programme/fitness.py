"""May these people audit this? Independence and competence asked together, minus what is waived.

The services ask before they save a team or a plan, the workflow before notice and start, the pages to warn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.library import clause_order
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.competence import queries as competence
from audit_app.competence.models import Competence
from audit_app.competence.rules import LEAD, LIMIT, shortfalls
from audit_app.competence.standards import standards_in
from audit_app.core.errors import Refused
from audit_app.programme.coverage import clauses_in
from audit_app.programme.independence import Scope, conflicts
from audit_app.programme.models import EXTERNAL, Audit, AuditKind, TeamRole
from audit_app.programme.waiver_models import WaiverKind, WaiverState

Members = Sequence[tuple[Person, TeamRole]]
AUDITS = frozenset({TeamRole.AUDITOR, TeamRole.TRAINEE, TeamRole.EXPERT})


@dataclass(frozen=True)
class Plan:
    """What a team is measured against: scope, days, criteria, who conducts the audit, and its clauses."""

    scope: Scope
    first: date
    last: date
    criteria: str
    kind: AuditKind
    clauses: frozenset[str] = frozenset()

    @classmethod
    def of(cls, audit: Audit) -> "Plan":
        """The plan of an audit as it stands."""
        scope = Scope(
            tuple(audit.processes), tuple(audit.departments), tuple(audit.auditees), on=audit.starts_on
        )
        return cls.over(scope, audit.ends_on, audit.criteria, audit.kind, audit.clauses)

    @classmethod
    def over(cls, scope: Scope, last: date, criteria: str, kind: AuditKind, clauses: Iterable[Any]) -> "Plan":
        """The plan of an audit from the day of its scope to ``last``; the clauses of its processes count."""
        assert scope.on is not None  # an audit has days
        return cls(scope, scope.on, last, criteria, kind, frozenset(clauses_in(clauses, scope.processes)))


@dataclass(frozen=True)
class Unfit:
    """One reason why a person may not audit here; ``key`` is what a waiver has to cover, ``brief`` the bare
    reason without advice."""

    person: Person
    kind: WaiverKind
    key: str
    subject: Any
    words: Any = field(compare=False)
    brief: Any = field(compare=False)

    @property
    def skill(self) -> str:
        """The skill that is missing, by its value; nothing for independence."""
        return self.key.partition(":")[0]

    @property
    def limited(self) -> bool:
        """Whether the competence is there, but leaves out clauses of the audit."""
        return self.key.endswith(LIMIT)


def dependent(people: Iterable[Person], plan: Plan, months: int | None = None) -> list[Unfit]:
    """Who is not independent of the scope, whatever is waived."""
    kind = WaiverKind.INDEPENDENCE
    return [
        Unfit(each.person, kind, each.key, each.subject, each.words, each.brief)
        for each in conflicts(people, plan.scope, months)
    ]


def incompetent(
    places: Iterable[tuple[Person, str]],
    plan: Plan,
    records: Mapping[int, Sequence[Competence]] | None = None,
) -> list[Unfit]:
    """Who lacks competence for a place, whatever is waived. A certification body answers for its
    own people. ``records`` spares reading them when many plans are asked about in a row."""
    seats = list(places)
    if plan.kind in EXTERNAL:
        return []
    if records is None:
        records = competence.of_people(person for person, _place in seats)
    standards, clauses = standards_in(plan.criteria), sorted(plan.clauses, key=clause_order)
    found: dict[Unfit, None] = {}
    for person, place in seats:
        for each in shortfalls(
            person, place, records.get(person.id, []), standards=standards, first=plan.first, last=plan.last,
            clauses=clauses,
        ):  # fmt: skip
            subject = each.standard or each.skill
            if each.standard and each.outside:
                subject = f"{each.standard} ({each.outside})"
            unfit = Unfit(person, WaiverKind.COMPETENCE, each.key, subject, each.words, each.brief)
            found.setdefault(unfit)
    return list(found)


def places(lead: Person | None, members: Members) -> list[tuple[Person, str]]:
    """Everybody in a team with their place, the lead first."""
    return ([(lead, LEAD)] if lead else []) + [(person, TeamRole(role).value) for person, role in members]


def auditing(lead: Person | None, members: Members) -> list[Person]:
    """Those who have to be independent: everybody but the observers."""
    return ([lead] if lead else []) + [person for person, role in members if role in AUDITS]


def waived(audit: Audit | None) -> frozenset[tuple[int, WaiverKind, str]]:
    """What the approved waivers of an audit cover."""
    approved = [each for each in audit.waivers if each.state is WaiverState.APPROVED] if audit else []
    return frozenset((each.person_id, each.kind, key) for each in approved for key in each.keys)


def not_waived(found: Iterable[Unfit], audit: Audit | None) -> list[Unfit]:
    """What stands in the way after the waivers of the audit."""
    allowed = waived(audit)
    return [each for each in found if (each.person.id, each.kind, each.key) not in allowed]


def refuse_dependent(
    audit: Audit | None, lead: Person | None, members: Members, plan: Plan, field: str = ""
) -> None:
    """Refuse the first conflict without a waiver; ``field`` names the one to blame, else where the person
    sits."""
    for each in not_waived(dependent(auditing(lead, members), plan), audit):
        raise Refused(each.words, field=field or _seat(each.person, lead))


def refuse_incompetent(
    audit: Audit | None, lead: Person | None, members: Members, plan: Plan, field: str = ""
) -> None:
    """Refuse the first competence that is missing or ends too early, without a waiver."""
    for each in not_waived(incompetent(places(lead, members), plan), audit):
        raise Refused(each.words, field=field or _seat(each.person, lead))


def refuse_limited(
    audit: Audit | None, lead: Person | None, members: Members, plan: Plan, field: str
) -> None:
    """Refuse the first competence whose limits the clauses overstep, without a waiver."""
    for each in not_waived(incompetent(places(lead, members), plan), audit):
        if each.limited:
            raise Refused(each.words, field=field)


def refuse_alone(lead: Person | None, members: Members) -> None:
    """A trainee is not the only auditor, and a technical expert never audits alone."""
    roles = {TeamRole(role) for _person, role in members}
    if lead is not None or TeamRole.AUDITOR in roles:
        return
    if roles & {TeamRole.TRAINEE, TeamRole.EXPERT}:
        words = _l(
            "Trainees and technical experts do not audit alone. Choose a lead auditor or an auditor as well."
        )
        raise Refused(words, field="lead")


def _seat(person: Person, lead: Person | None) -> str:
    return "lead" if lead is not None and person.id == lead.id else "members"


def standing(audit: Audit) -> list[Unfit]:
    """Everything that stands in the way of an audit's team now."""
    members = [(each.person, each.role) for each in audit.members]
    return not_waived(of_team(audit, audit.lead, members), audit)


def of_team(audit: Audit, lead: Person | None, members: Members) -> list[Unfit]:
    """Everything that would stand in the way of a team, whatever is waived."""
    plan = Plan.of(audit)
    return dependent(auditing(lead, members), plan) + incompetent(places(lead, members), plan)


def marks(audit: Audit, people: Sequence[Person]) -> dict[tuple[int, str], Any]:
    """Short words beside people who would need a waiver: by person and place (``independence`` for any
    place)."""
    plan, found = Plan.of(audit), dict[tuple[int, str], Any]()
    for each in not_waived(dependent(people, plan), audit):
        found[(each.person.id, "independence")] = _l("not independent here")
    for place in (LEAD, TeamRole.AUDITOR.value):
        able = [(person, place) for person in people if person.may(Permission.ANSWER_RECORD)]
        for each in not_waived(incompetent(able, plan), audit):
            found[(each.person.id, place)] = (
                _l("competence leaves out clauses") if each.limited else _l("competence missing or ended")
            )
    return found
