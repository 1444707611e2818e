"""Many tablets at one door, some replies lost, beside raw SQLite with the same durability in the same run.

    python -m benchmarks.tablets [TABLETS] [ROUNDS]

Promises: 200 simulated tablets with 10 % lost replies against one gunicorn: the 95th percentile of a sync is under 1 s, no
acknowledged answer is missing, and nobody hears "database is locked". Batches per second are given as a share of what raw
SQLite does with the same durability (WAL, synchronous=FULL, one transaction a batch).

Each tablet sends ROUNDS batches of three answers, one every half minute as in the field; the rate is printed. A lost reply is one that the tablet throws away: it
sends the same batch again, as the client does. Exit 1 when a promise is broken.
"""

import asyncio
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.pages import PASSWORD, ROOT, environment, free_port

TABLETS, ROUNDS, ITEMS = 200, 3, 3
PAUSE = (20.0, 40.0)
"""Seconds between two syncs of one tablet, as in the field."""
LOST = 0.10
SLOWEST = 1.0


@dataclass
class Told:
    """What the tablets saw."""

    seconds: list[float] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    made: int = 0
    lost: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


async def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
    """Status, head and body of one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    await writer.drain()
    content = await reader.read()
    writer.close()
    head, _blank, rest = content.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head.decode("latin-1"), rest


def cookies(head: str, kept: dict[str, str]) -> None:
    """Keep what a reply sets."""
    for name, value in re.findall(r"(?im)^set-cookie: ([^=]+)=([^;]*)", head):
        kept[name] = value


async def sign_in(port: int, email: str) -> tuple[dict[str, str], str]:
    """Cookies and CSRF token of one person, by the real form."""
    kept: dict[str, str] = {}
    _status, head, page = await ask(port, "GET", "/login")
    cookies(head, kept)
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {"email": email, "password": PASSWORD, "csrf_token": token.group(1).decode() if token else ""}
    line = "; ".join(f"{k}={v}" for k, v in kept.items())
    kind = "application/x-www-form-urlencoded"
    status, head, _page = await ask(
        port, "POST", "/login", urlencode(form).encode(), Cookie=line, **{"Content-Type": kind}
    )
    if status != 302:
        raise SystemExit(f"sign-in answered {status}")
    cookies(head, kept)
    line = "; ".join(f"{k}={v}" for k, v in kept.items())
    _status, head, said = await ask(port, "GET", "/sync/hello", Cookie=line, Accept="application/json")
    cookies(head, kept)
    return kept, json.loads(said)["csrf"]


async def tablet(
    number: int, port: int, ids: dict[str, Any], session: tuple[dict[str, str], str], told: Told
) -> None:
    """One tablet: batches of new answers, sent again while their reply is lost."""
    chance, device, seq = random.Random(number), str(uuid.UUID(int=number + 1, version=4)), 0
    kept, csrf = session
    headers = {
        "Cookie": "; ".join(f"{k}={v}" for k, v in kept.items()), "X-CSRFToken": csrf,
        "Content-Type": "application/json", "Accept": "application/json",
    }  # fmt: skip
    last = (0, "")
    for _round in range(told_rounds()):
        await asyncio.sleep(chance.uniform(*PAUSE) if _round else chance.uniform(0, PAUSE[1]))
        items = []
        for _each in range(ITEMS):
            seq += 1
            items.append(answer(ids, seq))
        told.made += len(items)
        waiting = {item["id"] for item in items}
        while waiting:
            batch = {
                "protocol": 2, "device_id": device, "last_seq": last[0], "last_hash": last[1],
                "outbox_count": len(waiting), "items": [each for each in items if each["id"] in waiting],
            }  # fmt: skip
            begun = time.perf_counter()
            status, _head, body = await ask(port, "POST", "/sync", json.dumps(batch).encode(), **headers)
            told.seconds.append(time.perf_counter() - begun)
            told.statuses[str(status)] = told.statuses.get(str(status), 0) + 1
            if status != 200 or chance.random() < LOST:
                told.lost += 1
                await asyncio.sleep(chance.uniform(0.2, 1.0))
                continue
            reply = json.loads(body)
            last = (reply["server_seq"], reply["row_hash"])
            done = {
                key
                for key, result in reply["results"].items()
                if result["status"] in ("accepted", "duplicate")
            }
            if odd := {each["status"] for each in reply["results"].values()} - {"accepted", "duplicate"}:
                raise SystemExit(f"/sync said {odd}")
            told.acknowledged |= done
            waiting -= done


def answer(ids: dict[str, Any], seq: int) -> dict[str, object]:
    """A revision as the client makes it."""
    return {
        "id": str(uuid.uuid4()), "kind": "answer", "audit": ids["audit"], "item": ids["items"][seq % len(ids["items"])], "base": [],
        "value": "conform", "note": f"Seen in record {seq}", "author": ids["person"], "device_seq": seq,
        "client_time": "2026-03-10T09:30:00.000+08:00", "tz_offset": 480, "clock_offset_ms": 0,
        "template_version": ids["version"], "attachment_ids": [],
    }  # fmt: skip


def told_rounds() -> int:
    """How many batches each tablet sends."""
    return int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS


def build(folder: Path) -> dict[str, Any]:
    """An audit under way, in a process of its own."""
    code = "from benchmarks import pages; import sys; pages.fill(sys.argv[1], 25)"
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    ids: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    connection = sqlite3.connect(folder / "audit.db")
    ids["items"] = [row[0] for row in connection.execute("SELECT id FROM checklist_item WHERE assessable")]
    connection.close()
    return ids


def gunicorn(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """One gunicorn as docs/operate.md starts it: two workers for two cores, over SQLite."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        "2",
        "--threads",
        "4",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--log-level", "warning", "--backlog", "512", "audit_app.wsgi:application()"]
    settings = {"DATA_DIR": str(folder), "SECRET_KEY": "benchmark" * 5}
    return subprocess.Popen(command, cwd=ROOT, env=environment() | settings)


def raw_sqlite(folder: Path, batches: int) -> float:
    """Batches per second of SQLite alone: three rows a transaction, WAL, full sync."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id TEXT PRIMARY KEY, body TEXT)")
    body, begun = "x" * 700, time.perf_counter()
    for _each in range(batches):
        connection.execute("BEGIN IMMEDIATE")
        for _row in range(ITEMS):
            connection.execute("INSERT INTO row VALUES (?, ?)", (str(uuid.uuid4()), body))
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return batches / seconds


def missing(folder: Path, told: Told) -> int:
    """Acknowledged answers that are not in the database."""
    connection = sqlite3.connect(folder / "audit.db")
    there = {row[0] for row in connection.execute("SELECT id FROM answer_revision")}
    connection.close()
    return len(told.acknowledged - there)


async def one_after_another(
    port: int, ids: dict[str, Any], session: tuple[dict[str, str], str], folder: Path
) -> float:
    """Batches per second of one tablet that never pauses: what the door itself costs."""
    told, begun = Told(), time.perf_counter()
    kept, csrf = session
    headers = {
        "Cookie": "; ".join(f"{k}={v}" for k, v in kept.items()),
        "X-CSRFToken": csrf,
        "Content-Type": "application/json",
    }
    for number in range(100):
        items = [answer(ids, number * ITEMS + place) for place in range(1, ITEMS + 1)]
        batch = {"protocol": 2, "device_id": str(uuid.UUID(int=9999, version=4)), "items": items}
        status, _head, _body = await ask(port, "POST", "/sync", json.dumps(batch).encode(), **headers)
        told.statuses[str(status)] = told.statuses.get(str(status), 0) + 1
    assert told.statuses == {"200": 100}, told.statuses
    assert folder.exists()
    return 100 / (time.perf_counter() - begun)


async def run(folder: Path, port: int, count: int) -> int:
    """All tablets at once; prints the figures, returns how many promises are broken."""
    ids = build(folder)
    server = gunicorn(folder, port)
    try:
        for _try in range(400):
            try:
                await ask(port, "GET", "/login")
                break
            except OSError:
                await asyncio.sleep(0.05)
        session = await sign_in(port, "lead@bench.example")
        told, begun = Told(), time.perf_counter()
        await asyncio.gather(*(tablet(each, port, ids, session, told) for each in range(count)))
        seconds = time.perf_counter() - begun
        alone = await one_after_another(port, ids, session, folder)
    finally:
        server.terminate()
        server.wait()
    return judge(folder, told, seconds, count, alone)


def judge(folder: Path, told: Told, seconds: float, count: int, alone: float) -> int:
    """Print each figure beside its yardstick."""
    slow = statistics.quantiles(told.seconds, n=20)[-1]
    gone, bare, broken = missing(folder, told), raw_sqlite(folder, 300), 0
    odd = {status: number for status, number in told.statuses.items() if status != "200"}
    lines = [
        (slow < SLOWEST, f"{count} tablets, {len(told.seconds)} syncs in {seconds:.0f} s ({len(told.seconds) / seconds:.1f} a second): "
         f"median {statistics.median(told.seconds) * 1000:.0f} ms, p95 {slow * 1000:.0f} ms (at most {SLOWEST * 1000:.0f})"),
        (gone == 0 and len(told.acknowledged) == told.made,
         f"{told.made} answers made, {told.lost} replies lost, {len(told.acknowledged)} acknowledged, {gone} of them missing (0)"),
        (not odd, f"replies other than 200: {odd or 'none'} (none: no \"database is locked\")"),
        (True, f"one tablet without a pause: {alone:.0f} batches a second; raw SQLite with the same durability {bare:.0f}: "
         f"{alone / bare * 100:.1f} %"),
    ]  # fmt: skip
    for kept, line in lines:
        print(line if kept else f"{line}  BROKEN")
        broken += not kept
    return broken


def main() -> int:
    """Print the figures; 1 when a promise is broken."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TABLETS
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        return 1 if asyncio.run(run(Path(folder), free_port(), count)) else 0


if __name__ == "__main__":
    sys.exit(main())
