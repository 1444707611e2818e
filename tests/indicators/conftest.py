"""Counting queries."""

from typing import Any

import pytest
from sqlalchemy import event

from audit_app.core.db import db


@pytest.fixture
def queries_of(app: Any) -> Any:
    """``queries_of(client, url)``: how many statements the page sends to the database."""

    def count(client: Any, url: str) -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        db.session.rollback()
        db.session.expire_all()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert client.get(url).status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    return count
