"""Verbs on second factors. The person is told, the trail has a line, and a change ends other sessions."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from audit_app.accounts import limits, second_factor, sessions
from audit_app.accounts.factor_models import Passkey, RecoveryCode, SecondFactor
from audit_app.accounts.models import Organisation, Person, RoleRow
from audit_app.accounts.permissions import Role
from audit_app.accounts.second_factor import APP
from audit_app.accounts.session_models import Why
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import services as trail

TELL: list[Callable[[str, Person], Any]] = []
"""Who tells a person that the way they sign in was changed: (kind of notice, person); by ``domains.py``."""


@dataclass(frozen=True)
class Standing:
    """What a person has: since when an app, how many recovery codes are left, which passkeys."""

    app_since: datetime | None
    codes_left: int
    passkeys: tuple[Passkey, ...]

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all (recovery codes alone are none)."""
        return self.app_since is not None or bool(self.passkeys)


def standing(person: Person) -> Standing:
    """See :class:`Standing`."""
    app = db.session.scalar(
        select(SecondFactor.set_at).where(SecondFactor.person_id == person.id, SecondFactor.method == APP)
    )
    left = db.session.scalar(select(func.count()).where(RecoveryCode.person_id == person.id)) or 0
    keys = db.session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id))
    return Standing(app, left, tuple(keys))


def code_name(person: Person) -> str:
    """The name under which tries at codes are counted: apart from the password's, which a right one ends."""
    return f"code|{person.email}"


def set_app(person: Person, secret: str, code: str) -> bool:
    """Set up the app with this (encrypted) key once it has shown a right code; False when it is wrong."""
    counter = second_factor.library().totp_factory.first(secret, code)
    if counter is None:
        return False
    row, former = person.the_factor(), person.tf_primary_method
    row.method, row.secret, row.counter, row.set_at = APP, secret, counter, now()
    trail.note("factor.app_changed" if former else "factor.app_set", person, by=person)
    _changed("factor.set", person)
    return True


def remove_app(person: Person) -> None:
    """The app's codes no longer count."""
    if person.tf_primary_method is None:
        raise Refused(_l("No authenticator app is set up."))
    row = person.the_factor()
    row.method = row.secret = row.counter = row.set_at = None
    trail.note("factor.app_removed", person, by=person)
    _left(person)
    _changed("factor.removed", person)


def passkey_added(person: Person, name: str) -> None:
    """A passkey was kept."""
    trail.note("factor.passkey_added", person, by=person, passkey=name)
    _changed("factor.set", person)


def remove_passkey(person: Person, passkey: Passkey) -> None:
    """The passkey opens nothing any more."""
    trail.note("factor.passkey_removed", person, by=person, passkey=passkey.name)
    person.webauthn.remove(passkey)
    _left(person)
    _changed("factor.removed", person)


def new_codes(person: Person) -> list[str]:
    """A new set of recovery codes, told this once; the former one is void."""
    if not person.has_factor:
        raise Refused(_l("Set up an app or a passkey first: recovery codes stand in for them."))
    codes: list[str] = second_factor.library().mf_recovery_codes_util.create_recovery_codes(person)
    trail.note("factor.codes_made", person, by=person)
    _tell("factor.codes_made", person)
    return codes


def code_used(person: Person) -> None:
    """A recovery code was used up."""
    trail.note("factor.code_used", person, by=person)
    _tell("factor.code_used", person)


def reset(person: Person, *, by: Person | None) -> None:
    """Take every factor away from somebody who lost theirs: they sign in by password and set up anew.

    ``by`` is None for the command line. Nobody resets their own: whoever sits at an open session would.
    """
    if by is not None and by.id == person.id:
        raise Refused(_l("Nobody resets their own second factor here. Remove it on your own page."))
    if not standing(person).any and not person.recovery_codes:
        raise Refused(_l("No second factor is set up."))
    person.factor, person.recovery_codes, person.webauthn = None, [], []
    _end_sessions(person, by)
    limits.forget(code_name(person))
    trail.note("factor.reset", person, by=by)
    _tell("factor.reset", person)


def demand(roles: Iterable[Role | str], *, by: Person) -> Organisation:
    """Say which roles must have a second factor."""
    organisation = db.session.get(Organisation, 1)
    if organisation is None:
        raise Refused(_l("Enter the facts of the organisation first."))
    held = {Role(each) for each in roles}
    with trail.act("organisation.second_factor", organisation, by=by):
        organisation.second_factor_roles = ",".join(role.value for role in Role if role in held)
    return organisation


def without(roles: Iterable[Role]) -> list[Person]:
    """Active people who hold one of the roles and have no second factor, by name."""
    wanted = [role.value for role in roles]
    query = select(Person).where(
        Person.active,
        Person.roles.any(RoleRow.name.in_(wanted)),
        ~Person.factor.has(SecondFactor.method.is_not(None)),
        ~Person.webauthn.any(),
    )
    return list(db.session.scalars(query.order_by(Person.sort_key, Person.id))) if wanted else []


def _left(person: Person) -> None:
    """Recovery codes stand in for a factor: without one they open nothing and go with it."""
    if not person.has_factor:
        person.recovery_codes = []


def _changed(kind: str, person: Person) -> None:
    """Every session ends; the one that made the change is renewed by its route."""
    _end_sessions(person, person)
    _tell(kind, person)


def _end_sessions(person: Person, by: Person | None) -> None:
    person.fs_uniquifier = uuid.uuid4().hex
    sessions.end_all(person, Why.FACTOR, by=by)


def _tell(kind: str, person: Person) -> None:
    for tell in TELL:
        tell(kind, person)
