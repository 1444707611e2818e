"""Every kind of record that files, notices and trail lines may hang on: how it is reached and where it is
shown."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@dataclass(frozen=True)
class Subject:
    """What the owning domain says of one kind of record.

    ``get(id, to=person)`` raises NotVisible; ``may_attach(subject, person)`` gives None, or the words that
    say why no file can be attached now; ``endpoint`` shows the record.
    """

    get: Callable[..., Any]
    endpoint: str
    may_attach: Callable[[Any, Any], Any]


def _door(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"audit_app.{module}"), name)
    return found


_WHERE = {
    "audit": ("programme.queries.get", "programme.audit", "programme.workflow.may_attach"),
    "audit_plan": ("agenda.queries.get", "agenda.show", "agenda.workflow.may_attach"),
    "competence": ("competence.queries.get", "competence.show", "competence.rights.may_attach"),
    "waiver": ("programme.waivers.get", "programme.waiver", "programme.waivers.may_attach"),
    "checklist_item": ("checklists.queries.get_item", "checklists.item", "checklists.sync.may_attach"),
    "finding": ("findings.queries.get", "findings.show", "findings.attaching.may_attach"),
    "action": ("findings.queries.get_action", "findings.action", "findings.attaching.may_attach_to_action"),
    "improvement": ("improvements.queries.get", "improvements.show", "improvements.workflow.may_attach"),
    "data_source": ("indicators.sources.get", "indicators.source", "indicators.sources.may_attach"),
    "value_correction": (
        "indicators.corrections.get",
        "indicators.correction",
        "indicators.corrections.may_attach",
    ),
    "certificate": ("certification.queries.get", "certification.show", "certification.workflow.may_attach"),
    "review": ("reviews.queries.get", "reviews.show", "reviews.workflow.may_attach"),
    "review_input": ("reviews.queries.get_input", "reviews.input", "reviews.workflow.may_attach_to_input"),
}
SUBJECTS: dict[str, Subject] = {
    kind: Subject(_door(path), endpoint, _door(rule))
    for kind, (path, endpoint, rule) in _WHERE.items()
    if find_spec("audit_app." + path.rpartition(".")[0])
}
