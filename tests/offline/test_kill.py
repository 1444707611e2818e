"""kill -9 of the server while several tablets send answers and photos: nothing that was acknowledged is lost.

The default run takes 15 kills; ``pytest tests/offline/test_kill.py -m long`` takes 500 over more than 10,000 writes. A
process dies here, not a machine: that everything is flushed to the disk before it is acknowledged shows elsewhere
(``tests/evidence``, ``synchronous=FULL``).
"""

import contextlib
import hashlib
import http.client
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from PIL import Image

from audit_app.checklists import sync
from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from audit_app.evidence import services as evidence
from audit_app.evidence.models import Attachment
from tests.checklists import factory
from tests.house.files import ROOT

CLIENTS, BATCH, PATIENCE = 3, 12, 60.0
ANSWERS_PER_PHOTO = 3
"""Batches between two photos of a tablet."""


@dataclass
class Sender:
    """One tablet that never stops sending, keeps what was not acknowledged, and remembers what was."""

    port: int
    cookie: str
    template: dict[str, Any]
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    acknowledged: list[str] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    """Those of which the last piece was acknowledged."""
    cut_off: int = 0
    made: int = 0
    csrf: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; anything but JSON with 200 or 201 (a file is whole) is no reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Cookie": f"session={self.cookie}", "X-CSRFToken": self.csrf}
            if body is not None and not isinstance(body, bytes):
                headers["Content-Type"] = "application/json"
                body = json.dumps(body)
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
            assert reply.status in (200, 201), (reply.status, content[:300])
            given = (reply.getheader("Set-Cookie") or "").partition(";")[0]
            if given.startswith("session="):
                self.cookie = given.removeprefix("session=")
            return json.loads(content)
        finally:
            connection.close()

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop."""
        waiting: dict[str, dict[str, Any]] = {}
        photo: Photo | None = None
        rounds = 0
        while not stop.is_set():
            while len(waiting) < BATCH:
                self.made += 1
                given = {**self.template, "id": str(uuid.uuid4()), "device_seq": self.made}
                waiting[given["id"]] = given
            if photo is None and rounds % ANSWERS_PER_PHOTO == 0:
                photo = Photo(self.device, len(self.photos))
            try:
                self.csrf = self.csrf or self.ask("GET", "/sync/hello")["csrf"]
                if photo is not None:
                    self.send(photo)
                    photo = None
                results = self.ask(
                    "POST",
                    "/sync",
                    {"protocol": 1, "device_id": self.device, "items": list(waiting.values())},
                )["results"]
            except (OSError, http.client.HTTPException):
                self.cut_off += 1
                time.sleep(0.02)
                continue
            for key, result in results.items():
                assert result["status"] in ("accepted", "duplicate"), result
                del waiting[key]
                self.acknowledged.append(key)
            rounds += 1

    def send(self, photo: "Photo") -> None:
        """In two pieces, from where the server stands; cut off, it is sent again."""
        told = self.ask("GET", f"/sync/attachments/{photo.id}")
        half = len(photo.content) // 2 + 1
        while told["state"] != "stored":
            piece = photo.content[told["next"] :][:half]  # none, when the server died after the last one
            told = self.ask("PUT", photo.address(self.template, told["next"]), piece)
        self.photos.append(photo.id)


@dataclass
class Photo:
    """A picture of its own: no two have the same bytes."""

    device: str
    number: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    content: bytes = b""

    def __post_init__(self) -> None:
        out = io.BytesIO()
        Image.effect_noise((120, 90), 60 + self.number % 40).convert("RGB").save(out, "JPEG")
        self.content = out.getvalue()

    def address(self, template: dict[str, Any], offset: int) -> str:
        """Of one piece; the photos go to the audit and to its item in turn."""
        told = {
            "audit": template["audit"], "offset": offset, "size": len(self.content), "name": "rack.jpg",
            "sha256": hashlib.sha256(self.content).hexdigest(), "device": self.device,
            **({"item": template["item"]} if self.number % 2 else {}),
        }  # fmt: skip
        return f"/sync/attachments/{self.id}?{urlencode(told)}"


@contextlib.contextmanager
def gunicorn(settings: Any, **environment: str) -> Iterator[tuple[psutil.Process, int]]:
    """As in the operating guide, with one worker; preloaded, so that a killed worker is back at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        **os.environ, "DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key, **environment,
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--preload", "--bind", f"127.0.0.1:{port}"]
    started = subprocess.Popen(
        [*command, "tests.offline.kill_start:create()"], cwd=ROOT, env=variables, start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield psutil.Process(started.pid), port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def wait_for(what: Any) -> None:
    """Until it is so."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "the server does not come back"
        time.sleep(0.01)


def kill_again_and_again(server: psutil.Process, senders: list[Sender], kills: int, writes: int) -> int:
    """Kill so often, and on until so many writes are acknowledged; how often that was.

    Each kill comes at a moment of its own, after each tablet's work has gone on since the one before.
    """
    chance, number, before = random.Random(7), 0, 0
    while number < kills or before < writes:
        number += 1
        before = sum(len(sender.acknowledged) for sender in senders)
        wait_for(lambda before=before: sum(len(each.acknowledged) for each in senders) > before)
        time.sleep(chance.uniform(0, 0.15))
        wait_for(server.children)
        server.children()[0].kill()
    return number


@dataclass
class Told:
    """What the tablets were told, and what of it the server lacks afterwards."""

    answers: int
    photos: int
    lost_answers: int
    lost_photos: int
    kills: int = 0


@pytest.fixture
def killed(app, people, settings, client_for):
    """``killed(kills)``: what became of what was acknowledged after so many kills."""

    def count(kills: int, writes: int = 0, **environment: str) -> Told:
        made = factory.checklist(people)
        template = factory.revision(made.items[0], people.lead)
        cookie = client_for(people.lead).get_cookie("session").value
        db.session.commit()
        db.session.remove()
        stop = threading.Event()
        with gunicorn(settings, **environment) as (server, port):
            senders = [Sender(port, cookie, template) for _each in range(CLIENTS)]
            threads = [threading.Thread(target=each.run, args=(stop,), daemon=True) for each in senders]
            for thread in threads:
                thread.start()
            try:
                kills = kill_again_and_again(server, senders, kills, writes)
            finally:
                stop.set()
                for thread in threads:
                    thread.join(20)
        assert sum(each.cut_off for each in senders) >= kills / 2, "the kills hit nobody"
        return replace(compared(senders, kills), kills=kills)

    return count


def compared(senders: list[Sender], kills: int) -> Told:
    """What the tablets remember beside what the database and the folder of evidence hold."""
    there = Counter(key for (key,) in db.session.query(AnswerRevision.id))
    assert set(there.values()) <= {1}, "a record is there twice"
    assert sync.verify() == []
    told = {key for sender in senders for key in sender.acknowledged}
    assert len(told) > kills
    photos = {key for sender in senders for key in sender.photos}
    whole = {key for key, sha256 in db.session.query(Attachment.id, Attachment.sha256) if sound(sha256)}
    return Told(len(told), len(photos), len(told - set(there)), len(photos - whole))


def sound(sha256: str) -> bool:
    """Whether the file is there with every byte."""
    path = evidence.path_of(sha256)
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


@pytest.mark.slow
def test_what_was_acknowledged_survives_fifteen_kills(killed):
    told = killed(15)
    assert (told.lost_answers, told.lost_photos) == (0, 0)
    assert told.photos


@pytest.mark.slow
def test_a_door_that_replies_before_its_commit_loses_answers_so_this_test_can_fail(killed):
    assert killed(6, TEST_REPLIES_BEFORE_COMMIT="1").lost_answers > 0


@pytest.mark.long
def test_what_was_acknowledged_survives_five_hundred_kills(killed):
    told = killed(500, writes=10_100)
    print(told)
    assert (told.lost_answers, told.lost_photos) == (0, 0)
    assert told.answers > 10_000
    assert told.photos > 300
