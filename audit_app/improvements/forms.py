"""Shape and wording of input: the proposal, and one form per step."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField
from wtforms.validators import Optional

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.improvements.models import Better, Improvement, TargetKind
from audit_app.web.forms import (
    BaseForm,
    RadioField,
    choice,
    day,
    long_text,
    required,
    row,
    rows_as_choices,
    text,
)

ROWS: dict[str, Any] = {"process_id": Process, "department_id": Department, "owner_id": Person}
SCORES = [(number, str(number)) for number in range(1, 6)]


def score(label: Any, low: Any, high: Any) -> RadioField:
    """One criterion: 1 to 5, with what the ends mean."""
    hint = _l("1 %(low)s, 5 %(high)s", low=low, high=high)
    return RadioField(label, choices=SCORES, coerce=int, validators=[required()], description=hint)


def figure(label: Any, **kwargs: Any) -> DecimalField:
    """A number with as many decimals as were typed."""
    return DecimalField(label, places=None, validators=[Optional()], **kwargs)


def _coded(record: Any) -> str:
    return f"{record.code} {record.name}"


class FactsForm(BaseForm):
    """A form whose selects name rows by ``<fact>_id``."""

    def facts(self) -> dict[str, Any]:
        """The typed facts, with rows in place of their ids."""
        found: dict[str, Any] = {}
        for name, value in self.values().items():
            if name in ROWS:
                found[name.removesuffix("_id")] = db.session.get(ROWS[name], value) if value else None
            else:
                found[name] = value
        return found


class ProposalForm(FactsForm):
    """What could be better."""

    title = text(_l("What could be better"), need=True, description=_l("In one line."))
    description = long_text(
        _l("What it would change, and for whom"), need=True, longest=5000, rows=5,
        description=_l("Say what happens today, what could happen instead, and what that is worth."),
    )  # fmt: skip
    process_id = row(_l("Process"))
    department_id = row(_l("Department"))

    def offer(self) -> "ProposalForm":
        """Names of processes and departments."""
        self.process_id.choices = rows_as_choices(accounts.processes(), empty=True, show=_coded)
        self.department_id.choices = rows_as_choices(accounts.departments(), empty=True, show=_coded)
        return self


class EvaluateForm(FactsForm):
    """The criteria, and the target that approval asks for."""

    benefit = score(_l("Benefit"), _l("hardly any"), _l("very large"))
    effort = score(_l("Effort"), _l("hardly any"), _l("very large"))
    risk = score(_l("Risk"), _l("hardly any"), _l("very large"))
    evaluation_note = long_text(_l("Evaluation"), need=True, longest=5000, rows=3)
    owner_id = row(_l("Who carries it out"))
    due_on = day(_l("Until when"))
    target_kind = choice(_l("Target for"), TargetKind.choices(), need=False)
    target_what = text(_l("What is measured"), longest=300)
    better = choice(_l("Reached with"), Better.choices(), default=Better.HIGHER.value)
    target = figure(_l("Target"), description=_l("Needed before approval."))
    baseline = figure(_l("Value before"))
    unit = text(_l("Unit"), longest=40)

    def propose(self, improvement: Improvement) -> None:
        """Who can carry it out; what was evaluated before."""
        people = accounts.people_with(Permission.IMPROVEMENT_PROPOSE)
        self.owner_id.choices = rows_as_choices(people, empty=True)
        self.target_kind.choices = [("", "—"), *TargetKind.choices()]
        if not self.is_submitted():
            self.better.data = improvement.better.value
            self.target_kind.data = improvement.target_kind.value if improvement.target_kind else ""

    def facts(self) -> dict[str, Any]:
        kind = self.target_kind.data
        enums = {"better": Better(self.better.data), "target_kind": TargetKind(kind) if kind else None}
        return super().facts() | enums


class NothingForm(FactsForm):
    """A step that only needs to be meant."""


class ReasonForm(FactsForm):
    """Why not."""

    reason = long_text(_l("Reason"), need=True, longest=2000, rows=4)


class NoteForm(FactsForm):
    """What was put in place, or what it brought."""

    note = long_text(_l("Note"), need=True, longest=5000, rows=5)


class MeasureForm(FactsForm):
    """The measured value."""

    measured = figure(_l("Measured value"))
    measured_on = day(_l("Measured on"), need=True)
    note = long_text(_l("Source of the value"), need=True, longest=5000, rows=3)

    def propose(self, improvement: Improvement) -> None:
        """Today, and the target beside the field."""
        target = (
            f"{improvement.target:f} {improvement.unit}".strip() if improvement.target is not None else "–"
        )
        self.measured.description = _l(
            "%(better)s: %(target)s", better=improvement.better.label, target=target
        )
        if not self.is_submitted():
            self.measured_on.data = today()


class ResumeForm(FactsForm):
    """A new date, and what is done differently."""

    due_on = day(_l("New due date"), need=True)
    note = long_text(_l("What is done differently now"), need=True, longest=2000, rows=4)
