"""Shape and wording of what is typed about proposals, notes and gaps."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, IntegerField
from wtforms.validators import NumberRange

from audit_app.accounts import queries as accounts
from audit_app.accounts.forms import ChoosingForm, checks
from audit_app.accounts.models import Process
from audit_app.core.clock import today
from audit_app.planning import phrases
from audit_app.planning.models import NoteKind, ProposalLine
from audit_app.web.forms import BaseForm, choice, day, long_text, required, row


class ProposeForm(BaseForm):
    """For which years a programme is proposed."""

    first_year = IntegerField(
        _l("First year"),
        validators=[required(), NumberRange(2000, 2100, _l("Choose a year between 2000 and 2100."))],
    )
    years = choice(
        _l("Span"), [(1, _l("One year")), (3, _l("Three years, as the certificate runs"))], coerce=int
    )


class NoteForm(ChoosingForm):
    """What changed in a process, or who demands that it be audited."""

    process_id = row(_l("Process"), need=True)
    kind = choice(_l("What is it"), NoteKind.choices())
    since = day(_l("Since"), need=True)
    sentence = long_text(
        _l("What changed or is demanded"), need=True, longest=1000, rows=3,
        description=_l("One sentence: a new tool, another supplier, a law, a customer's contract."),
    )  # fmt: skip

    def offer(self) -> "NoteForm":
        """Fill the processes."""
        self.process_id.choices = [
            ("", "—"),
            *((each.id, f"{each.code} {each.name}") for each in accounts.processes()),
        ]
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        values = self.values()
        process = accounts.one(Process, values.pop("process_id"))
        values["words"] = values.pop("sentence")
        return {**values, "process": process, "kind": NoteKind(values["kind"])}


class LineForm(BaseForm):
    """Other months or another effort than proposed, and why."""

    months = checks(_l("Months with an audit"), coerce=int)
    days = DecimalField(
        _l("Auditor days of each audit"), places=1, validators=[required()],
        description=_l("In half days, 0.5 to 5."),
    )  # fmt: skip
    reason = long_text(_l("Reason of the change"), need=True, longest=1000, rows=3)

    def offer(self, line: ProposalLine) -> "LineForm":
        """Offer every month of the span."""
        proposal = line.proposal
        span = range(proposal.first_year * 12, (proposal.last_year + 1) * 12)
        self.months.choices = [(month, phrases.month_words(month)) for month in span]
        return self

    def facts(self) -> dict[str, Any]:
        """Arguments of the service."""
        values = self.values()
        return {"months": values["months"] or [], "days": float(values["days"]), "reason": values["reason"]}


class PlanForm(BaseForm):
    """How a proposal is turned into audits."""

    propose_leads = BooleanField(
        _l("Propose a lead auditor where somebody is independent and free"), default=True
    )


class GapForm(BaseForm):
    """Why some clauses or processes are not audited this year."""

    gaps = checks(_l("Not covered this year"))
    reason = long_text(
        _l("Reason why they are not audited this year"), longest=2000, rows=3,
        description=_l("The same reason is kept for each one ticked. Several reasons take several turns."),
    )  # fmt: skip

    def offer(self, left: list[Any]) -> "GapForm":
        """Offer every gap that is not justified, with where else it is covered."""
        self.gaps.choices = [
            (each.gap.value, _gap_words(each)) for each in left if each.gap.justified is None
        ]
        return self


def _gap_words(each: Any) -> str:
    said = f"{each.gap.key} {each.gap.name}".strip()
    if each.elsewhere:
        codes = ", ".join(audit.code for audit in each.elsewhere[:3])
        said = _("%(gap)s (in another year of the cycle: %(codes)s)", gap=said, codes=codes)
    return said


def new_note() -> dict[str, Any]:
    """What a new note starts with."""
    return {"since": today(), "kind": NoteKind.CHANGE.value}
