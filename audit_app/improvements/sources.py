"""What an improvement can be promoted from. The doors of upper floors are put in by ``domains.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audit_app.accounts.models import Person
from audit_app.core.errors import NotVisible
from audit_app.improvements.models import ImprovementSource


@dataclass(frozen=True)
class Door:
    """One kind of source: ``get(id, to=person)`` raises NotVisible; where it is shown, and in which words."""

    get: Callable[..., Any]
    endpoint: str
    number: Callable[[Any], int] = lambda row: int(row.id)
    """The id in the address of the page that shows it."""
    title: Callable[[Any], str] = lambda row: str(row.title)


DOORS: dict[ImprovementSource, Door] = {}


@dataclass(frozen=True)
class Origin:
    """A source as the register keeps it."""

    source: ImprovementSource
    id: int
    code: str
    title: str
    process: Any = None


def find(kind: str, number: int | None, *, to: Person) -> Origin | None:
    """The record a proposal is promoted from; None without one. Raises NotVisible for one not to be seen."""
    if kind not in {each.value for each in DOORS} or number is None:
        return None
    source = ImprovementSource(kind)
    row = DOORS[source].get(number, to=to)
    return Origin(
        source, number, str(row.code), DOORS[source].title(row)[:200], getattr(row, "process", None)
    )


def address(source: ImprovementSource, number: int | None, *, to: Person) -> tuple[str, int] | None:
    """Endpoint and id of the page of a source, for who may see it."""
    if number is None or source not in DOORS:
        return None
    try:
        row = DOORS[source].get(number, to=to)
    except NotVisible:
        return None
    return DOORS[source].endpoint, DOORS[source].number(row)
