"""The world as it would be if everybody had typed what attackers type: each text column of each row holds a payload.

Written past the services, so that no check of a form stands between: what is proved is what comes out. Append-only
tables, too; their triggers are taken away for the moment. Texts that are kept as trees (frozen packs and reports, the
trail, answers) are written leaf by leaf, their hashes made anew."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle, islice
from typing import Any

from sqlalchemy import JSON, Enum, String, text
from sqlalchemy.exc import IntegrityError

from audit_app.core.db import Base, db
from audit_app.core.frozen import digest
from audit_app.evidence.services import clean_name
from tests.security.payloads import PAYLOADS

NOT_TYPED = {
    # made by the program: codes, keys, hashes, kinds
    "subject_id", "sha256", "row_hash", "prev_hash", "body_sha256", "raw_sha256", "token_sha256", "secret_sha256", "fs_uniquifier", "password",
    "message_id", "media_type", "device_id", "attachment_id", "base_id", "thread", "lineage", "asked_if", "uid", "series",
    "subject_type", "action", "held_reason", "language", "format", "input_key", "kind", "template_key", "because", "field",
    "unmailed", "holidays", "sort_key", "legacy_en", "legacy_zh", "email", "kept_as",
    # chosen from a list, or checked for its form by the service that writes it
    "clause", "process_code", "measure", "zone", "code", "code_prefix", "standard", "audit_standard", "profile", "pattern", "key",
    "topic", "area", "source_code",
}  # fmt: skip
"""Columns whose texts nobody types freely."""
TREES = {"facts", "payload", "settings", "extra", "was_extra", "before", "after", "points", "reading", "headings", "mapping", "summary",
         "covers", "scope", "reasons"}  # fmt: skip
"""Columns that hold JSON in which there are words."""
FREE = re.compile(r"[\u4e00-\u9fff\s<]")
"""A leaf of a tree with one of these is words that people typed, or that stand for such."""
ROLE = re.compile(r" \([a-z]+\)$")
"""What stands behind the name of a member of a team, in an approved programme."""
NOT_TYPED_IN = {("trail_entry", "subject_label"), ("import_file", "kind"), ("role", "name"), ("upload", "reason"), ("upload", "id"),
                ("notice", "id"), ("quarantined_item", "raw")}  # fmt: skip


@dataclass
class Infection:
    """What was written where: ``columns`` are table.column, ``payloads`` their numbers."""

    columns: set[str] = field(default_factory=set)
    payloads: set[int] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    pairs: set[tuple[str, int]] = field(default_factory=set)

    def note(self, place: str, numbers: list[int]) -> None:
        """Remember what was written."""
        self.columns.add(place)
        self.payloads.update(numbers)
        self.pairs.update((place, number) for number in numbers)


def infect(start: int = 0, many: int = 1) -> Infection:
    """Write payloads (``many`` side by side where they fit) into every text that somebody may have typed, beginning with
    number ``start``; committed."""
    made, line = Infection(), islice(cycle(range(len(PAYLOADS))), start, None)
    for table in Base.metadata.sorted_tables:
        kept = db.session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"),
            {"t": table.name},
        ).all()
        for trigger, _sql in kept:
            db.session.execute(text(f'DROP TRIGGER "{trigger}"'))
        _infect(table, made, line, many)
        for _trigger, sql in kept:
            db.session.execute(text(sql))
    db.session.commit()
    db.session.expire_all()
    return made


def _infect(table: Any, made: Infection, line: Iterator[int], many: int) -> None:
    keys = {column.name for column in table.primary_key.columns}
    plain = [column for column in table.columns if typed(column) and column.name not in keys]
    trees = [
        column.name for column in table.columns if isinstance(column.type, JSON) and column.name in TREES
    ]
    frozen = "snapshot" in table.columns
    if not (plain or trees or frozen):
        return
    rows = db.session.execute(text(f'SELECT rowid AS "_rowid", * FROM "{table.name}"')).mappings().all()
    for row in rows:
        for column in plain:
            if row[column.name]:
                numbers = list(fitting(line, column.type.length, many))
                words = " ".join(PAYLOADS[number] for number in numbers)
                if column.name == "filename" and table.name in ("attachment", "upload"):
                    words = clean_name(words)  # as the one door for files does
                if _write(table.name, row["_rowid"], {column.name: words}, made):
                    made.note(f"{table.name}.{column.name}", numbers)
        for name in trees:
            if row[name] and row[name] != "null":
                tree = _leaves(json.loads(row[name]), made, f"{table.name}.{name}", line)
                _write(table.name, row["_rowid"], {name: json.dumps(tree)}, made)
        if frozen:
            tree = _leaves(json.loads(row["snapshot"]), made, f"{table.name}.snapshot", line)
            words = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            _write(table.name, row["_rowid"], {"snapshot": words, "sha256": digest(words)}, made)


@cache
def _states() -> frozenset[str]:
    """Every word that stands for a state or a kind."""
    every = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return frozenset(word for column in every if isinstance(column.type, Enum) for word in column.type.enums)


def typed(column: Any) -> bool:
    """Whether a column holds words that somebody may type as they like."""
    return (
        type(column.type) in (String, *String.__subclasses__())
        and not hasattr(column.type, "enums")
        and column.name not in NOT_TYPED
        and (column.table.name, column.name) not in NOT_TYPED_IN
        and not column.foreign_keys
    )


def fitting(line: Iterator[int], length: int | None, many: int = 1) -> Iterator[int]:
    """The next payloads (``many`` of them at most) that a column of this length takes whole, side by side."""
    room = length or 99_999
    for number in islice(line, 2 * len(PAYLOADS)):
        if len(PAYLOADS[number]) <= room:
            yield number
            room, many = room - len(PAYLOADS[number]) - 1, many - 1
            if not many:
                return
        elif room < (length or 99_999):
            return


def _write(table: str, row: int, facts: dict[str, str], made: Infection) -> bool:
    names = ", ".join(f'"{name}" = :{name}' for name in facts)
    try:
        with db.session.begin_nested():
            db.session.execute(
                text(f'UPDATE "{table}" SET {names} WHERE rowid = :_row'), facts | {"_row": row}
            )
    except IntegrityError:
        made.refused |= {f"{table}.{name}" for name in facts}
        return False
    return True


def _leaves(tree: Any, made: Infection, place: str, line: Iterator[int]) -> Any:
    if isinstance(tree, dict):
        return {key: _leaves(value, made, place, line) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_leaves(value, made, place, line) for value in tree]
    if isinstance(tree, str) and FREE.search(tree) and tree not in _states():
        number = next(line)
        made.note(place, [number])
        role = ROLE.search(tree)
        return PAYLOADS[number] + (role[0] if role else "")
    return tree
