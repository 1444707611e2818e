"""The review after a review: planned in one act with the same people, on the day that was agreed."""

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from audit_app.accounts.models import Person
from audit_app.core import days
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.reviews import services
from audit_app.reviews.attendance import Place
from audit_app.reviews.models import Review


def is_planned(review: Review) -> bool:
    """Whether a later review exists already."""
    later = select(exists().where(Review.meets_on > review.meets_on, Review.id != review.id))
    return bool(db.session.scalar(later))


def may_follow(review: Review) -> bool:
    """Whether the next review can be planned from this one now."""
    return review.frozen and review.next_review_on is not None and not is_planned(review)


def plan_next(review: Review, *, by: Person) -> Review:
    """The next review: its period begins where this one ended; chair, participants, deputies, quorum and
    standards as here, without those who have left.

    Raises :class:`Refused` when there is no date, or a later review exists already.
    """
    if not may_follow(review) or review.next_review_on is None:
        raise Refused(_l("The next review is planned already, or this one is not approved and dated yet."))
    meets = review.next_review_on
    first = review.period_to + timedelta(days=1)
    staying = [each for each in review.participants if each.person.is_active]
    prepares = review.prepared_by if review.prepared_by.is_active else by
    with db.session.begin_nested():
        made = services.plan_review(
            _("Management review of %(day)s", day=days.written(meets)),
            meets,
            min(first, meets),
            max(first, meets - timedelta(days=1)),
            review.chair,
            prepares,
            [(each.person, each.function) for each in staying],
            review.place,
            standards=review.standards,
            by=by,
        )
        places = {each.person_id: Place(each.function, each.required, _here(each.deputy)) for each in staying}
        quorum = min(review.quorum, len(made.participants))
        services.set_places(made, places, quorum=quorum, by=by)
    return made


def _here(deputy: Person | None) -> Person | None:
    return deputy if deputy is not None and deputy.is_active else None
