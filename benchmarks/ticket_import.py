"""Importing a ticket log into SQLite, and reading it, beside a bare CSV pass over the same file in the same
run.

    python -m benchmarks.ticket_import [LOG.csv or LOG.zip, or a number of rows] [ROUNDS]

Promise: at most 4 times the bare pass, and under 200 MB at the peak, for 141,712 updates of 24,918 incidents
(46 MB), and for a million rows. Each pass is a process of its own, so its peak memory is its own, imports included. The passes take
turns, and the quickest of each counts, as other work on the machine only ever makes them slower. On a busy machine the time
of the processor, beside it, is the one to go by.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "tests" / "data" / "incident_event_log.csv.zip"
MOST_TIMES, MOST_MEGABYTES = 4.0, 200.0


def longer(rows: int, folder: Path) -> Path:
    """The sample again and again to so many rows, each time with other numbers: as many tickets more."""
    made = folder / f"{rows}.csv"
    with zipfile.ZipFile(SAMPLE) as packed, made.open("w", encoding="utf-8", newline="") as file:
        name = next(n for n in packed.namelist() if n.endswith(".csv") and not n.startswith("__MACOSX"))
        head, *lines = packed.read(name).decode("utf-8-sig").splitlines()
        file.write(head + "\n")
        for place in range(rows):
            turn, line = divmod(place, len(lines))
            file.write(f"{turn}-{lines[line]}\n" if turn else f"{lines[line]}\n")
    return made


def bare(path: Path) -> int:
    """The yardstick: every row is split into cells, and forgotten."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def ours(path: Path) -> int:
    """The reader the product uses, tickets and all."""
    from audit_app.indicators.logs import read_tickets
    from audit_app.indicators.profiles import ticket_profile

    return read_tickets(path, ticket_profile("servicenow")).rows


def whole(path: Path) -> int:
    """The whole import: read, tickets into a new SQLite file, every month measured, committed."""
    from audit_app.core.db import db
    from audit_app.indicators import services

    rows = services.import_tickets(path, "servicenow", by=None).rows
    db.session.commit()
    return rows


def in_application(path: Path) -> dict[str, float]:
    """The whole import inside an application of its own; only the import is timed."""
    from audit_app import create_app
    from audit_app.config import Settings
    from audit_app.core.db import Base, db
    from audit_app.indicators import services

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), secret_key="benchmark" * 5))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            services.load_register(by=None)
            db.session.commit()
            try:
                return measured(whole, path)
            finally:
                db.session.remove()
                db.engine.dispose()


def measured(work: Callable[[Path], int], path: Path) -> dict[str, float]:
    """Rows, seconds and peak megabytes of one pass in this process."""
    if work is ours:
        import audit_app.indicators.logs  # noqa: F401 -- so that the import is not timed

    started, worked = time.perf_counter(), time.process_time()
    rows = work(path)
    spent = {"seconds": time.perf_counter() - started, "processor": time.process_time() - worked}
    return {"rows": rows, **spent, "megabytes": peak_megabytes()}


def peak_megabytes() -> float:
    """The most memory this process ever held, from the kernel; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def in_own_process(work: str, path: Path) -> dict[str, float]:
    """The same, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.ticket_import", "--pass", work, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(log: Path, rounds: int) -> bool:
    """Print the table; whether the promise is kept."""
    with tempfile.TemporaryDirectory() as folder:
        plain = log
        if zipfile.is_zipfile(log):
            with zipfile.ZipFile(log) as packed:
                name = next(
                    n for n in packed.namelist() if n.endswith(".csv") and not n.startswith("__MACOSX")
                )
                plain = Path(packed.extract(name, folder))
        passes = {
            "bare csv.reader": ("bare", plain),
            "read_tickets": ("ours", plain),
            "whole import": ("whole", plain),
        }
        if log != plain:
            passes["read_tickets, zip"] = ("ours", log)
            passes["whole import, zip"] = ("whole", log)
        best: dict[str, dict[str, float]] = {}
        for _ in range(rounds):
            for title, (work, path) in passes.items():
                now = in_own_process(work, path)
                then = best.get(title, now)
                best[title] = {key: max(now[key], then[key]) for key in now} | {
                    key: min(now[key], then[key]) for key in ("seconds", "processor")
                }
    yardstick = best["bare csv.reader"]
    kept = True
    for title, got in best.items():
        times, worked = (got[key] / yardstick[key] for key in ("seconds", "processor"))
        kept = kept and times <= MOST_TIMES and got["megabytes"] < MOST_MEGABYTES
        rows, seconds, megabytes = got["rows"], got["seconds"], got["megabytes"]
        print(
            f"{title:18} {rows:>9,.0f} rows {seconds:7.3f} s {times:5.2f} × "
            f"(processor {got['processor']:.3f} s {worked:5.2f} ×) {megabytes:7.1f} MB"
        )
    verdict = "kept" if kept else "BROKEN"
    print(f"promise: at most {MOST_TIMES:g} × the bare pass, under {MOST_MEGABYTES:g} MB: {verdict}")
    return kept


def main(arguments: list[str]) -> int:
    """Command line; 1 when the promise is broken."""
    if arguments[:1] == ["--pass"]:
        path = Path(arguments[2])
        passes = {"bare": bare, "ours": ours}
        done = in_application(path) if arguments[1] == "whole" else measured(passes[arguments[1]], path)
        print(json.dumps(done))
        return 0
    rounds = int(arguments[1]) if len(arguments) > 1 else 5
    if arguments and arguments[0].isdecimal():
        with tempfile.TemporaryDirectory() as folder:
            return 0 if compare(longer(int(arguments[0]), Path(folder)), rounds) else 1
    return 0 if compare(Path(arguments[0]).resolve() if arguments else SAMPLE, rounds) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
