"""Who could lead an audit, and why somebody could not, for many audits in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts import tenure
from audit_app.accounts.models import Person
from audit_app.competence import queries as competence
from audit_app.competence.models import Competence
from audit_app.competence.rules import LEAD
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.programme import fitness
from audit_app.programme.fitness import Plan
from audit_app.programme.models import Audit, AuditState, TeamMember
from audit_app.programme.services import MAY_LEAD


@dataclass(frozen=True)
class Engaged:
    """Days on which somebody audits already, and where."""

    audit_id: int
    code: str
    first: date
    last: date


@dataclass(frozen=True)
class Bench:
    """Everybody who may lead, with all that decides whether they can: read once, asked often."""

    people: Sequence[Person]
    records: Mapping[int, Sequence[Competence]]
    engaged: defaultdict[int, list[Engaged]]
    months: int

    def fit(self, plan: Plan, audit: Audit | None = None) -> list[Person]:
        """Who is independent of a plan and competent on its days, waivers of the audit counted."""
        unfit = {each.person.id for each in self._unfit(plan, audit)}
        return [person for person in self.people if person.id not in unfit]

    def busy(self) -> dict[int, list[tuple[date, date]]]:
        """The days on which each person audits already."""
        return {person: [(e.first, e.last) for e in found] for person, found in self.engaged.items()}

    def engage(self, person: Person, audit: Audit) -> None:
        """Note that a person has been chosen for an audit meanwhile."""
        self.engaged[person.id].append(Engaged(audit.id, audit.code, audit.starts_on, audit.ends_on))

    def available(self, audit: Audit) -> list[Person]:
        """Who could lead an audit now: fit, free, and not in its team already."""
        plan, seated = Plan.of(audit), {member.person_id for member in audit.members}
        found = [person for person in self.fit(plan, audit) if person.id not in seated]
        return [person for person in found if self._elsewhere(person, plan, audit) is None]

    def reasons(self, audit: Audit) -> list[Any]:
        """Why each person cannot lead an audit: one bare reason each, the first that stands in the way."""
        plan, seated = Plan.of(audit), {member.person_id for member in audit.members}
        first: dict[int, Any] = {}
        for each in self._unfit(plan, audit):
            first.setdefault(each.person.id, each.brief)
        for person in self.people:
            elsewhere = self._elsewhere(person, plan, audit)
            if person.id in seated:
                first.setdefault(person.id, _l("%(person)s sits in the team already", person=person.name))
            elif elsewhere is not None:
                first.setdefault(
                    person.id,
                    _l("%(person)s audits %(code)s at that time", person=person.name, code=elsewhere.code),
                )
        return [first[person.id] for person in self.people if person.id in first]

    def _unfit(self, plan: Plan, audit: Audit | None) -> list[fitness.Unfit]:
        found = fitness.dependent(self.people, plan, self.months)
        found += fitness.incompetent([(person, LEAD) for person in self.people], plan, self.records)
        return fitness.not_waived(found, audit)

    def _elsewhere(self, person: Person, plan: Plan, audit: Audit | None) -> Engaged | None:
        own = audit.id if audit is not None else None
        for each in self.engaged[person.id]:
            if each.audit_id != own and each.first <= plan.last and plan.first <= each.last:
                return each
        return None


def bench() -> Bench:
    """Everybody active who may lead, by name."""
    people = [each for each in accounts.active_people() if each.role_set & MAY_LEAD]
    tenure.recall(people)
    return Bench(people, competence.of_people(people), _engaged(people), tenure.months())


@dataclass(frozen=True)
class Waiting:
    """An audit without a lead: who could lead it now, else why nobody can."""

    able: Sequence[Person]
    reasons: Sequence[Any]


def waiting(audits: Iterable[Audit]) -> dict[int, Waiting]:
    """What is to be said of the audits that wait for a lead, by their number."""
    found = without_lead(audits)
    if not found:
        return {}
    everybody = bench()
    told = {}
    for audit in found:
        able = everybody.available(audit)
        told[audit.id] = Waiting(able, [] if able else everybody.reasons(audit))
    return told


def without_lead(audits: Iterable[Audit]) -> list[Audit]:
    """Those of our own audits that wait for a lead auditor; with scope, team and waivers at hand."""
    waiting = [
        audit for audit in audits
        if audit.lead_id is None and not audit.external and audit.state is AuditState.PLANNED
    ]  # fmt: skip
    _at_hand([audit.id for audit in waiting])
    return waiting


def _at_hand(numbers: list[int]) -> None:
    loaded = (Audit.processes, Audit.departments, Audit.auditees, Audit.members, Audit.waivers)
    query = select(Audit).where(Audit.id.in_(numbers)).options(*(selectinload(each) for each in loaded))
    if numbers:
        list(db.session.scalars(query))


def _engaged(people: Iterable[Person]) -> defaultdict[int, list[Engaged]]:
    """What people audit already, from today on. Two queries."""
    wanted = {each.id for each in people}
    facts = (Audit.id, Audit.code, Audit.starts_on, Audit.ends_on)
    coming = (Audit.state != AuditState.CANCELLED, Audit.ends_on >= today())
    led = select(Audit.lead_id, *facts).where(Audit.lead_id.in_(wanted), *coming)
    seated = (
        select(TeamMember.person_id, *facts)
        .join(Audit, Audit.id == TeamMember.audit_id)
        .where(TeamMember.person_id.in_(wanted), *coming)
    )
    found: defaultdict[int, list[Engaged]] = defaultdict(list)
    for query in (led, seated):
        for person, number, code, first, last in db.session.execute(query):
            if person is not None:
                found[person].append(Engaged(number, code, first, last))
    return found
