"""Signing a pack: who signs meaning what, bound to the hash of its canonical JSON."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports import pades
from audit_app.reviews import queries
from audit_app.reviews.models import FrozenFile, Review
from audit_app.reviews.pack import Pack, Sealing
from audit_app.reviews.sign_models import Meaning, ReviewSignature
from audit_app.reviews.supplement_models import FrozenSupplementFile
from audit_app.trail import services as trail


def meaning_of(review: Review, person: Person) -> Meaning:
    """What the approval of a person means: the chair's own, or that of somebody else of top management."""
    return Meaning.CHAIR if person.id == review.chair_id else Meaning.TOP


def completed(pack: Pack, meaning: Meaning, *, asked_again: bool, sealing: Sealing | None) -> Pack:
    """The pack with what is known only at the moment of signing; its hash covers this too."""
    end = replace(pack.conclusion, meaning=meaning.value, asked_again=int(asked_again))
    return replace(pack, conclusion=end, meta=replace(pack.meta, sealing=sealing))


def record(
    review: Review, meaning: Meaning, sha256: str, *, asked_again: bool, by: Person
) -> ReviewSignature:
    """Keep a signature. ``sha256``: of the text that was signed."""
    made = ReviewSignature(
        review_id=review.id, person_id=by.id, name=by.name, meaning=meaning, sha256=sha256,
        asked_again=asked_again, signed_at=review.approved_at if meaning in APPROVAL else now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    trail.note("review.sign", review, by=by, meaning=meaning.value, sha256=sha256)
    return made


APPROVAL = (Meaning.CHAIR, Meaning.TOP)


def may_sign(review: Review, person: Person) -> Meaning | None:
    """What the further signature of a person would mean: of who prepared the review or took part; None for
    others, before approval, and once signed.
    """
    if not review.frozen or any(each.person_id == person.id for each in signatures(review)):
        return None
    if person.id == review.prepared_by_id:
        return Meaning.PREPARED
    came = any(
        each.who_came is not None and each.who_came.id == person.id for each in review.participants
    )  # a deputy sat in the place too
    return Meaning.AGREED if came else None


def cosign(review: Review, *, asked_again: bool, by: Person) -> ReviewSignature:
    """A further signature under the approved pack. Raises :class:`Refused` for who may not."""
    meaning, frozen = may_sign(review, by), queries.frozen_pack(review)
    if meaning is None or frozen is None:
        raise Refused(_l("An approved pack is signed, once each, by who prepared it and by who took part."))
    return record(review, meaning, frozen.sha256, asked_again=asked_again, by=by)


def signatures(review: Review) -> list[ReviewSignature]:
    """All signatures under the pack, in the order given."""
    query = select(ReviewSignature).where(ReviewSignature.review_id == review.id).order_by(ReviewSignature.id)
    return list(db.session.scalars(query))


def seal_is_broken(kept: FrozenFile | FrozenSupplementFile, sealing: Sealing | None) -> bool:
    """Whether a kept PDF lacks the sound signature, of that certificate, which its pack says it has."""
    if sealing is None or kept.format != "pdf":
        return False
    seal = pades.check(kept.content)
    return seal is None or not seal.sound or seal.certificate.fingerprint != sealing.fingerprint


def unbound() -> list[Any]:
    """Code and name of signatures whose hash is not that of the frozen pack: (code, name)."""
    found = []
    query = select(ReviewSignature, Review).join(Review, ReviewSignature.review_id == Review.id)
    for one, review in db.session.execute(query):
        frozen = queries.frozen_pack(review)
        if frozen is None or frozen.sha256 != one.sha256:
            found.append((review.code, one.name))
    return found
