"""Whether a file is one that this register gave out: by its SHA-256, and by the signature in a PDF."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.reviews import queries
from audit_app.reviews.models import FrozenFile, FrozenPack, Review
from audit_app.reviews.sign_models import ReviewSignature


@dataclass(frozen=True)
class Known:
    """A hash of the register: of which review, and of which of its files; ``language`` and ``format`` are
    empty for the frozen text itself.
    """

    review: Review
    version: int
    language: str
    format: str
    frozen_at: Any
    signatures: tuple[ReviewSignature, ...]


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
        return None
    query = select(Review) if to is None else queries.visible_to(to)
    review = db.session.scalars(query.where(Review.id == row[0])).unique().one_or_none()
    frozen = db.session.get(FrozenPack, (row[0], row[1]))
    if review is None or frozen is None:
        return None
    signed = (
        select(ReviewSignature).where(ReviewSignature.review_id == review.id).order_by(ReviewSignature.id)
    )
    return Known(review, row[1], row[2], row[3], frozen.frozen_at, tuple(db.session.scalars(signed)))
