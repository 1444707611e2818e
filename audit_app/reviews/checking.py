"""Whether a file is one that this register gave out: by its SHA-256, and by the signature in a PDF."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.reviews import queries, signing, supplements
from audit_app.reviews.models import FrozenFile, FrozenPack, Review
from audit_app.reviews.sign_models import ReviewSignature
from audit_app.reviews.supplement_models import FrozenSupplement, FrozenSupplementFile, ReviewSupplement


@dataclass(frozen=True)
class Known:
    """A hash of the register: of which review, and of which of its files; ``language`` and ``format`` are
    empty for the frozen text itself. ``supplement``: the one it is, None for the pack; ``corrected_by``:
    those that are to be read together with the pack; ``by``: name of who approved or issued it.
    """

    review: Review
    version: int
    language: str
    format: str
    frozen_at: Any
    by: str
    signatures: tuple[ReviewSignature, ...] = ()
    supplement: ReviewSupplement | None = None
    corrected_by: tuple[ReviewSupplement, ...] = ()


def known(sha256: str, *, to: Person | None) -> Known | None:
    """What a SHA-256 (hex) belongs to; None when this register never kept it.

    ``to``: only reviews this person may see (a typed hash proves no possession of the file); None: all.
    """
    file = select(FrozenFile.review_id, FrozenFile.version, FrozenFile.language, FrozenFile.format).where(
        FrozenFile.sha256 == sha256
    )
    text = select(FrozenPack.review_id, FrozenPack.version, literal(""), literal("")).where(
        FrozenPack.sha256 == sha256
    )
    row = db.session.execute(file.limit(1)).first() or db.session.execute(text.limit(1)).first()
    if row is None:
        return _supplement(sha256, to)
    query = select(Review) if to is None else queries.visible_to(to)
    review = db.session.scalars(query.where(Review.id == row[0])).unique().one_or_none()
    frozen = db.session.get(FrozenPack, (row[0], row[1]))
    if review is None or frozen is None or review.approved_by is None:
        return None
    return Known(
        review,
        row[1],
        row[2],
        row[3],
        frozen.frozen_at,
        review.approved_by.name,
        signatures=tuple(signing.signatures(review)),
        corrected_by=tuple(supplements.issued(review)),
    )


def _supplement(sha256: str, to: Person | None) -> Known | None:
    """The same for supplements."""
    kept, text = FrozenSupplementFile, FrozenSupplement
    file = select(kept.supplement_id, kept.language, kept.format).where(kept.sha256 == sha256)
    words = select(text.supplement_id, literal(""), literal("")).where(text.sha256 == sha256)
    row = db.session.execute(file.limit(1)).first() or db.session.execute(words.limit(1)).first()
    if row is None:
        return None
    query = select(ReviewSupplement) if to is None else supplements.visible_to(to)
    found = db.session.scalars(query.where(ReviewSupplement.id == row[0])).one_or_none()
    frozen = db.session.get(FrozenSupplement, row[0])
    if found is None or frozen is None or found.issued_by is None:
        return None
    return Known(found.review, 1, row[1], row[2], frozen.frozen_at, found.issued_by.name, supplement=found)
