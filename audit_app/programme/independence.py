"""Nobody audits a process or department of their own (9.2.2 b, rule R2).

Pure rules over people and scope, so that services, guards, pages and tests all ask the same question.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Department, Person, Process


@dataclass(frozen=True)
class Scope:
    """What is audited and who speaks for it, as far as independence is concerned."""

    processes: tuple[Process, ...] = ()
    departments: tuple[Department, ...] = ()
    auditees: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """One person, what of theirs is audited, and the sentence that says what to do."""

    person: Person
    subject: Any
    words: Any = field(compare=False)


def conflicts(auditors: Iterable[Person], scope: Scope) -> list[Conflict]:
    """Every conflict between people who audit (lead, auditors, trainees, experts; not observers) and a scope.

    A person conflicts with a process they own or whose department they head or belong to, with a
    department they
    head or belong to, and with being auditee.
    """
    found: list[Conflict] = []
    for person in dict.fromkeys(auditors):
        found += _with_processes(person, scope.processes)
        found += _with_departments(person, scope.departments)
        if any(person.id == auditee.id for auditee in scope.auditees):
            words = _l(
                "%(person)s cannot audit here and be auditee at once. Take %(person)s out of the team or "
                "out of the "
                "auditees.",
                person=person.name,
            )
            found.append(Conflict(person, person, words))
    return found


def _with_processes(person: Person, processes: Iterable[Process]) -> Iterable[Conflict]:
    for process in processes:
        names = {"person": person.name, "process": process.name}
        if process.owner_id == person.id:
            words = _l(
                "%(person)s owns the process “%(process)s” and cannot audit it. Choose another person, or "
                "take the "
                "process out of the scope.",
                **names,
            )
            yield Conflict(person, process, words)
        elif process.department is not None and _theirs(person, process.department):
            words = _l(
                "%(person)s works in the department that runs the process “%(process)s” (%(department)s) "
                "and cannot "
                "audit it. Choose another person, or take the process out of the scope.",
                department=process.department.name,
                **names,
            )
            yield Conflict(person, process, words)


def _with_departments(person: Person, departments: Iterable[Department]) -> Iterable[Conflict]:
    for department in departments:
        if _theirs(person, department):
            words = _l(
                "%(person)s belongs to the department “%(department)s” and cannot audit it. Choose another "
                "person, "
                "or take the department out of the scope.",
                person=person.name,
                department=department.name,
            )
            yield Conflict(person, department, words)


def _theirs(person: Person, department: Department) -> bool:
    return department.id == person.department_id or department.head_id == person.id
