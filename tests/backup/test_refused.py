"""What is no whole backup of ours is refused in words, and the place stays as it was."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from audit_app.backup import archive, services
from audit_app.config import Settings
from audit_app.core.db import db
from audit_app.core.errors import Refused
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from tests.databases import SQLITE, on_postgresql
from tests.people import People


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
    facts.pop("members")
    with gzip.open(path, "wb", 1) as packed:  # past `writing`, which reads back what it wrote
        writer = archive.Writer(packed)
        for name, data in kept:
            for new, text in change(name, data):
                writer.add(new, io.BytesIO(text), len(text))
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
