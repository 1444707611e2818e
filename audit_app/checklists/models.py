"""Checklist templates (published versions are frozen), an audit's copy, and its append-only answers."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person, Process, in_reader_language
from audit_app.core.db import Base, Versioned, append_only, by_value
from audit_app.core.labels import Label
from audit_app.programme.models import Audit


class VersionState(Label):
    """Life of a template version."""

    DRAFT = "draft", _l("Draft"), "warning"
    PUBLISHED = "published", _l("Published"), "success"
    RETIRED = "retired", _l("Replaced"), "secondary"


class Verdict(Label):
    """The answer to a checklist item. "Not yet" clears an answer."""

    CONFORM = "conform", _l("Conform"), "success"
    MINOR = "minor", _l("Minor NC"), "warning"
    MAJOR = "major", _l("Major NC"), "danger"
    OBSERVATION = "observation", _l("Observation"), "info"
    OFI = "ofi", _l("Opportunity for improvement"), "purple"
    GOOD_PRACTICE = "good_practice", _l("Good practice"), "teal"
    NOT_APPLICABLE = "not_applicable", _l("N.A."), "secondary"
    OPEN = "open", _l("Not yet"), "secondary"


class ResponseKind(Label):
    """How a question is answered beside its verdict: what each kind takes stands in ``fields.py``."""

    GRADE = "grade", _l("Verdict only")
    YES_NO = "yes_no", _l("Yes or no")
    SCORE = "score", _l("Score 0 to 4")
    NUMBER = "number", _l("A number")
    DATE = "date", _l("Date")
    CHOICE = "choice", _l("Choice")
    TEXT = "text", _l("Written answer")
    PHOTO = "photo", _l("Photo")


class Need(Label):
    """Objective evidence without which an answer is not complete."""

    NOTHING = "nothing", _l("Nothing in particular")
    NOTE = "note", _l("A note")
    FILE = "file", _l("A photo or file")
    SAMPLE = "sample", _l("A sampling record")


class Template(Base):
    """A checklist in the library: a title over a row of versions."""

    __tablename__ = "checklist_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    standard: Mapped[str] = mapped_column(String(100), default="")
    shipped: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_template.id"))

    versions: Mapped[list["TemplateVersion"]] = relationship(
        back_populates="template", order_by="TemplateVersion.number.desc()"
    )


class TemplateVersion(Versioned, Base):
    """One version; a draft may be edited, a published one never."""

    __tablename__ = "checklist_template_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"), index=True)
    number: Mapped[int]
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    attribution_en: Mapped[str] = mapped_column(String(1000), default="")
    attribution_zh: Mapped[str] = mapped_column(String(1000), default="")
    licence: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[VersionState] = mapped_column(by_value(VersionState), default=VersionState.DRAFT)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    template: Mapped[Template] = relationship(back_populates="versions")
    questions: Mapped[list["Question"]] = relationship(
        back_populates="version_of", cascade="all, delete-orphan", order_by="Question.position"
    )
    published_by: Mapped[Person | None] = relationship(foreign_keys=[published_by_id])

    __table_args__ = (UniqueConstraint("template_id", "number"),)

    @property
    def name(self) -> str:
        """Title in the reader's language."""
        return in_reader_language(self.title_en, self.title_zh)

    @property
    def attribution(self) -> str:
        """Where the text comes from, in the reader's language."""
        return in_reader_language(self.attribution_en, self.attribution_zh)


class Prompted:
    """Mixin: what a question and its copy in an audit have in common.

    ``kind`` says how it is answered and ``settings`` what is in order (``fields.py``); ``weight`` counts in
    the score of its process (0 to 10). It is asked only when the question of lineage ``asked_if`` was
    answered with one of ``asked_when`` (``conditions.py``). ``topic`` names the subject that it shares with
    questions of other standards; ``lineage`` stays the same through versions, copies and audits.
    """

    position: Mapped[int]
    clause: Mapped[str] = mapped_column(String(40), default="")
    section: Mapped[str] = mapped_column(String(200), default="")
    assessable: Mapped[bool] = mapped_column(default=True)
    title_en: Mapped[str] = mapped_column(String(500), default="")
    title_zh: Mapped[str] = mapped_column(String(500), default="")
    prompt_en: Mapped[str] = mapped_column(String(5000), default="")
    prompt_zh: Mapped[str] = mapped_column(String(5000), default="")
    evidence_en: Mapped[str] = mapped_column(String(2000), default="")
    evidence_zh: Mapped[str] = mapped_column(String(2000), default="")
    documented_information: Mapped[bool] = mapped_column(default=False)
    process_code: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[ResponseKind] = mapped_column(
        by_value(ResponseKind), default=ResponseKind.GRADE, server_default=ResponseKind.GRADE.value
    )
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    needs: Mapped[Need] = mapped_column(
        by_value(Need), default=Need.NOTHING, server_default=Need.NOTHING.value
    )
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    asked_if: Mapped[str] = mapped_column(String(36), default="", server_default="")
    asked_when: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    topic: Mapped[str] = mapped_column(String(60), default="", server_default="")
    lineage: Mapped[str] = mapped_column(String(36), default=lambda: str(uuid4()), index=True)

    @property
    def title(self) -> str:
        """Clause title in the reader's language."""
        return in_reader_language(self.title_en, self.title_zh)

    @property
    def prompt(self) -> str:
        """What to ask, in the reader's language."""
        return in_reader_language(self.prompt_en, self.prompt_zh)

    @property
    def evidence_hint(self) -> str:
        """Expected evidence, in the reader's language."""
        return in_reader_language(self.evidence_en, self.evidence_zh)


COPIED = (
    "position", "clause", "section", "assessable", "title_en", "title_zh", "prompt_en", "prompt_zh",
    "evidence_en", "evidence_zh", "documented_information", "process_code", "kind", "settings", "needs",
    "weight", "asked_if", "asked_when", "topic", "lineage",
)  # fmt: skip
"""What a question gives to its copies."""


def facts_of(row: "Question | ChecklistItem") -> dict[str, Any]:
    """What a question gives to its copies, by name."""
    return {name: getattr(row, name) for name in COPIED}


class Question(Prompted, Versioned, Base):
    """One row of a template: a heading (not assessable) or an item to assess."""

    __tablename__ = "checklist_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("checklist_template_version.id", ondelete="CASCADE"), index=True
    )
    version_of: Mapped[TemplateVersion] = relationship(back_populates="questions")

    __table_args__ = (
        UniqueConstraint("version_id", "lineage"),
        CheckConstraint("weight BETWEEN 0 AND 10", name="weight_0_to_10"),
    )

    @property
    def name(self) -> str:
        """Clause and title, as the trail names it."""
        return f"{self.clause} {self.title or self.prompt[:80]}".strip()


class Checklist(Base):
    """An audit's own copy of a published version: old audits never change their meaning.

    ``clauses`` are those it was narrowed to; None: the whole version.
    """

    __tablename__ = "checklist"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_template_version.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    clauses: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))

    audit: Mapped[Audit] = relationship(back_populates="checklists")
    template_version: Mapped[TemplateVersion] = relationship()
    items: Mapped[list["ChecklistItem"]] = relationship(
        back_populates="checklist", cascade="all, delete-orphan", order_by="ChecklistItem.position"
    )

    @property
    def name(self) -> str:
        """Title of the template version."""
        return self.template_version.name


class ChecklistItem(Prompted, Base):
    """One row of an audit's checklist."""

    __tablename__ = "checklist_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id", ondelete="CASCADE"), index=True)
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"), index=True)

    checklist: Mapped[Checklist] = relationship(back_populates="items")
    process: Mapped[Process | None] = relationship()

    __table_args__ = (UniqueConstraint("checklist_id", "lineage"),)

    @property
    def code(self) -> str:
        """Clause number, as the trail names the item."""
        return self.clause


class RevisionStatus(Label):
    """Whether the server took a record, keeps it for the lead auditor to decide, or what was decided."""

    ACCEPTED = "accepted", _l("Accepted"), "success"
    HELD = "held", _l("Held"), "warning"
    REJECTED = "rejected", _l("Rejected"), "danger"
    LATE = "late", _l("Late evidence"), "info"


class RecordKind(Label):
    """What was recorded in the field."""

    ANSWER = "answer", _l("Answer"), "primary"
    NOTE = "note", _l("Field note"), "info"
    FINDING = "finding", _l("Finding"), "danger"
    SIGNATURE = "signature", _l("Signature"), "success"


class AnswerRevision(Base):
    """One record of fieldwork as one person made it at one moment. Append-only and hash-chained.

    ``id`` and ``device_seq`` are made on the device; ``base`` holds the ids of the heads its author saw, so
    that work done offline joins without overwriting anything. An answer belongs to an item, and its ``value``
    None is "not yet"; a note, a finding or a signature belongs to a ``thread``; ``payload`` holds what only
    one kind has (docs/offline.md). A ruling of the lead auditor on a held record is a further row with the
    same id and body.
    """

    __tablename__ = "answer_revision"

    server_seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(36), index=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"))
    kind: Mapped[RecordKind] = mapped_column(
        by_value(RecordKind), default=RecordKind.ANSWER, server_default=RecordKind.ANSWER.value
    )
    item_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_item.id"), index=True)
    thread: Mapped[str | None] = mapped_column(String(36), index=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    base: Mapped[list[Any]]
    value: Mapped[Verdict | None] = mapped_column(by_value(Verdict))
    note: Mapped[str] = mapped_column(String(20000), default="")
    flagged: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    device_id: Mapped[str] = mapped_column(String(36))
    device_seq: Mapped[int]
    client_time: Mapped[datetime]
    tz_offset: Mapped[int] = mapped_column(default=0)
    clock_offset_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    template_version: Mapped[int]
    attachment_ids: Mapped[list[Any]] = mapped_column(default=list)
    body_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    status: Mapped[RevisionStatus] = mapped_column(by_value(RevisionStatus))
    held_reason: Mapped[str] = mapped_column(String(40), default="")
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ruling: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    prev_hash: Mapped[str] = mapped_column(String(64))
    row_hash: Mapped[str] = mapped_column(String(64))

    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    ruled_by: Mapped[Person | None] = relationship(foreign_keys=[ruled_by_id])

    __table_args__ = (
        UniqueConstraint("id", "body_sha256", "status"),
        UniqueConstraint("row_hash"),
        Index("ix_answer_revision_audit_id_server_seq", "audit_id", "server_seq"),
        Index("ix_answer_revision_device", "device_id", "device_seq"),
        CheckConstraint("device_seq > 0", name="device_seq_counts_from_1"),
        CheckConstraint("(item_id IS NULL) = (thread IS NOT NULL)", name="item_or_thread"),
    )

    @property
    def sample(self) -> dict[str, Any] | None:
        """The sampling record of an answer, as the device sent it."""
        return (self.payload or {}).get("sample") if self.kind is RecordKind.ANSWER else None

    @property
    def reply(self) -> str:
        """What was answered beside the verdict, as ``fields.py`` writes it; "" when nothing."""
        return (self.payload or {}).get("reply", "") if self.kind is RecordKind.ANSWER else ""


class AnswerBase(Base):
    """Which revision supersedes which: a head is a revision that nobody names here. Append-only."""

    __tablename__ = "answer_base"

    child_seq: Mapped[int] = mapped_column(ForeignKey("answer_revision.server_seq"), primary_key=True)
    base_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


for _table in (AnswerRevision.__table__, AnswerBase.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
