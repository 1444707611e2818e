"""Shape and wording of input after the meeting: the distribution list, and the date asked for at approval."""

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.reviews.forms import SignForm, people, person
from audit_app.reviews.models import Review
from audit_app.reviews.yearly import months_later
from audit_app.web.forms import TICKED, BaseForm, day, long_text, rows, rows_as_choices


class RecipientsForm(BaseForm):
    """Who gets minutes and pack beside the participants."""

    people = rows(
        _l("People"),
        description=_l("Who took part is on the list anyway; they are told on approval."),
        **TICKED,
    )
    outside = long_text(
        _l("People outside"),
        longest=20000,
        rows=4,
        description=_l("One to a line: name and address. It is handed to them by you, and recorded here."),
    )

    def fill(self, review: Review) -> None:
        """Choices, and on a first GET the list as it is."""
        able = [
            each
            for each in people()
            if each.may(Permission.REVIEW_SEE) or each.may(Permission.REVIEW_CONTRIBUTE)
        ]
        self.people.choices = rows_as_choices(able)
        if not self.is_submitted():
            self.people.data = [row.person_id for row in review.recipients if row.person_id]
            self.outside.data = "\n".join(row.outside for row in review.recipients if row.outside)

    def chosen(self) -> list[Person]:
        """The people ticked."""
        return [each for each in map(person, self.people.data or []) if each is not None]


class ApproveForm(SignForm):
    """Approval asks when the next review meets, and for the sign-in once more."""

    next_review_on = day(_l("Next review"), description=_l("At most twelve months after this one."))

    def fill(self, review: Review) -> None:
        """On a first GET the date of the meeting's record, else a year later."""
        if not self.is_submitted():
            self.next_review_on.data = review.next_review_on or months_later(review.meets_on)
