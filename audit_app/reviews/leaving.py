"""People who left while a review still waits for them: told by its pack, its check and the page before it."""

from audit_app.accounts.models import Person
from audit_app.reviews.models import Participant, Review, ReviewInput, ReviewState
from audit_app.reviews.pack import Said, said
from audit_app.reviews.workflow import input_filled


def unwritten(review: Review) -> list[ReviewInput]:
    """Inputs that say nothing yet and were asked of somebody who has left."""
    if review.state is ReviewState.APPROVED:
        return []
    return [row for row in review.inputs if not input_filled(row) and _gone(row.owner)]


def empty_places(review: Review) -> list[Participant]:
    """Invited people who have left before they were there, and in whose place nobody can come."""
    return [
        each
        for each in review.participants
        if each.attended is None and _gone(each.person) and (each.deputy is None or _gone(each.deputy))
    ]


def _gone(person: Person | None) -> bool:
    return person is not None and not person.is_active


def warnings(review: Review) -> list[Said]:
    """What the pack points out."""
    return [
        *(
            said("warn.left_input", input=row.key.value, name=row.owner.name)
            for row in unwritten(review)
            if row.owner
        ),
        *(said("warn.left_place", name=each.person.name) for each in empty_places(review)),
    ]
