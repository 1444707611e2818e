"""The disk is full, read-only or at its limits: a sentence, nothing by half, and all is well once there is room again."""

import contextlib
import hashlib
import io
import json
import resource
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from PIL import Image

from audit_app.accounts.models import RoleRow
from audit_app.core.db import db
from tests.checklists import factory
from tests.faults.disk import Machine, Reply, machine


def picture(size: tuple[int, int] = (520, 400)) -> bytes:
    """A picture of its own, of some 200 KB."""
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


class Work:
    """What people do while the disk lets them down, each act anew at each call."""

    def __init__(self, made: Any, template: dict[str, Any]) -> None:
        self.audit, self.item, self.template, self.seq = made.audit.id, made.items[0].id, template, 0

    def answer(self, at: Machine) -> Reply:
        """A tablet sends answers with long notes."""
        items = []
        for _each in range(8):
            self.seq += 1
            items.append(
                {**self.template, "id": str(uuid.uuid4()), "device_seq": self.seq, "note": "Seen. " * 800}
            )
        body = {"protocol": 1, "device_id": factory.DEVICE, "items": items}
        reply = at.ask("POST", "/sync", json.dumps(body).encode(), Content_Type="application/json")
        if reply.taken and reply.status:
            told = json.loads(reply.body)["results"].values()
            assert {each["status"] for each in told} == {"accepted"}, reply.text[:300]
        return reply

    def photo(self, at: Machine) -> Reply:
        """A tablet sends a photo in one piece."""
        content = picture()
        told = {
            "audit": self.audit, "offset": 0, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
            "name": "rack.png", "device": factory.DEVICE,
        }  # fmt: skip
        return at.ask(
            "PUT",
            f"/sync/attachments/{uuid.uuid4()}?{urlencode(told)}",
            content,
            Content_Type="application/octet-stream",
        )

    def upload(self, at: Machine) -> Reply:
        """Somebody attaches a file by the form; it is large enough to be put down on the disk on its way."""
        mark, content = uuid.uuid4().hex, picture((900, 800))
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return at.ask(
            "POST",
            f"/evidence/audit/{self.audit}",
            body,
            Content_Type=f"multipart/form-data; boundary={mark}",
        )

    def form(self, at: Machine) -> Reply:
        """Somebody adds a site by a form."""
        name = "S" + uuid.uuid4().hex[:10]
        told = {"code": name, "name_en": name, "name_zh": name, "csrf_token": at.csrf}
        return at.ask(
            "POST", "/organisation/sites/new", urlencode(told).encode(),
            Content_Type="application/x-www-form-urlencoded",
        )  # fmt: skip

    def dossier(self, at: Machine) -> Reply:
        """Somebody fetches the dossier, which is made on the disk."""
        return at.ask("GET", f"/dossiers/audit/{self.audit}.zip")

    def paper(self, at: Machine) -> Reply:
        """Somebody fetches a workbook."""
        return at.ask("GET", f"/programme/audits/{self.audit}")


ACTS: dict[str, Callable[[Work, Machine], Reply]] = {
    name: getattr(Work, name) for name in ("answer", "photo", "upload", "form", "dossier", "paper")
}
READS = {"dossier", "paper"}


@pytest.fixture
def work(app, people) -> Work:
    people.lead.roles = list(db.session.query(RoleRow))
    made = factory.checklist(people)
    work = Work(made, factory.revision(made.items[0], people.lead))
    db.session.commit()
    return work


@pytest.fixture
def at(app, settings, people, work, client_for, tmp_path) -> Iterator[Machine]:
    """The server on its own disk, used by somebody with every right."""
    cookie = client_for(people.lead).get_cookie("session").value
    db.session.commit()
    db.session.remove()
    folder = tmp_path / "machine"
    folder.mkdir()
    with machine(settings, cookie, folder) as running:
        yield running


def digest(folder: Path) -> str:
    """Of everything that counts: the rows of all tables."""
    with contextlib.closing(sqlite3.connect(folder / "audit.sqlite")) as there:
        assert there.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert there.execute("PRAGMA foreign_key_check").fetchall() == []
        return hashlib.sha256("\n".join(there.iterdump()).encode()).hexdigest()


def sound(folder: Path) -> None:
    """Each attachment has its file with every byte, and nothing that arrived by half is kept beside."""
    with contextlib.closing(sqlite3.connect(folder / "audit.sqlite")) as there:
        named = {sha256 for (sha256,) in there.execute("SELECT sha256 FROM attachment")}
    for sha256 in named:
        path = folder / "evidence" / sha256[:2] / sha256
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    assert not list((folder / "evidence").glob(".incoming-*"))


def said_clearly(reply: Reply, name: str) -> None:
    """A refusal in words that name the disk: no trace, no blank page, and a time to try again for scripts."""
    assert reply.status == 503, (name, reply.status, reply.text[:500])
    assert "Traceback" not in reply.text
    assert "sqlite" not in reply.text.lower()
    if name in ("answer", "photo"):
        told = json.loads(reply.body)
        assert told["error"] == "storage"
        assert "kept on the tablet" in told["message"]
        assert int(reply.headers["Retry-After"]) > 0
    else:
        assert "server" in reply.text
        assert "administrator" in reply.text
        assert "<h1>" in reply.text


def tried(at: Machine, work: Work, name: str, folder: Path, *, dropped: bool = False) -> bool:
    """One act under a fault: whether it was taken; otherwise it left no mark. ``dropped``: the server may be unable
    even to take a connection."""
    before = digest(at.copy(folder / "before"))
    reply = ACTS[name](work, at)
    after = digest(at.copy(folder / "after"))
    if reply.taken and reply.status:
        assert after != before or name in READS
        return True
    if reply.status or not dropped:
        said_clearly(reply, name)
    assert after == before, f"{name} was refused and left something behind"
    return False


def afterwards(at: Machine, work: Work, folder: Path) -> None:
    """There is room again: each act succeeds, every chain holds, every file is whole."""
    at.heal()
    for name, act in ACTS.items():
        reply = act(work, at)
        assert reply.taken, (name, reply.status, reply.text[:300])
    sound(at.copy(folder / "healed"))
    checked = at.command("verify")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def counted(at, work, tmp_path) -> Callable[..., tuple[int, int]]:
    """``counted()``: how many acts were taken and refused under the fault that holds now."""
    number = iter(range(1_000))

    def count(**facts: bool) -> tuple[int, int]:
        taken = 0
        for name in ACTS:
            folder = tmp_path / f"try{next(number)}"
            folder.mkdir()
            taken += tried(at, work, name, folder, **facts)
        return taken, len(ACTS) - taken

    return count


@pytest.mark.slow
@pytest.mark.parametrize(
    "free_kb", [0, 400, *(pytest.param(kb, marks=pytest.mark.long) for kb in (8, 64, 1500))]
)
def test_a_full_disk_refuses_with_words_and_loses_nothing(at, work, counted, tmp_path, free_kb):
    at.fill(free_kb)
    _taken, refused = counted()
    assert refused or free_kb > 400, "the disk was not full"
    afterwards(at, work, tmp_path)


@pytest.mark.slow
def test_a_server_that_starts_on_a_read_only_disk_says_so_on_every_page(
    app, settings, people, work, client_for, tmp_path
):
    cookie = client_for(people.lead).get_cookie("session").value
    db.session.commit()
    db.session.remove()
    folder = tmp_path / "machine"
    folder.mkdir()
    with machine(settings, cookie, folder, read_only=True) as at:
        for path in ("/", f"/programme/audits/{work.audit}", "/login"):
            reply = at.ask("GET", path)
            assert reply.taken or "<h1>" in reply.text, (path, reply.status, reply.text[:300])
        assert at.ask("GET", "/healthz").status == 200
        assert at.ask("GET", "/readyz").status == (503 if at.mounted else 200)
        at.heal()
        at.sign_in()
        done = work.form(at)
        assert done.taken, done.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "size", [40_000, *(pytest.param(most, marks=pytest.mark.long) for most in (1, 400_000))]
)
def test_an_error_of_input_and_output_while_writing_leaves_no_half(at, work, counted, tmp_path, size):
    """No file may grow beyond so many bytes: the kernel refuses the write, as a broken disk does."""
    at.limit(resource.RLIMIT_FSIZE, size)
    _taken, refused = counted()
    assert refused
    afterwards(at, work, tmp_path)


@pytest.mark.long
def test_no_more_files_may_be_opened(at, work, counted, tmp_path):
    used = max(worker.num_fds() for worker in at.workers)
    at.limit(resource.RLIMIT_NOFILE, used + 1)
    counted(dropped=True)
    afterwards(at, work, tmp_path)


@pytest.mark.slow
def test_a_backup_onto_a_full_disk_says_so_and_leaves_no_file_that_looks_like_one(at):
    at.fill(0)
    made = at.command("backup", str(at.inside / "copy.audit"))
    assert made.returncode != 0
    assert "Traceback" not in made.stderr + made.stdout
    assert "full" in (made.stderr + made.stdout).lower()
    assert not list(at.data.glob("*copy.audit*"))
    at.heal()
    assert at.command("backup", str(at.inside / "copy.audit")).returncode == 0
