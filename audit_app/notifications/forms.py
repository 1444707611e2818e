"""Shape and wording of what a person chooses about their mails."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.widgets import CheckboxInput, ListWidget

from audit_app.notifications import kinds
from audit_app.notifications.hours import Quiet, hours_to_choose
from audit_app.notifications.models import NoticeChoice
from audit_app.web.forms import BaseForm, SelectMultipleField, choice


def _hour(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class ChoiceForm(BaseForm):
    """The hour of the digest, and which news one wants by mail."""

    hour = choice(_l("Hour of the daily mail"), [], need=False, coerce=_hour)
    wanted = SelectMultipleField(
        _l("News by mail"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def offer(self, stored: NoticeChoice, quiet: Quiet, usual: int) -> "ChoiceForm":
        """Fill the choices from the table of kinds and the quiet hours."""
        hours = hours_to_choose(quiet)
        if stored.hour is not None and stored.hour not in hours:
            hours = sorted([*hours, stored.hour])
        as_usual = _("As in the organisation (%(hour)s)", hour=f"{usual:02d}:00")
        self.hour.choices = [("", as_usual), *((each, f"{each:02d}:00") for each in hours)]
        self.wanted.choices = list(kinds.optional().items())
        if not self.is_submitted():
            self.hour.data = stored.hour
            self.wanted.data = [kind for kind in kinds.optional() if kind not in stored.muted]
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the service: what is switched off instead of what is wanted."""
        wanted = set(self.wanted.data or ())
        return {"hour": self.hour.data, "muted": [kind for kind in kinds.optional() if kind not in wanted]}
