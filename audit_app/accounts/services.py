"""Verbs on people: who may sign in, as what, and in which language."""

import uuid
from collections.abc import Iterable
from datetime import date

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_security.utils import hash_password
from sqlalchemy import func, select

from audit_app.accounts import leaving, limits, passwords, queries, sessions
from audit_app.accounts.models import Department, Person
from audit_app.accounts.organisation import (
    add_department,
    add_process,
    add_site,
    edit_department,
    edit_process,
    edit_site,
    load_processes,
    set_organisation,
)
from audit_app.accounts.permissions import Role
from audit_app.accounts.session_models import Why
from audit_app.accounts.sign_in import ensure_roles
from audit_app.accounts.sorting import sort_key
from audit_app.accounts.tenure import Post, move
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail

__all__ = [
    "activate",
    "add_person",
    "anybody",
    "deactivate",
    "edit_person",
    "edit_profile",
    "new_password",
    "prepare",
    "set_language",
    "set_password",
    "set_roles",
    "add_department",
    "add_process",
    "add_site",
    "edit_department",
    "edit_process",
    "edit_site",
    "load_processes",
    "set_organisation",
]

LANGUAGES = ("zh", "en")


def prepare(*, by: Person | None) -> None:
    """What a fresh installation needs: the roles and the processes of the standard. Harmless when
    repeated."""
    ensure_roles()
    if not queries.processes(all_=True):
        load_processes(by=by)


def anybody() -> bool:
    """Whether somebody can sign in."""
    return bool(queries.active_people())


def new_password() -> str:
    """A generated first password: four groups of four, about 79 bits."""
    return passwords.made(4)


def add_person(
    email: str,
    name: str,
    roles: Iterable[Role | str],
    department: Department | None = None,
    language: str = "en",
    password: str = "",
    *,
    by: Person | None,
    job_title: str = "",
    valid_until: date | None = None,
    active: bool = True,
    hashed: str = "",
) -> Person:
    """Add a person who may sign in at once. Raises :class:`Refused` for a doubtful address, name or password.

    ``by`` is None only when the first administrator is made from the command line. ``hashed``: the password
    as kept elsewhere, where nobody knows it in words or it need not be hashed again.
    """
    person = Person(
        email=_address(email),
        name=_name(name),
        sort_key=sort_key(name),
        job_title=job_title.strip(),
        language=_language(language),
        department=department,
        password=hashed or _hashed(password, name, email),
        fs_uniquifier=uuid.uuid4().hex,
        valid_until=valid_until,
        active=active,
    )
    held = _roles(roles)
    _own_address(person)
    with trail.act("person.add", person, by=by, roles=sorted(held)):
        rows = ensure_roles()
        person.roles = [rows[role] for role in Role if role in held]
        db.session.add(person)
    move(Post.MEMBER, person, None, department)
    return person


def edit_person(
    person: Person,
    *,
    email: str,
    name: str,
    roles: Iterable[Role | str],
    department: Department | None,
    language: str,
    job_title: str = "",
    active: bool = True,
    valid_until: date | None = None,
    by: Person,
) -> Person:
    """Change a person's record. A change of rights ends their sessions, so that it takes effect at once."""
    held, before, former = _roles(roles), person.role_set, person.department
    if not active:
        _may_leave(person, by)
    if not active or Role.ADMINISTRATOR not in held or (valid_until is not None and valid_until < today()):
        _not_the_last(person)
    rights_change = held != before or active != person.active or valid_until != person.valid_until
    leaves = person.is_active
    with trail.act("person.edit", person, by=by, **_role_details(before, held)):
        with db.session.no_autoflush:
            person.email = _address(email)
            _own_address(person)
        person.name, person.sort_key = _name(name), sort_key(name)
        person.job_title, person.department = job_title.strip(), department
        person.language, person.active, person.valid_until = _language(language), active, valid_until
        rows = ensure_roles()
        if held != before:
            person.roles = [rows[role] for role in Role if role in held]
        if rights_change:
            _sign_out(person, Why.RIGHTS, by)
    move(Post.MEMBER, person, former, department)
    if leaves and not person.is_active:
        leaving.has_left(person)
    return person


def set_roles(person: Person, roles: Iterable[Role | str], *, by: Person | None) -> Person:
    """Give a person these roles and no others; nobody is ``by`` when a directory tells them at sign-in.

    A change ends the person's sessions. Raises :class:`Refused` for no role or no administrator left.
    """
    held, before = _roles(roles), person.role_set
    if held == before:
        return person
    if Role.ADMINISTRATOR not in held:
        _not_the_last(person)
    with trail.act("person.roles", person, by=by, **_role_details(before, held)):
        rows = ensure_roles()
        person.roles = [rows[role] for role in Role if role in held]
        _sign_out(person, Why.RIGHTS, by)
    return person


def deactivate(person: Person, *, by: Person) -> Person:
    """End a person's access; what they did stays under their name. Nobody locks out themselves or the
    last one."""
    _may_leave(person, by)
    _not_the_last(person)
    with trail.act("person.deactivate", person, by=by):
        person.active = False
        _sign_out(person, Why.RIGHTS, by)
    leaving.has_left(person)
    return person


def activate(person: Person, *, by: Person) -> Person:
    """Give access again."""
    with trail.act("person.activate", person, by=by):
        person.active = True
        _sign_out(person, Why.RIGHTS, by)
    return person


def set_password(person: Person, password: str, *, by: Person | None) -> Person:
    """Give a new password; every session of the person ends."""
    with trail.act("person.password", person, by=by):
        person.password = _hashed(password, person.name, person.email)
        _sign_out(person, Why.PASSWORD, by)
    limits.forget(person.email)
    return person


def edit_profile(person: Person, *, name: str, language: str, job_title: str = "", by: Person) -> Person:
    """What people may change about themselves."""
    with trail.act("person.profile", person, by=by):
        person.name, person.sort_key = _name(name), sort_key(name)
        person.language, person.job_title = _language(language), job_title.strip()
    return person


def set_language(person: Person, language: str, *, by: Person) -> Person:
    """Keep the language in which the person reads pages and notices."""
    if person.language != _language(language):
        with trail.act("person.language", person, by=by):
            person.language = language
    return person


def _sign_out(person: Person, why: Why, by: Person | None) -> None:
    """End all sessions of a person, and whatever else was made for the account as it was."""
    person.fs_uniquifier = uuid.uuid4().hex
    sessions.end_all(person, why, by=by)


def _address(email: str) -> str:
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Refused(
            _l("That is no e-mail address. Write it as name@company.com."), field="email"
        ) from error
    return checked.normalized.lower()


def _own_address(person: Person) -> None:
    query = select(func.count()).where(Person.email == person.email, Person.id != (person.id or 0))
    if db.session.scalar(query):
        raise Refused(
            _l("Somebody with this address is listed already. Open that person and edit it."), field="email"
        )


def _name(name: str) -> str:
    if not name.strip():
        raise Refused(_l("Please give the person's name."), field="name")
    return name.strip()


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise Refused(_l("Choose Chinese or English."), field="language")
    return language


def _hashed(password: str, *own: str) -> str:
    if refusal := passwords.refusal(password, *own):
        raise Refused(refusal, field="password")
    hashed: str = hash_password(passwords.normal(password))
    return hashed


def _roles(roles: Iterable[Role | str]) -> frozenset[Role]:
    held = frozenset(Role(role) for role in roles)
    if not held:
        raise Refused(_l("Choose at least one role: without a role a person sees nothing."), field="roles")
    return held


def _role_details(before: frozenset[Role], after: frozenset[Role]) -> dict[str, list[list[str]]]:
    return {} if before == after else {"roles": [sorted(before), sorted(after)]}


def _may_leave(person: Person, by: Person) -> None:
    if person.id == by.id:
        raise Refused(_l("Nobody ends their own access. Ask another administrator."), field="active")


def _not_the_last(person: Person) -> None:
    others = [each for each in queries.administrators() if each.id != person.id]
    if Role.ADMINISTRATOR in person.role_set and person.active and not others:
        raise Refused(
            _l(
                "%(name)s is the last active administrator. Make somebody else administrator first.",
                name=person.name,
            ),
            field="roles",
        )
