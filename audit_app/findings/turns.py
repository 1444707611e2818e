"""Whose turn it is: what happens next to a finding, who does it, and how far along the path it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.core.clock import today
from audit_app.findings.guards import first_check
from audit_app.findings.models import CHECKED, OWNERS_TURN, Finding, FindingState

F = FindingState

NEXT: dict[FindingState, Any] = {
    F.DRAFT: _l("A lead auditor or the programme manager reads it through and issues it."),
    F.ISSUED: _l("The owner accepts the finding, or says what in it is not right."),
    F.DISPUTED: _l("Lead auditor or programme manager decides whether the finding stands."),
    F.ACCEPTED: _l("The owner repairs the case itself and says when."),
    F.CORRECTED: _l("The owner finds the cause and looks for similar cases."),
    F.ANALYSED: _l("The owner plans what removes the cause and proposes the plan."),
    F.PROPOSED: _l("Lead auditor or programme manager approves the plan and settles how it is checked."),
    F.PLANNED: _l("The owner starts the actions."),
    F.IN_PROGRESS: _l("The owner carries out the actions, attaches evidence and reports them done."),
    F.IMPLEMENTED: _l("An auditor who is independent of the area verifies the evidence."),
    F.VERIFIED: _l("It is left to work. On the day agreed, somebody independent checks whether it lasts."),
    F.EFFECTIVENESS_DUE: _l(
        "Lead auditor or programme manager checks whether the cause is gone, then closes."
    ),
    F.CLOSED: _l("Nothing more to do: the finding is closed."),
    F.WITHDRAWN: _l("Nothing more to do: the finding was withdrawn."),
}


def what_next(finding: Finding) -> Any:
    """One sentence: what happens next."""
    if finding.state is F.ISSUED and not finding.is_nonconformity:
        return _l("Worth knowing for the area: it is closed with a note of what became of it.")
    return NEXT[finding.state]


def named(finding: Finding) -> str | None:
    """Name of the owner while it is their turn; where a role acts, the sentence above names it."""
    owner = finding.owner if finding.state in OWNERS_TURN and finding.is_nonconformity else None
    return owner.name if owner is not None else None


PATH: tuple[tuple[Any, frozenset[FindingState]], ...] = (
    (_l("Issued"), frozenset({F.DRAFT, F.ISSUED, F.DISPUTED})),
    (_l("Correction"), frozenset({F.ACCEPTED})),
    (_l("Cause"), frozenset({F.CORRECTED})),
    (_l("Plan"), frozenset({F.ANALYSED, F.PROPOSED})),
    (_l("Actions"), frozenset({F.PLANNED, F.IN_PROGRESS})),
    (_l("Verification"), frozenset({F.IMPLEMENTED})),
    (_l("Effectiveness"), CHECKED),
    (_l("Closed"), frozenset({F.CLOSED})),
)
"""The stations of a nonconformity, as people name them, and the states in which it stands at each."""


@dataclass(frozen=True)
class Station:
    """One station of the path: passed, the present one, or still to come."""

    label: Any
    passed: bool
    here: bool


def stations(finding: Finding) -> list[Station]:
    """The path of a nonconformity with its present place; empty for lighter grades and withdrawn ones."""
    if not finding.is_nonconformity or finding.state is F.WITHDRAWN:
        return []
    here = next(place for place, (_label, states) in enumerate(PATH) if finding.state in states)
    last = len(PATH) - 1
    return [
        Station(label, place < here or here == last, place == here) for place, (label, _s) in enumerate(PATH)
    ]


def check_ahead(finding: Finding) -> date | None:
    """The day before which effectiveness cannot be judged, while it is still to come."""
    first = first_check(finding) if finding.state in CHECKED else None
    return first if first is not None and first > today() else None
