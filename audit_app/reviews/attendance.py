"""Who must be there, who stands in for whom, and who came."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.services import queue
from audit_app.reviews.models import Participant, Review, ReviewState
from audit_app.reviews.workflow import may_plan
from audit_app.trail import services as trail


@dataclass(frozen=True)
class Place:
    """What is said of one participant: their function, whether the meeting needs it, who stands in."""

    function: str = ""
    required: bool = False
    deputy: Person | None = None


def set_places(review: Review, places: Mapping[int, Place], *, quorum: int = 0, by: Person) -> Review:
    """Say how many must be there, which functions, and who stands in for whom; by id of the person invited.

    Deputies who are new are told. Raises :class:`Refused` naming ``deputy_<id>`` or ``quorum`` for a deputy
    who takes part already, who may not approve in place of the chair, or a number nobody can reach.
    """
    if not may_plan(review, by):
        raise Refused(
            _l("An approved review cannot be changed, and only who prepares it may change it before.")
        )
    if not 0 <= quorum <= len(review.participants):
        raise Refused(
            _l(
                "At most %(count)s can be there: so many are invited. Give a smaller number, or invite more.",
                count=len(review.participants),
            ),
            "quorum",
        )
    told = []
    invited = {each.person_id for each in review.participants}
    taken: set[int] = set()
    with db.session.begin_nested(), trail.act("review.places", review, by=by, **_said(places)):
        review.quorum = quorum
        for each in review.participants:
            place = places.get(each.person_id)
            if place is None:
                continue
            if place.deputy is not None:
                _able(review, each, place.deputy, invited, taken)
                if each.deputy_id != place.deputy.id and place.deputy.id != by.id:
                    told.append(place.deputy)
            if each.deputy is not place.deputy:
                each.stood_in = False
            each.function, each.required, each.deputy = place.function.strip(), place.required, place.deputy
    for deputy in told:
        queue("review.deputy", to=deputy, subject=review)
    return review


def _said(places: Mapping[int, Place]) -> dict[str, list[str]]:
    return {"deputies": sorted(place.deputy.name for place in places.values() if place.deputy is not None)}


def _able(review: Review, each: Participant, deputy: Person, invited: set[int], taken: set[int]) -> None:
    field = f"deputy_{each.person_id}"
    if deputy.id in invited:
        raise Refused(
            _l(
                "%(name)s takes part already and cannot be counted twice. Choose somebody else.",
                name=deputy.name,
            ),
            field,
        )
    if deputy.id in taken:
        raise Refused(
            _l("%(name)s stands in for somebody else already. Choose somebody else.", name=deputy.name), field
        )
    if each.person_id == review.chair_id and not deputy.may(Permission.REVIEW_APPROVE):
        raise Refused(
            _l(
                "%(name)s may not approve a review and cannot stand in for the chair. Choose somebody of top "
                "management.",
                name=deputy.name,
            ),
            field,
        )
    taken.add(deputy.id)


def record_attendance(
    review: Review, attended: Collection[int], *, stood_in: Collection[int] = (), by: Person
) -> Review:
    """Who came: ids of people. ``stood_in``: ids of people invited whose deputy came instead; everybody else
    invited was absent.
    """
    if not by.may(Permission.REVIEW_PREPARE):
        raise Refused(_l("Your role does not allow this."))
    if review.state not in (ReviewState.PREPARING, ReviewState.HELD):
        raise Refused(_l("Attendance is recorded between preparation and approval."))
    with db.session.begin_nested():
        for each in review.participants:
            each.attended = each.person_id in attended
            each.stood_in = each.person_id in stood_in and not each.attended and each.deputy_id is not None
        db.session.flush()
        present = [each.who_came.name for each in review.participants if each.who_came is not None]
        trail.note("review.attendance", review, by=by, present=present)
    return review
