"""What must be there before a step of an action: each guard is one rule, and says what is missing."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.findings import cover, extensions
from audit_app.findings.guards import REMOVES_CAUSE, live, outside
from audit_app.findings.models import Action, FindingState

F = FindingState
FIXED_PLAN = (F.PROPOSED, F.PLANNED, F.IN_PROGRESS, F.IMPLEMENTED)
"""States in which an agreed plan stands."""


def own_action(action: Action, person: Person) -> Any:
    """The owner acts, a delegate or deputy for them; programme manager or lead auditor may write it down."""
    if person.id == action.owner_id or person.may(P.FINDING_APPROVE):
        return None
    if cover.acting_for(action, person) is not None:
        return None
    return _l("Only the owner of the action does this.")


def hands_on(action: Action, person: Person) -> Any:
    """The doing is handed on by whoever promised it, not by who has it in hand for them."""
    if person.id == action.owner_id or person.may(P.FINDING_APPROVE):
        return None
    return _l("Only the owner hands the action on to somebody else.")


def handed_on(action: Action, person: Person) -> Any:
    """There is something to take back, and it is the owner's or the delegate's to end."""
    given = cover.standing(action)
    if given is None:
        return _l("The action is in nobody else's hands.")
    return None if person.id == given.delegate_id else hands_on(action, person)


def did_not_do_it(action: Action, person: Person) -> Any:
    """R8 for a single action."""
    if person.id in (action.owner_id, action.done_by_id):
        return _l("You carried this action out. Somebody else must verify it.")
    if cover.had_a_hand(person, action):
        return _l("You stood in for the owner, or it was handed on to you. Somebody else must verify it.")
    return outside(action.finding, person) if action.finding is not None else None


def finding_still_open(action: Action, _person: Person) -> Any:
    """What a settled finding rests on does not change any more."""
    if action.finding is not None and action.finding.settled:
        return _l("The finding is closed. Reopen it first.")
    return None


def extension_wanted(action: Action, _person: Person) -> Any:
    """There is something to decide."""
    return None if extensions.waiting(action) else _l("Nobody asked for more time.")


def may_decide(action: Action, person: Person) -> Any:
    """R6: more time is granted by somebody who neither needs it nor asked for it."""
    request = extensions.waiting(action)
    return extensions.why_not_decide(request, person) if request is not None else None


def may_ask(action: Action, person: Person) -> Any:
    """More time is asked for by the owner, while the date matters, one request at a time."""
    return extensions.why_not_ask(action, person)


def not_the_last_corrective(action: Action, _person: Person) -> Any:
    """An agreed plan keeps at least one corrective action."""
    finding = action.finding
    if finding is None or action.kind not in REMOVES_CAUSE or finding.state not in FIXED_PLAN:
        return None
    others = [each for each in live(finding) if each.kind in REMOVES_CAUSE and each is not action]
    return (
        None
        if others
        else _l("This is the only corrective action of the plan. Add another one before you cancel it.")
    )
