"""Verbs on the organisation: its facts, sites, departments and processes."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from audit_app.accounts.library import clause_order, legacy_processes, shipped_processes
from audit_app.accounts.models import Department, Organisation, Person, Process, ProcessClause, Site
from audit_app.accounts.tenure import MONTHS, Post, hand_over, moved
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail

CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,19}")


def set_organisation(
    *,
    name_en: str,
    name_zh: str,
    scope_en: str = "",
    scope_zh: str = "",
    confidentiality_en: str = "Internal",
    confidentiality_zh: str = "内部",
    code_prefix: str = "SMS",
    audit_standard: str = "ISO 19011:2026",
    independence_months: int = MONTHS,
    by: Person | None,
) -> Organisation:
    """Set the facts that stand on every document. ``code_prefix`` starts the codes of new programmes and
    audits; ``independence_months`` have to pass before somebody audits where they worked."""
    organisation = db.session.get(Organisation, 1) or Organisation(id=1)
    prefix = _code(code_prefix, "code_prefix")
    names = _names(name_en, name_zh)
    if not 0 <= independence_months <= 120:
        words = _l("Choose a number of months between 0 and 120.")
        raise Refused(words, field="independence_months")
    with trail.act("organisation.set", organisation, by=by):
        organisation.name_en, organisation.name_zh = names
        organisation.scope_en, organisation.scope_zh = scope_en.strip(), scope_zh.strip()
        organisation.confidentiality_en, organisation.confidentiality_zh = (
            confidentiality_en,
            confidentiality_zh,
        )
        organisation.code_prefix, organisation.audit_standard = prefix, audit_standard.strip()
        organisation.independence_months = independence_months
        db.session.add(organisation)
    return organisation


def add_site(code: str, name_en: str, name_zh: str, *, by: Person | None) -> Site:
    """Add a place where services are run."""
    site = Site(code=_free_code(Site, code), active=True)
    site.name_en, site.name_zh = _names(name_en, name_zh)
    return _added("site.add", site, by)


def edit_site(site: Site, *, code: str, name_en: str, name_zh: str, active: bool = True, by: Person) -> Site:
    """Change a site; one no longer in use keeps its past."""
    with trail.act("site.edit", site, by=by):
        site.code = _free_code(Site, code, site.id)
        site.name_en, site.name_zh = _names(name_en, name_zh)
        site.active = active
    return site


def add_department(
    code: str, name_en: str, name_zh: str, site: Site, head: Person | None = None, *, by: Person | None
) -> Department:
    """Add a unit of the organisation."""
    department = Department(code=_free_code(Department, code), site=site, head=head, active=True)
    department.name_en, department.name_zh = _names(name_en, name_zh)
    _added("department.add", department, by)
    hand_over(Post.HEAD, department, None, head)
    return department


def edit_department(
    department: Department,
    *,
    code: str,
    name_en: str,
    name_zh: str,
    site: Site,
    head: Person | None = None,
    active: bool = True,
    by: Person,
) -> Department:
    """Change a department."""
    former = department.head
    with trail.act("department.edit", department, by=by):
        department.code = _free_code(Department, code, department.id)
        department.name_en, department.name_zh = _names(name_en, name_zh)
        department.site, department.head, department.active = site, head, active
    hand_over(Post.HEAD, department, former, head)
    return department


def add_process(
    code: str,
    name_en: str,
    name_zh: str,
    owner: Person | None = None,
    department: Department | None = None,
    clauses: Iterable[str] = (),
    importance: int = 2,
    *,
    legacy_number: int | None = None,
    by: Person | None,
) -> Process:
    """Add a process. ``importance`` 1 (low) to 3 (high) weighs in the audit programme (9.2.2)."""
    process = Process(code=_free_code(Process, code), owner=owner, department=department, active=True)
    process.name_en, process.name_zh = _names(name_en, name_zh)
    process.importance = _importance(importance)
    _set_legacy(process, legacy_number)
    _set_clauses(process, clauses)
    _added("process.add", process, by)
    hand_over(Post.OWNER, process, None, owner)
    return process


def edit_process(
    process: Process,
    *,
    code: str,
    name_en: str,
    name_zh: str,
    owner: Person | None = None,
    department: Department | None = None,
    clauses: Iterable[str] = (),
    importance: int = 2,
    legacy_number: int | None = None,
    active: bool = True,
    by: Person,
) -> Process:
    """Change a process; the clauses replace those it had."""
    wanted, before, former, home = list(clauses), process.clauses, process.owner, process.department
    details = {} if set(wanted) == set(before) else {"clauses": [before, wanted]}
    with trail.act("process.edit", process, by=by, **details):
        process.code = _free_code(Process, code, process.id)
        process.name_en, process.name_zh = _names(name_en, name_zh)
        process.owner, process.department, process.active = owner, department, active
        process.importance = _importance(importance)
        _set_legacy(process, legacy_number)
        if details:
            _set_clauses(process, wanted)
            flag_modified(process, "code")  # other rows changed: this one's version must tell a second editor
    hand_over(Post.OWNER, process, former, owner)
    moved(process, home, department)
    return process


def load_processes(*, by: Person | None) -> list[Process]:
    """Add the processes that ship with the product; a code already there is left as it is. Returns the
    new ones."""
    known = set(db.session.scalars(select(Process.code)))
    return [
        add_process(
            each.code,
            each.name_en,
            each.name_zh,
            clauses=each.clauses,
            legacy_number=each.legacy.number if each.legacy else None,
            by=by,
        )
        for each in shipped_processes()
        if each.code not in known
    ]


def _added(action: str, row: Any, by: Person | None) -> Any:
    with trail.act(action, row, by=by):
        db.session.add(row)
    return row


def _names(english: str, chinese: str) -> tuple[str, str]:
    """Both names; one may stand for the other, but not both may be missing."""
    english, chinese = english.strip(), chinese.strip()
    if not english and not chinese:
        raise Refused(_l("Please give a name in at least one of the two languages."), field="name_en")
    return english or chinese, chinese or english


def _code(code: str, field: str = "code") -> str:
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise Refused(
            _l("A code is up to 20 capital letters, digits, dots or hyphens, such as OPS or SMS-SH."),
            field=field,
        )
    return code


def _free_code(model: Any, code: str, own_id: int = 0) -> str:
    code = _code(code)
    with db.session.no_autoflush:
        taken = db.session.scalar(select(func.count()).where(model.code == code, model.id != own_id))
    if taken:
        raise Refused(_l("The code %(code)s is taken. Choose another one.", code=code), field="code")
    return code


def _importance(importance: int) -> int:
    if importance not in (1, 2, 3):
        raise Refused(_l("Importance is 1 (low), 2 (normal) or 3 (high)."), field="importance")
    return importance


def _set_clauses(process: Process, clauses: Iterable[str]) -> None:
    wanted = sorted(set(clauses), key=clause_order)
    kept = {row.clause: row for row in process.clause_rows if row.clause in wanted}
    process.clause_rows = [kept.get(clause) or ProcessClause(clause=clause) for clause in wanted]
    for position, row in enumerate(process.clause_rows):
        row.position = position


def _set_legacy(process: Process, number: int | None) -> None:
    found = next((each for each in legacy_processes() if each.number == number), None)
    process.legacy_number = found.number if found else None
    process.legacy_en, process.legacy_zh = (found.name_en, found.name_zh) if found else ("", "")
