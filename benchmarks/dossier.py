"""The dossier of a year of twelve audits, beside a bare ReportLab document of as many pages.

    python -m benchmarks.dossier [ROUNDS]

Promise: under 20 seconds, and memory that does not grow with the number of audits: the peak with twelve audits is at
most a tenth above the peak with three. Each audit has the whole checklist answered (62 questions), five
nonconformities and an issued report; one review has met. Each size is made in a process of its own over an SQLite
file; building the data is not timed. The quickest of the rounds counts.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from benchmarks.review_pack import bare, peak_megabytes

ROOT = Path(__file__).parents[1]
MOST_SECONDS, MOST_GROWTH = 20.0, 1.10
AUDITS, FEW, FINDINGS = 12, 3, 5


def answered(checklist: Any, by: Any, number: int) -> None:
    """The whole checklist through the door that tablets use."""
    from audit_app.checklists import sync
    from audit_app.checklists.protocol import PROTOCOL, Batch
    from audit_app.core.clock import now

    items = [
        {
            "id": str(uuid.uuid4()), "audit": checklist.audit_id, "item": item.id, "base": [],
            "value": "minor" if place % 12 == 5 else "conform", "note": "Ten records of the quarter were read." * 3,
            "flagged": False, "author": by.id, "device_seq": number * 1000 + place, "client_time": now().isoformat(),
            "tz_offset": 480, "clock_offset_ms": 0, "template_version": checklist.version_id, "attachment_ids": [],
        }
        for place, item in enumerate((each for each in checklist.items if each.assessable), 1)
    ]  # fmt: skip
    sync.receive(Batch(protocol=PROTOCOL, device_id=str(uuid.uuid4()), items=items), by=by)


def built(folder: Path, audits: int) -> tuple[Any, int, int]:
    """An application over a fresh database with the year; the reader's id, and the year."""
    from audit_app import create_app
    from audit_app.checklists import services as checklists
    from audit_app.config import Settings
    from audit_app.core.clock import today
    from audit_app.core.db import db
    from audit_app.programme.models import TeamRole
    from tests.people import invite
    from tests.programme.factory import plan_audit, run_audit
    from tests.reports import factory

    app = create_app(Settings(data_dir=folder, secret_key="only-for-this-benchmark-" * 2, testing=True))
    app.app_context().push()
    db.metadata.create_all(db.engine)
    people = invite()
    shipped = checklists.load_shipped(by=None)
    template = next(each for each in shipped if each.template.key == "iso20000-1-2018")
    team = [(people.auditor, TeamRole.AUDITOR)]
    for number in range(audits):
        audit = run_audit(
            people,
            plan_audit(people, title=f"Audit {number}", sites=[people.site], members=team),
            until="start",
        )
        answered(checklists.add_checklist(audit, template, by=people.lead), people.lead, number)
        for place in range(FINDINGS):
            factory.findings.at(people, "verified", audit=audit, title=f"Priority missing {place}")
        db.session.refresh(audit)
        factory.issued(people, audit)
        db.session.commit()
    reader = people.reader.id
    db.session.remove()
    return app, reader, today().year


def measured(audits: int) -> None:
    """One size in this process: seconds, pages, megabytes of the ZIP, peak of memory before and during."""
    from audit_app.accounts.models import Person
    from audit_app.core.db import db
    from audit_app.dossiers import making
    from audit_app.exports import pdf
    from audit_app.exports.document import Document, Text

    with tempfile.TemporaryDirectory() as folder:
        _app, reader, year = built(Path(folder), audits)
        pdf.render(Document("Warm", (Text("Fonts are read once."),)))
        before, place = peak_megabytes(), Path(folder) / "year.zip"
        started, worked = time.perf_counter(), time.process_time()
        with place.open("wb+") as out:
            making.of_year(year, "zh", out, lambda *_said: None, to=db.session.get_one(Person, reader))
        seconds, cpu = time.perf_counter() - started, time.process_time() - worked
        peak = peak_megabytes()
        with ZipFile(place) as archive:
            papers = [archive.read(name) for name in archive.namelist() if name.endswith(".pdf")]
        pages = sum(len(re.findall(rb"/Type /Page\b", paper)) for paper in papers)
        size = place.stat().st_size / 1e6
        print(json.dumps([seconds, pages, len(papers), size, before, peak, bare(pages), cpu]))


def run(audits: int) -> list[float]:
    """One size in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.dossier", "--measure", str(audits)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: list[float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> int:
    """Measure both sizes and print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    few = min((run(FEW) for _round in range(rounds)), key=lambda each: each[0])
    many = min((run(AUDITS) for _round in range(rounds)), key=lambda each: each[0])
    for audits, (seconds, pages, papers, size, before, peak, yardstick, cpu) in ((FEW, few), (AUDITS, many)):
        print(
            f"{audits} audits: {seconds:.1f} s (processor {cpu:.1f} s), {papers:.0f} PDFs of {pages:.0f} pages, ZIP {size:.1f} MB; peak {peak:.0f} MB "
            f"({before:.0f} MB before); bare document of as many pages {yardstick:.2f} s: {seconds / yardstick:.0f} times"
        )
    growth = many[5] / few[5]
    print(f"memory with {AUDITS} against {FEW} audits: {growth:.2f} times (at most {MOST_GROWTH})")
    kept = many[0] <= MOST_SECONDS and growth <= MOST_GROWTH
    print("kept" if kept else "NOT KEPT")
    return 0 if kept else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measured(int(sys.argv[2]))
        sys.exit(0)
    sys.exit(main())
