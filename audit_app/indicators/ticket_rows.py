"""The rows of a ticket log made tickets: of each number the row that counts, its words read by a profile.

Of a ticket only the needed columns of the row that counts are kept (very many in a temporary file, see
``spill``), and dates are read once at the end, so a log takes little more than the bare CSV pass.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from audit_app.indicators.moments import instant, instant_reader, moment_of
from audit_app.indicators.problems import Problem, ProblemKind, Problems
from audit_app.indicators.profiles import LogProfile, YesNo, find_columns
from audit_app.indicators.recall import Recall
from audit_app.indicators.spill import Latest

LEFT = re.compile(r"[-\u2212]?\d+(:\d{2}){1,2}|[-\u2212]?(\d+\s*[wdhms]\s*)+")
PART = 100
"""Rows looked at together: so few that they stay near the processor and wake no garbage collector."""
UNKNOWN = object()
_CACHED = 4_096
Plain = tuple[str, int, int | None, int | None, bool | None, bool, str, str, str, int | None]
"""A ticket with its moments as instants (see ``moments``), in the order of :class:`Ticket`."""


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


def plain(ticket: Ticket) -> Plain:
    """A ticket with its moments as instants."""
    number, opened, resolved, closed, met, reopened, priority, category, state, responded = ticket
    return (
        number,
        instant(opened),
        None if resolved is None else instant(resolved),
        None if closed is None else instant(closed),
        met,
        reopened,
        priority,
        category,
        state,
        None if responded is None else instant(responded),
    )


def whole(row: Plain) -> Ticket:
    """The ticket again."""
    number, opened, resolved, closed, met, reopened, priority, category, state, responded = row
    return Ticket(
        number,
        moment_of(opened),
        None if resolved is None else moment_of(resolved),
        None if closed is None else moment_of(closed),
        met,
        reopened,
        priority,
        category,
        state,
        None if responded is None else moment_of(responded),
    )


class Words:
    """Yes, no or unknown, by the words of a profile; anything else is reported as a problem."""

    def __init__(self, words: YesNo, missing: Iterable[str], problems: Problems) -> None:
        self._known: dict[str, bool | None] = {word.lower(): None for word in missing}
        self._known |= {word.lower(): True for word in words.means_yes}
        self._known |= {word.lower(): False for word in words.means_no}
        self._problems = problems

    def said(self, text: str) -> Any:
        """True, False, None for a mark of what is missing, or UNKNOWN."""
        return self._known.get(text.strip().lower(), UNKNOWN)

    def said_or_counted(self, text: str) -> Any:
        """A count means yes when it is more than 0; otherwise the words."""
        word = text.strip()
        return int(word) > 0 if word.isdecimal() else self.said(word)

    def left(self, text: str) -> Any:
        """Whether a target was met, from the time that was left ("3:20", "-1h 05m": negative is missed)."""
        word = text.strip()
        return not word.startswith(("-", "\u2212")) if LEFT.fullmatch(word) else self.said(word)

    def read(self, text: str, row: int, subject: str) -> bool | None:
        """The same as :meth:`said`; an unknown word is told, and says nothing."""
        found = self.said(text)
        return self.told(text, row, subject) if found is UNKNOWN else found

    def told(self, text: str, row: int, subject: str) -> Any:
        """Say that a word is none of those known; it means None."""
        self._problems.append(Problem(row, ProblemKind.UNKNOWN_WORD, subject, text))


class TicketRows:
    """A ticket log being read, stretch by stretch: ``feed`` rows in any chunks, then ask for ``tickets``."""

    FACTS = ("number", "opened", "responded", "resolved", "closed", "state", "priority", "category",
             "reopened", "sla_met")  # fmt: skip

    def __init__(self, profile: LogProfile, header: Sequence[str]) -> None:
        """Raises Refused when the header lacks a column of the profile."""
        places = find_columns(profile, header)
        self.profile = profile
        self.rows = 0
        self.problems = Problems()
        self._number = places["number"]
        self._order = places.get("order")
        self._facts = [fact for fact in self.FACTS if fact in places]
        self._pick = itemgetter(*(places[fact] for fact in self._facts))
        self._width = 1 + max(places.values())
        self._latest = Latest(
            first=profile.rows.rule == "one", ranked=self._order is not None, again=self._again
        )
        self._doubts: dict[str, ProblemKind] = {}
        self._instant = instant_reader(profile.dates, profile.timezone, self._doubts)
        self._missing = frozenset(mark.strip() for mark in profile.missing) | {""}

    @property
    def many(self) -> bool:
        """Whether the tickets are so many that they should not be held in memory."""
        return self._latest.file is not None

    def feed(self, rows: Iterable[list[str]]) -> int:
        """Take some more rows, in the order of the file; gives how many there were."""
        before = self.rows
        take = (
            self._take_last if self.profile.rows.rule == "last" and self._order is None else self._take_each
        )
        rest = iter(rows)
        while part := list(islice(rest, PART)):
            take(part)
            self.rows += len(part)
        self._latest.rest()
        return self.rows - before

    def _take_last(self, part: list[list[str]]) -> None:
        # The hot path: what a row overwrites need not be looked at. Row 1 of the file is the header.
        if min(map(len, part)) < self._width:
            self._take_each(part)
            return
        numbers = map(str.strip, map(itemgetter(self._number), part))
        pick, few = self._pick, self._latest.few
        for number, (at, row) in dict(zip(numbers, enumerate(part, self.rows + 2), strict=True)).items():
            few[number] = (at, pick(row), None)

    def _take_each(self, part: list[list[str]]) -> None:
        """The slower rules: one row per ticket, or the greatest value of a column; and parts with a row that
        is too short.
        """
        one, few = self.profile.rows.rule == "one", self._latest.few
        for at, row in enumerate(part, self.rows + 2):
            try:
                number, facts = row[self._number].strip(), self._pick(row)
                rank = self._rank_of(row[self._order]) if self._order is not None else None
            except IndexError:
                self._short(at, row)
                continue
            if one and number in few:
                self._again(at, number)
            elif rank is None or number not in few or rank >= few[number][2]:
                few[number] = (at, facts, rank)

    def _again(self, at: int, number: str) -> None:
        self.problems.append(Problem(at, ProblemKind.DUPLICATE, number))

    def _short(self, at: int, row: list[str]) -> None:
        if any(cell.strip() for cell in row):  # an empty line is nobody's fault
            self.problems.append(Problem(at, ProblemKind.SHORT, row[0].strip()))

    def _rank_of(self, text: str) -> tuple[int, Any]:
        """Numbers sort as numbers, dates as dates; what is neither sorts before both."""
        try:
            return (1, float(text))
        except ValueError:
            found = self._instant(text)
            return (0, 0.0) if found is None else (1, found / 1_000_000)

    def tickets(self) -> Iterator[Plain]:
        """What was kept, made tickets; they are let go as they are read, so call it once, at the end."""
        profile, missing, problems = self.profile, self._missing, self.problems
        sla, again = (Words(w, missing, problems) for w in (profile.sla_words, profile.reopened_words))
        met_of = Recall(sla.left if profile.sla_time_left else sla.said, _CACHED)
        again_of = Recall(again.said_or_counted, _CACHED)
        text_of, priority_of = Recall(self._text, _CACHED), Recall(self._priority, _CACHED)
        waits = profile.sla_met_when == "resolved"
        # Each fact by its place in the row kept; what the log has not is the empty text at the end.
        places = [self._facts.index(fact) if fact in self._facts else -1 for fact in self.FACTS]
        cells = itemgetter(*places)
        read, later, doubt, doubts = self._instant, self._later, self._doubt, self._doubts
        for subject, row, values in self._latest.items():
            _no, began, responded, resolved, closed, state, priority, category, reopened, met = cells(
                (*values, "")
            )
            opened = read(began)
            if subject in missing:
                problems.append(Problem(row, ProblemKind.NO_KEY, subject))
                continue
            if opened is None:
                problems.append(Problem(row, ProblemKind.NO_START, subject, began))
                continue
            if doubts:
                doubt(began, row, subject)
            done = None if resolved in missing else later(resolved, opened, row, subject)
            shut = None if closed in missing else later(closed, opened, row, subject)
            good, reopens = met_of[met], again_of[reopened]
            if good is UNKNOWN:
                good = sla.told(met, row, subject)
            elif good and waits and done is None and shut is None:
                good = None
            if reopens is UNKNOWN:
                reopens = again.told(reopened, row, subject)
            answered = None if responded in missing else later(responded, opened, row, subject)
            words = priority_of[priority], text_of[category], text_of[state]
            yield subject, opened, done, shut, good, bool(reopens), *words, answered

    def _doubt(self, text: str, row: int, subject: str) -> None:
        """Name a moment that the clock showed twice, or never."""
        if (kind := self._doubts.get(text.strip())) is not None:
            self.problems.append(Problem(row, kind, subject, text))

    def _later(self, text: str, opened: int, row: int, subject: str) -> int | None:
        """One of the later moments of a ticket; one before the opening counts as missing."""
        if text.strip() in self._missing:
            return None
        found = self._instant(text)
        if found is None:
            self.problems.append(Problem(row, ProblemKind.UNREADABLE, subject, text))
        elif found < opened:
            self.problems.append(Problem(row, ProblemKind.BEFORE_OPENED, subject, text))
            return None
        elif self._doubts:
            self._doubt(text, row, subject)
        return found

    def _text(self, text: str) -> str:
        word = text.strip()
        return "" if word in self._missing else word

    def _priority(self, text: str) -> str:
        word = self._text(text)
        return self.profile.priorities.get(word, word)
