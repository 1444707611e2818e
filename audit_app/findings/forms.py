"""Shape and wording of input: the finding itself, one form per step, actions."""

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.validators import Optional, ValidationError

from audit_app.accounts.models import Department, Person, Process
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings import policy, queries
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.cause_tree import proposed_cause
from audit_app.findings.models import SERIES, Action, ActionKind, Finding, Grade, Origin, Proof
from audit_app.programme.models import Audit
from audit_app.web.forms import (
    BaseForm,
    RadioField,
    SelectField,
    choice,
    day,
    long_text,
    required,
    row,
    rows_as_choices,
    text,
)

GRADE_TONES = {grade.value: grade.tone for grade in Grade}
CRITERION = _l(
    "For example: no incident without a priority in the next sixty records; three reviews in a row on time."
)
PLAN_KINDS = (ActionKind.CORRECTIVE, ActionKind.CORRECTION, ActionKind.IMPROVEMENT)


def not_past(_form: Any, field: Any) -> None:
    """A deadline is today or later."""
    if field.data is not None and field.data < today():
        raise ValidationError(_l("This day has passed. Choose today or a later day."))


def not_future(_form: Any, field: Any) -> None:
    """What has happened lies in the past."""
    if field.data is not None and field.data > today():
        raise ValidationError(_l("This day is still to come. Choose today or an earlier day."))


def deadline(label: Any, *, need: bool = True, **kwargs: Any) -> DateField:
    """A calendar day from today on."""
    return DateField(label, validators=[required() if need else Optional(), not_past], **kwargs)


ROWS: dict[str, Any] = {
    "process_id": Process,
    "department_id": Department,
    "owner_id": Person,
    "audit_id": Audit,
    "action_owner_id": Person,
    "person_id": Person,
    "to_id": Person,
    "deputy_id": Person,
}
"""The model behind each select over rows."""


def _coded(record: Any) -> str:
    return f"{record.code} {record.name}"


class RowsForm(BaseForm):
    """A form whose selects name rows by ``<fact>_id``; a conflict is shown with names, not numbers."""

    def facts(self) -> dict[str, Any]:
        """The typed facts, with rows in place of their ids (``owner_id`` becomes ``owner``)."""
        found: dict[str, Any] = {}
        for name, value in self.values().items():
            if name in ROWS:
                found[name.removesuffix("_id")] = db.session.get(ROWS[name], value) if value else None
            else:
                found[name] = value or ""
        return found

    def check_fresh(self, subject: Any) -> bool:
        fresh = super().check_fresh(subject)
        names = {
            str(field.label.text): {str(pair[0]): str(pair[1]) for pair in field.iter_choices()}
            for field in self._fields.values()
            if isinstance(field, SelectField)
        }
        self.conflicts = [
            (
                label,
                names.get(str(label), {}).get(stored, stored),
                names.get(str(label), {}).get(yours, yours),
            )
            for label, stored, yours in self.conflicts
        ]
        return fresh


class FindingForm(RowsForm):
    """Everything a finding says about itself; what follows from the checklist item comes filled in."""

    nonconformity = long_text(
        _l("What is wrong"),
        need=True,
        rows=3,
        description=_l("One sentence: what does not meet the requirement?"),
    )
    objective_evidence = long_text(
        _l("Objective evidence"),
        rows=3,
        description=_l("What you saw: records, dates, numbers, how many of how many."),
    )
    title = text(
        _l("Title"),
        description=_l("Short, for lists. Left empty, the first sentence of what is wrong is used."),
    )
    requirement = long_text(_l("Requirement"), longest=5000, rows=3)
    location = text(_l("Location"), longest=500, description=_l("Where exactly: place, system, team, shift."))
    clause = text(_l("Clause"), longest=40)
    process_id = row(_l("Process"))
    department_id = row(_l("Department"))
    owner_id = row(_l("Owner"), description=_l("Who answers it. Left empty, the owner of the process."))
    origin = choice(_l("Where it comes from"), Origin.choices(), default=Origin.INTERNAL_AUDIT.value)
    recommendation = long_text(
        _l("Recommendation"), longest=5000, rows=2,
        description=_l("Optional, and separate from the statement: the owner decides what to do."),
    )  # fmt: skip

    def fill_choices(self) -> None:
        """Names of processes, departments and people."""
        self.process_id.choices = rows_as_choices(queries.processes(), empty=True, show=_coded)
        self.department_id.choices = rows_as_choices(queries.departments(), empty=True, show=_coded)
        self.owner_id.choices = rows_as_choices(queries.active_people(), empty=True)

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"origin": Origin(self.origin.data)}


class NewFindingForm(FindingForm):
    """A new finding: its grade decides the series of its code."""

    grade = RadioField(_l("Grade"), choices=Grade.choices(), validators=[required()])
    audit_id = row(_l("Audit"))

    def fill_for(self, person: Person) -> None:
        """Choices, the audits among them that are open to this person's findings."""
        self.fill_choices()
        self.audit_id.choices = rows_as_choices(queries.audits_open_to(person), empty=True, show=_coded)

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"grade": Grade(self.grade.data)}


class IssueForm(BaseForm):
    """Issuing: the deadline is proposed by the policy."""

    due_on = deadline(
        _l("Corrective action due"),
        need=False,
        description=_l(
            "Proposed by grade, as the deadlines are set. Later than that only by asking for more time."
        ),
    )

    def propose(self, finding: Finding) -> None:
        """Fill in what the policy proposes."""
        if not self.is_submitted():
            self.due_on.data = policy.proposed_due(finding.grade, today())


class AcceptForm(BaseForm):
    """The owner's first answer; the correction may be given with it."""

    correction = long_text(
        _l("Correction"), longest=5000, rows=4,
        description=_l("How the case itself is put right, if you know it already. The cause comes later."),
    )  # fmt: skip
    correction_done_on = day(
        _l("Corrected on"), description=_l("Leave empty if it is still under way: you report it then.")
    )

    def validate_correction_done_on(self, field: Any) -> None:
        """Not in the future."""
        not_future(self, field)


class CorrectForm(AcceptForm):
    """The correction, done."""

    correction = long_text(
        _l("Correction"), need=True, longest=5000, rows=4,
        description=_l("What was done to put the case itself right. If it cannot be put right, say why."),
    )  # fmt: skip
    correction_done_on = day(_l("Corrected on"), need=True)


class DisputeForm(BaseForm):
    """Why the owner does not accept."""

    reason = long_text(
        _l("What is not right"), need=True, longest=5000, rows=5,
        description=_l("Which fact, requirement or grade is wrong, and what shows it?"),
    )  # fmt: skip


class AnalyseForm(BaseForm):
    """Cause and similar cases."""

    cause = long_text(
        _l("Cause"), need=True, rows=5,
        description=_l("Ask “why?” until the answer is something you can change. “Somebody forgot” "
            "is not a cause."),
    )  # fmt: skip
    cause_category = RadioField(
        _l("Kind of cause"), choices=CauseCategory.choices(), validators=[required()],
        description=_l("What would have to be different? Causes of a kind are counted together."),
    )  # fmt: skip
    similar_cases = long_text(
        _l("Similar cases"), need=True, longest=5000, rows=3,
        description=_l("Where else could it happen? Where did you look, and what did you find?"),
    )  # fmt: skip

    def propose(self, finding: Finding) -> None:
        """The marked roots of the chain, as long as nothing else was written."""
        if not self.is_submitted() and not finding.cause:
            self.cause.data = proposed_cause(finding.causes)
            kinds = {each.category for each in finding.causes if each.is_root and each.category}
            if len(kinds) == 1 and self.cause_category.data in (None, "", "None"):
                self.cause_category.data = kinds.pop().value

    def facts(self) -> dict[str, Any]:
        """What was typed, with the category as the table knows it."""
        return self.values() | {"cause_category": CauseCategory(self.cause_category.data)}


class ProposeForm(RowsForm):
    """The plan: a first corrective action if none is planned yet, and by what its effect will be seen."""

    action_title = long_text(
        _l("Corrective action"), longest=1000, rows=2,
        description=_l("What removes the cause, so that it cannot happen again. More can be "
            "added afterwards."),
    )  # fmt: skip
    action_owner_id = row(_l("Who does it"))
    action_due_on = deadline(_l("Until when"), need=False)
    effectiveness_criterion = long_text(
        _l("How it will be seen that it worked"), longest=2000, rows=2, description=CRITERION
    )
    effectiveness_due_on = deadline(_l("Check of effectiveness on"), need=False)

    def propose(self, finding: Finding) -> None:
        """Owner and dates as the finding has them."""
        self.action_owner_id.choices = rows_as_choices(
            queries.active_people(Permission.ACTION_DO), empty=True
        )
        if not self.is_submitted():
            self.action_owner_id.data = finding.owner_id
            self.action_due_on.data = max(finding.due_on, today()) if finding.due_on else None


class ApproveForm(BaseForm):
    """By what and when effectiveness is checked."""

    effectiveness_criterion = long_text(
        _l("How it will be seen that it worked"), need=True, longest=2000, rows=3, description=CRITERION
    )
    effectiveness_due_on = deadline(
        _l("Check of effectiveness on"),
        description=_l("At least thirty days after the last action; as proposed by the policy."),
    )

    def propose(self, finding: Finding) -> None:
        """The day that was proposed, or that follows from the last action."""
        if not self.is_submitted() and self.effectiveness_due_on.data is None:
            self.effectiveness_due_on.data = policy.proposed_check(finding)


class NoFactsForm(BaseForm):
    """A step that only needs to be meant."""


class NoteForm(BaseForm):
    """What was looked at, or done."""

    note = long_text(_l("Note"), need=True, longest=5000, rows=5)


class ReasonForm(BaseForm):
    """Why."""

    reason = long_text(_l("Reason"), need=True, longest=2000, rows=4)


class CloseForm(BaseForm):
    """How effectiveness was seen: a record made since the actions, and what it shows."""

    shown_by = RadioField(_l("What shows it"), choices=Proof.choices(), validators=[required()])
    record = text(
        _l("Record looked at"), need=True, longest=500,
        description=_l("Number or name of what you looked at, so that another finds it again."),
    )  # fmt: skip
    record_on = day(_l("Date of the record"), need=True)
    effectiveness_note = long_text(
        _l("Effectiveness"), need=True, longest=5000, rows=5,
        description=_l("What it shows, held against the criterion agreed with the plan."),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """What was typed, with the kind of proof as the table knows it."""
        return self.values() | {"shown_by": Proof(self.shown_by.data)}


class SettleForm(BaseForm):
    """What became of a lighter finding."""

    effectiveness_note = long_text(
        _l("What became of it"), need=True, longest=5000, rows=4,
        description=_l("Taken up, not taken up and why, or where it lives on."),
    )  # fmt: skip


class GradeForm(BaseForm):
    """Another grade of the same series."""

    grade = RadioField(_l("Grade"), validators=[required()])
    reason = long_text(_l("Reason"), need=True, longest=2000, rows=4)

    def offer(self, finding: Finding) -> None:
        """The grades that keep the code."""
        same = [grade for grade in Grade if SERIES[grade] == SERIES[finding.grade]]
        self.grade.choices = [(grade.value, grade.label) for grade in same]
        if not self.is_submitted():
            self.grade.data = finding.grade.value


class ActionForm(RowsForm):
    """A new action for a finding."""

    title = long_text(_l("What will be done"), need=True, longest=1000, rows=3)
    kind = choice(_l("Kind"), [(kind.value, kind.label) for kind in PLAN_KINDS])
    owner_id = row(_l("Who does it"), need=True)
    due_on = deadline(_l("Until when"))

    def offer(self, finding: Finding) -> None:
        """People, and a date that keeps the finding's own."""
        self.owner_id.choices = rows_as_choices(queries.active_people(Permission.ACTION_DO), empty=True)
        if not self.is_submitted():
            self.owner_id.data = finding.owner_id
            self.due_on.data = max(finding.due_on or today() + timedelta(days=30), today())
            self.kind.data = (
                ActionKind.CORRECTIVE if finding.is_nonconformity else ActionKind.IMPROVEMENT
            ).value


class ActionEditForm(RowsForm):
    """Wording and owner of an open action."""

    title = long_text(_l("What will be done"), need=True, longest=1000, rows=3)
    owner_id = row(_l("Who does it"), need=True)

    def offer(self, action: Action) -> None:
        """People."""
        self.owner_id.choices = rows_as_choices(queries.active_people(Permission.ACTION_DO), empty=True)
        if not self.is_submitted():
            self.title.data, self.owner_id.data = action.title, action.owner_id
