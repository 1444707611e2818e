"""The catalogue read: agreements as plain values, and the time line of each service out of the outage log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from audit_app.accounts.models import Person
from audit_app.accounts.permissions import Permission
from audit_app.core.clock import today
from audit_app.core.db import db
from audit_app.core.errors import NotVisible
from audit_app.indicators.availability import OutageFacts
from audit_app.indicators.catalogue_models import (
    ClockKind,
    MaintenanceWindow,
    Service,
    ServiceAgreement,
    ServiceAlias,
)
from audit_app.indicators.models import OutageRow, ServiceWatch
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.service_hours import Hours, midnight
from audit_app.indicators.sla import Level, Maintenance, Target, Terms, Timeline, month_of
from audit_app.trail.models import TrailEntry

IN_USE, ENDED, WITHOUT = "active", "ended", "without"
"""States by which the list is narrowed: in the catalogue today, no longer, without any agreement."""


def key_of(name: str) -> str:
    """How names of logs are compared: without case and outer blanks."""
    return name.strip().casefold()


# --- rows
# --------------------------------------------------------------------------------------------------------


def visible_to(person: Person) -> Select[Any]:
    """The services this person may see: all or none, like the indicators."""
    query = select(Service).options(joinedload(Service.owner), selectinload(Service.aliases))
    query = query.order_by(Service.code)
    return query if person.may(Permission.INDICATOR_SEE) else query.where(Service.id < 0)


def get(service_id: int, *, to: Person) -> Service:
    """One service. Raises :class:`NotVisible`."""
    found: Service | None = db.session.scalar(visible_to(to).where(Service.id == service_id))
    if found is None:
        raise NotVisible
    return found


def listed(person: Person, *, q: str = "", owner: str = "", state: str = "") -> Select[Any]:
    """The catalogue narrowed by words (code, names, customer, names in logs), owner id and state."""
    query = visible_to(person)
    for word in q.split()[:6]:
        columns = (Service.code, Service.name_en, Service.name_zh, Service.customer)
        named = Service.aliases.any(ServiceAlias.name.icontains(word, autoescape=True))
        query = query.where(or_(*(each.icontains(word, autoescape=True) for each in columns), named))
    if owner.isdecimal():
        query = query.where(Service.owner_id == int(owner))
    over = Service.active_to < today()
    if state == IN_USE:
        query = query.where(or_(Service.active_to.is_(None), ~over))
    elif state == ENDED:
        query = query.where(over)
    elif state == WITHOUT:
        query = query.where(~Service.agreements.any(ServiceAgreement.taken_back_at.is_(None)))
    return query


def services() -> list[Service]:
    """The whole catalogue, for choices."""
    return list(db.session.scalars(select(Service).order_by(Service.code)))


def called() -> dict[str, tuple[str, str]]:
    """The English and Chinese name of each service, by every name (:func:`key_of`) that logs give it."""
    query = select(ServiceAlias.key, Service.name_en, Service.name_zh).join(ServiceAlias.service)
    return {key: (english, chinese) for key, english, chinese in db.session.execute(query)}


def nameless() -> list[tuple[str, int]]:
    """Names in the outage log that belong to no service of the catalogue, with their outages; by name."""
    known = set(db.session.scalars(select(ServiceAlias.key)))
    query = select(OutageRow.service, func.count()).group_by(OutageRow.service).order_by(OutageRow.service)
    found = dict.fromkeys(db.session.scalars(select(ServiceWatch.service).order_by(ServiceWatch.service)), 0)
    found |= {row[0]: row[1] for row in db.session.execute(query)}
    return sorted((name, count) for name, count in found.items() if key_of(name) not in known)


def history(service: Service, limit: int = 12) -> list[TrailEntry]:
    """What happened to a service, its agreements and its maintenance, newest first."""
    kind, subject = TrailEntry.subject_type, TrailEntry.subject_id
    parts: dict[str, Sequence[Any]] = {
        "service_agreement": service.agreements,
        "maintenance_window": service.maintenance,
    }
    query = select(TrailEntry).where(
        or_(
            (kind == "service") & (subject == str(service.id)),
            *((kind == name) & subject.in_([str(each.id) for each in rows]) for name, rows in parts.items()),
        )
    )
    return list(db.session.scalars(query.order_by(TrailEntry.seq.desc()).limit(limit)))


# --- plain values
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A service with what was agreed for it, as plain values; taken back rows are left out."""

    service: Service
    terms: tuple[Terms, ...]
    maintenance: tuple[Maintenance, ...]
    keys: tuple[str, ...]


def standing() -> tuple[Any, ...]:
    """What measured minutes rest on in the catalogue: it is another one when anything was entered or taken
    back.
    """
    asked = (
        select(Service.id, Service.version).order_by(Service.id),
        select(ServiceAlias.id, ServiceAlias.service_id, ServiceAlias.key).order_by(ServiceAlias.id),
        select(ServiceAgreement.id, ServiceAgreement.taken_back_at).order_by(ServiceAgreement.id),
        select(MaintenanceWindow.id, MaintenanceWindow.taken_back_at).order_by(MaintenanceWindow.id),
    )
    return tuple(tuple(map(tuple, db.session.execute(each))) for each in asked)


def entries(chosen: Iterable[Service] | None = None) -> list[Entry]:
    """Services (None: all) with their agreements and maintenance; a constant number of queries."""
    query = select(Service).order_by(Service.code)
    if chosen is not None:
        query = query.where(Service.id.in_([each.id for each in chosen]))
    query = query.options(
        selectinload(Service.aliases),
        selectinload(Service.agreements).selectinload(ServiceAgreement.targets),
        selectinload(Service.maintenance),
    )
    return [_entry(each) for each in db.session.scalars(query)]


def _entry(service: Service) -> Entry:
    held = [each for each in service.agreements if each.taken_back_at is None]
    windows = [each for each in service.maintenance if each.taken_back_at is None]
    return Entry(
        service,
        tuple(sorted(map(terms_of, held), key=lambda each: each.valid_from)),
        tuple(map(maintenance_of, windows)),
        tuple(each.key for each in service.aliases),
    )


def terms_of(row: ServiceAgreement) -> Terms:
    """A stored agreement as plain values."""
    return Terms(
        row.valid_from,
        hours_of(row),
        row.target,
        {
            each.priority: Target(each.response, each.resolution, each.clock is ClockKind.SERVICE)
            for each in row.targets
        },
        row.id,
    )


def hours_of(row: ServiceAgreement) -> Hours:
    """The service hours of a stored agreement."""
    if row.hours is None:
        return Hours(row.zone)
    week = tuple(tuple((int(first), int(last)) for first, last in each) for each in row.hours)
    return Hours(row.zone, week, row.holidays)


def maintenance_of(row: MaintenanceWindow) -> Maintenance:
    """A stored window of maintenance as plain values."""
    return Maintenance(row.starts_at, row.ends_at, row.known_at, row.id)


# --- time lines
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A service whose outages are known: its time line, and the names under which its log was watched."""

    entry: Entry
    names: tuple[str, ...]
    time: Timeline

    def holds_in(self, month: Month) -> bool:
        """Whether something was agreed in a month; before that the log is counted as it stands."""
        first = self.entry.terms[0]
        return month_of(self.entry.terms, month).end > midnight(first.hours.zone, first.valid_from)


def lines(found: Iterable[Entry], outages: Iterable[OutageFacts], watched: Mapping[str, Span]) -> list[Line]:
    """The time line of every service that has an agreement and was watched; others have none."""
    by_key: dict[str, list[OutageFacts]] = defaultdict(list)
    for outage in outages:
        by_key[key_of(outage.service)].append(outage)
    windows = {key_of(name): (name, window) for name, window in watched.items()}
    made = []
    for entry in found:
        mine = [windows[key] for key in entry.keys if key in windows]
        window = _known(entry, [each for _name, each in mine])
        if entry.terms and window is not None:
            rows = [row for key in entry.keys for row in by_key[key]]
            time = Timeline(entry.terms, entry.maintenance, rows, window)
            made.append(Line(entry, tuple(name for name, _window in mine), time))
    return made


def _known(entry: Entry, windows: Sequence[Span]) -> Span | None:
    """From the first to the last moment watched under any name, while the service was in the catalogue."""
    if not windows or not entry.terms:
        return None
    start, end = min(each.start for each in windows), max(each.end for each in windows)
    zone, service = entry.terms[-1].hours.zone, entry.service
    if service.active_from is not None:
        start = max(start, midnight(zone, service.active_from))
    if service.active_to is not None:
        end = min(end, midnight(zone, service.active_to + timedelta(days=1)))
    return Span(start, end) if start < end else None


def stored_lines(chosen: Iterable[Service] | None = None) -> list[Line]:
    """The same out of the database; a constant number of queries."""
    found = entries(chosen)
    keys = {key for entry in found for key in entry.keys}
    watched = {
        row.service: Span(row.watched_from, row.watched_to)
        for row in db.session.scalars(select(ServiceWatch))
        if key_of(row.service) in keys
    }
    query = select(OutageRow).where(OutageRow.service.in_(watched))
    return lines(found, db.session.scalars(query), watched)


def facts_of(level: Level, service: Service) -> dict[str, Any]:
    """What a stored month says of a service of the catalogue, beside what it says of any other."""
    minute = timedelta(minutes=1)
    return {
        "service": service.code,
        "target": float(level.target) if level.target is not None else None,
        "allowed_minutes": round(level.allowed / minute, 4),
        "longest_minutes": round(level.longest / minute, 4),
        "maintenance_minutes": round(level.up.planned / minute, 4),
    }
