"""What happened to the value of one month, read out of the trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from audit_app.core.db import db
from audit_app.indicators.models import Import, Measurement
from audit_app.indicators.words import SENTENCES
from audit_app.trail.models import TrailEntry

VALUES = ("measurement.enter", "measurement.change", "measurement.correct")
FILES = ("tickets.import", "outages.import", "service.measure")
MOST = 500
"""Files of the past that are looked through for the month."""


@dataclass(frozen=True)
class Event:
    """One change of a value. ``old`` None: there was none; ``changed`` False: only something beside it."""

    at: datetime
    who: str
    what: Any
    old: Decimal | None
    new: Decimal | None
    changed: bool = True
    reason: str = ""
    import_id: int | None = None
    filename: str = ""


def history(row: Measurement) -> list[Event]:
    """Every change of the value of a month, newest first. Three queries."""
    entries = [*_own(row), *_by_files(row)]
    ids = {each.import_id for each in entries if each.import_id}
    names = {made.id: made.filename for made in db.session.scalars(select(Import).where(Import.id.in_(ids)))}
    found = [Event(**{**vars(each), "filename": names.get(each.import_id or 0, "")}) for each in entries]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _own(row: Measurement) -> Iterator[Event]:
    query = select(TrailEntry).where(
        TrailEntry.subject_type == "measurement",
        TrailEntry.subject_id == str(row.id),
        TrailEntry.action.in_(VALUES),
    )
    for entry in db.session.scalars(query.order_by(TrailEntry.seq)):
        changes, details = entry.facts.get("changes", {}), entry.facts.get("details", {})
        old, new = changes.get("value", (None, None))
        yield Event(
            entry.at,
            entry.actor_name,
            SENTENCES[entry.action],
            _number(old),
            _number(new),
            changed="value" in changes,
            reason=str(details.get("reason", "")),
            import_id=changes.get("import_id", (None, None))[1],
        )


def _by_files(row: Measurement) -> Iterator[Event]:
    """Logs are told of as a whole: the entry of the import holds each value that it replaced."""
    query = select(TrailEntry).where(TrailEntry.subject_type == "import_file", TrailEntry.action.in_(FILES))
    for entry in db.session.scalars(query.order_by(TrailEntry.seq.desc()).limit(MOST)):
        pair = entry.facts.get("details", {}).get("replaced", {}).get(row.code)
        if pair is not None:
            yield Event(
                entry.at,
                entry.actor_name,
                SENTENCES[entry.action],
                _number(pair[0]),
                _number(pair[1]),
                import_id=int(entry.subject_id),
            )


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "", "None") else Decimal(str(text))
