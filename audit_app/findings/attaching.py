"""Whether files may still be attached to a finding or an action: words that say why not, or None."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.findings.models import Action, ActionState, Finding


def may_attach(finding: Finding, _person: Person) -> Any:
    """Why files cannot be attached to a finding any more; None while they can."""
    if not finding.settled:
        return None
    return _l(
        "%(code)s is closed or withdrawn, so its evidence stays as it is. Reopen it, or raise a new finding.",
        code=finding.code,
    )


def may_attach_to_action(action: Action, _person: Person) -> Any:
    """The same for an action: what was verified must stay what the verifier looked at."""
    if action.state in (ActionState.OPEN, ActionState.DONE):
        return None
    return _l(
        "%(code)s is verified or cancelled, so its evidence stays as it is. "
        "Attach the file to the finding, or add an action.",
        code=action.code,
    )
