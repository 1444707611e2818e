"""Pages beside a bare Flask page of the same weight under the same server, in the same run.

    python -m benchmarks.pages [FINDINGS]

Promises: opening a 62-item audit, saving one answer, the list of 50 findings out of 10,000 and the dashboard take at
most 3 times the bare page and a number of queries that does not depend on the rows; list and dashboard are at most
1.5 times slower with 50,000 findings than with 1,000. Start to first answered request under 1.5 s; a worker under
150 MB; script and style of the checklist page under 150 kB compressed in at most 12 requests.

Each server is a process of its own (waitress, SQLite file with full sync). Pages are asked in turn with their
yardstick; the median of each counts.
"""

import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
ROUNDS = 25
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


class Server:
    """A server process and one connection to it that keeps its cookies."""

    def __init__(self, code: str, *arguments: str) -> None:
        self.port = free_port()
        started = time.perf_counter()
        self.process = subprocess.Popen([sys.executable, "-c", code, str(self.port), *arguments], cwd=ROOT)
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


def median_pair(ours: Server, bare: Server, path: str) -> tuple[float, float, int]:
    """Median seconds of a page and of the bare page of the same weight, asked in turn; the weight in bytes."""
    status, content, _s = ours.ask("GET", path)
    if status != 200:
        raise SystemExit(f"{path} answered {status}")
    pairs = [(ours.ask("GET", path)[2], bare.ask("GET", f"/{len(content)}")[2]) for _ in range(ROUNDS)]
    return statistics.median(a for a, _b in pairs), statistics.median(b for _a, b in pairs), len(content)


def save_answers(ours: Server, bare: Server, ids: dict[str, int]) -> tuple[float, float]:
    """Median seconds of saving one answer and of a bare POST."""
    _status, page, _s = ours.ask("GET", f"/audits/{ids['audit']}/fieldwork")
    found = re.search(rb'name="csrf-token" content="([^"]+)"', page)
    token = found.group(1).decode() if found else ""
    device, base, pairs = str(uuid.uuid4()), [], []
    for number in range(ROUNDS):
        revision = str(uuid.uuid4())
        item = {
            "id": revision, "audit": ids["audit"], "item": ids["item"], "base": base, "value": "conform",
            "note": f"Seen in record {number}", "attachment_ids": [], "device_seq": number + 1,
            "client_time": datetime.now(UTC).isoformat(), "tz_offset": 0, "clock_offset_ms": 0,
            "template_version": ids["version"], "author": ids["person"],
        }  # fmt: skip
        batch = {
            "protocol": 1,
            "device_id": device,
            "last_seq": 0,
            "last_hash": "",
            "outbox_count": 1,
            "items": [item],
        }
        status, content, seconds = ours.ask(
            "POST", "/sync", json.dumps(batch), **{"Content-Type": "application/json", "X-CSRFToken": token}
        )
        if status != 200 or b"accepted" not in content:
            raise SystemExit(f"/sync answered {status}: {content[:300]!r}")
        base = [revision]
        pairs.append((seconds, bare.ask("POST", "/", "x" * 500)[2]))
    return statistics.median(a for a, _b in pairs), statistics.median(b for _a, b in pairs)


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


def main() -> None:
    """Print each figure beside its yardstick."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    bare = Server(BARE)
    seconds: dict[tuple[str, int], float] = {}
    for rows in (1_000, count, 50_000):
        with tempfile.TemporaryDirectory() as folder:
            ids = build(Path(folder), rows)
            ours = Server(OURS, folder)
            sign_in(ours)
            pages = {
                "audit of 62 items": f"/audits/{ids['audit']}/fieldwork",
                "list of findings": "/findings/",
                "dashboard": "/dashboard",
            }
            print(
                f"\n{rows:,} findings, start to first answered request {ours.start_seconds:.2f} s (at most 1.5)"
            )
            for name, path in pages.items():
                mine, yard, weight = median_pair(ours, bare, path)
                seconds[name, rows] = mine
                print(
                    f"  {name:20} {mine * 1000:7.1f} ms   bare {weight / 1000:5.0f} kB page {yard * 1000:6.1f} ms   {mine / yard:5.1f} x (at most 3)"
                )
            mine, yard = save_answers(ours, bare, ids)
            print(
                f"  {'one answer saved':20} {mine * 1000:7.1f} ms   bare POST          {yard * 1000:6.1f} ms   {mine / yard:5.1f} x (at most 3)"
            )
            print(f"  worker {ours.megabytes():.0f} MB (at most 150)")
            requests, size = assets(ours, pages["audit of 62 items"])
            print(
                f"  checklist page: script and style {size / 1000:.0f} kB compressed in {requests} requests (150 kB, 12)"
            )
            ours.stop()
    bare.stop()
    for name in ("list of findings", "dashboard"):
        print(
            f"{name}: 50,000 rows {seconds[name, 50_000] / seconds[name, 1_000]:.2f} x of 1,000 (at most 1.5)"
        )


if __name__ == "__main__":
    main()
