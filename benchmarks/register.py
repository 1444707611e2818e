"""The register with 50,000 findings and 150,000 actions against 1,000 and 3,000: python -m benchmarks.register [rounds]

The pages (first 50 rows with the counters per origin, open actions, dashboard, charts) must be answered with the same
number of queries and within twice the time. Two of five findings are nonconformities of all ages, causes and ends. The yardstick of the same run is the bare query of 50 rows by the index the list is sorted by.
"""

import contextvars
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import String, case, cast, event, func, insert, select, update

from audit_app import create_app
from audit_app.accounts.models import Person
from audit_app.config import Settings
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.findings.cause_models import CauseCategory
from audit_app.findings.models import Action, ActionKind, ActionState, Finding, FindingState, Grade
from benchmarks.many import audit_under_way, many_findings

SMALL, LARGE, ACTIONS_EACH, MOST_TIMES = 1_000, 50_000, 3, 2.0
PAGES = (
    "/findings/",
    "/findings/?state=open",
    "/findings/?origin=complaint&state=open",
    "/findings/actions?state=open",
    "/dashboard",
    "/findings/charts",
)


def nonconformities() -> None:
    """Two of five findings become minor nonconformities, complete as the constraints ask, every tenth of them major."""
    done = func.datetime(Finding.raised_on, "+" + cast(Finding.id % 90, String) + " days")
    causes = list(CauseCategory)
    db.session.execute(
        update(Finding)
        .where(Finding.id % 5 < 2)
        .values(
            grade=case((Finding.id % 50 == 0, Grade.MAJOR.value), else_=Grade.MINOR.value),
            correction="Repaired", cause="The form had no field for it", effectiveness_note="Seen in sixty records",
            cause_category=case(
                *((Finding.id % 7 == place, each.value) for place, each in enumerate(causes[:5])), else_=None
            ),
            implemented_at=case((Finding.state == FindingState.CLOSED, done), else_=None),
            implemented_by_id=case((Finding.state == FindingState.CLOSED, Finding.owner_id), else_=None),
            verified_by_id=case((Finding.state == FindingState.CLOSED, Finding.raised_by_id), else_=None),
            verified_at=case((Finding.state == FindingState.CLOSED, done), else_=None),
        )
    )  # fmt: skip


def actions(ids: dict[str, int]) -> None:
    """Three actions of each finding."""
    rows: list[dict[str, Any]] = []
    for number in db.session.scalars(select(Finding.id)):
        for each in range(ACTIONS_EACH):
            made = today() - timedelta(days=number % 900)
            rows.append(
                {
                    "code": f"ACT-{number:06d}-{each}", "kind": ActionKind.CORRECTIVE, "title": "Make the field mandatory",
                    "state": ActionState.OPEN if number % 9 == 0 else ActionState.VERIFIED, "finding_id": number,
                    "owner_id": ids["owner"], "created_on": made, "due_on": made + timedelta(days=30),
                    "original_due_on": made + timedelta(days=30), "version": 1,
                }
            )  # fmt: skip
    for start in range(0, len(rows), 5000):
        db.session.execute(insert(Action), rows[start : start + 5000])


def measured(count: int, rounds: int) -> tuple[dict[str, tuple[float, int]], float]:
    """Quickest milliseconds and queries of each page with so many findings; and the bare query."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(data_dir=Path(folder), secret_key="only-for-this-benchmark-" * 2, testing=True)
        )
        with app.app_context():
            db.metadata.create_all(db.engine)
            ids = audit_under_way("benchmark password 1")
            many_findings(count, ids)
            nonconformities()
            actions(ids)
            db.session.commit()
            person = db.session.get(Person, ids["person"])
            assert person is not None
            sent: list[str] = []
            event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
            found = {page: page_of(app, person, page, rounds, sent) for page in PAGES}
            bare = (
                select(Finding.id, Finding.code, Finding.title).order_by(Finding.raised_on.desc()).limit(50)
            )
            took = []
            for _round in range(rounds):
                began = time.perf_counter()
                db.session.execute(bare).all()
                took.append((time.perf_counter() - began) * 1000)
            return found, min(took)


def page_of(app: Any, person: Person, page: str, rounds: int, sent: list[str]) -> tuple[float, int]:
    """Quickest first opening of a page in processor time, which other work on the machine disturbs less.

    Nothing is kept, since the trail grows before each; SQLite works in this process.
    """
    from audit_app.trail import services as trail
    from tests import signed_in

    client = signed_in.enter(app.test_client(), person)
    took = []
    for _round in range(rounds):
        trail.note("evidence.attach", db.session.get(Person, person.id), by=None)
        db.session.commit()
        sent.clear()
        began = time.process_time()
        reply = contextvars.Context().run(client.get, page)
        took.append((time.process_time() - began) * 1000)
        assert reply.status_code == 200, (page, reply.status_code)
    return min(took), len(sent)


def main(rounds: int = 7) -> int:
    """Measure both sizes and print the ratios."""
    small, _bare = measured(SMALL, rounds)
    large, bare = measured(LARGE, rounds)
    kept = True
    for page in PAGES:
        (before, few), (after, many) = small[page], large[page]
        fine = after <= MOST_TIMES * before and few == many
        kept = kept and fine
        print(
            f"{page}: {before:.1f} ms and {few} queries with {SMALL:,}, {after:.1f} ms and {many} with {LARGE:,}: "
            f"{after / before:.2f} times (at most {MOST_TIMES:.0f}: {'kept' if fine else 'NOT KEPT'})"
        )
    print(f"bare query of 50 rows with {LARGE:,}: {bare:.1f} ms")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
