"""Nobody audits a process or department of their own (9.2.2 b, rule R2).

Pure rules over people and scope, so that services, guards, pages and tests all ask the same question.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts import tenure
from audit_app.accounts.models import Department, Person, Process
from audit_app.core.clock import today
from audit_app.core.days import SaidDay


@dataclass(frozen=True)
class Scope:
    """What is audited and who speaks for it, as far as independence is concerned."""

    processes: tuple[Process, ...] = ()
    departments: tuple[Department, ...] = ()
    auditees: tuple[Person, ...] = ()
    on: date | None = None
    """First day of the audit: former work is counted back from it (from today when it is not known)."""


@dataclass(frozen=True)
class Conflict:
    """One person, what of theirs is audited, the sentence that says what to do, and the bare reason."""

    person: Person
    subject: Any
    words: Any = field(compare=False)
    brief: Any = field(compare=False)

    @property
    def key(self) -> str:
        """What conflicts, as a waiver names it."""
        return f"{self.subject.__tablename__}:{self.subject.id}"


def conflicts(auditors: Iterable[Person], scope: Scope, months: int | None = None) -> list[Conflict]:
    """Every conflict between people who audit (lead, auditors, trainees, experts; not observers) and a scope.

    A person conflicts with a process they own or whose department they head or belong to, with a
    department they
    head or belong to, with being auditee, and with all of these that they gave up less than the
    organisation's number of months before the audit. ``months`` spares reading that number when many scopes
    are asked about in a row.
    """
    people, found = list(dict.fromkeys(auditors)), list[Conflict]()
    tenure.recall(people)
    months = tenure.months() if months is None else months
    for person in people:
        found += _with_processes(person, scope.processes)
        found += _with_departments(person, scope.departments)
        if any(person.id == auditee.id for auditee in scope.auditees):
            words = _l(
                "%(person)s cannot audit here and be auditee at once. Take %(person)s out of the team or "
                "out of the "
                "auditees.",
                person=person.name,
            )
            brief = _l("%(person)s is auditee here", person=person.name)
            found.append(Conflict(person, person, words, brief))
        named = {each.key for each in found if each.person is person}
        found += [each for each in _from_the_past(person, scope, months) if each.key not in named]
    return found


def _from_the_past(person: Person, scope: Scope, months: int) -> Iterable[Conflict]:
    """Former work in what is audited; each process or department is named once, by the latest."""
    seen: set[str] = set()
    for former in lately(person, scope.on or today(), months):
        places: tuple[Process | Department, ...] = (*scope.processes, *scope.departments)
        for place in places:
            if worked_there(former, place):
                words, brief = _past_words(person, place, former, months), _past_brief(person, former)
                conflict = Conflict(person, place, words, brief)
                if conflict.key not in seen:
                    seen.add(conflict.key)
                    yield conflict


def lately(person: Person, on: date, months: int) -> list[tenure.Tenure]:
    """What a person worked in and left so short a time before a day that they are not independent yet."""
    if not person.id:
        return []
    return tenure.left_since(person, tenure.months_before(on, months))


def worked_there(former: tenure.Tenure, place: Process | Department) -> bool:
    """Whether former work was in a process (as its owner, or in the department that runs it) or
    department."""
    if former.place is place:
        return True
    return (
        isinstance(place, Process)
        and place.department_id is not None
        and (place.department_id == former.department_id)
    )


def _past_words(person: Person, place: Process | Department, former: tenure.Tenure, months: int) -> Any:
    return _l(
        "%(person)s worked in “%(former)s” until %(day)s and cannot audit “%(place)s” before "
        "%(months)s months "
        "have passed. Choose another person, or have a waiver approved.",
        person=person.name,
        former=former.place.name,
        day=SaidDay(former.ended_on) if former.ended_on else "",
        place=place.name,
        months=months,
    )


def _past_brief(person: Person, former: tenure.Tenure) -> Any:
    return _l(
        "%(person)s worked in “%(former)s” until %(day)s", person=person.name, former=former.place.name,
        day=SaidDay(former.ended_on) if former.ended_on else "",
    )  # fmt: skip


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
            brief = _l("%(person)s owns the process “%(process)s”", **names)
            yield Conflict(person, process, words, brief)
        elif process.department is not None and _theirs(person, process.department):
            words = _l(
                "%(person)s works in the department that runs the process “%(process)s” (%(department)s) "
                "and cannot "
                "audit it. Choose another person, or take the process out of the scope.",
                department=process.department.name,
                **names,
            )
            brief = _l("%(person)s works in the department that runs “%(process)s”", **names)
            yield Conflict(person, process, words, brief)


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
            names = {"person": person.name, "department": department.name}
            brief = _l("%(person)s belongs to “%(department)s”", **names)
            yield Conflict(person, department, words, brief)


def _theirs(person: Person, department: Department) -> bool:
    return department.id == person.department_id or department.head_id == person.id
