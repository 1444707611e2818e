"""Verbs on supplements: write, change, withdraw, issue. Issuing freezes; the pack itself stays as it is."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission as P
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.core.frozen import digest
from audit_app.notifications.services import queue
from audit_app.reviews import queries, signing
from audit_app.reviews.models import AnyKey, Decision, Review
from audit_app.reviews.pack import Pack, Sealing, from_json
from audit_app.reviews.supplement_models import (
    FrozenSupplement,
    FrozenSupplementFile,
    ReviewSupplement,
    SupplementState,
)
from audit_app.reviews.supplement_tree import CODEC, Supplement
from audit_app.reviews.workflow import SUPPLEMENT
from audit_app.trail import services as trail

Renderer = Callable[[Supplement], Mapping[tuple[str, str], bytes]]
"""Makes the files of a supplement: {(language, kind): bytes}."""


def write(
    review: Review,
    *,
    reason: str,
    correction: str,
    input_key: AnyKey | None = None,
    decision: Decision | None = None,
    by: Person,
) -> ReviewSupplement:
    """Write the next supplement to an approved review; top management is told that it waits.

    Raises :class:`Refused` before approval, without the right, for empty words, and while another one waits.
    """
    _may_write(by)
    _checked(review, reason, correction, input_key, decision)
    if not review.frozen:
        raise Refused(_l("%(code)s is not approved yet: correct the review itself.", code=review.code))
    waiting = next((each for each in of_review(review) if each.state is SupplementState.WRITTEN), None)
    if waiting is not None:
        raise Refused(_l("%(code)s is not issued yet. Change that one.", code=waiting.code))
    last = select(func.max(ReviewSupplement.number)).where(ReviewSupplement.review_id == review.id)
    with db.session.begin_nested():
        made = ReviewSupplement(
            review=review, number=(db.session.scalar(last) or 0) + 1, state=SupplementState.WRITTEN,
            input_key=input_key, decision=decision, reason=reason.strip(), correction=correction.strip(),
            written_by=by, written_at=now(),
        )  # fmt: skip
        with trail.act("review_supplement.write", made, by=by):
            db.session.add(made)
    if review.chair_id != by.id:
        queue("review.supplement_written", to=review.chair, subject=review)
    return made


def edit(
    row: ReviewSupplement,
    *,
    reason: str,
    correction: str,
    input_key: AnyKey | None = None,
    decision: Decision | None = None,
    by: Person,
) -> ReviewSupplement:
    """Word a supplement better until it is issued."""
    _checked(row.review, reason, correction, input_key, decision)
    with db.session.begin_nested(), trail.act("review_supplement.edit", row, by=by):
        SUPPLEMENT.fire("edit", row, by=by)
        row.input_key, row.decision = input_key, decision
        row.reason, row.correction = reason.strip(), correction.strip()
        row.written_by, row.written_at = by, now()
    return row


def withdraw(row: ReviewSupplement, *, reason: str, by: Person) -> ReviewSupplement:
    """Take a supplement back before it is issued: it stays readable with the reason, and the next one may be
    written. Raises :class:`Refused` without a reason, without the right, and once it is issued.
    """
    if not reason.strip():
        raise Refused(_l("Say why the supplement is withdrawn."), "reason")
    with db.session.begin_nested(), trail.act("review_supplement.withdraw", row, by=by):
        SUPPLEMENT.fire("withdraw", row, by=by)
        row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = by, now(), reason.strip()
    return row


def issue(
    row: ReviewSupplement,
    render: Renderer,
    *,
    asked_again: bool = False,
    sealing: Sealing | None = None,
    by: Person,
) -> ReviewSupplement:
    """Issue a supplement for top management: it is frozen with its files, and who has the pack is told.

    ``asked_again``: the sign-in was repeated for this signature; ``sealing``: the certificate that its PDFs
    are signed with. Raises :class:`Refused` for whoever may not.
    """
    review = row.review
    frozen = queries.frozen_pack(review)
    with db.session.begin_nested():
        with trail.act("review_supplement.issue", row, by=by):
            SUPPLEMENT.fire("issue", row, by=by)
            row.issued_by, row.issued_at = by, now()
        assert frozen is not None
        tree = _tree(row, from_json(frozen.snapshot), frozen.sha256, asked_again, sealing)
        _freeze(row, tree, render(tree), by)
        trail.note("review.supplement", review, by=by, number=row.number, sha256=digest(CODEC.write(tree)))
    for person in _told(review):
        if person.id != by.id:
            queue("review.supplemented", to=person, subject=review)
    return row


def _told(review: Review) -> list[Person]:
    """Who has the pack: who was invited, and the distribution list."""
    people = [each.person for each in review.participants]
    return list(dict.fromkeys([*people, *(each.person for each in review.recipients if each.person)]))


def _tree(
    row: ReviewSupplement, pack: Pack, sha256: str, asked_again: bool, sealing: Sealing | None
) -> Supplement:
    """The supplement as it is frozen; names and words of the decision are those of the approved pack."""
    assert row.issued_by is not None
    assert row.issued_at is not None
    meta, code = pack.meta, "" if row.decision is None else row.decision.code
    return Supplement(
        code=row.code, number=row.number, review=meta.code, title=meta.title, meets_on=meta.meets_on,
        organisation=meta.organisation, confidentiality=meta.confidentiality,
        pack_version=meta.version, pack_sha256=sha256,
        input_key="" if row.input_key is None else row.input_key.value, decision=code,
        decision_text=next((each.text for each in pack.decisions if each.code == code), ""),
        reason=row.reason, correction=row.correction,
        written_by=row.written_by.name, written_at=row.written_at,
        issued_by=row.issued_by.name, issued_at=row.issued_at,
        meaning=signing.meaning_of(row.review, row.issued_by).value, asked_again=int(asked_again),
        sealing=sealing, zone=meta.zone,
    )  # fmt: skip


def _freeze(
    row: ReviewSupplement, tree: Supplement, files: Mapping[tuple[str, str], bytes], by: Person
) -> None:
    snapshot = CODEC.write(tree)
    db.session.add(
        FrozenSupplement(
            supplement_id=row.id,
            snapshot=snapshot,
            sha256=digest(snapshot),
            frozen_at=tree.issued_at,
            frozen_by=by,
        )
    )
    for (language, kind), content in sorted(files.items()):
        db.session.add(
            FrozenSupplementFile(
                supplement_id=row.id, language=language, format=kind, content=content, sha256=_hash(content)
            )
        )
    db.session.flush()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _may_write(by: Person) -> None:
    if not by.may(P.REVIEW_PREPARE):
        raise Refused(_l("Your role does not allow this."))


def _checked(
    review: Review, reason: str, correction: str, input_key: AnyKey | None, decision: Decision | None
) -> None:
    """Both texts are there, and one thing of this review is corrected."""
    for text, field, words in (
        (reason, "reason", _l("Say why the review is corrected.")),
        (correction, "correction", _l("Say what is to be read instead.")),
    ):
        if not text.strip():
            raise Refused(words, field)
    if input_key is not None and decision is not None:
        raise Refused(_l("A supplement corrects one input or one decision. Write one for each."), "about")
    if decision is not None and decision.review_id != review.id:
        raise Refused(_l("That decision belongs to another review. Choose one of this review."), "about")


# --- reading --------------------------------------------------------------------------------------


def visible_to(person: Person) -> Select[ReviewSupplement]:
    """Issued ones of visible reviews; those that are only written, for who writes and issues them."""
    seen = queries.visible_to(person).with_only_columns(Review.id)
    query = select(ReviewSupplement).where(ReviewSupplement.review_id.in_(seen))
    if person.may(P.REVIEW_PREPARE) or person.may(P.REVIEW_APPROVE):
        return query
    return query.where(ReviewSupplement.state == SupplementState.ISSUED)


def get(supplement_id: int, *, to: Person) -> ReviewSupplement:
    """One visible supplement. Raises :class:`NotVisible`."""
    found = db.session.scalars(visible_to(to).where(ReviewSupplement.id == supplement_id)).one_or_none()
    if found is None:
        raise NotVisible
    return found


def to_issue(_person: Person) -> Select[Any]:
    """Those that wait for top management."""
    return (
        select(ReviewSupplement)
        .where(ReviewSupplement.state == SupplementState.WRITTEN)
        .options(joinedload(ReviewSupplement.review))
    )


def of_review(review: Review, to: Person | None = None) -> list[ReviewSupplement]:
    """Supplements to a review by number: those a person may see, or all of them."""
    query = select(ReviewSupplement) if to is None else visible_to(to)
    query = query.where(ReviewSupplement.review_id == review.id).options(
        joinedload(ReviewSupplement.written_by), joinedload(ReviewSupplement.issued_by),
        joinedload(ReviewSupplement.withdrawn_by),
        joinedload(ReviewSupplement.decision), joinedload(ReviewSupplement.review),
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(ReviewSupplement.number)))


def issued(review: Review) -> list[ReviewSupplement]:
    """Issued supplements to a review by number."""
    return [each for each in of_review(review) if each.state is SupplementState.ISSUED]


def issued_of(numbers: list[int]) -> dict[int, list[ReviewSupplement]]:
    """Issued supplements of several reviews, by id of the review, in one query."""
    query = (
        select(ReviewSupplement)
        .where(ReviewSupplement.review_id.in_(numbers), ReviewSupplement.state == SupplementState.ISSUED)
        .options(joinedload(ReviewSupplement.review))
        .order_by(ReviewSupplement.number)
    )
    found: dict[int, list[ReviewSupplement]] = {}
    for each in db.session.scalars(query):
        found.setdefault(each.review_id, []).append(each)
    return found


def frozen(row: ReviewSupplement) -> FrozenSupplement | None:
    """The supplement as issued; None before."""
    return db.session.get(FrozenSupplement, row.id)


def file(row: ReviewSupplement, language: str, kind: str) -> FrozenSupplementFile | None:
    """One kept file; None before it is issued."""
    return db.session.get(FrozenSupplementFile, (row.id, language, kind))


def files(row: ReviewSupplement) -> list[Any]:
    """Language, format, size and SHA-256 of the kept files, without reading them."""
    kept = FrozenSupplementFile
    size = func.length(kept.content).label("size")
    query = select(kept.language, kept.format, kept.sha256, size).where(kept.supplement_id == row.id)
    return list(db.session.execute(query.order_by(kept.language, kept.format)))


def verify() -> list[str]:
    """What does not match any more: issued supplements and their files against hash, signature and pack."""
    problems: list[str] = []
    sealings: dict[int, Sealing | None] = {}
    for kept in db.session.scalars(select(FrozenSupplement)):
        code = kept.supplement.code
        if not CODEC.sound(kept.snapshot, kept.sha256):
            problems.append(str(_("%(code)s: the frozen supplement does not match its hash", code=code)))
            continue
        tree = CODEC.read(kept.snapshot)
        sealings[kept.supplement_id] = tree.sealing
        pack = queries.frozen_pack(kept.supplement.review)
        if pack is None or pack.sha256 != tree.pack_sha256:
            problems.append(str(_("%(code)s: it corrects another pack than the one kept", code=code)))
    query = select(FrozenSupplementFile, ReviewSupplement).join(
        ReviewSupplement, FrozenSupplementFile.supplement_id == ReviewSupplement.id
    )
    for one, row in db.session.execute(query.execution_options(yield_per=4)):
        name = f"{one.format.upper()} ({one.language})"
        if signing.seal_is_broken(one, sealings.get(row.id)):
            problems.append(
                str(
                    _(
                        "%(code)s: the signature in the kept file %(name)s is not sound",
                        code=row.code,
                        name=name,
                    )
                )
            )
        if _hash(one.content) != one.sha256:
            problems.append(
                str(_("%(code)s: the kept file %(name)s does not match its hash", code=row.code, name=name))
            )
    return problems
