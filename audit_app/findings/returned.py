"""What came back to the owner, and why: the first thing that the page of a finding or action says.

A record keeps its last reason for months; shown is only what still asks for something now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.findings.deadline_models import ExtensionState
from audit_app.findings.models import OWNERS_TURN, Action, ActionState, Finding, FindingState
from audit_app.trail.models import TrailEntry

F = FindingState

BACK: dict[str, tuple[Any, Any]] = {
    "return_plan": (
        _l("The plan came back"),
        _l("Change cause or plan as the reason asks, then propose the plan again."),
    ),
    "send_back": (
        _l("The evidence was not enough"),
        _l("Do or show what is missing, then report it done again."),
    ),
    "fail_check": (
        _l("The actions did not help"),
        _l("It happened again, or still does: look for the cause once more and plan new actions."),
    ),
    "reopen": (_l("It came back after it was closed"), _l("Start again with correction, cause and plan.")),
    "uphold": (_l("The finding stands"), _l("Your objection was decided. Go on with the correction.")),
    "decline": (_l("No more time was given"), _l("The present date counts.")),
}
"""By the step that sent it back: what happened, and what to do now."""


@dataclass(frozen=True)
class Returned:
    """One thing that came back: what happened, the typed reason, what to do now, by whom and when."""

    what: Any
    reason: str
    todo: Any
    by: str
    at: Any


def of(subject: Finding | Action, history: Iterable[TrailEntry]) -> list[Returned]:
    """What was sent back and still asks for something, the newest first.

    ``history`` is the trail of the subject, newest first: it knows who sent it back and when.
    """
    found = [] if _others_turn(subject) else [each for each in _reasons(subject) if each[1]]
    entries, shown = list(history), []
    for step, reason in found:
        entry = next((each for each in entries if each.action.endswith(f".{step}")), None)
        what, todo = BACK[step]
        shown.append(Returned(what, reason, todo, entry.actor if entry else "", entry.at if entry else None))
    return shown + _declined(subject)


def _others_turn(subject: Finding | Action) -> bool:
    if isinstance(subject, Action):
        return subject.state is not ActionState.OPEN
    return subject.state not in OWNERS_TURN


def _reasons(subject: Finding | Action) -> list[tuple[str, str]]:
    if isinstance(subject, Action):
        return [("send_back", subject.sent_back_reason)]
    back = "return_plan" if subject.state in (F.CORRECTED, F.ANALYSED) else "send_back"
    found = [(back, subject.sent_back_reason)]
    if subject.state in (F.ACCEPTED, F.CORRECTED, F.ANALYSED):
        failed = any(not each.passed and each.note == subject.reopen_reason for each in subject.checks)
        found.append(("fail_check" if failed else "reopen", subject.reopen_reason))
        if subject.state is F.ACCEPTED and not subject.reopened:
            found.append(("uphold", subject.dispute_answer))
    return found


def _declined(subject: Finding | Action) -> list[Returned]:
    """The last request for more time, if it was refused and the date still matters."""
    last = subject.extensions[-1] if subject.extensions else None
    if last is None or last.state is not ExtensionState.REFUSED or _others_turn(subject):
        return []
    what, todo = BACK["decline"]
    by = last.decided_by.name if last.decided_by is not None else ""
    return [Returned(what, last.decision, todo, by, last.decided_at)]
