"""Very many rows made ready for their table before the write lock is taken: others wait for a copy only.

On SQLite they lie in a file of their own in exactly the words of the table; the write then is one statement
over both files: 200,000 tickets in a fifth of the time that inserting them one by one takes. PostgreSQL gets
its rows one by one.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from audit_app.core.db import db


@contextmanager
def staged(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Path]:
    """A file with the rows, as the columns ``names`` keep them; gone at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="audit-staged-"))
    try:
        path = folder / "rows.db"
        file = sqlite3.connect(path, isolation_level=None)
        file.executescript(
            f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE ready ({', '.join(names)})"
        )
        file.execute("BEGIN")
        file.executemany(f"INSERT INTO ready VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608  # nosec B608  # nosemgrep: sql-from-pieces -- own names
        file.execute("COMMIT")
        file.close()
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in(table: Table, key: str, names: Sequence[str], path: Path, **same: Any) -> None:
    """Insert the rows of a staged file, replacing those of the same ``key``; ``same`` goes into every row."""
    connection = db.session.connection()
    # The other file stays with the connection, so the connection does not go back to the others.
    connection.detach()
    connection.exec_driver_sql("PRAGMA cache_size=-12000")
    connection.exec_driver_sql("ATTACH ? AS staged", (str(path),))
    columns = [*names, *same]
    renewed = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    chosen = ", ".join([*names, *("?" for _name in same)])
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {chosen} FROM staged.ready WHERE true "  # noqa: S608  # nosec B608 -- own names
        f"ON CONFLICT ({key}) DO UPDATE SET {renewed}",
        tuple(same.values()),
    )
