"""Availability arithmetic: minutes of agreed service time and of downtime, per service, added up and only
then divided.

Rules (ISO/IEC 20000-1:2018 clause 8.7.1; what the percentage means is agreed in the SLA, clause 8.3.3):
- agreed time is the real minutes of the span in which the service was watched, less planned maintenance;
- downtime is the unplanned outage time in that agreed time; overlapping outages of one service count once;
- an outage over a month's boundary gives each month its own minutes, and is counted where it began;
- over several services or months the minutes are added: percentages are never averaged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from audit_app.indicators.periods import Span

MINUTE = timedelta(minutes=1)


class OutageFacts(Protocol):
    """What is needed of an outage: an `Outage` of a log or a row of the database. ``ended_at`` None: still
    down.
    """

    @property
    def service(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def planned(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Uptime:
    """Minutes of one or many services and months; add them with ``+`` or ``sum(…, NO_TIME)``."""

    agreed: timedelta = timedelta()
    down: timedelta = timedelta()
    outages: int = 0
    planned: timedelta = timedelta()

    def __add__(self, other: "Uptime") -> "Uptime":
        return Uptime(
            self.agreed + other.agreed,
            self.down + other.down,
            self.outages + other.outages,
            self.planned + other.planned,
        )

    @property
    def agreed_minutes(self) -> float:
        """Agreed service time in minutes, planned maintenance already taken out."""
        return self.agreed / MINUTE

    @property
    def down_minutes(self) -> float:
        """Unplanned downtime in minutes."""
        return self.down / MINUTE

    @property
    def availability(self) -> float | None:
        """Percent of the agreed time, 0 to 100, unrounded; None without agreed time."""
        return (self.agreed - self.down) / self.agreed * 100 if self.agreed else None

    @property
    def mtbf_hours(self) -> float | None:
        """Mean time between failures: uptime in hours per outage begun; None when there was none."""
        return (self.agreed - self.down) / timedelta(hours=1) / self.outages if self.outages else None

    def allowed_minutes(self, target: float) -> float:
        """Downtime in minutes that a target (percent) leaves in this agreed time."""
        return allowed_downtime(self.agreed_minutes, target)


NO_TIME = Uptime()


def allowance(extra: Any, target: Decimal | None) -> Decimal | None:
    """The downtime in minutes that an availability target (percent) leaves in a stored month.

    ``extra`` is that of the month, with its agreed minutes; ``target`` the availability target that held
    in it. Worked out whenever it is read, so that both are judged alike; None without target or minutes.
    """
    agreed = extra.get("agreed_minutes") if isinstance(extra, dict) else None
    if agreed is None or target is None:
        return None
    return Decimal(str(round(allowed_downtime(float(agreed), float(target)), 4)))


def allowed_downtime(agreed_minutes: float, target: float) -> float:
    """Minutes of downtime a target in percent leaves: 99.9 % of a 30-day month leaves 43.2."""
    return agreed_minutes * (100 - target) / 100


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that neither touch nor overlap, in order; empty ones vanish."""
    merged: list[Span] = []
    for span in sorted((s for s in spans if s.start < s.end), key=lambda s: s.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def subtract(span: Span, holes: Iterable[Span]) -> list[Span]:
    """What remains of a span outside the holes (which must be merged)."""
    left: list[Span] = []
    start = span.start
    for hole in holes:
        if hole.end <= start or hole.start >= span.end:
            continue
        if hole.start > start:
            left.append(Span(start, hole.start))
        start = hole.end
    if start < span.end:
        left.append(Span(start, span.end))
    return left


def without(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """What remains of merged spans outside merged holes; one walk over both."""
    left: list[Span] = []
    place = 0
    for span in spans:
        while place < len(holes) and holes[place].end <= span.start:
            place += 1
        start, at = span.start, place
        while at < len(holes) and holes[at].start < span.end:
            if holes[at].start > start:
                left.append(Span(start, holes[at].start))
            start = max(start, holes[at].end)
            at += 1
        if start < span.end:
            left.append(Span(start, span.end))
    return left


def common(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The time that lies in both of two merged rows of spans, merged; one walk over both."""
    found: list[Span] = []
    one = two = 0
    while one < len(spans) and two < len(others):
        shared = spans[one].within(others[two])
        if shared.start < shared.end:
            found.append(shared)
        if spans[one].end <= others[two].end:
            one += 1
        else:
            two += 1
    return found


def length(spans: Iterable[Span]) -> timedelta:
    """Sum of the lengths of spans that do not overlap."""
    return sum((span.end - span.start for span in spans), timedelta())


def uptime(outages: Iterable[OutageFacts], period: Span, observed: Span | None = None) -> Uptime:
    """Minutes of ONE service in a period, within the span it was watched (None: all of the period).

    An outage without an end lasts as long as the watching. An outage counts in the period in which its
    unplanned part began; zero-length outages count nowhere.
    """
    window = period if observed is None else period.within(observed)
    if window.start >= window.end:
        return NO_TIME
    rows = list(outages)
    last = window.end if observed is None else observed.end
    planned = merge(_span(row, last) for row in rows if row.planned)
    broken = [subtract(span, planned) for span in merge(_span(row, last) for row in rows if not row.planned)]
    maintenance = length(merge(span.within(window) for span in planned))
    return Uptime(
        agreed=window.end - window.start - maintenance,
        down=length(merge(part.within(window) for parts in broken for part in parts)),
        outages=sum(1 for parts in broken if parts and parts[0].start in window),
        planned=maintenance,
    )


def _span(row: OutageFacts, last: datetime) -> Span:
    end = last if row.ended_at is None else row.ended_at
    return Span(row.started_at, max(row.started_at, end))


def by_service(
    outages: Iterable[OutageFacts], period: Span, observed: Mapping[str, Span | None]
) -> dict[str, Uptime]:
    """Minutes of every watched service in a period: {service: minutes}, in the order of ``observed``.

    ``observed`` names the services and when each was watched (None: always). A service without outages has
    its agreed time too, so it must be named; outages of services that are not named are not counted.
    """
    rows: dict[str, list[OutageFacts]] = {service: [] for service in observed}
    for outage in outages:
        if outage.service in rows:
            rows[outage.service].append(outage)
    return {service: uptime(rows[service], period, watched) for service, watched in observed.items()}
