"""Reading reviews: who may see which, lists, and what is frozen."""

from typing import Any

from sqlalchemy import Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.reviews.after_models import ReviewRecipient
from audit_app.reviews.meeting_models import AgendaItem, AttendanceSignature
from audit_app.reviews.models import (
    Decision,
    ExtraKey,
    FrozenFile,
    FrozenPack,
    InputKey,
    Participant,
    Review,
    ReviewInput,
    ReviewState,
)
from audit_app.reviews.pack import Pack, from_json


def visible_to(person: Person) -> Select[Review]:
    """All reviews for who may see reviews; for a contributor those they are invited to or stand in for
    somebody, while one is prepared those they write an input for, and approved ones that go to them.
    """
    query = select(Review)
    if person.may(Permission.REVIEW_SEE):
        return query
    if not person.may(Permission.REVIEW_CONTRIBUTE):
        return query.where(false())
    owns = exists().where(ReviewInput.review_id == Review.id, ReviewInput.owner_id == person.id)
    takes_part = exists().where(
        Participant.review_id == Review.id,
        or_(Participant.person_id == person.id, Participant.deputy_id == person.id),
    )
    gets = exists().where(ReviewRecipient.review_id == Review.id, ReviewRecipient.person_id == person.id)
    return query.where(
        or_(
            takes_part,
            and_(Review.state == ReviewState.PREPARING, owns),
            and_(Review.state == ReviewState.APPROVED, gets),
        )
    )


def get(review_id: int, *, to: Person) -> Review:
    """One review with everything its page shows. Raises :class:`NotVisible`."""
    query = (
        visible_to(to)
        .where(Review.id == review_id)
        .options(
            joinedload(Review.chair),
            joinedload(Review.prepared_by),
            joinedload(Review.approved_by),
            selectinload(Review.participants).joinedload(Participant.person),
            selectinload(Review.participants).joinedload(Participant.deputy),
            selectinload(Review.agenda).joinedload(AgendaItem.speaker),
            selectinload(Review.agenda).joinedload(AgendaItem.noted_by),
            selectinload(Review.recipients).joinedload(ReviewRecipient.person),
            selectinload(Review.signatures).joinedload(AttendanceSignature.person),
            selectinload(Review.inputs).joinedload(ReviewInput.owner),
            selectinload(Review.inputs).joinedload(ReviewInput.written_by),
            selectinload(Review.decisions).joinedload(Decision.owner),
            selectinload(Review.decisions).joinedload(Decision.action),
        )
    )
    review = db.session.scalars(query).unique().one_or_none()
    if review is None:
        raise NotVisible
    return review


def get_input(input_id: int, *, to: Person) -> ReviewInput:
    """One input of a visible review. Raises :class:`NotVisible`."""
    query = (
        select(ReviewInput)
        .where(
            ReviewInput.id == input_id, ReviewInput.review_id.in_(visible_to(to).with_only_columns(Review.id))
        )
        .options(joinedload(ReviewInput.review), joinedload(ReviewInput.owner))
    )
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotVisible
    return found


def get_topic(item_id: int, *, to: Person) -> AgendaItem:
    """One topic of the agenda of a visible review. Raises :class:`NotVisible`."""
    seen = visible_to(to).with_only_columns(Review.id)
    query = select(AgendaItem).where(AgendaItem.id == item_id, AgendaItem.review_id.in_(seen))
    found = db.session.scalars(query.options(joinedload(AgendaItem.review))).unique().one_or_none()
    if found is None:
        raise NotVisible
    return found


def get_decision(decision_id: int, *, to: Person) -> Decision:
    """One decision of a visible review. Raises :class:`NotVisible`."""
    query = (
        select(Decision)
        .where(
            Decision.id == decision_id, Decision.review_id.in_(visible_to(to).with_only_columns(Review.id))
        )
        .options(joinedload(Decision.review))
    )
    found = db.session.scalars(query).unique().one_or_none()
    if found is None:
        raise NotVisible
    return found


SORTS: dict[str, Any] = {"meets": Review.meets_on, "code": Review.code}


def listing(person: Person, given: dict[str, str]) -> Select[Review]:
    """The list of reviews as filtered; unknown values are left out."""
    query = visible_to(person).options(
        joinedload(Review.chair), selectinload(Review.inputs), selectinload(Review.decisions)
    )
    if given.get("state") in {state.value for state in ReviewState}:
        query = query.where(Review.state == ReviewState(given["state"]))
    if given.get("q"):
        query = query.where(
            or_(*(column.icontains(given["q"], autoescape=True) for column in (Review.code, Review.title)))
        )
    return query


def search(text: str, to: Person, limit: int = 20) -> list[Review]:
    """Reviews whose code or title holds the text, newest first."""
    if not text.strip():
        return []
    query = listing(to, {"q": text.strip()}).order_by(Review.meets_on.desc(), Review.id.desc())
    return list(db.session.scalars(query.limit(limit)).unique())


def latest() -> Review | None:
    """The review that met or meets last; approved ones go before others."""
    approved = Review.state == ReviewState.APPROVED
    query = select(Review).order_by(approved.desc(), Review.meets_on.desc(), Review.id.desc())
    return db.session.scalars(query.limit(1)).first()


def by_code(code: str) -> Review | None:
    """The review of a code, for the command line (no person's view)."""
    return db.session.scalars(select(Review).where(Review.code == code)).one_or_none()


def codes() -> list[str]:
    """Codes of all reviews, oldest first."""
    return list(db.session.scalars(select(Review.code).order_by(Review.code)))


def frozen_pack(review: Review) -> FrozenPack | None:
    """The pack as approved; None before."""
    query = select(FrozenPack).where(FrozenPack.review_id == review.id).order_by(FrozenPack.version.desc())
    return db.session.scalars(query.limit(1)).first()


def pack_before(review: Review) -> Pack | None:
    """The newest frozen pack of a review that met before this one; None where there is none."""
    query = (
        select(FrozenPack.snapshot)
        .join(Review, FrozenPack.review_id == Review.id)
        .where(Review.id != review.id, Review.meets_on < review.meets_on)
        .order_by(Review.meets_on.desc(), Review.id.desc(), FrozenPack.version.desc())
    )
    found = db.session.scalars(query.limit(1)).first()
    return None if found is None else from_json(found)


def frozen_file(review: Review, language: str, kind: str) -> FrozenFile | None:
    """One kept export; None before approval."""
    query = (
        select(FrozenFile)
        .where(FrozenFile.review_id == review.id, FrozenFile.language == language, FrozenFile.format == kind)
        .order_by(FrozenFile.version.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def frozen_hashes(review: Review) -> list[Any]:
    """Language, format, size and SHA-256 of the kept exports, without reading them."""
    query = (
        select(
            FrozenFile.language,
            FrozenFile.format,
            FrozenFile.sha256,
            func.length(FrozenFile.content).label("size"),
        )
        .where(FrozenFile.review_id == review.id)
        .order_by(FrozenFile.language, FrozenFile.format)
    )
    return list(db.session.execute(query))


def neighbours(row: ReviewInput) -> tuple[ReviewInput | None, ReviewInput | None]:
    """The inputs before and after one, in the order of the standard."""
    order = [*InputKey, *ExtraKey]
    rows = sorted(row.review.inputs, key=lambda each: order.index(each.key))
    place = rows.index(row)
    return rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None
