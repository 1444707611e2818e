"""An outage log into the database: availability, downtime, outages and MTBF of every month, together and per
service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from audit_app.accounts.models import Person
from audit_app.core.clock import now
from audit_app.core.db import db, reading, serialize_writes
from audit_app.core.fingerprint import sha256_of
from audit_app.indicators import levels, windows
from audit_app.indicators.availability import NO_TIME, OutageFacts, Uptime, by_service
from audit_app.indicators.levels import Line as ServiceLine
from audit_app.indicators.levels import entries, facts_of
from audit_app.indicators.levels import lines as service_lines
from audit_app.indicators.log_import import (
    Difference,
    Figures,
    bound,
    chunks,
    count_of,
    differences,
    find_profile,
    keep_figures,
    lines_of,
    record,
    standing,
    troubles,
    upsert,
    zone_of,
)
from audit_app.indicators.logs import Outage, OutageLog, Progress, fitting_profile, read_outages
from audit_app.indicators.measures import OUTAGE_MEASURES, Counted
from audit_app.indicators.models import Import, Indicator, Measurement, OutageRow, ServiceWatch, Source
from audit_app.indicators.periods import Month, Span, months
from audit_app.indicators.profiles import OutageProfile
from audit_app.indicators.reports import Delta, Line, Report
from audit_app.indicators.targets import ensure_target
from audit_app.indicators.windows import Windows

AVAILABILITY = "availability"
Observed = Mapping[str, Span] | Path | None


def _profile(path: Path, given: str | OutageProfile | None) -> OutageProfile:
    if isinstance(given, OutageProfile):
        return given
    return find_profile(given, OutageProfile) if given else fitting_profile(path)


def import_outages(
    path: Path,
    *,
    target: float | None = None,
    target_from: Month | None = None,
    profile: str | OutageProfile | None = None,
    by: Person | None,
    leave_out: Iterable[str] | None = None,
    observed: Observed = None,
    filename: str | None = None,
    progress: Progress | None = None,
    take_out: bool = False,
    apart: bool = False,
) -> Report:
    """Read an outage log, store it by service and beginning, and measure anew every month that was watched.

    Without a ``profile`` the shipped one is taken whose columns the file has.
    ``target`` (percent) becomes the target of the availability from the month ``target_from`` on (see
    :func:`ensure_target`). ``leave_out`` names services that are not in production (else the profile's list);
    they are not counted. ``observed`` says when which service was watched, also of services without an
    outage, as a mapping or a CSV file (see ``windows``); without it the months from a service's first to its
    last outage count. ``take_out`` removes outages of the services of this file, begun in its time, that are
    no longer in it. ``apart`` as ``tickets.import_tickets`` says. Raises Refused when the file cannot be read
    at all.
    """
    if apart:
        db.session.rollback()
    used = _profile(path, profile)
    unwanted, name = _names(used.leave_out if leave_out is None else leave_out), filename or path.name
    log = read_outages(path, used, unwanted, progress)
    plan, seen = None, ()
    if apart:
        with reading():
            seen, plan = _standing(), _plan(log, used, observed, unwanted, name, take_out)
            db.session.rollback()
    serialize_writes()
    if plan is None or _standing() != seen:
        plan = _plan(log, used, observed, unwanted, name, take_out)
    if target is not None:
        for indicator in bound(Source.OUTAGES):
            if indicator.measure == AVAILABILITY:
                reason = _("Given with “%(name)s”.", name=name)
                ensure_target(indicator, target, month=target_from, reason=reason, by=by)
    made = record(
        Source.OUTAGES,
        path,
        name,
        used.name,
        log.rows,
        len(log.outages),
        log.problems,
        by,
        left_out=log.left_out,
    )
    rows = ((*outage, made.id) for outage in _unique(log.outages).values())
    names = [*Outage._fields, "import_id"]
    upsert(OutageRow.__table__, ["service", "started_at"], names, rows)  # type: ignore[arg-type]  # a Table
    for part in chunks(plan.gone if take_out else []):
        db.session.execute(delete(OutageRow).where(OutageRow.id.in_(part)))
    _write_watch(plan, made.id)
    changed = keep_figures(plan.figures, made, used.timezone, by=by, found=None if apart else plan.found)
    return replace(_report(log, name, plan, observed), stored=made, sha256=made.sha256, changed=changed)


def preview_outages(
    path: Path,
    *,
    target: float | None = None,
    target_from: Month | None = None,
    profile: str | OutageProfile = "outages",
    leave_out: Iterable[str] | None = None,
    observed: Observed = None,
    filename: str | None = None,
    progress: Progress | None = None,
    take_out: bool = False,
) -> Report:
    """What :func:`import_outages` would do; nothing is stored.

    ``target`` is taken so that both are called alike; no figure depends on it.
    """
    used = profile if isinstance(profile, OutageProfile) else find_profile(profile, OutageProfile)
    unwanted = _names(used.leave_out if leave_out is None else leave_out)
    log = read_outages(path, used, unwanted, progress)
    name = filename or path.name
    plan = _plan(log, used, observed, unwanted, name, take_out)
    return replace(_report(log, name, plan, observed), sha256=sha256_of(path))


def _standing() -> tuple[Any, ...]:
    """What a plan rests on beside the values, which are compared anew."""
    return standing(Source.OUTAGES) + levels.standing()


@dataclass(frozen=True)
class Plan:
    """What an import would do; ``gone`` are rows of outages that the file no longer holds."""

    watched: Windows
    stated: frozenset[str]
    unwatched: list[str]
    figures: Figures
    found: list[Difference]
    delta: Delta
    gone: list[int]


def _plan(
    log: OutageLog,
    profile: OutageProfile,
    observed: Observed,
    unwanted: Sequence[str],
    name: str,
    take_out: bool,
) -> Plan:
    """Compare with what is stored and measure every watched month; gone is what an earlier file of this name
    brought, begun in the time of this one, and this one has no longer.
    """
    zone, ours = zone_of(profile.timezone), _unique(log.outages)
    watched, stated, unwatched = _windows(log, observed, unwanted, zone)
    fields = [getattr(OutageRow, field) for field in Outage._fields]
    query = select(OutageRow.id, Import.filename, *fields).join(Import, Import.id == OutageRow.import_id)
    stored = list(db.session.execute(query.where(OutageRow.service.in_({*watched, *unwatched}))))
    theirs = {(row.service, row.started_at): Outage(*row[2:]) for row in stored}
    last = max((outage.started_at for outage in log.outages), default=None)
    first = min((outage.started_at for outage in log.outages), default=None)
    services = {outage.service for outage in log.outages}
    gone = [
        row
        for row in stored
        if row.filename == name and row.service in services and (row.service, row.started_at) not in ours
        if first is not None and last is not None and first <= row.started_at <= last
    ]
    known = ours.keys() & theirs.keys()
    same = sum(ours[key] == theirs[key] for key in known)
    delta = Delta(len(ours) - len(known), len(known) - same, same, len(gone), take_out)
    kept = {**theirs, **ours}
    if take_out:
        for row in gone:
            del kept[row.service, row.started_at]
    figures = _figures(
        bound(Source.OUTAGES), [each for each in kept.values() if each.service in watched], watched, zone
    )
    found = differences(figures, Source.OUTAGES, profile.timezone)
    return Plan(watched, stated, unwatched, figures, found, delta, [row.id for row in gone])


def measure_again(act: str, *, by: Person | None) -> int:
    """Measure all watched months anew after the catalogue changed; how many figures are others now.

    ``act`` is what the trail says of it. Nothing happens while no outage log was read in, or no indicator in
    use is computed from one.
    """
    indicators = [
        each
        for each in db.session.scalars(select(Indicator).where(Indicator.source == Source.OUTAGES))
        if each.active and each.measure
    ]
    newest = select(Import).where(Import.kind == Source.OUTAGES.value).order_by(Import.id.desc()).limit(1)
    made = db.session.scalar(newest)
    watched = {
        r.service: Span(r.watched_from, r.watched_to) for r in db.session.scalars(select(ServiceWatch))
    }
    if made is None or not indicators or not watched:
        return 0
    ids = [each.id for each in indicators]
    kept = select(Measurement.extra).where(Measurement.indicator_id.in_(ids)).order_by(Measurement.id.desc())
    zone = str((db.session.scalar(kept.limit(1)) or {}).get("zone") or "UTC")
    fields = [getattr(OutageRow, field) for field in Outage._fields]
    rows = db.session.execute(select(*fields).where(OutageRow.service.in_(watched)))
    figures = _figures(indicators, [Outage(*row) for row in rows], watched, zone_of(zone))
    return keep_figures(figures, made, zone, by=by, again=act)


def _names(words: Iterable[str]) -> list[str]:
    return [word.strip() for word in words if word.strip()]


def _unique(outages: Iterable[Outage]) -> dict[tuple[str, datetime], Outage]:
    """One row per service and beginning: the last one of the file."""
    return {(each.service, each.started_at): each for each in outages}


def _told(observed: Observed, unwanted: Iterable[str], zone: Any) -> Windows:
    found = windows.from_file(observed, zone) if isinstance(observed, Path) else dict(observed or {})
    out = {name.lower() for name in unwanted}
    return {service: window for service, window in found.items() if service.lower() not in out}


def _windows(
    log: OutageLog, observed: Observed, unwanted: Sequence[str], zone: Any
) -> tuple[Windows, frozenset[str], list[str]]:
    """The windows of all services as they would be, the names of those that were stated, and the services
    that would be watched no more: stated ones replace, guessed ones grow.
    """
    rows = {row.service: row for row in db.session.scalars(select(ServiceWatch))}
    out = {name.lower() for name in unwanted}
    gone = [service for service in rows if service.lower() in out]
    present = {name: Span(row.watched_from, row.watched_to) for name, row in rows.items() if name not in gone}
    stated = {name for name, row in rows.items() if row.stated}
    told = _told(observed, unwanted, zone)
    guessed = {
        service: window
        for service, window in windows.guessed(log.outages, zone, now()).items()
        if service not in told
    }
    found = {**windows.joined(present, guessed), **told}
    return found, frozenset(found) & (stated | told.keys()), gone


def _write_watch(plan: Plan, import_id: int) -> None:
    """Bring the windows of all services up to date."""
    if plan.unwatched:
        db.session.execute(delete(ServiceWatch).where(ServiceWatch.service.in_(plan.unwatched)))
    names = ["service", "watched_from", "watched_to", "stated", "import_id"]
    facts = [
        (service, window.start, window.end, service in plan.stated, import_id)
        for service, window in plan.watched.items()
    ]
    upsert(ServiceWatch.__table__, ["service"], names, facts)  # type: ignore[arg-type]  # a Table
    for row in list(db.session.identity_map.values()):
        if isinstance(row, ServiceWatch) and row.service not in plan.unwatched:
            db.session.expire(row)


def _figures(
    indicators: Sequence[Indicator],
    outages: Sequence[OutageFacts],
    watched: Windows,
    zone: Any,
) -> Figures:
    """Every measure of every watched month: the minutes of all services added up, each service beside it.

    A service of the catalogue counts by its agreement from the first month that has one, in its own zone.
    """
    if not watched:
        return []
    agreed = service_lines(entries(), outages, watched)
    first = min(Month.of(window.start.astimezone(zone)) for window in watched.values())
    last = max(Month.of(window.end.astimezone(zone)) for window in watched.values())
    figures = []
    for month in months(first, last):
        span = month.span(zone)
        there = {service: window for service, window in watched.items() if window.within(span).minutes > 0}
        if not there:
            continue
        each, told = _month(outages, month, span, there, agreed)
        extra = _beside(each, month, zone, told)
        for indicator in indicators:
            figure = OUTAGE_MEASURES[indicator.measure].compute(Counted(outages, there, each), span)
            figures.append((indicator, month, replace(figure, extra={**figure.extra, **extra})))
    return figures


def _month(
    outages: Sequence[OutageFacts], month: Month, span: Span, there: Windows, agreed: Sequence[ServiceLine]
) -> tuple[dict[str, Uptime], dict[str, dict[str, Any]]]:
    """The minutes of every service in a month, by the first name its log has for it; and what the agreement
    of those in the catalogue adds.
    """
    held = [line for line in agreed if line.holds_in(month)]
    theirs = {name for line in held for name in line.names}
    each = by_service(outages, span, {name: window for name, window in there.items() if name not in theirs})
    told: dict[str, dict[str, Any]] = {}
    for line in held:
        level = line.time.month(month)
        if level.up.agreed or level.up.planned:
            each[line.names[0]] = level.up
            told[line.names[0]] = {"partial": level.partial, **facts_of(level, line.entry.service)}
    return each, told


def _beside(
    each: Mapping[str, Uptime], month: Month, zone: Any, told: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """Per service: availability, downtime, outages and time watched; and the agreed minutes of all."""
    together = sum(each.values(), NO_TIME)
    services = {
        service: {
            "availability": round(up.availability, 10) if up.availability is not None else None,
            "down_minutes": round(up.down_minutes, 4),
            "agreed_minutes": round(up.agreed_minutes, 4),
            "outages": up.outages,
            "partial": bool(up.agreed + up.planned < month.span(zone).end - month.span(zone).start),
            **told.get(service, {}),
        }
        for service, up in each.items()
    }
    return {"services": services, "agreed_minutes": round(together.agreed_minutes, 4)}


def _report(log: OutageLog, name: str, plan: Plan, observed: Observed) -> Report:
    count = f"{len(log.outages):,}"
    taken = _l("outages: %(count)s", count=count)
    if log.left_out:
        taken = _l("outages: %(count)s; left out as test targets: %(out)s", count=count, out=log.left_out)
    lines = [line for line in lines_of(plan.figures) if line.value is not None]
    guessed = _l(
        "When the services were watched was not told: each counts from the month of its first "
        "outage to that of its last."
    )
    notes = [] if observed else [guessed]
    return Report(
        name,
        log.rows,
        len(log.outages),
        taken,
        lines,
        troubles(log.problems),
        [*notes, *_by_service(lines)],
        problem_count=count_of(log.problems),
        delta=plan.delta,
        changes=[each.line for each in plan.found],
    )


def _by_service(lines: Sequence[Line]) -> list[Any]:
    """One sentence per month and service below the target, for the command line."""
    found = []
    for line in lines:
        goal = line.indicator.goal(line.month).target
        if line.indicator.measure != AVAILABILITY or goal is None:
            continue
        for service, facts in line.extra.get("services", {}).items():
            value = facts["availability"]
            if value is not None and value < float(goal):
                found.append(
                    _l(
                        "%(month)s %(service)s: %(value)s %% (below %(target)s %%), "
                        "%(down)s min down in %(count)s outages",
                        month=line.month,
                        service=service,
                        value=f"{value:.2f}",
                        target=f"{goal.normalize():f}",
                        down=f"{facts['down_minutes']:.1f}",
                        count=facts["outages"],
                    )
                )
    return found
