"""Every kind of record that files, notices and trail lines may hang on: how it is reached and where it is
shown."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class Subject:
    """``get(id, to=person)`` of the owning domain (raises NotVisible) and the endpoint that shows it."""

    get: Callable[..., Any]
    endpoint: str


def _door(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"audit_app.{module}"), name)
    return found


_WHERE = {
    "audit": ("programme.queries.get", "programme.audit"),
    "checklist_item": ("checklists.queries.get_item", "checklists.item"),
    "finding": ("findings.queries.get", "findings.show"),
    "action": ("findings.queries.get_action", "findings.action"),
    "review": ("reviews.queries.get", "reviews.show"),
    "review_input": ("reviews.queries.get_input", "reviews.input"),
}
SUBJECTS: dict[str, Subject] = {
    kind: Subject(_door(path), endpoint)
    for kind, (path, endpoint) in _WHERE.items()
    if find_spec("audit_app." + path.rpartition(".")[0])
}
