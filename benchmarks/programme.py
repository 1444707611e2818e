"""A three-year programme for 60 processes and 20 auditors, and the coverage map over 200 audits and 12,000 answers.

    python -m benchmarks.programme [ROUNDS]

Promises: the programme is proposed in under 1 s, and so are its audits planned without being stored (days,
leads); the map takes a constant number of queries. Yardsticks of the same run: one plain SELECT of as many rows, and the number
of queries with a quarter of the data. Building the data is not timed. The quickest of the rounds counts.
"""

import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

MOST_SECONDS = 1.0
PROCESSES, AUDITORS, AUDITS, ITEMS = 60, 20, 200, 60


def built(folder: Path) -> Any:
    """An application over a fresh database, its context pushed."""
    from audit_app import create_app
    from audit_app.config import Settings
    from audit_app.core.db import db

    app = create_app(Settings(data_dir=folder, secret_key="only-for-this-benchmark-" * 2, testing=True))
    app.app_context().push()
    db.metadata.create_all(db.engine)
    return app


def people_and_processes() -> Any:
    """The named people, 60 processes in 12 departments, and 20 who may lead."""
    from audit_app.accounts.library import assessable_clauses
    from audit_app.accounts.models import Department, Process, ProcessClause
    from audit_app.accounts.permissions import Role
    from audit_app.core.db import db
    from tests.people import add_person, invite, qualify

    people, clauses = invite(), assessable_clauses()
    for each in (people.inc, people.chg, people.slm):
        each.active = False
    departments = [
        Department(
            code=f"D{number}", name_en=f"Department {number}", name_zh=f"部门{number}", site=people.site
        )
        for number in range(12)
    ]
    db.session.add_all(departments)
    db.session.flush()
    for number in range(PROCESSES):
        process = Process(
            code=f"P{number:02d}", name_en=f"Process {number}", name_zh=f"过程{number}", owner=people.owner,
            department=departments[number % 12], importance=number % 3 + 1,
        )  # fmt: skip
        process.clause_rows = [ProcessClause(clause=clauses[number % len(clauses)], position=0)]
        db.session.add(process)
    for number in range(AUDITORS):
        person = add_person(
            f"Lead {number}", f"lead{number}@bench.example", Role.LEAD_AUDITOR, departments[number % 12]
        )
        qualify(person, people.admin)
    db.session.commit()
    return people


def audits_with_answers(people: Any, count: int, first: int) -> None:
    """Closed audits of this year, each with a checklist of 60 answered items: rows, not services."""
    from audit_app.accounts.library import assessable_clauses
    from audit_app.checklists.models import Checklist, ChecklistItem, TemplateVersion, Verdict
    from audit_app.core.clock import now, today
    from audit_app.core.db import db
    from audit_app.programme.models import Audit, AuditKind, AuditState, Programme

    year, clauses = db.session.scalars(select(Programme)).one(), assessable_clauses()
    version = db.session.scalars(select(TemplateVersion)).first()
    assert version is not None
    for number in range(first, first + count):
        day = today().replace(month=1, day=5) + timedelta(days=number % 300)
        audit = Audit(
            code=f"A-{number:04d}", programme_id=year.id, kind=AuditKind.INTERNAL, title=f"Audit {number}", criteria="C",
            clauses=list(clauses[:ITEMS]), starts_on=day, ends_on=day, state=AuditState.CLOSED,
        )  # fmt: skip
        db.session.add(audit)
        checklist = Checklist(
            audit=audit, template_version=version, created_at=now(), created_by_id=people.lead.id
        )
        checklist.items = [
            ChecklistItem(position=place, clause=clauses[place % len(clauses)], assessable=True)
            for place in range(ITEMS)
        ]
        db.session.add(checklist)
    db.session.flush()
    _answers(people, list(Verdict), first)
    db.session.commit()


def _answers(people: Any, verdicts: list[Any], first: int) -> None:
    """One accepted answer for each item that has none; the chain of hashes is not what is measured."""
    from audit_app.checklists.models import AnswerRevision, Checklist, ChecklistItem, RevisionStatus
    from audit_app.core.clock import now
    from audit_app.core.db import db
    from audit_app.programme.models import Audit

    query = select(ChecklistItem.id, Checklist.audit_id, Checklist.version_id).join(Checklist).join(Audit)
    rows = [
        {
            "server_seq": item, "id": str(uuid.UUID(int=item)), "audit_id": audit, "item_id": item, "base": [],
            "value": verdicts[item % 6], "author_id": people.lead.id, "device_id": "bench", "device_seq": item,
            "client_time": now(), "template_version": version, "body_sha256": f"{item:064d}", "received_at": now(),
            "status": RevisionStatus.ACCEPTED, "prev_hash": "", "row_hash": f"{item:064d}",
        }
        for item, audit, version in db.session.execute(query.where(Audit.code >= f"A-{first:04d}"))
    ]  # fmt: skip
    db.session.execute(insert(AnswerRevision), rows)


def proposing(people: Any, rounds: int) -> tuple[float, int, int, int]:
    """Seconds of a proposal over three years; its lines, the audits it would make, and how many got a lead."""
    from audit_app.core.clock import today
    from audit_app.core.db import db
    from audit_app.planning import services

    times = []
    for _round in range(rounds):
        db.session.rollback()
        started = time.perf_counter()
        proposal = services.propose(today().year + 1, 3, by=people.manager)
        visits = services.days_and_leads({line.code: line for line in proposal.lines if line.months}, True)
        times.append(time.perf_counter() - started)
    lines = len(proposal.lines)
    db.session.rollback()
    return min(times), lines, len(visits), sum(each.lead is not None for each in visits)


def mapping(people: Any, rounds: int) -> tuple[float, int, int, float]:
    """Seconds and queries of the map clause by audit; answers on it; seconds of a plain SELECT of as many rows."""
    from audit_app.checklists.models import AnswerRevision
    from audit_app.core.clock import today
    from audit_app.core.db import db
    from audit_app.planning import maps
    from audit_app.programme.heatmap import Across, By

    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    times, plain = [], []
    for _round in range(rounds):
        db.session.expire_all()
        person = db.session.merge(people.manager)
        person.permissions  # noqa: B018  # the reader of a page is there before the page
        sent.clear()
        started = time.perf_counter()
        found = maps.view(today().year, By.CLAUSE, Across.AUDIT, cycle=False, to=person)
        times.append(time.perf_counter() - started)
        queries = len(sent)
        started = time.perf_counter()
        db.session.execute(
            select(AnswerRevision.audit_id, AnswerRevision.item_id, AnswerRevision.value)
        ).all()
        plain.append(time.perf_counter() - started)
    answered = sum(cell.answered for cell in found.map.cells.values())
    return min(times), queries, answered, min(plain)


def main(arguments: list[str]) -> int:
    """Print the figures; exit 1 when a promise is broken."""
    from audit_app.checklists import services as checklists
    from audit_app.core.db import db
    from tests.programme.factory import plan_year

    rounds = int(arguments[0]) if arguments else 5
    with tempfile.TemporaryDirectory() as folder:
        built(Path(folder))
        people = people_and_processes()
        plan_year(people)
        checklists.load_shipped(by=None)
        db.session.commit()
        seconds, lines, visits, led = proposing(people, rounds)
        audits_with_answers(people, AUDITS // 4, 0)
        _time, few, _answered, _plain = mapping(people, 1)
        audits_with_answers(people, AUDITS - AUDITS // 4, AUDITS // 4)
        drawn, many, answered, plain = mapping(people, rounds)
        db.session.remove()
        db.engine.dispose()
    kept = seconds < MOST_SECONDS
    print(f"Three years proposed for {lines} lines and {AUDITORS} auditors, {visits} audits dated, {led} led: "
          f"{seconds:.3f} s (promise {MOST_SECONDS} s: {'kept' if kept else 'broken'})")  # fmt: skip
    print(f"Map over {AUDITS} audits and {answered:,} answers: {drawn:.3f} s in {many} queries "
          f"({few} with a quarter of it: {'constant' if few == many else 'not constant'})")  # fmt: skip
    print(
        f"Yardstick, one plain SELECT of as many rows: {plain:.3f} s (the map takes {drawn / plain:.1f} times that)"
    )
    return 0 if kept and few == many else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
