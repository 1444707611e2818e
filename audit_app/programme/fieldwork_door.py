"""What the programme asks of the floor above: how far the fieldwork of an audit has come.

Checklists stand above this floor and may not be imported here; ``create_app`` puts their answer into this
door, as it does with the doors of evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass

from audit_app.programme.models import Audit


@dataclass(frozen=True)
class Standing:
    """Clauses without an answer, clauses whose answer lacks what the question asks for, clauses with two
    different ones, records that wait for the lead auditor, and
    files that records speak of but that never arrived."""

    unanswered: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    held: int = 0
    missing_files: int = 0


Ask = Callable[[Audit], Standing]
_ask: list[Ask] = []


def answer_with(ask: Ask) -> None:
    """Let the owning domain answer (once, by ``create_app``)."""
    _ask[:] = [ask]


def standing(audit: Audit) -> Standing:
    """How far the fieldwork has come."""
    return _ask[0](audit)
