"""What follows a review: to whom its minutes and its pack go."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base
from audit_app.reviews.models import Review


class ReviewRecipient(Base):
    """Somebody on the distribution list: a person with an account, or a name with an address outside.

    ``told_at``: when minutes and pack went to them; people with an account by a notice, the others by hand of
    ``told_by``. Whether a person opened it is known from their notice.
    """

    __tablename__ = "review_recipient"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    outside: Mapped[str] = mapped_column(String(300), default="")
    told_at: Mapped[datetime | None]
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    review: Mapped[Review] = relationship(back_populates="recipients")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    told_by: Mapped[Person | None] = relationship(foreign_keys=[told_by_id])

    __table_args__ = (
        UniqueConstraint("review_id", "person_id"),
        CheckConstraint("(person_id IS NULL) <> (outside = '')", name="person_or_outside"),
        CheckConstraint("(told_at IS NULL) = (told_by_id IS NULL)", name="told_who_and_when"),
    )

    @property
    def code(self) -> str:
        """Code of the review."""
        return self.review.code

    @property
    def name(self) -> str:
        """The person's name, or what was typed."""
        return self.person.name if self.person is not None else self.outside
