"""Pages beside a bare Flask page of the same weight under the same server, in the same run.

    python -m benchmarks.pages [FINDINGS] [ROUNDS]

Promises: opening a 62-item audit, saving one answer, the list of 50 findings out of 10,000 and the dashboard take at
most 3 times the bare page and a number of queries that does not depend on the rows (that half is a test:
tests/house/test_constant_queries.py); list and dashboard are at most 1.5 times slower with 50,000 findings than with
1,000. Start to first answered request under 1.5 s; a worker under 150 MB; script and style of the checklist page under
150 kB compressed in at most 12 requests.

The three pages are opened in two ways, and each is told by itself: for the first time after a change (an answer is
saved before each round, so nothing kept holds any more), and again with nothing changed (docs/decisions/0009).

Each server is a process of its own (waitress, SQLite file with full sync) with its byte code compiled beforehand, as
an installation has it. Pages are asked in turn with their yardsticks. Two figures are given of each: the median, and
the quickest, which other work on the machine disturbs least; the verdict follows the quickest. A second yardstick is
what the leading open-source product of the field was measured to take on such a machine. Exit 1 when a promise is
broken.
"""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
ROUNDS = 25
MOST_TIMES, MOST_GROWTH, MOST_SECONDS, MOST_MEGABYTES = 3.0, 1.5, 1.5, 150.0
MOST_KILOBYTES, MOST_REQUESTS = 150.0, 12
LEADER = {"audit of 62 items": 158, "saving one answer": 72, "list of findings": 285, "dashboard": 981}
"""Milliseconds of the leading open-source product for the same four acts."""
FIRST, AGAIN = "first after a change", "again"
"""The two ways in which a page is opened."""
PASSWORD = "only for the benchmark"
BARE = """
import sys
from flask import Flask
from waitress import serve
app = Flask("bare")
@app.get("/<int:weight>")
def page(weight):
    return "x" * weight
@app.post("/")
def save():
    return "ok"
serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""
OURS = """
import sys
from pathlib import Path
from waitress import serve
from audit_app import create_app
from audit_app.config import Settings
app = create_app(Settings(data_dir=Path(sys.argv[2]), secret_key="benchmark" * 5))
serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """The environment of a server: byte code is kept, in a folder that is no part of the tree."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "audit-app-benchmark-pyc")}


@dataclass(frozen=True)
class Beside:
    """Seconds of our page and of its yardstick, round by round."""

    ours: list[float]
    bare: list[float]

    @property
    def quickest(self) -> float:
        """Our quickest round, in seconds."""
        return min(self.ours)

    @property
    def times(self) -> float:
        """How many times the yardstick, quickest against quickest."""
        return min(self.ours) / min(self.bare)

    def line(self, name: str, way: str = "") -> str:
        """Both figures, both yardsticks."""
        mine, bare = statistics.median(self.ours) * 1000, statistics.median(self.bare) * 1000
        best, leader = self.quickest * 1000, LEADER[name]
        return (
            f"  {name:18}{way:21} median {mine:6.1f} ms, quickest {best:6.1f} ms | bare {bare:5.2f} / "
            f"{min(self.bare) * 1000:5.2f} ms: {mine / bare:5.2f} x / {self.times:5.2f} x (at most {MOST_TIMES:g}) | "
            f"leading product {leader} ms: {leader / best:4.0f} times faster"
        )


class Server:
    """A server process and one connection to it that keeps its cookies."""

    def __init__(self, code: str, *arguments: str) -> None:
        self.port = free_port()
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(self.port), *arguments], cwd=ROOT, env=environment()
        )
        self.cookies: dict[str, str] = {}
        while True:
            try:
                self.ask("GET", "/login" if arguments else "/1")
                break
            except OSError:
                time.sleep(0.01)
        self.start_seconds = time.perf_counter() - started

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes, float]:
        """Status, body and seconds of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        begun = time.perf_counter()
        connection.request(method, path, body.encode(), sent)
        reply = connection.getresponse()
        content = reply.read()
        seconds = time.perf_counter() - begun
        for cookie in reply.msg.get_all("Set-Cookie") or []:
            name, _sign, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return reply.status, content, seconds

    def megabytes(self) -> float:
        """Resident memory of the process now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def stop(self) -> None:
        """End the process that this class started."""
        self.process.terminate()
        self.process.wait()


def build(folder: Path, findings: int) -> dict[str, int]:
    """A database with one audit of 62 items and many findings. Returns the ids the pages need."""
    code = "from benchmarks import pages; import sys; pages.fill(sys.argv[1], int(sys.argv[2]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(findings)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    ids: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return ids


def fill(folder: str, count: int) -> None:
    """Runs in a process of its own: the organisation through services, the many findings by one INSERT."""
    from audit_app import create_app, schema
    from audit_app.config import Settings
    from audit_app.core.db import db
    from benchmarks.many import audit_under_way, many_findings

    settings = Settings(data_dir=Path(folder), secret_key="benchmark" * 5)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    schema.upgrade(settings.database)
    with create_app(settings).app_context():
        ids = audit_under_way(PASSWORD)
        many_findings(count, ids)
        db.session.commit()
        print(json.dumps(ids))


def sign_in(server: Server) -> None:
    """By the real form."""
    _status, page, _seconds = server.ask("GET", "/login")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {
        "email": "lead@bench.example",
        "password": PASSWORD,
        "csrf_token": token.group(1).decode() if token else "",
    }
    status, _page, _s = server.ask(
        "POST", "/login", urlencode(form), **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    if status != 302:
        raise SystemExit(f"sign-in answered {status}")


def in_turn(ours: Callable[[], float], bare: Callable[[], float], rounds: int) -> Beside:
    """Both asked by turns, so that other work on the machine hits both; a few unmeasured turns come first."""
    for _ in range(3):
        ours(), bare()
    pairs = [(ours(), bare()) for _ in range(rounds)]
    return Beside([mine for mine, _ in pairs], [yard for _, yard in pairs])


def open_page(
    ours: Server, bare: Server, path: str, rounds: int, change: Callable[[], object] = lambda: None
) -> Beside:
    """A page and the bare page of the same weight; ``change`` happens before each opening, unmeasured."""

    def opened() -> float:
        change()
        return ours.ask("GET", path)[2]

    status, content, _s = ours.ask("GET", path)
    if status != 200:
        raise SystemExit(f"{path} answered {status}")
    return in_turn(opened, lambda: bare.ask("GET", f"/{len(content)}")[2], rounds)


def saver(ours: Server, ids: dict[str, int]) -> Callable[[], float]:
    """What saves one more answer, on disk when the reply comes, and returns the seconds it took."""
    _status, page, _s = ours.ask("GET", f"/audits/{ids['audit']}/fieldwork")
    found = re.search(rb'name="csrf-token" content="([^"]+)"', page)
    headers = {"Content-Type": "application/json", "X-CSRFToken": found.group(1).decode() if found else ""}
    device, base, number = str(uuid.uuid4()), [""], 0

    def save() -> float:
        nonlocal number
        number, revision = number + 1, str(uuid.uuid4())
        item = {
            "id": revision, "audit": ids["audit"], "item": ids["item"], "base": [b for b in base if b],
            "value": "conform", "note": f"Seen in record {number}", "attachment_ids": [], "device_seq": number,
            "client_time": datetime.now(UTC).isoformat(), "tz_offset": 0, "clock_offset_ms": 0,
            "template_version": ids["version"], "author": ids["person"],
        }  # fmt: skip
        batch = {
            "protocol": 1, "device_id": device, "last_seq": 0, "last_hash": "", "outbox_count": 1, "items": [item],
        }  # fmt: skip
        status, content, seconds = ours.ask("POST", "/sync", json.dumps(batch), **headers)
        if status != 200 or b"accepted" not in content:
            raise SystemExit(f"/sync answered {status}: {content[:300]!r}")
        base[0] = revision
        return seconds

    return save


def assets(server: Server, path: str) -> tuple[int, int]:
    """Requests and compressed bytes of the scripts and styles that a page names, those they import included."""
    _status, page, _s = server.ask("GET", path)
    found = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))', page.decode()))
    todo, total, seen = list(found), 0, set()
    while todo:
        each = todo.pop()
        if each in seen:
            continue
        seen.add(each)
        _status, content, _s = server.ask("GET", each, **{"Accept-Encoding": "gzip"})
        total += len(content)
        _status, plain, _s = server.ask("GET", each)
        folder = each.rsplit("/", 1)[0]
        for name in re.findall(r'(?:import|from)\s*"\./([\w./-]+\.js)"', plain.decode("utf-8", "replace")):
            todo.append(f"{folder}/{name}")
    return len(seen), total


def measure(rows: int, bare: Server, rounds: int, told: Callable[[bool, str], None]) -> dict[str, float]:
    """One size of database: every figure printed, judged by ``told``. Returns the quickest seconds by page."""
    with tempfile.TemporaryDirectory() as folder:
        ids = build(Path(folder), rows)
        Server(OURS, folder).stop()  # leaves its byte code behind
        ours = Server(OURS, folder)
        sign_in(ours)
        print(f"\n{rows:,} findings")
        told(ours.start_seconds < MOST_SECONDS, f"  start to first answer {ours.start_seconds:.2f} s (1.5)")
        fieldwork = f"/audits/{ids['audit']}/fieldwork"
        pages = {"audit of 62 items": fieldwork, "list of findings": "/findings/", "dashboard": "/dashboard"}
        save = saver(ours, ids)
        found = {}
        for name, path in pages.items():
            found[name, FIRST] = open_page(ours, bare, path, rounds, change=save)
            found[name, AGAIN] = open_page(ours, bare, path, rounds)
        found["saving one answer", ""] = in_turn(save, lambda: bare.ask("POST", "/", "x" * 500)[2], rounds)
        for (name, way), beside in found.items():
            told(beside.times <= MOST_TIMES, beside.line(name, way))
        memory, (requests, size) = ours.megabytes(), assets(ours, fieldwork)
        told(memory < MOST_MEGABYTES, f"  memory of the worker {memory:.0f} MB (150)")
        told(
            size < MOST_KILOBYTES * 1000 and requests <= MOST_REQUESTS,
            f"  checklist page: script and style {size / 1000:.0f} kB compressed in {requests} requests (150 kB, 12)",
        )
        ours.stop()
        return {name: beside.quickest for (name, way), beside in found.items() if way != AGAIN}


def main(arguments: list[str]) -> int:
    """Print each figure beside its yardstick."""
    count = int(arguments[0]) if arguments else 10_000
    rounds = int(arguments[1]) if len(arguments) > 1 else ROUNDS
    broken: list[str] = []

    def told(kept: bool, line: str) -> None:
        print(line if kept else f"{line}  BROKEN", flush=True)
        if not kept:
            broken.append(line)

    bare = Server(BARE)
    seconds = {rows: measure(rows, bare, rounds, told) for rows in (1_000, count, 50_000)}
    bare.stop()
    print()
    for name in ("list of findings", "dashboard"):
        growth = seconds[50_000][name] / seconds[1_000][name]
        told(growth <= MOST_GROWTH, f"{name}: 50,000 rows {growth:.2f} x of 1,000 (at most {MOST_GROWTH:g})")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
