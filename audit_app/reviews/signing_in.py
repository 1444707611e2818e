"""Signatures of who was there: drawn on the pad of the recorder's screen, or given by one's own sign-in."""

from typing import Any

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.clock import now, today
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.reviews.meeting_models import AttendanceSignature, SignedBy, Stroke
from audit_app.reviews.models import Participant, Review
from audit_app.reviews.workflow import OPEN, may_minute
from audit_app.trail import services as trail

MOST_STROKES, MOST_POINTS, WIDEST = 500, 20_000, 10_000
PAD = (300, 120)
"""Size written beside a signature without strokes."""


def place_of(review: Review, person: Person) -> Participant | None:
    """The place a person may take: their own, or that of who they stand in for."""
    places = [each for each in review.participants if person.id in (each.person_id, each.deputy_id)]
    return places[0] if places else None


def draw(
    review: Review, person: Person, *, strokes: Any, width: Any, height: Any, by: Person
) -> AttendanceSignature:
    """Keep what a pen drew. Raises :class:`Refused` for an empty pad, or what no pad can have drawn."""
    if not may_minute(review, by):
        raise Refused(_l("Signatures are collected by who prepares or approves the review."))
    size = (_whole(width), _whole(height))
    return _sign(review, person, SignedBy.PEN, _drawn(strokes), size, by)


def sign_in(review: Review, *, by: Person) -> AttendanceSignature:
    """Sign one's own attendance with the account one is signed in with."""
    return _sign(review, by, SignedBy.SIGN_IN, [], PAD, by)


def _sign(
    review: Review, person: Person, way: SignedBy, strokes: list[Stroke], size: tuple[int, int], by: Person
) -> AttendanceSignature:
    if review.state not in OPEN:
        raise Refused(_l("Attendance is recorded between preparation and approval."))
    if review.meets_on > today():
        raise Refused(_l("The meeting lies ahead: attendance is signed on its day."))
    place = place_of(review, person)
    if place is None:
        raise Refused(_l("%(name)s is not invited and stands in for nobody.", name=person.name))
    made = AttendanceSignature(
        review=review,
        person=person,
        way=way,
        strokes=strokes,
        width=size[0],
        height=size[1],
        signed_at=now(),
        recorded_by=by,
    )
    with trail.act("review.sign_attendance", made, by=by, name=person.name):
        db.session.add(made)
        own = place.person_id == person.id
        place.attended, place.stood_in = own, not own
    return made


def _whole(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value <= WIDEST:
        raise _unreadable()
    return value


def _drawn(strokes: Any) -> list[Stroke]:
    if not isinstance(strokes, list) or len(strokes) > MOST_STROKES:
        raise _unreadable()
    if not strokes:
        raise Refused(_l("Sign on the pad first."))
    count, found = 0, []
    for stroke in strokes:
        if not isinstance(stroke, list) or not stroke:
            raise _unreadable()
        count += len(stroke)
        if count > MOST_POINTS:
            raise _unreadable()
        found.append([_point(point) for point in stroke])
    return found


def _point(point: Any) -> list[float]:
    fine = isinstance(point, list) and len(point) == 2 and all(
        isinstance(each, int | float) and abs(each) <= WIDEST for each in point
    )  # fmt: skip
    if not fine:
        raise _unreadable()
    return [round(float(each), 1) for each in point]


def _unreadable() -> Refused:
    return Refused(_l("This signature cannot be read. Clear the pad and sign again."))


def latest(review: Review) -> dict[int, AttendanceSignature]:
    """The signature that counts, by person."""
    return {each.person_id: each for each in review.signatures}
