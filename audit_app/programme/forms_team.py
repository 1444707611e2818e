"""Shape and wording of what is typed about waivers."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import ChoosingForm
from audit_app.programme.waiver_models import WaiverKind
from audit_app.web.forms import BaseForm, choice, long_text, row, rows_as_choices


class WaiverForm(ChoosingForm):
    """Ask for a waiver."""

    person = row(_l("Person"), need=True)
    kind = choice(_l("What is waived"), WaiverKind.choices())
    reason = long_text(
        _l("Reason"),
        need=True,
        longest=2000,
        description=_l("Why nobody else can audit here. It stands in the report."),
    )
    measure = long_text(
        _l("Compensating measure"),
        need=True,
        longest=2000,
        description=_l(
            "What makes up for it: a second auditor, a review of the findings by another person …"
        ),
    )
    approve = BooleanField(_l("I approve this waiver myself, now and in my name"))

    def offer(self) -> "WaiverForm":
        """Fill the list of people."""
        self.person.choices = rows_as_choices(accounts.active_people(), empty=True)
        return self


class WithdrawalForm(BaseForm):
    """Why a waiver is declined or taken back."""

    reason = long_text(_l("Reason"), need=True, longest=1000)


class ApprovalForm(BaseForm):
    """Approving needs no facts."""
