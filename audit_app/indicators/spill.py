"""The row that counts of each ticket: few in memory, very many in a temporary file, so that a log of any
length is read in bounded memory.

The file is a nameless SQLite database: SQLite keeps it on the disk beside a small cache, and it is gone with
the connection.
"""

import json
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

MARK = "\x1f"
"""Stands between the cells of a row in the file (ASCII's own separator of units)."""
IN_MEMORY = 10_000
"""So many tickets are held in memory before they go into the file."""
Item = TypeVar("Item", bound=tuple[Any, ...])
Kept = tuple[int, tuple[str, ...], Any]
"""Row of the file, the cells that are needed, and their rank (None where no column orders the rows)."""

_TABLES = """
CREATE TABLE raw (
    id INTEGER PRIMARY KEY, number TEXT UNIQUE, line INTEGER, facts TEXT, sort INTEGER, rank REAL
);
"""


def temporary() -> sqlite3.Connection:
    """A database on the disk that nobody else can open and that ends with its connection."""
    made = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    made.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-2000;" + _TABLES)
    made.execute("BEGIN")
    return made


class Latest:
    """Of each number the row that counts, in the order the numbers first appeared.

    ``few`` holds those not yet in the file; the hot loop writes to it directly and calls :meth:`rest` between
    stretches. ``first`` says that of two rows the first counts (later ones are told to ``again``).
    """

    def __init__(self, *, first: bool, again: Callable[[int, str], None]) -> None:
        self.few: dict[str, Kept] = {}
        self.file: sqlite3.Connection | None = None
        self._first, self._again = first, again

    def rest(self) -> None:
        """Move what is in memory into the file, if it is too much."""
        if len(self.few) >= IN_MEMORY:
            self.spill()

    def spill(self) -> None:
        """Move what is in memory into the file."""
        if self.file is None:
            self.file = temporary()
            weakref.finalize(self, self.file.close)
        if self._first:
            self._drop_known(self.file)
        rows = (
            (number, line, joined(facts), *(rank or (0, 0.0)))
            for number, (line, facts, rank) in self.few.items()
        )
        self.file.executemany(
            "INSERT INTO raw (number, line, facts, sort, rank) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (number) DO UPDATE SET "
            "line = excluded.line, facts = excluded.facts, sort = excluded.sort, rank = excluded.rank "
            "WHERE (excluded.sort, excluded.rank) >= (raw.sort, raw.rank)",
            rows,
        )
        self.few.clear()

    def _drop_known(self, file: sqlite3.Connection) -> None:
        ask = "SELECT 1 FROM raw WHERE number = ?"
        for number in [each for each in self.few if file.execute(ask, (each,)).fetchone()]:
            self._again(self.few.pop(number)[0], number)

    def items(self) -> Iterator[tuple[str, int, tuple[str, ...]]]:
        """(number, row, cells) of every ticket. What is in memory is let go as it is read."""
        if self.file is None:
            for number in list(self.few):
                line, facts, _rank = self.few.pop(number)
                yield number, line, facts
            return
        self.spill()
        for number, line, blob in self.file.execute("SELECT number, line, facts FROM raw ORDER BY id"):
            yield number, line, tuple(blob.split(MARK))


def joined(cells: tuple[str, ...]) -> str:
    """Cells as one text; a mark that stands in a cell itself is nothing anybody could read, and goes."""
    text = MARK.join(cells)
    if text.count(MARK) == len(cells) - 1:
        return text
    return MARK.join(cell.replace(MARK, " ") for cell in cells)


class Spilled(Sequence[Item], Generic[Item]):
    """Very many finished tickets on the disk; each pass over them reads them anew."""

    def __init__(
        self,
        items: Iterable[Item],
        flat: Callable[[Item], Sequence[Any]],
        whole: Callable[[Any], Item],
        width: int,
    ) -> None:
        """``flat`` makes ``width`` plain values of an item, its number first; ``whole`` the item again."""
        self._file, self._whole, self._count = temporary(), whole, 0
        weakref.finalize(self, self._file.close)
        names = [f"c{place}" for place in range(width)]
        # Names of columns are c0, c1 and so on: nothing from a file comes into the text of a statement.
        # nosemgrep: sql-from-pieces
        self._file.execute(f"CREATE TABLE done (id INTEGER PRIMARY KEY, {', '.join(names)})")
        marks, rest = ", ".join("?" * width), iter(items)
        self._columns = ", ".join(names)
        while part := [flat(each) for each in islice(rest, 2_000)]:
            self._file.executemany(f"INSERT INTO done ({self._columns}) VALUES ({marks})", part)  # noqa: S608  # nosec B608  # nosemgrep: sql-from-pieces
            self._count += len(part)
        self._file.execute("CREATE INDEX by_number ON done (c0)")

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Item]:
        return map(self._whole, self.plain())

    def plain(self) -> Iterator[tuple[Any, ...]]:
        """The plain values of every item."""
        ask = f"SELECT {self._columns} FROM done ORDER BY id"  # noqa: S608  # nosec B608 -- own names
        return iter(self._file.execute(ask))

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return list(islice(self, *place.indices(self._count)))
        asked = range(self._count)[place] + 1
        ask = f"SELECT {self._columns} FROM done WHERE id = ?"  # noqa: S608  # nosec B608 -- own names
        return self._whole(self._file.execute(ask, (asked,)).fetchone())

    def among(self, numbers: Sequence[str]) -> set[str]:
        """Which of a few hundred numbers are here."""
        ask = "SELECT c0 FROM done WHERE c0 IN (SELECT value FROM json_each(?))"
        return {number for (number,) in self._file.execute(ask, (json.dumps(list(numbers)),))}
