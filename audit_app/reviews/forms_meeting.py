"""Shape and wording of input around the meeting: its agenda, and decisions recorded while it is held."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, TimeField
from wtforms.validators import NumberRange, Optional

from audit_app.accounts.permissions import Permission
from audit_app.reviews.agenda import Slot
from audit_app.reviews.forms import letters, people, person
from audit_app.reviews.meeting_models import AgendaItem
from audit_app.reviews.models import Review
from audit_app.web.forms import BaseForm, choice, day, long_text, required, row, rows_as_choices
from audit_app.web.forms import text as line


def _number(label: Any, low: int, high: int, *, need: bool = True) -> IntegerField:
    words = _l("A number from %(low)s to %(high)s, please.", low=low, high=high)
    return IntegerField(label, validators=[required() if need else Optional(), NumberRange(low, high, words)])


class AgendaForm(BaseForm):
    """When the meeting begins and how long it lasts; the fields of each topic are added by
    :func:`agenda_form`."""

    begins = TimeField(_l("Begins"), validators=[Optional()])
    length = _number(_l("Length in minutes"), 10, 1440)
    title_new = line(_l("Another topic"))
    minutes_new = _number(_l("Duration in minutes"), 0, 600, need=False)
    speaker_new = row(_l("Speaker"))

    def slots(self, items: Sequence[AgendaItem]) -> list[Slot]:
        """The facts for the service."""
        found = self.values()
        slots = [
            Slot(
                item,
                found[f"position_{item.id}"],
                found.get(f"title_{item.id}") or "",
                found[f"minutes_{item.id}"],
                person(found[f"speaker_{item.id}"]),
                bool(found.get(f"removed_{item.id}")),
            )
            for item in items
        ]
        if found["title_new"]:
            last = max((slot.position for slot in slots), default=0) + 1
            minutes = found["minutes_new"] if found["minutes_new"] is not None else 10
            slots.append(Slot(None, last, found["title_new"], minutes, person(found["speaker_new"])))
        return slots


def agenda_form(review: Review) -> AgendaForm:
    """The form of a review; a topic of an input has no title of its own and cannot be taken out."""
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {"begins": review.begins, "length": review.length}
    for item in review.agenda:
        number = item.id
        fields[f"position_{number}"] = _number(_l("Order"), 1, 999)
        fields[f"minutes_{number}"] = _number(_l("Duration in minutes"), 0, 600)
        fields[f"speaker_{number}"] = row(_l("Speaker"))
        shown[f"position_{number}"], shown[f"minutes_{number}"] = item.position, item.minutes
        shown[f"speaker_{number}"] = item.speaker_id
        if item.input_key is None:
            fields[f"title_{number}"] = line(_l("Topic"))
            fields[f"removed_{number}"] = BooleanField(_l("Take it out"))
            shown[f"title_{number}"] = item.title
    form: AgendaForm = type("AgendaOfReview", (AgendaForm,), fields)(data=shown)
    everybody = rows_as_choices(people(), empty=True)
    for item in review.agenda:
        known = {value for value, _label in everybody}
        extra = (
            [(item.speaker_id, item.speaker.name)] if item.speaker and item.speaker_id not in known else []
        )
        form[f"speaker_{item.id}"].choices = [*everybody, *extra]
    form.speaker_new.choices = everybody
    return form


class LiveDecisionForm(BaseForm):
    """A decision as it is taken in the meeting."""

    text = long_text(_l("What was decided"), need=True, longest=2000, rows=2)
    input_key = choice(_l("Input it follows from"), [])
    rationale = long_text(_l("Why"), longest=5000, rows=2)
    options = long_text(
        _l("Options considered"),
        longest=5000,
        rows=3,
        description=_l("One option to a line, with its cost and effect."),
    )
    chosen_line = _number(_l("Number of the option chosen"), 1, 99, need=False)
    resources = line(_l("Resources"), longest=500)
    owner_id = row(_l("Who carries it out"), need=True)
    due_on = day(_l("Due"), need=True)

    def fill(self, review: Review, *, input_known: bool) -> None:
        """Choices; ids are told apart where a page holds a form for each topic. Under a topic without input
        none is chosen beforehand: a decision must not stand under the first one because nobody looked.
        """
        self.input_key.choices = [*([] if input_known else [("", "–")]), *letters(review)]
        self.owner_id.choices = rows_as_choices(people(Permission.ACTION_DO), empty=True)
