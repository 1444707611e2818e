"""One upload looked at and taken in, with what was chosen on its preview: in the request, or outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit_app.accounts.models import Person
from audit_app.indicators import pickup, sources
from audit_app.indicators.logs import Progress
from audit_app.indicators.reports import Report
from audit_app.indicators.source_models import DataSource
from audit_app.indicators.sources import VALUES
from audit_app.indicators.values_import import preview_measurements, read_values
from audit_app.web.holding import Held

KEPT = ("own", "zone", "from", "to", "services", "leave_out")
"""Of the choices made with a log, those that its source remembers (a target is no reading)."""


@dataclass(frozen=True)
class Choices:
    """What was chosen on the preview: how a table of values is read, what happens to rows that are gone, and
    the name under which the reading is remembered ("" is not).
    """

    sheet: str | None = None
    mapping: Mapping[str, str] | None = None
    day_first: bool | None = None
    good_only: bool = False
    take_out: bool = False
    remember: str = ""

    def reading(self, held: Held) -> dict[str, Any]:
        """What was chosen with the upload, and over it what was chosen on the preview."""
        chosen = {"sheet": self.sheet, "mapping": self.mapping, "day_first": self.day_first}
        return held.facts | {name: given for name, given in chosen.items() if given or given is False}


def look(
    held: Held, chosen: Choices, *, by: Person | None, progress: Progress | None = None
) -> tuple[Report, Any]:
    """What taking it would do, and how a table of values was read (None for a log). Raises Refused."""
    kind, reading = held.facts["kind"], chosen.reading(held)
    if kind == VALUES:
        found, report = preview_measurements(held.path, held.filename, **sources.of_values(reading), by=by)
        return report, found
    out = chosen.take_out
    return sources.look(held.path, held.filename, kind, reading, by=by, take_out=out, progress=progress), None


def take(
    held: Held,
    chosen: Choices,
    *,
    by: Person,
    progress: Progress | None = None,
    apart: bool = False,
) -> Report:
    """Take it in, remember how it was read where that was asked for, and settle the file of the folder
    that it is; nothing is committed. ``apart`` as ``tickets.import_tickets`` says. Raises Refused.
    """
    kind, reading = held.facts["kind"], chosen.reading(held)
    report = sources.take(
        held.path,
        held.filename,
        kind,
        reading,
        by=by,
        take_out=chosen.take_out,
        good_only=chosen.good_only,
        progress=progress,
        apart=apart,
    )
    if chosen.remember:
        kept = _kept(held, reading, by)
        headings = sources.headings_of(held.path, kind, kept)
        source: DataSource | None = sources.remember(
            chosen.remember, held.filename, kind, kept, headings, by=by
        )
    else:
        source = sources.match(held.filename, kind)
    if source is not None:
        sources.used(source, report)
    if "picked" in held.facts:
        pickup.taken(held.facts["picked"], report)
    return report


def _kept(held: Held, reading: Mapping[str, Any], by: Person) -> dict[str, Any]:
    """What the source remembers: columns by their headings, a log by its profile."""
    kind = held.facts["kind"]
    if kind != VALUES:
        profile = sources.profile_of(kind, reading, held.path)
        return {key: reading[key] for key in KEPT if reading.get(key)} | {"profile": profile.name}
    found = read_values(held.path, held.filename, **sources.of_values(reading), by=by)
    headers = {column.letter: column.header for column in found.table.columns}
    mapping = {key: headers.get(letter) or letter for key, letter in found.mapping.items()}
    return {
        "sheet": found.table.sheet if len(found.table.sheets) > 1 else None,
        "mapping": None if found.wide else mapping,
        "day_first": reading.get("day_first"),
    }
