"""A backup is whole or refused, and what comes back is what was there: on either database, and from one to the other."""

import gzip
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
from alembic import command
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
from tests.databases import POSTGRESQL, SQLITE, Databases, on_postgresql
from tests.house.world import World, build
from tests.people import People

PICTURE = Path(__file__).parents[2] / "audit_app" / "static" / "img" / "app-192.png"
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


def stamped(settings: Settings) -> Settings:
    """The place with the schema of this version on record, as the migrations leave it."""
    db.session.commit()
    command.stamp(schema.configuration(settings.database), "head")
    return settings


@pytest.fixture
def source(people: People, settings: Settings) -> Settings:
    """A small place: people, an act, a file."""
    trail.note("person.sign_in", people.admin, by=people.admin)
    with PICTURE.open("rb") as stream:
        evidence.attach(people.owner, FileStorage(stream, "a.png"), by=people.owner)
    return stamped(settings)


@pytest.fixture
def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """An empty place to restore into."""
    kind = request.node.callspec.params.get("into", SQLITE) if hasattr(request.node, "callspec") else SQLITE
    folder = tmp_path / "restored"
    folder.mkdir()
    with databases.fresh(kind, folder, schema=False) as url:
        yield Settings(
            database_url=url if kind == POSTGRESQL else "", data_dir=folder, secret_key="x" * 40, testing=True
        )


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


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.fixture
def whole(source: Settings, tmp_path: Path) -> Path:
    """A sound backup."""
    path = tmp_path / "whole.backup"
    services.make(source, path)
    return path


def untouched(settings: Settings) -> bool:
    return (
        not settings.data_dir.exists() or [p.name for p in settings.data_dir.iterdir() if p.is_file()] == []
    )


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.99, 1.0])
def test_one_that_was_cut_off_is_refused_and_nothing_is_written(
    whole: Path, empty: Settings, share: float
) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * share) - (share == 1.0)])
    with pytest.raises(Refused):
        services.restore(empty, whole)
    assert untouched(empty)


def test_one_with_any_changed_byte_is_refused(whole: Path, empty: Settings) -> None:
    packed = whole.read_bytes()
    plain = bytearray(gzip.decompress(packed))
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        places = [each.offset_data + each.size // 2 for each in tar]
    for place in (places[0], places[len(places) // 2], places[-2], places[-1]):
        changed = bytes(plain[:place]) + bytes([plain[place] ^ 1]) + bytes(plain[place + 1 :])
        whole.write_bytes(gzip.compress(changed, 1))
        with pytest.raises(Refused):
            services.restore(empty, whole)
        assert untouched(empty)


@pytest.mark.parametrize(
    "data",
    [b"", b"no backup", gzip.compress(b"no tar"), b"PK\x03\x04" + b"0" * 500],
    ids=["empty", "text", "gzip", "zip"],
)
def test_a_foreign_file_is_refused_in_words(data: bytes, empty: Settings, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(Refused):
        services.restore(empty, tmp_path / "x")
    assert untouched(empty)


def again(path: Path, change: Callable[[str, bytes], list[tuple[str, bytes]]]) -> None:
    """Write a backup anew, each member as `change` says, with a manifest that fits."""
    kept: list[tuple[str, bytes]] = []
    with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for each in tar:
            kept.append((each.name, tar.extractfile(each).read()))
    facts = json.loads(kept.pop()[1])
    path.unlink()
    with archive.writing(path) as writer:
        for name, data in kept:
            for new, text in change(name, data):
                writer.add(new, io.BytesIO(text), len(text))
        facts.pop("members")
        writer.close(**facts)


@pytest.mark.parametrize(
    ("key", "value"), [("schema", "9999"), ("version", archive.VERSION + 1), ("format", "another")]
)
def test_one_of_a_later_version_or_another_program_is_refused(
    whole: Path, empty: Settings, key: str, value: object
) -> None:
    def change(name: str, data: bytes) -> list[tuple[str, bytes]]:
        if name == archive.FIRST:
            data = json.dumps({**json.loads(data), key: value}).encode()
        return [(name, data)]

    again(whole, change)
    with pytest.raises(Refused):
        services.restore(empty, whole)
    assert untouched(empty)


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/outside", "evidence/../../x", "tables/../x.jsonl", "keys/x/y"]
)
def test_no_name_in_it_leads_out_of_the_folder(whole: Path, empty: Settings, name: str) -> None:
    again(whole, lambda own, data: [(own, data), (name, b"x")] if own == archive.FIRST else [(own, data)])
    with pytest.raises(Refused, match="no backup holds"):
        services.restore(empty, whole)
    assert untouched(empty)


@pytest.mark.parametrize("into", [SQLITE, on_postgresql])
def test_rows_that_do_not_belong_together_leave_the_place_empty(
    whole: Path, empty: Settings, into: str
) -> None:
    def change(name: str, data: bytes) -> list[tuple[str, bytes]]:
        if name == "tables/person.jsonl":
            head, *others = data.splitlines(keepends=True)
            column = [each[0] for each in json.loads(head)].index("department_id")
            first = json.loads(others[0])
            first[column] = 987654
            data = b"".join([head, json.dumps(first).encode() + b"\n", *others[1:]])
        return [(name, data)]

    again(whole, change)
    with pytest.raises(Refused, match=r"belong together"):
        services.restore(empty, whole)
    assert not (empty.data_dir / "audit.db").exists()
    services._refuse_taken(empty)


def test_a_place_that_is_not_empty_is_left_alone(whole: Path, source: Settings, empty: Settings) -> None:
    services.restore(empty, whole)
    before = (empty.data_dir / "audit.db").read_bytes()
    with pytest.raises(Refused, match="already"):
        services.restore(empty, whole)
    assert (empty.data_dir / "audit.db").read_bytes() == before


def test_a_name_that_is_taken_is_not_written_over(whole: Path, source: Settings) -> None:
    before = whole.read_bytes()
    with pytest.raises(Refused, match="already"):
        services.make(source, whole)
    assert whole.read_bytes() == before
    assert [each.name for each in whole.parent.glob("*.part")] == []


def test_evidence_that_is_missing_or_another_is_told_and_the_rest_is_kept(
    source: Settings, people: People, tmp_path: Path
) -> None:
    text = FileStorage(io.BytesIO(b"plain words"), "b.txt")
    lost = evidence.attach(people.owner, text, by=people.owner).sha256
    changed = db.session.scalars(db.select(Attachment).where(Attachment.sha256 != lost)).one()
    db.session.commit()
    evidence.path_of(changed.sha256).write_bytes(b"x" * changed.size)
    evidence.path_of(lost).unlink()
    made = services.make(source, tmp_path / "b.backup")
    assert sorted(each.split(":")[0] for each in made.faults) == sorted([lost, changed.sha256])
    assert made.rows > 0


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
