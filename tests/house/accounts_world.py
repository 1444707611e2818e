"""Addresses of people and their accounts, for the sweeps."""

from typing import Any

from tests.people import People


def accounts_addresses(people: People) -> dict[str, list[dict[str, Any]]]:
    """What fills the parameters of the endpoints of accounts."""
    return {
        "retention.edit": [{"key": "mails"}, {"key": "people"}],
        "accounts.person": [{"id": people.owner.id}],
        "accounts.person_edit": [{"id": people.owner.id}],
        "accounts.person_password": [{"id": people.owner2.id}],
        "accounts.person_access": [{"id": people.owner2.id, "verb": "end"}],
        "accounts.person_erase": [{"id": people.owner2.id}],
    }
