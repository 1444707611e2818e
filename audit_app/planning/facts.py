"""The facts of the house that weigh in the programme, in a constant number of queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from audit_app.accounts import queries as accounts
from audit_app.accounts.library import assessable_clauses
from audit_app.accounts.models import Process
from audit_app.core.db import db
from audit_app.findings.models import NONCONFORMITY, Finding, FindingState, Grade
from audit_app.planning.models import DEMANDS, NoteKind, ProcessNote
from audit_app.planning.rules import LOOK_BACK, ProcessFacts
from audit_app.planning.schedule import number
from audit_app.programme.coverage import clauses_of, covers
from audit_app.programme.models import EXTERNAL, Audit, AuditState

REPEAT = timedelta(days=365)
"""A nonconformity of the same clause in the same process within a year is a repeat (rule R10)."""
MONTH = 30.44
REST = "SMS"
"""Key of the clauses that no process answers for."""


def gathered(before: date) -> tuple[list[Process], dict[str, ProcessFacts], dict[str, int | None]]:
    """The processes in use, the facts of each (and of the rest of the system), the month of its last audit.

    ``before`` is the first day of the programme: audits planned to end before it count as the last ones.
    """
    processes = accounts.processes()
    clauses = {each.code: tuple(each.clauses) for each in processes}
    rest = rest_of(processes)
    if rest:
        clauses[REST] = rest
    last = _last_audits(processes, clauses, before)
    notes, results = _notes(before, last, processes), _results(before)
    codes = {each.code: each for each in processes}
    facts = {}
    for key, numbers in clauses.items():
        process = codes.get(key)
        found, told = results.get(process.id if process else None, _NOTHING), notes.get(key, Counter())
        facts[key] = ProcessFacts(
            key=key, importance=process.importance if process else 2, clauses=len(numbers),
            changes=told[NoteKind.CHANGE], legal=told[NoteKind.LEGAL], customer=told[NoteKind.CUSTOMER],
            majors=found["major"], minors=found["minor"], repeats=found["repeat"],
            months_since=_months(last.get(key), before),
        )  # fmt: skip
    return processes, facts, {key: number(day) if day else None for key, day in last.items()}


def _months(day: date | None, before: date) -> int | None:
    return None if day is None else round((before - day).days / MONTH)


_NOTHING: Counter[str] = Counter()


def rest_of(processes: Iterable[Process]) -> tuple[str, ...]:
    """The assessable clauses that no process in use answers for."""
    named = {clause for process in processes for clause in process.clauses}
    return tuple(clause for clause in assessable_clauses() if not covers(named, clause))


def _last_audits(
    processes: list[Process], clauses: dict[str, tuple[str, ...]], before: date
) -> dict[str, date | None]:
    query = select(Audit).where(
        Audit.state != AuditState.CANCELLED, Audit.kind.not_in(EXTERNAL), Audit.ends_on < before
    )
    audits = db.session.scalars(query.options(selectinload(Audit.processes)).order_by(Audit.ends_on.desc()))
    found: dict[str, date | None] = dict.fromkeys(clauses)
    open_ = set(clauses)
    for audit in audits:
        if not open_:
            break
        scope, named = clauses_of(audit), {each.code for each in audit.processes}
        done = {
            key
            for key in open_
            if key in named or (clauses[key] and all(covers(scope, clause) for clause in clauses[key]))
        }
        found |= dict.fromkeys(done, audit.ends_on)
        open_ -= done
    return found


def _notes(before: date, last: dict[str, Any], processes: list[Process]) -> dict[str, Counter[NoteKind]]:
    """Changes since the last audit, and demands that hold, by code of the process."""
    codes = {each.id: each.code for each in processes}
    found: dict[str, Counter[NoteKind]] = defaultdict(Counter)
    for note in db.session.scalars(select(ProcessNote).where(ProcessNote.ended_on.is_(None))):
        code = codes.get(note.process_id)
        if code is None or note.since > before:
            continue
        audited = last.get(code)
        if note.kind in DEMANDS or audited is None or note.since > audited:
            found[code][note.kind] += 1
    return found


def _results(before: date) -> dict[int | None, Counter[str]]:
    """Nonconformities of the last months by process: majors, minors, and how many of them are repeats."""
    since = before - timedelta(days=round(LOOK_BACK * MONTH))
    query = select(Finding.process_id, Finding.clause, Finding.grade, Finding.raised_on).where(
        Finding.grade.in_(NONCONFORMITY),
        Finding.state.not_in((FindingState.DRAFT, FindingState.WITHDRAWN)),
        Finding.raised_on >= since - REPEAT,
        Finding.raised_on < before,
    )
    found: dict[int | None, Counter[str]] = defaultdict(Counter)
    earlier: dict[tuple[int | None, str], date] = {}
    for process, clause, grade, raised in db.session.execute(query.order_by(Finding.raised_on, Finding.id)):
        if raised >= since:
            found[process]["major" if grade is Grade.MAJOR else "minor"] += 1
            again = earlier.get((process, clause)) if clause else None
            if again is not None and raised - again <= REPEAT:
                found[process]["repeat"] += 1
        earlier[process, clause] = raised
    return found
