"""What the pages of the register show beyond the record itself."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.improvements import forms, queries, services, sources
from audit_app.improvements.models import (
    Improvement,
    ImprovementSource,
    ImprovementState,
    Outcome,
    TargetKind,
)
from audit_app.improvements.workflow import NEXT, may_attach, may_edit
from audit_app.improvements.workflow import offers as offers
from audit_app.trail import queries as trail
from audit_app.web.formats import number

STEPS: dict[str, tuple[Any, Any]] = {
    "evaluate": (forms.EvaluateForm, services.evaluate),
    "approve": (forms.NothingForm, services.approve),
    "decline": (forms.ReasonForm, services.decline),
    "start": (forms.NothingForm, services.start),
    "implement": (forms.NoteForm, services.implement),
    "measure": (forms.MeasureForm, services.measure),
    "close": (forms.NoteForm, services.close),
    "resume": (forms.ResumeForm, services.resume),
}
"""Form and verb of each step."""


def filters() -> list[tuple[str, Any, list[tuple[Any, Any]]]]:
    """(name, label, choices) of the filters above the register."""
    return [
        ("state", _("State"), [(queries.OPEN, _("Not settled")), *ImprovementState.choices()]),
        ("source", _("Source"), ImprovementSource.choices()),
        ("owner", _("Who carries it out"), [(each.id, each.name) for each in _people()]),
        ("kind", _("Target for"), TargetKind.choices()),
        ("outcome", _("Outcome"), Outcome.choices()),
        ("process", _("Process"), [(each.id, f"{each.code} {each.name}") for each in accounts.processes()]),
        ("late", _("Late"), [("1", _("Only late ones"))]),
        ("mine", _("Mine"), [("1", _("Only mine"))]),
    ]


def _people() -> list[Person]:
    return accounts.people_with(Permission.IMPROVEMENT_PROPOSE)


def quantity(value: Any, unit: str) -> str:
    """A figure with its unit, with as many decimals as it has; "–" for none."""
    if value is None:
        return "–"
    decimals = max(0, -int(value.as_tuple().exponent))
    return f"{number(value, decimals)}\u00a0{unit}".strip()


def page(improvement: Improvement, person: Person) -> dict[str, Any]:
    """Everything the page of an improvement shows beside its columns."""
    place = sources.address(improvement.source, improvement.source_id, to=person)
    return {
        "offers": offers(improvement, person),
        "next_words": NEXT[improvement.state],
        "source_url": url_for(place[0], id=place[1]) if place else None,
        "history": trail.history(improvement),
        "may_edit": may_edit(improvement, person),
        "may_attach": may_attach(improvement, person) is None,
        "quantity": quantity,
    }
