"""Shape and wording of handing an action on, and of being away."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.findings import queries
from audit_app.findings.forms import RowsForm, deadline
from audit_app.findings.models import Action
from audit_app.web.forms import day, long_text, row, rows_as_choices, text

WEEK = timedelta(days=7)


class DelegateForm(RowsForm):
    """Who does it meanwhile, from when to when, and why."""

    to_id = row(_l("Who does it meanwhile"), need=True)
    from_on = deadline(_l("First day"))
    to_on = deadline(_l("Last day"))
    reason = long_text(_l("Reason"), need=True, longest=2000, rows=3)

    def propose(self, action: Action) -> None:
        """Everybody who carries out actions but the owner; from today to the due date."""
        able = [each for each in queries.active_people(Permission.ACTION_DO) if each.id != action.owner_id]
        self.to_id.choices = rows_as_choices(able, empty=True)
        if not self.is_submitted():
            self.from_on.data, self.to_on.data = today(), max(action.due_on, today())


class AbsenceForm(RowsForm):
    """Away from when to when, and who stands in."""

    person_id = row(_l("Who is away"), need=True)
    from_on = day(_l("First day"), need=True)
    to_on = deadline(_l("Last day"))
    deputy_id = row(
        _l("Who stands in"), need=True,
        description=_l("They see what you owe, get your notices too and may act for you. You stay "
            "responsible; they never verify what you own or did."),
    )  # fmt: skip
    remark = text(_l("Note"), longest=500)

    def offer(self, person: Person, others: bool) -> "AbsenceForm":
        """Names; oneself only, unless one may hand over what others own."""
        able = queries.active_people(Permission.ACTION_DO)
        away = able if others else [each for each in able if each.id == person.id]
        self.person_id.choices = rows_as_choices(away)
        self.deputy_id.choices = rows_as_choices(
            able if others else [each for each in able if each.id != person.id], empty=True
        )
        if not self.is_submitted():
            self.person_id.data = person.id
            self.from_on.data, self.to_on.data = today(), today() + WEEK
        return self
