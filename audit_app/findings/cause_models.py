"""Why it could happen: the chain of whys and the fishbone of a finding, as one tree of nodes (10.1.1 b).

Each node is an answer to "why?" with what shows that it is so. A first answer stands alone; every other
stands under the one it explains, and one answer may have several reasons. A bone of the fishbone is a
possible cause that was looked at; it may be followed up with whys of its own, and a why with a category shows
in the fishbone.
"""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label

LONGEST_WHY, LONGEST_EVIDENCE = 500, 1000
"""Characters of a why and of what shows it: a node still fits on a page of paper at the greatest depth."""


class CauseCategory(Label):
    """The bones of the fishbone, and the bars of the Pareto chart.

    For services the four dimensions of service management (people, information and technology, partners,
    processes) fit better than the machine, material and measurement of a factory; information and technology
    are kept apart, because a wrong document and a wrong tool are repaired by different people.
    """

    PEOPLE = "people", _l("People and skills"), "info"
    PROCESS = "process", _l("Process and rules"), "purple"
    TECHNOLOGY = "technology", _l("Tools and technology"), "teal"
    INFORMATION = "information", _l("Information and documents"), "warning"
    SUPPLIER = "supplier", _l("Suppliers and partners"), "danger"
    ENVIRONMENT = "environment", _l("Environment and resources"), "secondary"


class CauseKind(Label):
    """An answer in the chain of whys, or a possible cause on a bone of the fishbone."""

    WHY = "why", _l("Why"), "info"
    BONE = "bone", _l("Possible cause"), "teal"


class FindingCause(Versioned, Base):
    """One node: what was answered, what shows it, and whether it is the root that will be removed."""

    __tablename__ = "finding_cause"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("finding_cause.id"), index=True)
    kind: Mapped[CauseKind] = mapped_column(by_value(CauseKind))
    category: Mapped[CauseCategory | None] = mapped_column(by_value(CauseCategory))
    text: Mapped[str] = mapped_column(String(LONGEST_WHY))
    evidence: Mapped[str] = mapped_column(String(LONGEST_EVIDENCE), default="")
    position: Mapped[int] = mapped_column(default=1)
    is_root: Mapped[bool] = mapped_column(default=False)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]

    written_by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        CheckConstraint("kind <> 'bone' OR category IS NOT NULL", name="bone_has_category"),
        CheckConstraint("kind <> 'bone' OR parent_id IS NULL", name="bone_is_on_the_spine"),
        CheckConstraint("parent_id <> id", name="not_its_own_reason"),
        Index("ix_finding_cause_finding_id", "finding_id", "position"),
    )

    @property
    def name(self) -> str:
        """What was answered."""
        return self.text
