"""A period that differs from the one that ships."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from audit_app.core.db import Base, Versioned


class RetentionPeriod(Versioned, Base):
    """Days after which rows of a kind go, chosen on screen; ``key`` is that of a rule in ``rules.py``."""

    __tablename__ = "retention_period"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    days: Mapped[int]

    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 36500", name="days_plausible"),)

    @property
    def name(self) -> str:
        """For the trail."""
        return self.key
