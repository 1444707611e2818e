"""Reading ticket and outage logs: a file and a profile in, tickets or outages and the problems out.

Files are streamed: of a ticket only the needed columns of the row that counts are kept (very many tickets in
a temporary file, see ``spill``), and dates are read once at the end, so a log takes little more than the bare
CSV pass. Problems are collected with their row, not raised: one odd line must not refuse a year of tickets.
Rows are numbered as a spreadsheet does: the header is row 1.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.indicators.moments import moment_reader
from audit_app.indicators.problems import Problem as Problem
from audit_app.indicators.problems import ProblemKind as ProblemKind
from audit_app.indicators.problems import Problems
from audit_app.indicators.profiles import (
    LogProfile,
    OutageProfile,
    YesNo,
    find_columns,
    outage_profile,
    profile_names,
)
from audit_app.indicators.spill import Latest, Spilled
from audit_app.indicators.textfiles import Share, heading, rows_of

STRETCH = 5_000  # rows between two reports of progress
MOST_ROWS = 5_000_000  # beyond this the owner splits a log; also bounds what a packed file may unfold to
LEFT = re.compile(r"[-\u2212]?\d+(:\d{2}){1,2}|[-\u2212]?(\d+\s*[wdhms]\s*)+")

Progress = Callable[[int, float], None]
"""Is told the rows read so far and the share of the file, from 0 to 1."""


class Ticket(NamedTuple):
    """One ticket as its last (or only) row says. Moments are aware, in UTC; what the log does not say is None
    or "".
    """

    number: str
    opened_at: datetime
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    sla_met: bool | None = None
    reopened: bool = False
    priority: str = ""
    category: str = ""
    state: str = ""
    responded_at: datetime | None = None


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


@dataclass(frozen=True)
class OutageLog:
    """What an outage log held; ``left_out`` counts rows of services that are there for testing only."""

    outages: list[Outage]
    problems: Problems
    rows: int
    left_out: int


class _Words:
    """Yes, no or unknown, by the words of a profile; anything else is reported as a problem."""

    def __init__(self, words: YesNo, missing: Iterable[str], problems: Problems) -> None:
        self._known: dict[str, bool | None] = {word.lower(): None for word in missing}
        self._known |= {word.lower(): True for word in words.means_yes}
        self._known |= {word.lower(): False for word in words.means_no}
        self._problems = problems

    def read(self, text: str, row: int, subject: str) -> bool | None:
        word = text.strip().lower()
        if word not in self._known:
            self.unknown(text, row, subject)
        return self._known.get(word)

    def unknown(self, text: str, row: int, subject: str) -> None:
        """Say that a word is none of those known."""
        self._problems.append(Problem(row, ProblemKind.UNKNOWN_WORD, subject, text))

    def read_count(self, text: str, row: int, subject: str) -> bool | None:
        """A count means yes when it is more than 0; otherwise the words."""
        word = text.strip()
        return int(word) > 0 if word.isdecimal() else self.read(text, row, subject)


def time_left(words: _Words, text: str, row: int, subject: str) -> bool | None:
    """Whether a target was met, from the time that was left ("3:20", "-1h 05m": negative is missed)."""
    word = text.strip()
    return not word.startswith(("-", "\u2212")) if LEFT.fullmatch(word) else words.read(text, row, subject)


def flat(ticket: Ticket) -> list[Any]:
    """A ticket with its moments as seconds, as it is kept in a temporary file."""
    return [each.timestamp() if each.__class__ is datetime else each for each in ticket]


def whole(kept: Sequence[Any]) -> Ticket:
    """The ticket again."""
    number, opened, resolved, closed, met, reopened, priority, category, state, responded = kept
    of = datetime.fromtimestamp
    return Ticket(
        number,
        of(opened, UTC),
        None if resolved is None else of(resolved, UTC),
        None if closed is None else of(closed, UTC),
        None if met is None else met == 1,
        reopened == 1,
        priority,
        category,
        state,
        None if responded is None else of(responded, UTC),
    )


class TicketReading:
    """A ticket log being read, stretch by stretch: ``feed`` rows in any chunks, then ``finish``."""

    FACTS = ("number", "opened", "responded", "resolved", "closed", "state", "priority", "category",
             "reopened", "sla_met")  # fmt: skip

    def __init__(self, profile: LogProfile, header: Sequence[str]) -> None:
        """Raises Refused when the header lacks a column of the profile."""
        places = find_columns(profile, header)
        self.profile = profile
        self.rows = 0
        self._number = places["number"]
        self._order = places.get("order")
        self._facts = [fact for fact in self.FACTS if fact in places]
        self._pick = itemgetter(*(places[fact] for fact in self._facts))
        self._problems = Problems()
        self._latest = Latest(first=profile.rows.rule == "one", again=self._again)
        self._doubts: dict[str, ProblemKind] = {}
        self._moment = moment_reader(profile.dates, profile.timezone, self._doubts)
        self._missing = frozenset(mark.strip() for mark in profile.missing) | {""}

    def feed(self, rows: Iterable[list[str]]) -> int:
        """Take some more rows, in the order of the file; gives how many there were."""
        before = self.rows
        if self.profile.rows.rule == "last" and self._order is None:
            self._feed_last(rows)
        else:
            for row in rows:
                self.rows += 1
                self._take(row)
        self._latest.rest()
        return self.rows - before

    def _feed_last(self, rows: Iterable[list[str]]) -> None:
        # The hot loop: what a row overwrites need not be looked at. Row 1 of the file is the header.
        last, number, pick = self._latest.few, self._number, self._pick
        at = self.rows + 1
        first = at + 1
        for at, row in enumerate(rows, first):
            try:
                last[row[number].strip()] = (at, pick(row), None)
            except IndexError:
                self._short(at, row)
        self.rows = at - 1

    def _take(self, row: list[str]) -> None:
        """The slower rules: one row per ticket, or the greatest value of a column."""
        at = self.rows + 1
        try:
            number, facts = row[self._number].strip(), self._pick(row)
            rank = self._rank_of(row[self._order]) if self._order is not None else None
        except IndexError:
            self._short(at, row)
            return
        few = self._latest.few
        if number in few and self.profile.rows.rule == "one":
            self._again(at, number)
        elif number not in few or rank is None or rank >= few[number][2]:
            few[number] = (at, facts, rank)

    def _again(self, at: int, number: str) -> None:
        self._problems.append(Problem(at, ProblemKind.DUPLICATE, number))

    def _short(self, at: int, row: list[str]) -> None:
        if any(cell.strip() for cell in row):  # an empty line is nobody's fault
            self._problems.append(Problem(at, ProblemKind.SHORT, row[0].strip()))

    def _rank_of(self, text: str) -> tuple[int, Any]:
        """Numbers sort as numbers, dates as dates; what is neither sorts before both."""
        try:
            return (1, float(text))
        except ValueError:
            moment = self._moment(text)
            return (1, moment.timestamp()) if moment else (0, 0.0)

    def finish(self) -> TicketLog:
        """Turn what was kept into tickets; call once, at the end."""
        many = self._latest.file is not None
        tickets = (
            Spilled(self._tickets(), flat, whole, len(Ticket._fields)) if many else list(self._tickets())
        )
        return TicketLog(tickets, self._problems.in_order(), self.rows)

    def _tickets(self) -> Iterator[Ticket]:
        sla = _Words(self.profile.sla_words, self._missing, self._problems)
        again = _Words(self.profile.reopened_words, self._missing, self._problems)
        read_met = partial(time_left, sla) if self.profile.sla_time_left else sla.read
        waits = self.profile.sla_met_when == "resolved"
        # Each fact by its place in the row kept; what the log has not is the empty text at the end.
        places = [self._facts.index(fact) if fact in self._facts else -1 for fact in self.FACTS]
        cells = itemgetter(*places)
        for subject, row, values in self._latest.items():
            _no, began, responded, resolved, closed, state, priority, category, reopened, met = cells(
                (*values, "")
            )
            opened = self._moment(began)
            if subject in self._missing:
                self._problems.append(Problem(row, ProblemKind.NO_KEY, subject))
            elif opened is None:
                self._problems.append(Problem(row, ProblemKind.NO_START, subject, began))
            else:
                self._doubt(began, row, subject)
                done = self._later(resolved, opened, row, subject)
                shut = self._later(closed, opened, row, subject)
                good = read_met(met, row, subject)
                yield Ticket(
                    subject,
                    opened,
                    done,
                    shut,
                    None if good and waits and done is shut is None else good,
                    bool(again.read_count(reopened, row, subject)),
                    self._priority(priority),
                    self._text(category),
                    self._text(state),
                    self._later(responded, opened, row, subject),
                )

    def _doubt(self, text: str, row: int, subject: str) -> None:
        """Name a moment that the clock showed twice, or never."""
        if self._doubts and (kind := self._doubts.get(text)) is not None:
            self._problems.append(Problem(row, kind, subject, text))

    def _later(self, text: str, opened: datetime, row: int, subject: str) -> datetime | None:
        """One of the later moments of a ticket; one before the opening counts as missing."""
        if text.strip() in self._missing:
            return None
        moment = self._moment(text)
        if moment is None:
            self._problems.append(Problem(row, ProblemKind.UNREADABLE, subject, text))
        elif moment < opened:
            self._problems.append(Problem(row, ProblemKind.BEFORE_OPENED, subject, text))
            return None
        else:
            self._doubt(text, row, subject)
        return moment

    def _text(self, text: str) -> str:
        word = text.strip()
        return "" if word in self._missing else word

    def _priority(self, text: str) -> str:
        word = self._text(text)
        return self.profile.priorities.get(word, word)


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
        self._planned = _Words(profile.planned_words, self._missing, self.problems)
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
