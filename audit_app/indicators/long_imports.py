"""Long logs are read, compared and stored by a thread of their own, so that no request waits for them.

Reading and comparing take no write lock (``tickets.import_tickets``, ``apart``); what is told of a step is
kept in both languages, since nobody knows who will read it.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from audit_app.accounts.language import LOCALES
from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.db import db, reading
from audit_app.core.errors import Refused
from audit_app.indicators import kept_reports, pickup, taking
from audit_app.indicators.models import Import
from audit_app.indicators.sources import PROFILES
from audit_app.indicators.taking import Choices
from audit_app.web import holding, jobs
from audit_app.web.holding import Held
from audit_app.web.jobs import Job, Tell

LOOK, TAKE = "look", "take"
LONG = 2_000_000
"""Bytes from which a log is read outside of the request: about 20,000 rows, a second of work."""
PACKED = (b"PK\x03\x04", b"\x1f\x8b")
UNFOLDS = 10
"""So many times its size is a packed log thought to be long."""


def is_long(held: Held) -> bool:
    """Whether an upload is a log that is read outside of the request."""
    if held.facts["kind"] not in PROFILES or not held.path.exists():
        return False
    with held.path.open("rb") as file:
        packed = file.read(4).startswith(PACKED)
    return held.path.stat().st_size * (UNFOLDS if packed else 1) >= LONG


def begin(app: Flask, folder: Path, person_id: int, held: Held, step: str, chosen: Choices) -> None:
    """Begin to look at an upload, or to take it in, unless one of them is going on."""

    def work(job: Job, tell: Tell) -> dict[str, Any]:
        fresh = holding.fetch(folder, person_id, job.token)
        if step == LOOK:
            return _look(fresh, chosen, tell)
        found = _take(fresh, chosen, person_id, tell, app.config["SETTINGS"].pickup_folder)
        if found.get("import"):
            holding.forget_body(folder, person_id, job.token)
        return found

    jobs.start(app, folder, person_id, held, step, work, **asdict(chosen))


def _look(held: Held, chosen: Choices, tell: Tell) -> dict[str, Any]:
    with reading():
        try:
            report, _reading = taking.look(held, chosen, by=None, progress=tell)
        except Refused as refused:
            return {"refused": _in_each(partial(str, refused.words)), "report": None}
        return {"refused": None, "report": _in_each(lambda: kept_reports.plain(report))}


def _take(
    held: Held, chosen: Choices, person_id: int, tell: Tell, pickup_folder: Path | None
) -> dict[str, Any]:
    with reading():
        by = db.session.get_one(Person, person_id)
        may = by.active and by.may(Permission.LOG_IMPORT)
        db.session.rollback()
    try:
        if not may:
            raise Refused(_l("You may not import files any more."))
        report = taking.take(held, chosen, by=by, progress=tell, apart=True)
        assert report.stored is not None
        found = {"import": report.stored.id, "changed": report.changed, "refused": None}
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return {"refused": _in_each(partial(str, refused.words))}
    pickup.put_away(held.facts.get("picked"), held.facts.get("lies"), pickup_folder)
    return found


def _in_each(say: Callable[[], Any]) -> dict[str, Any]:
    """What is said, by language."""
    found = {}
    for language, locale in LOCALES.items():
        with force_locale(locale):
            found[language] = say()
    return found


def stored_by(job: Job, person_id: int) -> Import | None:
    """The import that a step had stored before its process ended; None when nothing was stored.

    Storing is one transaction, so there is no half of an import.
    """
    begun = datetime.fromtimestamp(job.begun, UTC)
    query = select(Import).where(
        Import.by_id == person_id, Import.at >= begun, Import.filename == job.filename[-255:]
    )
    return db.session.scalar(query.order_by(Import.id.desc()).limit(1)) if job.step == TAKE else None
