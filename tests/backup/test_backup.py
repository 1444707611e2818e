"""A backup is whole or refused, and what comes back is what was there: on either database, and from one to the other."""

import io
import json
import threading
from pathlib import Path

import pyrage
import pytest
from flask import Flask
from sqlalchemy import create_engine
from werkzeug.datastructures import FileStorage

from audit_app import create_app, schema
from audit_app.accounts import queries as accounts
from audit_app.accounts.models import Person
from audit_app.backup import archive, rows, services
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from audit_app.trail import services as trail
from tests.backup.conftest import stamped
from tests.databases import POSTGRESQL, SQLITE, Databases, on_postgresql
from tests.house.world import World, build
from tests.people import People

crossing = pytest.mark.parametrize(
    ("database_url", "into"),
    [
        pytest.param(
            SQLITE, SQLITE, marks=pytest.mark.long
        ),  # the two that cross prove reading and writing of both
        pytest.param(SQLITE, POSTGRESQL, marks=pytest.mark.postgres),
        pytest.param(POSTGRESQL, SQLITE, marks=pytest.mark.postgres),
        pytest.param(POSTGRESQL, POSTGRESQL, marks=[pytest.mark.postgres, pytest.mark.long]),
    ],
    indirect=["database_url"],
)


@pytest.fixture
def world(app: Flask, people: People) -> World:
    """At least one row of everything, awkward texts and a file among them."""
    made = build(people)
    people.owner.job_title = "𠮷野家 \U0001f600 '\"\\ \t‮ e\u0301"
    return made


def content(settings: Settings) -> dict[str, list[dict[str, object]]]:
    """Every row by the names of its columns: migrations and models put them in another order."""
    found = {}
    with services.snapshot(settings) as connection:
        for table in rows.tables(connection):
            head, *lines = [json.loads(line) for line in rows.lines(connection, table)]
            found[table] = [dict(zip([each[0] for each in head], line, strict=True)) for line in lines]
    return found


@crossing
def test_every_row_and_file_comes_back(
    world: World, settings: Settings, empty: Settings, into: str, tmp_path: Path
) -> None:
    source = stamped(settings)
    before = content(source)
    assert len(before) > 100
    assert sum(bool(found) for found in before.values()) > 90  # the sweeps' world has nearly everything
    made = services.make(source, tmp_path / "all.backup")
    assert made.faults == []
    restored = services.restore(empty, tmp_path / "all.backup")
    assert (restored.rows, restored.files) == (made.rows, made.files)
    after = content(empty)
    assert list(after) == list(before)
    for table, lines in before.items():
        assert after[table] == lines, table
    with services.snapshot(source) as connection:
        named = set(connection.exec_driver_sql("SELECT sha256 FROM attachment").scalars())
    for sha256 in named:
        assert (empty.evidence_dir / sha256[:2] / sha256).read_bytes() == evidence.path_of(
            sha256
        ).read_bytes()


@pytest.mark.parametrize("into", [SQLITE, on_postgresql])
def test_the_restored_place_goes_on_working(
    source: Settings, empty: Settings, into: str, tmp_path: Path
) -> None:
    services.make(source, tmp_path / "all.backup")
    services.restore(empty, tmp_path / "all.backup")
    app = create_app(empty)
    with app.app_context():
        checked, broken = trail.verify()
        assert checked > 0
        assert broken is None
        site = accounts.organisation()
        assert site is not None
        with trail.act("organisation.edit", site, by=None):
            site.code_prefix = "NEW"
        new = Person(email="new@example.org", name="New", fs_uniquifier="n" * 32, language="zh")
        db.session.add(new)
        db.session.commit()
        assert trail.verify() == (checked + 1, None)
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(db.text("DELETE FROM trail_entry"))
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(
    app: Flask, people: People, settings: Settings, tmp_path: Path
) -> None:
    stamped(settings)
    admin = people.admin.id
    db.session.commit()
    stop, begun, written = threading.Event(), threading.Event(), []

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                trail.note("person.sign_in", db.session.get(Person, admin), by=None)
                db.session.commit()
                written.append(1)
                begun.set()
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(20)
        for number in range(3):
            services.make(settings, tmp_path / f"{number}.backup")
    finally:
        stop.set()
        writer.join()
    assert len(written) > 3
    for number in range(3):
        place = Settings(data_dir=tmp_path / f"to{number}", secret_key="x" * 40, testing=True)
        services.restore(place, tmp_path / f"{number}.backup")
        restored = create_app(place)
        with restored.app_context():
            assert trail.verify()[1] is None
            db.session.remove()
            db.engine.dispose()


# --- encryption ---------------------------------------------------------------------------------------------


def test_an_encrypted_one_opens_with_its_key_only_and_brings_the_keys(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    (source.data_dir / "secret.key").write_text("the secret")
    public = services.make_key(tmp_path / "backup.key")
    assert (tmp_path / "backup.key").stat().st_mode & 0o077 == 0
    path = tmp_path / "sealed.backup"
    services.make(source, path, public)
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    assert b"the secret" not in path.read_bytes()
    with pytest.raises(Refused, match="--key"):
        services.restore(empty, path)
    with pytest.raises(Refused, match="cannot be opened"):
        services.restore(empty, path, str(pyrage.x25519.Identity.generate()))
    with pytest.raises(Refused, match="no key of a backup"):
        services.restore(empty, path, "nonsense")
    restored = services.restore(empty, path, services.key_in(tmp_path / "backup.key"))
    assert restored.keys == ("secret.key",)
    assert (empty.data_dir / "secret.key").read_text() == "the secret"
    assert content(empty) == content(source)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(Refused):
        archive.check(path, services.key_in(tmp_path / "backup.key"))


def test_an_encrypted_one_that_does_not_read_back_never_takes_its_name(
    source: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = services.make_key(tmp_path / "backup.key")
    seal = pyrage.encrypt_io

    def badly(plain: io.BufferedReader, file: io.BufferedWriter, recipients: list[object]) -> None:
        whole = io.BytesIO()
        seal(plain, whole, recipients)
        file.write(whole.getvalue()[:-50])  # the disk was full, and nobody said so

    monkeypatch.setattr(pyrage, "encrypt_io", badly)
    with pytest.raises(Refused):
        services.make(source, tmp_path / "sealed.backup", public)
    assert [path.name for path in tmp_path.glob("sealed*")] == []


def test_evidence_that_was_damaged_is_repaired_by_a_restore_and_what_was_missing_is_told(
    source: Settings, empty: Settings, people: People, tmp_path: Path
) -> None:
    lost = evidence.attach(
        people.owner, FileStorage(io.BytesIO(b"plain words"), "b.txt"), by=people.owner
    ).sha256
    sound = db.session.scalars(db.select(Attachment.sha256).where(Attachment.sha256 != lost)).one()
    db.session.commit()
    evidence.path_of(lost).unlink()
    services.make(source, tmp_path / "a.backup")
    broken = empty.evidence_dir / sound[:2] / sound
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"broken")
    restored = services.restore(empty, tmp_path / "a.backup")
    assert broken.read_bytes() == evidence.path_of(sound).read_bytes()
    assert [each.partition(":")[0] for each in restored.faults] == [lost]


def test_a_journal_of_another_database_is_not_played_into_the_new_one(whole: Path, empty: Settings) -> None:
    (empty.data_dir / "audit.db-wal").write_bytes(b"of somebody else")
    with pytest.raises(Refused, match="already"):
        services.restore(empty, whole)
    assert not (empty.data_dir / "audit.db").exists()


def test_an_open_one_never_holds_a_key_and_a_wrong_recipient_is_refused(
    source: Settings, tmp_path: Path
) -> None:
    (source.data_dir / "secret.key").write_text("the secret")
    services.make(source, tmp_path / "open.backup")
    with archive.reading(tmp_path / "open.backup") as members:
        names = [name for name, _content in members]
    assert not [name for name in names if name.startswith("keys/")]
    with pytest.raises(Refused, match="no public key"):
        services.make(source, tmp_path / "x.backup", "age1wrong")
    assert not (tmp_path / "x.backup").exists()


# --- an older schema ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SQLITE, on_postgresql])
def test_one_of_an_older_schema_is_restored_as_it_was_and_brought_up(
    kind: str, databases: Databases, empty: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    with databases.fresh(kind, folder, schema=False) as url:
        schema.upgrade(url, "0026")
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO site (code, name_en, name_zh, active, version) VALUES ('A', 'a', '甲', true, 1)"
            )
        engine.dispose()
        (folder / "audit.db").touch()
        old = Settings(database_url=url, data_dir=folder, secret_key="x" * 40, testing=True)
        services.make(old, tmp_path / "old.backup")
    services.restore(empty, tmp_path / "old.backup")
    assert schema.is_current(empty.database)
    assert [row["name_zh"] for row in content(empty)["site"]] == ["甲"]
