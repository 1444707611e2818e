"""Reading ticket and outage logs: a file and a profile in, tickets or outages and the problems out.

Files are streamed: of a ticket only the needed columns of the row that counts are kept, and dates are read
once at the end, so a log of 140,000 updates takes little more than the bare CSV pass. Problems are collected
with their row, not raised: one odd line must not refuse a year of tickets. Rows are numbered as a spreadsheet
does: the header is row 1.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from audit_app.core.errors import Refused
from audit_app.core.labels import Label
from audit_app.indicators.moments import moment_reader
from audit_app.indicators.profiles import (
    LogProfile,
    OutageProfile,
    YesNo,
    find_columns,
    outage_profile,
    profile_names,
)
from audit_app.indicators.textfiles import rows_of

STRETCH = 5_000  # rows between two reports of progress
MOST_ROWS = (
    5_000_000  # a log beyond this is split by its owner; it also bounds what a packed file may unfold to
)

Progress = Callable[[int], None]


class ProblemKind(Label):
    """What can be wrong with a row."""

    SHORT = "short", _l("The row has too few columns and was left out"), "warning"
    NO_KEY = "no_key", _l("The row has no number or service and was left out"), "warning"
    DUPLICATE = "duplicate", _l("The number was there before; the first row counts"), "warning"
    NO_START = "no_start", _l("The moment it began is missing or unreadable; the row was left out"), "danger"
    UNREADABLE = "unreadable", _l("The date cannot be read and was taken as missing"), "warning"
    UNKNOWN_WORD = (
        "unknown_word",
        _l("The word is neither a known yes nor a known no; taken as missing"),
        "warning",
    )
    BEFORE_OPENED = (
        "before_opened",
        _l("The date lies before the opening and was taken as missing"),
        "warning",
    )
    BAD_END = "bad_end", _l("The end cannot be read; the row was left out"), "danger"
    END_BEFORE_START = "end_before_start", _l("It ends before it begins and was left out"), "danger"


class Problem(NamedTuple):
    """One thing wrong: the row of the file (header = 1), the ticket or service, and the text that gave
    offence.
    """

    row: int
    kind: ProblemKind
    subject: str
    value: str = ""


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

    tickets: list[Ticket]
    problems: list[Problem]
    rows: int


@dataclass(frozen=True)
class OutageLog:
    """What an outage log held; ``left_out`` counts rows of services that are there for testing only."""

    outages: list[Outage]
    problems: list[Problem]
    rows: int
    left_out: int


class _Words:
    """Yes, no or unknown, by the words of a profile; anything else is reported as a problem."""

    def __init__(self, words: YesNo, missing: Iterable[str], problems: list[Problem]) -> None:
        self._known: dict[str, bool | None] = {word.lower(): None for word in missing}
        self._known |= {word.lower(): True for word in words.means_yes}
        self._known |= {word.lower(): False for word in words.means_no}
        self._problems = problems

    def read(self, text: str, row: int, subject: str) -> bool | None:
        word = text.strip().lower()
        if word not in self._known:
            self._problems.append(Problem(row, ProblemKind.UNKNOWN_WORD, subject, text))
        return self._known.get(word)

    def read_count(self, text: str, row: int, subject: str) -> bool | None:
        """A count means yes when it is more than 0; otherwise the words."""
        word = text.strip()
        return int(word) > 0 if word.isdecimal() else self.read(text, row, subject)


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
        self._last: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._rank: dict[str, tuple[int, Any]] = {}
        self._problems: list[Problem] = []
        self._moment = moment_reader(profile.dates, profile.timezone)
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
        return self.rows - before

    def _feed_last(self, rows: Iterable[list[str]]) -> None:
        # The hot loop: what a row overwrites need not be looked at. Row 1 of the file is the header.
        last, number, pick = self._last, self._number, self._pick
        at = self.rows + 1
        first = at + 1
        for at, row in enumerate(rows, first):
            try:
                last[row[number].strip()] = (at, pick(row))
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
        if self.profile.rows.rule == "one" and number in self._last:
            self._problems.append(Problem(at, ProblemKind.DUPLICATE, number))
        elif rank is None or number not in self._rank or rank >= self._rank[number]:
            self._last[number] = (at, facts)
            if rank is not None:
                self._rank[number] = rank

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
        sla = _Words(self.profile.sla_words, self._missing, self._problems)
        again = _Words(self.profile.reopened_words, self._missing, self._problems)
        blank = dict.fromkeys(self.FACTS, "")
        tickets: list[Ticket] = []
        for subject, (row, values) in self._last.items():
            facts = blank | dict(zip(self._facts, values, strict=True))
            opened = self._moment(facts["opened"])
            if subject in self._missing:
                self._problems.append(Problem(row, ProblemKind.NO_KEY, subject))
            elif opened is None:
                self._problems.append(Problem(row, ProblemKind.NO_START, subject, facts["opened"]))
            else:
                after = self._after(opened, row, subject)
                tickets.append(
                    Ticket(
                        number=subject,
                        opened_at=opened,
                        resolved_at=after(facts["resolved"]),
                        closed_at=after(facts["closed"]),
                        sla_met=sla.read(facts["sla_met"], row, subject),
                        reopened=bool(again.read_count(facts["reopened"], row, subject)),
                        priority=self._priority(facts["priority"]),
                        category=self._text(facts["category"]),
                        state=self._text(facts["state"]),
                        responded_at=after(facts["responded"]),
                    )
                )
        return TicketLog(tickets, sorted(self._problems), self.rows)

    def _after(self, opened: datetime, row: int, subject: str) -> Callable[[str], datetime | None]:
        """Reads the later moments of a ticket; one before the opening counts as missing."""

        def read(text: str) -> datetime | None:
            if text.strip() in self._missing:
                return None
            moment = self._moment(text)
            if moment is None:
                self._problems.append(Problem(row, ProblemKind.UNREADABLE, subject, text))
            elif moment < opened:
                self._problems.append(Problem(row, ProblemKind.BEFORE_OPENED, subject, text))
                return None
            return moment

        return read

    def _text(self, text: str) -> str:
        word = text.strip()
        return "" if word in self._missing else word

    def _priority(self, text: str) -> str:
        word = self._text(text)
        return self.profile.priorities.get(word, word)


def read_tickets(path: Path, profile: LogProfile, progress: Progress | None = None) -> TicketLog:
    """Read a ticket log: .csv, .csv.gz, or a .zip with one CSV file in it.

    ``progress`` is told the number of rows read so far, every few thousand rows. Raises Refused when the file
    cannot be read at all: wrong kind, wrong encoding, a column missing, too many rows.
    """

    def read(header: list[str], rows: Iterator[list[str]]) -> TicketLog:
        reading = TicketReading(profile, header)
        while reading.feed(islice(rows, STRETCH)):
            _bounded(reading.rows)
            if progress is not None:
                progress(reading.rows)
        return reading.finish()

    return rows_of(path, profile, read)


def _bounded(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Refused(_l("The file has more than %(most)s rows. Split it by period.", most=f"{MOST_ROWS:,}"))


def read_outages(path: Path, profile: OutageProfile, leave_out: Iterable[str] | None = None) -> OutageLog:
    """Read an outage log (same kinds of file, same refusals as a ticket log).

    ``leave_out`` replaces the profile's list of services that are there for testing only; case is ignored.
    """
    names = profile.leave_out if leave_out is None else leave_out
    unwanted = frozenset(name.strip().lower() for name in names)

    def read(header: list[str], rows: Iterator[list[str]]) -> OutageLog:
        reading = _OutageReading(profile, header, unwanted)
        for row in rows:
            reading.take(row)
            _bounded(reading.rows)
        return OutageLog(reading.outages, sorted(reading.problems), reading.rows, reading.left_out)

    return rows_of(path, profile, read)


def fitting_profile(path: Path) -> OutageProfile:
    """The shipped outage profile whose columns the file has; the plain one when none fits, so that its
    refusal can name the columns that are missing.
    """
    shipped = [outage_profile(name) for name in profile_names(OutageProfile)]
    return next((each for each in shipped if _fits(path, each)), outage_profile("outages"))


def _fits(path: Path, profile: OutageProfile) -> bool:
    try:
        rows_of(path, profile, lambda header, _rows: find_columns(profile, header))
    except Refused:
        return False
    return True


class _OutageReading:
    def __init__(self, profile: OutageProfile, header: Sequence[str], unwanted: frozenset[str]) -> None:
        self._places = find_columns(profile, header)
        self._unwanted = unwanted
        self._moment = moment_reader(profile.dates, profile.timezone)
        self._missing = frozenset(mark.strip() for mark in profile.missing) | {""}
        self.problems: list[Problem] = []
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
