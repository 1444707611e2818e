"""The row that counts of each ticket: few in memory, very many in a temporary file, so that a log of any
length is read in bounded memory.

The file is a nameless SQLite database: SQLite keeps it on the disk beside a small cache, and it is gone with
the connection.
"""

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from typing import Any

MARK = "\x1f"
"""Stands between the cells of a row in the file (ASCII's own separator of units)."""
IN_MEMORY = 10_000
"""So many tickets are held in memory before they go into the file."""
Kept = tuple[int, tuple[str, ...], Any]
"""Row of the file, the cells that are needed, and their rank (None where no column orders the rows)."""

_TABLES = """
CREATE TABLE raw (
    id INTEGER PRIMARY KEY, number TEXT UNIQUE, line INTEGER, facts TEXT, sort INTEGER, rank REAL
);
"""
_PUT = """
INSERT INTO raw (number, line, facts) VALUES (?, ?, ?)
ON CONFLICT (number) DO UPDATE SET line = excluded.line, facts = excluded.facts
"""
_PUT_GREATEST = """
INSERT INTO raw (number, line, facts, sort, rank) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET
line = excluded.line, facts = excluded.facts, sort = excluded.sort, rank = excluded.rank
WHERE (excluded.sort, excluded.rank) >= (raw.sort, raw.rank)
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
    stretches. ``first`` says that of two rows the first counts (later ones are told to ``again``), ``ranked``
    that the one of greater rank does; else the last counts.
    """

    def __init__(self, *, first: bool, ranked: bool, again: Callable[[int, str], None]) -> None:
        self.few: dict[str, Kept] = {}
        self.file: sqlite3.Connection | None = None
        self._first, self._ranked, self._again = first, ranked, again

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
        kept = self.few.items()
        if self._ranked:
            greatest = ((number, line, joined(facts), *rank) for number, (line, facts, rank) in kept)
            self.file.executemany(_PUT_GREATEST, greatest)
        else:
            self.file.executemany(_PUT, [(number, line, joined(facts)) for number, (line, facts, _) in kept])
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
