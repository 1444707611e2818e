"""The distribution list of minutes and pack: who is on it, when it went to them, who opened it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.notifications.models import Notice
from audit_app.notifications.services import queue
from audit_app.reviews.after_models import ReviewRecipient
from audit_app.reviews.models import Review
from audit_app.reviews.workflow import may_plan
from audit_app.trail import services as trail

LONGEST, MOST = 300, 200
KINDS = ("review.approved", "review.distributed")
"""Notices that carry the links."""


def set_recipients(review: Review, people: Iterable[Person], outside: str, *, by: Person) -> Review:
    """Who gets minutes and pack beside the participants: people, and names with addresses, one to a line.

    Raises :class:`Refused` for somebody who may not open reviews, a line too long, or too many lines.
    """
    if not may_plan(review, by):
        raise Refused(
            _l("An approved review cannot be changed, and only who prepares it may change it before.")
        )
    wanted = list(dict.fromkeys(people))
    for person in wanted:
        if not (person.may(Permission.REVIEW_SEE) or person.may(Permission.REVIEW_CONTRIBUTE)):
            raise Refused(
                _l(
                    "%(name)s may not open reviews. Write the name among those outside, and hand it over.",
                    name=person.name,
                ),
                "people",
            )
    lines = list(dict.fromkeys(line.strip() for line in outside.splitlines() if line.strip()))
    if len(lines) > MOST or any(len(line) > LONGEST for line in lines):
        raise Refused(
            _l("At most %(most)s lines of %(long)s characters each.", most=MOST, long=LONGEST), "outside"
        )
    names = [*(person.name for person in wanted), *lines]
    with db.session.begin_nested(), trail.act("review.recipients", review, by=by, recipients=names):
        for row in list(review.recipients):
            if row.person not in wanted and row.outside not in lines:
                review.recipients.remove(row)
        known = {row.person for row in review.recipients} | {row.outside for row in review.recipients}
        review.recipients += [
            ReviewRecipient(person=each, outside="") for each in wanted if each not in known
        ]
        review.recipients += [ReviewRecipient(outside=line) for line in lines if line not in known]
    return review


def deliver(review: Review, *, by: Person) -> None:
    """On approval: everybody who took part comes on the list, and who has an account is told with links."""
    known = {row.person_id for row in review.recipients}
    invited = {each.person_id for each in review.participants}
    for each in review.participants:
        for person in (each.person, each.deputy if each.stood_in else None):
            if person is not None and person.id not in known:
                known.add(person.id)
                review.recipients.append(ReviewRecipient(person=person, person_id=person.id, outside=""))
    db.session.flush()
    for row in review.recipients:
        if row.person is None:
            continue
        row.told_at, row.told_by = now(), by
        if row.person_id not in invited and row.person_id != by.id:
            queue("review.distributed", to=row.person, subject=review)


def handed_over(row: ReviewRecipient, *, by: Person) -> ReviewRecipient:
    """Minutes and pack went to somebody outside: by whom and when."""
    if not by.may(Permission.REVIEW_PREPARE):
        raise Refused(_l("Your role does not allow this."))
    if not row.review.frozen or row.person_id is not None:
        raise Refused(_l("This is recorded after approval, for people outside."))
    with db.session.begin_nested(), trail.act("review.handed_over", row, by=by, name=row.outside):
        row.told_at, row.told_by = now(), by
    return row


@dataclass(frozen=True)
class Receipt:
    """A line of the list as shown: when it went out, and when the person opened the notice."""

    row: ReviewRecipient
    opened_at: datetime | None


def receipts(review: Review) -> list[Receipt]:
    """The list, with who opened it; one query for all notices."""
    query = select(Notice.person_id, Notice.read_at).where(
        Notice.subject_kind == "review", Notice.subject_id == str(review.id), Notice.kind.in_(KINDS)
    )
    opened = {person: at for person, at in db.session.execute(query)}  # noqa: C416  # no pairs to mypy
    return [Receipt(row, opened.get(row.person_id) if row.person_id else None) for row in review.recipients]
