"""A server whose data lie on a disk of their own, which can be filled, made read-only or limited while it runs.

The faults are the kernel's: a small tmpfs in a mount namespace of the server, and limits of the running process. Where
no namespace may be made (some containers), the largest size of a file stands in for a full disk.
"""

import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from alembic import command as alembic

from audit_app import schema
from audit_app.config import Settings
from tests.house.files import ROOT

SIZE_MB = 24
PATIENCE = 60.0
ALONE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]


def own_disk() -> bool:
    """Whether this machine lets us mount a disk of our own."""
    tried = subprocess.run(
        [*ALONE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


@dataclass
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def taken(self) -> bool:
        return self.status < 400


@dataclass
class Machine:
    """The running server and its disk."""

    root: subprocess.Popen[bytes]
    inside: Path
    """The folder as the server names it."""
    port: int
    mounted: bool
    log: Path
    cookie: str = ""
    csrf: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The same folder as this process reaches it."""
        return Path(f"/proc/{self.root.pid}/root{self.inside}") if self.mounted else self.inside

    @property
    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.root.pid).children(recursive=True)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """One request of the person whose cookie this is; redirects are not followed."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, method=method)
        for name, value in {"Cookie": f"session={self.cookie}", "X-CSRFToken": self.csrf, **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            return self._asked(request)
        return Reply(0, b"", {})

    def _asked(self, request: urllib.request.Request) -> Reply:
        try:
            with _opener().open(request, timeout=60) as reply:
                given = (reply.headers.get("Set-Cookie") or "").partition(";")[0]
                if given.startswith("session="):
                    self.cookie = given.removeprefix("session=")
                return Reply(reply.status, reply.read(), dict(reply.headers))
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), dict(error.headers))

    def sign_in(self) -> None:
        """Take the token for writing from the tablets' door."""
        self.csrf = json.loads(self.ask("GET", "/sync/hello").body)["csrf"]

    def fill(self, free_kb: int) -> None:
        """Leave so much room, to the page of 4 KiB."""
        if not self.mounted:
            self.limit(resource.RLIMIT_FSIZE, max(free_kb, 1) << 10)
            return
        with (self.data / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(b"\0" * 4096):
                pass
        os.truncate(self.data / "ballast", max((self.data / "ballast").stat().st_size - (free_kb << 10), 0))

    def limit(self, what: int, amount: int) -> None:
        """A limit of the running processes: RLIMIT_FSIZE in bytes, RLIMIT_NOFILE in files."""
        for worker in self.workers:
            _soft, hard = resource.prlimit(worker.pid, what)
            resource.prlimit(worker.pid, what, (amount, hard))

    def heal(self) -> None:
        """All room and all rights again."""
        if self.mounted:
            subprocess.run(
                [*self._door(), "mount", "-o", "remount,rw", str(self.inside)],
                check=True,
                capture_output=True,
            )
        (self.data / "ballast").unlink(missing_ok=True)
        for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
            for worker in self.workers:
                _soft, hard = resource.prlimit(worker.pid, what)
                resource.prlimit(worker.pid, what, (hard, hard))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the operator on the same disk."""
        line = [sys.executable, "-m", "audit_app.cli", *words]
        if self.mounted:
            line = [*self._door(), *line]
        return subprocess.run(
            line,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def copy(self, to: Path) -> Path:
        """Everything on the disk as it is now, while nobody writes: the database with what waits in its log.

        As files, because SQLite would follow the way into the other namespace to its end, which is elsewhere here.
        """
        return Path(shutil.copytree(self.data, to, ignore=shutil.ignore_patterns("ballast", "*-shm")))

    def _door(self) -> list[str]:
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self.root.pid), *user, "--mount", f"--wd={ROOT}"]


def copied(source: Path, target: Path) -> None:
    """A database as it is now, through SQLite itself."""
    with (
        contextlib.closing(sqlite3.connect(source)) as one,
        contextlib.closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_facts: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stay)


@contextlib.contextmanager
def machine(settings: Settings, cookie: str, folder: Path, *, read_only: bool = False) -> Iterator[Machine]:
    """gunicorn over a copy of the data of a test, on a disk of :data:`SIZE_MB`; ``read_only`` as a system mounts a
    disk that had errors."""
    mounted, inside = own_disk(), folder / "disk"
    inside.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = folder / "start.sqlite"
    copied(Path(settings.database_url.removeprefix("sqlite:///")), start)
    alembic.stamp(schema.configuration(f"sqlite:///{start}"), "head")
    environment = {
        "DATABASE_URL": f"sqlite:///{inside / 'audit.sqlite'}", "DATA_DIR": str(inside), "TMPDIR": str(inside),
        "SECRET_KEY": settings.secret_key, "TIME_ZONE": settings.time_zone, "LOCK_DAYS": "0", "LANG": "en_US.UTF-8",
    }  # fmt: skip
    serve = f"exec {sys.executable} -m gunicorn --workers 1 --threads 2 --worker-tmp-dir {folder} --bind 127.0.0.1:{port} 'audit_app:create_app()'"
    fetch = f"cp -a {settings.data_dir}/. {inside} 2>/dev/null; cp {start} {inside}/audit.sqlite"
    mount = f"mount -t tmpfs -o size={SIZE_MB}m tmpfs {inside}; " if mounted else ""
    shut = f"mount -o remount,ro {inside}; " if mounted and read_only else ""
    log = folder / "gunicorn.log"
    with log.open("wb") as out:
        started = subprocess.Popen(
            [*(ALONE if mounted else []), "sh", "-c", f"set -e; {mount}{fetch}; {shut}{serve}"],
            cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    made = Machine(started, inside, port, mounted, log, cookie, environment=environment)
    try:
        _wait(made, ready=not shut)
        if not shut:
            made.sign_in()
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def _wait(made: Machine, ready: bool) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError):
            status = made.ask("GET", "/readyz").status
            if status == 200 or (status and not ready):
                return
        assert made.root.poll() is None, made.log.read_text()
        assert time.monotonic() < until, made.log.read_text()
        time.sleep(0.1)
