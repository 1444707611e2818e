"""Who may look at the whole programme."""

from flask_login import current_user

from audit_app.core.errors import NotVisible
from audit_app.programme.queries import sees_every_audit


def only_who_sees_every_audit() -> None:
    """What shows the whole programme is for those before whom no audit is hidden."""
    if not sees_every_audit(current_user):
        raise NotVisible
