"""Requests for more time that older versions kept in two columns and in the trail become records, and go back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, Engine, Integer, MetaData, create_engine, text
from sqlalchemy.exc import DatabaseError

from audit_app import schema
from tests.databases import SQLITE, Databases, on_postgresql

kinds = pytest.mark.parametrize("kind", [SQLITE, on_postgresql])
FIRST, SECOND, THIRD, FOURTH = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2), date(2026, 6, 2)
MOMENT = datetime(2026, 2, 1, 8, tzinfo=UTC)
OWNER, LEAD = 1, 2


@pytest.fixture
def engine(kind: str, databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    with databases.fresh(kind, tmp_path, schema=False) as url:
        schema.upgrade(url, "0016")
        made = create_engine(url)
        yield made
        made.dispose()


def put(engine: Engine, table: str, **given: Any) -> None:
    """One row; what it must have and the test does not care about is filled in by type."""
    found = MetaData()
    found.reflect(engine, only=[table], resolve_fks=False)
    values: dict[str, Any] = {}
    for column in found.tables[table].columns:
        if column.name in given or column.nullable or column.server_default is not None:
            continue
        plain: list[tuple[Any, Any]] = [(Boolean, True), (Integer, 0), (DateTime, MOMENT), (Date, FIRST)]
        values[column.name] = next((value for kind, value in plain if isinstance(column.type, kind)), "")
    with engine.begin() as connection:
        connection.execute(found.tables[table].insert().values(**values | given))


def told(engine: Engine, seq: int, action: str, subject: tuple[str, int], by: int, **facts: Any) -> None:
    put(
        engine, "trail_entry", seq=seq, at=datetime(2026, 2, seq, 8, tzinfo=UTC), actor_id=by, actor_name="x",
        action=action, subject_type=subject[0], subject_id=str(subject[1]), facts=facts, prev_hash=str(seq), row_hash=str(seq + 1),
    )  # fmt: skip


def build(engine: Engine) -> None:
    for number in (OWNER, LEAD):
        put(
            engine,
            "person",
            id=number,
            email=f"p{number}@example.org",
            name=f"P{number}",
            language="en",
            fs_uniquifier=str(number),
        )
    put(
        engine, "finding", id=1, code="NC-2026-001", grade="minor", state="planned", origin="internal_audit", owner_id=OWNER,
        raised_by_id=LEAD, raised_on=date(2026, 1, 1), issued_by_id=LEAD, issued_at=MOMENT, reopened=0,
        response_due_on=date(2026, 2, 10), due_on=SECOND, original_due_on=FIRST, version=1,
    )  # fmt: skip
    common = {"kind": "corrective", "state": "open", "finding_id": 1, "owner_id": OWNER, "created_on": date(2026, 1, 2),
              "original_due_on": FIRST, "version": 1}  # fmt: skip
    put(
        engine,
        "action",
        id=1,
        code="ACT-2026-001",
        due_on=SECOND,
        extension_to=FOURTH,
        extension_reason="Again.",
        **common,
    )
    put(
        engine,
        "action",
        id=2,
        code="ACT-2026-002",
        due_on=FIRST,
        extension_to=SECOND,
        extension_reason="No trail.",
        **common,
    )
    put(engine, "action", id=3, code="ACT-2026-003", due_on=FIRST, extension_reason="Refused once.", **common)
    action, third = ("action", 1), ("action", 3)
    told(
        engine,
        1,
        "finding.extend",
        ("finding", 1),
        LEAD,
        changes={"due_on": [str(FIRST), str(SECOND)]},
        details={"reason": "Given."},
    )
    told(
        engine,
        2,
        "action.extend",
        action,
        OWNER,
        changes={"extension_to": [None, str(SECOND)]},
        details={"reason": "Late."},
    )
    told(engine, 3, "action.grant", action, LEAD, changes={"due_on": [str(FIRST), str(SECOND)]})
    told(
        engine,
        4,
        "action.extend",
        action,
        OWNER,
        changes={"extension_to": [None, str(FOURTH)]},
        details={"reason": "Again."},
    )
    told(
        engine,
        5,
        "action.extend",
        third,
        OWNER,
        changes={"extension_to": [None, str(THIRD)]},
        details={"reason": "Please."},
    )
    told(
        engine,
        6,
        "action.decline",
        third,
        LEAD,
        changes={"extension_to": [str(THIRD), None]},
        details={"reason": "Urgent."},
    )


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [
            tuple(str(each) if isinstance(each, date) else each for each in row)
            for row in connection.execute(text(query))
        ]


@kinds
def test_requests_are_read_from_columns_and_trail_and_go_back(kind: str, engine: Engine) -> None:
    build(engine)
    url = engine.url.render_as_string(hide_password=False)
    schema.upgrade(url, "0017")
    found = rows(engine, "SELECT finding_id, action_id, state, from_on, to_on, reason, asked_by_id, decided_by_id, decision "
                         "FROM extension ORDER BY finding_id, action_id, to_on")  # fmt: skip
    assert set(found) == {
        (1, None, "granted", str(FIRST), str(SECOND), "Given.", None, LEAD, ""),
        (None, 1, "granted", str(FIRST), str(SECOND), "Late.", OWNER, LEAD, ""),
        (None, 1, "asked", str(SECOND), str(FOURTH), "Again.", OWNER, None, ""),
        (None, 2, "asked", str(FIRST), str(SECOND), "No trail.", OWNER, None, ""),
        (None, 3, "refused", str(FIRST), str(THIRD), "Please.", OWNER, LEAD, "Urgent."),
    }
    assert len(found) == 5
    assert set(rows(engine, "SELECT term, round, due_on FROM original_date")) == {
        ("corrective", 0, str(FIRST)), ("response", 0, "2026-02-10"),
    }  # fmt: skip
    with pytest.raises(DatabaseError, match="stays"), engine.begin() as connection:
        connection.execute(text("UPDATE action SET original_due_on = '2030-01-01' WHERE id = 1"))
    schema.downgrade(url, "0016")
    assert rows(engine, "SELECT id, extension_to, extension_reason FROM action ORDER BY id") == [
        (1, str(FOURTH), "Again."), (2, str(SECOND), "No trail."), (3, None, "Please."),
    ]  # fmt: skip
    schema.upgrade(url, "0017")
    assert len(rows(engine, "SELECT id FROM extension")) == 5
