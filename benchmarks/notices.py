"""5,000 due notices gathered, queued and packed into mails, beside one plain bulk insert of as many rows.

    python -m benchmarks.notices [ROUNDS]

Promise: under 10 seconds from nothing known to all mails waiting, with 5,000 open actions of 250 owners that are due
or late; a second run of the same day adds none. Yardstick of the same run: 5,000 rows of the same table inserted in
one statement and committed. Building the data is not timed. The quickest of the rounds counts.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

MOST_SECONDS = 10.0
NOTICES, OWNERS = 5_000, 250
MORNING = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
"""A worked Monday at ten in Shanghai: the hour of the digest has come."""


def build(folder: Path) -> None:
    """An application over a fresh SQLite file, its context pushed, with the actions in it."""
    from audit_app import create_app
    from audit_app.accounts.permissions import Role
    from audit_app.config import Settings
    from audit_app.core.clock import now, today
    from audit_app.core.db import db
    from audit_app.findings.models import Action, ActionKind, ActionState
    from tests.findings import factory
    from tests.people import add_person, invite

    app = create_app(Settings(data_dir=folder, secret_key="only-for-this-benchmark-" * 2, testing=True))
    app.app_context().push()
    db.metadata.create_all(db.engine)
    people = invite()
    finding = factory.finding(people)
    owners = [
        add_person(
            f"Owner {n}", f"owner{n}@bench.example", Role.PROCESS_OWNER, people.ops, ("en", "zh")[n % 2]
        )
        for n in range(OWNERS)
    ]
    rows = [
        {
            "code": f"A-{n:05d}", "kind": ActionKind.CORRECTIVE, "state": ActionState.OPEN, "title": f"Action {n}",
            "finding_id": finding.id, "owner_id": owners[n % OWNERS].id, "created_on": today() - timedelta(days=60),
            "due_on": today() + timedelta(days=7 - n % 40), "original_due_on": today(), "version": 1,
        }
        for n in range(NOTICES)
    ]  # fmt: skip
    db.session.execute(Action.__table__.insert(), rows)
    db.session.commit()
    assert now()


def measured() -> tuple[float, float, float, float]:
    """Seconds of gathering, of packing, of a second gathering, and of the plain insert."""
    from sqlalchemy import delete, insert, update

    from audit_app.config import Settings
    from audit_app.core.db import db
    from audit_app.home import due
    from audit_app.notifications import outbox
    from audit_app.notifications.models import Gathered, Mail, Notice

    settings, times = Settings(), []
    for act in (due.gather, lambda: outbox.pack(settings), due.gather):
        started = time.perf_counter()
        made = act()
        db.session.commit()
        times.append(time.perf_counter() - started)
        assert made == (0 if len(times) == 3 else NOTICES), made
        db.session.expunge_all()
    rows = [
        {
            name: getattr(each, name)
            for name in ("kind", "person_id", "subject_kind", "subject_id", "day", "facts", "queued_at")
        }
        for each in db.session.query(Notice)
    ]
    assert db.session.query(Mail).count() == OWNERS
    db.session.execute(update(Notice).values(mail_id=None))
    for model in (Mail, Notice, Gathered):
        db.session.execute(delete(model))
    db.session.commit()
    started = time.perf_counter()
    db.session.execute(insert(Notice), rows)
    db.session.commit()
    times.append(time.perf_counter() - started)
    db.session.execute(delete(Notice))
    db.session.commit()
    return times[0], times[1], times[2], times[3]


def main() -> int:
    """Measure and print."""
    from audit_app.core.clock import at

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder, at(MORNING):
        build(Path(folder))
        results = [measured() for _round in range(rounds)]
    gather, pack, again, plain = min(results, key=lambda each: each[0] + each[1])
    total = gather + pack
    print(
        f"{NOTICES} due notices of {OWNERS} people: gathered and queued {gather:.2f} s, packed into {OWNERS} mails "
        f"{pack:.2f} s, together {total:.2f} s (at most {MOST_SECONDS:.0f}); the second run of the day {again:.2f} s"
    )
    print(f"plain insert of as many rows {plain:.2f} s: {total / plain:.1f} times")
    print("kept" if total <= MOST_SECONDS else "NOT KEPT")
    return 0 if total <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
