"""kill -9 of the server while several tablets send: nothing that was acknowledged is lost.

The default run takes 15 kills; ``pytest tests/offline/test_kill.py -m long`` takes 200.
"""

import contextlib
import http.client
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
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest

from audit_app.checklists import sync
from audit_app.checklists.models import AnswerRevision
from audit_app.core.db import db
from tests.checklists import factory
from tests.house.files import ROOT

CLIENTS, BATCH, PATIENCE = 3, 4, 60.0


@dataclass
class Sender:
    """One tablet that never stops sending, keeps what was not acknowledged, and remembers what was."""

    port: int
    cookie: str
    template: dict[str, Any]
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    acknowledged: list[str] = field(default_factory=list)
    cut_off: int = 0
    made: int = 0
    csrf: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; anything but JSON with 200 is no reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Cookie": f"session={self.cookie}", "X-CSRFToken": self.csrf}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            reply = connection.getresponse()
            content = reply.read()
            assert reply.status == 200, (reply.status, content[:300])
            given = (reply.getheader("Set-Cookie") or "").partition(";")[0]
            if given.startswith("session="):
                self.cookie = given.removeprefix("session=")
            return json.loads(content)
        finally:
            connection.close()

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop."""
        waiting: dict[str, dict[str, Any]] = {}
        while not stop.is_set():
            while len(waiting) < BATCH:
                self.made += 1
                given = {**self.template, "id": str(uuid.uuid4()), "device_seq": self.made}
                waiting[given["id"]] = given
            batch = {"protocol": 1, "device_id": self.device, "items": list(waiting.values())}
            try:
                self.csrf = self.csrf or self.ask("GET", "/sync/hello")["csrf"]
                results = self.ask("POST", "/sync", batch)["results"]
            except (OSError, http.client.HTTPException):
                self.cut_off += 1
                time.sleep(0.02)
                continue
            for key, result in results.items():
                assert result["status"] in ("accepted", "duplicate"), result
                del waiting[key]
                self.acknowledged.append(key)


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


def kill_again_and_again(server: psutil.Process, senders: list[Sender], kills: int) -> None:
    """Each kill comes at a moment of its own, after each tablet's work has gone on since the one before."""
    chance = random.Random(7)
    for _each in range(kills):
        before = sum(len(sender.acknowledged) for sender in senders)
        wait_for(lambda before=before: sum(len(each.acknowledged) for each in senders) > before)
        time.sleep(chance.uniform(0, 0.15))
        wait_for(server.children)
        server.children()[0].kill()


@pytest.fixture
def lost(app, people, settings, client_for):
    """``lost(kills)``: how many acknowledged records the database lacks after so many kills."""

    def count(kills: int, **environment: str) -> int:
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
                kill_again_and_again(server, senders, kills)
            finally:
                stop.set()
                for thread in threads:
                    thread.join(20)
        assert sum(each.cut_off for each in senders) >= kills / 2, "the kills hit nobody"
        there = Counter(key for (key,) in db.session.query(AnswerRevision.id))
        assert set(there.values()) <= {1}, "a record is there twice"
        assert sync.verify() == []
        told = {key for sender in senders for key in sender.acknowledged}
        assert len(told) > kills
        return len(told - set(there))

    return count


@pytest.mark.slow
def test_what_was_acknowledged_survives_fifteen_kills(lost):
    assert lost(15) == 0


@pytest.mark.slow
def test_a_door_that_replies_before_its_commit_loses_answers_so_this_test_can_fail(lost):
    assert lost(6, TEST_REPLIES_BEFORE_COMMIT="1") > 0


@pytest.mark.long
def test_what_was_acknowledged_survives_two_hundred_kills(lost):
    assert lost(200) == 0
