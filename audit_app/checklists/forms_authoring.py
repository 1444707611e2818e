"""Shape and wording of how a question is answered, when it is asked, and what is taken from elsewhere."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from audit_app.checklists.fields import SCORES
from audit_app.checklists.models import Need, Question, ResponseKind, Verdict
from audit_app.checklists.spelled import option_of, option_words
from audit_app.web.forms import BaseForm, RadioField, SelectMultipleField, choice, long_text, required, text

FAILED = [
    (each.value, each.label) for each in (Verdict.MINOR, Verdict.MAJOR, Verdict.OBSERVATION, Verdict.OFI)
]


class ResponseForm(BaseForm):
    """What every kind has: required evidence and weight."""

    needs = choice(
        _l("Evidence required"), Need.choices(), default=Need.NOTHING.value,
        description=_l("Without it an answer stays incomplete, and the audit cannot be reported."),
    )  # fmt: skip
    weight = IntegerField(
        _l("Weight"), default=1,
        validators=[required(), NumberRange(0, 10, _l("The weight is a whole number from 0 to 10."))],
        description=_l("How much it counts in the score of its process: 0 not at all, 1 as usual, 10 most."),
    )  # fmt: skip
    topic = choice(
        _l("Subject shared with other standards"), [], need=False,
        description=_l("Questions of other checklists on this subject in one audit share their evidence."),
    )  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """The settings of the kind. Raises :class:`Refused`."""
        shared = {"needs", "weight", "topic"}
        return {name: value for name, value in self.values().items() if name not in shared}

    def show(self, question: Question) -> None:
        """Fill in what is stored, when the form is first displayed."""
        self.needs.data, self.weight.data, self.topic.data = (
            question.needs.value,
            question.weight,
            question.topic,
        )


class YesNoForm(ResponseForm):
    """Yes or no."""

    good = RadioField(_l("In order is"), choices=[("yes", _l("Yes")), ("no", _l("No"))], default="yes",
                      validators=[required()])  # fmt: skip
    otherwise = choice(_l("The other answer proposes"), FAILED, default="minor")


class ScoreForm(ResponseForm):
    """Score from 0 to 4."""

    target = choice(_l("In order from"), [], default="2")
    below = choice(_l("Below proposes"), FAILED, default="observation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target.choices = [(key, f"{key} – {words}") for key, words in SCORES.items()]

    def settings(self) -> dict[str, Any]:
        """The target as a number."""
        return super().settings() | {"target": int(self.target.data)}


class NumberForm(ResponseForm):
    """A number with limits."""

    low = text(_l("At least"), longest=24, description=_l("Leave it empty when there is no such limit."))
    high = text(_l("At most"), longest=24)
    unit = text(_l("Unit"), longest=30, description=_l("E.g. min, or records."))
    outside = choice(_l("Outside the limits proposes"), FAILED, default="minor")

    def settings(self) -> dict[str, Any]:
        """Empty limits as none; a comma before decimals as a point."""
        found = super().settings()
        for name in ("low", "high"):
            found[name] = (found[name] or "").replace(",", ".") or None
        return found | {"unit": found["unit"] or ""}


class DayForm(ResponseForm):
    """A date."""

    within_days = IntegerField(
        _l("At most so many days before the audit"), validators=[Optional()],
        description=_l("E.g. 365 for a yearly test. Leave it empty when any date is in order."),
    )  # fmt: skip
    older = choice(_l("An older date proposes"), FAILED, default="minor")


class ChoiceForm(ResponseForm):
    """One of a few."""

    options = long_text(
        _l("Choices, one per line"), need=True, longest=3000, rows=6,
        description=_l("English | Chinese | verdict it proposes. The verdict may be left out; it is one of: "
                       "conform, minor, major, observation, ofi, good_practice."),
    )  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """The lines as choices. Raises :class:`Refused` naming the line that cannot be read."""
        lines = [line.strip() for line in (self.options.data or "").splitlines() if line.strip()]
        return {"options": [option_of(number, line) for number, line in enumerate(lines, start=1)]}

    def show(self, question: Question) -> None:
        """The choices as lines."""
        super().show(question)
        options = question.settings.get("options", []) if question.kind is ResponseKind.CHOICE else []
        self.options.data = "\n".join(option_words(each) for each in options)


FORMS: dict[ResponseKind, type[ResponseForm]] = {
    ResponseKind.GRADE: ResponseForm,
    ResponseKind.YES_NO: YesNoForm,
    ResponseKind.SCORE: ScoreForm,
    ResponseKind.NUMBER: NumberForm,
    ResponseKind.DATE: DayForm,
    ResponseKind.CHOICE: ChoiceForm,
    ResponseKind.TEXT: ResponseForm,
    ResponseKind.PHOTO: ResponseForm,
}


class ConditionForm(BaseForm):
    """After which answers a question is asked."""

    when = SelectMultipleField(
        _l("Asked after these answers"), coerce=str, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip

    def offer(self, tokens: list[tuple[str, str]]) -> None:
        """Fill the choices."""
        self.when.choices = tokens


class TakeForm(BaseForm):
    """Questions to take into a draft."""

    taken = SelectMultipleField(_l("Questions"), coerce=int)

    def offer(self, questions: list[Question]) -> None:
        """Fill the choices."""
        self.taken.choices = [(each.id, each.name) for each in questions]
