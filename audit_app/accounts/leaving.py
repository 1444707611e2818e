"""What somebody leaves behind when their access ends: counted and told by the domains that know, above."""

from collections.abc import Callable

from audit_app.accounts.models import Person

BURDENS: list[Callable[[Person], int]] = []
"""Each counts open records that a person owns; taught by ``domains.py``."""


LEFT: list[Callable[[Person], None]] = []
"""Each tells whoever waits for the work of a person whose access has just ended; taught by ``domains.py``."""


def has_left(person: Person) -> None:
    """The access of a person has ended: who waits for their work is told."""
    for tell in LEFT:
        tell(person)


def burden(person: Person) -> int:
    """How many open records the person owns."""
    return sum(count(person) for count in BURDENS)
