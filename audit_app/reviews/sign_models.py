"""Who signed a pack, meaning what, over which text. Append-only: a signature is given once."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, append_only, by_value
from audit_app.core.labels import Label
from audit_app.reviews.models import Review


class Meaning(Label):
    """What a signature means, in the words of who gives it."""

    CHAIR = "chair", _l("Approved as chair"), "success"
    TOP = "top", _l("Approved for top management"), "success"
    PREPARED = "prepared", _l("Prepared it; the figures are as compiled"), "info"
    AGREED = "agreed", _l("Took part, read it and agrees"), "info"


class ReviewSignature(Base):
    """One signature under a pack, bound to the SHA-256 of its canonical JSON.

    ``name`` is the name at that moment; ``asked_again``: the sign-in was repeated for it.
    """

    __tablename__ = "review_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(100))
    meaning: Mapped[Meaning] = mapped_column(by_value(Meaning))
    sha256: Mapped[str] = mapped_column(String(64))
    asked_again: Mapped[bool]
    signed_at: Mapped[datetime]

    review: Mapped[Review] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("review_id", "person_id"),
        CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )


append_only(ReviewSignature.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
