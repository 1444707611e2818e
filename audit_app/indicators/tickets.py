"""A ticket log into the database: SLA, time to resolve, reopen rate and backlog of every month it touches.

What an import would do is worked out first, from the file and what is stored, and written afterwards: the
preview is the same work without the second half.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf, nan
from pathlib import Path
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select

from audit_app.accounts.models import Person
from audit_app.core.db import db, reading, serialize_writes
from audit_app.indicators import staging
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
    sha256_of,
    sqlite_text,
    troubles,
    upsert,
    zone_of,
)
from audit_app.indicators.logs import Progress, Ticket, TicketLog, flat, read_tickets
from audit_app.indicators.measures import TICKET_MEASURES
from audit_app.indicators.models import Import, Indicator, Source, TicketRow
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.profiles import LogProfile
from audit_app.indicators.reports import Delta, Report
from audit_app.indicators.spill import Spilled

SHORTEST = {"number": 60, "priority": 40, "category": 100, "state": 60}
"""Longest text a column holds; the log's own words are cut there."""
_ALL_FIT = min(SHORTEST.values())
FIELDS = [getattr(TicketRow, name) for name in Ticket._fields]
MOMENTS = [place for place, name in enumerate(Ticket._fields) if name.endswith("_at")]
MANY = 10_000
"""From so many tickets on they are made ready before the write lock is taken."""
ASKED = 500
"""So many numbers are asked for in one query."""


class Facts(NamedTuple):
    """What the measures need of a ticket."""

    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    sla_met: bool | None
    reopened: bool
    responded_at: datetime | None


class Tally:
    """The facts of very many tickets, 35 bytes each, to be asked month by month."""

    def __init__(self) -> None:
        self._moments = tuple(array("d") for _name in range(4))
        self._said = array("b")

    def add(self, tickets: Iterable[Sequence[Any]]) -> None:
        """Take tickets in, as plain values (see ``logs.flat``)."""
        take_opened, take_resolved, take_closed, take_responded = (each.append for each in self._moments)
        say = self._said.append
        for _number, opened, resolved, closed, met, reopened, _p, _c, _s, responded in tickets:
            take_opened(opened)
            take_resolved(nan if resolved is None else resolved)
            take_closed(nan if closed is None else closed)
            take_responded(nan if responded is None else responded)
            say((3 if met is None else int(met)) + 4 * reopened)

    def by_month(self, spans: dict[Month, Span]) -> Iterator[tuple[Month, Span, list[Facts]]]:
        """For each month, in their order, the tickets opened before its end that were opened, open or
        finished in it.
        """
        starts = [span.start.timestamp() for span in spans.values()]
        ends = [span.end.timestamp() for span in spans.values()]
        places = [array("l") for _span in spans]
        for place, (opened, resolved, closed) in enumerate(zip(*self._moments[:3], strict=True)):
            end = resolved if resolved == resolved else closed if closed == closed else inf
            for at in range(bisect_right(ends, opened), bisect_right(starts, max(end, opened))):
                places[at].append(place)
        for (month, span), mine in zip(spans.items(), places, strict=True):
            yield month, span, [self._facts(place) for place in mine]

    def _facts(self, place: int) -> Facts:
        opened, resolved, closed, responded = (each[place] for each in self._moments)
        said = self._said[place]
        return Facts(
            datetime.fromtimestamp(opened, UTC),
            datetime.fromtimestamp(resolved, UTC) if resolved == resolved else None,
            datetime.fromtimestamp(closed, UTC) if closed == closed else None,
            None if said & 3 == 3 else bool(said & 3),
            said >= 4,
            datetime.fromtimestamp(responded, UTC) if responded == responded else None,
        )


def plain(tickets: Sequence[Ticket]) -> Iterable[Sequence[Any]]:
    """Tickets as plain values, their moments as seconds."""
    return tickets.plain() if isinstance(tickets, Spilled) else map(flat, tickets)


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
    used = profile if isinstance(profile, LogProfile) else find_profile(profile, LogProfile)
    log, name = read_tickets(path, used, progress), filename or path.name
    plan, seen = None, ()
    if apart:
        db.session.rollback()
        with reading():
            seen, plan = _standing(), _plan(log, used, name, take_out)
            db.session.rollback()
    with _ready(log.tickets, apart) as ready:
        return _taken(log, used, name, path, plan, seen, take_out, ready, by)


def _taken(
    log: TicketLog,
    used: LogProfile,
    name: str,
    path: Path,
    plan: Plan | None,
    seen: tuple[Any, ...],
    take_out: bool,
    ready: Path | None,
    by: Person | None,
) -> Report:
    """The second half, under the write lock; ``ready`` is where the rows lie if they were made ready."""
    apart = plan is not None
    serialize_writes()
    if plan is None or _standing() != seen:
        plan = _plan(log, used, name, take_out)
    made = record(Source.TICKETS, path, name, used.name, log.rows, len(log.tickets), log.problems, by)
    _store(log.tickets, made.id, ready)
    for part in chunks(plan.gone, ASKED) if take_out else ():
        db.session.execute(delete(TicketRow).where(TicketRow.number.in_(part)))
    changed = keep_figures(plan.figures, made, used.timezone, by=by, found=None if apart else plan.found)
    return replace(_report(log, name, plan), stored=made, sha256=made.sha256, changed=changed)


def _standing() -> tuple[Any, ...]:
    """What a plan rests on beside the values, which are compared anew: tickets change with imports alone."""
    newest = db.session.scalar(select(func.max(Import.id)))
    return (newest, *((each.id, each.version, each.measure) for each in bound(Source.TICKETS)))


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
    indicators, tally, opened = bound(Source.TICKETS), Tally(), _Opened(zone_of(profile.timezone))
    tally.add(opened.note(plain(log.tickets)))
    delta, gone = Delta(new=len(log.tickets)), []
    known = _Known(log.tickets) if db.session.scalar(select(TicketRow.number).limit(1)) is not None else None
    if known is not None:
        gone = _gone(opened, known, profile, name)
        delta = replace(_compared(log.tickets, opened), gone=len(gone), taken_out=take_out)
        if take_out:
            opened.months |= months_between((moment for _number, moment in gone), opened.zone)
    spans = {month: month.span(opened.zone) for month in sorted(opened.months)}
    if known is not None and spans:
        out = {number for number, _moment in gone} if take_out else set()
        tally.add(map(flat, _others(known, spans, out)))
    figures = _figures(indicators, spans, tally)
    found = differences(figures, Source.TICKETS, profile.timezone)
    return Plan(figures, found, delta, [number for number, _moment in gone])


class _Opened:
    """The months in which tickets were opened, by the clock of a zone, and the first and last moment."""

    def __init__(self, zone: Any) -> None:
        self.zone = zone
        self.months: set[Month] = set()
        self.first, self.last = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)

    def note(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """The same plain values; the months in which they begin are noted as they go by."""
        first, last = inf, -inf
        quarters: set[int] = set()
        for row in rows:
            opened = row[1]
            if opened < first:
                first = opened
            if opened > last:
                last = opened
            quarters.add(opened // 900)  # a quarter of an hour lies in one month, whatever the zone
            yield row
        self.months |= {Month.of(datetime.fromtimestamp(each * 900, self.zone)) for each in quarters}
        if quarters:
            self.first, self.last = (datetime.fromtimestamp(each, UTC) for each in (first, last))


class _Known:
    """Which numbers a file holds, without a second copy of very many of them."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self._file = tickets if isinstance(tickets, Spilled) else None
        self._numbers = set() if self._file is not None else {_number(each) for each in tickets}

    def among(self, numbers: Sequence[str]) -> set[str]:
        """Those of a few hundred numbers that the file holds."""
        return self._file.among(numbers) if self._file is not None else self._numbers.intersection(numbers)


def _number(ticket: Ticket) -> str:
    return ticket.number[: SHORTEST["number"]]


def _compared(tickets: Iterable[Ticket], opened: _Opened) -> Delta:
    """How many tickets are new, changed or the same; when those stored were said to be opened is noted."""
    new = changed = same = 0
    for part in chunks(tickets, ASKED):
        ours = {_number(each): tuple(_cut(each)) for each in part}
        query = select(*FIELDS).where(TicketRow.number.in_(ours))
        theirs = {row.number: tuple(row) for row in db.session.execute(query)}
        opened.months |= months_between((row[1] for row in theirs.values()), opened.zone)
        alike = sum(ours[number] == row for number, row in theirs.items())
        new, changed, same = new + len(ours) - len(theirs), changed + len(theirs) - alike, same + alike
    return Delta(new, changed, same)


def _gone(opened: _Opened, known: _Known, profile: LogProfile, name: str) -> list[tuple[str, datetime]]:
    """Tickets that an earlier file of this name and profile brought, opened between the first and the last of
    this one, and that are not in it. Other files say nothing: a monthly export holds what was open before.
    """
    query = (
        select(TicketRow.number, TicketRow.opened_at)
        .join(Import, Import.id == TicketRow.import_id)
        .where(Import.profile == profile.name, Import.filename == name)
        .where(TicketRow.opened_at.between(opened.first, opened.last))
    )
    found: list[tuple[str, datetime]] = []
    for part in chunks(db.session.execute(query.execution_options(yield_per=ASKED)), ASKED):
        here = known.among([number for number, _opened in part])
        found += [(number, moment) for number, moment in part if number not in here]
    return found


@contextmanager
def _ready(tickets: Sequence[Ticket], apart: bool) -> Iterator[Path | None]:
    """Very many tickets made ready in a file (on SQLite), before anybody has to wait; None where they are
    few, or the transaction is somebody else's.
    """
    if not apart or len(tickets) < MANY or db.engine.dialect.name != "sqlite":
        yield None
        return
    with staging.staged(Ticket._fields, map(as_sqlite, map(_fit, plain(tickets)))) as path:
        yield path


def as_sqlite(row: Sequence[Any]) -> list[Any]:
    """Plain values of a ticket as SQLite keeps them: moments are texts."""
    made = list(row)
    for place in MOMENTS:
        if made[place] is not None:
            made[place] = sqlite_text(made[place])
    return made


def _store(tickets: Sequence[Ticket], import_id: int, ready: Path | None = None) -> None:
    table: Any = TicketRow.__table__
    if ready is not None:
        staging.put_in(table, "number", Ticket._fields, ready, import_id=import_id)
        return
    rows = ((*row, import_id) for row in map(_fit, plain(tickets)))
    names = [*Ticket._fields, "import_id"]
    upsert(table, ["number"], names, rows)


def _fit(row: Sequence[Any]) -> Sequence[Any]:
    """Plain values with their texts no longer than their columns."""
    if len(row[0]) + len(row[6]) + len(row[7]) + len(row[8]) <= _ALL_FIT:
        return row
    return [
        each[: SHORTEST[name]] if name in SHORTEST else each
        for name, each in zip(Ticket._fields, row, strict=True)
    ]


def _cut(ticket: Ticket) -> Ticket:
    """A ticket with its texts no longer than their columns."""
    return ticket._replace(**{name: getattr(ticket, name)[:longest] for name, longest in SHORTEST.items()})


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
