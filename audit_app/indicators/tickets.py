"""A ticket log into the database: SLA, time to resolve, reopen rate and backlog of every month it touches.

What an import would do is worked out first, from the file and what is stored, and written afterwards: the
preview is the same work without the second half.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select

from audit_app.accounts.models import Person
from audit_app.core.db import db, reading, serialize_writes
from audit_app.core.fingerprint import sha256_of
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
    months_between,
    record,
    standing,
    troubles,
    upsert,
    zone_of,
)
from audit_app.indicators.logs import Progress, Ticket, TicketLog, read_tickets
from audit_app.indicators.measures import TICKET_MEASURES
from audit_app.indicators.models import Import, Indicator, Source, TicketRow
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.profiles import LogProfile
from audit_app.indicators.reports import Delta, Report
from audit_app.indicators.staging import LONGEST, Staged, fit
from audit_app.indicators.tally import Tally
from audit_app.indicators.ticket_rows import Plain, plain

FIELDS = [getattr(TicketRow, name) for name in Ticket._fields]
ASKED = 500
"""So many numbers are asked for in one query."""


def plain_rows(tickets: Sequence[Ticket]) -> Iterable[Plain]:
    """Tickets with their moments as instants."""
    return tickets.plain() if isinstance(tickets, Staged) else map(plain, tickets)


@dataclass(frozen=True)
class Plan:
    """What an import would do: the months it measures anew, and how the tickets differ from those stored."""

    figures: Figures
    found: list[Difference]
    delta: Delta
    gone: list[str]


def import_tickets(
    path: Path,
    profile: str | LogProfile,
    *,
    by: Person | None,
    filename: str | None = None,
    progress: Progress | None = None,
    take_out: bool = False,
    apart: bool = False,
) -> Report:
    """Read a ticket log, store its tickets by number, and measure anew every month it touches.

    ``profile`` is a shipped one by name, the path of a YAML file, or the profile itself. ``take_out`` removes
    tickets of an earlier file of the same name, opened in the time of this one, that are no longer in it.
    ``apart``: the caller has changed nothing yet, so the file may be compared with what is stored in a
    transaction of its own that only reads; nobody waits for the long part then.
    Raises Refused when the file cannot be read at all; single odd rows are reported and the others taken.
    """
    if apart:
        db.session.rollback()
    used = profile if isinstance(profile, LogProfile) else find_profile(profile, LogProfile)
    log, name = read_tickets(path, used, progress), filename or path.name
    plan, seen = None, ()
    if apart:
        with reading():
            seen, plan = standing(Source.TICKETS), _plan(log, used, name, take_out)
            db.session.rollback()
    return _taken(log, used, name, path, plan, seen, take_out, by)


def _taken(
    log: TicketLog,
    used: LogProfile,
    name: str,
    path: Path,
    plan: Plan | None,
    seen: tuple[Any, ...],
    take_out: bool,
    by: Person | None,
) -> Report:
    """The second half, under the write lock."""
    apart = plan is not None
    serialize_writes()
    if plan is None or standing(Source.TICKETS) != seen:
        plan = _plan(log, used, name, take_out)
    made = record(Source.TICKETS, path, name, used.name, log.rows, len(log.tickets), log.problems, by)
    _store(log.tickets, made.id)
    for part in chunks(plan.gone, ASKED) if take_out else ():
        db.session.execute(delete(TicketRow).where(TicketRow.number.in_(part)))
    changed = keep_figures(plan.figures, made, used.timezone, by=by, found=None if apart else plan.found)
    return replace(_report(log, name, plan), stored=made, sha256=made.sha256, changed=changed)


def preview_tickets(
    path: Path,
    profile: str | LogProfile,
    filename: str | None = None,
    *,
    progress: Progress | None = None,
    take_out: bool = False,
) -> Report:
    """What :func:`import_tickets` would do; nothing is stored."""
    used = profile if isinstance(profile, LogProfile) else find_profile(profile, LogProfile)
    log, name = read_tickets(path, used, progress), filename or path.name
    return replace(_report(log, name, _plan(log, used, name, take_out)), sha256=sha256_of(path))


def _report(log: TicketLog, name: str, plan: Plan) -> Report:
    return Report(
        name,
        log.rows,
        len(log.tickets),
        _l("tickets: %(count)s", count=f"{len(log.tickets):,}"),
        lines_of([each for each in plan.figures if each[2].value is not None]),
        troubles(log.problems),
        problem_count=count_of(log.problems),
        delta=plan.delta,
        changes=[each.line for each in plan.found],
    )


def _plan(log: TicketLog, profile: LogProfile, name: str, take_out: bool) -> Plan:
    """Compare with what is stored and measure the months touched: those of the file, and those in which its
    tickets were said to be opened before.
    """
    indicators, tally, zone = bound(Source.TICKETS), log.tally, zone_of(profile.timezone)
    touched = tally.months(zone)
    delta, gone = Delta(new=len(log.tickets)), []
    known = _Known(log.tickets) if db.session.scalar(select(TicketRow.number).limit(1)) is not None else None
    if known is not None:
        gone = _gone(tally.span(), known, profile, name)
        compared, before = _compared(log.tickets, zone)
        delta = replace(compared, gone=len(gone), taken_out=take_out)
        touched |= before
        if take_out:
            touched |= months_between((moment for _number, moment in gone), zone)
    spans = {month: month.span(zone) for month in sorted(touched)}
    if known is not None and spans:
        out = {number for number, _moment in gone} if take_out else set()
        tally = tally.copy()
        tally.add(map(plain, _others(known, spans, out)))
    figures = _figures(indicators, spans, tally)
    found = differences(figures, Source.TICKETS, profile.timezone)
    return Plan(figures, found, delta, [number for number, _moment in gone])


class _Known:
    """Which numbers a file holds, without a second copy of very many of them."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self._file = tickets if isinstance(tickets, Staged) else None
        self._numbers = set() if self._file is not None else {_number(each) for each in tickets}

    def among(self, numbers: Sequence[str]) -> set[str]:
        """Those of a few hundred numbers that the file holds."""
        return self._file.among(numbers) if self._file is not None else self._numbers.intersection(numbers)


def _number(ticket: Ticket) -> str:
    return ticket.number[: LONGEST["number"]]


def _compared(tickets: Iterable[Ticket], zone: Any) -> tuple[Delta, set[Month]]:
    """How many tickets are new, changed or the same, and the months in which those stored were said to be
    opened.
    """
    new = changed = same = 0
    months: set[Month] = set()
    for part in chunks(tickets, ASKED):
        ours = {_number(each): tuple(_cut(each)) for each in part}
        query = select(*FIELDS).where(TicketRow.number.in_(ours))
        theirs = {row.number: tuple(row) for row in db.session.execute(query)}
        months |= months_between((row[1] for row in theirs.values()), zone)
        alike = sum(ours[number] == row for number, row in theirs.items())
        new, changed, same = new + len(ours) - len(theirs), changed + len(theirs) - alike, same + alike
    return Delta(new, changed, same), months


def _gone(opened: Span | None, known: _Known, profile: LogProfile, name: str) -> list[tuple[str, datetime]]:
    """Tickets that an earlier file of this name and profile brought, opened between the first and the last of
    this one, and that are not in it. Other files say nothing: a monthly export holds what was open before.
    """
    if opened is None:
        return []
    query = (
        select(TicketRow.number, TicketRow.opened_at)
        .join(Import, Import.id == TicketRow.import_id)
        .where(Import.profile == profile.name, Import.filename == name)
        .where(TicketRow.opened_at.between(opened.start, opened.end))
    )
    found: list[tuple[str, datetime]] = []
    for part in chunks(db.session.execute(query.execution_options(yield_per=ASKED)), ASKED):
        here = known.among([number for number, _opened in part])
        found += [(number, moment) for number, moment in part if number not in here]
    return found


def _store(tickets: Sequence[Ticket], import_id: int) -> None:
    table: Any = TicketRow.__table__
    if isinstance(tickets, Staged) and tickets.can_be_copied():
        tickets.copy_into(table, import_id=import_id)
        return
    rows = ((*row, import_id) for row in map(fit, plain_rows(tickets)))
    names = [*Ticket._fields, "import_id"]
    upsert(table, ["number"], names, rows)


def _cut(ticket: Ticket) -> Ticket:
    """A ticket with its texts no longer than their columns."""
    return ticket._replace(**{name: getattr(ticket, name)[:longest] for name, longest in LONGEST.items()})


def _figures(indicators: Sequence[Indicator], spans: dict[Month, Span], tally: Tally) -> Figures:
    """Every measure of every month."""
    figures = []
    for month, span, mine in tally.by_month(spans):
        for indicator in indicators:
            figures.append((indicator, month, TICKET_MEASURES[indicator.measure].compute(mine, span)))
    return figures


def _others(known: _Known, spans: dict[Month, Span], out: set[str]) -> Iterator[Ticket]:
    """Stored tickets that the file does not hold and that were opened, open or finished in the months."""
    first, last = min(s.start for s in spans.values()), max(s.end for s in spans.values())
    query = select(*FIELDS).where(
        TicketRow.opened_at < last,
        or_(
            TicketRow.resolved_at.is_(None) & TicketRow.closed_at.is_(None),
            TicketRow.resolved_at >= first,
            TicketRow.closed_at >= first,
            TicketRow.opened_at >= first,
        ),
    )
    for part in chunks(db.session.execute(query.execution_options(yield_per=ASKED)), ASKED):
        here = known.among([row.number for row in part])
        yield from (Ticket._make(row) for row in part if row.number not in here and row.number not in out)
