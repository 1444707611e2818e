"""From the scope of an audit to the topics of its agenda."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from audit_app.accounts import queries as accounts
from audit_app.accounts.library import assessable_clauses, clause_order
from audit_app.accounts.models import Department, Person, Process
from audit_app.agenda.proposal import MINUTES, Topic, minutes_of_clauses
from audit_app.agenda.team import limits_waived
from audit_app.competence import queries as competence
from audit_app.competence.rules import beyond
from audit_app.competence.standards import standards_in
from audit_app.programme.coverage import covers
from audit_app.programme.independence import Scope, conflicts
from audit_app.programme.models import Audit, TeamRole

OPERATION = "8"
"""The section of the standard that is split by its second number; of the others each is one topic."""


def topics(audit: Audit) -> list[Topic]:
    """One topic per process in scope, then one per section of the clauses that no process answers for.

    A section above the clauses of the processes is answered for when every clause below it is: nobody is
    asked for 8.7 again after 8.7.1 to 8.7.3. An audit of departments alone has one topic per department.
    """
    found = [_of_process(audit, process) for process in audit.processes]
    named = {clause for process in audit.processes for clause in process.clauses}
    found += _of_clauses(audit, [each for each in map(str, audit.clauses) if not _answered(named, each)])
    return found or [_of_department(audit, department) for department in audit.departments]


def _answered(named: set[str], clause: str) -> bool:
    below = [each for each in assessable_clauses() if covers({clause}, each)]
    return covers(named, clause) or (bool(below) and all(covers(named, each) for each in below))


def companions(audit: Audit) -> list[Person]:
    """Trainees and experts: they go with the first auditor."""
    return [member.person for member in audit.members if member.role in (TeamRole.TRAINEE, TeamRole.EXPERT)]


def auditors(audit: Audit) -> list[Person]:
    """Lead and auditors, who can audit alone."""
    alone = [member.person for member in audit.members if member.role is TeamRole.AUDITOR]
    return ([audit.lead] if audit.lead else []) + alone


def _barred(audit: Audit, scope: Scope, clauses: Iterable[str] = ()) -> frozenset[Person]:
    """Who is not independent of a topic, or whose competence leaves out its clauses without a waiver."""
    people, wanted = auditors(audit), list(clauses)
    barred = {conflict.person for conflict in conflicts(people, scope)}
    allowed = limits_waived(audit)
    records, standards = competence.of_people(people), standards_in(audit.criteria)
    limited = {
        person for person in people
        if person.id not in allowed
        and beyond(records.get(person.id, []), standards, audit.starts_on, wanted)
    }  # fmt: skip
    return frozenset(barred | limited)


def _answers(audit: Audit, *wanted: Person | None) -> tuple[Person, ...]:
    """Who answers: the first of those wanted who is an auditee of the audit; else the first who is active
    and not in the team; else the first auditee."""
    there, team = set(audit.auditees), {*audit.auditors}
    people = [person for person in wanted if person is not None and person.active]
    chosen = [person for person in people if person in there] or [p for p in people if p not in team]
    return tuple((chosen or audit.auditees)[:1])


def _of_process(audit: Audit, process: Process) -> Topic:
    department = process.department
    people = _answers(audit, process.owner, department.head if department else None)
    return Topic(
        MINUTES.get(process.importance, MINUTES[2]),
        people,
        _barred(audit, Scope((process,), (), people), process.clauses),
        process,
        tuple(process.clauses),
    )


def _of_department(audit: Audit, department: Department) -> Topic:
    people = _answers(audit, department.head)
    scope = Scope((), (department,), people)
    return Topic(MINUTES[2], people, _barred(audit, scope), title=department.name)


def _of_clauses(audit: Audit, clauses: Iterable[str]) -> list[Topic]:
    groups: dict[str, list[str]] = defaultdict(list)
    for clause in sorted(set(clauses), key=clause_order):
        parts = clause.split(".")
        groups[".".join(parts[: 2 if parts[0] == OPERATION else 1])].append(clause)
    processes = accounts.process_scopes() if groups else []
    return [_of_group(audit, group, place, processes) for place, group in enumerate(groups.values())]


def _of_group(audit: Audit, clauses: Sequence[str], place: int, processes: Sequence[Process]) -> Topic:
    """Who owns a process of these clauses answers for them; else the auditees in turn."""
    owned = [process for process in processes if any(covers(set(clauses), each) for each in process.clauses)]
    owners = [process.owner for process in owned]
    inside = [person for person in owners if person is not None and person in audit.auditees]
    turn = (
        audit.auditees[place % len(audit.auditees) : place % len(audit.auditees) + 1]
        if audit.auditees
        else []
    )
    people = _answers(audit, *inside, *turn)
    barred = _barred(audit, Scope((), (), people), clauses)
    return Topic(minutes_of_clauses(len(clauses)), people, barred, clauses=tuple(clauses))
