"""A forger with the whole database in hand: triggers, keys and checks taken away, then one change at a time.

Everything is drawn from a seeded chance, so that a number in a failing test is the whole story.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from audit_app.core.db import db

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Chain:
    """A chain laid open: its table, the column that counts, its columns, and its rows as they lie on the disk."""

    table: str
    number: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def free(self) -> list[str]:
        """The columns but the number."""
        return [each for each in self.columns if each != self.number]


def lay_open(table: str, number: str, keep: int) -> Chain:
    """Keep the first rows of a chain in a table of the same name that refuses nothing any more."""
    db.session.commit()
    bare = db.engine.raw_connection()  # of the pool; inside a transaction SQLite would not listen
    bare.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]
    bare.close()
    run(f"CREATE TABLE laid_open AS SELECT * FROM {table} WHERE {number} <= {keep}")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE laid_open RENAME TO {table}")
    if table == "trail_entry":  # what is said of rows that are not kept goes with them
        run(f"CREATE TABLE laid_open AS SELECT * FROM trail_erasure WHERE seq <= {keep}")
        run("DROP TABLE trail_erasure")
        run("ALTER TABLE laid_open RENAME TO trail_erasure")
    db.session.commit()
    columns = tuple(row.name for row in run(f"PRAGMA table_info({table})"))
    return Chain(table, number, columns, read(table, number))


def run(statement: str, /, **values: Any) -> Any:
    return db.session.execute(text(statement), values)


def read(table: str, number: str) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in run(f"SELECT * FROM {table} ORDER BY {number}, rowid"))


def put(chain: Chain, /, **values: Any) -> None:
    """Insert one row as it is given."""
    names = ", ".join(values)
    run(f"INSERT INTO {chain.table} ({names}) VALUES ({', '.join(':' + name for name in values)})", **values)


def row_of(chain: Chain, at: int) -> dict[str, Any]:
    return dict(zip(chain.columns, chain.rows[at - 1], strict=True))


def set_to(chain: Chain, row: int, /, **values: Any) -> None:
    told = ", ".join(f"{name} = :{name}" for name in values)
    run(f"UPDATE {chain.table} SET {told} WHERE {chain.number} = {row}", **values)


# --- one value made into another ------------------------------------------------------------------------------------


def other(value: Any, chance: random.Random) -> Any:
    """Some other value, often one that is hard to tell from the first."""
    return chance.choice(WAYS)(value, chance)


def _letter(value: Any, chance: random.Random) -> Any:
    told = str(value) if value is not None else ""
    place = chance.randrange(len(told) + 1)
    return told[:place] + chance.choice("a0 é审\x00") + told[place + chance.randint(0, 1) :]


def _less(value: Any, chance: random.Random) -> Any:
    told = str(value) if value is not None else "x"
    place = chance.randrange(max(len(told), 1))
    return told[:place] + told[place + 1 :]


def _same_meaning(value: Any, chance: random.Random) -> Any:
    """What a reader takes for the same: other spacing, a key twice, a microsecond more, 2 for yes, a space at the end."""
    if isinstance(value, int):
        return value + 1 if value else 2
    told = "" if value is None else str(value)
    if told.startswith(("{", "[")):
        loaded = json.loads(told)
        if isinstance(loaded, dict) and loaded and chance.random() < 0.5:
            key = chance.choice(sorted(loaded))
            return f'{{"{key}": 0, {told[1:]}'
        return json.dumps(loaded, separators=(" , ", ":"), ensure_ascii=False) + " "
    if told.endswith("000"):
        return told[:-1] + "1"
    return told.swapcase() if told.swapcase() != told else told + " "


WAYS: tuple[Callable[[Any, random.Random], Any], ...] = (
    _letter, _less, _same_meaning, _same_meaning,
    lambda _value, _chance: None,
    lambda _value, _chance: "",
    lambda _value, chance: chance.randint(-5, 10**12),
    lambda value, _chance: str(value).encode(),
    lambda _value, _chance: "null",
    lambda _value, _chance: "NaN",
    lambda _value, _chance: '{"changes": {"x": ["\\ud800", NaN]}}',
)  # fmt: skip


# --- what a forger does ---------------------------------------------------------------------------------------------


def change(chain: Chain, chance: random.Random) -> None:
    """One to three columns of one row."""
    at = chance.randint(1, len(chain.rows))
    before = row_of(chain, at)
    for name in chance.sample(chain.free, chance.randint(1, 3)):
        set_to(chain, at, **{name: other(before[name], chance)})


def borrow(chain: Chain, chance: random.Random) -> None:
    """A column of one row gets the value of another row."""
    at, from_ = chance.sample(range(1, len(chain.rows) + 1), 2)
    name = chance.choice(chain.free)
    set_to(chain, at, **{name: row_of(chain, from_)[name]})


def delete(chain: Chain, chance: random.Random) -> None:
    """Some rows, the last one not among them."""
    first = chance.randint(1, len(chain.rows) - 1)
    last = chance.randint(first, min(first + 4, len(chain.rows) - 1))
    run(f"DELETE FROM {chain.table} WHERE {chain.number} BETWEEN {first} AND {last}")
    if chance.random() < 0.5:  # and close the gap
        gap = last - first + 1
        run(f"UPDATE {chain.table} SET {chain.number} = {chain.number} - {gap} WHERE {chain.number} > {last}")


def insert(chain: Chain, chance: random.Random) -> None:
    """A made-up row, somewhere, before the first or after the last; often room is made for it."""
    at = chance.randint(0, len(chain.rows) + 1)
    if chance.random() < 0.5:
        run(f"UPDATE {chain.table} SET {chain.number} = {chain.number} + 1 WHERE {chain.number} >= {at}")
    model = row_of(chain, chance.randint(1, len(chain.rows)))
    name = chance.choice(chain.free)
    put(chain, **model | {chain.number: at, name: other(model[name], chance)})


def copy(chain: Chain, chance: random.Random) -> None:
    """A row a second time, under its own number or another."""
    model = row_of(chain, chance.randint(1, len(chain.rows)))
    number = chance.choice([model[chain.number], len(chain.rows) + 1, 0, -3])
    put(chain, **model | {chain.number: number})


def swap(chain: Chain, chance: random.Random) -> None:
    """Two rows change places."""
    one, two = chance.sample(range(1, len(chain.rows) + 1), 2)
    first, second = row_of(chain, one), row_of(chain, two)
    set_to(chain, one, **{name: second[name] for name in chain.free})
    set_to(chain, two, **{name: first[name] for name in chain.free})


def renumber(chain: Chain, chance: random.Random) -> None:
    """One row, or all from one on."""
    at, by = chance.randint(1, len(chain.rows)), chance.choice([-50, -1, 1, 7, 1000])
    all_after = chance.random() < 0.5
    run(
        f"UPDATE {chain.table} SET {chain.number} = {chain.number} + {by} "
        f"WHERE {chain.number} {'>=' if all_after else '='} {at}"
    )


CLUMSY = (change, change, change, borrow, delete, insert, copy, swap, renumber)
"""What is seen from inside the chain; changes of columns are drawn more often, there are so many."""


def first_difference(chain: Chain, now: tuple[tuple[Any, ...], ...]) -> int | None:
    """The smallest number at which the rows of now are not those that were written; None where nothing differs."""
    place = chain.columns.index(chain.number)
    for before, after in zip(chain.rows, now, strict=False):
        if [(type(each), each) for each in before] != [(type(each), each) for each in after]:
            return int(min(before[place], after[place]))
    if len(now) > len(chain.rows):
        return int(min(now[len(chain.rows)][place], len(chain.rows) + 1))
    return None if len(now) == len(chain.rows) else len(now) + 1


def unlike(chain: Chain, number: int) -> str:
    """What now stands in a row where something else was written, for the message of a failing test."""
    rows = run(f"SELECT * FROM {chain.table} WHERE {chain.number} = {number}").all()
    before = chain.rows[number - 1] if 0 < number <= len(chain.rows) else row_of(chain, 1).values()
    return str(
        [
            [pair for pair in zip(chain.columns, before, row, strict=True) if pair[1] != pair[2]]
            for row in rows
        ]
    )


# --- a tail made anew ----------------------------------------------------------------------------------------------


def forge(chain: Chain, chance: random.Random, remake: Callable[[int], None]) -> int:
    """Change, leave out or put in one row, then ``remake`` the hashes from it on; or cut off the end. The row's number."""
    at = chance.randint(1, len(chain.rows))
    how = chance.choice(("change", "leave out", "put in", "cut off"))
    if how == "cut off":
        run(f"DELETE FROM {chain.table} WHERE {chain.number} >= {at}")
        return at
    if how == "change":
        set_to(chain, at, subject_label=f"{row_of(chain, at)['subject_label']}!")
    elif how == "leave out":
        run(f"DELETE FROM {chain.table} WHERE {chain.number} = {at}")
        run(f"UPDATE {chain.table} SET {chain.number} = {chain.number} - 1 WHERE {chain.number} > {at}")
    else:
        run(f"UPDATE {chain.table} SET {chain.number} = {chain.number} + 1 WHERE {chain.number} >= {at}")
        put(chain, **row_of(chain, at) | {"actor_name": "Nobody"})
    remake(at)
    return at
