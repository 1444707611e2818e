"""What was agreed for a service, and the minutes in which it held (clauses 8.3.3, 8.7.1).

- Agreed time: the service hours of the agreement that held then, less the maintenance agreed beforehand.
- Maintenance counts from the moment it was announced and entered: nothing is agreed for time gone by, and an
  outage that had begun by then is not excused.
- Down is every outage in agreed time, overlapping ones once; what a log calls planned is excused by agreed
  maintenance only. An outage counts where its first agreed minute lies, and each month has its own minutes.
- Several services or months: minutes are added, percentages never averaged.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from audit_app.indicators.availability import NO_TIME, OutageFacts, Uptime, common, length, merge, without
from audit_app.indicators.periods import Month, Span
from audit_app.indicators.service_hours import Hours, midnight

ENDLESS = date(9998, 12, 31)
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Target:
    """Minutes to the first response and to the resolution of one priority; None where nothing is agreed.

    ``in_service`` counts minutes of service hours, else those of the calendar.
    """

    response: int | None = None
    resolution: int | None = None
    in_service: bool = True


@dataclass(frozen=True)
class Terms:
    """An agreement as plain values: from which day on what is owed. ``target`` is percent of agreed time."""

    valid_from: date
    hours: Hours
    target: Decimal
    targets: Mapping[str, Target] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window in which the service need not run. ``known_at``: when it was both announced and entered."""

    start: datetime
    end: datetime
    known_at: datetime
    id: int = 0

    @property
    def late(self) -> bool:
        """Whether it had begun before it was known."""
        return self.known_at > self.start


@dataclass(frozen=True)
class Level:
    """A stretch of time of one service, or (added) of many: minutes, downtime allowed, the longest outage."""

    up: Uptime = NO_TIME
    allowed: timedelta = NOTHING
    longest: timedelta = NOTHING
    targets: tuple[Decimal, ...] = ()
    partial: bool = False

    def __add__(self, other: "Level") -> "Level":
        return Level(
            self.up + other.up,
            self.allowed + other.allowed,
            max(self.longest, other.longest),
            tuple(dict.fromkeys((*self.targets, *other.targets))),
            self.partial or other.partial,
        )

    @property
    def met(self) -> bool | None:
        """Whether no more was down than the targets allow; None without agreed time."""
        return self.up.down <= self.allowed if self.up.agreed else None

    @property
    def target(self) -> Decimal | None:
        """The one target that held, or what several together ask of these minutes; percent."""
        if len(self.targets) == 1 or not self.up.agreed:
            return self.targets[0] if self.targets else None
        return Decimal(str(round(100 - self.allowed / self.up.agreed * 100, 6)))


def in_force(terms: Sequence[Terms], day: date) -> Terms | None:
    """The agreement that holds on a day: the last one that is valid from it or from before."""
    held = [each for each in terms if each.valid_from <= day]
    return max(held, key=lambda each: each.valid_from) if held else None


def month_of(terms: Sequence[Terms], month: Month) -> Span:
    """A month by the clock of the service: each first of the month in the zone that is agreed on that day, so
    that a changed zone leaves neither a gap nor time counted twice.
    """
    start, end = (_first(terms, each) for each in (month, month.next()))
    return Span(start, end)


def _first(terms: Sequence[Terms], month: Month) -> datetime:
    held = in_force(terms, month.first) or min(terms, key=lambda each: each.valid_from)
    return midnight(held.hours.zone, month.first)


def taken_out(
    maintenance: Iterable[Maintenance], outages: Sequence[Span]
) -> list[tuple[Maintenance, list[Span]]]:
    """What each window of maintenance takes out of the agreed time: its part after it was known, without the
    outages that had begun by then.
    """
    found = []
    for each in maintenance:
        left = [Span(max(each.start, each.known_at), each.end)]
        going_on = merge(span for span in outages if span.start < each.known_at)
        found.append((each, without(merge(left), going_on)))
    return found


class Timeline:
    """The agreed and the lost time of ONE service over all the time it was watched; asked month by month.

    Before the first agreement nothing is agreed. ``watched``: what is known; an outage without an end lasts
    as long.
    """

    def __init__(
        self,
        terms: Sequence[Terms],
        maintenance: Iterable[Maintenance],
        outages: Iterable[OutageFacts],
        watched: Span,
    ) -> None:
        self.terms = sorted(terms, key=lambda each: each.valid_from)
        self.watched = watched
        raw = [(_span(row, watched.end), row.planned) for row in outages]
        self.excused = taken_out(maintenance, [span for span, _planned in raw])
        self.holes = merge(span for _window, spans in self.excused for span in spans)
        """Maintenance that takes time out, merged."""
        hours = [(each, each.hours.within(part.within(watched))) for each, part in self._parts()]
        self._hours = merge(span for _terms, spans in hours for span in spans)
        self._by_terms = [(each, without(spans, self.holes)) for each, spans in hours]
        self._agreed = merge(span for _terms, spans in self._by_terms for span in spans)
        broken = merge(span for span, _planned in raw)
        counted = [(whole, _clip(self._agreed, whole)) for whole in broken]
        self.outages = [(whole, pieces) for whole, pieces in counted if pieces]
        """Outages that count, merged: the whole stretch and its pieces in agreed time."""
        self._down = merge(piece for _whole, pieces in self.outages for piece in pieces)
        self._claimed = common(merge(span for span, planned in raw if planned), self._down)

    def _parts(self) -> list[tuple[Terms, Span]]:
        starts = [midnight(each.hours.zone, each.valid_from) for each in self.terms]
        ends = [*starts[1:], max(self.watched.end, *starts)] if starts else []
        return [(each, Span(a, max(a, b))) for each, a, b in zip(self.terms, starts, ends, strict=True)]

    def month(self, month: Month) -> Level:
        """One calendar month in the zone of the service; partial if not watched or agreed throughout."""
        whole = month_of(self.terms, month)
        known = whole.within(self.watched)
        first = midnight(self.terms[0].hours.zone, self.terms[0].valid_from)
        return self.level(whole, partial=known != whole or whole.start < first)

    def level(self, period: Span, *, partial: bool = False) -> Level:
        """Any stretch of time."""
        agreed = [(each, length(_clip(spans, period))) for each, spans in self._by_terms]
        lost = [(pieces[0].start, length(_clip(pieces, period))) for _whole, pieces in self._within(period)]
        total = sum((minutes for _terms, minutes in agreed), NOTHING)
        return Level(
            Uptime(
                agreed=total,
                down=length(_clip(self._down, period)),
                outages=sum(1 for begun, _minutes in lost if begun in period),
                planned=length(_clip(self._hours, period)) - total,
            ),
            allowed=sum((minutes * float(100 - each.target) / 100 for each, minutes in agreed), NOTHING),
            longest=max((minutes for _begun, minutes in lost), default=NOTHING),
            targets=tuple(dict.fromkeys(each.target for each, minutes in agreed if minutes)),
            partial=partial,
        )

    def _within(self, period: Span) -> list[tuple[Span, list[Span]]]:
        first = bisect_right(self.outages, period.start, key=lambda each: each[0].end)
        last = bisect_left(self.outages, period.end, key=lambda each: each[0].start)
        return self.outages[first:last]

    def outages_in(self, period: Span) -> list[tuple[Span, timedelta]]:
        """The outages behind the figure of a period: the whole stretch, and what of it counts there."""
        told = ((whole, length(_clip(pieces, period))) for whole, pieces in self._within(period))
        return [(whole, minutes) for whole, minutes in told if minutes]

    def agreed_in(self, period: Span) -> list[Span]:
        """The agreed time of a period, merged."""
        return _clip(self._agreed, period)

    def owed(self, moment: datetime) -> bool:
        """Whether an agreement held at a moment that was watched, in service hours or not."""
        first = midnight(self.terms[0].hours.zone, self.terms[0].valid_from)
        return moment >= first and moment in self.watched

    def claimed(self, period: Span) -> timedelta:
        """Downtime that the log calls planned although no maintenance was agreed for it."""
        return length(_clip(self._claimed, period))

    def refused(self, period: Span) -> list[tuple[Maintenance, timedelta]]:
        """Maintenance that was known too late, with the service time of the period it does not take out."""
        told = []
        for window, spans in self.excused:
            if window.late:
                rest = without([Span(window.start, window.end)], spans)
                told.append((window, length(common(rest, _clip(self._agreed, period)))))
        return [(window, minutes) for window, minutes in told if minutes]


def _span(row: OutageFacts, last: datetime) -> Span:
    end = last if row.ended_at is None else row.ended_at
    return Span(row.started_at, max(row.started_at, end))


def _clip(spans: Sequence[Span], period: Span) -> list[Span]:
    """The parts of merged spans in a period, found without walking over all of them."""
    first = bisect_right(spans, period.start, key=lambda each: each.end)
    last = bisect_left(spans, period.end, key=lambda each: each.start)
    return [each.within(period) for each in spans[first:last]]
