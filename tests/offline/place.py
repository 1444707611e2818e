"""The organisation in which the stories of the real application happen, and its backups."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit_app.core.db import db
from tests.checklists import factory
from tests.offline.model import AUDITS, LEAD, MEMBER, OTHER

EPOCH = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


class Place:
    """An organisation with two audits, made once; every story begins with a copy of its database."""

    def __init__(self, app: Any, people: Any, client_for: Any, folder: Path, clock: Any) -> None:
        self.app, self.client_for, self.folder, self.clock = app, client_for, folder, clock
        self.database = Path(db.engine.url.database)
        self.evidence = folder / "data" / "evidence"
        self.people = {LEAD: people.lead, MEMBER: people.auditor, OTHER: people.auditor2}
        self.admin, self.admin_id = people.admin, people.admin.id
        version = factory.published(people, "Is it recorded?", "Is it reviewed?")
        self.audits, self.items = {}, {}
        for key, items in AUDITS.items():
            audit = factory.audit(people, code=f"IA-{key}")
            checklist = factory.services.add_checklist(audit, version, by=people.lead)
            self.audits[key] = audit.id
            self.items |= {item: row.id for item, row in zip(items, checklist.items, strict=False)}
        self.version = version.id
        self.ids = {key: person.id for key, person in self.people.items()}
        self.users = dict(self.people)
        db.session.commit()

    def copy(self, name: str) -> Path:
        """The database by SQLite's own backup, and the evidence beside it."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        db.session.commit()
        with sqlite3.connect(self.database) as source, sqlite3.connect(target / "audit.db") as copy:
            source.backup(copy)
        source.close()
        copy.close()
        if self.evidence.exists():
            shutil.copytree(self.evidence, target / "evidence")
        return target

    def put_back(self, copy: Path) -> None:
        """As an operator does it: server stopped, files in place, server started."""
        db.session.remove()
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(copy / "audit.db", self.database)
        shutil.rmtree(self.evidence, ignore_errors=True)
        if (copy / "evidence").exists():
            shutil.copytree(copy / "evidence", self.evidence)
