"""Everything can be taken along: each row and file is in the folder, nothing that opens an account is."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from openpyxl import load_workbook

from audit_app import schema
from audit_app.accounts.models import Person
from audit_app.backup import everything, rows, services
from audit_app.config import Settings
from audit_app.core.db import Base, db
from audit_app.core.errors import Refused
from audit_app.evidence import services as evidence
from tests.house.world import World, build
from tests.people import People

LONG = "长" * 40_000


@pytest.fixture
def world(app: Flask, people: People) -> World:
    """At least one row of nearly everything."""
    return build(people)


@pytest.fixture
def source(people: People, settings: Settings) -> Settings:
    """A small place with a text that no cell can hold."""
    people.owner.job_title = "=HYPERLINK(1)"
    db.session.flush()
    db.session.execute(db.text("UPDATE organisation SET scope_zh = :long"), {"long": LONG})
    db.session.commit()
    command.stamp(schema.configuration(settings.database), "head")
    return settings


def told(folder: Path, table: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        (folder / "json" / f"{table}.json").read_text(encoding="utf-8")
    )
    return found


def test_every_row_is_in_json_and_in_a_workbook_and_every_file_lies_there(
    world: World, source: Settings, tmp_path: Path, people: People
) -> None:
    folder = tmp_path / "all"
    done = everything.write(source, folder)
    with services.snapshot(source) as connection:
        names = rows.tables(connection)
        named = connection.exec_driver_sql("SELECT sha256, filename FROM attachment").all()
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert list(done.rows) == names
    for table in names:
        records = told(folder, table)
        assert len(records) == done.rows[table], table
        sheet = load_workbook(folder / "xlsx" / f"{table}.xlsx").active
        if records:
            assert [cell.value for cell in sheet[1]] == list(records[0]), table
            assert sheet.max_row == len(records) + 1, table
        assert f"## {table} ({len(records)})" in page
    lying = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "files").iterdir()}
    gone = {(sha256, name) for sha256, name in named if not evidence.path_of(sha256).exists()}
    assert {sha256 for sha256, _name in named} - lying == {sha256 for sha256, _name in gone}
    assert sorted(done.missing) == sorted(name for _sha256, name in gone)
    assert len(lying) > len(gone)
    for table in ("frozen_file", "frozen_report_file"):
        for row in told(folder, table):
            content = (folder / str(row["content"])).read_bytes()
            assert hashlib.sha256(content).hexdigest() == row["sha256"]
    (owner,) = [row for row in told(folder, "person") if row["id"] == people.owner.id]
    assert owner["job_title"] == "=HYPERLINK(1)"


def test_every_column_that_sounds_like_a_secret_is_left_out_or_known_to_be_none() -> None:
    sounds = re.compile(r"password|token|secret|uniquifier|passphrase")
    found = {
        (t.name, c.name) for t in Base.metadata.tables.values() for c in t.columns if sounds.search(c.name)
    }
    assert found == everything.LEFT_OUT


def test_nothing_that_opens_an_account_goes_along(source: Settings, tmp_path: Path, people: People) -> None:
    everything.write(source, tmp_path / "all")
    for path in (tmp_path / "all").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert people.owner.fs_uniquifier not in text, path.name
        assert "$argon2" not in text, path.name


def test_a_long_text_is_whole_in_json_and_says_in_the_sheet_that_it_was_cut(
    source: Settings, tmp_path: Path
) -> None:
    everything.write(source, tmp_path / "all")
    (row,) = told(tmp_path / "all", "organisation")
    assert row["scope_zh"] == LONG
    sheet = load_workbook(tmp_path / "all" / "xlsx" / "organisation.xlsx").active
    assert any(str(cell.value).endswith("(whole in JSON)") for cell in sheet[2])


def test_many_rows_are_parted_over_workbooks(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everything, "PART", 2)
    done = everything.write(source, tmp_path / "all")
    count = db.session.scalar(db.select(db.func.count(Person.id))) or 0
    assert done.rows["person"] == count == len(told(tmp_path / "all", "person"))
    parts = list((tmp_path / "all" / "xlsx").glob("person*.xlsx"))
    assert len([each for each in parts if each.stem.rstrip("-0123456789") == "person"]) == (count + 1) // 2


def test_a_folder_that_is_there_is_left_alone(source: Settings, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    with pytest.raises(Refused, match="already"):
        everything.write(source, tmp_path / "all")
    assert list((tmp_path / "all").iterdir()) == []
