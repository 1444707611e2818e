"""What older versions kept in columns of the indicator becomes dated rows, and goes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from audit_app import schema
from tests.databases import SQLITE, Databases, on_postgresql
from tests.findings.test_requests_migrate import put

kinds = pytest.mark.parametrize("kind", [SQLITE, on_postgresql])


@pytest.fixture
def engine(kind: str, databases: Databases, tmp_path: Path) -> Iterator[Engine]:
    with databases.fresh(kind, tmp_path, schema=False) as url:
        schema.upgrade(url, "0026")
        made = create_engine(url)
        yield made
        made.dispose()


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [
            tuple(float(cell) if hasattr(cell, "normalize") else cell for cell in row)
            for row in connection.execute(text(query))
        ]


NUMBERS = "SELECT id, target, low, high FROM indicator ORDER BY id"


@kinds
def test_the_target_of_an_indicator_holds_from_the_beginning_and_comes_back(kind: str, engine: Engine):
    common = {"source": "manual", "value_kind": "ratio", "active": True, "decimals": 1, "version": 1}
    put(engine, "indicator", id=1, code="A", direction="higher", target=99.95, **common)
    put(engine, "indicator", id=2, code="B", direction="band", low=40, high=80.5, **common)
    put(engine, "indicator", id=3, code="C", direction="lower", **common)
    before = rows(engine, NUMBERS)
    url = engine.url.render_as_string(hide_password=False)
    schema.upgrade(url, "0027")
    found = rows(
        engine,
        "SELECT indicator_id, target, low, high, CAST(period AS VARCHAR(10)), reason FROM indicator_target ORDER BY 1",
    )
    assert found == [(1, 99.95, None, None, "1990-01-01", ""), (2, None, 40.0, 80.5, "1990-01-01", "")]
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO indicator_target (indicator_id, target, period, reason, at, taken_back_reason) "
                "VALUES (1, 99.5, '2026-01-01', 'x', '2026-01-01 08:00:00', ''), "
                "(1, 90, '2999-01-01', 'x', '2026-01-01 08:00:00', '')"
            )
        )
    schema.downgrade(url, "0026")
    assert rows(engine, NUMBERS) == [(1, 99.5, None, None), *before[1:]]


@kinds
def test_changes_recorded_before_are_changes_of_the_process(kind: str, engine: Engine):
    url = engine.url.render_as_string(hide_password=False)
    common = {"source": "manual", "value_kind": "ratio", "active": True, "decimals": 1, "version": 1}
    put(engine, "indicator", id=1, code="A", direction="higher", **common)
    put(engine, "process_change", id=1, indicator_id=1, reason="新工具")
    schema.upgrade(url, "0029")
    assert rows(engine, "SELECT kind, reason FROM process_change") == [("process", "新工具")]
    schema.downgrade(url, "0026")
    assert rows(engine, "SELECT reason FROM process_change") == [("新工具",)]
