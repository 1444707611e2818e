"""Findings, nonconformities and actions (clause 10.1).

Codes are given when a finding is raised and never change: one series per year for nonconformities (NC, major
and
minor alike, so that a regrade between the two keeps its code) and one each for observations (OBS),
opportunities
(OFI) and good practices (GP). A grade of another series means another record: withdraw this one, raise a new
one.
"""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Department, Person, Process
from audit_app.checklists.models import ChecklistItem
from audit_app.core.clock import today
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.findings.cause_models import CauseCategory, FindingCause
from audit_app.programme.models import Audit


class Grade(Label):
    """Class of a finding (ISO 19011 and common practice; a nonconformity is major or minor)."""

    MAJOR = "major", _l("Major nonconformity"), "danger"
    MINOR = "minor", _l("Minor nonconformity"), "warning"
    OBSERVATION = "observation", _l("Observation"), "info"
    OFI = "ofi", _l("Opportunity for improvement"), "purple"
    GOOD_PRACTICE = "good_practice", _l("Good practice"), "teal"


NONCONFORMITY = frozenset({Grade.MAJOR, Grade.MINOR})


class Origin(Label):
    """Where a finding comes from."""

    INTERNAL_AUDIT = "internal_audit", _l("Internal audit"), "info"
    EXTERNAL_AUDIT = "external_audit", _l("External audit"), "purple"
    MANAGEMENT_REVIEW = "management_review", _l("Management review"), "purple"
    INDICATOR = "indicator", _l("Missed target"), "warning"
    COMPLAINT = "complaint", _l("Customer complaint"), "warning"
    INCIDENT = "incident", _l("Incident or problem"), "warning"
    SUPPLIER = "supplier", _l("Supplier"), "info"
    SELF_REPORTED = "self_reported", _l("Self-reported"), "teal"
    RISK = "risk", _l("Risk assessment"), "info"


class FindingState(Label):
    """Life of a finding (10.1); "overdue" is derived, never stored."""

    DRAFT = "draft", _l("Draft"), "secondary"
    ISSUED = "issued", _l("Issued"), "warning"
    DISPUTED = "disputed", _l("Disputed"), "danger"
    ACCEPTED = "accepted", _l("Accepted by owner"), "info"
    CORRECTED = "corrected", _l("Correction done"), "info"
    ANALYSED = "analysed", _l("Cause analysed"), "info"
    PROPOSED = "proposed", _l("Plan proposed"), "info"
    PLANNED = "planned", _l("Plan approved"), "info"
    IN_PROGRESS = "in_progress", _l("Actions in progress"), "info"
    IMPLEMENTED = "implemented", _l("Actions implemented"), "purple"
    VERIFIED = "verified", _l("Verified"), "teal"
    EFFECTIVENESS_DUE = "effectiveness_due", _l("Effectiveness check due"), "warning"
    CLOSED = "closed", _l("Closed"), "success"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary"


SETTLED = frozenset({FindingState.CLOSED, FindingState.WITHDRAWN})
OWNERS_TURN = frozenset(
    {
        FindingState.ISSUED,
        FindingState.ACCEPTED,
        FindingState.CORRECTED,
        FindingState.ANALYSED,
        FindingState.PLANNED,
        FindingState.IN_PROGRESS,
    }
)
"""States in which the owner acts next."""
UNDER_WAY = OWNERS_TURN | {FindingState.DISPUTED, FindingState.PROPOSED}
"""Issued, and the actions are not reported done yet: dates may be extended, the finding may be withdrawn."""
CHECKED = frozenset({FindingState.VERIFIED, FindingState.EFFECTIVENESS_DUE})
"""Verified; what is left is to see whether it lasts."""

SERIES: dict[Grade, str] = {
    Grade.MAJOR: "NC",
    Grade.MINOR: "NC",
    Grade.OBSERVATION: "OBS",
    Grade.OFI: "OFI",
    Grade.GOOD_PRACTICE: "GP",
}
"""Prefix of the code; each prefix has a counter of its own per year."""


class Proof(Label):
    """What shows that the cause is gone. A changed document shows an intention, not an effect."""

    RECORD = "record", _l("The next real record"), "success"
    SAMPLE = "sample", _l("A sample of records"), "success"
    FIGURE = "figure", _l("A figure over time"), "success"
    OBSERVATION = "observation", _l("Seen at work"), "success"
    DOCUMENT = "document", _l("A changed template or document only"), "danger"


class Finding(Versioned, Base):
    """A finding with its four-part statement, correction, cause, verification and effectiveness."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    origin: Mapped[Origin] = mapped_column(by_value(Origin), default=Origin.INTERNAL_AUDIT)
    grade: Mapped[Grade] = mapped_column(by_value(Grade))
    state: Mapped[FindingState] = mapped_column(by_value(FindingState), default=FindingState.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    requirement: Mapped[str] = mapped_column(String(5000), default="")
    objective_evidence: Mapped[str] = mapped_column(String(10000), default="")
    nonconformity: Mapped[str] = mapped_column(String(10000), default="")
    location: Mapped[str] = mapped_column(String(500), default="")
    recommendation: Mapped[str] = mapped_column(String(5000), default="")
    clause: Mapped[str] = mapped_column(String(40), default="")
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audit.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    thread: Mapped[str | None] = mapped_column(String(36), index=True, unique=True)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    raised_on: Mapped[date]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    dispute_reason: Mapped[str] = mapped_column(String(5000), default="", server_default="")
    disputed_at: Mapped[datetime | None]
    dispute_answer: Mapped[str] = mapped_column(String(5000), default="", server_default="")
    dispute_decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dispute_decided_at: Mapped[datetime | None]
    response_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    original_due_on: Mapped[date | None]
    next_due_on: Mapped[date | None] = mapped_column(index=True)
    body_reference: Mapped[str] = mapped_column(String(100), default="", server_default="")
    body_due_on: Mapped[date | None]
    correction: Mapped[str] = mapped_column(String(5000), default="")
    correction_done_on: Mapped[date | None]
    cause: Mapped[str] = mapped_column(String(10000), default="")
    cause_category: Mapped[CauseCategory | None] = mapped_column(by_value(CauseCategory), index=True)
    similar_cases: Mapped[str] = mapped_column(String(5000), default="")
    analysed_at: Mapped[datetime | None]
    proposed_at: Mapped[datetime | None]
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    implemented_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    implemented_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    verified_at: Mapped[datetime | None]
    verification_note: Mapped[str] = mapped_column(String(5000), default="")
    effectiveness_criterion: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    effectiveness_due_on: Mapped[date | None]
    effectiveness_note: Mapped[str] = mapped_column(String(5000), default="")
    effectiveness_shown_by: Mapped[Proof | None] = mapped_column(by_value(Proof))
    effectiveness_record: Mapped[str] = mapped_column(String(500), default="", server_default="")
    effectiveness_record_on: Mapped[date | None]
    effectiveness_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_on: Mapped[date | None] = mapped_column(index=True)
    withdrawn_reason: Mapped[str] = mapped_column(String(2000), default="")
    sent_back_reason: Mapped[str] = mapped_column(String(2000), default="")
    reopened: Mapped[int] = mapped_column(default=0)
    reopen_reason: Mapped[str] = mapped_column(String(2000), default="")
    old_register_id: Mapped[int | None] = mapped_column(
        ForeignKey("old_register.id", use_alter=True), index=True
    )
    old_row: Mapped[int | None]
    closed_before: Mapped[bool] = mapped_column(default=False, server_default=false())

    audit: Mapped[Audit | None] = relationship(back_populates="findings")
    item: Mapped[ChecklistItem | None] = relationship()
    process: Mapped[Process | None] = relationship()
    department: Mapped[Department | None] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    raised_by: Mapped[Person] = relationship(foreign_keys=[raised_by_id])
    issued_by: Mapped[Person | None] = relationship(foreign_keys=[issued_by_id])
    implemented_by: Mapped[Person | None] = relationship(foreign_keys=[implemented_by_id])
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id])
    planned_by: Mapped[Person | None] = relationship(foreign_keys=[planned_by_id])
    dispute_decided_by: Mapped[Person | None] = relationship(foreign_keys=[dispute_decided_by_id])
    checks: Mapped[list["FindingCheck"]] = relationship(back_populates="finding", order_by="FindingCheck.id")
    actions: Mapped[list["Action"]] = relationship(back_populates="finding", order_by="Action.id")
    extensions: Mapped[list[Any]] = relationship(
        "Extension", back_populates="finding", order_by="Extension.id"
    )
    causes: Mapped[list[FindingCause]] = relationship(
        order_by=(FindingCause.position, FindingCause.id), passive_deletes="all"
    )

    __table_args__ = (
        CheckConstraint("(verified_by_id IS NULL) = (verified_at IS NULL)", name="verified_who_and_when"),
        CheckConstraint("(closed_by_id IS NULL) = (closed_at IS NULL)", name="closed_who_and_when"),
        CheckConstraint("verified_by_id IS NULL OR verified_by_id <> owner_id", name="verifier_is_not_owner"),
        CheckConstraint("(issued_by_id IS NULL) = (issued_at IS NULL)", name="issued_who_and_when"),
        CheckConstraint(
            "(implemented_by_id IS NULL) = (implemented_at IS NULL)", name="implemented_who_and_when"
        ),
        CheckConstraint("verified_by_id <> implemented_by_id", name="verifier_did_not_implement"),
        CheckConstraint(
            "(dispute_decided_by_id IS NULL) = (dispute_decided_at IS NULL)", name="dispute_who_and_when"
        ),
        CheckConstraint("planned_by_id IS NULL OR planned_at IS NOT NULL", name="planned_who_and_when"),
        CheckConstraint("due_on IS NULL OR due_on >= raised_on", name="due_not_before_raised"),
        CheckConstraint(
            "state <> 'closed' OR grade NOT IN ('major', 'minor') OR (correction <> '' AND cause <> '' "
            "AND verified_by_id IS NOT NULL AND effectiveness_note <> '') "
            "OR (closed_before AND reopened = 0)",
            name="closed_nonconformity_is_complete",
        ),
        CheckConstraint("(old_register_id IS NULL) = (old_row IS NULL)", name="old_register_and_row"),
        CheckConstraint(
            "old_register_id IS NOT NULL OR NOT closed_before", name="closed_before_was_imported"
        ),
        Index("ix_finding_state_raised_on", "state", "raised_on"),
        # The dashboard's counts are answered from these three alone, without a look at the rows.
        Index("ix_finding_raised_on_state", "raised_on", "state"),
        Index("ix_finding_origin_state", "origin", "state"),
        Index("ix_finding_state_closed_on", "state", "closed_on"),
        Index("ix_finding_state_grade", "state", "grade", "raised_on", "next_due_on", "owner_id"),
        # Whether a nonconformity came again, and the charts of the register, are answered from these alone.
        Index(
            "ix_finding_clause_department_raised",
            "clause",
            "department_id",
            "raised_on",
            "grade",
            "state",
            "item_id",
        ),
        Index(
            "ix_finding_grade_raised",
            "grade",
            "raised_on",
            "state",
            "cause_category",
            "clause",
            "department_id",
            "origin",
            "item_id",
        ),
        Index(
            "ix_finding_grade_original_due",
            "grade",
            "original_due_on",
            "state",
            "implemented_at",
            "department_id",
            "origin",
        ),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title

    @property
    def is_nonconformity(self) -> bool:
        """Major or minor: the full path of 10.1 applies."""
        return self.grade in NONCONFORMITY

    @property
    def settled(self) -> bool:
        """Closed or withdrawn."""
        return self.state in SETTLED

    @property
    def overdue(self) -> bool:
        """Past the date by which its next step was promised (``next_due_on`` is None once settled)."""
        return self.next_due_on is not None and self.next_due_on < today()


class CheckKind(Label):
    """What somebody else looked at: that it was done, or that it helped."""

    VERIFICATION = "verification", _l("Verification"), "teal"
    EFFECTIVENESS = "effectiveness", _l("Effectiveness"), "success"


class FindingCheck(Base):
    """One verification or check of effectiveness, passed or not: never changed, so a second one hides none.

    The columns of the finding hold the last that passed; the paper prints them all.
    """

    __tablename__ = "finding_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), index=True)
    kind: Mapped[CheckKind] = mapped_column(by_value(CheckKind))
    passed: Mapped[bool]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(5000))

    finding: Mapped[Finding] = relationship(back_populates="checks")
    by: Mapped[Person] = relationship()


append_only(FindingCheck.__table__)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy


class ActionKind(Label):
    """Correction repairs the case, corrective action removes the cause; a decision comes from a review."""

    CORRECTION = "correction", _l("Correction"), "info"
    CORRECTIVE = "corrective", _l("Corrective action"), "purple"
    IMPROVEMENT = "improvement", _l("Improvement"), "teal"
    DECISION = "decision", _l("Review decision"), "warning"


class ActionState(Label):
    """Life of an action."""

    OPEN = "open", _l("Open"), "warning"
    DONE = "done", _l("Reported done"), "purple"
    VERIFIED = "verified", _l("Verified"), "success"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary"


class Action(Versioned, Base):
    """Something promised by somebody for a date: from a finding, or from a decision of a review."""

    __tablename__ = "action"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[ActionKind] = mapped_column(by_value(ActionKind))
    state: Mapped[ActionState] = mapped_column(by_value(ActionState), default=ActionState.OPEN)
    title: Mapped[str] = mapped_column(String(1000))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"), index=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id", use_alter=True), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_on: Mapped[date]
    due_on: Mapped[date]
    original_due_on: Mapped[date]
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    done_note: Mapped[str] = mapped_column(String(5000), default="")
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None]
    verification_note: Mapped[str] = mapped_column(String(5000), default="")
    sent_back_reason: Mapped[str] = mapped_column(String(2000), default="")
    cancel_reason: Mapped[str] = mapped_column(String(2000), default="")

    finding: Mapped[Finding | None] = relationship(back_populates="actions")
    review: Mapped[Any | None] = relationship("Review")
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    delegate: Mapped[Person | None] = relationship(foreign_keys=[delegate_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])
    done_for: Mapped[Person | None] = relationship(foreign_keys=[done_for_id])
    verified_by: Mapped[Person | None] = relationship(foreign_keys=[verified_by_id])
    extensions: Mapped[list[Any]] = relationship(
        "Extension", back_populates="action", order_by="Extension.id"
    )
    delegations: Mapped[list[Any]] = relationship(
        "Delegation", back_populates="action", order_by="Delegation.id"
    )

    __table_args__ = (
        CheckConstraint("(finding_id IS NULL) <> (review_id IS NULL)", name="one_source"),
        CheckConstraint("(verified_by_id IS NULL) = (verified_at IS NULL)", name="verified_who_and_when"),
        CheckConstraint("verified_by_id IS NULL OR verified_by_id <> owner_id", name="verifier_is_not_owner"),
        CheckConstraint("verified_by_id <> done_by_id", name="verifier_did_not_do_it"),
        CheckConstraint("verified_by_id <> delegate_id", name="verifier_is_not_delegate"),
        CheckConstraint("verified_by_id <> done_for_id", name="verifier_is_not_whom_it_was_done_for"),
        CheckConstraint("due_on >= created_on", name="due_not_before_created"),
        # The open actions of everybody, and of one person, are counted without a look at the rows.
        Index("ix_action_state_due_on", "state", "due_on", "owner_id", "finding_id", "review_id"),
        Index("ix_action_due_on", "due_on"),
        Index("ix_action_created_on", "created_on"),
    )

    @property
    def name(self) -> str:
        """Title."""
        return self.title

    @property
    def overdue(self) -> bool:
        """Past its due date and still open."""
        return self.state is ActionState.OPEN and self.due_on < today()
