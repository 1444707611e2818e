"""What people write to each other beside a finding, and who was called by name: never changed or removed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from audit_app.accounts.models import Person
from audit_app.core.db import Base, append_only
from audit_app.findings.models import Action, Finding


class FindingComment(Base):
    """A comment on a finding, or on one of its actions; it is seen by whoever sees the finding."""

    __tablename__ = "finding_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(2000))

    finding: Mapped[Finding] = relationship()
    action: Mapped[Action | None] = relationship()
    by: Mapped[Person] = relationship()
    mentions: Mapped[list["CommentMention"]] = relationship(
        back_populates="comment", order_by="CommentMention.person_id"
    )

    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        Index("ix_finding_comment_finding_id", "finding_id", "id"),
    )


class CommentMention(Base):
    """Somebody called by name in a comment; ``told`` is False for who may not see the finding."""

    __tablename__ = "comment_mention"

    comment_id: Mapped[int] = mapped_column(ForeignKey("finding_comment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    told: Mapped[bool]

    comment: Mapped[FindingComment] = relationship(back_populates="mentions")
    person: Mapped[Person] = relationship()


for _table in (FindingComment.__table__, CommentMention.__table__):
    append_only(_table)  # type: ignore[arg-type]  # a Table, typed as FromClause by SQLAlchemy
