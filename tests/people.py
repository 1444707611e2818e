"""The named people of the tests. Everybody knows them, so a test reads like a story."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_security import hash_password
from sqlalchemy import select

from audit_app.accounts.models import Department, Organisation, Person, Process, ProcessClause, Site
from audit_app.accounts.permissions import Role
from audit_app.accounts.sign_in import ensure_roles
from audit_app.competence.models import Basis, Competence, Skill
from audit_app.competence.standards import HOME
from audit_app.core.db import db

PASSWORD = "correct horse battery"


@dataclass
class People:
    """Who is who. Departments: OPS (owner), DEV (owner2), SDM, QMO (auditors). Processes: INC, CHG, SLM."""

    admin: Person
    manager: Person
    lead: Person
    auditor: Person
    auditor2: Person
    owner: Person
    owner2: Person
    boss: Person
    reader: Person
    site: Site
    ops: Department
    dev: Department
    sdm: Department
    qmo: Department
    inc: Process
    chg: Process
    slm: Process


def add_person(
    name: str, email: str, role: Role, department: Department | None = None, language: str = "en"
) -> Person:
    """One person with one role."""
    rows = ensure_roles()
    person = Person(
        name=name,
        email=email,
        sort_key=name.casefold(),
        language=language,
        department=department,
        password=_password(),
        fs_uniquifier=uuid.uuid4().hex,
        roles=[rows[role]],
        active=True,
    )
    db.session.add(person)
    db.session.flush()
    return person


_hashed: list[str] = []


def _password() -> str:
    if not _hashed:
        _hashed.append(hash_password(PASSWORD))
    return _hashed[0]


def add_process(
    code: str, name_en: str, name_zh: str, clauses: list[str], owner: Person, department: Department
) -> Process:
    """A process with its clauses."""
    process = Process(code=code, name_en=name_en, name_zh=name_zh, owner=owner, department=department)
    process.clause_rows = [ProcessClause(clause=clause, position=n) for n, clause in enumerate(clauses)]
    db.session.add(process)
    return process


def invite() -> People:
    """Create them all (flushed, not committed)."""
    db.session.add(
        Organisation(
            id=1,
            name_en="Harbour IT Services",
            name_zh="海港信息技术服务",
            scope_en="IT services",
            scope_zh="IT服务",
        )
    )
    site = Site(code="HQ", name_en="Head office", name_zh="总部")
    db.session.add(site)
    names = {
        "OPS": ("Operations", "运维部"),
        "DEV": ("Development", "开发部"),
        "SDM": ("Service delivery", "服务交付部"),
        "QMO": ("Quality office", "质量管理部"),
    }
    departments = {
        code: Department(code=code, name_en=english, name_zh=chinese, site=site)
        for code, (english, chinese) in names.items()
    }
    db.session.add_all(departments.values())
    db.session.flush()
    ops, dev, sdm, qmo = departments.values()
    owner = add_person("Olga Owner", "owner@example.org", Role.PROCESS_OWNER, ops)
    owner2 = add_person("Otto Owner", "owner2@example.org", Role.PROCESS_OWNER, dev)
    ops.head, dev.head = owner, owner2
    found = People(
        admin=add_person("Ada Admin", "admin@example.org", Role.ADMINISTRATOR),
        manager=add_person("Mia Manager", "manager@example.org", Role.PROGRAMME_MANAGER, qmo),
        lead=add_person("Leo Lead", "lead@example.org", Role.LEAD_AUDITOR, qmo),
        auditor=add_person("Ana Auditor", "auditor@example.org", Role.AUDITOR, qmo),
        auditor2=add_person("王小明", "auditor2@example.org", Role.AUDITOR, sdm, "zh"),
        owner=owner,
        owner2=owner2,
        boss=add_person("Ben Boss", "boss@example.org", Role.TOP_MANAGEMENT),
        reader=add_person("Rita Reader", "reader@example.org", Role.READ_ONLY),
        site=site,
        ops=ops,
        dev=dev,
        sdm=sdm,
        qmo=qmo,
        inc=add_process("INC", "Incident management", "事件管理", ["8.6.1"], owner, ops),
        chg=add_process(
            "CHG", "Change management", "变更管理", ["8.5.1.1", "8.5.1.2", "8.5.1.3"], owner2, dev
        ),
        slm=add_process("SLM", "Service level management", "服务级别管理", ["8.3.3"], owner2, sdm),
    )
    db.session.flush()
    for person in (found.manager, found.lead, found.auditor, found.auditor2):
        qualify(person, found.admin)
    return found


def known() -> People | None:
    """Those of :func:`invite` in a database that has them from the start; None in one that has nobody."""
    persons = {person.email.split("@")[0]: person for person in db.session.scalars(select(Person))}
    if not persons:
        return None
    departments = {each.code.lower(): each for each in db.session.scalars(select(Department))}
    processes = {each.code.lower(): each for each in db.session.scalars(select(Process))}
    return People(**persons, **departments, **processes, site=db.session.scalars(select(Site)).one())


def qualify(
    person: Person, evaluator: Person, *, until: date | None = None, **facts: Any
) -> list[Competence]:
    """Make a person competent to lead, to audit and in the standard, since long ago."""
    common = {
        "basis": Basis.EXAM, "grounds": "Course of five days with examination.", "awarded_on": date(2015, 1, 1),
        "ends_on": until, "evaluated_by": evaluator, "person": person, "clauses": [],
    }  # fmt: skip
    made = [
        Competence(skill=Skill.LEADING, **common | facts),
        Competence(skill=Skill.AUDITING, **common | facts),
        Competence(skill=Skill.STANDARD, standard=HOME, **common | facts),
    ]
    db.session.add_all(made)
    db.session.flush()
    return made
