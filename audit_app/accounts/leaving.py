"""What somebody leaves behind when their access ends: counted by the domains that know, which sit above."""

from collections.abc import Callable

from audit_app.accounts.models import Person

BURDENS: list[Callable[[Person], int]] = []
"""Each counts open records that a person owns; taught by ``domains.py``."""


def burden(person: Person) -> int:
    """How many open records the person owns."""
    return sum(count(person) for count in BURDENS)
