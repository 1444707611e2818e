"""Shape and wording of input while a review is prepared: who takes part, who is asked, the climate."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange

from audit_app.accounts.permissions import Permission
from audit_app.reviews.attendance import Place
from audit_app.reviews.forms import people, person
from audit_app.reviews.models import Climate, Review
from audit_app.reviews.requests import Wish, usual_date
from audit_app.web.forms import BaseForm, choice, day, long_text, required, row, rows_as_choices
from audit_app.web.forms import text as line


class PlacesForm(BaseForm):
    """How many must be there; the fields of each participant are added by :func:`places_form`."""

    quorum = IntegerField(
        _l("How many must be there"),
        validators=[
            required(),
            NumberRange(0, 999, _l("A number from 0 to 999, please.")),
        ],
        description=_l("0: no number is stated. Deputies count."),
    )

    def places(self, review: Review) -> dict[int, Place]:
        """The facts for the service, by id of the person invited."""
        found = self.values()
        return {
            each.person_id: Place(
                found[f"function_{each.person_id}"] or "",
                bool(found[f"required_{each.person_id}"]),
                person(found[f"deputy_{each.person_id}"]),
            )
            for each in review.participants
        }


def places_form(review: Review) -> PlacesForm:
    """The form of a review: three fields per participant."""
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {"quorum": review.quorum}
    for each in review.participants:
        number = each.person_id
        fields[f"function_{number}"] = line(_l("Function"), longest=100)
        fields[f"required_{number}"] = BooleanField(_l("Must be there, or the deputy"))
        fields[f"deputy_{number}"] = row(_l("Deputy"))
        shown[f"function_{number}"], shown[f"required_{number}"] = each.function, each.required
        shown[f"deputy_{number}"] = each.deputy_id
    form: PlacesForm = type("PlacesOfReview", (PlacesForm,), fields)(data=shown)
    invited = {each.person_id for each in review.participants}
    everybody, may_lead = people(), people(Permission.REVIEW_APPROVE)
    for each in review.participants:
        able = may_lead if each.person_id == review.chair_id else everybody
        known = [each.deputy] if each.deputy is not None and each.deputy not in able else []
        choices = [one for one in [*able, *known] if one.id not in invited]
        form[f"deputy_{each.person_id}"].choices = rows_as_choices(choices, empty=True)
    return form


class RequestsForm(BaseForm):
    """Who writes what until when; two fields per input are added by :func:`requests_form`."""

    def wishes(self, review: Review) -> dict[int, Wish]:
        """The facts for the service, by id of the input; who has an owner has a date."""
        found = self.values()
        wishes = {}
        for each in review.inputs:
            owner = person(found[f"owner_{each.id}"])
            due_on = found[f"due_{each.id}"]
            if owner is not None and due_on is None:
                due_on = usual_date(review) if owner is not each.owner else each.due_on
            wishes[each.id] = Wish(owner, due_on if owner is not None else None)
        return wishes


def requests_form(review: Review) -> RequestsForm:
    """The form of a review; somebody who has left stays among the choices of what they own, marked."""
    fields: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    for each in review.inputs:
        fields[f"owner_{each.id}"] = row(_l("Who writes it"))
        fields[f"due_{each.id}"] = day(_l("Wanted by"))
        shown[f"owner_{each.id}"], shown[f"due_{each.id}"] = each.owner_id, each.due_on
    form: RequestsForm = type("RequestsOfReview", (RequestsForm,), fields)(data=shown)
    able = people(Permission.REVIEW_CONTRIBUTE)
    for each in review.inputs:
        gone = each.owner is not None and each.owner not in able
        extra = (
            [(each.owner_id, str(_l("%(name)s (has left)", name=each.owner.name)))]
            if gone and each.owner
            else []
        )
        form[f"owner_{each.id}"].choices = [*rows_as_choices(able, empty=True), *extra]
    return form


class ClimateForm(BaseForm):
    """Whether climate change is an issue (4.1)."""

    climate = choice(_l("Climate change (4.1)"), Climate.choices())
    climate_reason = long_text(
        _l("Reason"), longest=2000, rows=3, description=_l("What was looked at, and what follows.")
    )
