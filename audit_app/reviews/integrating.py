"""What a review answers beyond the fourteen inputs: those of other standards, and the climate question."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.exports.values import listed
from audit_app.reviews import agenda, integrated
from audit_app.reviews.models import Climate, InputKey, Review, ReviewInput, ReviewState
from audit_app.reviews.workflow import input_filled, may_write
from audit_app.trail import services as trail


def known(standards: Sequence[str]) -> list[str]:
    """The chosen standards in the order of the library; what it does not know is refused."""
    strange = set(standards) - set(integrated.standards())
    if strange:
        raise Refused(
            _l("Nothing is known about the inputs of %(names)s.", names=listed(strange)), "standards"
        )
    return [name for name in integrated.standards() if name in standards]


def integrate(review: Review, standards: list[str]) -> None:
    """Open the inputs that the standards add; take away those of others, unless something is written."""
    review.standards = standards
    if review.state is ReviewState.PLANNED:
        return
    wanted, known = integrated.keys_for(standards), {row.key for row in review.inputs}
    for row in list(review.inputs):
        if row.key not in wanted and not input_filled(row):
            review.inputs.remove(row)
    review.inputs += [ReviewInput(key=key, text="", reason="") for key in wanted if key not in known]
    agenda.propose(review)


def decide_climate(review: Review, climate: Climate | str, *, reason: str, by: Person) -> Review:
    """Whether climate change is a relevant issue (4.1; R16), with the reason; by who may write input b."""
    row = next((each for each in review.inputs if each.key is InputKey.B), None)
    if row is None or not may_write(row, by):
        raise Refused(_l("This input cannot be written now, or not by you."))
    decided = Climate(climate)
    if decided is not Climate.OPEN and not reason.strip():
        raise Refused(_l("Say why: what was looked at, and what follows."), "climate_reason")
    with db.session.begin_nested(), trail.act("review.climate", review, by=by):
        review.climate, review.climate_reason = decided, reason.strip()
    return review
