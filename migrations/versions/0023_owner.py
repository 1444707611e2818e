"""owner: comments with the people called in them, actions in other hands, absences with a deputy"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, kept_through_rebuild, refuse_changes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

FROZEN = ("finding_comment", "comment_mention")
PEOPLE = ("delegate_id", "done_for_id")
CHECKS = {
    "verifier_is_not_delegate": "verified_by_id <> delegate_id",
    "verifier_is_not_whom_it_was_done_for": "verified_by_id <> done_for_id",
}
STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "finding_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_finding_comment_says_something")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_comment_finding_id")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_finding_comment_action_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_comment_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_comment")),
    )
    op.create_index("ix_finding_comment_finding_id", "finding_comment", ["finding_id", "id"])
    op.create_index(op.f("ix_finding_comment_action_id"), "finding_comment", ["action_id"])
    op.create_table(
        "comment_mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["finding_comment.id"], name=op.f("fk_comment_mention_comment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_mention_person_id")),
        sa.PrimaryKeyConstraint("comment_id", "person_id", name=op.f("pk_comment_mention")),
    )
    op.create_index(op.f("ix_comment_mention_person_id"), "comment_mention", ["person_id"])
    refuse_changes(FROZEN)
    _delegation()
    _absence()
    with kept_through_rebuild("action"), op.batch_alter_table("action") as batch:
        for name in PEOPLE:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_action_{name}"), "person", [name], ["id"])
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_action_{name}"), rule)


def _delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("owner_id", "delegate_id")),
        *_period(),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        *_ended(),
        sa.CheckConstraint("delegate_id <> owner_id", name=op.f("ck_delegation_to_somebody_else")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_delegation_has_a_reason")),
        *_rules("delegation"),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_delegation_action_id")),
        *_people("delegation", "owner_id", "delegate_id", "given_by_id", "ended_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_action_id"), "delegation", ["action_id"])
    op.create_index(op.f("ix_delegation_delegate_id"), "delegation", ["delegate_id"])
    op.create_index(
        "uq_delegation_standing", "delegation", ["action_id"], unique=True, sqlite_where=STANDING,
        postgresql_where=STANDING,
    )  # fmt: skip


def _absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("person_id", "deputy_id")),
        *_period(),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_ended(),
        sa.CheckConstraint("deputy_id <> person_id", name=op.f("ck_absence_somebody_else_stands_in")),
        *_rules("absence"),
        *_people("absence", "person_id", "deputy_id", "recorded_by_id", "ended_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"])


def _period() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in ("from_on", "to_on")]


def _ended() -> list[sa.Column[Any]]:
    return [
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _rules(table: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint("to_on >= from_on", name=op.f(f"ck_{table}_ends_after_it_begins")),
        sa.CheckConstraint(
            "(ended_by_id IS NULL) = (ended_at IS NULL)", name=op.f(f"ck_{table}_ended_who_and_when")
        ),
    ]


def _people(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([name], ["person.id"], name=op.f(f"fk_{table}_{name}")) for name in names]


def downgrade() -> None:
    with kept_through_rebuild("action"), op.batch_alter_table("action") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_action_{name}"), type_="check")
        for name in PEOPLE:
            batch.drop_constraint(op.f(f"fk_action_{name}"), type_="foreignkey")
            batch.drop_column(name)
    for name in ("ix_absence_person_id", "ix_absence_deputy_id"):
        op.drop_index(op.f(name), table_name="absence")
    op.drop_table("absence")
    for name in ("uq_delegation_standing", "ix_delegation_delegate_id", "ix_delegation_action_id"):
        op.drop_index(name, table_name="delegation")
    op.drop_table("delegation")
    allow_changes(FROZEN)
    op.drop_index(op.f("ix_comment_mention_person_id"), table_name="comment_mention")
    op.drop_table("comment_mention")
    op.drop_index(op.f("ix_finding_comment_action_id"), table_name="finding_comment")
    op.drop_index("ix_finding_comment_finding_id", table_name="finding_comment")
    op.drop_table("finding_comment")
