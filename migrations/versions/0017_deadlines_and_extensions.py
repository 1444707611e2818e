"""deadlines: periods by grade and type, first dates kept for ever, requests for more time, escalation"""

import json
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from alembic import op

from migrations.triggers import allow_changes, refuse_changes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GRADES = ("major", "minor", "observation", "ofi", "good_practice")
TERMS = ("response", "correction", "corrective", "verification", "effectiveness")
RUNGS = ("owner", "head", "representative", "review")
APPEND_ONLY = ("deadline_policy", "original_date", "escalation")
KEEPS = ("finding", "action")
"""Tables whose first due date stays once it stands."""


def upgrade() -> None:
    _policy()
    _extension()
    _ladder()
    _escalation()
    refuse_changes(("deadline_policy", "escalation"))
    _keep_first_dates()
    refuse_changes(("original_date",))
    _take_over_requests()
    op.drop_column("action", "extension_to")
    op.drop_column("action", "extension_reason")
    for table in KEEPS:
        _refuse_other_first_date(table)


def downgrade() -> None:
    for table in KEEPS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {table}_keeps_original_due_on")
        else:
            op.execute(f"DROP TRIGGER {table}_keeps_original_due_on ON {table}")
            op.execute(f"DROP FUNCTION {table}_keeps_original_due_on()")
    op.add_column("action", sa.Column("extension_to", sa.Date(), nullable=True))
    op.add_column(
        "action",
        sa.Column("extension_reason", sa.String(length=2000), server_default="", nullable=False),
    )
    op.execute(
        "UPDATE action SET extension_reason = COALESCE((SELECT reason FROM extension WHERE extension.id = "
        "(SELECT max(id) FROM extension WHERE action_id = action.id)), ''), extension_to = "
        "(SELECT to_on FROM extension WHERE action_id = action.id AND state = 'asked')"
    )
    with op.batch_alter_table("action") as batch:
        batch.alter_column("extension_reason", existing_type=sa.String(length=2000), server_default=None)
    allow_changes(APPEND_ONLY)
    for table in ("escalation", "ladder_rung", "extension", "original_date", "deadline_policy"):
        op.drop_table(table)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=40)


def _keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, to in columns.items()
    ]


def _policy() -> None:
    op.create_table(
        "deadline_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grade", _enum("grade", *GRADES), nullable=False),
        sa.Column("term", _enum("term", *TERMS), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("unit", _enum("dayunit", "working", "calendar"), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 730", name=op.f("ck_deadline_policy_number_plausible")),
        *_keys("deadline_policy", changed_by_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_policy")),
    )
    op.create_index("ix_deadline_policy_grade_term", "deadline_policy", ["grade", "term"])
    op.create_table(
        "original_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("term", _enum("term", *TERMS), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("original_date", finding_id="finding"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original_date")),
        sa.UniqueConstraint(
            "finding_id", "term", "round", name=op.f("uq_original_date_finding_id_term_round")
        ),
    )


def _extension() -> None:
    def check(words: str, name: str) -> sa.CheckConstraint:
        return sa.CheckConstraint(words, name=op.f(f"ck_extension_{name}"))

    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("state", _enum("extensionstate", "asked", "granted", "refused", "lapsed"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=2000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        check("(finding_id IS NULL) <> (action_id IS NULL)", "finding_or_action"),
        check("to_on > from_on", "later_than_before"),
        check("reason <> ''", "has_a_reason"),
        check("(decided_by_id IS NULL) = (decided_at IS NULL)", "decided_who_and_when"),
        check("(state = 'asked') = (decided_by_id IS NULL)", "decided_or_waiting"),
        check(
            "state NOT IN ('granted', 'refused') OR asked_by_id IS NULL OR decided_by_id <> asked_by_id",
            "decided_by_another",
        ),
        check(
            "state NOT IN ('granted', 'refused') OR owner_id IS NULL OR decided_by_id <> owner_id",
            "not_decided_by_owner",
        ),
        check("state <> 'refused' OR decision <> ''", "refused_with_a_reason"),
        check("asked_by_id IS NOT NULL OR state = 'granted'", "somebody_asked"),
        *_keys(
            "extension", finding_id="finding", action_id="action", owner_id="person", asked_by_id="person",
            decided_by_id="person",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )  # fmt: skip
    open_ones = sa.text("state = 'asked'")
    for subject in ("finding", "action"):
        op.create_index(op.f(f"ix_extension_{subject}_id"), "extension", [f"{subject}_id"])
        op.create_index(
            f"uq_extension_waiting_{subject}", "extension", [f"{subject}_id"], unique=True,
            sqlite_where=open_ones, postgresql_where=open_ones,
        )  # fmt: skip


def _ladder() -> None:
    op.create_table(
        "ladder_rung",
        sa.Column("rung", _enum("rung", *RUNGS), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 365", name=op.f("ck_ladder_rung_days_plausible")),
        *_keys("ladder_rung", person_id="person", changed_by_id="person"),
        sa.PrimaryKeyConstraint("rung", name=op.f("pk_ladder_rung")),
    )


def _escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("term", _enum("term", *TERMS), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("rung", _enum("rung", *RUNGS), nullable=False),
        sa.Column("told", _enum("rung", *RUNGS), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(finding_id IS NULL) <> (action_id IS NULL)", name=op.f("ck_escalation_finding_or_action")
        ),
        *_keys("escalation", finding_id="finding", action_id="action", to_id="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        *(
            sa.UniqueConstraint(
                f"{subject}_id", "term", "round", "rung",
                name=op.f(f"uq_escalation_{subject}_id_term_round_rung"),
            )
            for subject in ("finding", "action")
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_escalation_day"), "escalation", ["day"])


def _keep_first_dates() -> None:
    """Answer and corrective action of what was issued before; of corrections no date was kept."""
    first = (
        "INSERT INTO original_date (finding_id, term, round, due_on, set_at) "
        "SELECT id, '{term}', {round}, {day}, issued_at FROM finding "
        "WHERE issued_at IS NOT NULL AND {day} IS NOT NULL AND {which}"
    )
    for term, number, day, which in (
        ("corrective", "0", "original_due_on", "1 = 1"),
        ("corrective", "reopened", "due_on", "reopened > 0"),
        ("response", "reopened", "response_due_on", "1 = 1"),
    ):
        op.execute(first.format(term=term, round=number, day=day, which=which))


TRAIL = sa.table(
    "trail_entry",
    sa.column("seq", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("actor_id", sa.Integer()),
    sa.column("action", sa.String()),
    sa.column("subject_type", sa.String()),
    sa.column("subject_id", sa.String()),
    sa.column("facts", sa.JSON()),
)
EXTENSION = sa.table(
    "extension",
    *(
        sa.column(name, kind)
        for name, kind in (
            ("finding_id", sa.Integer()), ("action_id", sa.Integer()), ("state", sa.String()),
            ("from_on", sa.Date()), ("to_on", sa.Date()), ("reason", sa.String()), ("owner_id", sa.Integer()),
            ("asked_by_id", sa.Integer()), ("asked_at", sa.DateTime(timezone=True)),
            ("decided_by_id", sa.Integer()), ("decided_at", sa.DateTime(timezone=True)),
            ("decision", sa.String()), ("version", sa.Integer()),
        )
    ),
)  # fmt: skip
TOLD = ("finding.extend", "action.extend", "action.grant", "action.decline")


def _take_over_requests() -> None:
    """Write every request that the trail tells of as a record, and those that wait with it."""
    connection = op.get_bind()
    owners = {
        (table, str(row.id)): row
        for table in KEEPS
        for row in connection.execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608  # nosec B608 -- two fixed names
    }
    waiting: dict[tuple[str, str], dict] = {}
    made: list[dict] = []
    query = sa.select(TRAIL).where(TRAIL.c.action.in_(TOLD)).order_by(TRAIL.c.seq)
    for entry in connection.execute(query):
        key = (entry.subject_type, entry.subject_id)
        if key in owners:
            _read(entry, owners[key], waiting, made)
    for (table, number), row in owners.items():
        wanted = _day(getattr(row, "extension_to", None))
        if table == "action" and wanted and (table, number) not in waiting:
            waiting[table, number] = _row(
                row, table, from_on=_day(row.due_on), to_on=wanted, reason=row.extension_reason,
                asked_by_id=row.owner_id,
                asked_at=datetime.combine(_day(row.created_on), time(), tzinfo=UTC),
            )  # fmt: skip
    for (table, number), row in waiting.items():
        if table == "action" and _day(owners[table, number].extension_to):
            made.append(row)
    made = [row for row in made if row["to_on"] > row["from_on"]]
    for row in made:
        connection.execute(sa.insert(EXTENSION).values(**row))


def _read(entry: sa.Row, owner: sa.Row, waiting: dict, made: list) -> None:
    """One entry of the trail: a request, or what was decided about it."""
    facts = json.loads(entry.facts) if isinstance(entry.facts, str) else entry.facts
    changes, details = facts.get("changes", {}), facts.get("details", {})
    key, reason = (entry.subject_type, entry.subject_id), details.get("reason") or "–"
    moved = [_day(each) for each in changes.get("due_on", (None, None))]
    at = entry.at if entry.at.tzinfo else entry.at.replace(tzinfo=UTC)
    decided = {"decided_by_id": entry.actor_id, "decided_at": at}
    if entry.action.endswith(".extend") and moved[1]:  # given at once, without a request
        made.append(_row(owner, key[0], from_on=moved[0] or _day(owner.original_due_on), to_on=moved[1],
                         reason=reason, asked_at=at, state="granted", **decided))  # fmt: skip
    elif entry.action == "action.extend" and changes.get("extension_to", [None, None])[1]:
        waiting[key] = _row(owner, key[0], from_on=None, to_on=_day(changes["extension_to"][1]),
                            reason=reason, asked_by_id=entry.actor_id, asked_at=at)  # fmt: skip
        waiting[key]["from_on"] = _last(made, owner, key[0])
    elif key in waiting and entry.action in ("action.grant", "action.decline"):
        granted = entry.action == "action.grant"
        given = {"state": "granted"} if granted else {"state": "refused", "decision": reason}
        row = _row(owner, key[0], **waiting.pop(key) | decided | given)
        if granted or row["asked_by_id"] is not None:
            made.append(row)


def _last(made: list, owner: sa.Row, table: str) -> date:
    """The date that counted before a request: the last one granted, else the first."""
    known = [row["to_on"] for row in made if row[f"{table}_id"] == owner.id and row["state"] == "granted"]
    return known[-1] if known else _day(owner.original_due_on)


def _row(owner: sa.Row, table: str, **given: object) -> dict:
    empty = dict.fromkeys(("finding_id", "action_id", "asked_by_id", "decided_by_id", "decided_at"))
    found = empty | {"state": "asked", "decision": "", "version": 1, "owner_id": owner.owner_id} | given
    found[f"{table}_id"] = owner.id
    if found["decided_by_id"] == found["owner_id"]:
        found["owner_id"] = None  # it has another owner by now, who decided when it was not theirs
    if found["decided_by_id"] == found["asked_by_id"]:
        found["asked_by_id"] = None  # asked for what was theirs then, decided when it was theirs no more
    return found


def _day(value: object) -> date | None:
    """A day as either database hands it over."""
    return date.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _refuse_other_first_date(table: str) -> None:
    said = f"the first due date of {table} stays"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_keeps_original_due_on BEFORE UPDATE OF original_due_on ON {table} "
            "WHEN OLD.original_due_on IS NOT NULL AND NEW.original_due_on IS NOT OLD.original_due_on "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_keeps_original_due_on() RETURNS trigger AS $$ "
        "BEGIN IF OLD.original_due_on IS NOT NULL "
        "AND NEW.original_due_on IS DISTINCT FROM OLD.original_due_on THEN "
        f"RAISE EXCEPTION '{said}'; END IF; RETURN NEW; END; $$ LANGUAGE plpgsql"
    )
    op.execute(
        f"CREATE TRIGGER {table}_keeps_original_due_on BEFORE UPDATE OF original_due_on ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_keeps_original_due_on()"
    )
