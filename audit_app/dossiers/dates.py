"""Days and versions as every part of a dossier says them."""

from datetime import date, datetime

from flask_babel import gettext as _

from audit_app.core.clock import local, today


def day(moment: datetime | None) -> date | None:
    """The day of a moment on the organisation's clocks."""
    return local(moment).date() if moment is not None else None


def living() -> str:
    """Version of a record that still grows: as of when it was printed."""
    return _("as of %(day)s", day=today())
