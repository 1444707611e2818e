"""A supplement as it is frozen: facts and keys, and what people typed (see ``core/frozen.py``)."""

from dataclasses import dataclass
from datetime import date, datetime

from audit_app.core.frozen import Codec, Name
from audit_app.reviews.pack import Sealing


@dataclass(frozen=True, slots=True)
class Supplement:
    """A correction of an approved review.

    ``input_key`` or ``decision`` (its code, with ``decision_text`` as approved) say what is corrected;
    neither means the review as a whole. ``pack_sha256``: of the frozen text that is corrected.
    ``meaning``: a key of ``sign_models.Meaning``; ``asked_again`` 1 when the sign-in was repeated.
    """

    code: str
    number: int
    review: str
    title: str
    meets_on: date
    organisation: Name
    confidentiality: Name
    pack_version: int
    pack_sha256: str
    input_key: str
    decision: str
    decision_text: str
    reason: str
    correction: str
    written_by: str
    written_at: datetime
    issued_by: str
    issued_at: datetime
    meaning: str
    asked_again: int
    sealing: Sealing | None
    zone: str


CODEC = Codec("a supplement to a review", Supplement, (Supplement, Name, Sealing))
