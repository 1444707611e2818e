"""Sign-ins that last: one row for each browser in which somebody is, or was, signed in."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, by_value
from audit_app.core.labels import Label


class Why(Label):
    """Why a session was ended before its time."""

    SIGNED_OUT = "signed_out", _l("Signed out")
    RENEWED = "renewed", _l("Signed in again")
    BY_HAND = "by_hand", _l("Ended by hand")
    PASSWORD = "password", _l("New password")
    FACTOR = "factor", _l("Second factor changed")
    RIGHTS = "rights", _l("Rights changed")


class SignInSession(Base):
    """One sign-in. The cookie holds a secret, of which the SHA-256 stands here; who reads this table enters
    nowhere.

    ``ends_at`` is the end that no use defers; ``seen_at`` is written every few minutes. ``device`` names
    browser and system, ``stays`` says that the cookie outlives the browser.
    """

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    stays: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    why: Mapped[Why | None] = mapped_column(by_value(Why))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    __table_args__ = (CheckConstraint("(ended_at IS NULL) = (why IS NULL)", name="when_and_why_of_the_end"),)
