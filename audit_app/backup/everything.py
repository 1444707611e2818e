"""Everything in files that other programs read: JSON and XLSX of each table, and the files themselves.

Nobody is locked in: what is here can be carried to another system without this one. Only what opens an
account stays behind (password hashes, marks of sessions, hashes of tickets and feeds).
"""

import base64
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, inspect

from audit_app.backup import rows, services
from audit_app.config import Settings
from audit_app.core.errors import Refused
from audit_app.exports import xlsx
from audit_app.exports.sheet import Column, Sheet, Workbook
from audit_app.trail import words

LEFT_OUT = frozenset({("person", "password"), ("person", "fs_uniquifier"), ("calendar_feed", "token_sha256"),
                      ("deposit_ticket", "token_sha256"), ("sign_in_session", "secret_sha256"),
                      ("second_factor", "secret")})  # fmt: skip
"""Columns that open an account or a door. (The slow hash of a recovery code opens none: 59 random bits.)"""
PART = 100_000
"""Rows of one workbook; more go into further ones."""
LONGEST = 32_767
"""Letters that a cell of a workbook can hold."""


@dataclass
class Written:
    """What was written: rows by table, number of files, and evidence that is missing."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass
class Place:
    """Where it is written to, where the evidence lies, and what has been done so far."""

    part: Path
    evidence: Path
    done: Written = field(default_factory=Written)


def write(settings: Settings, folder: Path) -> Written:
    """Write everything into a new folder, as it is at one moment.

    Raises :class:`Refused` when the folder is there already. A run that fails leaves no folder behind.
    """
    if folder.exists():
        raise Refused(
            _l("“%(name)s” is there already. Nothing was written; choose another name.", name=folder.name)
        )
    place = Place(folder.with_name(folder.name + ".part"), settings.evidence_dir)
    shutil.rmtree(place.part, ignore_errors=True)
    try:
        for name in ("json", "xlsx", "files"):
            (place.part / name).mkdir(parents=True)
        with services.snapshot(settings) as connection:
            told = [_table(connection, table, place) for table in rows.tables(connection)]
        (place.part / "README.md").write_text(_page(told, place.done), encoding="utf-8")
        os.replace(place.part, folder)
    finally:
        shutil.rmtree(place.part, ignore_errors=True)
    return place.done


@dataclass(frozen=True)
class Told:
    """A table for the page that describes all: its columns and which of them point to which other table."""

    name: str
    columns: tuple[rows.Column, ...]
    points: dict[str, str]


def _table(connection: Connection, table: str, place: Place) -> Told:
    stream = rows.lines(connection, table)
    shown = [rows.Column(*each) for each in json.loads(next(stream))]
    kept = [number for number, each in enumerate(shown) if (table, each.name) not in LEFT_OUT]
    columns = tuple(shown[number] for number in kept)
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"]

    def records() -> Iterator[dict[str, Any]]:
        for line in stream:
            values = json.loads(line)
            named = zip(kept, columns, strict=True)
            record = {each.name: _opened(values[number], each) for number, each in named}
            yield _with_files(table, record, key, place)

    place.done.rows[table] = _write_records(table, columns, records(), place.part)
    points = {
        each["constrained_columns"][0]: each["referred_table"]
        for each in inspect(connection).get_foreign_keys(table)
        if len(each["constrained_columns"]) == 1
    }
    return Told(table, columns, points)


def _opened(value: Any, column: rows.Column) -> Any:
    """A value of a backup as other programs want it."""
    if value is None:
        return None
    makers: dict[str, Callable[[Any], Any]] = {"json": json.loads, "number": float, "bytes": base64.b64decode}
    made = makers.get(column.kind)
    return made(value) if made else value


def _with_files(table: str, record: dict[str, Any], key: list[str], place: Place) -> dict[str, Any]:
    """The record with the place of a file instead of its bytes."""
    for column, value in record.items():
        if isinstance(value, bytes):
            name = "-".join([table, *(str(record[each]) for each in key)])
            record[column] = f"files/{name}.{record.get('format', 'bin')}"
            (place.part / record[column]).write_bytes(value)
            place.done.files += 1
    if table == "attachment":
        record["file"] = _evidence(record, place)
    return record


def _evidence(record: dict[str, Any], place: Place) -> str:
    sha256 = record["sha256"]
    name = f"files/{sha256[:12]}-{record['filename'][-150:]}"
    try:
        if not (place.part / name).exists():
            shutil.copyfile(place.evidence / sha256[:2] / sha256, place.part / name)
            place.done.files += 1
    except FileNotFoundError:
        place.done.missing.append(record["filename"])
        return ""
    return name


def _write_records(
    table: str, columns: tuple[rows.Column, ...], records: Iterator[dict[str, Any]], part: Path
) -> int:
    """One JSON file, and workbooks of at most :data:`PART` rows; returns the number of rows."""
    names = [each.name for each in columns] + (["file"] if table == "attachment" else [])
    count = number = 0
    with (part / "json" / f"{table}.json").open("w", encoding="utf-8") as file:
        file.write("[")
        while some := list(islice(records, PART)):
            for record in some:
                file.write((",\n" if count else "\n") + json.dumps(record, ensure_ascii=False))
                count += 1
            number += 1
            name = table if number == 1 else f"{table}-{number}"
            (part / "xlsx" / f"{name}.xlsx").write_bytes(_workbook(table, names, some))
        file.write("\n]\n")
    if not count:
        (part / "xlsx" / f"{table}.xlsx").write_bytes(_workbook(table, names, []))
    return count


def _workbook(table: str, names: list[str], records: list[dict[str, Any]]) -> bytes:
    sheet = Sheet(
        table,
        tuple(Column(name) for name in names),
        [tuple(_cell(record[name]) for name in names) for record in records],
        empty=_("There are no rows."),
    )
    return xlsx.render(Workbook((sheet,), title=table))


def _cell(value: Any) -> Any:
    """A value for a cell; a text that no cell can hold is cut and says so (JSON has the whole)."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    if isinstance(text, str) and len(text) > LONGEST:
        return text[: LONGEST - 30] + " … (whole in JSON)"
    return text


def _page(told: list[Told], done: Written) -> str:
    """The page that tells what lies in the folder, table by table."""
    paragraphs = [
        "# " + _("Everything in this system"),
        _(
            "One file of JSON and one workbook for each table, in the folders json and xlsx; files of "
            "evidence and frozen documents in the folder files. Moments are in UTC, days as YYYY-MM-DD, "
            "texts as they were typed."
        ),
        _("A column that ends in _id names the row of another table by its number."),
        _("Password hashes, marks of sessions and hashes of tickets are left out: they open accounts."),
        _("Tables: %(tables)s. Rows: %(rows)s. Files: %(files)s.", tables=len(told), files=done.files,
          rows=sum(done.rows.values())),
    ]  # fmt: skip
    if done.missing:
        paragraphs.append(_("Missing files of evidence: %(names)s", names=" · ".join(done.missing)))
    head = "| " + " | ".join([_("Column"), _("Kind"), _("Meaning")]) + " |\n|---|---|---|"
    for each in told:
        lines = [
            f"| {one.name} | {one.kind}{_aim(each, one.name)} | {words.field(one.name)} |"
            for one in each.columns
        ]
        paragraphs += [f"## {each.name} ({done.rows[each.name]})", "\n".join([head, *lines])]
    return "\n\n".join(paragraphs) + "\n"


def _aim(told: Told, column: str) -> str:
    return f" → {told.points[column]}" if column in told.points else ""
