"""How long other people's saves wait while a long ticket log is taken in through the browser, on SQLite.

    python -m benchmarks.import_wait [TICKETS]

One process serves the import as the browser asks for it (read, compare, store in a thread of its own); another
saves a small row again and again, each in a transaction of its own. The longest save is printed, for the first
import of a log and for the same log with one in ten tickets changed.
"""

import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def log(path: Path, tickets: int, changed: int) -> None:
    """A plain table of tickets over 30 months; ``changed`` other hours of one in ten."""
    rng, first = random.Random(5), datetime(2024, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("number,opened,resolved,closed,priority,category,reopened,sla_met\n")
        for place in range(tickets):
            opened = first + timedelta(minutes=rng.randrange(60 * 24 * 900))
            done = opened + timedelta(minutes=rng.randrange(6000) + (changed if place % 10 == 0 else 0))
            said = "yes" if rng.random() < 0.9 else "no"
            file.write(f"INC{place:07},{opened:%Y-%m-%d %H:%M},{done:%Y-%m-%d %H:%M},,P2,network,0,{said}\n")


def saver(database: str) -> None:
    """Save a row 20 times a second until the input ends; print the longest, in seconds."""
    import sqlite3
    import threading

    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    connection = sqlite3.connect(database, isolation_level=None, timeout=60)
    connection.execute("PRAGMA synchronous=FULL")
    longest, count = 0.0, 0
    while not ended.is_set():
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE person SET name = name")
        connection.execute("COMMIT")
        longest, count = max(longest, time.perf_counter() - begun), count + 1
        time.sleep(0.05)
    print(f"{longest:.2f} {count}")


def taken(app: Any, person: int, path: Path) -> None:
    """One file through the two steps of the browser."""
    from audit_app.indicators import long_imports
    from audit_app.indicators.taking import Choices
    from audit_app.web import holding, jobs, uploads

    with app.app_context():
        folder = uploads.folder()
    with path.open("rb") as file:
        held = holding.keep(folder, person, path.name, file, kind="tickets", profile="generic")
    for step in (long_imports.LOOK, long_imports.TAKE):
        begun = time.perf_counter()
        with app.app_context():
            long_imports.begin(app, folder, person, held, step, Choices())
        job = jobs.wait(folder, person, held.token, 3600)
        assert job is not None
        assert (job.state, job.result.get("refused")) == ("done", None), job
        print(f"  {step}: {time.perf_counter() - begun:.1f} s")


def main(tickets: int) -> None:
    """Measure and print."""
    from audit_app import create_app
    from audit_app.accounts import services as accounts
    from audit_app.accounts.permissions import Role
    from audit_app.config import Settings
    from audit_app.core.db import Base, db
    from audit_app.indicators import services

    with tempfile.TemporaryDirectory() as given:
        folder = Path(given)
        app = create_app(Settings(data_dir=folder, secret_key="benchmark" * 5, lock_days=0))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            accounts.prepare(by=None)
            services.load_register(by=None)
            role = [Role.PROGRAMME_MANAGER]
            made = accounts.add_person(
                email="m@example.org", name="M", roles=role, language="en", password="benchmark-2000", by=None
            )
            db.session.commit()
            person = made.id
            db.session.remove()
        for name, changed in (("first", 0), ("one in ten changed", 60)):
            path = folder / "log.csv"
            log(path, tickets, changed)
            print(f"{tickets:,} tickets, {path.stat().st_size / 1e6:.0f} MB, {name}")
            command = [sys.executable, "-m", "benchmarks.import_wait", "saver", str(folder / "audit.db")]
            other = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            taken(app, person, path)
            longest, count = other.communicate("")[0].split()
            print(f"  longest of {count} saves: {longest} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["saver"]:
        saver(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
