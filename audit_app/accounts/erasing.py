"""Personal data of somebody who has left are erased by a recorded act.

What the person did stays, under a number. Issued, signed and frozen documents keep the name: their bytes are
what was decided on (ISO/IEC 20000-1, 7.5.4), and a hash or a signature holds them.
"""

import secrets
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts import leaving, sessions
from audit_app.accounts.identities import SignInIdentity
from audit_app.accounts.models import Person
from audit_app.accounts.sorting import sort_key
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.trail import erasing as trail

DOMAIN = "erased.invalid"
"""Of the address that stands instead: by RFC 2606 nobody ever has it."""
CLEARED: list[Callable[[Person], None]] = []
"""Each clears what a domain above keeps of a person beside their records; taught by ``domains.py``."""


def is_erased(person: Person) -> bool:
    """Whether this has been done."""
    return person.email.endswith("@" + DOMAIN)


def refusal(person: Person) -> Any:
    """Why the data cannot be erased now, in words; None when they can."""
    if is_erased(person):
        return _l("The personal data of this person are erased already.")
    if person.is_active:
        return _l("End the access of this person first.")
    if leaving.burden(person):
        return _l("Open findings or actions are owned by this person. Hand them over first.")
    return None


def erase(person: Person, *, reason: str, by: Person) -> int:
    """Write a number for the name wherever that can be; returns how many rows of the trail were blanked.

    Raises :class:`Refused` while the access has not ended or something is open under the name, and for a
    reason that is empty or holds the name itself.
    """
    if (words := refusal(person)) is not None:
        raise Refused(words)
    bonds = list(db.session.scalars(select(SignInIdentity).where(SignInIdentity.person_id == person.id)))
    gone = {person.name, person.email, *trail.former(person.id), *(each.subject for each in bonds)}
    if not reason.strip():
        raise Refused(_l("Please say why, for example by whose wish."), field="reason")
    if any(each.casefold() in reason.casefold() for each in gone):
        raise Refused(_l("Leave the name out of the reason: it would stay in the trail."), field="reason")
    others = set(db.session.scalars(select(Person.name).where(Person.id != person.id)))
    number = f"P-{person.id}"
    person.name, person.sort_key, person.job_title = number, sort_key(number), ""
    person.email = f"{number.lower()}@{DOMAIN}"
    person.password, person.last_seen_at, person.fs_uniquifier = None, None, secrets.token_hex(32)
    person.factor, person.recovery_codes, person.webauthn = None, [], []
    for bond in bonds:
        db.session.delete(bond)
    for clear in (sessions.forget, *CLEARED):
        clear(person)
    db.session.flush()
    return trail.erase(person, gone, others, reason=reason.strip(), by=by)
