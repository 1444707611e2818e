"""Reading ticket and outage logs: a file and a profile in, tickets or outages and the problems out.

Files are streamed (see ``ticket_rows``). Problems are collected with their row, not raised: one odd line
must not refuse a year of tickets.
Rows are numbered as a spreadsheet does: the header is row 1.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.indicators.moments import moment_reader
from audit_app.indicators.problems import Problem as Problem
from audit_app.indicators.problems import ProblemKind as ProblemKind
from audit_app.indicators.problems import Problems
from audit_app.indicators.profiles import (
    LogProfile,
    OutageProfile,
    find_columns,
    outage_profile,
    profile_names,
)
from audit_app.indicators.staging import Staged
from audit_app.indicators.tally import Tally
from audit_app.indicators.textfiles import Share, heading, rows_of
from audit_app.indicators.ticket_rows import Ticket as Ticket
from audit_app.indicators.ticket_rows import TicketRows, Words, whole

STRETCH = 5_000  # rows between two reports of progress
MOST_ROWS = 5_000_000  # beyond this the owner splits a log; also bounds what a packed file may unfold to
Progress = Callable[[int, float], None]
"""Is told the rows read so far and the share of the file, from 0 to 1."""


class Outage(NamedTuple):
    """One outage of one service. ``ended_at`` None: it was still going on when the log was written."""

    service: str
    started_at: datetime
    ended_at: datetime | None
    planned: bool = False


@dataclass(frozen=True)
class TicketLog:
    """What a ticket log held: tickets in the order their numbers first appear, problems by row."""

    tickets: Sequence[Ticket]
    problems: Problems
    rows: int
    tally: Tally = field(compare=False)


@dataclass(frozen=True)
class OutageLog:
    """What an outage log held; ``left_out`` counts rows of services that are there for testing only."""

    outages: list[Outage]
    problems: Problems
    rows: int
    left_out: int


class TicketReading(TicketRows):
    """A ticket log being read, stretch by stretch: ``feed`` rows in any chunks, then ``finish``."""

    def finish(self) -> TicketLog:
        """Turn what was kept into tickets; call once, at the end."""
        tally = Tally()
        rows = tally.noting(self.tickets())
        tickets: Sequence[Ticket] = Staged(rows) if self.many else list(map(whole, rows))
        return TicketLog(tickets, self.problems.in_order(), self.rows, tally)


def read_tickets(path: Path, profile: LogProfile, progress: Progress | None = None) -> TicketLog:
    """Read a ticket log: .csv, .csv.gz, a .zip with one CSV file in it, or .xlsx.

    ``progress`` is told every few thousand rows. Raises Refused when the file
    cannot be read at all: wrong kind, wrong encoding, a column missing, too many rows.
    """

    def read(header: list[str], rows: Iterator[list[str]], share: Share) -> TicketLog:
        reading = TicketReading(profile, header)
        while reading.feed(islice(rows, STRETCH)):
            _bounded(reading.rows)
            if progress is not None:
                progress(reading.rows, share())
        return reading.finish()

    return rows_of(path, profile, read)


def _bounded(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Refused(_l("The file has more than %(most)s rows. Split it by period.", most=f"{MOST_ROWS:,}"))


def read_outages(
    path: Path,
    profile: OutageProfile,
    leave_out: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> OutageLog:
    """Read an outage log (same kinds of file, same refusals and progress as a ticket log).

    ``leave_out`` replaces the profile's list of services that are there for testing only; case is ignored.
    """
    names = profile.leave_out if leave_out is None else leave_out
    unwanted = frozenset(name.strip().lower() for name in names)

    def read(header: list[str], rows: Iterator[list[str]], share: Share) -> OutageLog:
        reading = _OutageReading(profile, header, unwanted)
        for row in rows:
            reading.take(row)
            if reading.rows % STRETCH == 0:
                _bounded(reading.rows)
                if progress is not None:
                    progress(reading.rows, share())
        _bounded(reading.rows)
        return OutageLog(reading.outages, reading.problems.in_order(), reading.rows, reading.left_out)

    return rows_of(path, profile, read)


def fitting_profile(path: Path) -> OutageProfile:
    """The shipped outage profile whose columns the file has; the plain one when none fits, so that its
    refusal can name the columns that are missing.
    """
    shipped = [outage_profile(name) for name in profile_names(OutageProfile)]
    return next((each for each in shipped if _fits(path, each)), outage_profile("outages"))


def _fits(path: Path, profile: OutageProfile) -> bool:
    try:
        find_columns(profile, heading(path, profile))
    except Refused:
        return False
    return True


class _OutageReading:
    def __init__(self, profile: OutageProfile, header: Sequence[str], unwanted: frozenset[str]) -> None:
        self._places = find_columns(profile, header)
        self._unwanted = unwanted
        self._doubts: dict[str, ProblemKind] = {}
        self._moment = moment_reader(profile.dates, profile.timezone, self._doubts)
        self._missing = frozenset(mark.strip() for mark in profile.missing) | {""}
        self.problems = Problems()
        self._planned = Words(profile.planned_words, self._missing, self.problems)
        self.outages: list[Outage] = []
        self.rows = self.left_out = 0

    def take(self, row: list[str]) -> None:
        """One row: an outage, a test target to leave out, or a problem."""
        self.rows += 1
        at = self.rows + 1
        try:
            facts = {fact: row[place].strip() for fact, place in self._places.items()}
        except IndexError:
            if any(cell.strip() for cell in row):
                self.problems.append(Problem(at, ProblemKind.SHORT, row[0].strip()))
            return
        service, start = facts["service"], self._moment(facts["start"])
        if service.lower() in self._unwanted:
            self.left_out += 1
        elif service in self._missing:
            self.problems.append(Problem(at, ProblemKind.NO_KEY, service))
        elif start is None:
            self.problems.append(Problem(at, ProblemKind.NO_START, service, facts["start"]))
        else:
            self._keep(at, service, start, facts)

    def _keep(self, at: int, service: str, start: datetime, facts: dict[str, str]) -> None:
        end = self._moment(facts["end"])
        if end is None and facts["end"] not in self._missing:
            # Taken as missing it would last until now: an unreadable end must not invent a month of downtime.
            self.problems.append(Problem(at, ProblemKind.BAD_END, service, facts["end"]))
        elif end is not None and end < start:
            self.problems.append(Problem(at, ProblemKind.END_BEFORE_START, service, facts["end"]))
        else:
            planned = bool(self._planned.read(facts.get("planned", ""), at, service))
            self.outages.append(Outage(service, start, end, planned))
            for text in (facts["start"], facts["end"]):
                if self._doubts and text in self._doubts:
                    self.problems.append(Problem(at, self._doubts[text], service, text))
