"""A ticket log into the database: SLA, time to resolve, reopen rate and backlog of every month it touches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from audit_app.accounts.models import Person
from audit_app.core.db import db
from audit_app.indicators.log_import import (
    Figures,
    bound,
    chunks,
    column_values,
    find_profile,
    keep_figures,
    lines_of,
    months_between,
    record,
    troubles,
    upsert,
    zone_of,
)
from audit_app.indicators.logs import Ticket, TicketLog, read_tickets
from audit_app.indicators.measures import TICKET_MEASURES
from audit_app.indicators.models import Indicator, Source, TicketRow
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.profiles import LogProfile
from audit_app.indicators.reports import Report

SHORTEST = {"number": 60, "priority": 40, "category": 100, "state": 60}
"""Longest text a column holds; the log's own words are cut there."""


def import_tickets(
    path: Path, profile: str | LogProfile, *, by: Person | None, filename: str | None = None
) -> Report:
    """Read a ticket log, store its tickets by number, and measure anew every month it touches.

    ``profile`` is a shipped one by name, the path of a YAML file, or the profile itself. Raises Refused when
    the
    file cannot be read at all; single odd rows are reported and the others taken.
    """
    used = profile if isinstance(profile, LogProfile) else find_profile(profile, LogProfile)
    indicators = bound(Source.TICKETS)
    log = read_tickets(path, used)
    zone, name = zone_of(used.timezone), filename or path.name
    made = record(Source.TICKETS, path, name, used.name, log.rows, len(log.tickets), log.problems, by)
    before = _opened_before(log.tickets)
    _store(log.tickets, made.id)
    touched = months_between([*(ticket.opened_at for ticket in log.tickets), *before], zone)
    figures = _figures(indicators, touched, log.tickets, made.id, zone)
    changed = keep_figures(figures, made, used.timezone, by=by)
    return _report(log, name, figures, stored=made, sha256=made.sha256, changed=changed)


def preview_tickets(path: Path, profile: str | LogProfile, filename: str | None = None) -> Report:
    """What :func:`import_tickets` would do, from this file alone; nothing is stored."""
    used = profile if isinstance(profile, LogProfile) else find_profile(profile, LogProfile)
    indicators = bound(Source.TICKETS)
    log = read_tickets(path, used)
    zone = zone_of(used.timezone)
    months = months_between((ticket.opened_at for ticket in log.tickets), zone)
    figures = _figures(indicators, months, log.tickets, None, zone)
    return _report(log, filename or path.name, figures)


def _report(log: TicketLog, name: str, figures: Figures, **more: Any) -> Report:
    taken = _("tickets: %(count)s", count=f"{len(log.tickets):,}")
    known = [each for each in figures if each[2].value is not None]
    return Report(name, log.rows, len(log.tickets), taken, lines_of(known), troubles(log.problems), **more)


def _opened_before(tickets: Sequence[Ticket]) -> list[datetime]:
    """When the tickets that are stored already were said to be opened: those months are touched as well."""
    if db.session.scalar(select(TicketRow.number).limit(1)) is None:
        return []
    found: list[datetime] = []
    for part in chunks(tickets, 500):
        numbers = [ticket.number for ticket in part]
        found += db.session.scalars(select(TicketRow.opened_at).where(TicketRow.number.in_(numbers)))
    return found


def _store(tickets: Iterable[Ticket], import_id: int) -> None:
    rows = column_values(tickets, import_id=import_id)
    upsert(TicketRow.__table__, ["number"], (_cut(row) for row in rows))  # type: ignore[arg-type]  # a Table


def _cut(row: dict[str, Any]) -> dict[str, Any]:
    for name, longest in SHORTEST.items():
        if len(row[name]) > longest:
            row[name] = row[name][:longest]
    return row


def _figures(
    indicators: Sequence[Indicator],
    months: set[Month],
    tickets: Sequence[Ticket],
    import_id: int | None,
    zone: Any,
) -> Figures:
    """Every measure of every month, over the tickets of this file and, if it was stored, those of other
    files.
    """
    if not months:
        return []
    spans = {month: month.span(zone) for month in sorted(months)}
    everything = [*tickets, *(_others(import_id, spans) if import_id is not None else [])]
    figures = []
    for month, span in spans.items():
        mine = [
            t
            for t in everything
            if t.opened_at < span.end
            and (
                (end := t.resolved_at or t.closed_at) is None
                or end >= span.start
                or t.opened_at >= span.start
            )
        ]
        for indicator in indicators:
            figures.append((indicator, month, TICKET_MEASURES[indicator.measure].compute(mine, span)))
    return figures


def _others(import_id: int, spans: dict[Month, Span]) -> list[Ticket]:
    """Tickets of other imports that were opened, open or finished in the months asked for."""
    first, last = min(s.start for s in spans.values()), max(s.end for s in spans.values())
    ended = TicketRow.resolved_at.is_(None) & TicketRow.closed_at.is_(None)
    query = select(
        TicketRow.number,
        TicketRow.opened_at,
        TicketRow.resolved_at,
        TicketRow.closed_at,
        TicketRow.sla_met,
        TicketRow.reopened,
        TicketRow.priority,
        TicketRow.category,
        TicketRow.state,
        TicketRow.responded_at,
    ).where(
        TicketRow.import_id != import_id,
        TicketRow.opened_at < last,
        or_(
            ended, TicketRow.resolved_at >= first, TicketRow.closed_at >= first, TicketRow.opened_at >= first
        ),
    )
    return [Ticket._make(row) for row in db.session.execute(query)]
