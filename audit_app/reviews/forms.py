"""Shape and wording of input."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, PasswordField

from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.reviews.integrated import keys_of, standards
from audit_app.reviews.models import Decision, Review, key_of
from audit_app.reviews.supplement_models import ReviewSupplement
from audit_app.web.forms import (
    TICKED,
    BaseForm,
    SelectMultipleField,
    choice,
    day,
    long_text,
    required,
    row,
    rows,
    rows_as_choices,
)
from audit_app.web.forms import text as line


def letters(review: Review) -> list[tuple[str, str]]:
    """The inputs a decision of a review may follow from."""
    return [(key.value, f"{key.value}) {key.label}") for key in keys_of(review)]


def people(permission: Permission | None = None) -> list[Person]:
    """Active people by name; with a permission, those who hold it."""
    return accounts.active_people() if permission is None else accounts.people_with(permission)


def person(number: int | None) -> Person | None:
    """The person of an id, or None."""
    return db.session.get(Person, number) if number else None


def filled(kind: type[BaseForm], subject: Any) -> Any:
    """A form showing a record, without its version: that is only what the person was shown
    (``show_version``).
    """
    names = [name for name in dir(kind) if hasattr(getattr(kind, name), "field_class") and name != "version"]
    return kind(data={name: getattr(subject, name) for name in names if hasattr(subject, name)})


class PlanForm(BaseForm):
    """Plan of a review."""

    title = line(_l("Title"), need=True)
    meets_on = day(_l("Meeting"), need=True)
    place = line(_l("Place"))
    period_from = day(_l("Period from"), need=True, description=_l("The months whose figures are reviewed."))
    period_to = day(_l("Period to"), need=True)
    chair_id = row(_l("Chair"), need=True, description=_l("Top management, who also approves."))
    prepared_by_id = row(_l("Prepared by"), need=True)
    participants = rows(_l("Participants"), description=_l("The chair is always invited."), **TICKED)
    standards = SelectMultipleField(
        _l("Integrated with"),
        choices=[(name, name) for name in standards()],
        description=_l(
            "What these standards ask is mapped onto inputs a) to l); only the rest is asked in addition."
        ),
        **TICKED,
    )

    def fill(self, review: Review | None = None) -> None:
        """Choices, and on a first GET the people of the plan."""
        self.chair_id.choices = rows_as_choices(people(Permission.REVIEW_APPROVE), empty=True)
        self.prepared_by_id.choices = rows_as_choices(people(Permission.REVIEW_PREPARE), empty=True)
        self.participants.choices = rows_as_choices(people(), show=_with_function)
        if review is not None and not self.is_submitted():
            self.participants.data = [each.person_id for each in review.participants]
            self.standards.data = list(review.standards)

    def facts(self, review: Review | None = None) -> dict[str, Any]:
        """The facts for the service; a participant's function is what it was, else the job title."""
        found = self.values()
        known = {each.person_id: each.function for each in review.participants} if review is not None else {}
        invited = [each for each in map(person, found["participants"] or []) if each is not None]
        return found | {
            "participants": [(each, known.get(each.id) or each.job_title) for each in invited],
            "chair": person(found.pop("chair_id")),
            "prepared_by": person(found.pop("prepared_by_id")),
            "place": found["place"] or "",
            "standards": found["standards"] or [],
        }


def _with_function(each: Person) -> str:
    return f"{each.name} · {each.job_title}" if each.job_title else each.name


class SignForm(BaseForm):
    """A signature: the sign-in is repeated at that moment."""

    password = PasswordField(
        _l("Your password"),
        validators=[required()],
        description=_l("Sign in once more: the signature is given under your name."),
        render_kw={"autocomplete": "current-password"},
    )


class CheckForm(BaseForm):
    """A file to check against the register, or its hash."""

    file = FileField(_l("File"), description=_l("PDF or Excel file of a pack."))
    sha256 = line(_l("or its SHA-256"), longest=200)


class SupplementForm(BaseForm):
    """A correction of an approved review."""

    about = choice(_l("Corrects"), [])
    reason = long_text(
        _l("Why"), need=True, longest=2000, description=_l("What is wrong, and how it came up.")
    )
    correction = long_text(_l("To be read instead"), need=True, longest=5000, rows=6)

    def offer(self, review: Review, row: ReviewSupplement | None = None) -> "SupplementForm":
        """Fill the choices: the review as a whole, an input, a decision; and what is written already."""
        decisions = [(f"decision-{each.id}", f"{each.code} {each.text[:80]}") for each in review.decisions]
        inputs = [(f"input-{key}", words) for key, words in letters(review)]
        self.about.choices = [("whole", _l("The review as a whole")), *inputs, *decisions]
        if row is not None and not self.is_submitted():
            self.reason.data, self.correction.data = row.reason, row.correction
            self.about.data = "whole"
            if row.input_key is not None:
                self.about.data = f"input-{row.input_key.value}"
            elif row.decision_id is not None:
                self.about.data = f"decision-{row.decision_id}"
        return self

    def facts(self) -> dict[str, Any]:
        """The facts for the service."""
        kind, _sep, which = (self.about.data or "").partition("-")
        return {
            "reason": self.reason.data or "",
            "correction": self.correction.data or "",
            "input_key": key_of(which) if kind == "input" else None,
            "decision": db.session.get(Decision, int(which)) if kind == "decision" else None,
        }


class WithdrawForm(BaseForm):
    """Why a supplement that waits is withdrawn."""

    reason = long_text(_l("Reason of the withdrawal"), need=True, longest=2000)


class InputForm(BaseForm):
    """The assessment of one input."""

    text = long_text(
        _l("Assessment"),
        longest=50000,
        rows=10,
        description=_l(
            "What do the figures mean, what is the cause, what follows? The figures themselves are compiled."
        ),
    )
    nothing_to_report = BooleanField(_l("There is nothing to report"))
    reason = line(_l("Reason why there is nothing to report"), longest=2000)


class AssignForm(BaseForm):
    """Who writes an input."""

    owner_id = row(_l("Who writes it"))
    due_on = day(_l("Wanted by"))

    def fill(self) -> None:
        """Choices."""
        self.owner_id.choices = rows_as_choices(people(Permission.REVIEW_CONTRIBUTE), empty=True)


class DecisionForm(BaseForm):
    """A decision to ask for."""

    text = long_text(_l("What is to be decided"), need=True, longest=2000, rows=3)
    input_key = choice(_l("Input it follows from"), [])
    rationale = long_text(_l("Why"), longest=5000, rows=3)
    options = long_text(
        _l("Options and cost"),
        longest=5000,
        rows=4,
        description=_l("One option to a line, with its cost and effect."),
    )
    resources = line(
        _l("Resources"), longest=500, description=_l("People, money, tools that the decision binds.")
    )
    owner_id = row(_l("Who carries it out"))
    due_on = day(_l("Due"))

    def fill(self, review: Review) -> None:
        """Choices."""
        self.input_key.choices = letters(review)
        self.owner_id.choices = rows_as_choices(people(Permission.ACTION_DO), empty=True)

    def facts(self) -> dict[str, Any]:
        """The facts for the service."""
        found = self.values()
        return {name: value or "" for name, value in found.items() if name not in ("owner_id", "due_on")} | {
            "owner": person(found["owner_id"]),
            "due_on": found["due_on"],
        }


class TakeForm(BaseForm):
    """What the meeting decided."""

    text = long_text(_l("What was decided"), need=True, longest=2000, rows=3)
    chosen = choice(_l("Option chosen"), [], need=False)
    owner_id = row(_l("Who carries it out"), need=True)
    due_on = day(_l("Due"), need=True)

    def fill(self, decision: Decision) -> None:
        """Choices."""
        self.chosen.choices = [("", "—"), *((line, line) for line in decision.considered)]
        self.owner_id.choices = rows_as_choices(people(Permission.ACTION_DO), empty=True)
        self.show_version(decision)

    def facts(self) -> dict[str, Any]:
        """The facts for the service."""
        found = self.values()
        return {
            "text": found["text"],
            "owner": person(found["owner_id"]),
            "due_on": found["due_on"],
            "chosen": found["chosen"] or "",
        }


class HoldForm(BaseForm):
    """The record of the meeting."""

    attended = rows(_l("Who attended"), **TICKED)
    stood_in = rows(_l("Whose deputy came instead"), **TICKED)
    minutes = long_text(_l("Minutes"), longest=20000, rows=8)
    suitability = long_text(
        _l("Suitability"),
        longest=5000,
        rows=3,
        description=_l("Does the system still fit the organisation and its purpose?"),
    )
    adequacy = long_text(
        _l("Adequacy"), longest=5000, rows=3, description=_l("Is it enough: scope, processes, resources?")
    )
    effectiveness = long_text(
        _l("Effectiveness"), longest=5000, rows=3, description=_l("Does it achieve the intended results?")
    )
    next_review_on = day(_l("Next review"))

    def fill(self, review: Review) -> None:
        """Choices, and on a first GET who is known to have attended."""
        self.attended.choices = [(each.person_id, each.person.name) for each in review.participants]
        self.stood_in.choices = [
            (each.person_id, _("%(deputy)s for %(name)s", deputy=each.deputy.name, name=each.person.name))
            for each in review.participants
            if each.deputy is not None
        ]
        if not self.is_submitted():
            self.stood_in.data = [each.person_id for each in review.participants if each.stood_in]
            self.attended.data = [each.person_id for each in review.participants if each.attended]


class NoFactsForm(BaseForm):
    """A step that needs a click and no facts."""
