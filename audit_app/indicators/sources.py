"""Sources of files: what a person matched once is kept, and the next file of the source is read by it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import now
from audit_app.core.db import db
from audit_app.core.errors import NotVisible, Refused
from audit_app.exports import values as words
from audit_app.imports import open_table, words_of
from audit_app.imports.values import norm
from audit_app.indicators import profiles, windows
from audit_app.indicators.log_import import zone_of
from audit_app.indicators.logs import Progress
from audit_app.indicators.outages import import_outages, preview_outages
from audit_app.indicators.periods import Month
from audit_app.indicators.profiles import LogProfile, OutageProfile
from audit_app.indicators.reports import Report
from audit_app.indicators.source_models import DataSource
from audit_app.indicators.textfiles import heading
from audit_app.indicators.tickets import import_tickets, preview_tickets
from audit_app.indicators.values_import import (
    LONG,
    import_measurements,
    is_month,
    preview_measurements,
    with_months,
)
from audit_app.trail import services as trail

VALUES, TICKETS, OUTAGES = "values", "tickets", "outages"
PROFILES: dict[str, Any] = {TICKETS: LogProfile, OUTAGES: OutageProfile}


def pattern_of(filename: str) -> str:
    """The names that the files of a source share: what counts on from month to month becomes a star."""
    plain = re.sub(r"[*?\[\]]", "?", filename)
    return re.sub(r"\*(?:[-_. ]*\*)+", "*", re.sub(r"\d+", "*", plain))[:255]


def match(filename: str, kind: str | None = None) -> DataSource | None:
    """The source whose names fit, the longest pattern first; None when none is remembered."""
    query = select(DataSource).where(DataSource.active).options(joinedload(DataSource.owner))
    fits = [
        each
        for each in db.session.scalars(query if kind is None else query.where(DataSource.kind == kind))
        if fnmatchcase(filename.lower(), each.pattern.lower())
    ]
    return max(fits, key=lambda each: (len(each.pattern), -each.id), default=None)


def listed() -> Select[Any]:
    """All sources by name."""
    return select(DataSource).options(joinedload(DataSource.owner)).order_by(DataSource.name)


def get(source_id: int, *, to: Person) -> DataSource:
    """One source. Raises :class:`NotVisible` for people who import nothing."""
    found = db.session.get(DataSource, int(source_id))
    if found is None or not to.may(Permission.LOG_IMPORT):
        raise NotVisible
    return found


def may_attach(_source: DataSource, _person: Any) -> Any:
    """No file hangs on a source."""
    return _l("No file is attached here.")


@dataclass(frozen=True)
class Changed:
    """How the headings of a file differ from those the source had."""

    gone: tuple[str, ...]
    new: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gone)

    def __str__(self) -> str:
        told = _l("Columns that are gone: %(gone)s.", gone=words.listed(self.gone))
        more = _l("Columns that are new: %(new)s.", new=words.listed(self.new)) if self.new else ""
        return f"{told} {more}".strip()


def changed(source: DataSource, headings: Sequence[str]) -> Changed:
    """What is gone matters; a column more is only told. Columns that are months come and go."""
    before, here = {norm(each) for each in source.headings}, {norm(each) for each in headings}
    return Changed(
        tuple(each for each in source.headings if norm(each) not in here),
        tuple(each for each in headings if norm(each) not in before),
    )


def headings_of(path: Path, kind: str, reading: Mapping[str, Any]) -> list[str]:
    """The headings that say of which shape a file is; months do not. Raises Refused for what is no table."""
    if kind == VALUES:
        table = with_months(open_table(path, sheet=reading.get("sheet"), known=words_of(LONG)))
        found = [column.header for column in table.columns]
    else:
        found = heading(path, profile_of(kind, reading, path))
    return [each.strip() for each in found if each.strip() and not is_month(each)]


def profile_of(kind: str, reading: Mapping[str, Any], path: Path) -> Any:
    """The profile of a log: one's own, a shipped one by name, or the first whose columns the file has; its
    clock where another zone was said. Raises Refused.
    """
    made = PROFILES[kind]
    if reading.get("own"):
        found = profiles.checked(reading["own"], reading.get("profile", ""), made)
    elif reading.get("profile"):
        found = profiles.get_profile(reading["profile"], made)
    else:
        found = fitting(path, made)
    zone = reading.get("zone")
    return found.model_copy(update={"timezone": profiles.known_zone(zone)}) if zone else found


def fitting(path: Path, kind: Any) -> Any:
    """The shipped profile whose columns the file has, the narrowest first; the generic one when none fits, so
    that its refusal names the columns that are missing.
    """
    names = profiles.profile_names(kind)
    names.sort(key=lambda name: name in ("generic", "outages"))
    for name in names:
        used = profiles.get_profile(name, kind)
        try:
            profiles.find_columns(used, heading(path, used))
        except Refused:
            continue
        return used
    return profiles.get_profile(names[-1], kind)


def outage_choices(reading: Mapping[str, Any], profile: OutageProfile) -> dict[str, Any]:
    """Arguments of the outage import out of what was chosen. Raises Refused with the field."""
    given = {key: reading.get(key, "") for key in ("from", "to", "services", "target", "leave_out")}
    zone = zone_of(profile.timezone)
    if bool(given["from"]) != bool(given["to"]):
        raise Refused(_l("Give both days, or neither."), "watched_to")
    span = windows.between(given["from"], given["to"], zone) if given["from"] else None
    try:
        observed = windows.from_lines(given["services"], zone, span)
    except Refused as refused:
        raise Refused(refused.words, "services") from None
    if span is not None and not observed:
        raise Refused(_l("Name the services that were watched in this time, one a line."), "services")
    chosen: dict[str, Any] = {"observed": observed or None, "profile": profile}
    if given["target"]:
        chosen["target"] = float(given["target"])
        chosen["target_from"] = Month.parse(reading["target_from"]) if reading.get("target_from") else None
    if given["leave_out"].strip():
        chosen["leave_out"] = given["leave_out"].splitlines()
    return chosen


def look(
    path: Path,
    filename: str,
    kind: str,
    reading: Mapping[str, Any],
    *,
    by: Person | None,
    take_out: bool = False,
    progress: Progress | None = None,
) -> Report:
    """What taking a file of this reading would do; nothing is stored. Raises Refused."""
    if kind == VALUES:
        return preview_measurements(path, filename, **of_values(reading), by=by)[1]
    profile = profile_of(kind, reading, path)
    more: dict[str, Any] = {"take_out": take_out, "progress": progress}
    if kind == TICKETS:
        return preview_tickets(path, profile, filename, **more)
    return preview_outages(path, filename=filename, **outage_choices(reading, profile), **more)


def take(
    path: Path,
    filename: str,
    kind: str,
    reading: Mapping[str, Any],
    *,
    by: Person | None,
    take_out: bool = False,
    good_only: bool = False,
    progress: Progress | None = None,
    apart: bool = False,
) -> Report:
    """Take a file in; ``apart`` as :func:`import_tickets` says. Raises Refused, naming every row in doubt of
    a table of values unless ``good_only`` is asked for.
    """
    if kind == VALUES:
        return import_measurements(path, filename=filename, good_only=good_only, **of_values(reading), by=by)
    profile = profile_of(kind, reading, path)
    more: dict[str, Any] = {"take_out": take_out, "progress": progress, "apart": apart}
    if kind == TICKETS:
        return import_tickets(path, profile, filename=filename, by=by, **more)
    return import_outages(path, filename=filename, by=by, **outage_choices(reading, profile), **more)


def of_values(reading: Mapping[str, Any]) -> dict[str, Any]:
    """How a table of values is read."""
    return {key: reading.get(key) or None for key in ("sheet", "mapping")} | {
        "day_first": reading.get("day_first")
    }


def remember(
    name: str,
    filename: str,
    kind: str,
    reading: Mapping[str, Any],
    headings: Iterable[str],
    *,
    by: Person | None,
) -> DataSource:
    """Keep how a file was read under a name; a name that is known learns the new reading. Raises Refused for
    a name of another kind.
    """
    title = name.strip()
    if not title:
        raise Refused(_l("Give the source a name."), "source_name")
    known = db.session.scalar(select(DataSource).where(DataSource.name == title))
    if known is not None and known.kind != kind:
        raise Refused(_l("A source of another kind has this name. Choose another."), "source_name")
    row = known or DataSource(name=title, kind=kind, pattern=pattern_of(filename), made_at=now())
    with trail.act("source.change" if known else "source.remember", row, by=by):
        row.reading, row.headings, row.used_at = dict(reading), list(headings), now()
        if known is None:
            row.made_by_id = row.owner_id = by.id if by is not None else None
            db.session.add(row)
    return row


def used(source: DataSource, report: Report) -> None:
    """A file of the source was taken in: the import says so, and this month's file has come."""
    source.used_at = now()
    if report.stored is not None:
        report.stored.summary = {**report.stored.summary, "source": source.id}


def edit(source: DataSource, *, by: Person | None, **facts: Any) -> DataSource:
    """Change name, names of files, owner, day and use. Raises Refused for a name that is taken."""
    taken = select(DataSource.id).where(DataSource.name == facts["name"], DataSource.id != source.id)
    if db.session.scalar(taken) is not None:
        raise Refused(_l("Another source has this name."), "name")
    with trail.act("source.change", source, by=by):
        for field, value in facts.items():
            setattr(source, field, value)
    return source
