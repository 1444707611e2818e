"""The certificate of the management system, the rules of its cycle, and the plan that closes the gaps.

Audits and findings of the certification body are not kept here: they stand in the one register of audits and
the one register of findings. What is here is the cycle around them.
"""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.checklists.models import ChecklistItem
from audit_app.core.bilingual import in_own_language
from audit_app.core.db import Base, Versioned, by_value
from audit_app.core.labels import Label
from audit_app.findings.models import Finding


class Unit(Label):
    """How the period of a rule is counted."""

    DAYS = "days", _l("days")
    MONTHS = "months", _l("months")
    CALENDAR_YEARS = "calendar_years", _l("calendar years, to the end of the year")


class RuleKind(Label):
    """What a rule of a scheme fixes."""

    OPERATION = "operation", _l("Operation before the certification audit, at least")
    MAJORS = "majors", _l("Major nonconformities of stage 2 verified, at the latest after its last day")
    FIRST = "first", _l("First surveillance, at the latest after the decision")
    NEXT = "next", _l("Next surveillance, at the latest after the one before")
    OPENS = "opens", _l("Window of a surveillance opens, before its last day")
    VALIDITY = "validity", _l("Validity of the certificate from the decision")
    RENEW_OPENS = "renew_opens", _l("Window of the recertification opens, before the certificate ends")
    RENEW_BY = "renew_by", _l("Recertification audit held, at the latest before the certificate ends")
    RESTORE = "restore", _l("Certificate can be restored after its end, within")
    OWN_AUDIT = "own_audit", _l("Internal audit and management review repeated at least every")
    MAJOR_ANSWER = "major_answer", _l("Answer to a major nonconformity, after the last day of the audit")
    MINOR_ANSWER = "minor_answer", _l("Answer to a minor nonconformity, after the last day of the audit")
    WARNING = "warning", _l("Warning ahead of the last day of a window")


class Scheme(Versioned, Base):
    """A set of rules: which document in which edition, as applied by which certification body."""

    __tablename__ = "certification_scheme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    body: Mapped[str] = mapped_column(String(200), default="")

    rules: Mapped[list["Rule"]] = relationship(
        back_populates="scheme", cascade="all, delete-orphan", order_by="Rule.id"
    )

    @property
    def name(self) -> str:
        """Title in the language of the reply, with the body where the rules are those of one."""
        title = in_own_language(self.title)
        return f"{title} · {self.body}" if self.body else title


class Rule(Versioned, Base):
    """One period of a scheme, with the place where it is written."""

    __tablename__ = "certification_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("certification_scheme.id", ondelete="CASCADE"))
    kind: Mapped[RuleKind] = mapped_column(by_value(RuleKind))
    amount: Mapped[int]
    unit: Mapped[Unit] = mapped_column(by_value(Unit), default=Unit.MONTHS)
    source: Mapped[str] = mapped_column(String(500))

    scheme: Mapped[Scheme] = relationship(back_populates="rules")

    @property
    def cited(self) -> str:
        """The source in the language of the reply, where it is written in both."""
        return in_own_language(self.source)

    __table_args__ = (
        UniqueConstraint("scheme_id", "kind"),
        CheckConstraint("amount BETWEEN 0 AND 3650", name="amount_plausible"),
        CheckConstraint("source <> ''", name="source_is_named"),
    )

    @property
    def code(self) -> str:
        """Scheme and kind, as the trail names the rule."""
        return f"{self.scheme.code}/{self.kind.value}"

    @property
    def title(self) -> str:
        """What it fixes, in the reader's language."""
        return str(self.kind.label)


class CertificateState(Label):
    """Life of one cycle; "expired" is derived, never stored."""

    PREPARING = "preparing", _l("Preparing for certification"), "info"
    CERTIFIED = "certified", _l("Certified"), "success"
    SUSPENDED = "suspended", _l("Suspended"), "danger"
    RENEWED = "renewed", _l("Renewed by the next cycle"), "secondary"
    ENDED = "ended", _l("Ended"), "secondary"


OPEN = (CertificateState.PREPARING, CertificateState.CERTIFIED, CertificateState.SUSPENDED)
"""States of a cycle that is running; there is one at a time."""


class Certificate(Versioned, Base):
    """One cycle of certification: from the preparation, or the renewal, to the end of the certificate."""

    __tablename__ = "certificate"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("certification_scheme.id"), index=True)
    standard: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(100), default="")
    scope: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[CertificateState] = mapped_column(
        by_value(CertificateState), default=CertificateState.PREPARING
    )
    operating_since: Mapped[date | None]
    review_before_on: Mapped[date | None]
    review_before_note: Mapped[str] = mapped_column(String(1000), default="")
    decided_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(2000), default="")
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), unique=True)

    scheme: Mapped[Scheme] = relationship()
    previous: Mapped["Certificate | None"] = relationship(remote_side=[id])

    __table_args__ = (
        CheckConstraint("(decided_on IS NULL) = (valid_until IS NULL)", name="decision_and_validity"),
        CheckConstraint("valid_until > decided_on", name="valid_after_decision"),
        CheckConstraint("state = 'preparing' OR state = 'ended' OR decided_on IS NOT NULL", name="decided"),
        CheckConstraint("review_before_on IS NULL OR review_before_note <> ''", name="paper_review_is_told"),
    )

    @property
    def name(self) -> str:
        """The standard."""
        return self.standard

    @property
    def title(self) -> str:
        """The standard and the body."""
        return f"{self.standard} · {self.body}"

    @property
    def running(self) -> bool:
        """Neither renewed nor ended."""
        return self.state in OPEN


class GapPlan(Versioned, Base):
    """What will be done about one gap: an answer of the gap audit, or a lighter finding of it.

    A nonconformity has its plan already: its actions. It gets no second one here.
    """

    __tablename__ = "gap_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id"), unique=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), unique=True)
    measure: Mapped[str] = mapped_column(String(2000))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date]
    progress: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(2000), default="")

    item: Mapped[ChecklistItem | None] = relationship()
    finding: Mapped[Finding | None] = relationship()
    owner: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("(item_id IS NULL) <> (finding_id IS NULL)", name="one_gap"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress_in_percent"),
        CheckConstraint("progress < 100 OR note <> ''", name="done_is_told"),
    )

    @property
    def subject(self) -> Any:
        """The answer's question or the finding that the plan is for."""
        return self.finding or self.item

    @property
    def code(self) -> str:
        """Code of the finding, or clause of the question."""
        return str(self.subject.code)

    @property
    def title(self) -> str:
        """What will be done."""
        return self.measure

    @property
    def done(self) -> bool:
        """Whether everything is done."""
        return self.progress == 100
